"""What is due: meetings with parents, half-termly checks, the end of provision."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from provisionmap.school.calendar import CalendarDates, Span, TermDates
from reviews.meetings import (
    Due,
    Ending,
    agenda,
    ending,
    half_termly_check,
    half_terms,
    last_school_day,
    parent_meetings,
    thirds,
)

YEAR = Span(date(2026, 9, 1), date(2027, 8, 31))
AUTUMN = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
SPRING = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 24), Span(date(2027, 2, 15), date(2027, 2, 19)))
SUMMER = TermDates("Summer", date(2027, 4, 12), date(2027, 7, 21), Span(date(2027, 5, 31), date(2027, 6, 4)))
DATES = CalendarDates((SUMMER, AUTUMN, SPRING), (Span(date(2026, 12, 18), date(2026, 12, 18)),))  # an INSET day
DAYS = some.dates(YEAR.starts, YEAR.ends)
HALVES = tuple(
    TermDates(f"Term {number}", one.starts, one.ends) for number, one in enumerate(half_terms(DATES.terms), 1)
)


def told(found):
    return [(one.by.isoformat(), one.words.split()[1]) for one in found]


def test_a_meeting_with_parents_is_due_by_the_last_day_of_each_term():
    """Source: CoP 6.65: at least three times a year."""
    found = parent_meetings(DATES, date(2026, 11, 27))

    assert told(found) == [("2026-12-17", "first"), ("2027-03-24", "second"), ("2027-07-21", "third")]
    assert {one.kind for one in found} == {"parents"}


def test_three_meetings_in_the_autumn_leave_the_rest_of_the_year_due():
    held = [date(2026, 9, 30), date(2026, 10, 14), date(2026, 12, 2)]

    assert told(parent_meetings(DATES, date(2027, 1, 4), held=held)) == [
        ("2027-03-24", "second"),
        ("2027-07-21", "third"),
    ]


def test_a_meeting_in_the_holidays_counts_for_the_term_that_follows():
    assert told(parent_meetings(DATES, date(2027, 1, 4), held=[date(2026, 12, 21), date(2027, 8, 30)])) == [
        ("2026-12-17", "first")
    ]


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (date(2026, 12, 17), ["first", "second", "third"]),
        (date(2026, 12, 18), ["second", "third"]),
        (date(2027, 6, 1), ["third"]),
        (date(2025, 9, 1), ["first", "second", "third"]),
    ],
)
def test_a_term_before_the_support_began_wants_no_meeting(since, due):
    assert [words for _, words in told(parent_meetings(DATES, date(2027, 6, 1), since=since))] == due


def test_a_booked_meeting_stays_due_and_names_its_day():
    booked = [date(2027, 2, 10), date(2026, 12, 9), date(2026, 12, 2), date(2026, 11, 26)]

    found = parent_meetings(DATES, date(2026, 11, 27), booked=booked)

    assert [one.booked for one in found] == [date(2026, 12, 2), date(2027, 2, 10), None]


def test_a_missed_meeting_is_overdue_from_the_day_after():
    missed, *_ = parent_meetings(DATES, date(2027, 1, 4))

    assert [missed.overdue(day) for day in (date(2026, 12, 17), date(2026, 12, 18))] == [False, True]


def test_six_terms_are_met_three_times():
    dates = CalendarDates(HALVES, DATES.closures)

    assert [one.by for one in parent_meetings(dates, date(2026, 9, 2))] == [
        one.by for one in parent_meetings(DATES, date(2026, 9, 2))
    ]


@pytest.mark.parametrize(
    ("terms", "ends"),
    [
        ((), ["2026-12-31", "2027-04-30", "2027-08-31"]),
        ((AUTUMN, SPRING), ["2026-12-17", "2027-03-24", "2027-08-31"]),
    ],
)
def test_a_calendar_that_is_not_complete_still_tells(terms, ends):
    dates = CalendarDates(terms, DATES.closures)

    assert [one.by.isoformat() for one in parent_meetings(dates, date(2026, 9, 2))] == ends


def test_a_term_that_begins_in_august_is_of_the_year_that_follows():
    early = TermDates("Autumn", date(2026, 8, 27), date(2026, 12, 18))

    assert thirds(CalendarDates((early, SPRING, SUMMER)), YEAR)[0].ends == date(2026, 12, 18)


@given(some.lists(some.sampled_from([AUTUMN, SPRING, SUMMER, *HALVES]), unique=True))
def test_the_thirds_hold_every_day_of_the_year_once(terms):
    first, second, third = thirds(CalendarDates(tuple(terms)), YEAR)

    assert (first.starts, third.ends) == (YEAR.starts, YEAR.ends)
    assert (second.starts - first.ends, third.starts - second.ends) == (timedelta(days=1), timedelta(days=1))


@given(some.lists(DAYS, max_size=6), DAYS)
def test_a_meeting_never_makes_more_due(held, today):
    for kept in range(len(held)):
        assert len(parent_meetings(DATES, today, held=held)) <= len(parent_meetings(DATES, today, held=held[:kept]))
    assert len(parent_meetings(DATES, today, held=held)) >= 3 - len(held)


@pytest.mark.parametrize(
    ("today", "by"),
    [
        (date(2026, 9, 2), "2026-10-23"),
        (date(2026, 10, 25), "2026-10-23"),  # a Sunday before half-term: overdue
        (date(2026, 11, 2), "2026-12-17"),  # the 18th is closed
        (date(2027, 6, 7), "2027-07-21"),
        (date(2026, 10, 28), None),
        (date(2026, 12, 25), None),
    ],
)
def test_a_check_is_due_by_the_last_day_of_the_half_term(today, by):
    found = half_termly_check(DATES, today)

    assert (found and found.by.isoformat()) == by


def test_a_check_is_due_once_in_a_half_term_and_not_before_support_begins():
    today = date(2026, 11, 23)

    assert half_termly_check(DATES, today, checked=[date(2026, 10, 23)]) is not None
    assert half_termly_check(DATES, today, checked=[date(2026, 11, 3)]) is None
    assert half_termly_check(DATES, today, since=date(2026, 12, 18)) is not None
    assert half_termly_check(DATES, today, since=date(2026, 12, 19)) is None


def test_a_span_without_teaching_ends_with_its_last_day():
    assert last_school_day(DATES, Span(date(2026, 12, 21), date(2026, 12, 31))) == date(2026, 12, 31)


def test_a_term_without_a_half_term_holiday_is_one_half():
    plain = TermDates("Spring", SPRING.starts, SPRING.ends)

    assert half_terms([plain, AUTUMN]) == [*half_terms([AUTUMN]), Span(SPRING.starts, SPRING.ends)]


def test_provision_that_ends_soon_or_has_ended_wants_a_decision():
    today = date(2026, 11, 27)
    provisions = [
        Ending(1, "Talk", today + timedelta(days=28)),
        Ending(2, "Swimming", today + timedelta(days=29)),
        Ending(3, "Phonics", today),
        Ending(4, "Numbers", today - timedelta(days=1)),
        Ending(5, "Drama", today, decided=True),
        Ending(6, "A seat near the front", None),
    ]

    found = ending(provisions, today)

    assert [(one.about, one.words) for one in found] == [
        (4, "Numbers has ended: decide how it goes on"),
        (3, "Phonics ends: decide how it goes on"),
        (1, "Talk ends: decide how it goes on"),
    ]


@given(some.lists(some.builds(Due, DAYS, some.just("check"), some.sampled_from("abc")), max_size=8), DAYS, DAYS)
def test_an_agenda_begins_with_what_is_overdue_and_ends_with_its_last_day(due, today, until):
    found = agenda(due, today, until)

    assert sorted(one.by for one in found) == sorted(one.by for one in due if one.by <= until)
    late = [one.overdue(today) for one in found]
    assert late == sorted(late, reverse=True)
