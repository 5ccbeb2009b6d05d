"""What one act makes of several places at once: each place before and after, or why it stays as it is. Pure.

Source: issue 3, "Bulk"; docs/map.md. Days count on both ends; an open end is None.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from interventions.continuing import Place
from interventions.dose import ONLY_EVERYDAY, Dose
from interventions.regrouping import Moves, Running, merge

Days = tuple[date, date | None]
NOT_THEN = "These days are not possible for this learner: ask your SENCO."
NOT_THERE = "This learner cannot be placed there: ask your SENCO."


@dataclass(frozen=True)
class Held:
    """A place that was selected, as it stands; `within` are the days of its provision, `name` is the provision's."""

    place: Place
    provision: int
    name: str
    within: Days
    dose: Dose
    review_on: date | None = None
    tier: int | None = None


@dataclass(frozen=True)
class Line:
    """What becomes of one place: its new values by field, none where it stays; and a sentence, why or what to know."""

    held: Held
    after: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    outside: bool = False  # it stays because its provision does not run then


def words(day: date) -> str:
    """A day in a sentence.

    >>> words(date(2026, 12, 8))
    '8 December 2026'
    """
    return f"{day.day} {day:%B %Y}"


def ended(held: Held, on: date, today: date) -> Line:
    """`on` is its last day. One that is still to begin ends on its first day; one that was over stays.

    So does one that had begun by `today`, but after `on`: what ran is not unsaid by a day that was mistyped.

    >>> held = Held(Place(7, 1, 3, date(2026, 9, 7), None), 2, "Phonics", (date(2026, 9, 1), None), Dose(3, 20))
    >>> ended(held, date(2026, 12, 18), date(2026, 11, 23)).after
    {'ends': datetime.date(2026, 12, 18)}
    """
    starts = held.place.starts
    last = max(on, starts)
    if held.place.ends and held.place.ends <= last:
        return Line(held, note=f"Ends on {words(held.place.ends)} already.")
    if on < starts <= today:
        return Line(held, note=f"Ran from {words(starts)}, after that day: choose a later last day.")
    return Line(held, {"ends": last}, "Has not begun by then: it ends on its first day." if starts > on else "")


def dated(held: Held, starts: date | None, ends: date | None) -> Line:
    """A new first day, a new last day, or both; None leaves that one as it is.

    A place stays as it is where it would end before it began, or leave the days of its provision.
    """
    first, last = starts or held.place.starts, ends or held.place.ends
    opens, closes = held.within
    after = {
        name: day for name, day, old in (("starts", first, held.place.starts), ("ends", last, held.place.ends))
        if day != old
    }  # fmt: skip
    if not after:
        return Line(held, note="Has these days already.")
    if last and last < first:
        return Line(held, note=f"It would end on {words(last)}, before it begins.")
    if first < opens:
        return Line(held, note=f"{held.name} itself starts on {words(opens)}.", outside=True)
    if closes and (last is None or last > closes):
        return Line(held, note=f"{held.name} itself ends on {words(closes)}.", outside=True)
    return Line(held, after)


def dosed(held: Held, dose: Dose, *, always: bool = False) -> Line:
    """A new dose; `always` says it was "every lesson", which is one at tier 1 alone: above it would read as unsaid."""
    if always and held.tier and held.tier > 1:
        return Line(held, note=ONLY_EVERYDAY)
    if held.dose == dose:
        return Line(held, note="Has this dose already.")
    return Line(held, {"sessions": dose.sessions, "minutes": dose.minutes})


def reviewed(held: Held, on: date, *, only_empty: bool) -> Line:
    """A new review date; with `only_empty` only where there is none yet."""
    if held.review_on == on:
        return Line(held, note="Has this review date already.")
    if held.review_on and only_empty:
        return Line(held, note=f"Keeps its review on {words(held.review_on)}.")
    last = held.place.ends
    return Line(
        held, {"review_on": on}, f"Ends on {words(last)}, before its review." if last and last < on else ""
    )  # fmt: skip


def apart(
    lines: Sequence[Line],
    others: Mapping[tuple[int, int], Collection[tuple[int, Days]]],
    hidden: Collection[int] = (),
) -> list[Line]:
    """`lines`, less the changes that would give a learner two places in one provision on one day.

    `others` holds all places, the selected ones too, by provision and learner, each with its id; of the `hidden` ones
    nothing is told. A change is taken when it meets neither where another place stands nor a change taken before it,
    the latest places first.
    """
    taken: dict[int, Line] = {}
    for line in sorted(lines, key=lambda one: one.held.place.starts, reverse=True):
        place = line.held.place
        beside = [one for one in others.get((line.held.provision, place.learner), ()) if one[0] != place.pk]
        spans = [(pk, days) for pk, days in beside] + [(pk, _days_after(taken[pk])) for pk, _ in beside if pk in taken]
        met = {pk for pk, days in spans if line.after and _meet(_days_after(line), days)}
        if met:
            told = NOT_THEN if met <= set(hidden) else "The learner has another place in this provision in that time."
            line = Line(line.held, note=told)
        taken[place.pk] = line
    return [taken[line.held.place.pk] for line in lines]


def _days_after(line: Line) -> Days:
    place = line.held.place
    return line.after.get("starts", place.starts), line.after.get("ends", place.ends)


