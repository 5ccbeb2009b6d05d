"""Next year: who moves up, who stays, who leaves, and into which class. Pure.

Source: issue 3, "Next year: learners move up, leavers leave, history stays"; year groups of the census in their order
(`census.YEARS`). A school year begins on 1 September.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from learners.census import YEAR_ORDER, YEARS, year_from_birth
from provisionmap.school.calendar import DAY, academic_year_of

UP, STAY, LEAVE = "up", "stay", "leave"
CHOICES = {UP: "moves up", STAY: "stays in the year", LEAVE: "leaves"}
NOT_FOLLOWED = "X"
FEW = 5  # the oldest year group with less than a fifth of the largest one's learners is a few kept back


@dataclass(frozen=True)
class Pupil:
    """A learner on roll, as the turn of the year looks at them."""

    pk: int
    version: int
    nc_year: str
    group: int | None = None
    born: date | None = None
    joined: date | None = None
    left: date | None = None


@dataclass(frozen=True)
class Turn:
    """The turn into the school year `name`, whose first day is `first`: who is in `last_year` leaves on `last_day`."""

    name: str
    first: date
    last_year: str
    last_day: date


@dataclass(frozen=True)
class Step:
    """What becomes of one pupil: `usual` by the rules, `does` as chosen; `reason` asks a person to look."""

    pupil: Pupil
    usual: str
    does: str
    reason: str = ""

    @property
    def nc_year(self) -> str:
        """The year group afterwards."""
        return next_year(self.pupil.nc_year) or self.pupil.nc_year if self.does == UP else self.pupil.nc_year

    def left(self, turn: Turn) -> date | None:
        """The last day afterwards: a leaver's, no earlier than they joined; the one written down already stays."""
        if self.does != LEAVE:
            return self.pupil.left
        if self.pupil.left and self.pupil.left < turn.first:
            return self.pupil.left
        return max(turn.last_day, self.pupil.joined or turn.last_day)


@dataclass(frozen=True)
class Room:
    """A class or tutor group."""

    pk: int
    name: str
    nc_year: str
    teachers: frozenset[int] = frozenset()


def next_year(code: str) -> str:
    """The year group after `code`; "" after the last, and where none is followed.

    >>> next_year("N2"), next_year("R"), next_year("14"), next_year("X"), next_year("")
    ('R', '1', '', '', '')
    """
    place = YEAR_ORDER.get(code)
    after = list(YEARS)[place + 1] if place is not None and code != NOT_FOLLOWED else ""
    return "" if after == NOT_FOLLOWED else after


def last_year_of(pupils: Iterable[Pupil]) -> str:
    """The year group that leaves: the oldest that is more than a handful; "" without any.

    >>> last_year_of([Pupil(n, 1, "6") for n in range(30)] + [Pupil(31, 1, "7")])
    '6'
    """
    sizes: dict[str, int] = {}
    for one in pupils:
        if one.nc_year in YEAR_ORDER and one.nc_year != NOT_FOLLOWED:
            sizes[one.nc_year] = sizes.get(one.nc_year, 0) + 1
    large = [code for code, size in sizes.items() if size * FEW >= max(sizes.values())]
    return max(large, key=YEAR_ORDER.__getitem__, default="")


def years_offered(today: date) -> list[tuple[str, date]]:
    """The school years that learners may move into, with their first day: the present one and the next."""
    name, span = academic_year_of(today)
    after = academic_year_of(span.ends + DAY)
    return [(name, span.starts), (after[0], after[1].starts)]


def usual_year(pupils: Iterable[Pupil], today: date) -> tuple[str, date]:
    """The school year they most likely move into: the present one while most are a year behind their age.

    >>> usual_year([Pupil(1, 1, "4", born=date(2018, 1, 15))], date(2026, 11, 23))[0]
    '2027/28'
    >>> usual_year([Pupil(1, 1, "3", born=date(2018, 1, 15))], date(2026, 9, 3))[0]
    '2026/27'
    """
    behind = 0
    for one in pupils:
        usual = year_from_birth(one.born, today) if one.born else ""
        if usual and one.nc_year:
            behind += (next_year(one.nc_year) == usual) - (one.nc_year == usual)
    return years_offered(today)[0 if behind > 0 else 1]


