"""A table between upload and import."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from learners.reading.kept import pack, unpack
from learners.reading.sheet import ContactRow, Sheet

CELLS = st.none() | st.booleans() | st.text() | st.dates() | st.decimals(allow_nan=False, allow_infinity=False)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6))
def test_a_table_comes_back_as_it_was(rows):
    sheet = Sheet("", "csv", ["a"], 1, list(enumerate(rows, start=2)))

    assert unpack(pack(sheet)) == sheet


def test_contacts_and_warnings_come_back_too():
    people = {1: (ContactRow("Mr Bee", "Father", "01234", "bee@home.example", True),)}
    sheet = Sheet("Pupils", "ctf", ["DOB"], 0, [(1, [date(2015, 9, 1), Decimal("4.5")])], ["Look here."], people)

    assert unpack(pack(sheet)) == sheet
