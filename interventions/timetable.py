"""The sessions that a timetable plans: weekly slots over the school's calendar. Pure.

A slot that changes tomorrow ends today, and another begins: no day of the past is planned anew. Times are clock times
at the school, so no summer makes a session an hour late.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from provisionmap.school.calendar import CalendarDates, Span, academic_year_of, is_teaching_day, teaching_weeks

DAY = timedelta(days=1)
WEEKS = ("A", "B")


@dataclass(frozen=True)
class Slot:
    """A time of the week, from a day to a day, both included; every week, or in weeks A or B only."""

    weekday: int  # 0 is Monday
    at: time
    minutes: int
    starts: date
    ends: date | None = None
    week: str = ""
    pk: int = 0


@dataclass(frozen=True)
class Occasion:
    """One session that a slot plans; `closed` where the school was closed on a day of term."""

    day: date
    at: time
    minutes: int
    slot: int
    closed: bool = False

    @property
    def ends_at(self) -> time:
        """When it is over."""
        minutes = self.at.hour * 60 + self.at.minute + self.minutes
        return time(minutes // 60 % 24, minutes % 60)


def letters(dates: CalendarDates, span: Span) -> dict[date, str]:
    """The Monday of each teaching week that meets `span`, and whether it is week A or B.

    A school year begins with A; then they take turns, week of teaching by week of teaching, over holidays too.

    >>> from provisionmap.school.calendar import TermDates
    >>> half = Span(date(2026, 10, 26), date(2026, 10, 30))
    >>> dates = CalendarDates((TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), half),))
    >>> found = letters(dates, Span(date(2026, 10, 12), date(2026, 11, 6)))
    >>> [(monday.isoformat(), letter) for monday, letter in found.items()]
    [('2026-10-12', 'A'), ('2026-10-19', 'B'), ('2026-11-02', 'A')]
    """
    found: dict[date, str] = {}
    year = academic_year_of(span.starts)[1]
    while year.starts <= span.ends:
        for number, (monday, _) in enumerate(teaching_weeks(dates, year)):
            if monday <= span.ends and monday + 6 * DAY >= span.starts:
                found[monday] = WEEKS[number % 2]
        year = academic_year_of(year.ends + DAY)[1]
    return found


def _days(span: Span) -> Iterable[date]:
    return (span.starts + DAY * number for number in range((span.ends - span.starts).days + 1))


def _open_or_closed(dates: CalendarDates, span: Span) -> Iterable[tuple[date, bool]]:
    """The days of `span` on which a slot counts: teaching days, and with True those of a term that were closed."""
    unclosed = CalendarDates(dates.terms)
    for day in _days(span):
        if is_teaching_day(unclosed, day):
            yield day, not is_teaching_day(dates, day)


def occasions(slots: Sequence[Slot], dates: CalendarDates, span: Span) -> list[Occasion]:
    """The sessions that `slots` plan within `span`, by day and time.

    On a closed day of term a slot gives an occasion that is `closed`: it explains the minutes that are missing. In a
    week without any teaching day there is no letter, so that a slot of week A or B gives nothing then.

    >>> from provisionmap.school.calendar import TermDates
    >>> term = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18))
    >>> dates = CalendarDates((term,), (Span(date(2026, 9, 7), date(2026, 9, 7)),))
    >>> slot = Slot(0, time(9, 15), 20, date(2026, 9, 1))
    >>> [(one.day.day, one.closed) for one in occasions([slot], dates, Span(date(2026, 9, 1), date(2026, 9, 21)))]
    [(7, True), (14, False), (21, False)]
    """
    of_week = letters(dates, span) if any(slot.week for slot in slots) else {}
    found = []
    for day, closed in _open_or_closed(dates, span):
        for slot in slots:
            runs = slot.starts <= day and (slot.ends is None or day <= slot.ends)
            if runs and slot.weekday == day.weekday() and slot.week in ("", of_week.get(day - DAY * day.weekday())):
                found.append(Occasion(day, slot.at, slot.minutes, slot.pk, closed))
    return sorted(found, key=lambda one: (one.day, one.at, one.slot))


def entitlement(minutes_a_week: int, dates: CalendarDates, span: Span) -> int:
    """Minutes owed within `span`: the week's, once for each teaching week of it (docs/domain.md, "Time").

    >>> from provisionmap.school.calendar import TermDates
    >>> dates = CalendarDates((TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18)),))
    >>> entitlement(30, dates, Span(date(2026, 9, 4), date(2026, 9, 14)))
    90
    """
    return minutes_a_week * len(teaching_weeks(dates, span))


def meet(one: Occasion, other: Occasion) -> bool:
    """Whether two occasions overlap; one that begins when the other ends does not.

    >>> day = date(2026, 9, 7)
    >>> first, second = Occasion(day, time(9), 20, 1), Occasion(day, time(9, 20), 10, 2)
    >>> meet(first, second), meet(first, Occasion(day, time(9, 19), 10, 3))
    (False, True)
    """
    return one.day == other.day and one.at < other.ends_at and other.at < one.ends_at
