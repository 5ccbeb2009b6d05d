"""Who is in two places at once, over their hours, or out of the same lesson again and again. Pure.

A timetable of lessons is not known here, so nothing says which subject a learner misses: only that it is always the
same hour of the week.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

DAY = timedelta(days=1)
LOOK_BACK = timedelta(weeks=6)
LEAST = 3  # weeks of those six: twice may be chance


def minute_of(at: time) -> int:
    """Minutes since midnight.

    >>> minute_of(time(9, 15))
    555
    """
    return at.hour * 60 + at.minute


@dataclass(frozen=True)
class Booking:
    """A time of the week at which somebody has to be somewhere, from a day to a day, both included.

    `more` is what it takes of an adult beside its minutes: preparation.
    """

    slot: int
    weekday: int  # 0 is Monday
    at: time
    minutes: int
    starts: date
    ends: date | None = None
    week: str = ""
    more: int = 0

    def in_week(self, monday: date, letter: str) -> bool:
        """Whether it happens in the week that begins on `monday`, which is week A or B."""
        day = monday + DAY * self.weekday
        return self.starts <= day and (self.ends is None or day <= self.ends) and self.week in ("", letter)


@dataclass(frozen=True)
class Meeting:
    """Two bookings of one person that overlap, and the first day on which they do."""

    one: Booking
    other: Booking
    day: date


@dataclass(frozen=True)
class Taken:
    """A learner was out of the class on a day, from a time on, for so many minutes."""

    learner: int
    day: date
    at: time
    minutes: int
    slot: int = 0


@dataclass(frozen=True)
class Repeated:
    """A learner was out at the same hour of the week in several weeks: always the same lesson."""

    learner: int
    weekday: int
    at: time
    weeks: int
    minutes: int  # of all of them together
    slots: tuple[int, ...] = ()


def overlap(one: Booking, other: Booking) -> bool:
    """Whether two times of the week share a minute; one that begins when the other ends does not.

    >>> first = Booking(1, 0, time(9), 20, date(2026, 9, 1))
    >>> [overlap(first, Booking(2, 0, at, 10, date(2026, 9, 1))) for at in (time(9, 19), time(9, 20))]
    [True, False]
    """
    begins, starts = minute_of(one.at), minute_of(other.at)
    return one.weekday == other.weekday and begins < starts + other.minutes and starts < begins + one.minutes


def first_meeting(one: Booking, other: Booking, weeks: Mapping[date, str]) -> date | None:
    """The first day on which both happen and overlap; None where there is none in `weeks`.

    `weeks` are teaching weeks, Monday to letter, as `timetable.letters` gives them.

    >>> weeks = {date(2026, 11, 23): "A", date(2026, 11, 30): "B"}
    >>> every = Booking(1, 1, time(9), 20, date(2026, 9, 1))
    >>> first_meeting(every, Booking(2, 1, time(9, 10), 20, date(2026, 9, 1), week="B"), weeks)
    datetime.date(2026, 12, 1)
    """
    if one.slot == other.slot or not overlap(one, other):
        return None
    both = (monday for monday, letter in sorted(weeks.items()) if one.in_week(monday, letter))
    return next((monday + DAY * one.weekday for monday in both if other.in_week(monday, weeks[monday])), None)


def meetings(bookings: Iterable[Booking], weeks: Mapping[date, str]) -> list[Meeting]:
    """Every pair of one person's bookings that meet, soonest first."""
    ordered = sorted(bookings, key=lambda one: (one.weekday, one.at, one.slot, one.starts))
    found: dict[tuple[int, int], Meeting] = {}
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.weekday != one.weekday or minute_of(other.at) >= minute_of(one.at) + one.minutes:
                break
            day = first_meeting(one, other, weeks)
            pair = (min(one.slot, other.slot), max(one.slot, other.slot))
            if day and (pair not in found or day < found[pair].day):
                found[pair] = Meeting(one, other, day)
    return sorted(found.values(), key=lambda one: (one.day, one.one.at, one.one.slot, one.other.slot))


def fullest_week(bookings: Collection[Booking], weeks: Mapping[date, str]) -> tuple[date | None, int]:
    """The first of the weeks that ask most of somebody, and how many minutes: sessions and preparation.

    >>> weeks = {date(2026, 11, 23): "A", date(2026, 11, 30): "B"}
    >>> often = Booking(1, 1, time(9), 20, date(2026, 9, 1), more=5)
    >>> fullest_week([often, Booking(2, 1, time(10), 30, date(2026, 9, 1), week="B")], weeks)
    (datetime.date(2026, 11, 30), 55)
    """
    most: tuple[date | None, int] = (None, 0)
    for monday, letter in sorted(weeks.items()):
        minutes = sum(one.minutes + one.more for one in bookings if one.in_week(monday, letter))
        if minutes > most[1]:
            most = (monday, minutes)
    return most


def again_and_again(taken: Iterable[Taken], today: date, least: int = LEAST) -> list[Repeated]:
    """Learners who were out at the same hour of the week in `least` or more of the six weeks before `today`.

    Times of one weekday count as one hour where they overlap with the earliest of it. Most weeks first.

    >>> days = [date(2026, 11, day) for day in (3, 10, 17)]
    >>> found = again_and_again([Taken(7, day, time(9, 15), 20) for day in days], date(2026, 11, 23))
    >>> [(one.learner, one.weekday, one.weeks, one.minutes) for one in found]
    [(7, 1, 3, 60)]
    """
    of: dict[tuple[int, int], list[Taken]] = {}
    for one in taken:
        if today - LOOK_BACK <= one.day < today:
            of.setdefault((one.learner, one.day.weekday()), []).append(one)
    found = []
    for (learner, weekday), rows in of.items():
        for hour in _hours(rows):
            days = {one.day for one in hour}
            if len(days) >= least:
                slots = tuple(sorted({one.slot for one in hour if one.slot}))
                minutes = sum(one.minutes for one in hour)
                found.append(Repeated(learner, weekday, hour[0].at, len(days), minutes, slots))
    return sorted(found, key=lambda one: (-one.weeks, -one.minutes, one.learner, one.weekday, one.at))


def _hours(rows: Sequence[Taken]) -> list[list[Taken]]:
    """One weekday's rows, put together where they overlap with the earliest of their hour."""
    hours: list[list[Taken]] = []
    for one in sorted(rows, key=lambda each: (each.at, -each.minutes, each.day)):
        if hours and minute_of(one.at) < minute_of(hours[-1][0].at) + hours[-1][0].minutes:
            hours[-1].append(one)
        else:
            hours.append([one])
    return hours
