"""Goal attainment: goals of different weight, each five steps from -2 to +2, as one figure. Pure.

Source: docs/domain.md, "Impact"; Kiresuk and Sherman (1968) for the formula. Printed copies of Turner-Stokes (2009)
carry an erratum: the figures of our tests were calculated anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviews.precision import shown

ALIKE = Decimal("0.3")  # how far goals of one person go together, by the authors' convention
EXPECTED = Decimal(50)  # the figure when every goal is reached as expected; its standard deviation is 10
STEPS = {
    -2: "Much less than expected",
    -1: "Somewhat less than expected",
    0: "As expected",
    1: "Somewhat more than expected",
    2: "Much more than expected",
}


@dataclass(frozen=True)
class Goal:
    """One goal: the step of STEPS that was reached, and how much it counts beside the others."""

    reached: int
    weight: Decimal = Decimal(1)


def attainment(goals: Sequence[Goal]) -> Decimal | None:
    """50 + 10 Σwx ÷ √((1 − 0.3) Σw² + 0.3 (Σw)²), to two places; None without a goal.

    Raises ValueError for a step outside -2 to +2 and for a weight that is not above 0.

    >>> attainment([Goal(1)]), attainment([Goal(1, Decimal(3)), Goal(0, Decimal(2)), Goal(-1)])
    (Decimal('60.00'), Decimal('54.41'))
    """
    if any(goal.reached not in STEPS for goal in goals):
        raise ValueError("a goal is reached at one of five steps, -2 to +2")
    if any(goal.weight <= 0 for goal in goals):
        raise ValueError("a goal that counts nothing is left out: weights are above 0")
    if not goals:
        return None
    weights = sum((goal.weight for goal in goals), Decimal(0))
    squares = sum((goal.weight * goal.weight for goal in goals), Decimal(0))
    reached = sum((goal.weight * goal.reached for goal in goals), Decimal(0))
    return shown(EXPECTED + 10 * reached / ((1 - ALIKE) * squares + ALIKE * weights * weights).sqrt())
