"""Whether two lots of figures come from the same source: the test of Mann and Whitney."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import NormalDist


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """How often chance alone would part two lots of the same source this far; two-sided, by the normal approximation.

    >>> round(mann_whitney([1, 2, 3, 4, 5, 6, 7, 8], [11, 12, 13, 14, 15, 16, 17, 18]), 4)
    0.0009
    >>> mann_whitney([1, 2, 3, 4], [1, 2, 3, 4])
    1.0
    """
    many = Counter([*one, *other])
    total, below, rank = len(one) + len(other), 0, {}
    for value in sorted(many):
        rank[value] = below + (many[value] + 1) / 2  # equal values share their places
        below += many[value]
    wins = sum(rank[value] for value in one) - len(one) * (len(one) + 1) / 2
    ties = sum(count**3 - count for count in many.values()) / (total * (total - 1))
    spread = math.sqrt(len(one) * len(other) / 12 * (total + 1 - ties))
    if not spread:
        return 1.0
    far = max(0.0, abs(wins - len(one) * len(other) / 2) - 0.5) / spread
    return 2 * (1 - NormalDist().cdf(far))
