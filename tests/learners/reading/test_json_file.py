"""Pupils as programs hand them on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.reading.gate import open_upload
from learners.reading.json_file import read_json
from learners.reading.sheet import Clock, Refused

ADA = {"UPN": "A1", "Forename": "Ada", "Age": 7, "PP": True, "Left": None, "Address": {"Town": "Derby"}, "Notes": ["x"]}


def sheet(value):
    return open_upload("pupils.json", json.dumps(value).encode())


@pytest.mark.parametrize("value", [ADA, [ADA], {"learners": [ADA]}, {"learners": [ADA], "errors": []}])
def test_one_pupil_a_list_and_a_wrapped_list_read_the_same(value):
    found = sheet(value)

    assert found.headers == ["UPN", "Forename", "Age", "PP", "Left"]
    assert found.rows == [(1, ["A1", "Ada", "7", True, None])]
    assert found.kind == "json"


def test_headings_are_the_names_that_any_pupil_has():
    found = sheet([{"UPN": "A1"}, {"DOB": "01/09/2015", "UPN": "A2"}, {"UPN": ["odd"]}])

    assert found.headers == ["UPN", "DOB"]
    assert found.rows == [(1, ["A1", None]), (2, ["A2", "01/09/2015"]), (3, [None, None])]


def test_half_a_character_becomes_the_sign_for_an_unknown_one():
    found = open_upload("x", b'[{"UPN": "A1", "Sur\\ud800name": "B\\udfffee \\ud83d\\ude00"}]')

    assert found.headers == ["UPN", "Sur\ufffdname"]
    assert found.rows == [(1, ["A1", "B\ufffdee \U0001f600"])]


def test_a_number_too_long_to_write_out_stays_text():
    assert open_upload("x", b'[{"UPN": 1E3000000}]').rows == [(1, ["1E3000000"])]


def test_any_encoding_that_a_list_may_have_is_read():
    text = json.dumps([{"Surname": "Zoë"}], ensure_ascii=False)

    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("cp1252")):
        assert open_upload("x", data).rows == [(1, ["Zoë"])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "This JSON file holds no list of pupils."),
        ("{}", "This JSON file holds no list of pupils."),
        ("[1, 2]", "This JSON file holds no list of pupils."),
        ('{"a": [{"x": 1}], "b": [{"y": 2}]}', "This JSON file holds no list of pupils."),
        ('[{"UPN": "A1"},\n {"UPN": }]', "This JSON file is broken at line 2."),
        ("[" * 100_000, "This JSON file is nested in a way no pupil list is."),
        ('[{"n": "' + "x" * 40_000 + '"}]', "A cell holds more than 32,767 characters."),
        (json.dumps([{f"c{n}": 1 for n in range(201)}]), "The list has more than 200 columns."),
        (json.dumps([{"UPN": 1}] * 20_001), "The list has more than 20,000 rows."),
    ],
)
def test_what_is_no_pupil_list_is_refused_in_words(text, message):
    with pytest.raises(Refused) as refused:
        open_upload("x.json", text.encode())

    assert str(refused.value) == message or refused.value.message == message


def test_a_number_of_a_million_digits_is_only_text_that_is_too_long():
    with pytest.raises(Refused, match="A cell holds more"):
        read_json('[{"UPN": ' + "9" * 1_000_000 + "}]", Clock())


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        found = read_json("[" + text, Clock())
    except Refused:
        return

    assert found.rows
