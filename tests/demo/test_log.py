"""The fictional school's timetable and its log: what a reader expects to find, and as many rows as were asked for."""

from collections import Counter
from datetime import date

import pytest
from django.db.models import Sum

from interventions.actions.logging import Target
from interventions.actions.weeks import recount
from interventions.models import Attendance, DeliveryWeek, Entry, Placement, Session, Slot, StaffAbsence, Trip
from interventions.occurrences import occurrences
from interventions.said import Heard, Said
from learners.models import Learner
from provisionmap.demo.build import Size
from provisionmap.school.calendar import Span
from provisionmap.school.models import User

TODAY = date(2026, 11, 23)
TERM = Span(date(2026, 9, 7), TODAY)

pytestmark = pytest.mark.django_db


@pytest.fixture
def senco(school):
    """Who sees everything."""
    return User.objects.get(email="senco@oakfield.example")


def test_most_of_the_term_was_delivered_and_the_rest_has_its_reasons_or_none(school, senco):
    found = Counter(one.state for one in occurrences(school=school, user=senco, span=TERM, now=TODAY))

    assert found["delivered"] > 0.8 * found.total()
    assert {"missed", "closed", "staff_absent", "unsaid"} <= set(found)
    missed = Session.objects.filter(school=school, state="missed").values_list("reason", flat=True)
    assert {"staff_absent", "room", "other"} <= set(missed)
    assert Session.objects.filter(school=school, extra=True, instead_of__state="missed").exists()
    assert Session.objects.filter(school=school, cover__isnull=False, state="delivered").exists()


def test_today_waits_to_be_logged_and_somebody_is_away(school, senco):
    today = occurrences(school=school, user=senco, span=Span(TODAY, TODAY), now=TODAY)

    assert {one.state for one in today} <= {"planned", "staff_absent"}
    assert StaffAbsence.objects.filter(school=school, starts__lte=TODAY, ends__gte=TODAY).count() == 1
    assert Trip.objects.filter(school=school, starts__gt=TODAY).get().learners.exists()


def test_hardly_anybody_has_to_be_in_two_places(school, senco):
    week = occurrences(school=school, user=senco, span=Span(date(2026, 11, 16), date(2026, 11, 20)), now=TODAY)
    clashes = 0
    for place, one in enumerate(week):
        for other in week[place + 1 :]:
            both = {row.user for row in one.people} & {row.user for row in other.people} - {None}
            clashes += bool(both) and one.day == other.day and one.at < other.ends_at and other.at < one.ends_at

    assert len(week) > 50
    assert clashes < 5
    assert set(Slot.objects.filter(school=school).values_list("week", flat=True)) == {"", "A", "B"}


def test_the_sums_of_the_weeks_are_those_of_the_log(school):
    assert DeliveryWeek.objects.filter(school=school).exists()
    assert recount(school) == 0
    sums = Attendance.objects.filter(school=school).aggregate(Sum("minutes"), Sum("planned"))
    kept = DeliveryWeek.objects.filter(school=school).aggregate(Sum("delivered"), Sum("planned"))
    assert list(sums.values()) == list(kept.values())


def test_maya_s_log_tells_her_story(school):
    maya = Learner.objects.get(school=school, forename="Maya", surname="Okafor")

    rows = maya.attendances.order_by("on", "pk").select_related("session__provision")
    notes = [row.note for row in rows if row.note and "Precision" in row.session.provision.name]

    assert "b and d" in notes[0]
    assert any("Colour cues" in note for note in notes)
    assert {row.session.provision.name for row in rows} == {"Precision teaching", "Structured phonics, one to one"}
    assert rows.filter(session__delivered_by__email="external@oakfield.example").exists()


def test_an_entry_is_as_a_device_would_have_sent_it(school):
    entry = Entry.objects.filter(school=school, session__slot__isnull=False).select_related("session").first()
    said = entry.said
    learners = {int(pk): Heard(**heard) for pk, heard in said["learners"].items()}
    rest = {name: said[name] for name in ("state", "reason", "actual", "note")}

    again = Said(client=entry.client, made_at=entry.made_at, learners=learners, **rest)

    target = Target("slot", entry.session.slot_id, entry.session.on)
    assert again.digest(f"{target.key} None 0") == entry.digest
    assert entry.session.standing == entry.client
    assert set(learners) == set(entry.session.attendances.values_list("placement", flat=True))


def test_a_large_log_puts_more_learners_on_the_map():
    assert Size(500).on_map == 107
    assert Size(500, logs=60_000).on_map == 181
    assert Size(50, logs=60_000).on_map == 50


def test_nobody_is_logged_without_a_place_that_day(school):
    rows = Attendance.objects.filter(school=school).select_related("placement")

    assert all(row.placement.starts <= row.on <= (row.placement.ends or TODAY) for row in rows)
    assert Placement.objects.filter(attendances__isnull=False).exists()
