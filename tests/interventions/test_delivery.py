"""The ledger from rows: equal to a slow and obvious calculation, and still where the past is concerned."""

import doctest
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from django.utils import timezone

from interventions import calendar_days, delivery_rows, taking
from interventions.actions.placements import change_placement
from interventions.actions.provisions import end_provision
from interventions.delivery import Reading
from interventions.ledger import ledger
from interventions.models import (
    Attendance,
    Deliverer,
    Placement,
    Provision,
    Session,
    Slot,
    StaffAbsence,
    Trip,
)
from interventions.occurrences import occurrences
from interventions.timetable import letters
from learners.actions.learners import change_learner
from provisionmap.school.calendar import Span, is_teaching_day
from provisionmap.school.models import Closure
from provisionmap.school.roles import Role
from tests.factories.interventions import PlacementFactory
from tests.factories.learners import LearnerFactory
from tests.factories.school import SchoolFactory, UserFactory, member
from tests.interventions.test_calendar_days import DAY, a_calendar, slowly_owed

pytestmark = pytest.mark.django_db


def keep(school, dates):
    """A calendar as rows."""
    for number, term in enumerate(dates.terms):
        name = f"Year {number}"
        year = school.years.create(name=name, starts=term.starts, ends=term.ends)
        half = term.half_term
        inside = half and term.starts < half.starts and half.ends < term.ends
        school.terms.create(
            year=year, name=term.name, starts=term.starts, ends=term.ends,
            half_term_starts=half.starts if inside else None, half_term_ends=half.ends if inside else None,
        )  # fmt: skip
    for number, one in enumerate(dates.closures):
        school.closures.create(name=f"Closed {number}", starts=one.starts, ends=one.ends)


