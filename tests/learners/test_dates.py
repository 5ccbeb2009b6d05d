"""Dates as lists write them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.dates import SERIAL_START, is_month_first, read_date

DAY = date(2015, 3, 12)
WAYS = [
    "12/03/2015", "12/3/15", "12-03-2015", "12.3.2015", "12 03 2015", "2015-03-12", "2015/3/12", "20150312",
    "12 Mar 2015", "12-Mar-15", "12th March 2015", "12 march, 2015", "March 12, 2015", "Mar 12th 2015",
    "2015-03-12T00:00:00", "12/03/2015 00:00:00", "42075", "42075.0", " 12/03/2015 ",
]  # fmt: skip


@pytest.mark.parametrize("text", WAYS)
def test_a_day_is_read_however_it_is_written(text):
    assert read_date(text, month_first=False, latest_year=2026) == DAY


@pytest.mark.parametrize("cell", [DAY, Decimal("42075"), Decimal("42075.5")])
def test_a_day_is_read_from_what_workbooks_hold(cell):
    assert read_date(cell, month_first=False, latest_year=2026) == DAY


@pytest.mark.parametrize(
    "cell",
    [
        True,
        "31/02/2015",
        "yesterday",
        "12",
        "12/13/2015",
        "Brumaire 12 2015",
        "9999999",
        "1234.5",
        "99/99/99",
        "٣/٣/٢٠١٥",
    ],
)
def test_what_is_no_day_is_refused(cell):
    with pytest.raises(ValueError):  # noqa: PT011 (the words are the date library's own)
        read_date(cell, month_first=False, latest_year=2026)


@pytest.mark.parametrize(("text", "year"), [("1/9/26", 2026), ("1/9/27", 1927), ("1/9/05", 2005)])
def test_a_year_of_two_digits_is_the_last_such_year(text, year):
    assert read_date(text, month_first=False, latest_year=2026).year == year


def test_a_leaving_date_may_lie_ahead():
    assert read_date("1/9/40", month_first=False, latest_year=2046) == date(2040, 9, 1)


@pytest.mark.parametrize(
    ("cells", "month_first"),
    [
        (["1/2/05", "3/20/05"], True), (["20/3/05", "1/2/05"], False), (["20/3/05", "3/20/05"], False), ([], False),
        (["2015-03-20", None, 42075], False), (["12/31/2015 00:00"], True),
    ],
)  # fmt: skip
def test_the_order_of_day_and_month_is_decided_for_the_whole_column(cells, month_first):
    assert is_month_first(cells) is month_first


@given(st.dates(date(1955, 1, 1), date(2060, 1, 1)))
def test_serials_and_text_of_one_day_agree(day):
    serial = Decimal((day - SERIAL_START) // timedelta(days=1))

    assert read_date(serial, month_first=False, latest_year=2060) == day
    assert read_date(f"{day:%d/%m/%Y}", month_first=False, latest_year=2060) == day
    assert read_date(f"{day:%m/%d/%Y}", month_first=True, latest_year=2060) == day
