"""Scores of the Strengths and Difficulties Questionnaire filled in by a teacher, and the bands they fall in. Pure.

Scores only: the questions are copyright. Cut-offs of parents and of learners themselves differ and are not these.
Source: four-band scoring for ages 4 to 17 (sdqinfo.org), as printed in PMC4830858, table 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from reviews.measures import Band, Direction, Measure, Scale, measure

TOTAL = "Total difficulties"
PROSOCIAL = "Prosocial"
# Where each band begins and ends, from close to average to very high; prosocial goes down to very low.
TEACHER = {
    TOTAL: ((0, 11), (12, 15), (16, 18), (19, 40)),
    "Emotional problems": ((0, 3), (4, 4), (5, 5), (6, 10)),
    "Conduct problems": ((0, 2), (3, 3), (4, 4), (5, 10)),
    "Hyperactivity": ((0, 5), (6, 7), (8, 8), (9, 10)),
    "Peer problems": ((0, 2), (3, 4), (5, 5), (6, 10)),
    PROSOCIAL: ((6, 10), (5, 5), (4, 4), (0, 3)),
}
HIGH = ("Close to average", "Slightly raised", "High", "Very high")
LOW = ("Close to average", "Slightly lowered", "Low", "Very low")
DIFFICULTIES = tuple(name for name in TEACHER if name not in (TOTAL, PROSOCIAL))


def _scale(name: str) -> Scale:
    names = LOW if name == PROSOCIAL else HIGH
    bands = tuple(
        Band(word, Decimal(lowest), Decimal(highest))
        for word, (lowest, highest) in zip(names, TEACHER[name], strict=True)
    )
    direction = Direction.UP if name == PROSOCIAL else Direction.DOWN
    return Scale(Decimal(0), Decimal(40 if name == TOTAL else 10), direction, bands=bands)


def teacher_sdq() -> Measure:
    """The questionnaire of a teacher: five scales and the total. Fewer difficulties are better, more prosocial is.

    >>> from reviews.measures import band
    >>> sdq = teacher_sdq()
    >>> band(sdq.scale_of("Total difficulties"), Decimal(16)), band(sdq.scale_of("Prosocial"), Decimal(4))
    ('High', 'Low')
    """
    return measure(
        "sdq",
        "SDQ (teacher)",
        scale=None,
        strands=tuple((name, _scale(name)) for name in TEACHER),
        holder="Youthinmind",
    )


def doubt_about_total(scores: Mapping[str, Decimal]) -> str:
    """A sentence where the total is not the sum of the four scales of difficulties (prosocial is none), else "".

    >>> scores = dict.fromkeys(DIFFICULTIES, Decimal(4))
    >>> doubt_about_total({**scores, TOTAL: Decimal(16)})
    ''
    >>> doubt_about_total({**scores, TOTAL: Decimal(20), PROSOCIAL: Decimal(4)})
    'The four scales of difficulties add up to 16, and the total says 20. Is prosocial counted in?'
    """
    if TOTAL not in scores or any(name not in scores for name in DIFFICULTIES):
        return ""
    total = sum(scores[name] for name in DIFFICULTIES)
    if total == scores[TOTAL]:
        return ""
    asks = " Is prosocial counted in?" if total + scores.get(PROSOCIAL, Decimal(0)) == scores[TOTAL] else ""
    return f"The four scales of difficulties add up to {total}, and the total says {scores[TOTAL]}.{asks}"
