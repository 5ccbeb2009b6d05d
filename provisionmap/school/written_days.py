"""Days as term-date pages write them: "Monday 1 September 2026", "1/9/26", "26 to 30 October 2026". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from provisionmap.school.calendar import Span

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
YEARS = range(2000, 2100)
AUGUST = 8  # a school year's first month at the earliest

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tues?(?:day)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_NTH = r"(?:st|nd|rd|th)?"
_TO = r"(?:-|–|—|to|until|till|and|&)"
PATTERNS = [
    re.compile(r"\b(?P<year>\d{4,5})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]\d{1,2}:\d{2}\S*)?", re.I),
    re.compile(r"\b(?P<year>20\d{2})(?P<number>\d{2})(?P<day>\d{2})\b"),
    re.compile(
        rf"(?:\b{_WEEKDAY}\b[.,]?\s*)?\b(?P<day>\d{{1,2}})[-/.](?P<number>\d{{1,2}})[-/.](?P<year>\d{{2,5}})\b"
        r"(?:[T ]\d{1,2}:\d{2}\S*)?",
        re.I,
    ),
    re.compile(
        rf"(?:\b{_WEEKDAY}\b[.,]?\s*)?(?:the\s+)?\b(?P<day>\d{{1,2}}){_NTH}(?:\s+of)?[\s,-]*{_MONTH}\b\.?"
        r"(?:[\s,-]{1,3}'?(?P<year>\d{4,5}|\d{2})\b(?!\s*(?:[a-z]|:|\.\d)))?",
        re.I,
    ),
    re.compile(
        rf"(?:\b{_WEEKDAY}\b[.,]?\s*)?\b{_MONTH}\b\.?\s+(?P<day>\d{{1,2}}){_NTH}\b(?:,?\s+(?P<year>\d{{4,5}})\b)?", re.I
    ),
    # "26 to 30 October": the first day borrows month and year of the second.
    re.compile(rf"(?:\b{_WEEKDAY}\b[.,]?\s*)?\b(?P<day>\d{{1,2}}){_NTH}\s*(?={_TO}\s)", re.I),
    re.compile(rf"(?:\b{_WEEKDAY}\b[.,]?\s*)?\b(?P<day>\d{{1,2}})\s*(?=[-–—]\s*\d)", re.I),
]
LONGEST = 400  # characters looked at: a line of term dates is shorter, and the search compares days with each other
WRITE_IT = "Write the date as 01/09/2026."


class Unreadable(ValueError):
    """A text that means no day; the message says what to do."""


@dataclass(frozen=True)
class Day:
    """A day that was read; `doubt` is a sentence where the text contradicts itself."""

    day: date
    doubt: str = ""


@dataclass(frozen=True)
class _Part:
    """A day as written: numbers not yet put together."""

    start: int
    end: int
    weekday: str
    day: int
    month: int | None
    year: str


def is_month_first(texts: Iterable[str]) -> bool:
    """Whether a file writes the month first: some date can't be day-first and all can be month-first.

    >>> is_month_first(["9/1/2026", "10/23/2026"]), is_month_first(["1/9/2026", "2/10/2026"])
    (True, False)
    """
    pairs = [(int(found["day"]), int(found["number"])) for text in texts for found in PATTERNS[2].finditer(text)]
    return any(second > 12 for _, second in pairs) and all(first <= 12 for first, _ in pairs)


def find_days(text: str, *, year: Span | None = None, month_first: bool = False) -> list[Day]:
    """The days written in `text`, in its order. `year` is the school year it stands in, for dates without one.

    Raises Unreadable for something that looks like a date and is none.

    >>> [str(found.day) for found in find_days("Half term: Monday 26 - Friday 30 October 2026")]
    ['2026-10-26', '2026-10-30']
    >>> find_days("Friday 25th March 2027")[0].doubt
    '25/03/2027 is a Thursday, not a Friday.'
    >>> find_days("no day at all")
    []
    """
    parts = _parts(text, month_first)
    years = _years(parts, year)
    found = []
    month = 1  # never used: the last part always has its own
    for part, own in zip(reversed(parts), reversed(years), strict=True):  # an earlier day borrows from the next one
        month = part.month or month
        found.append(_day(part, month, own))
    return found[::-1]


def without_days(text: str) -> str:
    """`text` with its days taken out: what is left names them.

    >>> without_days("Autumn term starts: Wednesday 2nd September 2026")
    'Autumn term starts'
    """
    kept, at = [], 0
    for part in _parts(text, False):
        kept.append(text[at : part.start])
        at = part.end
    kept.append(text[at:])
    words = re.sub(rf"\s+({_TO}\s*)?", " ", " ".join(kept))
    return (re.sub(r"[\s,:;]+(?:20\d\d)?\s*$", "", words) if at else words).strip(" \t-–—:;,.()")


def _parts(text: str, month_first: bool) -> list[_Part]:
    taken: list[_Part] = []
    for number, pattern in enumerate(PATTERNS):
        for match in pattern.finditer(text[:LONGEST]):
            if any(part.start < match.end() and match.start() < part.end for part in taken):
                continue
            groups = match.groupdict()
            day, month = int(groups["day"]), _month(groups)
            if number == 2 and month_first:
                day, month = month or 0, day
            taken.append(
                _Part(
                    match.start(), match.end(), (groups.get("weekday") or "")[:3].casefold(), day, month,
                    groups.get("year") or "",
                )
            )  # fmt: skip
    taken.sort(key=lambda part: part.start)
    # A bare number means a day only where a whole date follows it.
    return [part for place, part in enumerate(taken) if part.month or any(later.month for later in taken[place + 1 :])]


def _month(groups: dict[str, str | None]) -> int | None:
    if groups.get("number"):
        return int(groups["number"] or 0)
    name = groups.get("month")
    return MONTHS.index(name[:3].casefold()) + 1 if name else None


def _years(parts: list[_Part], span: Span | None) -> list[int]:
    """The year of each day: its own, else that of a neighbour in the same text, else the school year's."""
    own = [_year(part) for part in parts]
    years: list[int] = []
    for place, part in enumerate(parts):
        month = part.month or next((later.month for later in parts[place:] if later.month), 1)
        year = own[place]
        if year is None:
            near = next((at for at in range(place + 1, len(parts)) if own[at]), None)
            if near is not None:
                last = parts[near].month or month
                year = (own[near] or 0) - (1 if month > last else 0)
            elif years:
                first = parts[place - 1].month or month
                year = years[-1] + (1 if month < first else 0)
            elif span is not None:
                year = span.starts.year if month >= AUGUST else span.ends.year
            else:
                raise Unreadable(f"The year is missing. {WRITE_IT}")
        years.append(year)
    return years


def _year(part: _Part) -> int | None:
    if not part.year:
        return None
    year = int(part.year) + (2000 if len(part.year) == 2 else 0)
    if year not in YEARS or len(part.year) == 3:
        raise Unreadable(f"The year has to have four digits. {WRITE_IT}")
    return year


def _day(part: _Part, month: int, year: int) -> Day:
    try:
        day = date(year, month, part.day)
    except ValueError as error:
        raise Unreadable(f"There is no such day. {WRITE_IT}") from error
    if part.weekday and WEEKDAYS.index(part.weekday) != day.weekday():
        said = NAMES[WEEKDAYS.index(part.weekday)]
        return Day(day, f"{day:%d/%m/%Y} is a {NAMES[day.weekday()]}, not a {said}.")
    return Day(day)
