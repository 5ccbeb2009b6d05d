"""Splitting one group into two and merging several into one: which places end, move or begin. Pure.

Every learner who had a place on a day has exactly one of them on that day afterwards. Days count on both ends; an
open end is None. Source: issue 3, "Split and merge groups".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from interventions.continuing import Place
from provisionmap.school.calendar import DAY

Days = tuple[date, date | None]


@dataclass(frozen=True)
class Running:
    """A provision with its places."""

    pk: int
    version: int
    name: str
    starts: date
    ends: date | None
    places: tuple[Place, ...] = ()

    @property
    def token(self) -> str:
        """What a preview of it was made from, as one text for a form; compared by `continuing.moved_words`."""
        places = ",".join(f"{one.pk}.{one.version}" for one in sorted(self.places, key=lambda one: one.pk))
        return f"d{self.version};p{places}"


@dataclass
class Moves:
    """What becomes of places, by id: the new last day, new days in the other provision, or gone; and what begins."""

    ends: dict[int, date] = field(default_factory=dict)
    moved: dict[int, Days] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    fresh: list[tuple[Place, Days]] = field(default_factory=list)
    there: list[Place] = field(default_factory=list)  # whose learner is in the other provision already


def next_name(name: str) -> str:
    """What the second group of `name` may be called.

    >>> next_name("Precision teaching"), next_name("Precision teaching B")
    ('Precision teaching B', 'Precision teaching C')
    """
    lettered = re.fullmatch(r"(.+) ([A-Y])", name)
    return f"{lettered[1]} {chr(ord(lettered[2]) + 1)}" if lettered else f"{name} B"


def why_not_split(one: Running, chosen: Collection[int], day: date) -> str:
    """Why `one` can't be split on `day` with the places `chosen`, as a sentence; "" when it can."""
    if day < one.starts:
        return f"{one.name} itself starts on {one.starts:%d/%m/%Y}: choose that day or a later one."
    if one.ends and day > one.ends:
        return f"{one.name} itself ends on {one.ends:%d/%m/%Y}: choose that day or an earlier one."
    running = {place.pk for place in one.places if _reaches(place, day)}
    if not running & set(chosen):
        return "Tick at least one learner who has a place on that day or later."
    if not running - set(chosen):
        return "Somebody has to stay. To move everybody, change the provision itself."
    return ""


def split(places: Iterable[Place], chosen: Collection[int], day: date) -> Moves:
    """From `day` the places `chosen` are in the new group; what was over by then stays where it was.

    >>> place = Place(7, 1, 3, date(2026, 9, 7), date(2026, 12, 18))
    >>> split([place], [7], date(2026, 11, 2)).ends
    {7: datetime.date(2026, 11, 1)}
    """
    moves = Moves()
    for place in places:
        if place.pk not in chosen or not _reaches(place, day):
            continue
        if place.starts >= day:
            moves.moved[place.pk] = (place.starts, place.ends)
        else:
            moves.ends[place.pk] = day - DAY
            moves.fresh.append((place, (day, place.ends)))
    return moves


def why_not_merged(into: Running, others: Sequence[Running], day: date) -> str:
    """Why `others` can't become one with `into` on `day`, as a sentence; "" when they can."""
    if not others:
        return "Tick at least two groups, one of which takes the others in."
    for one in (into, *others):
        if one.ends and one.ends < day:
            return f"{one.name} ends on {one.ends:%d/%m/%Y}, before that day: choose an earlier one."
    if into.starts > day:
        return f"{into.name} itself starts on {into.starts:%d/%m/%Y}: choose that day or a later one."
    for one in others:
        if one.starts >= day:
            return f"{one.name} starts on {one.starts:%d/%m/%Y}: choose a later day, so that it ends after it began."
    return ""


def last_day(into: Running, others: Iterable[Running]) -> date | None:
    """How long the merged group runs: as long as the longest of them."""
    return _open(max(_shut(one.ends) for one in (into, *others)))


def merge(into: Running, others: Iterable[Running], day: date) -> Moves:
    """From `day` everybody of `others` is in `into`; where they have a place there already, they get no second one."""
    moves = Moves()
    held: dict[int, list[tuple[date, date]]] = {}
    for place in into.places:
        held.setdefault(place.learner, []).append((place.starts, _shut(place.ends)))
    for place in (place for one in others for place in one.places if _reaches(place, day)):
        spans = held.setdefault(place.learner, [])
        missing = _uncovered(spans, max(place.starts, day), _shut(place.ends))
        spans += missing
        days: list[Days] = [(starts, _open(ends)) for starts, ends in missing]
        if not days:
            moves.there.append(place)
        if place.starts < day:
            moves.ends[place.pk] = day - DAY
        elif days:
            moves.moved[place.pk] = days.pop(0)
        else:
            moves.gone.append(place.pk)
        moves.fresh += [(place, one) for one in days]
    return moves


def _reaches(place: Place, day: date) -> bool:
    return place.ends is None or place.ends >= day


def _shut(day: date | None) -> date:
    return day or date.max


def _open(day: date) -> date | None:
    return None if day == date.max else day


def _uncovered(spans: Iterable[tuple[date, date]], starts: date, ends: date) -> list[tuple[date, date]]:
    """The days from `starts` to `ends` that none of `spans` holds, as spans in order."""
    found = []
    for first, last in sorted(spans):
        if last < starts or first > ends:
            continue
        if first > starts:
            found.append((starts, first - DAY))
        if last >= ends:
            return found
        starts = last + DAY
    return [*found, (starts, ends)]