class World:
    """A school with a random calendar and everything that can happen in it."""

    def __init__(self, seed):
        rng = self.rng = Random(seed)
        self.school = SchoolFactory()
        keep(self.school, a_calendar(rng))
        self.dates = self.school.calendar_dates()
        first = self.dates.terms[0].starts + rng.randrange(120) * DAY
        self.span = Span(first, first + rng.randrange(5, 120) * DAY)
        self.named = letters(self.dates, Span(first - 400 * DAY, first + 600 * DAY))
        self.adults = [UserFactory() for _ in range(3)]
        self.learners = [LearnerFactory(school=self.school) for _ in range(3)]
        self.provisions = [self.a_provision() for _ in range(3)]
        for one in self.adults:
            for _ in range(3):
                day = self.a_day()
                StaffAbsence.objects.get_or_create(
                    school=self.school, user=one, starts=day, defaults={"ends": day + rng.randrange(20) * DAY}
                )
        trip_day = self.a_day()
        trip = Trip.objects.create(school=self.school, name="Farm", starts=trip_day, ends=trip_day + 2 * DAY)
        trip.learners.set(self.learners[:2])
        for one in self.provisions:
            self.log(one)
        for one in Placement.objects.filter(school=self.school, attendances__isnull=False).distinct():
            if rng.random() < 0.2:  # the end was dated back since: what was logged stays
                Placement.objects.filter(pk=one.pk).update(ends=one.starts + rng.randrange(20) * DAY)

    def a_day(self):
        return self.span.starts + self.rng.randrange(-20, 120) * DAY

    def a_provision(self):
        rng, first = self.rng, self.a_day()
        row = Provision.objects.create(
            school=self.school, name="Group", tier=2, area="semh", starts=first, minutes=20, sessions=2,
            ends=rng.choice((None, first + rng.randrange(100) * DAY)), responsible=rng.choice((None, self.adults[0])),
        )  # fmt: skip
        weekday = rng.randrange(5)
        for _ in range(rng.randrange(4)):
            day = self.a_day()
            Slot.objects.create(
                school=self.school, provision=row, weekday=rng.choice((weekday, rng.randrange(5))), at=time(9),
                minutes=rng.choice((10, 20)), week=rng.choice(("", "", "A", "B")), starts=day,
                ends=rng.choice((None, day + 50 * DAY)), deliverer=rng.choice((None, None, self.adults[1])),
            )  # fmt: skip
        for _ in range(rng.randrange(3)):
            user = rng.choice((None, *self.adults, *self.adults))
            day = self.a_day()
            Deliverer.objects.create(
                provision=row, user=user, name="" if user else "A therapist", starts=rng.choice((None, day)),
                ends=rng.choice((None, day + 40 * DAY)),
            )  # fmt: skip
        days = sorted(self.a_day() for _ in range(3))
        row.history.update(history_date=noon(days[0]))
        for day in days[1:]:
            row.responsible = rng.choice((None, *self.adults))
            row._history_date = noon(day)
            row.save()
        for learner in self.learners[: rng.randrange(1, 4)]:
            begins = row.starts + rng.randrange(20) * DAY
            last = row.ends or begins + 200 * DAY
            if begins > last:
                continue
            place = Placement.objects.create(
                school=self.school, provision=row, learner=learner, starts=begins, minutes=20, sessions=2,
                ends=rng.choice((row.ends, min(last, begins + rng.randrange(60) * DAY))),
            )  # fmt: skip
            days = sorted(self.a_day() for _ in range(3))
            place.history.update(history_date=noon(days[0]))
            for day in days[1:]:
                place.minutes, place.sessions = rng.choice((None, 10, 30)), rng.choice((1, 3))
                place._history_date = noon(day)
                place.save()
        return row

    def log(self, provision):
        """Sessions at random: logged, left open with a stand-in, or added; in spite of closures too."""
        rng = self.rng
        for slot in [*provision.slots.all(), None]:
            for place in range((self.span.ends - self.span.starts).days + 1):
                day = self.span.starts + DAY * place
                if rng.random() > (0.6 if slot else 0.03) or (slot and day.weekday() != slot.weekday):
                    continue
                state = rng.choice(("delivered", "delivered", "missed", "open"))
                session = Session.objects.create(
                    school=self.school, provision=provision, slot=slot, on=day, minutes=20, extra=slot is None,
                    state=state, reason="room" if state == "missed" else "", tier=2, area="semh",
                    cover=rng.choice((None, *self.adults)),
                )  # fmt: skip
                if session.cover and not provision.deliverers.on(day).filter(user=session.cover).exists():
                    Deliverer.objects.create(provision=provision, user=session.cover, starts=day, ends=day)
                if state == "open":
                    continue
                for one in provision.placements.all():
                    if one.starts <= day and (one.ends is None or day <= one.ends) and rng.random() < 0.9:
                        outcome = "room" if state == "missed" else rng.choice(("present", "present", "learner_absent"))
                        Attendance.objects.create(
                            school=self.school, session=session, placement=one, learner=one.learner, on=day,
                            outcome=outcome, planned=0 if slot is None else 20, extra=slot is None,
                            minutes=rng.choice((10, 20)) if outcome == "present" else 0,
                        )  # fmt: skip

    def slowly(self, placement):
        """The ledger of one placement, day by day and question by question."""
        entitled_days = Span(
            max(self.span.starts, placement.starts), min(self.span.ends, placement.ends or self.span.ends)
        )
        versions = [
            (timezone.localdate(row.history_date), row.minutes, row.sessions)
            for row in placement.history.order_by("history_date", "history_id")
        ]
        figures = defaultdict(int)
        missed = defaultdict(int)
        if entitled_days.starts <= entitled_days.ends:
            figures["entitled"] = slowly_owed(versions, 0, self.dates, entitled_days)
        for row in placement.attendances.filter(on__range=(self.span.starts, self.span.ends)):
            if row.outcome == "present":
                figures["delivered"] += row.minutes
                figures["catch_up"] += row.minutes if row.extra else 0
            else:
                missed[row.outcome] += row.planned
        for place in range((entitled_days.ends - entitled_days.starts).days + 1):
            day = entitled_days.starts + DAY * place
            monday = day - DAY * day.weekday()
            if monday not in self.named:
                continue
            for slot in placement.provision.slots.all():
                if self.planned(slot, placement.provision, day, self.named[monday]):
                    figures["planned"] += slot.minutes
                    if reason := self.reason(slot, placement, day):
                        missed[reason] += slot.minutes
        return ledger(missed=missed, **({"entitled": 0, "delivered": 0} | figures))

    def planned(self, slot, provision, day, letter):
        in_term = any(
            term.starts <= day <= term.ends and not (term.half_term and day in term.half_term)
            for term in self.dates.terms
        )
        return (
            in_term
            and slot.weekday == day.weekday()
            and slot.week in ("", letter)
            and slot.starts <= day
            and (slot.ends is None or day <= slot.ends)
            and provision.starts <= day
            and (provision.ends is None or day <= provision.ends)
        )

    def reason(self, slot, placement, day):
        if self.said(slot, day):
            return ""
        for_all = self.for_all(slot, placement.provision, day)
        on_trip = placement.learner.trips.filter(starts__lte=day, ends__gte=day).exists()
        return for_all or ("trip" if on_trip else "")

    def said(self, slot, day):
        return slot.sessions.filter(on=day).exclude(state="open").exists()

    def for_all(self, slot, provision, day):
        """Why a session fell out for everybody."""
        if not is_teaching_day(self.dates, day):
            return "closed"
        people = self.people(slot, provision, day)
        away = [one for one in people if one and one.absences.filter(starts__lte=day, ends__gte=day).exists()]
        return "staff_absent" if people and len(away) == len(people) else ""

    def people(self, slot, provision, day):
        """Who is to take it: None for somebody from outside."""
        session = slot.sessions.filter(on=day).first()
        if session and session.cover:
            return [session.cover]
        covers = [one.cover for one in provision.delivered_sessions.filter(on=day) if one.cover]
        there = [
            one.user
            for one in Deliverer.objects.on(day).filter(provision=provision)
            if not (one.starts == one.ends == day and one.user in covers)
        ]
        versions = list(provision.history.order_by("history_date", "history_id"))
        days = [timezone.localdate(one.history_date) for one in versions]
        by_then = [one.responsible for one, written in zip(versions, days, strict=True) if written <= day]
        first = [one.responsible for one, written in zip(versions, days, strict=True) if written == days[0]]
        answers = by_then[-1] if by_then else next((one for one in first if one), None)
        if slot.deliverer and slot.deliverer in (*there, answers):
            return [slot.deliverer]
        return there or [one for one in [answers] if one]


