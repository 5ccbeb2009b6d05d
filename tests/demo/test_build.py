"""Making a fictional school: the same each time, as large and as old as asked for, and taken away whole."""

from datetime import date

import pytest

from interventions.actions.weeks import recount
from interventions.models import Attendance, Entry, Placement, Session, Slot
from learners.models import Learner, SenProvision
from provisionmap.demo.build import Size, build, fictional, real, remove
from provisionmap.demo.stages import Stage
from provisionmap.school.models import Membership, School, User

TODAY = date(2026, 11, 23)
SMALL = Size(learners=24, mapped=10)

pytestmark = pytest.mark.django_db


def names_of(school):
    return list(Learner.objects.filter(school=school).order_by("pk").values_list("forename", "surname", "upn"))


def placements_of(school):
    rows = Placement.objects.filter(school=school).order_by("pk")
    return list(rows.values_list("learner__upn", "provision__name", "starts", "ends", "minutes", "sessions", "outcome"))


def test_the_same_seed_makes_the_same_school():
    once = build(size=SMALL, number=1, seed=7, today=TODAY)
    names, placements = names_of(once), placements_of(once)
    remove()

    again = build(size=SMALL, number=1, seed=7, today=TODAY)

    assert names_of(again) == names
    assert placements_of(again) == placements


def test_another_seed_makes_other_children():
    school = build(size=SMALL, number=1, seed=7, today=TODAY)

    other = build(size=SMALL, number=2, seed=8, today=TODAY)

    assert names_of(other) != names_of(school)


@pytest.mark.parametrize("stage", list(Stage))
def test_the_stage_says_how_many_terms_were_kept(stage):
    school = build(size=Size(learners=20, mapped=4, stage=stage), number=1, seed=7, today=TODAY)

    first = Placement.objects.filter(school=school).order_by("starts").first()

    begins = {"autumn": date(2026, 9, 7), "spring": date(2026, 4, 13), "summer": date(2026, 1, 5)}
    assert first.starts == begins[stage.value]


@pytest.mark.parametrize(("stage", "tiers"), [(Stage.AUTUMN, {1}), (Stage.SPRING, {1, 2})])
def test_earlier_stages_have_mayas_earlier_waves_only(stage, tiers):
    school = build(size=Size(learners=20, mapped=4, stage=stage), number=1, seed=7, today=TODAY)

    maya = Placement.objects.filter(school=school, learner__forename="Maya", learner__surname="Okafor").on(TODAY)

    assert set(maya.values_list("provision__tier", flat=True)) == tiers


def test_for_measuring_every_learner_has_the_placements_asked_for():
    size = Size(learners=20, mapped=20, stage=Stage.AUTUMN, each=(2, 1, 1))

    school = build(size=size, number=1, seed=7, today=TODAY)

    assert Placement.objects.filter(school=school).on(TODAY).count() == 80
    assert Placement.objects.filter(school=school).count() == 80


def test_statements_grow_with_provisions_not_with_learners(django_assert_max_num_queries):
    """A row of the audit a learner, one a contact; the rest in bulk."""
    with django_assert_max_num_queries(1_900):
        build(size=Size(learners=60, mapped=1), number=1, seed=7, today=TODAY)


def test_a_demo_school_is_known_from_a_real_one_and_taken_away_whole():
    kept = School.objects.create(name="A school that somebody keeps")
    made = build(size=Size(learners=20), number=1, seed=7, today=TODAY)
    assert list(fictional()) == [made]
    assert list(real()) == [kept]

    remove()

    assert list(School.objects.all()) == [kept]
    assert not User.objects.exists()
    assert not Membership.objects.exists()
    assert not Placement.history.exists()
    assert not Learner.history.exists()
    assert not SenProvision.history.exists()


@pytest.mark.parametrize("rows", [1, 400, 6_000])
def test_the_log_has_just_as_many_rows_as_asked_for(rows):
    school = build(size=Size(learners=24, mapped=10, logs=rows), number=1, seed=7, today=TODAY)

    assert Attendance.objects.filter(school=school).count() == rows
    assert Session.objects.filter(school=school).count() == Entry.objects.filter(school=school).count()
    assert recount(school) == 0
    days = set(Attendance.objects.filter(school=school).values_list("on", flat=True))
    assert max(days) < TODAY
    if rows > 1:
        assert min(days) < date(2026, 2, 1)
    remove()
    assert not Session.objects.exists()
    assert not Slot.history.exists()


@pytest.mark.parametrize("size", [Size(20, 4, logs=0), Size(20, 4, Stage.AUTUMN, each=(1, 1, 1))])
def test_without_a_log_there_is_no_timetable_either(size):
    build(size=size, number=1, seed=7, today=TODAY)

    assert not Slot.objects.exists()
    assert not Session.objects.exists()