def steps_of(pupils: Iterable[Pupil], turn: Turn, by_hand: Mapping[int, str]) -> list[Step]:
    """What becomes of each: by the rules, unless chosen by hand (by id)."""
    found = []
    for one in pupils:
        usual, reason = _usual(one, turn)
        does = by_hand.get(one.pk, usual)
        found.append(Step(one, usual, does if does in choices_of(one, turn) else usual, reason))
    return found


def choices_of(pupil: Pupil, turn: Turn) -> list[str]:
    """What can be chosen for a pupil: whoever leaves already leaves, and nobody moves up beyond the last year."""
    if pupil.left and pupil.left < turn.first:
        return [LEAVE]
    return [UP, STAY, LEAVE] if next_year(pupil.nc_year) else [STAY, LEAVE]


def _usual(pupil: Pupil, turn: Turn) -> tuple[str, str]:
    if pupil.joined and pupil.joined >= turn.first:
        return STAY, f"joined in {turn.name}: is in the right year already"
    if pupil.left and pupil.left < turn.first:
        return LEAVE, f"leaves on {pupil.left.day} {pupil.left:%B %Y} already"
    if pupil.nc_year == NOT_FOLLOWED:
        return STAY, "follows no year group"
    if pupil.nc_year not in YEAR_ORDER:
        return STAY, "has no year group"
    usual = year_from_birth(pupil.born, turn.first - DAY) if pupil.born else ""
    leaves = YEAR_ORDER[pupil.nc_year] >= YEAR_ORDER.get(turn.last_year, len(YEARS)) or not next_year(pupil.nc_year)
    out = f"out of year group: {YEARS[usual]} by age" if usual and usual != pupil.nc_year else ""
    return LEAVE if leaves else UP, out


def room_after(room: Room, rooms: Sequence[Room]) -> int | None:
    """The class that those of `room` who move up most likely go to; None where nothing tells.

    A class without a year keeps its learners; "4A" becomes "5A"; the only class of the next year takes them all, or the
    only one that a teacher of theirs has as well.

    >>> room_after(Room(1, "4A", "4"), [Room(2, "5a", "5"), Room(3, "5B", "5")])
    2
    """
    if not room.nc_year:
        return room.pk
    after = [one for one in rooms if one.nc_year == next_year(room.nc_year)]
    if room.nc_year.isdigit():
        name = re.sub(rf"(?<!\d){room.nc_year}(?!\d)", next_year(room.nc_year), room.name)
        named = [one for one in after if one.name.casefold() == name.casefold()]
        after = named if name != room.name and named else after
    if len(after) > 1:
        after = [one for one in after if one.teachers & room.teachers]
    return after[0].pk if len(after) == 1 else None


def token_of(pupils: Iterable[Pupil], places: Iterable[tuple[int, int]]) -> str:
    """What a preview was made from, as one text for a form: pupils, and (id, version) of the places that end."""
    learners = ",".join(f"{one.pk}.{one.version}" for one in pupils)
    return f"{learners};{','.join(f'{pk}.{version}' for pk, version in places)}"


def moved_pupils(seen: str, now: str) -> tuple[list[int], int, int, bool]:
    """What differs between two tokens: ids changed, how many came, how many went, whether places were changed.

    >>> moved_pupils("1.1,2.1,3.1;9.1", "1.1,2.2,4.1;9.2")
    ([2], 1, 1, True)
    """
    (old, old_places), (new, new_places) = _read(seen), _read(now)
    changed = [pk for pk in new if pk in old and old[pk] != new[pk]]
    came, went = len(set(new) - set(old)), len(set(old) - set(new))
    return changed, came, went, old_places != new_places


def _read(token: str) -> tuple[dict[int, str], str]:
    learners, _, places = token.partition(";")
    pairs = (pair.partition(".") for pair in learners.split(",") if re.fullmatch(r"\d{1,18}\.\d+", pair))
    return {int(pk): version for pk, _, version in pairs}, places
