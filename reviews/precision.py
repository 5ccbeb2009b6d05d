"""How exactly a test measures: how far a score may lie off, and how large a change is more than chance. Pure.

Source: docs/domain.md, "Impact"; classical test theory, and Jacobson and Truax (1991) for reliable change. Figures are
Decimals in the units of the score and are not rounded here: `shown` rounds once, where somebody reads them.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# How many standard errors lie on each side of a score, by the level of confidence in per cent (normal distribution).
LEVELS = {90: Decimal("1.645"), 95: Decimal("1.96")}
SURE = 95  # a change is called reliable at this level


def shown(figure: Decimal, places: int = 2) -> Decimal:
    """`figure` as it is printed, half up, so that 2.675 is 2.68 and its negative -2.68.

    >>> shown(Decimal("2.675")), shown(Decimal("-2.675")), shown(Decimal("9.297"), 1)
    (Decimal('2.68'), Decimal('-2.68'), Decimal('9.3'))
    """
    return figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _width(level: int) -> Decimal:
    if level not in LEVELS:
        raise ValueError(f"confidence is one of {', '.join(map(str, LEVELS))} per cent, not {level}")
    return LEVELS[level]


def error_from_reliability(sd: Decimal, reliability: Decimal) -> Decimal:
    """The standard error of measurement: SD × √(1 − reliability).

    Raises ValueError for an SD that is not above 0, and for a reliability that is not between 0 and 1: no test is
    perfect.

    >>> shown(error_from_reliability(Decimal(15), Decimal("0.9")))
    Decimal('4.74')
    """
    if sd <= 0:
        raise ValueError("a standard deviation is more than 0")
    if not 0 < reliability < 1:
        raise ValueError("reliability lies between 0 and 1, both left out")
    return sd * (1 - reliability).sqrt()


def error_from_interval(half: Decimal, level: int) -> Decimal:
    """The standard error behind a publisher's interval of ± `half` at `level` per cent.

    Raises ValueError for an interval of nothing, and for another level than those of LEVELS.

    >>> shown(error_from_interval(Decimal(6), 90))
    Decimal('3.65')
    """
    if half <= 0:
        raise ValueError("an interval reaches further than the score itself")
    return half / _width(level)


def half_width(error: Decimal, level: int = SURE) -> Decimal:
    """How far the interval reaches on each side of a score; the other way round of `error_from_interval`.

    >>> error = error_from_reliability(Decimal(15), Decimal("0.9"))
    >>> shown(half_width(error)), shown(half_width(error, 90))
    (Decimal('9.30'), Decimal('7.80'))
    """
    return error * _width(level)


def interval(score: Decimal, error: Decimal, level: int = SURE) -> tuple[Decimal, Decimal]:
    """From where to where the true score may lie, at `level` per cent.

    >>> [shown(end, 1) for end in interval(Decimal(103), Decimal("2.5"), 90)]
    [Decimal('98.9'), Decimal('107.1')]
    """
    half = half_width(error, level)
    return score - half, score + half


def error_of_change(first: Decimal, last: Decimal) -> Decimal:
    """The standard error of the difference of two scores, from the error of each: √2 times it where they are the same.

    >>> shown(error_of_change(Decimal(3), Decimal(4)))
    Decimal('5.00')
    """
    return (first * first + last * last).sqrt()


def least_reliable_change(first: Decimal, last: Decimal) -> Decimal:
    """How far two scores may lie apart by chance, at 95 per cent: 1.96 × the error of their difference.

    Only what goes beyond is more than chance; exactly so much is not.

    >>> error = error_from_reliability(Decimal(15), Decimal("0.9"))
    >>> shown(least_reliable_change(error, error))
    Decimal('13.15')
    """
    return half_width(error_of_change(first, last))


def reliable_change_index(change: Decimal, first: Decimal, last: Decimal) -> Decimal:
    """A change in errors of a difference; beyond 1.96 on either side it is more than chance.

    >>> shown(reliable_change_index(Decimal(5), Decimal("4.74"), Decimal("4.74")))
    Decimal('0.75')
    """
    return change / error_of_change(first, last)
