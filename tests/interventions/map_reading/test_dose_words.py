"""Doses as schools write them: what is read, what is not chosen, and that nothing is made up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.dose import MOST_MINUTES, MOST_SESSIONS
from interventions.map_reading.dose_words import read_dose_words
from interventions.map_reading.words import NUMBERS, folded

# Words, sessions a week, minutes a session.
READ = [
    ("3 x 20 mins TA", 3, 20),
    ("3 × 20 Mins", 3, 20),
    ("7 x 20 mins guided activities TA or Class Teacher", 7, 20),
    ("5x2 x 15 mins", 10, 15),
    ("15mins x4 per week", 4, 15),
    ("9.15-9.45 every morning", 5, 30),
    ("11:45 to 12:15 daily", 5, 30),
    ("12.45-1.15 every day", 5, 30),
    ("Daily (20 minutes)", 5, 20),
    ("20 minutes once a week", 1, 20),
    ("two 15-minute sessions per week over 30 weeks", 2, 15),
    ("1 x 45min session as part of MA group weekly", 1, 45),
    ("3x/week 30 mins", 3, 30),
    ("3 times a week for 20 minutes", 3, 20),
    ("2 x 15 mins daily", 10, 15),
    ("5 x 15 mins daily", 5, 15),
    ("Mon, Wed & Fri 20 mins", 3, 20),
    ("Tues 1.30-2.00", 1, 30),
    ("1 hr 30 weekly", 1, 90),
    ("1:2 1h/wk", 1, 60),
    ("one hour weekly with EP", 1, 60),
    ("0.5 hr x 2", 2, 30),
    ("2 x half an hour", 2, 30),
    ("1 hour x 5", 5, 60),
    ("an hour and a half each week", 1, 90),
    ("three quarters of an hour twice a week", 2, 45),
    ("quarter of an hour every day", 5, 15),
    ("15-minute tutoring sessions twice a week", 2, 15),
    ("x3 weekly 15 mins", 3, 15),
    ("3 x 30", 3, 30),
    ("4 x 1 hour", 4, 60),
    ("group of 4, 3 x 20 mins, 12 weeks", 3, 20),
    ("3 sessions of 20 minutes, 6 pupils", 3, 20),
    ("Y4 5 x 10 mins", 5, 10),
    ("20mins M/W/F", 3, 20),
    ("M, W, F 20 mins", 3, 20),
    ("T/Th 20 mins", 2, 20),
    ("Mon, Weds, Fri 20 min", 3, 20),
    ("Mon - Thurs 20 mins", 4, 20),
    ("Mon-Fri 20 mins", 5, 20),
    ("M-F 20 mins", 5, 20),
    ("Monday 9:00-9:20, Thursday 1:15-1:35", 2, 20),
    ("2 x ½ hr", 2, 30),
    ("1hr30 weekly", 1, 90),
    ("2½ hours weekly", 1, 150),
    ("weekly, 30 mins", 1, 30),
    ("2 x 20 mins a week for 3 weeks", 2, 20),
]
# Words, what is read of them, and a word of the reason why not more.
PARTLY = [
    ("everyday", 5, None, "How long"),
    ("(daily)", 5, None, "How long"),
    ("Weekly", 1, None, "How long"),
    ("twice a week", 2, None, "How long"),
    ("Daily RWI sessions in Y4", 5, None, "How long"),
    ("half an hour", None, 30, "How often"),
    ("60 mind /5 pupils", None, 60, "How often"),
    ("20.30 minutes", None, None, "20 to 30 minutes: a range"),
    ("20-30 mins", None, None, "20 to 30 minutes: a range"),
    ("50 and 45 minutes", None, None, "two lengths"),
    ("1-2 hours per week", None, None, "1 to 2 hours: a range"),
    ("10-15 mins 3x per week", 3, None, "10 to 15 minutes: a range"),
    ("1-2 per week", None, None, "1 to 2 times: a range"),
    ("1-2 times daily 10 mins", None, 10, "1 to 2 times: a range"),
    ("8-10 weeks", None, None, "8 to 10 weeks: a range"),
    ("1.5 hrs per half term", None, None, "90 minutes a half-term"),
    ("fortnightly", None, None, "Once a fortnight"),
    ("2 x 30 mins a month", None, None, "2 times of 30 minutes a month"),
    ("X 2 per year", None, None, "2 times a year"),
    ("termly", None, None, "Once a term"),
    ("3 x 20 mins and 2 x 10 mins", None, None, "do not agree"),
    ("4 times daily 5 mins", None, 5, "do not agree"),
    ("25 hours per week 1:1 TA", None, None, "25 hours: time of an adult, not the length of a session"),
    ("25 hours TA", None, None, "25 hours: time of an adult"),
    ("20 hours", None, None, "20 hours: time of an adult"),
    ("6 hours TA", None, None, "6 hours: time of an adult"),
    ("700 mins daily", 5, None, "700 minutes a session: more than one session holds"),
    ("10-15 mins x 3", 3, None, "10 to 15 minutes: a range"),
    ("10 - 15 min x3 weekly", 3, None, "10 to 15 minutes: a range"),
    ("3 x 10-15 mins", 3, None, "10 to 15 minutes: a range"),
    ("2-3 x 20 mins", None, 20, "2 to 3 times: a range"),
    ("2 or 3 x 20 mins", None, 20, "2 to 3 times: a range"),
    ("2 x 1-2 hours", 2, None, "1 to 2 hours: a range"),
    ("once every 3 weeks 45 min", None, None, "1 time of 45 minutes every 3 weeks: not a weekly dose"),
    ("45 mins every three weeks", None, None, "45 minutes every 3 weeks: not a weekly dose"),
    ("45 mins every third week", None, None, "45 minutes every 3 weeks: not a weekly dose"),
    ("45 mins 3-weekly", None, None, "45 minutes every 3 weeks: not a weekly dose"),
    ("every 2 weeks 30 mins", None, None, "30 minutes a fortnight: not a weekly dose"),
    ("up to 3 x 20 mins", None, 20, "“up to” 3: at most, so it is not chosen"),
    ("3 x up to 20 mins", 3, None, "“up to” 20: at most, so it is not chosen"),
    ("Up to 20 mins daily", 5, None, "“up to” 20: at most"),
    ("max 3 x 20 mins", None, 20, "“max” 3: at most"),
    ("at least 3 x 20 mins", 3, 20, "“at least” 3: chosen as the least"),
    ("approx 20 mins x 3", 3, 20, "“approx” 20: chosen, and not exact"),
    ("about 20 mins daily", 5, 20, "“about” 20: chosen, and not exact"),
    ("5 x 5 mins / 1.5 hrs per half term", None, None, "5 minutes, 90 minutes, 5 times: they do not agree"),
    ("5 x 5 mins/1.5 hrs per half term", None, None, "5 minutes, 90 minutes, 5 times: they do not agree"),
    ("2 x 20 mins (was 3 x 20)", None, None, "do not agree"),
    ("3x per week 20 mins or 2x 30 mins", None, None, "do not agree"),
    ("Daily 10", 5, None, "10: a number that is not read"),
    ("alternate days 15 min", None, 15, "How often"),
    ("Fri to Mon 20 mins", None, 20, "fri to mon: days that are not in one week"),
    ("20 mins M/F", None, 20, "How often"),
    ("40 x a week 10 mins", None, 10, "40 sessions a week"),
    ("10 units", None, None, "No minutes"),
    ("6 weeks", None, None, "No minutes"),
    ("6 x 4", None, None, "No minutes"),
    ("9.75-10.80", None, None, "No minutes"),
    ("1-2 times a day daily", None, None, "1 to 2 times"),
]


@pytest.mark.parametrize(("words", "sessions", "minutes"), READ)
def test_a_dose_that_is_said_is_read_whole(words, sessions, minutes):
    found = read_dose_words(words)

    assert (found.dose.sessions, found.dose.minutes, found.unread) == (sessions, minutes, ())
    assert found.says_something


@pytest.mark.parametrize(("words", "sessions", "minutes", "reason"), PARTLY)
def test_what_is_not_said_for_certain_is_told_and_not_chosen(words, sessions, minutes, reason):
    found = read_dose_words(words)

    assert (found.dose.sessions, found.dose.minutes) == (sessions, minutes)
    assert any(reason in sentence for sentence in found.unread), found.unread


@pytest.mark.parametrize(
    "words", ["", "N/A", "TBC", "no cost", "-", "ongoing", "every lesson", "Reviewed termly", "£300"]
)
def test_words_that_owe_no_dose_give_none(words):
    found = read_dose_words(words)

    assert not found.says_something
    assert found.unread == () or "No minutes" in found.unread[0]


def test_what_stands_beside_a_dose_is_kept_apart():
    found = read_dose_words("3 x 20 mins, group of 4-6, 12 weeks, 1:2, TA or Class Teacher")

    assert (found.group, found.weeks, found.ratio, found.staff) == ((4, 6), 12, "1:2", ("ta", "teacher"))


def test_a_week_that_is_only_the_maps_own_is_marked_and_not_taken_in_a_column_of_terms():
    assert read_dose_words("3 x 20 mins").assumed_week
    assert not read_dose_words("3 x 20 mins a week").assumed_week
    of_terms = read_dose_words("3 x 20 mins", weekly=False)
    assert (of_terms.dose.sessions, of_terms.dose.minutes) == (None, 20)
    assert "of which period is not said" in of_terms.unread[0]


def test_minutes_of_a_whole_week_are_marked_as_such():
    assert read_dose_words("1h/wk").total
    assert not read_dose_words("20 minutes once a week").total


def numbers_of(text):
    """Every number that `text` holds, and what two of them make when multiplied, added or taken apart."""
    plain = folded(text)
    found = {int(one) for one in re.findall(r"\d+", plain)}
    found |= {number for word, number in NUMBERS.items() if word in plain}
    return found


@given(st.integers(1, 35), st.integers(5, 600), st.sampled_from(["{} x {} mins", "{} times a week for {} minutes"]))
def test_sessions_and_minutes_in_bounds_are_read_as_written(sessions, minutes, shape):
    found = read_dose_words(shape.format(sessions, minutes))

    assert (found.dose.sessions, found.dose.minutes) == (sessions, minutes)


@given(st.text(alphabet="0123456789 x×-.:/()abdehikmnoprstuwy,", max_size=40))
def test_no_text_breaks_the_reader_and_marks_point_into_it(text):
    found = read_dose_words(text)

    assert found.dose.sessions is None or 1 <= found.dose.sessions <= MOST_SESSIONS
    assert found.dose.minutes is None or 1 <= found.dose.minutes <= MOST_MINUTES
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found.marks)


@given(
    st.text(alphabet="abcdefgh ijklmnop", max_size=30).filter(
        lambda text: not re.search("da|we|ha|an|te|mo|ye|fo|tw|on|bi", text)
    )
)
def test_words_without_a_number_or_a_time_give_no_number(text):
    found = read_dose_words(text)

    assert (found.dose.sessions, found.dose.minutes, found.weeks) == (None, None, None)
