"""Doses as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.dose import MOST_MINUTES, MOST_SESSIONS, Dose, read_dose

sessions = st.integers(1, MOST_SESSIONS)
minutes = st.integers(1, MOST_MINUTES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 × 10 min", Dose(3, 10)),
        ("3x10", Dose(3, 10)),
        ("3 times 20 minutes", Dose(3, 20)),
        ("20 mins x 3", Dose(3, 20)),
        ("10 min x 3 weekly", Dose(3, 10)),
        ("4 * 15 per week", Dose(4, 15)),
        ("daily 15", Dose(5, 15)),
        ("every day x 10 mins", Dose(5, 10)),
        ("15 mins daily", Dose(5, 15)),
        ("  3  X  10 ", Dose(3, 10)),
        ("every lesson", Dose(None, None)),
        ("dose not said", Dose(None, None)),
        ("Not said", Dose(None, None)),
        ("", Dose(None, None)),
        ("–", Dose(None, None)),
    ],
)
def test_doses_are_read_as_people_write_them(text, expected):
    assert read_dose(text) == expected


@pytest.mark.parametrize("text", ["lots", "3", "3 x", "3 x 10 x 2", "half an hour", "3-4 x 10"])
def test_a_dose_that_is_not_certain_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match="Write sessions × minutes"):
        read_dose(text)


@pytest.mark.parametrize("text", ["every lesson", "Always", "all lessons."])
def test_every_lesson_is_a_dose_of_everyday_teaching_alone(text):
    assert read_dose(text, 1) == Dose(None, None)
    with pytest.raises(ValueError, match="for everyday teaching only"):
        read_dose(text, 2)


def test_what_to_write_fits_the_tier():
    with pytest.raises(ValueError, match=r"^Write sessions × minutes, such as 3 × 10\.$"):
        read_dose("lots", 3)
    assert read_dose("", 3) == read_dose("dose not said", 3) == Dose(None, None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0 x 10", "Sessions a week run from 1 to 35."),
        ("36 x 10", "Sessions a week run from 1 to 35."),
        ("3 x 0", "Minutes a session run from 1 to 600."),
        ("daily 601", "Minutes a session run from 1 to 600."),
    ],
)
def test_a_dose_out_of_bounds_says_the_bounds(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_dose(text)


@given(sessions, minutes)
def test_what_the_map_writes_is_read_as_the_same_dose(some, length):
    dose = Dose(some, length)

    assert read_dose(dose.words) == dose


@given(st.text(max_size=40))
def test_any_text_is_a_dose_in_bounds_or_refused(text):
    try:
        dose = read_dose(text)
    except ValueError:
        return

    assert dose == Dose(None, None) or (1 <= dose.sessions <= MOST_SESSIONS and 1 <= dose.minutes <= MOST_MINUTES)


def test_words_and_minutes_of_partial_doses():
    assert [Dose(2, None).words, Dose(None, 30).words, Dose(None, None).words] == [
        "2 a week",
        "30 min",
        "dose not said",
    ]
    assert [Dose(3, 10).minutes_a_week, Dose(2, None).minutes_a_week, Dose(None, 30).minutes_a_week] == [30, 0, 0]


def test_no_dose_is_everyday_teaching_at_tier_1_and_above_it_a_dose_that_nobody_said():
    none = Dose(None, None)

    assert [none.words_at(tier) for tier in (1, 2, 3, 4, None)] == ["every lesson", *["dose not said"] * 4]
    assert [Dose(3, 10).words_at(tier) for tier in (1, 3)] == ["3 × 10 min"] * 2
    assert [read_dose(none.words_at(tier)) for tier in (1, 2)] == [none, none]
