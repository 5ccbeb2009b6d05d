"""What became of a group: how many, the middle, the spread, the share reliably better. Pure.

Every learner counts once, whatever the order. Nothing here ranks staff, and nothing says that provision was the cause:
there is no comparison group, and learners chosen because they score low tend to score higher next time anyway.
Source: docs/domain.md, "Impact".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from interventions.ledger import share
from reviews.impact.change import BETTER, UNKNOWN, WORSE
from reviews.impact.strength import Level
from reviews.precision import shown

NO_COMPARISON = "No comparison group: nothing says what would have happened without it."
SMALLEST = 5  # learners; fewer are not shown to a reader who may not see their names


@dataclass(frozen=True)
class Cohort:
    """The gains of a group in one unit, + for better. Made by `cohort`.

    `judged` are those whose measurement error is known; the shares are of them, in per cent.
    """

    n: int
    median: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    judged: int
    better: int
    worse: int

    @property
    def between(self) -> Decimal | None:
        """The interquartile range: how far apart the middle half of the learners lies."""
        return None if self.upper is None or self.lower is None else self.upper - self.lower

    @property
    def share_better(self) -> Decimal | None:
        """Reliably better, in per cent of those who can be judged; None where nobody can."""
        return share(self.better, self.judged)


def quantile(values: Sequence[Decimal], part: Decimal) -> Decimal:
    """The value below which `part` of the sorted `values` lie, straight between neighbours, both ends included.

    It is the rule of QUARTILE.INC in spreadsheets, so that a school can check it. Raises ValueError without a value.

    >>> numbers = [Decimal(number) for number in (7, 1, 3, 5)]
    >>> [quantile(numbers, Decimal(part)) for part in ("0.25", "0.5", "0.75")]
    [Decimal('2.50'), Decimal('4.0'), Decimal('5.50')]
    """
    if not values:
        raise ValueError("nothing has no middle")
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value, or halfway between the two in the middle. Raises ValueError without a value.

    >>> median([Decimal(1), Decimal(9), Decimal(2)])
    Decimal('2.0')
    """
    return quantile(values, Decimal("0.5"))


def cohort(gains: Sequence[tuple[Decimal, str]]) -> Cohort:
    """A group from each learner's gain and what it is worth: BETTER, WORSE, INSIDE or UNKNOWN.

    >>> from reviews.impact.change import INSIDE
    >>> group = cohort([(Decimal(14), BETTER), (Decimal(5), INSIDE), (Decimal(-2), INSIDE), (Decimal(8), UNKNOWN)])
    >>> group.n, group.median, group.between, group.judged, group.share_better
    (4, Decimal('6.5'), Decimal('6.25'), 3, Decimal('33.3'))
    """
    values = [gain for gain, _ in gains]
    ends = [quantile(values, Decimal(part)) for part in ("0.5", "0.25", "0.75")] if values else [None] * 3
    said = [reliable for _, reliable in gains]
    judged = len(said) - said.count(UNKNOWN)
    return Cohort(len(values), ends[0], ends[1], ends[2], judged, said.count(BETTER), said.count(WORSE))


def _variance(values: Sequence[Decimal], mean: Decimal) -> Decimal:
    return sum(((value - mean) ** 2 for value in values), Decimal(0)) / (len(values) - 1)


def effect_size(before: Sequence[Decimal], after: Sequence[Decimal]) -> Decimal | None:
    """Cohen's d of a group before and after: difference of means ÷ pooled SD, to two places.

    Positive where numbers went up: the caller turns it round for a measure that goes down. None for fewer than two
    learners, or where all scores are the same. It is never shown without NO_COMPARISON and n, and never turned into
    months of progress. Raises ValueError unless every learner has both scores.

    >>> before, after = (78, 82, 85, 80, 75, 88), (84, 86, 90, 83, 80, 95)
    >>> effect_size([Decimal(score) for score in before], [Decimal(score) for score in after])
    Decimal('0.99')
    """
    n = len(before)
    if n != len(after):
        raise ValueError("an effect is of the same learners before and after")
    if n < 2:
        return None
    means = [sum(scores, Decimal(0)) / n for scores in (before, after)]
    pooled = ((_variance(before, means[0]) + _variance(after, means[1])) / 2).sqrt()
    return shown((means[1] - means[0]) / pooled) if pooled else None


def too_few(n: int, sees_names: bool) -> bool:
    """Whether a group is so small that its figures would tell a reader without names about single learners.

    >>> too_few(4, False), too_few(5, False), too_few(4, True)
    (True, False, False)
    """
    return not sees_names and n < SMALLEST


@dataclass(frozen=True)
class Value:
    """Pounds for something, and what has to stand beside them: "" only where the evidence is not weak."""

    pounds: Decimal | None
    said: str


def cost_per_hour(pounds: Decimal, minutes: int) -> Decimal | None:
    """Cost of an hour that was delivered, to the penny; None where nothing was.

    >>> cost_per_hour(Decimal("103.20"), 360), cost_per_hour(Decimal("103.20"), 0)
    (Decimal('17.20'), None)
    """
    return shown(pounds * 60 / minutes) if minutes else None


def cost_per_learner_better(pounds: Decimal, group: Cohort, level: Level) -> Value:
    """Cost for each learner who is reliably better, to the penny; no pounds where there is none.

    Weak evidence says so in the same breath: a price makes a claim look surer than it is.

    >>> from reviews.impact.change import INSIDE
    >>> group = cohort([(Decimal(14), BETTER), (Decimal(15), BETTER), (Decimal(2), INSIDE)])
    >>> cost_per_learner_better(Decimal("103.20"), group, Level.WEAK)
    Value(pounds=Decimal('51.60'), said='Weak evidence: read it with the reasons beside it.')
    """
    pounds_each = shown(pounds / group.better) if group.better else None
    if level <= Level.WEAK:
        return Value(pounds_each, f"{level.words}: read it with the reasons beside it.")
    return Value(pounds_each, "")
