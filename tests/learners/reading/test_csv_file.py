"""Pupil lists as text."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.reading.gate import open_upload
from learners.reading.sheet import MOST_ROWS, Clock, tidy
from provisionmap.web.text_file import Refused

LIST = "UPN,Surname,Forename,DOB\nR201100018042,Ó Brien,Zoë,12/03/2015\nP207000016049,Łukasz,Ann,1/9/14\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_that_schools_use_reads_the_same(encoding):
    sheet = open_upload("list.csv", LIST.encode(encoding))

    assert sheet.headers == ["UPN", "Surname", "Forename", "DOB"]
    assert sheet.rows[0] == (2, ["R201100018042", "Ó Brien", "Zoë", "12/03/2015"])
    assert sheet.rows[1][1][1] == "Łukasz"


def test_windows_1252_is_read_where_the_bytes_are_no_utf_8():
    sheet = open_upload("list.csv", "UPN,Surname\nR201100018042,Née O’Brien\n".encode("cp1252"))

    assert sheet.rows == [(2, ["R201100018042", "Née O’Brien"])]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_endings_are_found(separator, ending):
    text = ending.join(separator.join(row) for row in [["UPN", "Surname"], ["A1", "Bee"]]) + ending

    sheet = open_upload("list.csv", text.encode())

    assert (sheet.headers, sheet.rows) == (["UPN", "Surname"], [(2, ["A1", "Bee"])])


def test_commas_in_notes_do_not_pass_for_separators():
    text = "UPN;Surname;Notes\nA1;Bee;likes red, blue, green, gold\nA2;Cee;plain\n"

    assert open_upload("list.csv", text.encode()).rows[0][1] == ["A1", "Bee", "likes red, blue, green, gold"]


def test_quoted_cells_may_hold_separators_quotes_and_lines():
    text = 'UPN,Surname,Notes\nA1,"Bee, ""Addy""","two\nlines"\nA2,Cee,x\n'

    sheet = open_upload("list.csv", text.encode())

    assert sheet.rows == [(2, ["A1", 'Bee, "Addy"', "two\nlines"]), (3, ["A2", "Cee", "x"])]


def test_titles_and_blank_rows_are_passed_over_and_rows_keep_their_numbers():
    text = "Class list 2026\n\nUPN,Surname\n\nA1,Bee\n,\nA2,Cee\n"

    sheet = open_upload("list.csv", text.encode())

    assert (sheet.header_row, sheet.rows) == (3, [(5, ["A1", "Bee"]), (7, ["A2", "Cee"])])


def test_two_rows_of_headings_are_read_together():
    text = ",Legal,Date of,SEN\nUPN,Surname,birth,Provision\nA1,Bee,1/9/2015,K\n"

    sheet = open_upload("list.csv", text.encode())

    assert sheet.headers == ["UPN", "Legal Surname", "Date of birth", "SEN Provision"]
    assert sheet.rows == [(3, ["A1", "Bee", "1/9/2015", "K"])]


def test_a_group_heading_over_plain_headings_gives_way_to_them():
    text = "Pupil,,SEN,\nUPN,Surname,SEN Provision,Primary need\nA1,Bee,K,SPLD\n"

    assert open_upload("list.csv", text.encode()).headers == ["UPN", "Surname", "SEN Provision", "Primary need"]


def test_a_list_of_headings_only_has_no_rows():
    sheet = open_upload("list.csv", b"UPN,Surname,Forename,DOB\r\n")

    assert (sheet.header_row, sheet.rows) == (1, [])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'UPN,Surname\nA1,"Bee\n', "a quotation mark is opened"),
        (b"UPN,Notes\nA1," + b"x" * 40_000, "a cell is too long"),
        (b"UPN," + b"x," * 300 + b"\nA1\n", "more than 200 columns"),
        (b"UPN\n" + b"A1\n" * (MOST_ROWS + 200), "more than 20,000 rows"),
        (b"UPN,Surname\nA1,Be\x00e\n" + b"A2,Cee\n" * 2000, "bytes that are no text"),
        ("UPN,Surname\n".encode("utf-16-le") + b"\x00\xd8\x00\xd8", "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_a_remedy(data, words):
    with pytest.raises(Refused, match=words) as refused:
        open_upload("list.csv", data)

    assert refused.value.remedy


def test_reading_stops_when_it_takes_too_long():
    with pytest.raises(Refused, match="too long"):
        Clock(seconds=-1).check()


@pytest.mark.parametrize(("text", "cell"), [("\ufeff A\x00da\xa0B ", "Ada B"), ("  ", None), ("\u200b", None)])
def test_cells_are_tidied(text, cell):
    assert tidy(text) == cell


def test_a_cell_longer_than_a_workbook_allows_is_refused():
    with pytest.raises(Refused, match="32,767 characters"):
        tidy("x" * 32_768)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else(data):
    with suppress(Refused):
        assert all(number > 0 for number, _ in open_upload("list.csv", data).rows)
