"""A dose that stands in several columns, whose headings say less than their cells."""

import pytest

from interventions.dose import Dose
from tests.interventions.map_reading.test_shapes import read, said


@pytest.mark.parametrize(
    ("often", "dose", "told"),
    [
        ("3 x 20 mins", Dose(3, 20), ""), ("weekly, 30 mins", Dose(1, 30), ""), ("2 x ½ hr", Dose(2, 30), ""),
        ("Mon, Weds, Fri 20 min", Dose(3, 20), ""), ("1hr30 weekly", Dose(1, 90), ""),
        ("30 mins", Dose(None, 30), "How often"),
        ("3", Dose(3, None), "How long a session is"), ("daily", Dose(5, None), "How long a session is"),
        ("10-15 mins x 3", Dose(3, None), "10 to 15 minutes: a range"),
        ("up to 3 x 20 mins", Dose(None, 20), "at most"),
        ("now and then", Dose(None, None), "No minutes"),
    ],
)  # fmt: skip
def test_a_column_of_how_often_is_read_as_the_words_of_a_dose(often, dose, told):
    entry = read("Provision | Frequency", ["Nessy", often]).entries[0]

    assert entry.dose == dose
    assert (told in " ".join(entry.unread), bool(entry.unread)) == (True, bool(told))


@pytest.mark.parametrize(
    ("often", "duration", "dose", "weeks", "told"),
    [
        ("3", "30 mins", Dose(3, 30), None, ""), ("3 x 20 mins", "6 weeks", Dose(3, 20), 6, ""),
        ("weekly", "30 mins for 6 weeks", Dose(1, 30), 6, ""), ("weekly", "6", Dose(1, None), 6, "How long"),
        ("weekly, 30 mins", "30 mins", Dose(1, 30), None, ""),
        ("weekly, 30 mins", "20 mins", Dose(1, None), None, "30 and 20 minutes: two columns do not agree"),
        ("3 x 20 mins for 12 weeks", "6 weeks", Dose(3, 20), None, "12 and 6 weeks: two columns do not agree"),
        ("20-30 mins", "everyday", Dose(5, None), None, "20 to 30 minutes: a range"),
    ],
)  # fmt: skip
def test_a_duration_is_minutes_or_weeks_as_its_cells_say(often, duration, dose, weeks, told):
    entry = read("Provision | Frequency | Duration", ["Nessy", often, duration]).entries[0]

    assert (entry.dose, entry.weeks) == (dose, weeks)
    assert (told in " ".join(entry.unread), bool(entry.unread)) == (True, bool(told))


def test_a_bare_number_counts_as_the_other_cells_of_its_column_say():
    minutes = read("Provision | Frequency | Duration", ["A", "3", "30 mins"], ["B", "3", "20"])
    both = read("Provision | Frequency | Duration", ["A", "3", "30 mins"], ["B", "3", "20"], ["C", "3", "6 weeks"])
    weeks = read("Provision | Frequency | Session length", ["A", "3 x 20 mins", "6 weeks"], ["B", "2 x 10 mins", "12"])

    assert (minutes.entries[1].dose, minutes.entries[1].weeks) == (Dose(3, 20), None)
    assert (both.entries[1].dose, both.entries[1].weeks) == (Dose(3, None), None)
    assert "20: minutes or weeks is not said." in both.entries[1].unread
    assert [(one.dose, one.weeks) for one in weeks.entries] == [(Dose(3, 20), 6), (Dose(2, 10), 12)]


def test_how_long_it_runs_is_told_and_kept_where_it_is_no_number_of_weeks():
    found = read("Provision | Duration", ["A", "Autumn"], ["B", "8-10 weeks"], ["C", "n/a"])

    assert [one.weeks for one in found.entries] == [None] * 3
    assert [one.notes for one in found.entries] == [("Duration: Autumn",), ("Duration: 8-10 weeks",), ()]
    assert said(found.notices) == [
        (2, "Duration", "Autumn", "This is no number of weeks."),
        (3, "Duration", "8-10 weeks", "This is no number of weeks."),
    ]


def test_sessions_of_another_period_are_no_sessions_a_week():
    found = read("Provision | Sessions per term", ["A", "3"], mapping={0: "provision", 1: "sessions"})

    assert found.entries[0].dose == Dose(None, None)
    assert found.entries[0].notes == ("Dose as written: 3 x",)
    assert "of which period is not said" in found.entries[0].unread[0]


def test_how_long_a_row_of_tiers_runs_is_kept_where_it_is_about_nobody_alone():
    areas = read("Area | Wave 2 | Weeks", ["C&L", "Nessy; Lego", "Autumn"], ["C&L", "Talk", "ongoing"])
    learners = read("Pupil | Wave 2 | Weeks", ["Ada", "Nessy", "Autumn"])

    assert [one.notes for one in areas.entries] == [("Weeks: Autumn",), ("Weeks: Autumn",), ("Weeks: ongoing",)]
    assert [one.notes for one in learners.entries] == [()]
    for found in (areas, learners):
        assert said(found.notices) == [(2, "Weeks", "Autumn", "This is no number of weeks.")]


def test_a_member_of_staff_in_the_words_of_a_dose_is_kept_beside_those_of_the_column():
    found = read("Provision | Time | Staff", ["A", "3 x 20 mins TA", "Mrs Hill"], ["B", "3 times TA", "Mrs Hill"],
                 ["C", "3 x 20 mins TA", "TA"])  # fmt: skip

    assert [one.people for one in found.entries] == [(("Mrs Hill", "other"),)] * 2 + [(("TA", "ta"),)]
    assert [one.notes for one in found.entries] == [
        ("Dose as written: 3 x 20 mins TA",), ("Dose as written: 3 times TA",), (),
    ]  # fmt: skip


def test_words_beside_the_numbers_of_a_dose_are_kept():
    found = read("Provision | Time", ["A", "7 x 20 mins guided activities"], ["B", "3 x 20 mins, group of 4"])
    items = read("Area | Wave 2", ["C&L", "Lego 45 mins x 2 with big bricks\nTalk Boost, group of 4, TA"])

    assert [one.notes for one in found.entries] == [
        ("Dose as written: 7 x 20 mins guided activities",), ("Dose as written: 3 x 20 mins, group of 4",),
    ]  # fmt: skip
    assert [one.notes for one in items.entries] == [
        ("Dose as written: Lego 45 mins x 2 with big bricks",), ("As written: Talk Boost, group of 4, TA",),
    ]  # fmt: skip
