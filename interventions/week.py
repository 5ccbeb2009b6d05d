"""One week of the timetable as a page shows it: whose it is, which sessions, and where each stands. No query."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from interventions.ledger import REASONS
from interventions.occurrences import (
    CLOSED,
    DELIVERED,
    MISSED,
    NOBODY,
    PLANNED,
    STAFF_ABSENT,
    TRIP,
    UNSAID,
    Occurrence,
)
from interventions.said import NOBODY_THERE
from interventions.unsaid import code_of

DAY = timedelta(days=1)
SCHOOL, GROUP, LEARNER, STAFF, PLACE = "school", "class", "learner", "staff", "place"
VIEWS = {
    SCHOOL: "Whole school", GROUP: "A class", LEARNER: "A learner", STAFF: "A member of staff", PLACE: "A place",
}  # fmt: skip
MOST_ROWS = 60  # of the grid, for which the stylesheet has a line each
# What a session came to: a sign and words, so that no colour has to tell it.
STATES = {
    DELIVERED: ("✓", "Delivered"), MISSED: ("✕", "Not delivered"), CLOSED: ("▬", "School closed"),
    TRIP: ("➜", "On a trip"), STAFF_ABSENT: ("!", "Staff absent"), UNSAID: ("?", "Nothing said yet"),
    PLANNED: ("○", "Planned"), NOBODY: ("–", "No learner had a place"),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One session in words."""

    name: str
    tier: int
    provision: int
    at: time | None
    until: time | None
    minutes: int
    place: str
    people: str
    learners: tuple[str, ...]
    count: int
    state: str
    sign: str
    words: str
    usual: str = ""
    extra: bool = False
    address: str = ""  # of the session, of its card or of its provision


@dataclass(frozen=True)
class Cell:
    """What begins at one time of one day; `row` is its line of the grid."""

    at: time | None
    row: int
    sessions: tuple[Shown, ...]


@dataclass(frozen=True)
class Day:
    """A day of the week with its cells."""

    day: date
    today: bool
    cells: tuple[Cell, ...]


def words_of(one: Occurrence) -> str:
    """What it came to, and why not."""
    if one.nobody_there:
        return NOBODY_THERE
    words = STATES[one.state][1]
    if one.state == MISSED and one.session:
        return f"{words}: {REASONS[one.session.reason].lower()}"
    if one.session and one.session.actual is not None and one.state == DELIVERED:
        return f"{words}, {one.session.actual} min"
    return words


def shown(one: Occurrence, *, names: bool, address: str = "") -> Shown:
    """A session in words; with the names of its learners, or only how many there are."""
    usual = ", ".join(adult.name for adult in one.usual)
    state = MISSED if one.nobody_there else one.state
    return Shown(
        one.name, one.tier, one.provision, one.at, one.ends_at, one.minutes, one.place,
        ", ".join(adult.name for adult in one.people),
        tuple(f"{who.name} (on a trip)" if who.on_trip else who.name for who in one.learners) if names else (),
        len(one.learners), state, STATES[state][0], words_of(one), usual,
        bool(one.session and one.session.extra), address,
    )  # fmt: skip


def of_class(found: Iterable[Occurrence], learners: Collection[int]) -> list[Occurrence]:
    """Those with any of `learners`, and of each the learners that are among them."""
    rows = (replace(one, learners=tuple(who for who in one.learners if who.learner in learners)) for one in found)
    return [one for one in rows if one.learners]


def of_whom(found: Iterable[Occurrence], by: str, who: int, place: str) -> list[Occurrence]:
    """Those of one learner, one adult or one place; all of them for the whole school.

    An adult's are those they take, and those that somebody else takes for them.
    """
    if by == LEARNER:
        return [one for one in found if any(learner.learner == who for learner in one.learners)]
    if by == STAFF:
        return [one for one in found if one.taken_by(who) or any(adult.user == who for adult in one.usual)]
    if by == PLACE:
        return [one for one in found if one.place and code_of(one.place) == place]
    return list(found)


def choices_of(found: Iterable[Occurrence]) -> dict[str, list[tuple[Any, str]]]:
    """Who and what the week can be narrowed to, by name."""
    learners, staff, places = {}, {}, {}
    for one in found:
        learners |= {who.learner: who.name for who in one.learners}
        staff |= {adult.user: adult.name for adult in (*one.people, *one.usual) if adult.user}
        if one.place:
            places.setdefault(code_of(one.place), one.place)
    return {
        name: sorted(known.items(), key=lambda pair: (str(pair[1]).casefold(), str(pair[0])))
        for name, known in ((LEARNER, learners), (STAFF, staff), (PLACE, places))
    }


def days_of(
    found: Sequence[Occurrence], monday: date, today: date, *, names: bool, address: Callable[[Occurrence], str]
) -> tuple[list[Day], list[time | None]]:
    """Monday to Friday with what begins when, and the times of the grid's lines; what has no time comes last.

    `address` tells where each session leads to.
    """
    times = sorted({one.at for one in found if one.at})
    lines: list[time | None] = [*times[: MOST_ROWS - 1]]
    if len(times) >= MOST_ROWS or any(one.at is None for one in found):
        lines.append(None)
    row = {at: number for number, at in enumerate(lines, 1)}
    of: dict[tuple[date, int], list[Occurrence]] = {}
    for one in found:
        of.setdefault((one.day, row.get(one.at, len(lines))), []).append(one)
    days = []
    for number in range(5):
        day = monday + DAY * number
        cells = [
            Cell(lines[line - 1], line, tuple(shown(one, names=names, address=address(one)) for one in of[on, line]))
            for on, line in sorted(of)
            if on == day
        ]
        days.append(Day(day, day == today, tuple(cells)))
    return days, lines
