"""How sure a claim about change may sound, and every reason why not surer. Pure.

Each reason says in plain words what is missing, and how strong a claim can be at most while it stands. Nothing adds
strength: a claim is strong when no reason speaks against it. Source: docs/domain.md, "Impact".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from reviews.impact.change import Result

ENOUGH = Decimal(80)  # per cent of all that was owed: below, nothing is judged
WEEKS = 6  # teaching weeks; fewer are too few to show in a test
EDGE = 21  # days between a test and the first or last day that it stands for
AWAY = 2  # teaching weeks in a row without the learner: a long absence
MOST = 80  # per cent of the claims of a group that carry its strength


class Level(IntEnum):
    """How strong the evidence for a claim is."""

    CANNOT = 0
    WEAK = 1
    MODERATE = 2
    STRONG = 3

    @property
    def words(self) -> str:
        """As it stands on pages, charts and exports."""
        return WORDS[self]


WORDS = {
    Level.CANNOT: "Can't be judged",
    Level.WEAK: "Weak evidence",
    Level.MODERATE: "Moderate evidence",
    Level.STRONG: "Strong evidence",
}


@dataclass(frozen=True)
class Reason:
    """Why a claim is not stronger than `most`, as a sentence. `key` tells reasons apart."""

    key: str
    words: str
    most: Level


@dataclass(frozen=True)
class Evidence:
    """What a claim about one learner's change rests on.

    `delivered` is in per cent of all that was owed up to the last result, None where nobody knows; `weeks` are
    teaching weeks in the provision up to then; `ends` is the last day, or today while it `goes_on`; `within_error` is
    that of the change; `beside` counts other provisions for the same outcome at that time; `away` is the longest run of
    teaching weeks without the learner; `soon` is the sentence about tests too close together, or "".
    """

    first: Result | None
    last: Result | None
    starts: date
    ends: date
    delivered: Decimal | None
    weeks: int
    within_error: bool | None = None
    beside: int = 0
    away: int = 0
    soon: str = ""
    goes_on: bool = False


@dataclass(frozen=True)
class Strength:
    """How strong a claim is, with every reason, the hardest first."""

    level: Level
    reasons: tuple[Reason, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The level and each reason, as they are read."""
        return (f"{self.level.words}.", *(reason.words for reason in self.reasons))


def _weeks(number: int) -> str:
    return "1 teaching week" if number == 1 else f"{number} teaching weeks"


def _others(number: int) -> str:
    return "Another provision" if number == 1 else f"{number} other provisions"


def _about_delivery(known: Evidence) -> Iterable[Reason]:
    if known.delivered is None:
        yield Reason("delivery", "Nobody knows how much of it was delivered.", Level.WEAK)
    elif known.delivered < ENOUGH:
        words = f"Not enough delivered to judge: {known.delivered} % of what was owed, and {ENOUGH} % are needed."
        yield Reason("delivered", words, Level.CANNOT)
    if known.weeks < WEEKS:
        words = f"It ran for {_weeks(known.weeks)}; fewer than {WEEKS} rarely show in a test."
        yield Reason("weeks", words, Level.WEAK)
    if known.away >= AWAY:
        yield Reason("away", f"The learner was away for {_weeks(known.away)} in a row.", Level.MODERATE)


def _about_tests(known: Evidence) -> Iterable[Reason]:
    first, last = known.first, known.last
    if first is None:
        yield Reason("baseline", "There is no baseline: nobody knows where the learner began.", Level.CANNOT)
    if first is None or last is None:
        words = (
            "There is no result yet." if first is last else "There is only one result, and one says nothing of change."
        )
        yield Reason("one_point", words, Level.CANNOT)
    elif (first.measure, first.strand) != (last.measure, last.strand):
        yield Reason("measures", "The two results are of different measures, which can't be compared.", Level.CANNOT)
    for result, edge, which, where in (
        (first, known.starts, "first", "beginning"),
        (last, known.ends, "last", "day it is judged" if known.goes_on else "end"),
    ):
        days = abs((result.on - edge).days) if result else 0
        if result and days > EDGE:
            when = "before" if result.on < edge else "after"
            words = f"The {which} test was taken {days} days {when} the {where}; within {EDGE} is near enough."
            yield Reason(f"edge_{which}", words, Level.MODERATE)
    if known.soon:
        yield Reason("soon", known.soon, Level.WEAK)


