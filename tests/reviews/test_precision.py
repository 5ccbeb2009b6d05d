"""How exactly a test measures, and how large a change is more than chance."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.precision import (
    error_from_interval,
    error_from_reliability,
    error_of_change,
    half_width,
    interval,
    least_reliable_change,
    reliable_change_index,
    shown,
)

ERRORS = some.decimals("0.1", 20, places=2)
RELIABILITIES = some.decimals("0.01", "0.99", places=2)


@pytest.mark.parametrize(
    ("reliability", "error", "half", "reliable"),
    [("0.90", "4.74", "9.30", "13.15"), ("0.95", "3.35", "6.57", "9.30"), ("0.85", "5.81", "11.39", "16.10")],
)
def test_a_standardised_score_of_mean_100_and_sd_15(reliability, error, half, reliable):
    """Source: calculated for SD 15 from SEM = SD √(1 − r), ±1.96 SEM, and 1.96 SEM √2 (Jacobson and Truax 1991)."""
    found = error_from_reliability(Decimal(15), Decimal(reliability))

    assert shown(found) == Decimal(error)
    assert shown(half_width(found)) == Decimal(half)
    assert shown(least_reliable_change(found, found)) == Decimal(reliable)


def test_five_points_more_are_rarely_more_than_chance():
    """Source: with SD 15 and a reliability of 0.90, 0.95 or 0.85 a change has to pass 13.15, 9.30 or 16.10."""
    for reliability in ("0.85", "0.90", "0.95"):
        error = error_from_reliability(Decimal(15), Decimal(reliability))

        assert least_reliable_change(error, error) > 5


def test_a_score_of_103_may_mean_99_to_107():
    """Source: NFER, "How do I interpret standardised scores?": its interval of ±4 at 90 per cent."""
    error = error_from_interval(Decimal(4), 90)

    assert [shown(end) for end in interval(Decimal(103), error, 90)] == [Decimal("99.00"), Decimal("107.00")]


@pytest.mark.parametrize("reliability", ["0", "1", "-0.2", "1.1"])
def test_no_test_is_perfect_or_worthless(reliability):
    with pytest.raises(ValueError, match="between 0 and 1"):
        error_from_reliability(Decimal(15), Decimal(reliability))


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="more than 0"):
        error_from_reliability(Decimal(0), Decimal("0.9"))
    with pytest.raises(ValueError, match="further than the score"):
        error_from_interval(Decimal(0), 95)
    with pytest.raises(ValueError, match="one of 90, 95 per cent, not 68"):
        half_width(Decimal(3), 68)


@given(RELIABILITIES, some.integers(1, 9))
def test_the_error_scales_with_the_unit(reliability, times):
    one, scaled = (error_from_reliability(Decimal(15) * by, reliability) for by in (1, times))

    assert shown(scaled, 9) == shown(one * times, 9)


@given(ERRORS)
def test_a_wider_level_reaches_further_and_gives_back_its_error(error):
    assert half_width(error, 90) < half_width(error, 95)
    for level in (90, 95):
        assert shown(error_from_interval(half_width(error, level), level), 9) == shown(error, 9)


@given(some.decimals(-50, 50, places=1), ERRORS, ERRORS)
def test_the_index_passes_1_96_where_the_change_is_reliable_and_turns_with_its_sign(change, first, last):
    index = reliable_change_index(change, first, last)

    assert reliable_change_index(-change, last, first) == -index
    margin = abs(change) - least_reliable_change(first, last)
    assert abs(margin) < Decimal("1e-9") or (abs(index) > Decimal("1.96")) == (margin > 0)
    assert error_of_change(first, last) >= max(first, last)
