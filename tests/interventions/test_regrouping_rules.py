"""Which places end, move or begin when a group is split or groups are merged."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.continuing import Place, moved_words
from interventions.regrouping import (
    Running,
    last_day,
    merge,
    next_name,
    split,
    why_not_merged,
    why_not_split,
)

START, DAY, END = date(2026, 9, 7), date(2026, 11, 23), date(2026, 12, 18)
BEFORE = date(2026, 11, 22)


def place(pk, learner=None, starts=START, ends=END):
    return Place(pk, 1, learner or pk, starts, ends)


def group(pk, *places, starts=START, ends=END, name="Booster"):
    return Running(pk, 1, name, starts, ends, places)


@pytest.mark.parametrize(
    ("name", "after"),
    [("Booster", "Booster B"), ("Booster A", "Booster B"), ("Booster Z", "Booster Z B"), ("B", "B B")],
)
def test_the_second_group_gets_the_next_letter(name, after):
    assert next_name(name) == after


def test_a_split_ends_the_old_places_the_day_before_and_leaves_the_others():
    moves = split(
        [place(1), place(2), place(3, starts=DAY), place(4, ends=BEFORE), place(5, ends=None)], [2, 3, 4, 5], DAY
    )

    assert moves.ends == {2: BEFORE, 5: BEFORE}
    assert moves.moved == {3: (DAY, END)}
    assert [(one.pk, days) for one, days in moves.fresh] == [(2, (DAY, END)), (5, (DAY, None))]


@pytest.mark.parametrize(
    ("chosen", "day", "sentence"),
    [
        ([1], date(2026, 9, 6), "Booster itself starts on 07/09/2026: choose that day or a later one."),
        ([1], date(2026, 12, 19), "Booster itself ends on 18/12/2026: choose that day or an earlier one."),
        ([], DAY, "Tick at least one learner who has a place on that day or later."),
        ([3], DAY, "Tick at least one learner who has a place on that day or later."),
        ([1, 2], DAY, "Somebody has to stay. To move everybody, change the provision itself."),
        ([1], DAY, ""),
        ([1], START, ""),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(chosen, day, sentence):
    assert why_not_split(group(9, place(1), place(2), place(3, ends=BEFORE)), chosen, day) == sentence


def test_a_provision_without_an_end_is_split_on_any_later_day():
    assert why_not_split(group(9, place(1, ends=None), place(2, ends=None), ends=None), [1], date(2030, 1, 1)) == ""


def test_a_merge_moves_everybody_who_is_not_in_it_already():
    into = group(1, place(10, learner=1))
    other = group(2, place(20, learner=1), place(21, learner=2), place(22, learner=3, ends=BEFORE))

    moves = merge(into, [other], DAY)

    assert moves.ends == {20: BEFORE, 21: BEFORE}
    assert [(one.pk, days) for one, days in moves.fresh] == [(21, (DAY, END))]
    assert [one.pk for one in moves.there] == [20]
    assert (moves.moved, moves.gone) == ({}, [])


def test_places_to_come_move_whole_or_vanish_where_there_is_one_already():
    into = group(1, place(10, learner=1))
    later = date(2026, 12, 1)
    other = group(2, place(20, learner=1, starts=later), place(21, learner=2, starts=later))

    moves = merge(into, [other], DAY)

    assert (moves.moved, moves.gone, moves.ends, moves.fresh) == ({21: (later, END)}, [20], {}, [])


def test_only_the_days_that_are_missing_are_added():
    into = group(1, place(10, learner=1, starts=date(2026, 11, 30), ends=date(2026, 12, 4)))
    other = group(2, place(20, learner=1, ends=None), ends=None)

    moves = merge(into, [other], DAY)

    assert [days for _, days in moves.fresh] == [(DAY, date(2026, 11, 29)), (date(2026, 12, 5), None)]


def test_a_place_to_come_of_which_days_are_missing_on_both_sides_moves_and_begins_anew():
    into = group(1, place(10, learner=1, starts=date(2026, 12, 7), ends=date(2026, 12, 8)))
    other = group(2, place(20, learner=1, starts=date(2026, 12, 1)))

    moves = merge(into, [other], DAY)

    assert moves.moved == {20: (date(2026, 12, 1), date(2026, 12, 6))}
    assert [days for _, days in moves.fresh] == [(date(2026, 12, 9), END)]


@pytest.mark.parametrize(
    ("into", "others", "sentence"),
    [
        (group(1), [], "Tick at least two groups, one of which takes the others in."),
        (group(1, ends=BEFORE), [group(2)], "Booster ends on 22/11/2026, before that day: choose an earlier one."),
        (group(1), [group(2, ends=BEFORE)], "Booster ends on 22/11/2026, before that day: choose an earlier one."),
        (group(1, starts=END), [group(2)], "Booster itself starts on 18/12/2026: choose that day or a later one."),
        (group(1), [group(2, starts=DAY)],
         "Booster starts on 23/11/2026: choose a later day, so that it ends after it began."),
        (group(1, starts=DAY), [group(2), group(3, ends=None)], ""),
    ],
)  # fmt: skip
def test_a_merge_that_makes_no_sense_is_refused(into, others, sentence):
    assert why_not_merged(into, others, DAY) == sentence


def test_the_merged_group_runs_as_long_as_the_longest():
    assert last_day(group(1), [group(2, ends=date(2027, 3, 1))]) == date(2027, 3, 1)
    assert last_day(group(1), [group(2, ends=None)]) is None


def test_a_token_tells_what_moved():
    assert moved_words(group(1, place(1)).token, group(1, place(2)).token) == ["who has a place in it was changed"]


# --- Learners are conserved: on every day each of them has the places they had, and only one.

FIRST = date(2026, 11, 1)
WHEN = st.dates(FIRST, date(2026, 12, 10))


@st.composite
def groups(draw, number):
    """A group in which no learner has two places on one day."""
    places, busy = [], set()
    for at in range(draw(st.integers(0, 6))):
        learner, starts = draw(st.integers(1, 3)), draw(WHEN)
        ends = draw(st.none() | st.dates(starts, date(2026, 12, 12)))
        span = {(learner, FIRST + timedelta(days=n)) for n in range(60)
                if starts <= FIRST + timedelta(days=n) <= (ends or date.max)}  # fmt: skip
        if not span & busy:
            busy |= span
            places.append(Place(number * 100 + at, 1, learner, starts, ends))
    return Running(number, 1, "Booster", FIRST - timedelta(days=9), None, tuple(places))


def who(places, day):
    return sorted(learner for learner, starts, ends in places if starts <= day and (ends is None or ends >= day))


def spans(places):
    return [(one.learner, one.starts, one.ends) for one in places]


def after(places, moves):
    """What stays in the first groups, and what is in the other one."""
    stays = [
        (one.learner, one.starts, moves.ends.get(one.pk, one.ends))
        for one in places
        if one.pk not in moves.moved and one.pk not in moves.gone
    ]
    by_pk = {one.pk: one for one in places}
    goes = [(one.learner, *days) for one, days in moves.fresh]
    return stays, goes + [(by_pk[pk].learner, *days) for pk, days in moves.moved.items()]


@given(groups(1), st.sets(st.integers(100, 106)), WHEN)
def test_a_split_conserves_every_learner_on_every_day(one, chosen, day):
    stays, goes = after(one.places, split(one.places, chosen, day))

    for number in range(60):
        when = FIRST + timedelta(days=number)
        assert sorted(who(stays, when) + who(goes, when)) == who(spans(one.places), when)
        assert when >= day or not who(goes, when)


@given(groups(1), groups(2), groups(3), WHEN)
def test_a_merge_conserves_every_learner_on_every_day_and_doubles_nobody(into, second, third, day):
    moves = merge(into, [second, third], day)

    stays, goes = after([*second.places, *third.places], moves)
    for number in range(60):
        when = FIRST + timedelta(days=number)
        before = who(spans(into.places), when), who(spans(second.places), when), who(spans(third.places), when)
        now = who(spans(into.places) + goes, when)
        if when < day:
            assert (now, who(stays, when)) == (before[0], sorted(before[1] + before[2]))
        else:
            assert now == sorted({learner for one in before for learner in one})
            assert who(stays, when) == []
