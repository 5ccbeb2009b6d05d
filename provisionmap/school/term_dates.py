"""Term dates from a file, as councils, school websites and calendars give them. Pure.

Reads a table (CSV or any other text with separators), a calendar file (iCalendar) or the government's list of bank
holidays (JSON). A file that cannot be taken is Refused; a line that cannot be read is a Problem with its row, its
column, what stands there and what to do. Nothing is guessed across lines that contradict each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.error import BrokenCalendarProperty

from provisionmap.school.calendar import Span
from provisionmap.school.term_events import Event, FoundClosure, FoundTerm, Gathered, gather
from provisionmap.school.term_tables import Found, Problem, read_table
from provisionmap.school.written_days import YEARS
from provisionmap.web.text_file import Refused, decode

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 2_000
LONGEST_TERM = 150  # days
LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
ASK_FOR = "Save the term dates as CSV or as a calendar file (.ics) and upload that."
NOT_DATES = [
    (b"%PDF", "This is a PDF, whatever its name says."),
    (b"PK", "This is a workbook or a packed file."),
    (b"\xd0\xcf\x11\xe0", "This is an old Office file."),
    (b"\x89PNG", "This is a picture."),
    (b"\xff\xd8\xff", "This is a picture."),
    (b"GIF8", "This is a picture."),
    (b"{\\rtf", "This is a text document."),
    (b"\x1f\x8b", "This is a packed file."),
]
# What the calendar library was seen to raise over damaged files.
DAMAGE = (OverflowError, ValueError, KeyError, IndexError, RecursionError, AttributeError, TypeError)
WEB_PAGE = re.compile(r"\s*<(?:!doctype|html|head|body|table|\?xml)", re.IGNORECASE)
BANK_WORDS = {
    "new_year": "New Year's Day",
    "good_friday": "Good Friday",
    "easter_monday": "Easter Monday",
    "early_may": "Early May bank holiday",
    "spring": "Spring bank holiday",
    "late_august": "Summer bank holiday",
    "christmas": "Christmas Day",
    "boxing_day": "Boxing Day",
}


@dataclass(frozen=True)
class Reading:
    """What a file says. With `problems` none of it may be used; with `choices` one of them has to be named first."""

    kind: str
    terms: list[FoundTerm] = field(default_factory=list)
    closures: list[FoundClosure] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    left_out: list[tuple[int, str, str]] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


def read_term_dates(data: bytes, *, only: str = "") -> Reading:
    """The terms and closures in an upload; `only` names the school or council where the file holds several.

    Raises Refused, and nothing else, for a file that cannot be taken.

    >>> found = read_term_dates(b"Term,Start,End\\nAutumn term,2/9/2026,18/12/2026\\nHalf term,26/10/2026,30/10/2026")
    >>> [(term.name, str(term.starts), str(term.half_term.ends)) for term in found.terms]
    [('Autumn term 2026', '2026-09-02', '2026-10-30')]
    """
    if len(data) > MOST_BYTES:
        raise Refused("This file is larger than 1 MB.", "Term dates take a few kB: choose the right file.")
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Refused("This file is empty.", ASK_FOR)
    for start, message in NOT_DATES:
        if data.startswith(start):
            raise Refused(message, ASK_FOR)
    text = decode(data).lstrip("\ufeff")
    if WEB_PAGE.match(text):
        raise Refused("This is a web page, whatever its name says.", ASK_FOR)
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        return _from(*read_calendar(text), kind="ics")
    if text.lstrip().startswith("{"):
        return _from(read_bank_holidays(text), [], kind="json")
    found = read_table(text, only=only)
    if found.choices:
        return Reading("csv", choices=found.choices)
    return _from(found, found.problems, kind="csv")


def _from(found: Found, problems: list[Problem], *, kind: str) -> Reading:
    """Terms that stand in the file as such, and those its dated lines come to; checked against each other."""
    gathered = gather(found.events) if found.events else Gathered([], [], [], [])
    terms = sorted([*found.terms, *gathered.terms], key=lambda term: (term.starts, term.row))
    closures = [*found.closures, *gathered.closures]
    if not (terms or closures or problems or found.left_out or gathered.left_out):
        raise Refused("There is no date in this file that could be read.", ASK_FOR)
    return Reading(
        kind,
        terms,
        sorted(set(closures), key=lambda closure: (closure.days.starts, closure.name)),
        sorted([*problems, *_clashes(terms)], key=lambda problem: problem.row),
        sorted({*found.doubts, *gathered.doubts}),
        sorted([*found.left_out, *gathered.left_out]),
    )


def _clashes(terms: list[FoundTerm]) -> Iterator[Problem]:
    """Terms of the file that can't both be right, or that no school keeps."""
    for place, term in enumerate(terms):
        written = f"{term.starts:%d/%m/%Y} to {term.ends:%d/%m/%Y}"
        if (term.ends - term.starts).days > LONGEST_TERM:
            yield Problem(term.row, term.name, written, "This is longer than a term. Check the years of both days.")
        for earlier in terms[:place]:
            if term.starts <= earlier.ends:
                remedy = f"These days overlap with {earlier.name} in row {earlier.row}. Check both, or remove one."
                yield Problem(term.row, term.name, written, remedy)


