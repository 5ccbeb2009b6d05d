"""How long a learner's record is kept. Pure: dates in, an answer out; the caller knows the day.

Source: docs/retention.md, "The rule": the schools' toolkit of the Information and Records Management Society keeps the
file of a child with SEN for 31 years from birth (an EHC plan may run to 25, and six years more is the time in which
somebody may still go to law), and any other pupil's for 25.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from provisionmap.school.periods import PUPIL_YEARS, SEN_YEARS


class State(StrEnum):
    """How a record stands, as the review list says it."""

    DUE = "due"  # may be disposed of
    KEPT = "kept"  # its time has not come
    ON_ROLL = "on_roll"
    HELD = "held"  # its time has come, and somebody said that it must stay
    UNKNOWN = "unknown"  # a day is missing, so nobody can tell


class Rule(StrEnum):
    """Which of the two periods counts."""

    SEN = "sen"
    PUPIL = "pupil"


@dataclass(frozen=True)
class Periods:
    """How many years from birth a school keeps the records of learners with SEN, and of the others."""

    sen: int = SEN_YEARS
    pupil: int = PUPIL_YEARS

    def years(self, rule: Rule) -> int:
        """The years of one rule."""
        return self.sen if rule is Rule.SEN else self.pupil


@dataclass(frozen=True)
class Standing:
    """The answer for one learner: how the record stands, by which rule, and from which day it may go."""

    state: State
    rule: Rule
    since: date | None = None


def from_birth(born: date, years: int) -> date:
    """The day `years` after `born`; for a child of 29 February the first of March where there is no such day.

    Never a day too early.

    >>> from_birth(date(2010, 9, 5), 31), from_birth(date(2012, 2, 29), 31)
    (datetime.date(2041, 9, 5), datetime.date(2043, 3, 1))
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def latest_birth(today: date, years: int) -> date:
    """The latest birthday whose `years` are over on `today`: for a query, which cannot ask `from_birth` of each row.

    >>> latest_birth(date(2026, 11, 23), 31), latest_birth(date(2032, 2, 29), 31)
    (datetime.date(1995, 11, 23), datetime.date(2001, 2, 28))
    """
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)


def standing(*, born: date | None, left: date | None, sen: bool, held: bool, periods: Periods, today: date) -> Standing:
    """How the record of a learner stands on `today`.

    `left` is the last day at the school; that day still counts as on roll. `sen` says whether anything was ever
    recorded of SEN. A record without a date of birth, or past its time without a last day, is never due by itself.

    >>> leaver = {"left": date(2011, 7, 20), "sen": True, "held": False, "periods": Periods()}
    >>> standing(born=date(1995, 11, 23), today=date(2026, 11, 23), **leaver)
    Standing(state=<State.DUE: 'due'>, rule=<Rule.SEN: 'sen'>, since=datetime.date(2026, 11, 23))
    >>> standing(born=date(1995, 11, 23), today=date(2026, 11, 22), **leaver).state
    <State.KEPT: 'kept'>
    """
    rule = Rule.SEN if sen else Rule.PUPIL
    gone = left is not None and left < today
    if born is None:
        return Standing(State.UNKNOWN if gone else State.ON_ROLL, rule)
    since = from_birth(born, periods.years(rule))
    if left is None and since <= today:
        return Standing(State.UNKNOWN, rule)
    if not gone:
        return Standing(State.ON_ROLL, rule)
    if since > today:
        return Standing(State.KEPT, rule, since)
    return Standing(State.HELD if held else State.DUE, rule, since)