def noon(day):
    return timezone.make_aware(datetime.combine(day, time(12)))


@pytest.mark.parametrize("seed", range(30))
def test_the_ledger_equals_the_slow_calculation(seed, monkeypatch):
    world = World(seed)
    placements = Placement.objects.filter(school=world.school)

    found = {line.placed.pk: line.ledger for line in Reading(
        school=world.school, placements=placements, span=world.span).lines()}  # fmt: skip

    meets = [
        one
        for one in placements
        if (one.starts <= world.span.ends and (one.ends or world.span.ends) >= world.span.starts)
        or one.attendances.filter(on__range=(world.span.starts, world.span.ends)).exists()
    ]
    assert found == {one.pk: world.slowly(one) for one in meets}
    by_day = Reading(school=world.school, placements=placements, span=world.span, by_day=True).lines()
    assert {line.placed.pk: line.ledger for line in by_day} == found
    monkeypatch.setattr(delivery_rows, "FEW", 0)  # as where there are many placements
    many = Reading(
        school=world.school, placements=placements.filter(learner=world.learners[0]), span=world.span
    ).lines()
    assert {line.placed.pk: line.ledger for line in many}.items() <= found.items()


@pytest.mark.parametrize("seed", range(10))
def test_the_timetable_and_the_ledger_say_the_same_of_every_session(seed):
    world = World(seed)
    senco = member(Role.SENCO, world.school)

    found = occurrences(school=world.school, user=senco, span=world.span, now=world.span.ends + DAY)

    slots = Slot.objects.in_bulk()
    told = {(one.slot, one.day): one.state for one in found if one.slot and not one.said}
    held = {
        (pk, day): state if state in ("closed", "staff_absent") else ""
        for (pk, day), state in told.items()
        if (monday := day - DAY * day.weekday()) in world.named
        and world.planned(slots[pk], slots[pk].provision, day, world.named[monday])
    }
    assert held == {(pk, day): world.for_all(slots[pk], slots[pk].provision, day) for pk, day in held}


def test_the_examples_of_the_rules_hold():
    assert [doctest.testmod(module).failed for module in (calendar_days, taking)] == [0, 0]


# --- One year, to the minute: 30 minutes in each of 38 weeks.


