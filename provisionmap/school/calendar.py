"""School days and weeks from dates. Pure: rows come from the calendar models, `today` from the caller.

Source: docs/domain.md, "Time". A teaching week is a week with at least one teaching day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import holidays

SATURDAY = 5
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, order=True)
class Span:
    """Days from `starts` to `ends`, both included."""

    starts: date
    ends: date

    def __contains__(self, day: date) -> bool:
        return self.starts <= day <= self.ends


@dataclass(frozen=True)
class TermDates:
    """A term with the half-term holiday inside it."""

    name: str
    starts: date
    ends: date
    half_term: Span | None = None


@dataclass(frozen=True)
class CalendarDates:
    """A school's terms and the closures inside them."""

    terms: tuple[TermDates, ...]
    closures: tuple[Span, ...] = ()


def is_teaching_day(dates: CalendarDates, day: date) -> bool:
    """Whether anybody is taught on `day`: a weekday in a term, not in half-term, not closed.

    >>> term = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
    >>> dates = CalendarDates((term,), (Span(date(2026, 9, 2), date(2026, 9, 2)),))
    >>> [is_teaching_day(dates, date(2026, *day)) for day in ((9, 2), (9, 3), (9, 5), (10, 28))]
    [False, True, False, False]
    """
    if day.weekday() >= SATURDAY or any(day in closure for closure in dates.closures):
        return False
    return any(
        term.starts <= day <= term.ends and not (term.half_term and day in term.half_term) for term in dates.terms
    )


def teaching_days(dates: CalendarDates, span: Span) -> list[date]:
    """The teaching days of `span`, in order; none when it ends before it starts."""
    length = (span.ends - span.starts).days + 1
    days = (span.starts + DAY * number for number in range(length))
    return [day for day in days if is_teaching_day(dates, day)]


def teaching_weeks(dates: CalendarDates, span: Span) -> list[tuple[date, int]]:
    """Each teaching week of `span`: its Monday and its number of teaching days.

    A dose "a week" is owed once for each; a dose "daily" in proportion to days ÷ 5.
    """
    weeks: dict[date, int] = {}
    for day in teaching_days(dates, span):
        monday = day - DAY * day.weekday()
        weeks[monday] = weeks.get(monday, 0) + 1
    return sorted(weeks.items())


def bank_holidays(span: Span) -> list[tuple[date, str]]:
    """Bank holidays of England in `span`, substitutes included.

    >>> bank_holidays(Span(date(2026, 12, 24), date(2026, 12, 31)))
    [(datetime.date(2026, 12, 25), 'Christmas Day'), (datetime.date(2026, 12, 28), 'Boxing Day (substitute day)')]
    """
    years = range(span.starts.year, span.ends.year + 1)
    known = holidays.country_holidays("GB", subdiv="ENG", years=years)
    weekdays = ((day, name) for day, name in known.items() if day.weekday() < SATURDAY)
    return sorted((day, name.replace("(observed)", "(substitute day)")) for day, name in weekdays if day in span)


def missing_bank_holidays(dates: CalendarDates) -> list[tuple[date, str]]:
    """Bank holidays on which the calendar would have children taught.

    >>> term = TermDates("Summer", date(2027, 4, 12), date(2027, 7, 21), Span(date(2027, 5, 31), date(2027, 6, 4)))
    >>> missing_bank_holidays(CalendarDates((term,)))
    [(datetime.date(2027, 5, 3), 'May Day')]
    """
    found = {
        day: name
        for term in dates.terms
        for day, name in bank_holidays(Span(term.starts, term.ends))
        if is_teaching_day(dates, day)
    }
    return sorted(found.items())


def academic_year_of(day: date) -> tuple[str, Span]:
    """The school year that holds `day`, 1 September to 31 August, and its name.

    >>> academic_year_of(date(2027, 8, 31))[0]
    '2026/27'
    """
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02}", Span(date(first, 9, 1), date(first + 1, 8, 31))


def usual_terms(day: date) -> list[TermDates]:
    """Three terms to begin the form with, near what most schools keep; a person puts them right."""

    def monday(when: date) -> date:
        return when + DAY * (-when.weekday() % 7)

    _, year = academic_year_of(day)
    first, second = year.starts.year, year.ends.year
    autumn, spring, summer = monday(date(first, 9, 2)), monday(date(second, 1, 4)), monday(date(second, 4, 10))

    def term(name: str, begins: date, weeks: int, half: int) -> TermDates:
        half_term = begins + WEEK * half
        return TermDates(name, begins, begins + WEEK * weeks - DAY * 3, Span(half_term, half_term + DAY * 4))

    return [
        term(f"Autumn term {first}", autumn, 15, 7),
        term(f"Spring term {second}", spring, 12, 6),
        term(f"Summer term {second}", summer, 15, 7),
    ]


def doubts(terms: Sequence[TermDates], closures: Iterable[Span]) -> list[str]:
    """What looks wrong in a calendar, as sentences; an empty list when all is well."""
    found = []
    ordered = sorted(terms, key=lambda term: term.starts)
    for earlier, later in pairwise(ordered):
        if later.starts <= earlier.ends:
            found.append(f"{earlier.name} and {later.name} overlap: put the dates of one of them right.")
    for term in ordered:
        for word, day in (("starts", term.starts), ("ends", term.ends)):
            if day.weekday() >= SATURDAY:
                found.append(f"{term.name} {word} at a weekend ({day:%A} {day:%d/%m/%Y}): check the date.")
        if term.half_term is None:
            found.append(f"{term.name} has no half-term: its week will count as taught.")
    for closure in closures:
        if not any(term.starts <= closure.ends and closure.starts <= term.ends for term in ordered):
            found.append(f"The closure on {closure.starts:%d/%m/%Y} lies outside every term, so it changes nothing.")
    return found


def half_term_begun(terms: Iterable[TermDates], day: date) -> date:
    """The first day of the half-term that `day` lies in, or of the last one begun before it.

    A half-term begins with its term, or on the day after the half-term holiday. Before every term, or without any,
    it is the day six weeks ago.

    >>> term = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
    >>> [half_term_begun([term], date(2026, *day)).isoformat() for day in ((9, 2), (10, 30), (10, 31), (12, 25))]
    ['2026-09-02', '2026-09-02', '2026-10-31', '2026-10-31']
    >>> half_term_begun([], date(2026, 11, 23)).isoformat()
    '2026-10-12'
    """
    begins = [
        first for term in terms for first in (term.starts, term.half_term.ends + DAY if term.half_term else term.starts)
    ]
    return max((first for first in begins if first <= day), default=day - 6 * WEEK)
