"""Maya of the article: her concern, her three waves and what came of each."""

from datetime import date

import pytest

from interventions.models import Placement
from learners.models import Learner

TODAY = date(2026, 11, 23)

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya(school):
    """Maya, after three terms."""
    return Learner.objects.get(school=school, forename="Maya", surname="Okafor")


def running(maya):
    return Placement.objects.filter(learner=maya).on(TODAY).select_related("provision")


def names(maya, tier):
    return [row.provision.name for row in running(maya).filter(provision__tier=tier).order_by("provision__name")]


def test_maya_is_eight_and_in_year_4_with_a_specific_learning_difficulty(maya):
    assert (maya.nc_year, maya.date_of_birth, maya.group.nc_year) == ("4", date(2018, 1, 21), "4")
    records = maya.sen_provisions.order_by("starts").values_list("code", "need_1", "ends")
    assert list(records) == [("K", "NSA", date(2026, 9, 13)), ("K", "SPLD", None)]


def test_all_three_waves_stand_on_the_map_in_the_third_term(maya):
    assert names(maya, 1) == [
        "Clear font, 14 point",
        "Oral alternatives to writing",
        "Pre-taught vocabulary",
        "Tinted paper",
        "Visual timetable",
    ]
    assert names(maya, 2) == ["Precision teaching"]
    assert names(maya, 3) == ["Structured phonics, one to one"]


def test_the_second_wave_was_three_times_ten_minutes_in_a_group_of_four_for_twelve_weeks(maya):
    block = Placement.objects.get(learner=maya, ends__lt=TODAY, provision__tier=2)

    assert (block.sessions, block.minutes) == (3, 10)
    assert block.provision.placements.count() == 4
    assert (block.starts, block.ends) == (date(2026, 4, 20), date(2026, 7, 10))
    assert [str(one) for one in block.provision.deliverers.all()] == ["Keira Flynn"]


def test_the_second_wave_was_changed_at_its_midpoint_and_closed_with_its_result(maya):
    block = Placement.objects.get(learner=maya, ends__lt=TODAY, provision__tier=2)

    told = [(row.history_date.date(), row.outcome) for row in block.history.order_by("history_id")][1:]

    assert told == [
        (date(2026, 4, 20), "Reads the first 100 key words at speed"),
        (date(2026, 6, 1), "Reads the first 100 key words at speed; colour cues for b and d"),
        (date(2026, 7, 10), "Reading age 6:6, four months' gain of the six aimed for"),
    ]


def test_the_third_wave_is_the_specialist_teacher_twice_thirty_minutes(maya):
    single = running(maya).get(provision__tier=3)

    assert (single.sessions, single.minutes) == (2, 30)
    assert single.provision.deliverers.get().user.email == "external@oakfield.example"


def test_maya_has_a_passport_and_a_mother(maya):
    assert "Cream paper" in maya.passport.helps
    assert [one.relationship for one in maya.contacts.all()] == ["Mother"]
