"""From dated words ("Autumn half term", "School closes") to terms and closures. Pure.

Whoever publishes term dates says the same in different ways: a span with a term's name, a first and a last day
apart, six half-terms, or holidays between. All of them become stretches of school, and stretches become terms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from provisionmap.school.calendar import SATURDAY, Span, academic_year_of

DAY = timedelta(days=1)
LONGEST_HOLIDAY = 16  # days of one half-term holiday, its weekends included; two weeks in some counties
SHORTEST_STRETCH = 13  # days: a stretch of school is longer than any half-term holiday in the middle of a term
SEASONS = {"autumn": "Autumn", "spring": "Spring", "summer": "Summer", "michaelmas": "Autumn", "lent": "Spring",
           "trinity": "Summer", "easter term": "Spring"}  # fmt: skip

INSET = re.compile(
    r"\binsets?\b|in-service|training|staff (?:day|development)|non[- ]?pupil|professional development"
    r"|development day|\b(?:cpd|pd|baker) days?\b|twilight|teacher (?:day|planning)",
    re.I,
)
BANK = re.compile(
    r"bank holiday|\bmay day\b|good friday|easter (?:mon|sun)day|christmas day|boxing day|new year'?s day"
    r"|jubilee|coronation",
    re.I,
)
HALF = re.compile(r"half[\s-]*term|mid[\s-]*term", re.I)
PART = re.compile(r"(?:first|second|1st|2nd)\s+half|half[\s-]*term\s*[1-6]\b|part [12]\b", re.I)
HOLIDAY = re.compile(r"holiday|\bbreak\b|vacation|recess|christmas|easter", re.I)
CLOSED = re.compile(
    r"\bclosed\b|closure|occasional day|polling|election|\bsnow\b|strike|no school|day off|\binset\b", re.I
)
STARTS = re.compile(
    r"\b(?:start(?:s|ing)?|begin(?:s|ning)?|open(?:s|ing)?|re-?open(?:s|ing)?|return(?:s|ing)?|resume[sd]?"
    r"|commence[sd]?|first day|back (?:to|at|in) school|go back)\b",
    re.I,
)
ENDS = re.compile(
    r"\b(?:end(?:s|ing)?|finish(?:es|ing)?|clos(?:e|es|ing)|last day|break(?:s|ing)? up|until|leave)\b", re.I
)
SCHOOL = re.compile(
    r"\b(?:term|school|pupils?|children|students?|learners?|lessons?|autumn|spring|summer|michaelmas|lent|trinity)\b",
    re.I,
)
BREAKS_UP = re.compile(
    r"clos(?:e|es|ing)\b|break(?:s|ing)? up|finish|before|last day of (?:school|term|first)|for half", re.I
)
TERM = re.compile(r"\b(?:autumn|spring|summer|michaelmas|lent|trinity|easter term|term\s*[1-6]|terms?)\b", re.I)
HOLIDAY_ITSELF = re.compile(
    r"(?:holidays?|break|vacation)\s*[-–:]?\s*(?:start|begin|end|finish|commence)"
    r"|(?:start|end|first day|last day)s? of (?:the )?(?:\w+ )?(?:holidays?|break|vacation)",
    re.I,
)
PUPILS = re.compile(r"\b(?:pupils?|children|students?|learners?)\b", re.I)


@dataclass(frozen=True)
class Event:
    """A dated line of a file: its number there, its words, its days."""

    row: int
    name: str
    days: Span


@dataclass(frozen=True)
class FoundTerm:
    """A term as the file means it, and the line it begins on."""

    row: int
    name: str
    starts: date
    ends: date
    half_term: Span | None


@dataclass(frozen=True)
class FoundClosure:
    """Days without teaching as the file means them."""

    row: int
    name: str
    kind: str
    days: Span


@dataclass(frozen=True)
class Gathered:
    """What lines come to: terms, closures, lines that say nothing about the calendar, and what is odd."""

    terms: list[FoundTerm]
    closures: list[FoundClosure]
    left_out: list[tuple[int, str, str]]
    doubts: list[tuple[int, str]]


def kind_of(name: str, days: Span) -> str:
    """What a line is about.

    >>> week, autumn = Span(date(2026, 10, 26), date(2026, 10, 30)), Span(date(2026, 9, 2), date(2026, 12, 18))
    >>> one = Span(date(2026, 9, 2), date(2026, 9, 2))
    >>> kind_of("October half-term", week), kind_of("Autumn term", autumn), kind_of("INSET", one)
    ('half', 'school', 'inset')
    >>> kind_of("Term starts", one), kind_of("School closes for Christmas", one), kind_of("Sports day", one)
    ('start', 'end', 'other')
    """
    length = (days.ends - days.starts).days + 1
    single = length == 1
    if INSET.search(name) and not (single and PUPILS.search(name) and STARTS.search(name) and "return" in name.lower()):
        return "inset"
    if HALF.search(name) and not PART.search(name):
        return _half_kind(name, single)
    if BANK.search(name) and length <= 4:
        return "bank"
    if length >= SHORTEST_STRETCH and (TERM.search(name) or PART.search(name)) and not HOLIDAY.search(name):
        return "school"
    if single and SCHOOL.search(name) and STARTS.search(name) and not _is_holiday_itself(name):
        return "start"
    if single and ENDS.search(name) and not _is_holiday_itself(name) and (SCHOOL.search(name) or HOLIDAY.search(name)):
        return "end"
    if CLOSED.search(name):
        return "closed"
    return "holiday" if HOLIDAY.search(name) else "other"


def _half_kind(name: str, single: bool) -> str:
    """Half-term itself, or a marker beside it."""
    if not single:
        return "half"
    if re.search(r"re-?open|return|back|resume|after|school (?:starts|begins|opens)", name, re.I):
        return "start"
    if re.search(
        r"clos(?:e|es|ing)|break(?:s|ing)? up|finish|before|last day of (?:school|term|first)|for half", name, re.I
    ):
        return "end"
    if re.search(r"start|begin|from|first day|commence", name, re.I):
        return "half_start"
    if re.search(r"\bends?\b|until|last day", name, re.I):
        return "half_end"
    return "half"


def _is_holiday_itself(name: str) -> bool:
    """Whether the words speak of a holiday's own first or last day, not of the school's."""
    after = re.search(r"(?:holidays?|break|vacation)\s*[-–:]?\s*(?:start|begin|end|finish|commence)", name, re.I)
    before = re.search(
        r"(?:start|end|first day|last day)s? of (?:the )?(?:\w+ )?(?:holidays?|break|vacation)", name, re.I
    )
    return bool(after or before)


def season_of(span: Span) -> str:
    """The season of a stretch of school by the day in its middle; Easter moves, so April is split on the 5th.

    >>> season_of(Span(date(2027, 1, 4), date(2027, 3, 25))), season_of(Span(date(2027, 4, 12), date(2027, 7, 21)))
    ('Spring', 'Summer')
    """
    middle = span.starts + (span.ends - span.starts) / 2
    if middle.month >= 8:
        return "Autumn"
    return "Spring" if (middle.month, middle.day) < (4, 5) else "Summer"


def term_name(starts: date, ends: date) -> str:
    """What the product calls a term with these days.

    >>> term_name(date(2027, 1, 4), date(2027, 3, 25))
    'Spring term 2027'
    """
    return f"{season_of(Span(starts, ends))} term {starts.year}"


def gather(events: Sequence[Event]) -> Gathered:
    """Terms and closures out of dated lines."""
    sorted_in: dict[str, list[Event]] = {}
    for event in events:
        sorted_in.setdefault(kind_of(event.name, event.days), []).append(event)
    found = Gathered([], [], [], [])
    stretches = sorted_in.get("school", []) + _between_markers(sorted_in, found)
    halves = sorted_in.get("half", []) + _half_markers(sorted_in, found)
    for group in _by_term(stretches):
        _add_term(group, halves, found)
    for kind in ("inset", "bank", "closed"):
        for event in sorted_in.get(kind, []):
            found.closures.append(FoundClosure(event.row, event.name[:80], kind, event.days))
    for event in sorted_in.get("holiday", []):
        _add_holiday(event, found)
    found.left_out.extend(
        (event.row, event.name, "Not about terms or closures.") for event in sorted_in.get("other", [])
    )
    for half in halves:
        if not any(term.starts <= half.days.ends and half.days.starts <= term.ends for term in found.terms):
            found.left_out.append((half.row, half.name, "The file holds no term around this half-term."))
    found.terms.sort(key=lambda term: term.starts)
    found.closures.sort(key=lambda closure: (closure.days.starts, closure.name))
    found.left_out.sort()
    return found


def _between_markers(kinds: dict[str, list[Event]], found: Gathered) -> list[Event]:
    """Stretches of school from first and last days that stand on lines of their own."""
    marks = [("start", event) for event in kinds.get("start", [])] + [("end", event) for event in kinds.get("end", [])]
    marks.sort(key=lambda mark: (mark[1].days.starts, mark[0] == "end"))
    stretches, opened = [], None
    for kind, event in marks:
        if kind == "start":
            opened = opened or event
        elif opened is not None:
            stretches.append(Event(opened.row, opened.name, Span(opened.days.starts, event.days.starts)))
            opened = None
        elif not any(event.days.starts in one.days for one in kinds.get("school", [])):
            found.left_out.append((event.row, event.name, "A last day without a first day before it."))
    if opened is not None and not any(opened.days.starts in one.days for one in kinds.get("school", [])):
        found.left_out.append((opened.row, opened.name, "A first day without a last day after it."))
    return stretches


def _half_markers(kinds: dict[str, list[Event]], found: Gathered) -> list[Event]:
    """Half-terms whose first and last days stand on lines of their own."""
    lasts = sorted(kinds.get("half_end", []), key=lambda event: event.days.starts)
    halves = []
    for first in kinds.get("half_start", []):
        last = next((one for one in lasts if 0 <= (one.days.starts - first.days.starts).days <= LONGEST_HOLIDAY), None)
        if last is None:
            found.left_out.append((first.row, first.name, "A half-term without a last day after it."))
        else:
            lasts.remove(last)
            halves.append(Event(first.row, first.name, Span(first.days.starts, last.days.starts)))
    found.left_out.extend((last.row, last.name, "A half-term without a first day before it.") for last in lasts)
    return halves


def _by_term(stretches: Sequence[Event]) -> list[list[Event]]:
    """Stretches that belong to one term: the same season of the same school year, named or by the calendar."""
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in sorted(stretches, key=lambda event: (event.days.starts, -event.days.ends.toordinal())):
        named = next((season for word, season in SEASONS.items() if word in event.name.casefold()), None)
        year, _ = academic_year_of(event.days.starts + DAY * 31)  # a few schools begin in August
        groups.setdefault((year, named or season_of(event.days)), []).append(event)
    return list(groups.values())


def trimmed(span: Span) -> Span | None:
    """`span` without weekends at its ends; None when nothing is left."""
    days = [span.starts + DAY * number for number in range((span.ends - span.starts).days + 1)]
    weekdays = [day for day in days if day.weekday() < SATURDAY]
    return Span(weekdays[0], weekdays[-1]) if weekdays else None


def _gaps(group: Sequence[Event]) -> list[Span]:
    """The weekdays between the stretches of a term on which nobody is taught."""
    whole = Span(group[0].days.starts, max(event.days.ends for event in group))
    # A line for the whole term beside lines for its halves says nothing about the gap.
    ordered = [event for event in group if event.days != whole] or list(group)
    gaps = []
    reached = ordered[0].days.ends
    for event in ordered[1:]:
        gap = trimmed(Span(reached + DAY, event.days.starts - DAY))
        gaps.extend([gap] if gap else [])
        reached = max(reached, event.days.ends)
    return gaps


def _add_term(group: Sequence[Event], halves: Sequence[Event], found: Gathered) -> None:
    starts, ends = group[0].days.starts, max(event.days.ends for event in group)
    inside = [trimmed(half.days) for half in halves if starts < half.days.starts and half.days.ends < ends]
    gaps = _gaps(group)
    longest = max([*(span for span in inside if span), *gaps], key=lambda span: span.ends - span.starts, default=None)
    explicit = next((span for span in inside if span), None)
    half = explicit or longest
    if half and (half.ends - half.starts).days + 1 > LONGEST_HOLIDAY + 4:
        found.doubts.append((group[0].row, f"The half-term of {term_name(starts, ends)} is longer than three weeks."))
    for gap in gaps:
        day = gap.starts
        while day <= gap.ends:
            if day.weekday() < SATURDAY and not (half and day in half):
                found.closures.append(FoundClosure(group[0].row, "School closed", "closed", Span(day, day)))
            day += DAY
    found.terms.append(FoundTerm(group[0].row, term_name(starts, ends), starts, ends, half))


def _add_holiday(event: Event, found: Gathered) -> None:
    """A holiday changes something only in the middle of a term, as Easter does in some years."""
    days = trimmed(event.days)
    inside = days and any(term.starts < days.starts and days.ends < term.ends for term in found.terms)
    if days and inside and not any(term.half_term and days.starts in term.half_term for term in found.terms):
        found.closures.append(FoundClosure(event.row, event.name[:80], "holiday", days))
    else:
        found.left_out.append((event.row, event.name, "A holiday between terms: the terms' own dates say it already."))
