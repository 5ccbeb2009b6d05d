"""Terms up to today, whatever the day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisionmap.demo.stages import Stage, block, end_of_year, periods


@given(st.dates(min_value=date(2024, 1, 1), max_value=date(2032, 12, 31)), st.sampled_from(Stage))
def test_on_any_day_the_last_term_holds_it_and_runs_on_for_a_week(day, stage):
    terms = periods(day, stage)

    assert len(terms) == stage.terms
    assert terms[-1].span.starts <= day
    assert terms[-1].span.ends >= day + timedelta(days=7)
    assert end_of_year(terms[-1], day) >= terms[-1].span.ends


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 11, 23), ["Spring term 2026", "Summer term 2026", "Autumn term 2026"]),
        (date(2027, 2, 1), ["Summer term 2026", "Autumn term 2026", "Spring term 2027"]),
        (date(2026, 8, 12), ["Autumn term 2025", "Spring term 2026", "Summer term 2026"]),
    ],
)
def test_three_terms_are_counted_back_from_the_term_of_today(day, names):
    assert [term.name for term in periods(day, Stage.SUMMER)] == names


def test_a_short_block_fills_one_half_of_a_term_and_a_long_one_all_of_it():
    term = periods(date(2026, 11, 23), Stage.AUTUMN)[-1]

    assert block(term, 12, 1) == term.span
    assert (block(term, 6, 0).ends, block(term, 6, 1).starts) == (date(2026, 10, 23), date(2026, 11, 2))
