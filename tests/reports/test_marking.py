"""Finding other people in what was written about a learner."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reports.marking import Names, other

KNOWN = Names(["Ben Reid", "Priya Shah", "Ada Okafor", "Anne-Marie O'Neill", "Dr Iris Wu"], ["Maya Rose", "Okafor"])


def others(text):
    return [piece["name"] for piece in KNOWN.pieces(text) if isinstance(piece, dict)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sits by Ben Reid at lunch.", ["Ben Reid"]),
        ("sits by ben reid", ["ben reid"]),
        ("BEN REID, again", ["BEN REID"]),
        ("Ben helps", ["Ben"]),
        ("Reid's table", ["Reid"]),
        ("Ben's and Priya’s", ["Ben", "Priya"]),
        ("Ada Okafor rang", ["Ada Okafor"]),
        ("Maya Okafor reads", []),
        ("Okafor, Maya Rose", []),
        ("Mrs Okafor rang", ["Mrs Okafor"]),
        ("Mr Nobody-Known came", ["Mr Nobody-Known"]),
        ("Dr Wu and dr wu", ["Dr Wu"]),
        ("with Anne-Marie O’Neill", ["Anne-Marie O’Neill"]),
        ("write to p.shah@elm.example today", ["p.shah@elm.example"]),
        ("a bent reed, reidy", []),
        ("", []),
    ],
)
def test_who_is_found_and_who_is_not(text, found):
    assert others(text) == found


def test_a_namesake_of_the_learner_is_not_told_apart():
    assert Names(["Maya Okafor"], ["Maya", "Okafor", "Maya Okafor"]).marked("Maya Okafor") == "Maya Okafor"


@given(some.text(max_size=200))
def test_the_pieces_make_the_same_text_again(text):
    pieces = KNOWN.pieces(text)

    assert "".join(piece if isinstance(piece, str) else piece["name"] for piece in pieces) == text


@given(some.text("abc .,;'’-\n", max_size=30), some.text("abc .,;\n", max_size=30))
def test_a_whole_name_is_found_wherever_it_stands(before, after):
    text = f"{before} Ben Reid {after}"

    assert other("Ben Reid") in KNOWN.pieces(text)


@given(some.text("abcdef ghij.", max_size=100))
def test_plain_words_are_left_as_they_are(text):
    assert KNOWN.marked(text) == text
