"""What is due: meetings with parents, half-termly checks, the end of provision, the day of a review. Pure.

Source: docs/domain.md, "Reviews"; CoP 6.65: parents are met at least three times a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from provisionmap.school.calendar import CalendarDates, Span, TermDates, academic_year_of, is_teaching_day

DAY = timedelta(days=1)
MEETINGS = 3  # with parents, in a school year
AHEAD = timedelta(days=28)  # the end of provision is on the list from then on: time to call a meeting
KINDS = {
    "parents": "Meeting with parents",
    "check": "Half-termly check",
    "provision": "Provision ends",
    "review": "Review",
}
NUMBERS = ("first", "second", "third")


@dataclass(frozen=True)
class Due:
    """Something to be done by a day: what, about which provision or learner, and the day it is booked for."""

    by: date
    kind: str  # a key of KINDS
    words: str
    about: int = 0
    booked: date | None = None

    def overdue(self, today: date) -> bool:
        """Whether its day is over; the day itself is still in time."""
        return self.by < today


def last_school_day(dates: CalendarDates, span: Span) -> date:
    """The last teaching day of `span`; its last day where nobody is taught in it.

    >>> term = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18))
    >>> dates = CalendarDates((term,), (Span(date(2026, 12, 18), date(2026, 12, 18)),))
    >>> last_school_day(dates, Span(term.starts, term.ends)).isoformat()
    '2026-12-17'
    """
    back = (span.ends - DAY * number for number in range((span.ends - span.starts).days + 1))
    return next((day for day in back if is_teaching_day(dates, day)), span.ends)


def half_terms(terms: Iterable[TermDates]) -> list[Span]:
    """Each half of each term, in order; a term without a half-term holiday is one.

    >>> half = Span(date(2026, 10, 26), date(2026, 10, 30))
    >>> found = half_terms([TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), half)])
    >>> [(one.starts.isoformat(), one.ends.isoformat()) for one in found]
    [('2026-09-02', '2026-10-25'), ('2026-10-31', '2026-12-18')]
    """
    found = []
    for term in sorted(terms, key=lambda one: one.starts):
        if term.half_term is None:
            found.append(Span(term.starts, term.ends))
        else:
            found.append(Span(term.starts, term.half_term.starts - DAY))
            found.append(Span(term.half_term.ends + DAY, term.ends))
    return found


def thirds(dates: CalendarDates, year: Span) -> list[Span]:
    """The school year in three parts, each of which wants a meeting with parents; together they hold every day of it.

    Each ends with the last teaching day of its term; with more than three terms, of every second, or as evenly as it
    goes. Where fewer than three terms are known, the parts end with December, April and August.

    >>> autumn = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18))
    >>> spring = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 24))
    >>> summer = TermDates("Summer", date(2027, 4, 12), date(2027, 7, 21))
    >>> year = Span(date(2026, 9, 1), date(2027, 8, 31))
    >>> [one.ends.isoformat() for one in thirds(CalendarDates((autumn, spring, summer)), year)]
    ['2026-12-18', '2027-03-24', '2027-08-31']
    """
    terms = sorted((term for term in dates.terms if term.ends in year), key=lambda term: term.starts)
    if len(terms) < MEETINGS:
        second = year.ends.year
        ends = [date(year.starts.year, 12, 31), date(second, 4, 30)]
    else:
        closing = [terms[-(-number * len(terms) // MEETINGS) - 1] for number in (1, 2)]
        ends = [last_school_day(dates, Span(term.starts, term.ends)) for term in closing]
    return [
        Span(year.starts, ends[0]),
        Span(ends[0] + DAY, ends[1]),
        Span(ends[1] + DAY, year.ends),
    ]


def parent_meetings(
    dates: CalendarDates,
    today: date,
    *,
    held: Iterable[date] = (),
    booked: Iterable[date] = (),
    since: date | None = None,
) -> list[Due]:
    """The meetings with parents that are still due in the school year of `today`, one for each third of it.

    A meeting counts in the third in which it was held, so that three in the autumn leave spring and summer due. Thirds
    that were over before `since`, the day on which SEN support began, want none. Thirds that are over without a meeting
    stay on the list, as missed. A day that is booked and not over is named.

    >>> autumn = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18))
    >>> spring = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 24))
    >>> summer = TermDates("Summer", date(2027, 4, 12), date(2027, 7, 21))
    >>> dates = CalendarDates((autumn, spring, summer))
    >>> found = parent_meetings(dates, date(2027, 1, 11), held=[date(2026, 10, 14)])
    >>> [(one.by.isoformat(), one.words.split()[1]) for one in found]
    [('2027-03-24', 'second'), ('2027-07-21', 'third')]
    """
    _, year = academic_year_of(today)
    met, planned = list(held), sorted(day for day in booked if day >= today)
    found = []
    for number, third in zip(NUMBERS, thirds(dates, year), strict=True):
        if any(day in third for day in met) or (since and third.ends < since):
            continue
        by = last_school_day(dates, third)
        day = next((day for day in planned if day in third), None)
        found.append(Due(by, "parents", f"The {number} meeting with parents this year", booked=day))
    return found


def half_termly_check(
    dates: CalendarDates, today: date, *, checked: Iterable[date] = (), since: date | None = None
) -> Due | None:  # fmt: skip
    """The check that is due by the last teaching day of the half-term of `today`.

    None outside of term, once something was checked in this half-term, and where support began only after it.

    >>> half = Span(date(2026, 10, 26), date(2026, 10, 30))
    >>> dates = CalendarDates((TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), half),))
    >>> half_termly_check(dates, date(2026, 10, 5)).by.isoformat()
    '2026-10-23'
    >>> half_termly_check(dates, date(2026, 10, 5), checked=[date(2026, 9, 30)]) is None
    True
    """
    span = next((one for one in half_terms(dates.terms) if today in one), None)
    if span is None or any(day in span for day in checked) or (since and since > span.ends):
        return None
    return Due(last_school_day(dates, span), "check", "The check of this half-term")


@dataclass(frozen=True)
class Ending:
    """A provision or placement that ends on a day; `decided` once a review says how it goes on."""

    about: int
    name: str
    ends: date | None
    decided: bool = False


def ending(provisions: Iterable[Ending], today: date) -> list[Due]:
    """Provision that ends within four weeks, or has ended, without a decision; in the order of the days.

    >>> provisions = [Ending(7, "Phonics", date(2026, 12, 18)), Ending(8, "Talk", date(2027, 3, 24))]
    >>> [(one.about, one.words) for one in ending(provisions, date(2026, 11, 27))]
    [(7, 'Phonics ends: decide how it goes on')]
    """
    found = []
    for one in provisions:
        if one.ends is not None and one.ends <= today + AHEAD and not one.decided:
            verb = "ends" if one.ends >= today else "has ended"
            found.append(Due(one.ends, "provision", f"{one.name} {verb}: decide how it goes on", about=one.about))
    return sorted(found, key=lambda one: (one.by, one.words, one.about))


def agenda(found: Sequence[Due], today: date, until: date) -> list[Due]:
    """What belongs on the agenda of a meeting: all that is overdue, then all that is due by `until`, each by its day.

    >>> late = Due(date(2026, 10, 23), "check", "The check of this half-term")
    >>> soon = Due(date(2026, 12, 18), "parents", "The first meeting with parents this year")
    >>> far = Due(date(2027, 3, 24), "parents", "The second meeting with parents this year")
    >>> [one.kind for one in agenda([far, soon, late], date(2026, 11, 27), date(2026, 12, 31))]
    ['check', 'parents']
    """
    return sorted(
        (one for one in found if one.by <= until), key=lambda one: (not one.overdue(today), one.by, one.words)
    )
