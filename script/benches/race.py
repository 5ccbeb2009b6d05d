"""Timing ours against the limit: turn by turn in one run, so that both meet the same minutes of the machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles

Call = Callable[[], object]
WARM_UP = 3


@dataclass
class Race:
    """Samples in seconds, and the ratio of each round."""

    ours: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Median of ours ÷ median of the limit."""
        return median(self.ours) / median(self.limit)


def p95(samples: list[float]) -> float:
    """The sample that nineteen of twenty stay under."""
    return quantiles(samples, n=20, method="inclusive")[-1] if len(samples) > 1 else samples[0]


def timed(call: Call) -> float:
    """How long one call takes; a call that measures itself answers with seconds."""
    began = time.perf_counter()
    answer = call()
    return answer if isinstance(answer, float) else time.perf_counter() - began


def race(ours: Call, limit: Call, *, rounds: int, each: int = 5, warm_up: int = WARM_UP) -> Race:
    """Both sides `each` times a round, the order turned round every time."""
    for call in (ours, limit):
        for _ in range(warm_up):
            call()
    result = Race()
    for number in range(rounds):
        turn: dict[str, list[float]] = {}
        sides = [("ours", ours), ("limit", limit)]
        for name, call in sides if number % 2 else reversed(sides):
            turn[name] = [timed(call) for _ in range(each)]
        result.ours += turn["ours"]
        result.limit += turn["limit"]
        result.ratios.append(median(turn["ours"]) / median(turn["limit"]))
    return result
