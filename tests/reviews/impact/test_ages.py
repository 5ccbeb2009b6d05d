"""Ages, and months gained for each month between two tests."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.impact.ages import age_in_words, band_of, months_between, months_of_age, ratio_gain
from reviews.precision import shown

GAINS = some.decimals(-48, 48, places=1)
MONTHS = some.decimals("0.5", 24, places=1)


@pytest.mark.parametrize(
    ("gained", "months", "ratio", "source"),
    [
        ("16.7", "8.3", "2.01", "Catch Up Literacy, Years 7 to 10, as published"),
        ("19", "7", "2.71", "Catch Up Literacy, from the means (published: 2.74, the mean of the learners')"),
        ("12", "12", "1.00", "Reading Connections: 12 weeks in 12 weeks"),
        ("48", "12", "4.00", "Reading Connections: 48 weeks in 12 weeks"),
    ],
)
def test_published_ratios(gained, months, ratio, source):
    """Source: named in each row."""
    assert ratio_gain(Decimal(gained), Decimal(months)) == Decimal(ratio), source


def test_the_same_gain_is_another_ratio_with_another_month():
    """Source: the worked case of a learner who gains 4 months in 12 weeks; Brooks's lowest band ends at 1.4."""
    begun = date(2026, 9, 7)
    calendar = months_between(begun, begun + timedelta(weeks=12))
    found = [ratio_gain(Decimal(4), months) for months in (Decimal(3), Decimal(144) / 52, calendar)]

    assert found == [Decimal("1.33"), Decimal("1.44"), Decimal("1.45")]
    assert [band_of(ratio) for ratio in found] == ["under 1.4", "1.4 to under 2", "1.4 to under 2"]


@given(GAINS, MONTHS)
def test_a_loss_is_the_same_ratio_with_a_minus(gained, months):
    assert ratio_gain(-gained, months) == -ratio_gain(gained, months)


@given(GAINS, MONTHS, some.integers(2, 52))
def test_weeks_for_both_or_months_for_both_is_the_same(gained, months, times):
    assert ratio_gain(gained * times, months * times) == ratio_gain(gained, months)


def test_there_is_no_ratio_without_time():
    with pytest.raises(ValueError, match="without months"):
        ratio_gain(Decimal(4), Decimal(0))
    with pytest.raises(ValueError, match="later than the first"):
        months_between(date(2026, 9, 7), date(2026, 9, 7))


def test_a_year_has_twelve_months():
    assert shown(months_between(date(2026, 9, 7), date(2027, 9, 7)), 1) == Decimal("12.0")


@pytest.mark.parametrize(
    "typed", ["7:04", "7-04", " 7:4 ", "7y4m", "7 yrs 4 mths", "7 Years, 4 Months", "88", "88 months", "88m"]
)
def test_ages_as_people_write_them(typed):
    assert months_of_age(typed) == 88


@pytest.mark.parametrize(("typed", "instead"), [("7.4", "7:04"), ("7.04", "7:04"), ("7,11", "7:11")])
def test_a_decimal_is_refused_because_publishers_disagree(typed, instead):
    with pytest.raises(ValueError, match=f"can be read in two ways: type years and months as {instead}"):
        months_of_age(typed)


@pytest.mark.parametrize("typed", ["", "seven", "7:12", "7:4:1", "-7:04", "1234"])
def test_what_is_no_age_is_refused(typed):
    with pytest.raises(ValueError, match="is no age"):
        months_of_age(typed)


@given(some.integers(0, 99 * 12 + 11))
def test_an_age_reads_back_what_it_writes(months):
    assert months_of_age(age_in_words(months)) == months
