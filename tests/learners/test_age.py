"""How old a child is."""

from datetime import date

import pytest

from learners.age import age_on


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2018, 1, 15), date(2026, 11, 23), "8 years 10 months"),
        (date(2018, 1, 15), date(2026, 1, 14), "7 years 11 months"),
        (date(2018, 1, 15), date(2026, 1, 15), "8 years 0 months"),
        (date(2025, 1, 1), date(2026, 2, 1), "1 year 1 month"),
        (date(2020, 2, 29), date(2021, 2, 28), "0 years 11 months"),
        (date(2020, 2, 29), date(2021, 3, 1), "1 year 0 months"),
        (date(2026, 12, 1), date(2026, 11, 23), ""),
    ],
)
def test_age_is_counted_in_completed_months(born, day, age):
    assert age_on(born, day) == age
