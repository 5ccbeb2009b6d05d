"""Clocks: the school's day is London's, whatever the server, the phone or the season says."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine

from interventions.actions.grants import sync_grants
from interventions.actions.logging import Target, log_session
from interventions.models import Attendance, DeliveryWeek, Entry, Session
from interventions.occurrences import occurrences
from interventions.said import Heard, Said
from provisionmap.school.calendar import Span
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.today import today
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

# Moments at which clocks go wrong: as the world says, and the day it is at school.
MOMENTS = [
    ("01:30 for the first time", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
    ("01:30 for the second time", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),
    ("the hour that is left out", datetime(2027, 3, 28, 1, 30, tzinfo=UTC), date(2027, 3, 28)),
    ("a leap day", datetime(2028, 2, 29, 10, tzinfo=UTC), date(2028, 2, 29)),
    ("the last evening of a school year", datetime(2027, 8, 31, 22, 59, tzinfo=UTC), date(2027, 8, 31)),
    ("the first minute of the next, in summer", datetime(2027, 8, 31, 23, 0, tzinfo=UTC), date(2027, 9, 1)),
]


@pytest.fixture(autouse=True)
def clock_stands():
    """Each test travels by itself."""


@pytest.fixture(params=["Europe/London", "UTC", "Pacific/Auckland"])
def server(request, monkeypatch):
    """A server whose own clock shows the time of another place."""
    monkeypatch.setenv("TZ", request.param)
    clock.tzset()
    yield request.param
    monkeypatch.undo()
    clock.tzset()


def group(first, last):
    """A provision with two learners that runs every weekday."""
    provision = ProvisionFactory(starts=first, ends=last, minutes=20, sessions=5)
    year = AcademicYearFactory(school=provision.school, starts=first, ends=last)
    TermFactory(year=year, starts=first, ends=last, half_term_starts=None, half_term_ends=None)
    rows = [
        PlacementFactory(learner__school=provision.school, provision=provision, starts=first, ends=last)
        for _ in range(2)
    ]
    slots = [SlotFactory(provision=provision, weekday=day, starts=first, ends=last, at=time(9)) for day in range(5)]
    adult = member(Role.TEACHING_ASSISTANT, provision.school)
    adult.memberships.update(starts=first, ends=None)
    DelivererFactory(provision=provision, user=adult)
    sync_grants([provision.pk])
    return provision, rows, slots, adult


def entry(rows, made, **fields):
    return Said(uuid4(), made, learners={one.pk: Heard() for one in rows}, **fields)


@pytest.mark.parametrize(("words", "moment", "day"), MOMENTS)
def test_the_day_is_the_one_at_school(server, words, moment, day):
    with time_machine.travel(moment, tick=False):
        assert today() == day


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "weeks"),
    [(date(2026, 10, 19), 2), (date(2027, 3, 22), 2), (date(2028, 2, 28), 1), (date(2027, 8, 30), 1)],
)
def test_over_a_change_of_clocks_every_session_is_there_once(server, first, weeks):
    last = first + timedelta(days=7 * weeks - 1)
    with time_machine.travel(datetime(last.year, last.month, last.day, 20, tzinfo=UTC), tick=False) as now:
        provision, rows, _, adult = group(first, last)
        found = occurrences(school=provision.school, user=adult, span=Span(first, last), now=today())
        assert [one.day for one in found] == [
            first + timedelta(days=number) for number in range(7 * weeks) if number % 7 < 5
        ]
        assert {(one.at, one.ends_at) for one in found} == {(time(9), time(9, 20))}
        for one in found:
            said, target = entry(rows, datetime.now(UTC)), one.target
            for _ in range(2):
                log_session(school=provision.school, target=target, said=said, by=adult, now=datetime.now(UTC))
            now.shift(timedelta(seconds=-30))  # the server's clock steps back meanwhile

    assert Session.objects.count() == len(found) == Entry.objects.count()
    assert Attendance.objects.count() == 2 * len(found)
    assert sum(DeliveryWeek.objects.values_list("delivered", flat=True)) == 40 * len(found)
    kept = list(AuditEvent.objects.filter(verb="session.log").order_by("pk").values_list("target_id", flat=True))
    assert kept == sorted(kept)  # in the order it was done, whatever the clock said


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(days=-365), timedelta(minutes=5)])
def test_a_phone_whose_clock_is_wrong_logs_the_session_of_its_card(wrong):
    moment = datetime(2026, 11, 24, 15, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        provision, rows, slots, adult = group(date(2026, 11, 23), date(2026, 11, 27))
        said = entry(rows, moment + wrong)

        made = log_session(
            school=provision.school,
            target=Target("slot", slots[0].pk, date(2026, 11, 23)),
            said=said,
            by=adult,
            now=moment,
        ).session

    assert made.on == date(2026, 11, 23)
    assert (Entry.objects.get().made_at, Entry.objects.get().at) == (moment + wrong, moment)
