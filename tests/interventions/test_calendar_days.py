"""Counting a calendar's days quickly: equal to walking them, over calendars nobody would keep."""

from datetime import date, time, timedelta
from random import Random

from interventions.calendar_days import days_of, doses, finished, owed
from interventions.timetable import Slot, occasions
from provisionmap.school.calendar import CalendarDates, Span, TermDates, is_teaching_day, teaching_weeks

DAY = timedelta(days=1)
YEARS = (2023, 2024, 2026)  # 29 February 2024; the clocks change in each


def a_calendar(rng):
    """Terms of a school year with half-terms and closures, some of them whole weeks, some at weekends."""
    year = rng.choice(YEARS)
    begins, terms = date(year, 9, 1) + rng.randrange(10) * DAY, []
    for name in ("Autumn", "Spring", "Summer"):
        ends = begins + rng.randrange(50, 100) * DAY
        half = begins + rng.randrange(20, 30) * DAY
        terms.append(TermDates(name, begins, ends, Span(half, half + rng.randrange(3, 9) * DAY)))
        begins = ends + rng.randrange(10, 25) * DAY
    closures = []
    for _ in range(rng.randrange(8)):
        first = terms[0].starts + rng.randrange(300) * DAY
        closures.append(Span(first, first + rng.choice((0, 0, 1, 6, 9)) * DAY))
    return CalendarDates(tuple(terms), tuple(closures))


def a_span(rng, dates):
    first = dates.terms[0].starts + rng.randrange(-10, 250) * DAY
    return Span(first, first + rng.randrange(0, 200) * DAY)


def slowly_owed(versions, now, dates, span):
    """Week by week: the version that was written last by the end of the week."""
    total = 0
    for monday, _ in teaching_weeks(dates, span):
        known = [one for one in versions if one[0] <= monday + 6 * DAY] or [
            one for one in versions if one[0] == versions[0][0]
        ]
        total += (known[-1][1] or 0) * (known[-1][2] or 0) if known else now
    return total


def test_what_is_owed_equals_walking_every_week_of_a_thousand_calendars():
    for number in range(1_000):
        rng = Random(number)
        dates = a_calendar(rng)
        span = a_span(rng, dates)
        days = days_of(dates, Span(dates.terms[0].starts - 40 * DAY, dates.terms[-1].ends + 250 * DAY))
        when = sorted(dates.terms[0].starts + rng.randrange(300) * DAY for _ in range(rng.randrange(5)))
        versions = [(day, rng.choice((None, 10, 20, 30)), rng.choice((None, 1, 2, 5))) for day in when]

        assert owed(doses(versions, 60), days, span.starts, span.ends) == slowly_owed(versions, 60, dates, span), number


def test_planned_sessions_equal_those_of_the_timetable_in_five_hundred_calendars():
    for number in range(500):
        rng = Random(number)
        dates = a_calendar(rng)
        span = a_span(rng, dates)
        days = days_of(dates, Span(dates.terms[0].starts - 40 * DAY, dates.terms[-1].ends + 250 * DAY))
        first = dates.terms[0].starts + rng.randrange(-20, 200) * DAY
        last = rng.choice((None, first + rng.randrange(100) * DAY))
        slot = Slot(rng.randrange(5), time(9), 20, first, last, rng.choice(("", "A", "B")))
        taught = {monday for monday, _ in teaching_weeks(dates, Span(span.starts - 7 * DAY, span.ends + 7 * DAY))}

        walked = [
            one for one in occasions([slot], dates, span) if one.day - DAY * one.day.weekday() in taught
        ]  # in a week without any teaching nothing is owed, so nothing is planned

        assert days.sessions(slot, span.starts, span.ends) == len(walked), number


def test_a_week_counts_once_it_is_over_and_as_a_whole():
    for number in range(200):
        rng = Random(number)
        dates = a_calendar(rng)
        span = a_span(rng, dates)
        today = span.starts + rng.randrange(-20, 220) * DAY

        over = finished(dates, span, today)

        if over is None:
            assert not [
                day
                for day in (span.starts + DAY * place for place in range((span.ends - span.starts).days + 1))
                if is_teaching_day(dates, day) and day + (7 - day.weekday()) * DAY <= today
            ]
        else:
            assert over.starts == span.starts
            assert over.ends == span.ends or over.ends.weekday() == 6
            sunday = over.ends + DAY * (6 - over.ends.weekday())
            rest = [today + DAY * place for place in range((sunday - today).days + 1)]
            assert not any(is_teaching_day(dates, day) for day in rest)
