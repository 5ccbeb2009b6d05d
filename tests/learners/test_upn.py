"""Unique pupil numbers."""

import pytest

from learners import upn

# Source: examples of the DfE's guide, its own services' tests, and python-stdnum.
RIGHT = [
    "H801200001001", "G80120000101A", "R201100018042", "T20110001804V", "B801200005001", "P207000016049",
    "R662332011222",
]  # fmt: skip
WRONG_LETTER = {"Z801200001001": "H", "G801200001001": "H", "A801200005001": "B", "Q207000016049": "P"}


@pytest.mark.parametrize("number", RIGHT)
def test_right_numbers_raise_no_doubt(number):
    assert upn.doubts(number) == []
    assert upn.refusal(number) == ""
    assert upn.check_letter(number) == number[0]


@pytest.mark.parametrize(("number", "letter"), WRONG_LETTER.items())
def test_a_wrong_check_letter_warns_and_is_kept(number, letter):
    assert upn.doubts(number) == [f"The check letter should be {letter}: compare with the MIS."]
    assert upn.refusal(number) == ""


@pytest.mark.parametrize("number", ["G80120000101S", "G80120000101I", "X80120000A001", "0381021010022"])
def test_odd_numbers_of_the_right_length_warn(number):
    assert upn.doubts(number)[0].startswith("A UPN is a letter and 12 digits")
    assert upn.refusal(number) == ""


@pytest.mark.parametrize("number", ["", "A1", "H8012000010011", "H80120000100-", "Ħ801200001001"])
def test_a_number_of_another_shape_cannot_be_kept(number):
    assert "13 letters and digits" in upn.refusal(number)


def test_numbers_are_kept_in_capitals_without_spaces():
    assert upn.normalise(" g8012 0000101a ") == "G80120000101A"


def test_a_temporary_number_ends_in_a_letter():
    assert upn.is_temporary("G80120000101A")
    assert not upn.is_temporary("H801200001001")