def _about_change(known: Evidence) -> Iterable[Reason]:
    if known.within_error:
        words = "The change is inside the measurement error: it may be chance."
        yield Reason("error", words, Level.WEAK)
    elif known.within_error is None and known.first and known.last:
        words = "Nobody entered how exactly this measures, so the change may be chance."
        yield Reason("error_unknown", words, Level.MODERATE)
    if known.beside:
        words = f"{_others(known.beside)} served the same outcome at that time: nobody can say which one helped."
        yield Reason("beside", words, Level.MODERATE)


def strength(known: Evidence) -> Strength:
    """How strong a claim from `known` may be: as its hardest reason allows, and weak where two take strength away.

    Delivery is looked at first: what was hardly delivered has not been tried.

    >>> first, last = (Result("r", date(2026, month, 7), Decimal(84 + month)) for month in (9, 12))
    >>> whole = Evidence(first, last, date(2026, 9, 7), date(2026, 12, 11), Decimal(92), 13, within_error=False)
    >>> strength(whole).words
    ('Strong evidence.',)
    >>> from dataclasses import replace
    >>> strength(replace(whole, delivered=Decimal("68.4"))).words[1]
    'Not enough delivered to judge: 68.4 % of what was owed, and 80 % are needed.'
    """
    found = [*_about_delivery(known), *_about_tests(known), *_about_change(known)]
    reasons = tuple(sorted(found, key=lambda reason: reason.most))
    return Strength(level_of(reasons), reasons)


def level_of(reasons: Sequence[Reason]) -> Level:
    """The level that `reasons` leave: another one never raises it.

    >>> doubt = Reason("beside", "…", Level.MODERATE)
    >>> level_of([]).name, level_of([doubt]).name, level_of([doubt, doubt]).name
    ('STRONG', 'MODERATE', 'WEAK')
    """
    level = min((reason.most for reason in reasons), default=Level.STRONG)
    return Level.WEAK if level is Level.MODERATE and len(reasons) > 1 else level


def of_group(levels: Sequence[Level]) -> Level:
    """The level of a claim about a group: strong or moderate where four in five of its learners' claims reach that.

    Else it is weak, and can't be judged where more of the claims can't be judged than are moderate or strong. So one
    gap in a large group does not void it, the order changes nothing, and another weak claim never raises it.

    >>> of_group([Level.STRONG] * 4 + [Level.CANNOT]).name, of_group([Level.STRONG] * 3 + [Level.WEAK]).name
    ('STRONG', 'WEAK')
    >>> of_group([Level.WEAK] * 9 + [Level.CANNOT]).name, of_group([]).name
    ('CANNOT', 'CANNOT')
    """
    strong, moderate = levels.count(Level.STRONG), levels.count(Level.MODERATE)
    if not levels or levels.count(Level.CANNOT) > strong + moderate:
        return Level.CANNOT
    for level, reach in ((Level.STRONG, strong), (Level.MODERATE, strong + moderate)):
        if reach * 100 >= MOST * len(levels):
            return level
    return Level.WEAK


def counts_in_words(levels: Sequence[Level]) -> str:
    """How many claims of a group are how strong, the strongest first.

    >>> counts_in_words([Level.WEAK, Level.STRONG, Level.WEAK])
    'strong evidence: 1, weak evidence: 2'
    """
    return ", ".join(
        f"{level.words[0].lower()}{level.words[1:]}: {levels.count(level)}"
        for level in sorted(set(levels), reverse=True)
    )


def longest_away(weeks: Iterable[bool | None]) -> int:
    """The longest run of teaching weeks, in order, in which the learner was at no session that took place.

    True is a week with the learner, False one without; None, a week in which nothing took place, neither adds to a run
    nor ends it.

    >>> longest_away([True, False, None, False, True, False])
    2
    """
    longest = run = 0
    for there in weeks:
        if there is not None:
            run = 0 if there else run + 1
            longest = max(longest, run)
    return longest
