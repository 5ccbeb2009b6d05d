"""Who moves up, who stays and who leaves when the school year turns."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.census import YEAR_ORDER, YEARS
from learners.moving_up import (
    LEAVE,
    STAY,
    UP,
    Pupil,
    Room,
    Step,
    Turn,
    choices_of,
    last_year_of,
    moved_pupils,
    next_year,
    room_after,
    steps_of,
    token_of,
    usual_year,
    years_offered,
)

FIRST, LAST_DAY = date(2027, 9, 1), date(2027, 7, 23)
TURN = Turn("2027/28", FIRST, "6", LAST_DAY)
YEAR_4 = date(2018, 1, 15)


def pupil(nc_year="4", pk=1, **fields):
    return Pupil(pk, 1, nc_year, **fields)


def step(one, does=""):
    [found] = steps_of([one], TURN, {one.pk: does} if does else {})
    return found


def test_year_groups_follow_each_other_as_the_census_lists_them():
    assert [next_year(code) for code in YEARS] == [
        "E2", "N1", "N2", "R", *[str(number) for number in range(1, 15)], "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "does", "nc_year", "left", "reason"),
    [
        (pupil("4", born=YEAR_4), UP, "5", None, ""),
        (pupil("6"), LEAVE, "6", LAST_DAY, ""),
        (pupil("7"), LEAVE, "7", LAST_DAY, ""),
        (pupil("3", born=YEAR_4), UP, "4", None, "out of year group: Year 4 by age"),
        (pupil("4", born=date(2000, 1, 1)), UP, "5", None, ""),
        (pupil("X"), STAY, "X", None, "follows no year group"),
        (pupil(""), STAY, "", None, "has no year group"),
        (pupil("R", joined=FIRST), STAY, "R", None, "joined in 2027/28: is in the right year already"),
        (pupil("4", left=date(2027, 3, 5)), LEAVE, "4", date(2027, 3, 5), "leaves on 5 March 2027 already"),
        (pupil("4", left=date(2027, 10, 22)), UP, "5", date(2027, 10, 22), ""),
        (pupil("6", joined=date(2027, 8, 1)), LEAVE, "6", date(2027, 8, 1), ""),
    ],
)
def test_what_becomes_of_a_learner_by_the_rules(one, does, nc_year, left, reason):
    found = step(one)

    assert (found.does, found.usual, found.nc_year, found.left(TURN), found.reason) == (
        does,
        does,
        nc_year,
        left,
        reason,
    )


def test_a_person_may_choose_otherwise_but_not_the_impossible():
    assert step(pupil("4"), does=STAY).does == STAY
    assert step(pupil("6"), does=UP).nc_year == "7"
    assert step(pupil("14"), does=UP).does == LEAVE
    assert step(pupil("4", left=date(2027, 3, 5)), does=UP).does == LEAVE
    assert step(pupil("4"), does="fly").does == UP


def test_a_school_that_nobody_leaves_moves_everybody_up():
    [one] = steps_of([pupil("6")], Turn("2027/28", FIRST, "", LAST_DAY), {})

    assert one.does == UP


def test_the_last_year_is_the_oldest_that_is_more_than_a_handful():
    many = [pupil("2", pk=n) for n in range(20)]

    assert last_year_of([*many, *[pupil("13", pk=n) for n in range(4)]]) == "13"
    assert last_year_of([*many, *[pupil("13", pk=n) for n in range(3)], pupil("X"), pupil("")]) == "2"
    assert last_year_of([pupil("X")]) == ""


@pytest.mark.parametrize(
    ("nc_year", "today", "year"),
    [
        ("4", date(2026, 11, 23), "2027/28"),
        ("3", date(2026, 11, 23), "2026/27"),
        ("4", date(2027, 8, 20), "2027/28"),
        ("4", date(2027, 9, 2), "2027/28"),
        ("5", date(2027, 9, 2), "2028/29"),
        ("", date(2026, 11, 23), "2027/28"),
    ],
)
def test_the_year_offered_first_is_the_one_that_has_not_begun_for_them(nc_year, today, year):
    assert usual_year([pupil(nc_year, born=YEAR_4), pupil("9")], today)[0] == year


def test_the_present_and_the_next_year_are_offered_with_their_first_day():
    assert years_offered(date(2026, 11, 23)) == [("2026/27", date(2026, 9, 1)), ("2027/28", date(2027, 9, 1))]


ROOMS = [Room(1, "4A", "4"), Room(2, "5A", "5"), Room(3, "5B", "5"), Room(4, "Owls", "6"),
         Room(5, "Nest", "R"), Room(6, "Vertical", ""), Room(7, "Year 4 Oak", "4"), Room(8, "Year 5 Oak", "5"),
         Room(9, "1R", "1")]  # fmt: skip


@pytest.mark.parametrize(
    ("room", "after"),
    [(1, 2), (2, 4), (4, None), (5, 9), (6, 6), (7, 8), (9, None)],
)
def test_the_next_class_is_the_one_that_a_name_or_the_year_tells(room, after):
    assert room_after(ROOMS[room - 1], ROOMS) == after


def test_of_two_classes_the_one_that_their_teacher_has_as_well():
    with_ann, with_bo = (
        Room(pk, name, "5", frozenset({who})) for pk, name, who in ((21, "Egret", 1), (22, "Osprey", 2))
    )

    assert room_after(Room(20, "Kestrel", "4", frozenset({2, 3})), [with_ann, with_bo]) == 22
    assert room_after(Room(20, "Kestrel", "4", frozenset({3})), [with_ann, with_bo]) is None
    assert room_after(Room(20, "Kestrel", "4", frozenset({1, 2})), [with_ann, with_bo]) is None


def test_two_classes_and_no_name_that_tells_leave_it_to_a_person():
    assert room_after(Room(20, "Kestrel", "4"), ROOMS) is None


def test_a_token_tells_who_changed_came_and_went():
    before = token_of([pupil(pk=1), pupil(pk=2), pupil(pk=3)], [(9, 1)])

    assert moved_pupils(before, before) == ([], 0, 0, False)
    assert moved_pupils(before, token_of([Pupil(1, 2, "4"), pupil(pk=2), pupil(pk=4)], [(9, 1)])) == ([1], 1, 1, False)
    assert moved_pupils(before, token_of([pupil(pk=1), pupil(pk=2), pupil(pk=3)], [])) == ([], 0, 0, True)
    assert moved_pupils("nonsense", token_of([pupil(pk=1)], [])) == ([], 1, 0, False)


PUPILS = st.builds(
    Pupil,
    pk=st.integers(1, 50),
    version=st.just(1),
    nc_year=st.sampled_from(["", *YEARS]),
    born=st.none() | st.dates(date(2005, 1, 1), date(2025, 1, 1)),
    joined=st.none() | st.dates(date(2020, 1, 1), date(2027, 12, 1)),
    left=st.none() | st.dates(date(2027, 12, 2), date(2028, 12, 1)),
)


@given(
    st.lists(PUPILS, max_size=8, unique_by=lambda one: one.pk),
    st.dictionaries(st.integers(1, 50), st.sampled_from([UP, STAY, LEAVE])),
)
def test_everybody_is_accounted_for_once_and_moves_one_year_at_most(pupils, by_hand):
    steps = steps_of(pupils, TURN, by_hand)

    assert [one.pupil for one in steps] == pupils
    for one in steps:
        assert one.does in choices_of(one.pupil, TURN)
        moved = YEAR_ORDER.get(one.nc_year, 0) - YEAR_ORDER.get(one.pupil.nc_year, 0)
        assert moved == (one.does == UP)
        last = one.left(TURN)
        assert (one.does != LEAVE) == (last == one.pupil.left)
        assert not (last and one.pupil.joined and last < one.pupil.joined)


def test_a_step_of_its_own_says_where_it_leads():
    assert Step(pupil("N2"), UP, UP).nc_year == "R"
