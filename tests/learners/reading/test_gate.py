"""What an upload is, by its bytes."""

import pytest

from learners.reading.gate import MOST_BYTES, open_upload
from provisionmap.web.text_file import Refused
from tests.learners.reading.files import PUPILS, workbook


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("list.xlsx", b"%PDF-1.7 and so on", "This is a PDF, whatever its name says."),
        ("list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"old Excel file \(.xls\) or a workbook with"),
        ("list.csv", b"\x89PNG\r\n", "a picture"),
        ("list.csv", b"\xff\xd8\xff\xe0", "a picture"),
        ("list.csv", b"GIF89a", "a picture"),
        ("list.csv", b"{\\rtf1}", "a text document"),
        ("list.csv", b"\x1f\x8b\x08", "gzip"),
        ("list.csv", b"7z\xbc\xaf\x27", "7z"),
        ("list.csv", b"Rar!\x1a", "RAR"),
        ("list.xls", b"<!DOCTYPE html><table><tr><td>UPN", "a web page"),
        ("list.xls", b"\xef\xbb\xbf <html><body>", "a web page"),
        ("list.csv", b"", "empty"),
        ("list.csv", b"\xef\xbb\xbf\r\n \t", "empty"),
        ("list.csv", b"\0" * 500, "empty"),
        ("list.csv", b"x" * (MOST_BYTES + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_list_is_named_and_answered_with_what_to_do(name, data, words):
    with pytest.raises(Refused, match=words) as refused:
        open_upload(name, data)

    assert refused.value.remedy


def test_the_name_of_a_file_decides_nothing():
    assert open_upload("list.pdf", workbook(PUPILS)).kind == "xlsx"
    assert open_upload("list.xlsx", b"UPN,Surname\nA1,Bee\n").kind == "csv"


def test_a_heading_may_begin_with_the_letters_of_an_archive():
    assert open_upload("list.csv", b"PK,UPN\n1,A1\n").headers == ["PK", "UPN"]
