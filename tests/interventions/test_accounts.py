"""Over which days, and under which headings: rules without a database."""

import doctest
from datetime import date

import pytest

from interventions import accounts as accounts_module
from interventions import telling
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
        (
            [row("1", logged=False), row("1", logged=False), row("1")],
            "Nothing was logged for 2 of 3 placements: this can't be judged.",
        ),
    ],
)
def test_what_cannot_be_judged_says_why(rows, doubt):
    assert account("1", "Wave 1", rows).doubt == doubt


def test_days_before_anybody_logged_are_not_known_and_their_shares_stay_empty():
    found = account("1", "Wave 1", [row("1", delivered=30)], before=True)

    assert found.doubt == "Nothing was logged yet: this is not known."
    assert [found.cells[place] for place in (0, 3, 4, -1)] == [60, "", "", ""]


@pytest.mark.parametrize(
    ("delivered", "missed", "beyond"),
    [(60, {}, ""), (61, {}, "more than the dose"), (60, {"closed": 10}, "absence or closures caught up")],
)
def test_more_than_a_hundred_per_cent_says_why(delivered, missed, beyond):
    counted = Counted("1", ledger(entitled=60, delivered=delivered, missed=missed), logged=True, timetabled=True)

    assert account("1", "Wave 1", [counted]).beyond == beyond


def test_shorter_sessions_explain_no_more_than_is_missing_and_parts_may_exceed_the_whole():
    rows = [
        Counted("1", ledger(entitled=60, delivered=50), logged=True, timetabled=True, short=25),
        Counted("1", ledger(entitled=60, delivered=90), logged=True, timetabled=True),
    ]

    found = account("1", "Wave 1", rows)

    assert (found.ledger.unaccounted, found.short, found.excess) == (10, 10, 30)


def test_the_worked_examples_hold():
    assert [doctest.testmod(module).failed for module in (accounts_module, telling)] == [0, 0]
