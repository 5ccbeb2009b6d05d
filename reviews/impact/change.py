"""What changed between two results of one learner, and whether that is more than the test's own error. Pure.

Source: docs/domain.md, "Impact". A gain is positive where things are better, whichever way the numbers go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reviews.impact.ages import months_between, ratio_gain
from reviews.measures import Measure, too_soon
from reviews.precision import error_from_interval, least_reliable_change, reliable_change_index, shown

BETTER = "reliably better"
WORSE = "reliably worse"
INSIDE = "inside the measurement error"
UNKNOWN = "measurement error not known"


@dataclass(frozen=True)
class Result:
    """One number of one test on a day. `interval` is the publisher's for this very score, at the measure's level."""

    measure: str  # what tells measures apart: a key, or the name
    on: date
    value: Decimal
    strand: str = ""
    interval: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True)
class Change:
    """From one result to a later one. Made by `change`.

    `moved` is last less first, `gain` the same with + for better, both in the measure's unit; `more_than` is how far
    chance alone may move it, `index` the gain in errors of a difference; both None where the error is not known.
    `ratio` is of ages only.
    """

    first: Result
    last: Result
    moved: Decimal
    gain: Decimal
    months: Decimal
    more_than: Decimal | None
    index: Decimal | None
    reliable: str  # one of BETTER, WORSE, INSIDE, UNKNOWN
    ratio: Decimal | None
    too_soon: str  # a sentence, or ""

    @property
    def within_error(self) -> bool | None:
        """Whether it may be chance; None where nobody can tell."""
        return None if self.reliable == UNKNOWN else self.reliable == INSIDE


def error_of(one: Measure, result: Result) -> Decimal | None:
    """The standard error of a result: from its own interval, else from its measure; None where neither is known.

    An interval that is longer on one side counts with half its length.

    >>> from reviews.measures import measure
    >>> result = Result("r", date(2026, 9, 7), Decimal(103), interval=(Decimal(99), Decimal(107)))
    >>> shown(error_of(measure("standardised", "Reading test", level=90), result))
    Decimal('2.43')
    """
    if result.interval is None:
        return one.error
    lowest, highest = result.interval
    return error_from_interval((highest - lowest) / 2, one.level)


def change(one: Measure, first: Result, last: Result) -> Change:
    """What changed from `first` to `last`, both results of `one`.

    Raises ValueError for results of two measures or strands, and unless the second is later.

    >>> from reviews.measures import measure
    >>> test = measure("standardised", "Reading test", sd=Decimal(15), reliability=Decimal("0.9"))
    >>> found = change(test, Result("r", date(2026, 9, 7), Decimal(80)), Result("r", date(2026, 12, 7), Decimal(85)))
    >>> found.gain, shown(found.more_than), found.reliable
    (Decimal('5'), Decimal('13.15'), 'inside the measurement error')
    """
    if (first.measure, first.strand) != (last.measure, last.strand):
        raise ValueError("two results are compared only when they are of the same measure and strand")
    months = months_between(first.on, last.on)
    moved = last.value - first.value
    gain = moved * one.scale_of(first.strand).direction
    more_than = index = None
    reliable = UNKNOWN
    errors = error_of(one, first), error_of(one, last)
    if errors[0] is not None and errors[1] is not None:
        more_than = least_reliable_change(errors[0], errors[1])
        index = reliable_change_index(gain, errors[0], errors[1])
        reliable = BETTER if gain > more_than else WORSE if -gain > more_than else INSIDE
    ratio = ratio_gain(gain, months) if one.kind == "age" else None
    soon = too_soon(one, first.on, last.on)
    return Change(first, last, moved, gain, months, more_than, index, reliable, ratio, soon)


def at_edges(results: Iterable[Result], starts: date, ends: date) -> tuple[Result | None, Result | None]:
    """The result nearest to the first day of a provision, and of those after it the one nearest to the last day.

    For a placement that names no baseline. A single result belongs to the edge it is nearer to, so that a test at the
    end alone is no baseline. Of two as near the earlier counts at the start and the later at the end; of two on one
    day the higher number counts at both, so that choosing makes no gain.

    >>> days = [date(2026, 9, 4), date(2026, 10, 9), date(2026, 12, 11)]
    >>> results = [Result("r", day, Decimal(80)) for day in days]
    >>> [one.on.isoformat() for one in at_edges(results, date(2026, 9, 7), date(2026, 12, 18))]
    ['2026-09-04', '2026-12-11']
    >>> at_edges(results[2:], date(2026, 9, 7), date(2026, 12, 18))[0] is None
    True
    """
    known = list(results)
    if not known:
        return None, None
    first = min(known, key=lambda one: (abs(one.on - starts), one.on, -one.value))
    later = [one for one in known if one.on > first.on]
    if not later and abs(first.on - starts) > abs(first.on - ends):
        return None, first
    return first, min(later, key=lambda one: (abs(one.on - ends), -one.on.toordinal(), -one.value), default=None)


@dataclass(frozen=True)
class Profile:
    """How the strands of one measure changed: the gain of each that has both results, + for better.

    `better` and `worse` count them; `one_sided` names the strands with one result only, which say nothing.
    """

    gains: Mapping[str, Decimal]
    better: int
    worse: int
    one_sided: tuple[str, ...]


def profile(one: Measure, first: Mapping[str, Decimal], last: Mapping[str, Decimal]) -> Profile:
    """The strands of `one` before and after, each in its own direction, in the measure's order.

    In the Boxall Profile developmental strands get better upwards and the diagnostic profile downwards; their numbers
    are never added up. Source: nurtureuk, "Why is the Boxall Profile so important for children in nurture?"

    >>> from reviews.measures import Direction, Scale, measure
    >>> up, down = Scale(Decimal(0), Decimal(20)), Scale(Decimal(0), Decimal(20), Direction.DOWN)
    >>> boxall = measure("strands", "Boxall Profile", strands=(("Developmental", up), ("Diagnostic", down)))
    >>> before = {"Developmental": Decimal(8), "Diagnostic": Decimal(15)}
    >>> found = profile(boxall, before, {"Developmental": Decimal(12), "Diagnostic": Decimal(9)})
    >>> found.gains, found.better, found.worse
    ({'Developmental': Decimal('4'), 'Diagnostic': Decimal('6')}, 2, 0)
    """
    gains = {}
    one_sided = []
    for name, scale in one.strands:
        if name in first and name in last:
            gains[name] = (last[name] - first[name]) * scale.direction
        elif name in first or name in last:
            one_sided.append(name)
    better, worse = sum(gain > 0 for gain in gains.values()), sum(gain < 0 for gain in gains.values())
    return Profile(gains, better, worse, tuple(one_sided))


def in_words(found: Change, one: Measure) -> str:
    """The change with its unit, its time and its error, as one line to be read beside a number.

    >>> from reviews.measures import measure
    >>> test = measure("standardised", "Reading test", sd=Decimal(15), reliability=Decimal("0.9"))
    >>> moved = change(test, Result("r", date(2026, 9, 7), Decimal(80)), Result("r", date(2026, 12, 7), Decimal(85)))
    >>> in_words(moved, test)
    '80 to 85 points in 3.0 months: 5 better, inside the measurement error (up to 13.1 either way may be chance)'
    """
    size = abs(found.gain)
    which = "no change" if not size else f"{size} {'better' if found.gain > 0 else 'worse'}"
    chance = "" if found.more_than is None else f" (up to {shown(found.more_than, 1)} either way may be chance)"
    span = f"{found.first.value} to {found.last.value} {one.unit}".strip()
    return f"{span} in {shown(found.months, 1)} months: {which}, {found.reliable}{chance}"
