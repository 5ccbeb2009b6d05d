"""The line through the results, the line to the target, and where something changed. Pure.

Source: docs/domain.md, "Impact".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations

from reviews.impact.cohort import median
from reviews.measures import Direction

LEAST = 3  # results on different days: two make a line, never a trend
LAST = 4  # results held against the aim line
BEYOND = "beyond the aim line"
SHORT = "short of the aim line"
AROUND = "around the aim line"
FEW = "too few results"


@dataclass(frozen=True, order=True)
class Point:
    """A value on a day."""

    on: date
    value: Decimal


@dataclass(frozen=True)
class Line:
    """A straight line: its value on its first day, and by how much it rises each week."""

    since: date
    level: Decimal
    a_week: Decimal

    def on(self, day: date) -> Decimal:
        """Its value on `day`."""
        return self.level + self.a_week * (day - self.since).days / 7


def trend(points: Iterable[Point]) -> Line | None:
    """The trend of three results or more, on different days; None for fewer.

    The slope is the median of the slopes between every two results of different days (Theil 1950, Sen 1968), and the
    line runs through the middle of what is left. So from five results on one bad day does not turn it, as it would
    with least squares. It is drawn as far as the results go, never into the future.

    >>> days = [date(2026, 9, day) for day in (1, 8, 15, 22, 29)]
    >>> found = trend(Point(day, Decimal(value)) for day, value in zip(days, (20, 23, 26, 29, 2), strict=True))
    >>> found.a_week, found.on(date(2026, 9, 15))
    (Decimal('3.0'), Decimal('26.00'))
    """
    ordered = sorted(points)
    if len({point.on for point in ordered}) < LEAST:
        return None
    slopes = [
        (later.value - earlier.value) * 7 / (later.on - earlier.on).days
        for earlier, later in combinations(ordered, 2)
        if later.on > earlier.on
    ]
    a_week, since = median(slopes), ordered[0].on
    level = median([point.value - a_week * (point.on - since).days / 7 for point in ordered])
    return Line(since, level, a_week)


@dataclass(frozen=True)
class Aim:
    """The aim line from the baseline to the target. Before its first day and after its last it stays level."""

    baseline: Point
    target: Point

    def on(self, day: date) -> Decimal:
        """Where a learner would be on `day` who goes straight from baseline to target."""
        within = min(max(day, self.baseline.on), self.target.on)
        part = Decimal((within - self.baseline.on).days) / (self.target.on - self.baseline.on).days
        return self.baseline.value + (self.target.value - self.baseline.value) * part


def aim(baseline: Point, target: Point) -> Aim:
    """The aim line. Raises ValueError unless the target's day is later than the baseline's.

    >>> line = aim(Point(date(2026, 9, 7), Decimal(84)), Point(date(2026, 11, 30), Decimal(90)))
    >>> line.on(date(2026, 10, 19)), line.on(date(2026, 12, 25))
    (Decimal('87.0'), Decimal('90'))
    """
    if target.on <= baseline.on:
        raise ValueError("a target is due later than its baseline was taken")
    return Aim(baseline, target)


def standing(points: Iterable[Point], line: Aim, direction: Direction) -> str:
    """Where the last four results after the baseline lie: all BEYOND the aim line, all SHORT of it, AROUND it, or FEW.

    One on the line is neither beyond nor short. Where less is better, beyond is below.
    Source: the four-point rule of progress monitoring (NextPath, "Progress monitoring decision rules").

    >>> line = aim(Point(date(2026, 9, 7), Decimal(20)), Point(date(2026, 10, 19), Decimal(50)))
    >>> days = [date(2026, 9, 14), date(2026, 9, 21), date(2026, 9, 28), date(2026, 10, 5)]
    >>> low = [Point(day, Decimal(value)) for day, value in zip(days, (21, 24, 27, 30), strict=True)]
    >>> standing(low, line, Direction.UP), standing(low, line, Direction.DOWN), standing(low[1:], line, Direction.UP)
    ('short of the aim line', 'beyond the aim line', 'too few results')
    """
    after = sorted(point for point in points if point.on > line.baseline.on)[-LAST:]
    if len(after) < LAST:
        return FEW
    ahead = [(point.value - line.on(point.on)) * direction for point in after]
    if all(distance > 0 for distance in ahead):
        return BEYOND
    return SHORT if all(distance < 0 for distance in ahead) else AROUND


@dataclass(frozen=True)
class Phase:
    """The results between two changes, and what changed at its beginning; its trend is its own."""

    since: date | None
    words: str
    points: tuple[Point, ...]

    @property
    def trend(self) -> Line | None:
        """The trend of this phase alone."""
        return trend(self.points)


def phases(points: Iterable[Point], changes: Sequence[tuple[date, str]]) -> list[Phase]:
    """The results, parted where something changed: dose, group, adult, provision. A change counts from its day on.

    The first phase holds what came before every change; it is left out where that is nothing. A later phase without a
    result stays, since the change did happen. Changes of one day are told together.

    >>> points = [Point(date(2026, 9, 7), Decimal(20)), Point(date(2026, 10, 5), Decimal(24))]
    >>> [(one.words, len(one.points)) for one in phases(points, [(date(2026, 10, 5), "four sessions a week")])]
    [('', 1), ('four sessions a week', 1)]
    """
    told: dict[date, list[str]] = {}
    for day, words in sorted(changes):
        told.setdefault(day, []).append(words)
    days = list(told)
    ordered = sorted(points)
    before = tuple(point for point in ordered if not days or point.on < days[0])
    found = [Phase(None, "", before)] if before else []
    for place, day in enumerate(days):
        until = days[place + 1] if place + 1 < len(days) else date.max
        inside = tuple(point for point in ordered if day <= point.on < until)
        found.append(Phase(day, "; ".join(told[day]), inside))
    return found