@pytest.fixture
def year():
    """38 teaching weeks of thirty minutes on Mondays: 26 delivered, 3 absent, 5 without staff, 1 closed, 3 unsaid."""
    school = SchoolFactory()
    first = date(2026, 9, 7)
    for place, (starts, weeks) in enumerate(((first, 14), (date(2027, 1, 4), 12), (date(2027, 4, 12), 12))):
        row = school.years.create(name=f"{place}", starts=starts, ends=starts + 200 * DAY)
        school.terms.create(year=row, name=f"{place}", starts=starts, ends=starts + timedelta(weeks=weeks) - 3 * DAY)
    placement = PlacementFactory(
        learner=LearnerFactory(school=school), starts=first, ends=date(2027, 7, 21), minutes=30, sessions=1,
        provision__starts=first, provision__ends=date(2027, 7, 21),
    )  # fmt: skip
    placement.history.update(history_date=noon(first))
    slot = Slot.objects.create(
        school=school, provision=placement.provision, weekday=0, at=time(9), minutes=30, starts=first
    )
    mondays = [
        term.starts + timedelta(weeks=week)
        for term in school.terms.all()
        for week in range((term.ends - term.starts).days // 7 + 1)
    ]
    said = ["present"] * 26 + ["learner_absent"] * 3 + ["staff_absent"] * 5
    for day, outcome in zip(mondays, said, strict=False):
        state = "missed" if outcome == "staff_absent" else "delivered"
        session = Session.objects.create(
            school=school, provision=placement.provision, slot=slot, on=day, minutes=30, tier=2, area="cognition",
            state=state, reason="staff_absent" if state == "missed" else "",
        )  # fmt: skip
        Attendance.objects.create(
            school=school, session=session, placement=placement, learner=placement.learner, on=day, outcome=outcome,
            planned=30, minutes=30 if outcome == "present" else 0,
        )  # fmt: skip
    Closure.objects.create(school=school, name="Snow", kind="closed", starts=mondays[34], ends=mondays[34])
    return placement


def whole(placement, span=None):
    found = Reading(
        school=placement.school, placements=Placement.objects.filter(pk=placement.pk),
        span=span or Span(date(2026, 9, 1), date(2027, 8, 31)),
    )  # fmt: skip
    return found.lines()[0].ledger


def test_the_worked_year_from_rows(year):
    found = whole(year)

    assert (found.entitled, found.planned, found.delivered) == (1140, 1140, 780)
    assert found.missed == {"learner_absent": 90, "staff_absent": 150, "closed": 30}
    assert (found.accounted, found.unaccounted, found.owed, found.remaining) == (1050, 90, 240, 360)
    assert (str(found.of_entitlement), str(found.of_possible)) == ("68.4", "76.5")


def test_nothing_that_is_done_today_changes_a_figure_of_an_earlier_week(year):
    senco = member(Role.SENCO, year.school)
    provision, earlier = year.provision, Span(date(2026, 9, 1), timezone.localdate() - 7 * DAY)
    frozen = whole(year, earlier)
    assert frozen.entitled
    today = timezone.localdate()

    Closure.objects.create(school=year.school, name="Flood", starts=today + DAY, ends=today + 20 * DAY)
    Slot.objects.update(ends=today)
    Slot.objects.create(school=year.school, provision=provision, weekday=2, at=time(9), minutes=5, starts=today + DAY)
    year = change_placement(
        placement=year, changes={"minutes": 45, "sessions": 4}, seen=year.version, by=senco, reason=""
    )
    change_learner(learner=year.learner, changes={"nc_year": "6"}, seen=year.learner.version, by=senco)
    assert whole(year, earlier) == frozen
    provision.refresh_from_db()
    end_provision(provision=provision, on=today, seen=provision.version, by=senco)

    assert whole(year, earlier) == frozen
    assert whole(year) != frozen


def test_a_dose_changed_and_changed_back_in_a_week_was_never_changed(year):
    senco, before = member(Role.SENCO, year.school), whole(year)

    for minutes in (90, 30):
        year = change_placement(placement=year, changes={"minutes": minutes}, seen=year.version, by=senco, reason="")

    assert whole(year) == before


@pytest.mark.parametrize("number", [1, 30])
def test_the_same_queries_for_one_placement_and_for_thirty(number, django_assert_num_queries):
    world = World(5)
    for place in range(number):
        PlacementFactory(learner=LearnerFactory(school=world.school), provision=world.provisions[place % 3])

    with django_assert_num_queries(12):
        Reading(school=world.school, placements=Placement.objects.filter(school=world.school), span=world.span).lines()