def read_calendar(text: str) -> tuple[Found, list[Problem]]:
    """The dated lines of a calendar file, numbered in its order; events that repeat are left out, and said so."""
    if text.upper().count("BEGIN:VEVENT") > MOST_EVENTS:
        raise Refused(f"This calendar holds more than {MOST_EVENTS:,} events.", "Export only the school's term dates.")
    try:
        calendar = Calendar.from_ical(text)
    except DAMAGE as error:
        raise Refused("This calendar file is damaged.", "Export it again from the calendar it came from.") from error
    events: list[Event] = []
    problems: list[Problem] = []
    left_out: list[tuple[int, str, str]] = []
    for row, entry in enumerate(calendar.walk("VEVENT"), start=1):
        name = " ".join(str(entry.get("SUMMARY", "")).split())[:200]
        span = _days_of(entry)
        if span is None:
            remedy = "This event has no readable first day. Put it right in the calendar and export again."
            problems.append(Problem(row, "DTSTART", name[:60], remedy))
        elif span.starts.year not in YEARS or span.ends.year not in YEARS:
            left_out.append((row, name, f"An event outside the years {YEARS[0]} to {YEARS[-1]}."))
        elif span.ends < span.starts:
            problems.append(Problem(row, "DTEND", f"{span.ends:%d/%m/%Y}", "This event ends before it starts."))
        elif entry.get("RRULE"):
            left_out.append((row, name, "An event that repeats: type it in if it closes the school."))
        else:
            events.append(Event(row, name, span))
    return Found(events=events, left_out=left_out), problems


def _days_of(entry: Any) -> Span | None:
    """First and last day of an event, None where they can't be told.

    The end of a whole-day event is the day after its last.
    """
    try:
        return _told(entry)
    except OverflowError:  # the year 1 in Tokyo is the year 0 in London
        return None


def _told(entry: Any) -> Span | None:
    first = _moment(entry, "DTSTART")
    if first is None:
        return None
    last = _moment(entry, "DTEND")
    duration = _written(entry, "DURATION")
    if last is None and isinstance(duration, timedelta):
        last = first + duration
    if last is None:
        return Span(_day(first), _day(first))
    if last > first and (not isinstance(last, datetime) or (last.hour, last.minute) == (0, 0)):
        last -= DAY
    return Span(_day(first), _day(last))


def _written(entry: Any, key: str) -> Any:
    """What an event says under `key`; None for nothing and for what can't be read."""
    try:
        return getattr(entry.get(key), "dt", None)
    except BrokenCalendarProperty:
        return None


def _moment(entry: Any, key: str) -> datetime | None:
    """A time of an event as London's clocks show it; a whole day is its midnight."""
    value = _written(entry, key)
    if isinstance(value, datetime):
        return (value.astimezone(LONDON) if value.tzinfo else value).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, datetime.min.time())
    return None


def _day(moment: datetime) -> date:
    return moment.date()


def read_bank_holidays(text: str) -> Found:
    """The bank holidays of England in the government's own list, in either of the forms it is published in."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("This is a file for programs that can't be read.", ASK_FOR) from error
    part = _england(content)
    found: list[FoundClosure] = []
    for row, entry in enumerate(_entries(part), start=1):
        try:
            day = _json_day(str(entry["date"]))
        except ValueError as error:
            raise Refused("This list of bank holidays holds a date that can't be read.", ASK_FOR) from error
        title = str(entry.get("title", ""))
        slug = title.rpartition(".")[2]
        name = BANK_WORDS.get(slug) or (title if " " in title else "Bank holiday")
        substitute = " (substitute day)" if "substitute" in str(entry.get("notes", "")).casefold() else ""
        found.append(FoundClosure(row, f"{name}{substitute}"[:80], "bank", Span(day, day)))
    if not found:
        raise Refused("There is no list of England's bank holidays in this file.", ASK_FOR)
    return Found(closures=found)


def _england(content: Any) -> Any:
    """The part of a list of bank holidays that is about England."""
    parts = content.get("divisions", content)
    return next((parts[key] for key in parts if "england" in str(key)), None) if isinstance(parts, dict) else None


def _entries(part: Any) -> Iterator[dict[str, Any]]:
    """Everything in `part` that has a date, by year or in one list."""
    if isinstance(part, dict) and "date" in part:
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _entries(value)
    elif isinstance(part, list):
        for value in part[:MOST_EVENTS]:
            yield from _entries(value)


def _json_day(text: str) -> date:
    parts = [int(part) for part in re.split(r"[-/]", text)]
    if len(parts) != 3:
        raise ValueError(text)
    year, month, day = parts if parts[0] > 31 else parts[::-1]
    if year not in YEARS:
        raise ValueError(text)
    return date(year, month, day)
