"""What of one term goes on in another."""

import doctest
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions import continuing, regrouping
from interventions.continuing import ALREADY, CONTINUES, EARLY, RUNS_ON, Held, Place, copies_of, moved_words, rows_of
from interventions.forms import filling
from provisionmap.school.calendar import CalendarDates, Span, TermDates

AUTUMN = TermDates("Autumn", date(2026, 9, 7), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
SPRING = TermDates("Spring", date(2027, 1, 4), date(2027, 3, 26), Span(date(2027, 2, 15), date(2027, 2, 19)))
SUMMER = TermDates("Summer", date(2027, 4, 12), date(2027, 7, 23))
DATES = CalendarDates((AUTUMN, SPRING, SUMMER))
FIRST = SPRING.starts


def place(pk, learner=None, starts=AUTUMN.starts, ends=AUTUMN.ends, left=None):
    return Place(pk, 1, learner or pk, starts, ends, left)


def held(pk, *places, name="Booster", starts=AUTUMN.starts, ends=AUTUMN.ends, **fields):
    return Held(pk, 1, name, 2, starts, ends, places, **fields)


def rows(*provisions, first=FIRST):
    return rows_of(provisions, AUTUMN, SPRING, first, DATES)


def told(row):
    return row.state, row.ticked, [(one.place.learner, one.ticked, one.reason) for one in row.choices]


def test_what_ended_with_the_term_goes_on_with_everybody_who_was_in_it_to_the_end():
    [row] = rows(held(1, place(7), place(8, ends=date(2026, 11, 6))))

    assert told(row) == (CONTINUES, True, [(7, True, ""), (8, False, "ended early, on 6 November 2026")])
    assert row.span == Span(SPRING.starts, SPRING.ends)


@pytest.mark.parametrize(
    ("ends", "state", "reason"),
    [
        (None, RUNS_ON, "runs on with no end: no copy is needed"),
        (date(2027, 7, 23), RUNS_ON, "runs on to 23 July 2027: no copy is needed"),
        (FIRST, RUNS_ON, "runs on to 4 January 2027: no copy is needed"),
        (date(2027, 1, 3), CONTINUES, ""),
        (date(2026, 12, 5), CONTINUES, ""),
        (date(2026, 12, 4), EARLY, "ended early, on 4 December 2026"),
    ],
)
def test_the_last_day_tells_what_becomes_of_a_provision(ends, state, reason):
    [row] = rows(held(1, place(7, ends=ends), ends=ends))

    assert (row.state, row.reason, row.may) == (state, reason, state != RUNS_ON)


def test_what_never_ran_in_the_old_term_is_not_listed():
    assert rows(held(1, starts=date(2026, 4, 1), ends=date(2026, 7, 20))) == []


@pytest.mark.parametrize(
    ("left", "may", "ticked", "reason", "ends"),
    [
        (date(2026, 12, 18), False, False, "leaves on 18 December 2026", SPRING.ends),
        (date(2027, 2, 12), True, True, "until leaving on 12 February 2027", date(2027, 2, 12)),
        (date(2027, 7, 1), True, True, "", SPRING.ends),
    ],
)
def test_a_leaver_goes_on_until_the_last_day_or_not_at_all(left, may, ticked, reason, ends):
    [row] = rows(held(1, place(7, left=left), place(8)))

    one = row.choices[0]
    assert (one.may, one.ticked, one.reason, one.ends) == (may, ticked, reason, ends)


def test_a_provision_whose_learners_all_leave_is_not_ticked():
    [row] = rows(held(1, place(7, left=AUTUMN.ends)))

    assert (row.state, row.ticked) == (CONTINUES, False)


def test_an_archived_entry_is_said_and_not_ticked():
    [row] = rows(held(1, place(7), archived=True))

    assert (row.ticked, row.reason, row.may) == (False, "is archived in the library", True)


def test_a_copy_that_is_there_is_recognised_by_name_and_learners():
    copy = held(
        2, place(20, learner=7, starts=FIRST, ends=SPRING.ends), name="  booster ", starts=FIRST, ends=SPRING.ends
    )

    [row] = rows(held(1, place(7)), copy)

    assert (row.state, row.reason, row.joins) == (ALREADY, "is in the new term already", None)


def test_who_is_missing_from_the_copy_may_join_it_for_its_own_days():
    copy = held(
        2, place(20, learner=7, starts=FIRST, ends=SPRING.ends), starts=date(2027, 1, 11), ends=date(2027, 2, 12)
    )

    [row] = rows(held(1, place(7), place(8)), copy)

    assert (row.joins, row.ticked, row.span) == (2, False, Span(date(2027, 1, 11), date(2027, 2, 12)))
    assert told(row)[2] == [(7, False, "has it in the new term already"), (8, True, "")]
    assert row.reason == "is in the new term already: those you tick join it"
    assert row.there == ((2, 1),)


def test_a_copy_without_a_last_day_is_joined_to_the_end_of_the_term():
    copy = held(2, place(20, learner=7, starts=FIRST, ends=None), starts=FIRST, ends=None)

    [row] = rows(held(1, place(7), place(8)), copy)

    assert row.span == Span(FIRST, SPRING.ends)


def test_of_two_copies_the_one_with_more_of_the_learners_is_it():
    few = held(2, place(20, learner=7, starts=FIRST, ends=None), starts=FIRST, ends=None)
    most = held(3, place(30, learner=8, starts=FIRST, ends=None), place(31, learner=9, starts=FIRST, ends=None),
                starts=FIRST, ends=None)  # fmt: skip

    row = rows(held(1, place(7), place(8), place(9), place(10)), few, most)[0]

    assert row.joins == 3


def test_another_group_of_the_name_that_runs_on_is_no_copy_but_keeps_its_learners():
    other = held(2, place(20, learner=7, ends=None), ends=None)

    row = next(one for one in rows(held(1, place(7), place(8)), other) if one.held.pk == 1)

    assert (row.joins, row.ticked) == (None, True)
    assert told(row)[2] == [(7, False, "has it in the new term already"), (8, True, "")]


@pytest.mark.parametrize(("group", "state"), [(4, ALREADY), (5, CONTINUES)])
def test_a_whole_group_without_places_is_recognised_by_its_group(group, state):
    row = rows(held(1, group=4), held(2, group=group, starts=FIRST, ends=SPRING.ends))[0]

    assert (row.state, row.ticked) == (state, state == CONTINUES)


def test_a_learner_of_two_of_one_name_goes_on_in_the_one_that_ran_longest():
    first, second = rows(
        held(1, place(7, ends=date(2026, 12, 11)), ends=date(2026, 12, 11)), held(2, place(8, learner=7), place(9))
    )

    assert told(first) == (CONTINUES, False, [(7, False, "goes on in the other one of this name")])
    assert told(second) == (CONTINUES, True, [(7, True, ""), (9, True, "")])


def test_only_the_last_place_of_a_learner_counts():
    [row] = rows(held(1, place(7, learner=1, ends=date(2026, 10, 2)), place(8, learner=1, starts=date(2026, 10, 5))))

    assert [(one.place.pk, one.ticked) for one in row.choices] == [(8, True)]


@pytest.mark.parametrize(
    ("weeks", "ends"),
    [(None, SPRING.ends), (12, SPRING.ends), (11, SPRING.ends), (6, date(2027, 2, 12)), (7, date(2027, 2, 26))],
)
def test_usual_weeks_are_counted_as_teaching_weeks_and_never_beyond_the_term(weeks, ends):
    assert continuing.days_of(weeks, FIRST, SPRING, DATES).ends == ends


@pytest.mark.parametrize(
    ("today", "pair"),
    [
        (date(2026, 9, 20), (0, 1)),
        (date(2026, 11, 23), (0, 1)),
        (date(2026, 12, 28), (0, 1)),
        (date(2027, 1, 20), (0, 1)),
        (date(2027, 2, 20), (1, 2)),
        (date(2027, 5, 1), (1, 2)),
        (date(2027, 8, 1), (1, 2)),
        (date(2026, 8, 1), (0, 1)),
    ],
)
def test_the_terms_offered_are_the_one_that_ends_and_the_next(today, pair):
    assert continuing.usual_pair([AUTUMN, SPRING, SUMMER], today) == pair


def test_one_term_is_no_pair():
    assert continuing.usual_pair([AUTUMN], date(2026, 11, 23)) is None


def test_reviews_fall_on_the_last_school_day_before_half_term_or_on_the_last_day():
    monday = TermDates("X", FIRST, SPRING.ends, Span(date(2027, 2, 17), date(2027, 2, 19)))

    assert continuing.half_term_review(SPRING, SPRING.ends) == date(2027, 2, 12)
    assert continuing.half_term_review(monday, SPRING.ends) == date(2027, 2, 16)
    assert continuing.half_term_review(SUMMER, SUMMER.ends) == SUMMER.ends
    assert continuing.half_term_review(SUMMER, date(2027, 5, 7)) == date(2027, 5, 7)


def test_a_preview_that_moved_says_what_moved():
    before = rows(held(1, place(7), weeks=6))[0].token
    after = rows(Held(1, 2, "Booster", 2, AUTUMN.starts, AUTUMN.ends, (place(8),), staff="3"))[0].token

    assert moved_words(before, before) == []
    assert moved_words(before, after) == [
        "its details were changed",
        "who has a place in it was changed",
        "the days it would run were changed",
        "who delivers it was changed",
    ]


def test_what_cannot_go_on_is_not_copied_even_when_ticked():
    found = rows(held(1, place(7), ends=None), held(2, place(8, left=AUTUMN.ends), name="B"), held(3, name="C"))

    assert [one.held.pk for one in copies_of(found, {1, 2, 3}, {7, 8})] == [3]


# --- Whatever is ticked.

DAYS = st.dates(date(2026, 8, 1), date(2027, 5, 1))


@st.composite
def maps(draw):
    """A handful of provisions of few names, with few learners, so that they meet."""
    found, pk = [], 100
    for number in range(draw(st.integers(1, 6))):
        starts = draw(DAYS)
        ends = draw(st.none() | st.dates(starts, date(2027, 6, 1)))
        places = []
        for learner in draw(st.lists(st.integers(1, 5), max_size=4)):
            pk += 1
            begun = draw(st.dates(starts, ends or date(2027, 6, 1)))
            over = ends if draw(st.booleans()) else draw(st.dates(begun, ends or date(2027, 6, 1)))
            places.append(Place(pk, 1, learner, begun, over, draw(st.none() | DAYS)))
        found.append(
            Held(number + 1, 1, draw(st.sampled_from("AB")), 2, starts, ends, tuple(places),
                 group=draw(st.none() | st.just(1)), weeks=draw(st.none() | st.integers(1, 14)))
        )  # fmt: skip
    return found


def copied(found, first):
    made = rows_of(found, AUTUMN, SPRING, first, DATES)
    everybody = {one.held.pk for one in made}, {one.place.pk for row in made for one in row.choices}
    return made, copies_of(made, *everybody)


@given(maps(), st.dates(SPRING.starts, SPRING.ends))
def test_nobody_is_doubled_and_every_day_lies_in_the_term(found, first):
    _, copies = copied(found, first)

    under_one_name = [(continuing.key_of(one.held.name), place.learner) for one in copies for place, _ in one.places]
    assert len(under_one_name) == len(set(under_one_name))
    for one in copies:
        if not one.joins:
            assert SPRING.starts <= first <= one.span.starts <= one.span.ends <= SPRING.ends
        assert all(one.span.starts <= ends <= one.span.ends for _, ends in one.places)


@given(maps())
def test_nobody_gets_a_place_they_have_already_in_the_new_term(found):
    _, copies = copied(found, FIRST)

    there = {
        (continuing.key_of(one.name), place.learner)
        for one in found
        for place in one.places
        if place.starts <= SPRING.ends and (place.ends is None or place.ends >= FIRST)
    }
    for one in copies:
        if one.span.starts <= FIRST and one.span.ends == SPRING.ends:
            assert not {(continuing.key_of(one.held.name), place.learner) for place, _ in one.places} & there


@given(maps())
def test_a_second_copy_of_the_same_term_finds_nothing_ticked_that_the_first_wrote(found):
    made, _ = copied(found, FIRST)
    usual = (
        {row.held.pk for row in made if row.ticked},
        {one.place.pk for row in made for one in row.choices if one.ticked},
    )
    copies = copies_of(made, *usual)
    fresh = [
        Held(
            1000 + at, 1, one.held.name, 2, one.span.starts, one.span.ends,
            tuple(Place(5000 + place.pk, 1, place.learner, one.span.starts, ends) for place, ends in one.places),
            group=one.held.group,
        )
        for at, one in enumerate(copies)
    ]  # fmt: skip

    again = rows_of([*found, *fresh], AUTUMN, SPRING, FIRST, DATES)

    ticked = {row.held.pk for row in again if row.ticked}
    assert not ticked & {one.held.pk for one in copies}


@given(DAYS, st.none() | st.integers(1, 20))
def test_days_begin_on_the_first_and_end_in_the_term(first, weeks):
    first = min(max(first, SPRING.starts), SPRING.ends)

    span = continuing.days_of(weeks, first, SPRING, DATES)

    assert span.starts == first
    assert first <= span.ends <= SPRING.ends


@pytest.mark.parametrize("rules", [continuing, regrouping, filling])
def test_the_examples_hold(rules):
    found = doctest.testmod(rules)

    assert found.attempted > 0
    assert found.failed == 0


def test_whoever_has_a_place_later_in_the_copy_that_is_there_has_it_already():
    there = held(2, place(20, 7, FIRST, SPRING.ends), place(21, 8, date(2027, 3, 15), SPRING.ends),
                 starts=FIRST, ends=SPRING.ends)  # fmt: skip

    row = rows(held(1, place(7), place(8), place(9), weeks=6), there)[0]

    assert (row.joins, row.span) == (2, Span(FIRST, SPRING.ends))
    assert [(one.place.learner, one.reason) for one in row.choices] == [
        (7, "has it in the new term already"), (8, "has it in the new term already"), (9, ""),
    ]  # fmt: skip


def test_a_copy_in_which_everybody_has_a_place_sooner_or_later_is_there_already():
    there = held(2, place(20, 7, FIRST, SPRING.ends), place(21, 8, date(2027, 3, 15), SPRING.ends),
                 starts=FIRST, ends=SPRING.ends)  # fmt: skip

    assert rows(held(1, place(7), place(8), weeks=6), there)[0].state == ALREADY
