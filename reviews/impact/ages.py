"""Reading, spelling and number ages: how they are typed, and months gained for each month between two tests. Pure.

Source: docs/domain.md, "Impact"; Brooks, What Works for Children with Literacy Difficulties (RR380) for the ratio gain.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from reviews.precision import shown

DAYS_A_MONTH = Decimal("30.4375")  # 365.25 ÷ 12
# Printed beside every ratio: 4 months in 12 weeks is 1.45 so, and 1.33 where a month counts as four weeks.
CONVENTION = "Months between two tests are days ÷ 30.4375."
CAUTION = "Publishers mean an age to describe one point in time; they advise against it as a measure of progress."
# Where Brooks's bands begin. His words for them are not used: no copy of the table itself was at hand.
BANDS = (
    (Decimal(4), "4 and over"),
    (Decimal(3), "3 to under 4"),
    (Decimal(2), "2 to under 3"),
    (Decimal("1.4"), "1.4 to under 2"),
)
LOWEST_BAND = "under 1.4"
DECIMAL = re.compile(r"(\d{1,2})[.,](\d{1,2})")
YEARS_AND_MONTHS = re.compile(r"(\d{1,2})\s*(?:[:-]|y(?:ears?|rs?)?,?)\s*(\d{1,2})\s*(?:m(?:onths?|ths?)?)?")
YEARS = re.compile(r"(\d{1,2})\s*y(?:ears?|rs?)?")
MONTHS = re.compile(r"(\d{1,3})\s*(?:m(?:onths?|ths?)?)?")


def months_of_age(typed: str) -> int:
    """An age in months, from the ways people and publishers write it; a number alone is months.

    Raises ValueError, with what to type. A decimal is refused: 7.4 is seven years and four months with one publisher
    and seven and four tenths with another.

    >>> [months_of_age(typed) for typed in ("7:04", "7y 4m", "7 years 4 months", "8 yrs", "88")]
    [88, 88, 88, 96, 88]
    >>> months_of_age("7.4")
    Traceback (most recent call last):
    ValueError: “7.4” can be read in two ways: type years and months as 7:04
    """
    text = typed.strip().lower()
    if found := DECIMAL.fullmatch(text):
        raise ValueError(f"“{typed}” can be read in two ways: type years and months as {found[1]}:{int(found[2]):02}")
    if (found := YEARS_AND_MONTHS.fullmatch(text)) and int(found[2]) < 12:
        return int(found[1]) * 12 + int(found[2])
    if found := YEARS.fullmatch(text):
        return int(found[1]) * 12
    if found := MONTHS.fullmatch(text):
        return int(found[1])
    raise ValueError(f"“{typed}” is no age: type years and months as 7:04, or months alone")


def age_in_words(months: int) -> str:
    """Months as an age; the other way round of `months_of_age`.

    >>> age_in_words(88)
    '7:04'
    """
    return f"{months // 12}:{months % 12:02}"


def months_between(first: date, last: date) -> Decimal:
    """Months from one test to the next: days ÷ 30.4375, not rounded. Raises ValueError unless the second is later.

    >>> shown(months_between(date(2026, 9, 7), date(2026, 11, 30)))
    Decimal('2.76')
    """
    if last <= first:
        raise ValueError("the second test has to be later than the first")
    return (last - first).days / DAYS_A_MONTH


def ratio_gain(gained: Decimal, months: Decimal) -> Decimal:
    """Months gained for each month between the tests, to two places: 1 is the pace of a child's own age.

    Raises ValueError for no time at all. Of a group take the median of the learners' ratios, never the ratio of means.

    >>> ratio_gain(Decimal("16.7"), Decimal("8.3"))
    Decimal('2.01')
    >>> ratio_gain(Decimal(4), months_between(date(2026, 9, 7), date(2026, 11, 30)))
    Decimal('1.45')
    """
    if months <= 0:
        raise ValueError("there is no gain a month without months")
    return shown(gained / months)


def band_of(ratio: Decimal) -> str:
    """In which of Brooks's bands a ratio lies; it is the printed ratio that counts, so that both always agree.

    >>> [band_of(Decimal(ratio)) for ratio in ("1.33", "1.45", "2.01", "3", "4")]
    ['under 1.4', '1.4 to under 2', '2 to under 3', '3 to under 4', '4 and over']
    """
    return next((words for begins, words in BANDS if ratio >= begins), LOWEST_BAND)
