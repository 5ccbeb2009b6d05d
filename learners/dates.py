"""Dates as pupil lists write them. Pure.

The order of day and month is decided for a column as a whole: one 3/20/05 tells about all its neighbours.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

SERIAL_START = date(1899, 12, 30)  # day 0 of workbooks' day numbers from March 1900 on
SERIALS = range(20_000, 60_001)  # 1954 to 2064
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CLOCK_TIME = re.compile(r"[T ]+\d{1,2}:\d{2}.*$")
YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})|(\d{4})(\d{2})(\d{2})", re.ASCII)
NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", re.ASCII)
DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/., ]*([a-z]{3,9})\.?[-/., ]*(\d{4}|\d{2})", re.ASCII)
NAMED_DAY = re.compile(r"([a-z]{3,9})\.?[-/., ]*(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4}|\d{2})", re.ASCII)


def is_month_first(cells: Iterable[object]) -> bool:
    """Whether a column writes the month first: some date can't be day-first and all can be month-first.

    >>> is_month_first(["1/2/05", "3/20/05"]), is_month_first(["1/2/05"]), is_month_first(["20/3/05", "3/20/05"])
    (True, False, False)
    """
    pairs = [found for cell in cells if isinstance(cell, str) and (found := NUMBERS.fullmatch(_bare(cell)))]
    day_first = all(int(pair[2]) <= 12 for pair in pairs)
    return not day_first and all(int(pair[1]) <= 12 for pair in pairs)


def read_date(cell: str | date | Decimal | bool, *, month_first: bool, latest_year: int) -> date:
    """The day that a cell means. A year of two digits is the last such year up to `latest_year`.

    Raises ValueError for a cell that means none.

    >>> [read_date(cell, month_first=False, latest_year=2026) for cell in ("3/4/15", "12 Sept 2015", Decimal(42000))]
    [datetime.date(2015, 4, 3), datetime.date(2015, 9, 12), datetime.date(2014, 12, 27)]
    >>> read_date("3/20/05", month_first=True, latest_year=2026)
    datetime.date(2005, 3, 20)
    """
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool):
        raise ValueError("a truth value is no date")
    text = _bare(str(cell))
    number = re.fullmatch(r"(\d{5})(?:\.\d+)?", text, re.ASCII)
    if number and int(number[1]) in SERIALS:
        return SERIAL_START + timedelta(days=int(number[1]))
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = (part for part in found.groups() if part)
    elif found := NUMBERS.fullmatch(text):
        first, second, year = found.groups()
        day, month = (second, first) if month_first else (first, second)
    elif found := DAY_NAMED.fullmatch(text):
        day, month, year = found.groups()
    elif found := NAMED_DAY.fullmatch(text):
        month, day, year = found.groups()
    else:
        raise ValueError("not written as a date")
    return date(_year(year, latest_year), _month(month), int(day))


def _bare(text: str) -> str:
    """The date part of a text, in small letters."""
    return CLOCK_TIME.sub("", text.strip()).casefold()


def _year(text: str, latest: int) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    century = latest - latest % 100
    return century + year if century + year <= latest else century - 100 + year


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS.index(text[:3]) + 1
