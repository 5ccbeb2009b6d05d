"""By when a request has to be answered."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reports.due import answer_by


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 9, 3), date(2026, 10, 5)),  # 3 October is a Saturday
        (date(2026, 10, 31), date(2026, 11, 30)),  # November has no 31st
        (date(2027, 1, 29), date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 7), date(2027, 1, 7)),
    ],
)
def test_the_corresponding_day_of_the_next_month(asked, due):
    assert answer_by(asked) == due


def test_a_bank_holiday_is_no_working_day():
    christmas = {date(2026, 12, 25), date(2026, 12, 28)}  # a Friday, and the Monday in lieu of Boxing Day

    assert answer_by(date(2026, 11, 25), christmas) == date(2026, 12, 29)


@given(some.dates(date(2000, 1, 1), date(2098, 12, 31)))
def test_it_is_a_working_day_of_a_month_later_and_never_sooner(asked):
    due = answer_by(asked)

    last = monthrange(asked.year + asked.month // 12, asked.month % 12 + 1)[1]
    sooner = date(asked.year + asked.month // 12, asked.month % 12 + 1, min(asked.day, last))
    assert due.weekday() < 5
    assert timedelta(0) <= due - sooner <= timedelta(days=2)


@given(some.dates(date(2000, 1, 1), date(2098, 12, 30)))
def test_who_asks_later_is_never_answered_sooner(asked):
    assert answer_by(asked) <= answer_by(asked + timedelta(days=1))
