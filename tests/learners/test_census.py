"""Census codes."""

from datetime import date

import pytest

from learners import census


@pytest.mark.parametrize(
    ("born", "on", "year"),
    [
        # Source: the year-group cases of a transfer-file router; the year changes on 1 September on both sides.
        (date(2008, 9, 1), date(2020, 8, 31), "6"), (date(2008, 8, 31), date(2020, 8, 31), "7"),
        (date(2004, 9, 1), date(2020, 9, 1), "11"), (date(2004, 8, 31), date(2020, 9, 1), "12"),
        (date(2022, 9, 1), date(2026, 11, 23), "N2"), (date(2023, 9, 1), date(2026, 11, 23), "N1"),
        (date(2021, 9, 1), date(2026, 11, 23), "R"), (date(2024, 9, 1), date(2026, 11, 23), ""),
        (date(2007, 9, 1), date(2026, 11, 23), "14"), (date(2006, 8, 1), date(2026, 11, 23), ""),
    ],
)  # fmt: skip
def test_the_usual_year_group_follows_from_the_birthday(born, on, year):
    assert census.year_from_birth(born, on) == year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Year 4", "4"), ("y04", "4"), ("04", "4"), ("4.0", "4"), ("NCY 11", "11"), ("Reception", "R"), ("YR", "R"),
        ("0", "R"), ("Rec", "R"), ("Nursery", "N2"), ("Nursery 1", "N1"), ("N2", "N2"), ("E1", "E1"), ("X", "X"),
        ("", ""), ("Year-5", "5"),
        ("Year Group 9", "9"), (" ", ""),
    ],
)  # fmt: skip
def test_year_groups_are_read_however_they_are_written(text, year):
    assert census.parse_year(text) == year


@pytest.mark.parametrize("text", ["15", "Kestrel", "Year", "4A", "-1"])
def test_other_words_are_no_year_group(text):
    with pytest.raises(ValueError, match="R, 1 to 14, N1 or N2"):
        census.parse_year(text)


@pytest.mark.parametrize(
    ("code", "needs", "awaited", "words"),
    [
        ("K", ["SPLD"], False, []), ("E", [], True, []), ("N", [], False, []), ("K", ["NSA"], False, []),
        ("S", [], False, ["no longer valid"]), ("Z", [], False, ["Choose N, K or E"]),
        ("N", ["SPLD"], False, ["has no type of need"]), ("K", [], False, ["at least one type"]),
        ("K", ["SPLD", "SPLD"], False, ["stands twice"]), ("E", ["NSA"], False, ["NSA is for SEN support"]),
        ("K", ["BESD"], False, ["BESD is no longer valid"]), ("K", ["ZZZ"], False, ["ZZZ is not a census type"]),
    ],
)  # fmt: skip
def test_the_census_rules_are_said_in_sentences(code, needs, awaited, words):
    found = census.check_sen(code, needs, types_awaited=awaited)

    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))
