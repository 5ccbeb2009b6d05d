"""Over which days, and under which headings: rules without a database."""

from datetime import date

import pytest

from interventions.accounts import Counted, account, accounts, days_over
from interventions.ledger import ledger
from provisionmap.school.calendar import CalendarDates, Span, TermDates

AUTUMN = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
SPRING = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 26))
DATES = CalendarDates((AUTUMN, SPRING))


@pytest.mark.parametrize(
    ("over", "today", "days"),
    [
        ("week", date(2026, 11, 2), (date(2026, 10, 19), date(2026, 10, 25))),
        ("half-term", date(2026, 10, 31), None),
        ("last-half-term", date(2027, 1, 20), (date(2026, 10, 31), date(2026, 12, 18))),
        ("term", date(2027, 1, 20), (date(2027, 1, 4), date(2027, 1, 17))),
        ("last-term", date(2027, 1, 20), (date(2026, 9, 2), date(2026, 12, 18))),
        ("year", date(2027, 1, 20), (date(2026, 9, 1), date(2027, 1, 17))),
        ("last-year", date(2027, 1, 20), (date(2025, 9, 1), date(2026, 8, 31))),
    ],
)
def test_days(over, today, days):
    found = days_over(over, DATES, today)

    if days:
        assert (found.starts, found.ends) == days
    else:
        assert found is None or found.ends < date(2026, 11, 2)


def test_before_the_first_week_is_over_there_are_no_days():
    assert days_over("week", DATES, date(2026, 9, 2)) is None


def row(key, *, delivered=0, logged=True, timetabled=True, entitled=60):
    return Counted(key, ledger(entitled=entitled, delivered=delivered), logged, timetabled)


def test_headings_add_up_and_those_without_a_name_are_left_out():
    rows = [row("1", delivered=30), row("1", delivered=60), row("2"), row("hidden")]

    found = accounts(rows, {"1": ("Wave 1", ""), "2": ("Wave 2", "")}, lambda one: one.key)

    assert [(one.name, one.ledger.delivered, one.placements) for one in found] == [("Wave 1", 90, 2), ("Wave 2", 0, 1)]
    assert (found[0].percent, found[0].doubt, len(found[0].cells)) == (75, "", 14)


@pytest.mark.parametrize(
    ("rows", "doubt"),
    [
        ([row("1", logged=False, timetabled=False)], "No timetable and nothing logged: this can't be judged."),
        ([row("1", logged=False)], "Nothing was logged: this can't be judged."),
        ([row("1", entitled=0)], "No dose is written down, so nothing can be judged."),
        ([row("1", logged=False), row("1")], ""),
    ],
)
def test_what_cannot_be_judged_says_why(rows, doubt):
    assert account("1", "Wave 1", rows).doubt == doubt
