"""A school's days of a span, counted quickly: teaching weeks, and days of a weekday in weeks A or B. Pure.

Only weeks in which somebody is taught count: nothing is owed in the others, so nothing of theirs is explained.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar

from interventions.timetable import DAY, Slot, letters
from provisionmap.school.calendar import CalendarDates, Span, is_teaching_day, teaching_days

Value = TypeVar("Value")


@dataclass(frozen=True)
class Days:
    """The days of a span by weekday and letter, those that were closed apart. Made by `days_of`."""

    taught: tuple[date, ...]
    week: tuple[int, ...]  # of each of them: which teaching week it belongs to, counted from 0
    planned: dict[tuple[int, str], list[date]] = field(default_factory=dict)
    closed: tuple[tuple[date, str], ...] = ()  # days of a term without teaching, in teaching weeks, with their letter

    def weeks(self, starts: date, ends: date) -> int:
        """Teaching weeks from `starts` to `ends`: those with a day of teaching among them."""
        first, after = bisect_left(self.taught, starts), bisect_right(self.taught, ends)
        return self.week[after - 1] - self.week[first] + 1 if first < after else 0

    def count(self, weekday: int, letter: str, starts: date, ends: date) -> int:
        """Days of term on `weekday`, in weeks of `letter` or in all of them, closed ones too."""
        known = self.planned.get((weekday, letter), ())
        return max(0, bisect_right(known, ends) - bisect_left(known, starts))

    def sessions(self, slot: Slot, starts: date, ends: date) -> int:
        """How many sessions `slot` plans from `starts` to `ends`."""
        last = ends if slot.ends is None else min(ends, slot.ends)
        return self.count(slot.weekday, slot.week, max(starts, slot.starts), last)


@lru_cache(maxsize=64)
def days_of(dates: CalendarDates, span: Span) -> Days:
    """The days of `span`.

    >>> from provisionmap.school.calendar import TermDates
    >>> term = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
    >>> dates = CalendarDates((term,), (Span(date(2026, 9, 7), date(2026, 9, 7)),))
    >>> days = days_of(dates, Span(date(2026, 9, 1), date(2026, 12, 31)))
    >>> days.weeks(date(2026, 9, 4), date(2026, 9, 14)), days.weeks(date(2026, 10, 24), date(2026, 11, 1))
    (3, 0)
    >>> days.count(0, "", date(2026, 9, 1), date(2026, 9, 20)), days.count(0, "A", date(2026, 9, 1), date(2026, 9, 20))
    (2, 1)
    """
    taught = teaching_days(dates, span)
    named = letters(dates, span)
    number: dict[date, int] = {}
    week = []
    for day in taught:
        week.append(number.setdefault(day - DAY * day.weekday(), len(number)))
    planned: dict[tuple[int, str], list[date]] = {}
    closed = []
    unclosed, open_days = CalendarDates(dates.terms), set(taught)
    for place in range((span.ends - span.starts).days + 1):
        day = span.starts + DAY * place
        letter = named.get(day - DAY * day.weekday())
        if letter is None or not is_teaching_day(unclosed, day):
            continue
        for which in ("", letter):
            planned.setdefault((day.weekday(), which), []).append(day)
        if day not in open_days:
            closed.append((day, letter))
    return Days(tuple(taught), tuple(week), planned, tuple(closed))


@dataclass(frozen=True)
class Dose:
    """Minutes a week, from the Monday of a week on."""

    since: date
    weekly: int


def doses(versions: Sequence[tuple[date, int | None, int | None]], now: int) -> tuple[Dose, ...]:
    """The dose in force at the end of each week, from what was written when: (day, minutes, sessions), oldest first.

    Weeks before the first version take the dose of the end of its day. Of several versions in a week the last one
    counts, so what was changed and changed back in it was never changed. Without versions it is `now`.

    >>> found = doses([(date(2026, 9, 7), 20, 3), (date(2026, 10, 7), 30, 3), (date(2026, 10, 8), 20, 4)], 60)
    >>> [(one.since.isoformat(), one.weekly) for one in found]
    [('0001-01-01', 60), ('2026-09-07', 60), ('2026-10-05', 80)]
    """
    last: dict[date, int] = {}
    for day, minutes, sessions in versions:
        weekly = (minutes or 0) * (sessions or 0)
        if day == versions[0][0]:
            last[date.min] = weekly
        last[day - DAY * day.weekday()] = weekly
    return tuple(Dose(since, weekly) for since, weekly in last.items()) or (Dose(date.min, now),)


def in_force(versions: Sequence[tuple[date, Value]], day: date) -> Value:
    """What stood at the end of `day`, from what was written when, oldest first; there is at least one version.

    Days before anything was written down take what was first written on the first day, blanks aside: so whatever is
    written afterwards changes none of them.

    >>> versions = [(date(2026, 9, 7), ""), (date(2026, 9, 7), "3"), (date(2026, 9, 7), "4"), (date(2026, 10, 7), "5")]
    >>> [in_force(versions, date(2026, month, 7)) for month in (8, 9, 10, 11)]
    ['3', '4', '5', '5']
    """
    first = versions[0][0]
    if day < first:
        return next((value for written, value in versions if value and written == first), versions[0][1])
    return next(value for written, value in reversed(versions) if written <= day)


def owed(known: Sequence[Dose], days: Days, starts: date, ends: date) -> int:
    """Minutes owed from `starts` to `ends`: in each teaching week the dose that was in force at its end.

    >>> from provisionmap.school.calendar import TermDates
    >>> days = days_of(CalendarDates((TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18)),)),
    ...     Span(date(2026, 9, 1), date(2026, 12, 31)))
    >>> owed((Dose(date.min, 60), Dose(date(2026, 9, 14), 90)), days, date(2026, 9, 9), date(2026, 9, 22))
    240
    """
    total = 0
    for place, dose in enumerate(known):
        last = min(ends, known[place + 1].since - DAY) if place + 1 < len(known) else ends
        first = max(starts, dose.since)
        if first <= last:
            total += dose.weekly * days.weeks(first, last)
    return total


def finished(dates: CalendarDates, span: Span, today: date) -> Span | None:
    """The part of `span` up to the last week that is over: a week is over once none of its teaching days is to come.

    So a week counts as a whole or not at all, and nothing looks missing that was not to happen yet. None where no
    week is over.

    >>> from provisionmap.school.calendar import TermDates
    >>> dates = CalendarDates((TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18)),))
    >>> term = Span(date(2026, 9, 2), date(2026, 12, 18))
    >>> [finished(dates, term, date(2026, 11, day)).ends.day for day in (26, 27, 28)]
    [22, 22, 29]
    """
    monday = today - DAY * today.weekday()
    sunday = monday + 6 * DAY
    over = not teaching_days(dates, Span(today, sunday))
    last = min(span.ends, sunday if over else monday - DAY)
    return Span(span.starts, last) if last >= span.starts else None
