"""Clashes of times of the week, held against a walk minute by minute."""

import doctest
from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from interventions import clashes, slot_words
from interventions.clashes import Booking, Taken, again_and_again, first_meeting, fullest_week, meetings, minute_of

MONDAY = date(2026, 11, 23)
WEEKS = {MONDAY + timedelta(weeks=number): "AB"[number % 2] for number in (0, 1, 2, 4, 5)}  # one is a holiday
DAYS = some.integers(-10, 45).map(lambda number: MONDAY + timedelta(days=number))
BOOKINGS = some.builds(
    Booking,
    slot=some.integers(1, 6),
    weekday=some.integers(0, 2),
    at=some.integers(0, 30).map(lambda minutes: time(9, minutes)),
    minutes=some.integers(1, 20),
    starts=DAYS,
    ends=some.none() | DAYS,
    week=some.sampled_from(["", "", "A", "B"]),
    more=some.integers(0, 10),
)


def happens(one, day):
    """Whether a booking has a session on the day."""
    monday = day - timedelta(days=day.weekday())
    dated = one.starts <= day and not (one.ends and one.ends < day)
    return monday in WEEKS and dated and day.weekday() == one.weekday and one.week in ("", WEEKS[monday])


def minutes_of(one):
    """Each minute of its session."""
    return set(range(minute_of(one.at), minute_of(one.at) + one.minutes))


@settings(max_examples=1_000)
@given(BOOKINGS, BOOKINGS)
def test_two_times_meet_on_the_first_day_that_has_a_minute_of_both(one, other):
    days = [MONDAY + timedelta(days=number) for number in range(60)]
    both = [day for day in days if happens(one, day) and happens(other, day) and minutes_of(one) & minutes_of(other)]

    found = first_meeting(one, other, WEEKS)

    assert found == (both[0] if both and one.slot != other.slot else None)
    assert found == first_meeting(other, one, WEEKS)


@settings(max_examples=500)
@given(some.lists(BOOKINGS, max_size=6, unique_by=lambda one: one.slot))
def test_every_pair_that_meets_is_told_once_whatever_the_order(bookings):
    expected = {
        frozenset({one.slot, other.slot}): day
        for one in bookings
        for other in bookings
        if (day := first_meeting(one, other, WEEKS))
    }

    for order in (bookings, bookings[::-1]):
        found = meetings(order, WEEKS)
        assert len(found) == len(expected)
        assert {frozenset({one.one.slot, one.other.slot}): one.day for one in found} == expected
        assert [one.day for one in found] == sorted(one.day for one in found)


@settings(max_examples=300)
@given(some.lists(BOOKINGS, max_size=5))
def test_the_fullest_week_is_that_of_a_walk_day_by_day(bookings):
    sums = {
        monday: sum(
            one.minutes + one.more
            for one in bookings
            for number in range(7)
            if happens(one, monday + timedelta(days=number))
        )
        for monday in WEEKS
    }

    monday, most = fullest_week(bookings, WEEKS)

    assert most == max(sums.values())
    assert monday == (min(one for one, minutes in sums.items() if minutes == most) if most else None)


TAKEN = some.builds(
    Taken,
    learner=some.integers(1, 2),
    day=some.integers(-50, 5).map(lambda number: MONDAY + timedelta(days=number)),
    at=some.sampled_from([time(9), time(9, 10), time(11)]),
    minutes=some.sampled_from([10, 20]),
    slot=some.integers(0, 3),
)


@settings(max_examples=500)
@given(some.lists(TAKEN, max_size=25))
def test_only_who_is_out_in_three_weeks_of_six_at_one_hour_is_told(taken):
    for one in again_and_again(taken, MONDAY):
        rows = [
            each
            for each in taken
            if each.learner == one.learner
            and each.day.weekday() == one.weekday
            and MONDAY - timedelta(days=42) <= each.day < MONDAY
        ]
        assert len({each.day for each in rows}) >= one.weeks >= 3

    for learner in (1, 2):
        for at in (time(9), time(11)):
            days = {
                each.day
                for each in taken
                if each.learner == learner
                and each.at == at
                and each.day.weekday() == 1
                and MONDAY - timedelta(days=42) <= each.day < MONDAY
            }
            told = [
                one for one in again_and_again(taken, MONDAY) if (one.learner, one.weekday, one.at) == (learner, 1, at)
            ]
            assert len(days) < 3 or (len(told) == 1 and told[0].weeks >= len(days))


def test_twice_is_chance_and_what_is_longer_ago_is_over():
    days = [MONDAY - timedelta(weeks=number) for number in (1, 2, 7)]

    assert again_and_again([Taken(7, day, time(9), 20) for day in days], MONDAY) == []


def test_the_worked_examples_hold():
    assert [doctest.testmod(module).failed for module in (clashes, slot_words)] == [0, 0]
