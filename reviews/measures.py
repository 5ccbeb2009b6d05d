"""What is measured, in what, which way is better, and which values can be true. Pure.

Source: docs/domain.md, "Impact". Scores are kept, never the items of a test: those belong to its publisher. Where a
measure says nothing else, range, usual values and fair interval are those of its kind, which are conventions of this
product and meant to be corrected from the manual of the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import IntEnum

from reviews.precision import error_from_interval, error_from_reliability

TERM = 84  # days: twelve weeks. NGRT, as one example, is meant to be taken once a term (GL, "When to test")


class Direction(IntEnum):
    """Which way is better; a gain is the change times this."""

    UP = 1
    DOWN = -1


class Impossible(Exception):
    """A value that cannot be; says the range, or what else is wrong, in a sentence."""


@dataclass(frozen=True)
class Band:
    """What a publisher calls the scores from `lowest` to `highest`, both included."""

    name: str
    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True)
class Scale:
    """What one number may be: from `lowest` to `highest`, both included. Values outside `usual` are asked about."""

    lowest: Decimal
    highest: Decimal
    direction: Direction = Direction.UP
    whole: bool = True
    usual: tuple[Decimal, Decimal] | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of measure: its name, its unit, its scale unless each measure has its own, and the fair interval."""

    name: str
    unit: str
    scale: Scale | None
    fair_days: int  # between two tests; less is said beside the change


def _scale(lowest: int, highest: int, usual: tuple[int, int] | None = None, whole: bool = True) -> Scale:
    ends = (Decimal(usual[0]), Decimal(usual[1])) if usual else None
    return Scale(Decimal(lowest), Decimal(highest), whole=whole, usual=ends)


KINDS = {
    "age": Kind("Age equivalent", "months", _scale(24, 300, usual=(48, 204)), TERM),
    "standardised": Kind("Standardised score", "points", _scale(40, 160, usual=(60, 140)), TERM),
    "scaled": Kind("Scaled score", "points", None, TERM),
    "per_minute": Kind("Count per minute", "per minute", _scale(0, 500, usual=(0, 250)), 1),
    "percentage": Kind("Percentage", "%", _scale(0, 100, whole=False), 7),
    "rating": Kind("Rating scale", "points", None, 14),
    "strands": Kind("Profile of strands", "points", None, 70),
    "sdq": Kind("SDQ score", "points", replace(_scale(0, 40), direction=Direction.DOWN), 28),
    "goals": Kind("Goal attainment", "steps", _scale(-2, 2), 14),
    "yes_no": Kind("Yes or no", "", _scale(0, 1), 1),
}


@dataclass(frozen=True)
class Measure:
    """What is measured. `scale` is for a measure of one number, `strands` for several, each with its own direction.

    How exactly it measures is told by its SD and reliability, or by the interval of its publisher (± `interval` at
    `level` per cent), which comes first. `holder` is whose copyright the test is.
    """

    name: str
    kind: str
    unit: str = ""
    scale: Scale | None = None
    strands: tuple[tuple[str, Scale], ...] = ()
    fair_days: int = 1
    sd: Decimal | None = None
    reliability: Decimal | None = None
    interval: Decimal | None = None
    level: int = 95
    holder: str = ""

    @property
    def error(self) -> Decimal | None:
        """The standard error of measurement; None where nobody entered what it follows from."""
        if self.interval is not None:
            return error_from_interval(self.interval, self.level)
        if self.sd is not None and self.reliability is not None:
            return error_from_reliability(self.sd, self.reliability)
        return None

    def scale_of(self, strand: str = "") -> Scale:
        """The scale of its one number, or of a strand. Raises Impossible for a strand it has not."""
        found = dict(self.strands).get(strand) if strand else self.scale
        if found is None:
            raise Impossible(f"{self.name} has no strand “{strand}”." if strand else f"{self.name} has no one number.")
        return found


def measure(kind: str, name: str, **own: object) -> Measure:
    """A measure with what is usual for its kind, and what is its own in place of that.

    >>> reading = measure("standardised", "Reading test", sd=Decimal(15), reliability=Decimal("0.95"), holder="A house")
    >>> reading.unit, reading.fair_days, reading.scale.lowest
    ('points', 84, Decimal('40'))
    """
    rule = KINDS[kind]
    usual = Measure(name, kind, rule.unit, rule.scale, fair_days=rule.fair_days)
    return replace(usual, **own)  # type: ignore[arg-type]  # a name that is no field raises TypeError


def _doubts_of_scale(what: str, scale: Scale) -> list[str]:
    if scale.lowest >= scale.highest:
        return [f"{what} runs from {scale.lowest} to {scale.highest}: the highest value has to be above the lowest."]
    found = []
    if scale.usual and not scale.lowest <= scale.usual[0] < scale.usual[1] <= scale.highest:
        found.append(f"The usual values of {what} have to lie within its range.")
    if scale.bands:
        ordered = sorted(scale.bands, key=lambda band: band.lowest)
        ends = [scale.lowest, *(band.highest + 1 for band in ordered)]
        if ends != [*(band.lowest for band in ordered), scale.highest + 1]:
            found.append(f"The bands of {what} leave a gap, overlap, or end elsewhere than its range.")
    return found


