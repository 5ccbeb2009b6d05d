"""One learner's map through time: terms as columns, a row a provision, bars from its first to its last term. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from interventions.grid.values import Item
from provisionmap.school.calendar import TermDates, academic_year_of

ACROSS = 6  # terms of one page: two school years


@dataclass(frozen=True)
class Period:
    """A column: a term of the calendar or, for a school without terms, a school year."""

    name: str
    starts: date
    ends: date


@dataclass(frozen=True)
class Bar:
    """Placements that share columns, from `first` to `last`, both counted from 0 and both included."""

    first: int
    last: int
    items: tuple[Item, ...]

    @property
    def width(self) -> int:
        """How many columns it covers."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Track:
    """A row: one provision by name and tier, its bars in order of time, among so many `columns`."""

    name: str
    tier: int
    bars: tuple[Bar, ...]
    columns: int = 0

    @property
    def rest(self) -> int:
        """How many empty columns stand after the last bar."""
        return self.columns - self.bars[-1].last - 1

    @property
    def drawn(self) -> list[tuple[Bar, int]]:
        """Each bar with how many empty columns stand before it."""
        begins = [0, *(bar.last + 1 for bar in self.bars)]
        return [(bar, bar.first - begin) for bar, begin in zip(self.bars, begins, strict=False)]


@dataclass(frozen=True)
class Timeline:
    """What one page shows: `earlier` and `later` say how many columns lie before and after it."""

    periods: tuple[Period, ...]
    tracks: tuple[Track, ...]
    earlier: int = 0
    later: int = 0
    hidden: int = 0  # placements that lie wholly outside these columns


def periods_of(terms: Iterable[TermDates], items: Sequence[Item], today: date) -> tuple[Period, ...]:
    """The terms from the first that any of `items` touches to the last, the present one always among them.

    A school without terms gets school years.
    """
    begins = min([today, *(item.starts for item in items if item.starts)])
    ends = max([today, *(item.ends for item in items if item.ends), *(item.starts for item in items if item.starts)])
    ordered = sorted(terms, key=lambda term: term.starts)
    if not ordered:
        return tuple(_years(begins, ends))
    first = _at(begins, ordered)
    last = max(first, _at(ends, ordered))
    return tuple(Period(term.name, term.starts, term.ends) for term in ordered[first : last + 1])


def _at(day: date, ordered: Sequence[TermDates | Period]) -> int:
    """Which of `ordered` holds `day`, or is the next after it; the last for a day after all of them."""
    return next((place for place, one in enumerate(ordered) if one.ends >= day), len(ordered) - 1)


def _years(begins: date, ends: date) -> Iterable[Period]:
    day = begins
    while True:
        name, span = academic_year_of(day)
        yield Period(name, span.starts, span.ends)
        if span.ends >= ends:
            return
        day = date(span.ends.year, 9, 1)


def columns_of(item: Item, periods: Sequence[Period]) -> tuple[int, int]:
    """The first and the last of `periods` that `item` touches; one that lies between two stands in the next.

    >>> from interventions.dose import Dose
    >>> terms = [Period("A", date(2026, 9, 2), date(2026, 12, 18)), Period("B", date(2027, 1, 5), date(2027, 3, 25))]
    >>> columns_of(Item(1, 1, 2, "", Dose(1, 9), starts=date(2026, 9, 7), ends=date(2027, 1, 3)), terms)
    (0, 0)
    >>> columns_of(Item(1, 1, 2, "", Dose(1, 9), starts=date(2026, 12, 28), ends=None), terms)
    (1, 1)
    """
    first = _at(item.starts, periods) if item.starts else 0
    until = item.ends
    last = len(periods) - 1
    if until:
        begun = [place for place, one in enumerate(periods) if one.starts <= until]
        last = begun[-1] if begun else 0
    return first, max(first, last)


def arrange(items: Sequence[Item], periods: Sequence[Period], back: int = 0) -> Timeline:
    """`items` under `periods`, the last ACROSS of them or those `back` columns before; rows by first day, then tier."""
    end = max(min(len(periods), ACROSS), len(periods) - max(0, back))
    begin = max(0, end - ACROSS)
    held: dict[tuple[str, int], list[tuple[int, int, Item]]] = {}
    hidden = 0
    for item in sorted(items, key=lambda one: (one.starts or date.min, one.tier, one.name, one.pk)):
        first, last = columns_of(item, periods)
        if last < begin or first >= end:
            hidden += 1
            continue
        own = held.setdefault((item.name, item.tier), [])
        own.append((max(first, begin) - begin, min(last, end - 1) - begin, item))
    tracks = tuple(Track(name, tier, _bars(own), end - begin) for (name, tier), own in held.items())
    return Timeline(tuple(periods[begin:end]), tracks, begin, len(periods) - end, hidden)


def _bars(held: Iterable[tuple[int, int, Item]]) -> tuple[Bar, ...]:
    """Bars in order of time; placements that share a column share a bar."""
    bars: list[Bar] = []
    for first, last, item in sorted(held, key=lambda one: one[:2]):
        if bars and first <= bars[-1].last:
            bars[-1] = Bar(bars[-1].first, max(last, bars[-1].last), (*bars[-1].items, item))
        else:
            bars.append(Bar(first, last, (item,)))
    return tuple(bars)
