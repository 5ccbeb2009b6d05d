"""What fell out of a timetable by itself: closed days of term, sessions whose every adult is away, trips. Pure.

Whatever somebody said about a session comes before that. Source: docs/domain.md, "Delivery".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from interventions.calendar_days import Days, in_force
from interventions.taking import Part, all_away, who_takes
from interventions.timetable import Slot
from provisionmap.school.calendar import Span

Key = tuple[int, date]  # a slot, or a provision, on a day


class Fallen(NamedTuple):
    """A session that did not take place, and why."""

    slot: int
    day: date
    minutes: int
    reason: str


class Planned(NamedTuple):
    """What the timetable of a provision comes to over some days."""

    minutes: int
    fallen: Mapping[str, int]  # minutes by reason
    sessions: frozenset[Key]  # those that fell out: slot and day


NOTHING = Planned(0, {}, frozenset())


@dataclass
class Course:
    """The weekly times of one provision, each with whom it names, and who delivers it."""

    slots: list[tuple[Slot, int | None]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    responsible: Sequence[tuple[date, int | None]] = ()  # who answers for it, by the day on which it was written
    fallen: Sequence[Fallen] = ()

    @property
    def users(self) -> set[int]:
        """Whoever may have been to take one of its sessions."""
        named = {who for _, who in (*self.slots, *self.responsible) if who}
        return named | {part.user for part in self.parts}


@dataclass(frozen=True)
class Happened:
    """What is known of some days beside the timetable."""

    days: Days
    closed: Sequence[date]
    away: Mapping[date, Collection[int]]
    out: Mapping[int, Sequence[date]]  # learners on trips
    said: Collection[Key]  # sessions, by slot and day, about which somebody said something
    covered: Mapping[Key, int]  # who stands in, by slot and day
    covering: Mapping[Key, Collection[int]]  # those who stand in, by provision and day

    @cached_property
    def shut(self) -> frozenset[date]:
        """The closed days, for looking up."""
        return frozenset(self.closed)

    @cached_property
    def closed_by_weekday(self) -> Mapping[int, Sequence[date]]:
        """The closed days of each weekday."""
        return _by_weekday(self.closed)

    @cached_property
    def away_by_weekday(self) -> Mapping[int, Sequence[date]]:
        """Of each weekday the days on which somebody is away."""
        return _by_weekday(self.away)

    @cached_property
    def stood_in(self) -> frozenset[int]:
        """The slots of which somebody else took a session."""
        return frozenset(slot for slot, _ in self.covered)

    def held(self, slot: Slot, day: date) -> bool:
        """Whether the timetable plans `slot` on `day`, and nobody said how it went."""
        if slot.weekday != day.weekday() or (slot.pk, day) in self.said:
            return False
        return bool(self.days.sessions(slot, day, day))


def _by_weekday(days: Iterable[date]) -> Mapping[int, Sequence[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    for day in days:
        found[day.weekday()].append(day)
    return found


def fallen_of(provision: int, course: Course, happened: Happened) -> list[Fallen]:
    """The sessions of one provision that fell out for everybody: closed, or with every adult away."""
    found = []
    usual = {part.user for part in course.parts} | {who for _, who in course.responsible}
    for slot, named in course.slots:
        found += [
            Fallen(slot.pk, day, slot.minutes, "closed")
            for day in happened.closed_by_weekday.get(slot.weekday, ())
            if happened.held(slot, day)
        ]
        for day in happened.away_by_weekday.get(slot.weekday, ()):
            gone = happened.away[day]
            concerned = named in gone or slot.pk in happened.stood_in or not usual.isdisjoint(gone)
            if concerned and day not in happened.shut and happened.held(slot, day):
                people = _people(provision, course, named, slot.pk, day, happened)
                if all_away(people, gone):
                    found.append(Fallen(slot.pk, day, slot.minutes, "staff_absent"))
    return found


def _people(
    provision: int, course: Course, named: int | None, slot: int, day: date, happened: Happened
) -> Iterable[int]:
    """Who is to take a session: whoever stands in, else whoever does as a rule."""
    if cover := happened.covered.get((slot, day)):
        return [cover]
    takers = who_takes(
        course.parts, day=day, named=named, covering=happened.covering.get((provision, day), ()),
        responsible=in_force(course.responsible, day) if course.responsible else None,
    )  # fmt: skip
    return [one.user for one in takers]


def planned_over(course: Course, days: Days, starts: date, ends: date) -> Planned:
    """What the timetable of a provision plans from `starts` to `ends`, and what of it fell out for everybody."""
    fallen: dict[str, int] = defaultdict(int)
    sessions = []
    for slot, day, minutes, reason in course.fallen:
        if starts <= day <= ends:
            fallen[reason] += minutes
            sessions.append((slot, day))
    minutes = sum(slot.minutes * days.sessions(slot, starts, ends) for slot, _ in course.slots)
    return Planned(minutes, fallen, frozenset(sessions))


def on_trips(learner: int, course: Course, times: Planned, span: Span, happened: Happened) -> int:
    """Minutes of sessions within `span` that fell out because the learner was on a trip, and for no other reason."""
    return sum(
        slot.minutes
        for day in happened.out.get(learner, ())
        if day in span
        for slot, _ in course.slots
        if (slot.pk, day) not in times.sessions and happened.held(slot, day)
    )