def doubts(one: Measure) -> list[str]:
    """What a measure still lacks or what contradicts itself, as sentences; an empty list when all is well.

    >>> doubts(measure("rating", "Wellbeing"))
    ['Say from which to which value Wellbeing runs.']
    """
    found = []
    if one.kind == "strands" and not one.strands:
        found.append(f"Name the strands of {one.name}, each with its range and which way is better.")
    elif one.scale is None and not one.strands:
        found.append(f"Say from which to which value {one.name} runs.")
    if len(dict(one.strands)) < len(one.strands):
        found.append(f"Two strands of {one.name} have the same name.")
    for what, scale in (*([(one.name, one.scale)] if one.scale else ()), *one.strands):
        found += _doubts_of_scale(what, scale)
    if one.fair_days < 1:
        found.append("Two tests lie at least a day apart.")
    if (one.sd is None) is not (one.reliability is None):
        found.append("Reliability says something only together with the standard deviation: enter both.")
    try:
        _ = one.error
    except ValueError as wrong:
        found.append(f"How exactly {one.name} measures does not fit: {wrong}.")
    return found


def check_value(one: Measure, value: Decimal, *, on: date, today: date, strand: str = "") -> None:
    """Raise Impossible, with the range in a sentence, where `value` cannot be the result of a test on `on`.

    >>> check_value(measure("percentage", "Spelling"), Decimal(101), on=date(2026, 11, 2), today=date(2026, 11, 27))
    Traceback (most recent call last):
    reviews.measures.Impossible: Spelling runs from 0 to 100 %: 101 is outside.
    """
    scale = one.scale_of(strand)
    what = strand or one.name
    if not value.is_finite() or not scale.lowest <= value <= scale.highest:
        span = f"{scale.lowest} to {scale.highest} {one.unit}".strip()
        raise Impossible(f"{what} runs from {span}: {value} is outside.")
    if scale.whole and value != value.to_integral_value():
        raise Impossible(f"{what} is counted in whole numbers: {value} is none.")
    if on > today:
        raise Impossible(f"{on:%d/%m/%Y} is still to come: enter a result on the day of the test or later.")


def questions(
    one: Measure, value: Decimal, *, earlier: Decimal | None = None, born: date | None = None, on: date | None = None,
    strand: str = "",
) -> list[str]:  # fmt: skip
    """What to ask before a value is kept that can be and is unlikely; an empty list where nothing is odd.

    Unlikely is what lies outside the usual values, what lies further from the `earlier` result than half of them, and
    a test before the child was born.

    >>> questions(measure("standardised", "Reading test"), Decimal(58), earlier=Decimal(101))[1]
    'Reading test was 101 before and would now be 58. Is that right?'
    """
    scale = one.scale_of(strand)
    what = strand or one.name
    lowest, highest = scale.usual or (scale.lowest, scale.highest)
    found = []
    if not lowest <= value <= highest:
        found.append(f"{what} is nearly always between {lowest} and {highest}. Is {value} right?")
    room = highest - lowest
    if earlier is not None and room > 1 and abs(value - earlier) > room / 2:
        found.append(f"{what} was {earlier} before and would now be {value}. Is that right?")
    if born and on and on < born:
        found.append(f"The test is dated {on:%d/%m/%Y}, before the learner was born. Is the date right?")
    return found


def band(scale: Scale, value: Decimal) -> str:
    """What the publisher calls `value`; "" where the scale has no bands.

    >>> high = Scale(Decimal(0), Decimal(10), bands=(Band("Usual", Decimal(0), Decimal(5)),))
    >>> band(high, Decimal(5)), band(high, Decimal(6))
    ('Usual', '')
    """
    return next((one.name for one in scale.bands if one.lowest <= value <= one.highest), "")


def too_soon(one: Measure, first: date, last: date) -> str:
    """A sentence where two tests lie closer together than is fair, else "". The fair interval itself is enough.

    >>> too_soon(measure("standardised", "Reading test"), date(2026, 9, 7), date(2026, 10, 5))
    'Reading test was taken again after 28 days; at least 84 are fair, or it measures practice and chance.'
    >>> too_soon(measure("standardised", "Reading test"), date(2026, 9, 7), date(2026, 11, 30))
    ''
    """
    days = (last - first).days
    if days >= one.fair_days:
        return ""
    return (
        f"{one.name} was taken again after {days} days; at least {one.fair_days} are fair, "
        "or it measures practice and chance."
    )


def met(scale: Scale, target: Decimal, value: Decimal) -> bool:
    """Whether `value` reaches `target` or goes beyond it, the way that is better.

    >>> down = Scale(Decimal(0), Decimal(40), Direction.DOWN)
    >>> met(down, Decimal(11), Decimal(11)), met(down, Decimal(11), Decimal(12))
    (True, False)
    """
    return (value - target) * scale.direction >= 0


def wrong_values(values: Mapping[str, Decimal], one: Measure, *, on: date, today: date) -> list[str]:
    """Everything that is wrong with the strands of one result, in the order of the measure, as sentences.

    A strand without a value is left out and nothing is said of it; a strand the measure has not is refused.

    >>> profile = measure("strands", "Profile", strands=(("Joins in", Scale(Decimal(0), Decimal(20))),))
    >>> day = date(2026, 9, 7)
    >>> wrong_values({"Joins in": Decimal(21), "Hums": Decimal(1)}, profile, on=day, today=day)
    ['Joins in runs from 0 to 20 points: 21 is outside.', 'Profile has no strand “Hums”.']
    """
    order = {name: place for place, (name, _) in enumerate(one.strands)}
    found = []
    for strand, value in sorted(values.items(), key=lambda item: (order.get(item[0], len(order)), item[0])):
        try:
            check_value(one, value, on=on, today=today, strand=strand)
        except Impossible as wrong:
            found.append(str(wrong))
    return found