def _meet(one: Days, other: Days) -> bool:
    return (other[1] is None or one[0] <= other[1]) and (one[1] is None or other[0] <= one[1])


def why_not_moved(into: Running, day: date) -> str:
    """Why nobody can be moved into the group `into` on `day`, as a sentence; "" when they can."""
    if day < into.starts:
        return f"{into.name} itself starts on {words(into.starts)}: choose that day or a later one."
    if into.ends and day > into.ends:
        return f"{into.name} itself ends on {words(into.ends)}: choose that day or an earlier one."
    return ""


def moved(held: Iterable[Held], into: Running, day: date, hidden: Collection[int] = ()) -> tuple[list[Line], Moves]:
    """From `day` the places go on in the group `into`, no longer than it runs: what becomes of each, and the moves.

    A learner with a place there that is `hidden` from who asks stays where they are, and nothing is told of it.

    A line's `after` holds the new days in `into`; a place that ends with no new one, because its learner has a place
    there already, holds "ends" alone, and one that would be a second place for the same days "gone".

    >>> place = Place(7, 1, 3, date(2026, 9, 7), date(2026, 12, 18))
    >>> one = Held(place, 2, "Phonics", (date(2026, 9, 1), None), Dose(3, 20))
    >>> lines, moves = moved([one], Running(5, 1, "Phonics B", date(2026, 9, 1), None), date(2026, 11, 2))
    >>> lines[0].after["starts"], moves.ends
    (datetime.date(2026, 11, 2), {7: datetime.date(2026, 11, 1)})
    """
    lines, going = [], []
    closed = {place.learner for place in into.places if place.pk in hidden}
    for one in held:
        place = one.place
        if one.provision == into.pk:
            lines.append(Line(one, note="Is in this group already."))
        elif place.ends and place.ends < day:
            lines.append(Line(one, note=f"Was over on {words(place.ends)}."))
        elif place.learner in closed:
            lines.append(Line(one, note=NOT_THERE))
        elif into.ends and place.starts > into.ends:
            lines.append(Line(one, note=f"Begins on {words(place.starts)}, after {into.name} ends."))
        else:
            going.append(one)
    moves = merge(into, [Running(0, 0, "", day, None, tuple(_clipped(one.place, into.ends) for one in going))], day)
    fresh: dict[int, list[Days]] = {}
    for place, days in moves.fresh:
        fresh.setdefault(place.pk, []).append(days)
    lines += [_move(one, moves, fresh, into) for one in going]
    return lines, moves


def _clipped(place: Place, last: date | None) -> Place:
    ends = min(place.ends or date.max, last or date.max)
    return replace(place, ends=None if ends == date.max else ends)


def _move(held: Held, moves: Moves, fresh: Mapping[int, list[Days]], into: Running) -> Line:
    pk = held.place.pk
    there = f"The learner has a place in {into.name} already."
    if pk in moves.gone:
        return Line(held, {"gone": True}, f"{there} This one, which has not begun, goes.")
    days = moves.moved.get(pk) or fresh.get(pk, [None])[0]
    after: dict[str, Any] = {"ends": moves.ends[pk]} if pk in moves.ends else {}
    if days is None:
        return Line(held, after, f"{there} This one ends.")
    note = f"{there} It is filled up around that." if len(fresh.get(pk, ())) > 1 else ""
    if days[1] and days[1] == into.ends != held.place.ends:
        note = note or f"Goes on to {words(days[1])}, when {into.name} ends."
    return Line(held, after | {"starts": days[0], "until": days[1]}, note)


def changing(lines: Iterable[Line]) -> list[Line]:
    """The lines that change something."""
    return [line for line in lines if line.after]


def token_of(places: Mapping[int, int], provisions: Mapping[int, int], outcome: object) -> str:
    """What a preview was made from, as one text for a form: the version of each record by id, and what would come.

    >>> token_of({7: 1, 3: 2}, {5: 4}, ())[:10]
    '3.2,7.1;5.'
    """
    parts = [",".join(f"{pk}.{version}" for pk, version in sorted(one.items())) for one in (places, provisions)]
    return ";".join([*parts, sha256(repr(outcome).encode()).hexdigest()[:16]])


@dataclass(frozen=True)
class Differing:
    """How two tokens differ: the places and the provisions that changed, or went; and whether what would come did."""

    places: frozenset[int]
    provisions: frozenset[int]
    outcome: bool

    def __bool__(self) -> bool:
        return bool(self.places or self.provisions or self.outcome)


def differing(seen: str, now: str) -> Differing:
    """What moved between two tokens; a token that is none of ours differs in everything.

    >>> differing("7.1,8.1;5.4;ab", "7.2;5.4;ab").places == {7, 8}
    True
    """
    old, new = (_read(one) for one in (seen, now))
    places, provisions = (
        frozenset(pk for pk in {*old[at], *new[at]} if old[at].get(pk) != new[at].get(pk)) for at in (0, 1)
    )
    return Differing(places, provisions, old[2] != new[2])


def _read(token: str) -> tuple[dict[int, str], dict[int, str], str]:
    first, second, outcome = [*token.split(";", 2), "", ""][:3]
    return _versions(first), _versions(second), outcome


def _versions(text: str) -> dict[int, str]:
    pairs = (one.partition(".") for one in text.split(",") if one)
    return {int(pk): version for pk, _, version in pairs if pk.isascii() and pk.isdigit() and len(pk) < 19}
