"""The ledger of many placements over some days, read from rows: the same ten queries, however many.

What is owed comes from the dose as it was at the end of each week, so that changing it today changes no earlier week.
What is missing by itself follows `occurrences`: closed days of term, sessions whose every adult is away, learners on
trips. Whatever somebody said about a session comes before that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple, cast

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from interventions.calendar_days import Days, Dose, days_of, doses, owed
from interventions.ledger import Ledger, ledger
from interventions.models import PRESENT, Attendance, Deliverer, Placement, Session, Slot, StaffAbsence, Trip
from interventions.timetable import DAY
from interventions.timetable import Slot as PlannedSlot
from provisionmap.school.calendar import Span, academic_year_of
from provisionmap.school.models import School

FEW = 200  # placements up to which the log is asked for them by number


class Placed(NamedTuple):
    """A placement as its ledger needs it, and what it is counted under. In the order of FIELDS."""

    pk: int
    learner: int
    provision: int
    starts: date
    ends: date | None
    minutes: int | None  # the dose of today
    sessions: int | None
    name: str  # of the provision
    tier: int
    area: str
    year: str  # NC year of the learner

    @property
    def weekly(self) -> int:
        """Minutes a week, by its dose of today."""
        return (self.minutes or 0) * (self.sessions or 0)


class Line(NamedTuple):
    """The ledger of one placement, and whether it can be judged."""

    placed: Placed
    ledger: Ledger
    timetabled: bool
    logged: bool

    @property
    def judged(self) -> bool:
        """Whether there is a dose and anything was said at all."""
        return bool(self.ledger.entitled) and self.logged


FIELDS = ("pk", "learner", "provision", "starts", "ends", "minutes", "sessions", "provision__name", "provision__tier",
          "provision__area", "learner__nc_year")  # fmt: skip


class _Planned(NamedTuple):
    """What the timetable of a provision comes to over some days."""

    minutes: int
    fallen: Mapping[str, int]  # minutes by reason
    sessions: frozenset[tuple[int, date]]  # those that fell out: slot and day


NOTHING = _Planned(0, {}, frozenset())


@dataclass
class _Provision:
    """The weekly times of one provision, and the sessions that fell out by themselves."""

    slots: list[tuple[PlannedSlot, int | None]] = field(default_factory=list)  # with who takes it, where one is named
    people: list[tuple[int | None, date | None, date | None]] = field(default_factory=list)
    responsible: int | None = None
    fallen: list[tuple[int, date, int, str]] = field(default_factory=list)  # slot, day, minutes, reason


class Reading:
    """Everything about some placements over a span, read once; `by_day` also keeps the days of the log."""

    def __init__(self, *, school: School, placements: QuerySet[Placement], span: Span, by_day: bool = False) -> None:
        self.school, self.span, self.by_day = school, span, by_day
        self.dates = school.calendar_dates()
        year = Span(academic_year_of(span.starts)[1].starts, academic_year_of(span.ends)[1].ends)
        self.days: Days = days_of(self.dates, year)
        rows = placements.filter(Q(ends=None) | Q(ends__gte=span.starts), starts__lte=span.ends)
        self.rows = [Placed._make(row) for row in cast("Iterable[Any]", rows.order_by("pk").values_list(*FIELDS))]
        self.doses = self._doses(rows)
        self.log = self._log()
        self.provisions = self._provisions()
        self.out = self._trips()
        self.said, self.covered = self._sessions()
        self._fall_out()
        # Most placements of a school begin and end with their provision or their term: each such pair is counted once.
        self._weeks, self._planned = cache(self.days.weeks), cache(self._planned_over)

    # --- Reading.

    def _doses(self, rows: QuerySet[Placement]) -> Mapping[int, Sequence[Dose]]:
        """The doses of those placements whose dose was ever another; the rest have the one of today."""
        versions = Placement.history.filter(school=self.school)
        if len(self.rows) <= FEW:
            versions = versions.filter(id__in=[row.pk for row in self.rows])
        figures = {"all": Count("pk"), "known": Count("minutes"), "times": Count("sessions")}
        ends = {"low": Min("minutes"), "high": Max("minutes"), "fewest": Min("sessions"), "most": Max("sessions")}
        other = Q(low__lt=F("high")) | Q(fewest__lt=F("most"))
        some = Q(known__gt=0, known__lt=F("all")) | Q(times__gt=0, times__lt=F("all"))
        changed = versions.order_by().values("id").annotate(**figures, **ends).filter(other | some).values("id")
        told: dict[int, list[tuple[date, int | None, int | None]]] = defaultdict(list)
        found = versions.filter(id__in=changed).order_by("history_date", "history_id")
        for pk, at, minutes, sessions in found.values_list("id", "history_date", "minutes", "sessions"):
            told[pk].append((timezone.localdate(at), minutes, sessions))
        return {pk: doses(versions, 0) for pk, versions in told.items()}

    def _log(self) -> Mapping[int, Sequence[tuple[date | None, str, bool, int, int]]]:
        rows = Attendance.objects.filter(school=self.school, on__range=(self.span.starts, self.span.ends))
        if len(self.rows) <= FEW:
            rows = rows.filter(placement__in=[row.pk for row in self.rows])
        by = ("placement", "outcome", "extra", *(["on"] if self.by_day else []))
        found: dict[int, list[tuple[date | None, str, bool, int, int]]] = defaultdict(list)
        sums = rows.order_by().values_list(*by).annotate(Sum("minutes"), Sum("planned"))
        for placement, outcome, extra, *rest in cast("Iterable[Any]", sums):
            on = rest[0] if self.by_day else None
            found[placement].append((on, outcome, extra, rest[-2], rest[-1]))
        return found

    def _provisions(self) -> Mapping[int, _Provision]:
        wanted = {row.provision for row in self.rows}
        found = {pk: _Provision() for pk in wanted}
        slots = Slot.objects.filter(school=self.school).between(self.span.starts, self.span.ends)
        fields = ("pk", "provision", "weekday", "at", "minutes", "starts", "ends", "week", "deliverer",
                  "provision__starts", "provision__ends", "provision__responsible")  # fmt: skip
        for (pk, provision, weekday, at, minutes, starts, ends, week, who, first, last, answers) in cast(
            "Iterable[Any]", slots.values_list(*fields)
        ):  # fmt: skip
            if provision in wanted:
                ends = min((day for day in (ends, last) if day), default=None)
                slot = PlannedSlot(weekday, at, minutes, max(starts, first), ends, week, pk)
                found[provision].slots.append((slot, who))
                found[provision].responsible = answers
        people = Deliverer.objects.filter(provision__school=self.school).order_by("pk")
        for provision, user, starts, ends in people.values_list("provision", "user", "starts", "ends"):
            if provision in wanted:
                found[provision].people.append((user, starts, ends))
        return found

    def _within(self) -> dict[str, Any]:
        return {"school": self.school, "starts__lte": self.span.ends, "ends__gte": self.span.starts}

    def _trips(self) -> Mapping[int, Sequence[date]]:
        through = Trip.learners.through.objects.filter(**{f"trip__{name}": one for name, one in self._within().items()})
        found: dict[int, list[date]] = defaultdict(list)
        for learner, starts, ends in through.order_by().values_list("learner", "trip__starts", "trip__ends"):
            found[learner] += self._each(starts, ends)
        return {learner: sorted(set(days)) for learner, days in found.items()}

    def _each(self, starts: date, ends: date) -> list[date]:
        first, last = max(starts, self.span.starts), min(ends, self.span.ends)
        return [first + DAY * number for number in range((last - first).days + 1)]

    def _sessions(self) -> tuple[set[tuple[int, date]], Mapping[tuple[int, date], int]]:
        """Of the days on which sessions may fall out: those that somebody spoke about, and who stood in."""
        absences = StaffAbsence.objects.filter(**self._within()).values_list("user", "starts", "ends")
        self.away: dict[date, set[int]] = defaultdict(set)
        for user, starts, ends in absences:
            for day in self._each(starts, ends):
                self.away[day].add(user)
        self.closed = [(day, letter) for day, letter in self.days.closed if day in self.span]
        days = {*self.away, *(day for day, _ in self.closed), *(day for out in self.out.values() for day in out)}
        rows = Session.objects.filter(school=self.school, on__in=days, slot__isnull=False).order_by()
        said, covered = set(), {}
        for slot, on, state, cover in rows.values_list("slot", "on", "state", "cover"):
            if state != "open":
                said.add((int(slot or 0), on))
            if cover:
                covered[int(slot or 0), on] = cover
        return said, covered

    # --- What fell out by itself.

    def _held(self, slot: PlannedSlot, day: date) -> bool:
        return slot.weekday == day.weekday() and bool(self.days.sessions(slot, day, day))

    def _fall_out(self) -> None:
        closed = defaultdict(list)
        for day, _ in self.closed:
            closed[day.weekday()].append(day)
        away = defaultdict(list)
        for day in self.away:
            away[day.weekday()].append(day)
        shut = {day for day, _ in self.closed}
        stood_in = {slot for slot, _ in self.covered}
        for one in self.provisions.values():
            usual = {one.responsible, *(user for user, _, _ in one.people)}
            for slot, named in one.slots:
                one.fallen += [
                    (slot.pk, day, slot.minutes, "closed")
                    for day in closed[slot.weekday]
                    if (slot.pk, day) not in self.said and self._held(slot, day)
                ]
                for day in away[slot.weekday]:
                    gone = self.away[day]
                    if not (named in gone or slot.pk in stood_in or usual & gone):
                        continue
                    if day in shut or (slot.pk, day) in self.said or not self._held(slot, day):
                        continue
                    people = self._people(one, named, slot, day)
                    if people and None not in people and people <= gone:
                        one.fallen.append((slot.pk, day, slot.minutes, "staff_absent"))

    def _people(self, one: _Provision, named: int | None, slot: PlannedSlot, day: date) -> set[int | None]:
        """Who takes a session, as `occurrences` has it; None stands for somebody from outside."""
        if cover := self.covered.get((slot.pk, day)):
            return {cover}
        if named:
            return {named}
        there = {
            user
            for user, starts, ends in one.people
            if (starts is None or starts <= day) and (ends is None or day <= ends)
        }
        return there or ({one.responsible} if one.responsible else set())

    # --- The figures.

    def line(self, row: Placed, span: Span) -> Line:
        """The ledger of one placement over days of this reading."""
        starts, ends = max(span.starts, row.starts), min(span.ends, row.ends or span.ends)
        delivered = catch_up = entitled = 0
        missed: dict[str, int] = {}
        log = self.log.get(row.pk, ())
        if self.by_day:
            log = [entry for entry in log if entry[0] and entry[0] in span]
        for _, outcome, extra, minutes, planned in log:
            if outcome == PRESENT:
                delivered += minutes
                catch_up += minutes if extra else 0
            else:
                missed[outcome] = missed.get(outcome, 0) + planned
        times = NOTHING
        if starts <= ends:
            times = self._planned(row.provision, starts, ends)
            for reason, minutes in times.fallen.items():
                missed[reason] = missed.get(reason, 0) + minutes
            if out := self._on_trips(row, times, Span(starts, ends)):
                missed["trip"] = missed.get("trip", 0) + out
            known = self.doses.get(row.pk)
            entitled = owed(known, self.days, starts, ends) if known else row.weekly * self._weeks(starts, ends)
        figures = ledger(
            entitled=entitled, delivered=delivered, missed=missed, planned=times.minutes, catch_up=catch_up
        )
        return Line(row, figures, bool(self.provisions[row.provision].slots), bool(log))

    def _planned_over(self, provision: int, starts: date, ends: date) -> _Planned:
        one = self.provisions[provision]
        fallen: dict[str, int] = defaultdict(int)
        sessions = []
        for slot, day, minutes, reason in one.fallen:
            if starts <= day <= ends:
                fallen[reason] += minutes
                sessions.append((slot, day))
        minutes = sum(slot.minutes * self.days.sessions(slot, starts, ends) for slot, _ in one.slots)
        return _Planned(minutes, fallen, frozenset(sessions))

    def _on_trips(self, row: Placed, times: _Planned, span: Span) -> int:
        """Minutes of sessions that fell out because the learner was on a trip, and for no other reason."""
        return sum(
            slot.minutes
            for day in self.out.get(row.learner, ())
            if day in span
            for slot, _ in self.provisions[row.provision].slots
            if (slot.pk, day) not in self.said and (slot.pk, day) not in times.sessions and self._held(slot, day)
        )

    def lines(self, span: Span | None = None) -> list[Line]:
        """The ledger of each placement, over `span` or all that was read."""
        return [self.line(row, span or self.span) for row in self.rows]
