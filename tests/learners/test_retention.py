"""When a record may go: worked examples, and what holds whatever the dates are."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.retention import Periods, Rule, State, from_birth, latest_birth, standing
from provisionmap.school.periods import LEAST_YEARS, MOST_YEARS

TODAY = date(2026, 11, 23)
LEFT = date(2011, 7, 20)


def asked(**given):
    """A leaver with SEN, born 31 years ago today, but for what is given."""
    usual = {"born": date(1995, 11, 23), "left": LEFT, "sen": True, "held": False}
    return standing(**usual | {"periods": Periods(), "today": TODAY} | given)


@pytest.mark.parametrize(
    ("given_", "state", "since"),
    [
        ({}, State.DUE, date(2026, 11, 23)),  # the very day counts
        ({"born": date(1995, 11, 24)}, State.KEPT, date(2026, 11, 24)),  # and the day before does not
        ({"sen": False, "born": date(2001, 11, 23)}, State.DUE, date(2026, 11, 23)),  # 25 years without SEN
        ({"born": date(2001, 11, 23)}, State.KEPT, date(2032, 11, 23)),  # the same child with SEN
        ({"born": date(1996, 2, 29), "today": date(2027, 2, 28)}, State.KEPT, date(2027, 3, 1)),
        ({"born": date(1996, 2, 29), "today": date(2027, 3, 1)}, State.DUE, date(2027, 3, 1)),
        ({"held": True}, State.HELD, date(2026, 11, 23)),
        ({"held": True, "born": date(2010, 1, 1)}, State.KEPT, date(2041, 1, 1)),  # a hold changes nothing yet
        ({"left": TODAY}, State.ON_ROLL, None),  # the last day is a day on roll
        ({"left": TODAY + timedelta(days=30)}, State.ON_ROLL, None),  # a leaver to come
        ({"left": None}, State.UNKNOWN, None),  # 31 years old and never said to have left
        ({"left": None, "born": date(2018, 1, 15)}, State.ON_ROLL, None),  # a child at the school
        ({"born": None}, State.UNKNOWN, None),
        ({"born": None, "left": None}, State.ON_ROLL, None),
        ({"periods": Periods(sen=40), "born": date(1986, 11, 23)}, State.DUE, date(2026, 11, 23)),
        ({"periods": Periods(sen=40)}, State.KEPT, date(2035, 11, 23)),
    ],
)
def test_the_worked_examples_of_the_retention_page(given_, state, since):
    found = asked(**given_)

    assert (found.state, found.since) == (state, since)


days = st.dates(date(1950, 1, 1), date(2060, 1, 1))
cases = st.fixed_dictionaries(
    {
        "born": st.none() | days,
        "left": st.none() | days,
        "sen": st.booleans(),
        "held": st.booleans(),
        "periods": st.builds(Periods, st.integers(LEAST_YEARS, MOST_YEARS), st.integers(LEAST_YEARS, MOST_YEARS)),
        "today": days,
    }
)


@given(case=cases)
def test_what_is_due_has_both_days_behind_it_and_no_hold(case):
    found = standing(**case)

    if found.state is State.DUE:
        years = case["periods"].years(Rule.SEN if case["sen"] else Rule.PUPIL)
        assert case["left"] < case["today"]
        assert from_birth(case["born"], years) <= case["today"]
        assert not case["held"]


@given(case=cases)
def test_a_missing_day_is_never_due(case):
    assert standing(**case | {"born": None}).state in (State.UNKNOWN, State.ON_ROLL)
    assert standing(**case | {"left": None}).state in (State.UNKNOWN, State.ON_ROLL)


@given(case=cases)
def test_whoever_is_on_roll_is_never_due(case):
    assert standing(**case | {"left": case["today"]}).state is not State.DUE


@given(case=cases, later=st.integers(0, 20_000))
def test_what_is_due_stays_due_as_time_goes_on(case, later):
    if standing(**case).state is State.DUE:
        assert standing(**case | {"today": case["today"] + timedelta(days=later)}).state is State.DUE


@given(case=cases)
def test_a_hold_only_ever_keeps(case):
    free, held = standing(**case | {"held": False}), standing(**case | {"held": True})

    assert held == (free if free.state is not State.DUE else type(free)(State.HELD, free.rule, free.since))


@given(born=days, years=st.integers(LEAST_YEARS, MOST_YEARS))
def test_the_day_is_never_early_and_at_most_a_day_late(born, years):
    due = from_birth(born, years)

    assert due.year == born.year + years
    assert (due.month, due.day) == (born.month, born.day) or (born.month, born.day, due.month, due.day) == (2, 29, 3, 1)


@given(today=days, years=st.integers(LEAST_YEARS, MOST_YEARS), off=st.integers(-3, 3))
def test_the_query_s_bound_agrees_with_the_rule_on_every_day_round_it(today, years, off):
    born = latest_birth(today, years) + timedelta(days=off)

    assert (born <= latest_birth(today, years)) == (from_birth(born, years) <= today)
