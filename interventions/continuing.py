"""What of one term goes on in another: which provisions, with whom, from when to when. Pure.

Source: issue 3, "Copy last term's map into this one"; docs/terms.md. Days count on both ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from provisionmap.school.calendar import DAY, CalendarDates, Span, TermDates, teaching_weeks

CLOSE = timedelta(days=13)  # what ends in the last two weeks of a term ends with it: trips and tests take the rest
FRIDAY = 4
ALREADY, RUNS_ON, EARLY, CONTINUES = "already", "runs on", "early", "continues"


@dataclass(frozen=True)
class Place:
    """A learner's place in a provision; `left` is the learner's last day at the school, where it is known."""

    pk: int
    version: int
    learner: int
    starts: date
    ends: date | None
    left: date | None = None


@dataclass(frozen=True)
class Held:
    """A provision of either term. `weeks` are the usual ones of its library entry, `staff` tells who is carried."""

    pk: int
    version: int
    name: str
    tier: int
    starts: date
    ends: date | None
    places: tuple[Place, ...] = ()
    group: int | None = None
    weeks: int | None = None
    archived: bool = False
    staff: str = ""


@dataclass(frozen=True)
class Choice:
    """One learner of a provision: may they be ticked, are they to begin with, why not, and their new last day."""

    place: Place
    may: bool
    ticked: bool
    reason: str
    ends: date


@dataclass(frozen=True)
class Row:
    """One provision of the old term and what can become of it. `joins` is the copy that is there already."""

    held: Held
    state: str
    reason: str
    ticked: bool
    span: Span
    choices: tuple[Choice, ...] = ()
    joins: int | None = None
    there: tuple[tuple[int, int], ...] = ()  # provisions of this name in the new term, with how many of its learners

    @property
    def may(self) -> bool:
        """Whether it can be ticked at all."""
        return self.state in (CONTINUES, EARLY)

    @property
    def token(self) -> str:
        """What the preview was made from, as one text for a form: equal while nothing of it has moved."""
        held = self.held
        places = ",".join(f"{one.pk}.{one.version}.{one.left or ''}" for one in sorted(held.places, key=_by_pk))
        days = f"{self.span.starts}/{self.span.ends}"
        there = ",".join(f"{pk}.{many}" for pk, many in self.there)
        return f"d{held.version};p{places};e{days};s{held.staff};t{there}"


@dataclass(frozen=True)
class Copy:
    """A provision to be written from `held`, or (`joins`) places to be added to the copy that is there."""

    held: Held
    span: Span
    joins: int | None
    places: tuple[tuple[Place, date], ...]


MOVED = {
    "d": "its details were changed",
    "p": "who has a place in it was changed",
    "e": "the days it would run were changed",
    "s": "who delivers it was changed",
    "t": "the new term’s map was changed",
}


def moved_words(seen: str, now: str) -> list[str]:
    """What differs between two tokens of one row, in words.

    >>> moved_words("d1;p7.1.;e/;s;t", "d2;p7.1.;e/;s;t4")
    ['its details were changed', 'the new term’s map was changed']
    """
    old = {part[:1]: part for part in seen.split(";")}
    return [MOVED[part[0]] for part in now.split(";") if old.get(part[0]) != part]


def usual_pair(terms: Sequence[TermDates], today: date) -> tuple[int, int] | None:
    """Which terms a copy is most likely about, as places in `terms`: None with fewer than two.

    Up to half-term the term before is copied into the running one; later, the running one into the next. In a
    holiday it is the term that just ended.

    >>> autumn = TermDates("Autumn", date(2026, 9, 7), date(2026, 12, 18))
    >>> spring = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 26))
    >>> usual_pair([autumn, spring], date(2026, 12, 1)), usual_pair([autumn, spring], date(2027, 1, 9))
    ((0, 1), (0, 1))
    """
    order = sorted(range(len(terms)), key=lambda at: terms[at].starts)
    if len(order) < 2:
        return None
    begun = [at for at in order if terms[at].starts <= today]
    place = len(begun) - 1
    if begun and _past_half(terms[begun[-1]], today):
        place += 1
    place = min(max(place, 1), len(order) - 1)
    return order[place - 1], order[place]


def _past_half(term: TermDates, today: date) -> bool:
    half = term.half_term.starts if term.half_term else term.starts + (term.ends - term.starts) / 2
    return today >= half


def half_term_review(term: TermDates, ends: date) -> date:
    """When half the term is over: its last school day before half-term, no later than `ends`.

    >>> term = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 26), Span(date(2027, 2, 15), date(2027, 2, 19)))
    >>> half_term_review(term, date(2027, 3, 26)), half_term_review(term, date(2027, 1, 29))
    (datetime.date(2027, 2, 12), datetime.date(2027, 1, 29))
    """
    if term.half_term is None:
        return min(term.ends, ends)
    day = term.half_term.starts - DAY
    return min(day - DAY * max(0, day.weekday() - FRIDAY), ends)


def days_of(weeks: int | None, first: date, term: TermDates, dates: CalendarDates) -> Span:
    """From `first` to the end of the term, or to the Friday of the last usual teaching week where that is sooner.

    >>> term = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 26), Span(date(2027, 2, 15), date(2027, 2, 19)))
    >>> days_of(7, date(2027, 1, 4), term, CalendarDates((term,))).ends
    datetime.date(2027, 2, 26)
    """
    taught = teaching_weeks(dates, Span(first, term.ends)) if weeks else []
    if not weeks or len(taught) <= weeks:
        return Span(first, term.ends)
    return Span(first, min(taught[weeks - 1][0] + DAY * FRIDAY, term.ends))


def rows_of(held: Iterable[Held], old: TermDates, new: TermDates, first: date, dates: CalendarDates) -> list[Row]:
    """What can become of each provision of the old term in the new one, which starts for it on `first`.

    `held` are the provisions of both terms. Default ticks: those that ended with the term and have no successor,
    with the learners who were in them to the end and are still here.
    """
    known = list(held)
    window = Span(first, new.ends)
    later: dict[str, list[Held]] = {}
    for one in known:
        if _meets(one.starts, one.ends, window):
            later.setdefault(key_of(one.name), []).append(one)
    mine = [one for one in known if _meets(one.starts, one.ends, Span(old.starts, old.ends))]
    taken: set[tuple[str, int]] = set()
    made = {}
    # The one that ran longest keeps a learner who was in two of one name.
    for one in sorted(mine, key=lambda each: (each.ends or date.max, each.pk), reverse=True):
        others = [each for each in later.get(key_of(one.name), []) if each.pk != one.pk]
        made[one.pk] = _row(one, others, old, days_of(one.weeks, first, new, dates), taken)
    return [made[one.pk] for one in mine]


def key_of(name: str) -> str:
    """Names that mean one provision, however they are written."""
    return " ".join(name.casefold().split())


def _by_pk(place: Place) -> int:
    return place.pk


def _meets(starts: date, ends: date | None, span: Span) -> bool:
    return starts <= span.ends and (ends is None or ends >= span.starts)


def _row(held: Held, others: list[Held], old: TermDates, span: Span, taken: set[tuple[str, int]]) -> Row:
    if held.ends is None or held.ends >= span.starts:
        until = f"to {_day(held.ends)}" if held.ends else "with no end"
        return Row(held, RUNS_ON, f"runs on {until}: no copy is needed", False, span)
    there = {place.learner: one for one in others for place in one.places if _meets(place.starts, place.ends, span)}
    mine = {place.learner for place in held.places}
    joins = _successor(held, others, there)
    if joins:  # which may run longer than the usual weeks
        span = Span(max(span.starts, joins.starts), joins.ends or span.ends)
        there |= {place.learner: joins for place in joins.places if _meets(place.starts, place.ends, span)}
    many = Counter(there[who].pk for who in mine & set(there))
    twins = tuple(sorted(many.items())) or (((joins.pk, 0),) if joins else ())
    if joins and mine <= set(there):
        return Row(held, ALREADY, "is in the new term already", False, span, there=twins)
    early = held.ends < old.ends - CLOSE
    reason = f"ended early, on {_day(held.ends)}" if early else ""
    if joins:
        reason = "is in the new term already: those you tick join it"
    elif held.archived:
        reason = reason or "is archived in the library"
    choices = tuple(_choice(place, held, there, span, taken) for place in _last_places(held.places))
    ticked = not reason and (not choices or any(one.ticked for one in choices))
    if ticked:
        taken |= {(key_of(held.name), one.place.learner) for one in choices if one.ticked}
    return Row(held, EARLY if early else CONTINUES, reason, ticked, span, choices, joins.pk if joins else None, twins)


def _successor(held: Held, others: list[Held], there: dict[int, Held]) -> Held | None:
    """The copy of `held` that is there: of its name, begun after it ended, with most of its learners or its group."""
    after = [one for one in others if held.ends and one.starts > held.ends]
    if not held.places:
        return next((one for one in after if one.group == held.group), None)
    shared = {one.pk: sum(there.get(place.learner) == one for place in held.places) for one in after}
    found = [one for one in after if shared[one.pk]]
    return max(found, key=lambda one: (shared[one.pk], -one.pk), default=None)


def _last_places(places: Iterable[Place]) -> list[Place]:
    """The last place of each learner, in the order given."""
    last: dict[int, Place] = {}
    for place in places:
        known = last.get(place.learner)
        if known is None or (place.ends or date.max, place.starts) > (known.ends or date.max, known.starts):
            last[place.learner] = place
    return list(last.values())


def _choice(place: Place, held: Held, there: dict[int, Held], span: Span, taken: set[tuple[str, int]]) -> Choice:
    ends = min(span.ends, place.left) if place.left else span.ends
    if place.left and place.left < span.starts:
        return Choice(place, False, False, f"leaves on {_day(place.left)}", span.ends)
    if place.learner in there:
        return Choice(place, False, False, "has it in the new term already", ends)
    if place.ends and held.ends and place.ends < held.ends - CLOSE:
        return Choice(place, True, False, f"ended early, on {_day(place.ends)}", ends)
    if (key_of(held.name), place.learner) in taken:
        return Choice(place, True, False, "goes on in the other one of this name", ends)
    return Choice(place, True, True, f"until leaving on {_day(ends)}" if ends < span.ends else "", ends)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def copies_of(rows: Iterable[Row], provisions: Collection[int], places: Collection[int]) -> list[Copy]:
    """What is to be written for the provisions and places that are ticked; nobody comes twice under one name.

    A provision that had learners and keeps none is left out.
    """
    taken: set[tuple[str, int]] = set()
    found = []
    for row in rows:
        if not row.may or row.held.pk not in provisions:
            continue
        kept = []
        for one in row.choices:
            mark = (key_of(row.held.name), one.place.learner)
            if one.may and one.place.pk in places and mark not in taken:
                taken.add(mark)
                kept.append((one.place, one.ends))
        if kept or not row.held.places:
            found.append(Copy(row.held, row.span, row.joins, tuple(kept)))
    return found
