"""What one act makes of several places: the rules."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.continuing import Place
from interventions.dose import Dose
from interventions.regrouping import Running
from interventions.several import (
    NOT_THEN,
    Held,
    apart,
    changing,
    dated,
    differing,
    dosed,
    ended,
    moved,
    reviewed,
    token_of,
    why_not_moved,
)

START, DAY, END = date(2026, 9, 7), date(2026, 11, 23), date(2026, 12, 18)
BEFORE = date(2026, 11, 22)


def held(pk=7, starts=START, ends=END, *, learner=3, provision=2, within=(START, date(2027, 7, 20)), review_on=None):
    place = Place(pk, 1, learner, starts, ends)
    return Held(place, provision, "Phonics", within, Dose(3, 20), review_on)


class TestEnding:
    @pytest.mark.parametrize(
        ("one", "after", "note"),
        [
            (held(), {"ends": DAY}, ""),
            (held(ends=None), {"ends": DAY}, ""),
            (held(ends=DAY), {}, "Ends on 23 November 2026 already."),
            (held(ends=BEFORE), {}, "Ends on 22 November 2026 already."),
            (
                held(starts=date(2026, 12, 1)), {"ends": date(2026, 12, 1)},
                "Has not begun by then: it ends on its first day.",
            ),
            (held(starts=END), {}, "Ends on 18 December 2026 already."),
        ],
    )  # fmt: skip
    def test_the_last_day(self, one, after, note):
        line = ended(one, DAY, DAY)

        assert (line.after, line.note) == (after, note)

    def test_a_day_before_what_ran_is_a_slip(self):
        line = ended(held(), date(2020, 1, 1), DAY)

        assert (line.after, line.note) == ({}, "Ran from 7 September 2026, after that day: choose a later last day.")


class TestDays:
    @pytest.mark.parametrize(
        ("starts", "ends", "after", "note"),
        [
            (None, DAY, {"ends": DAY}, ""),
            (DAY, None, {"starts": DAY}, ""),
            (DAY, END, {"starts": DAY}, ""),
            (START, END, {}, "Has these days already."),
            (None, date(2026, 9, 6), {}, "It would end on 6 September 2026, before it begins."),
            (date(2026, 9, 6), None, {}, "Phonics itself starts on 7 September 2026."),
            (None, date(2027, 7, 21), {}, "Phonics itself ends on 20 July 2027."),
        ],
    )
    def test_they_stay_in_order_and_in_the_provision(self, starts, ends, after, note):
        line = dated(held(), starts, ends)

        assert (line.after, line.note) == (after, note)

    def test_an_open_end_leaves_a_provision_that_ends(self):
        assert dated(held(ends=None, within=(START, END)), DAY, None).note == "Phonics itself ends on 18 December 2026."

    def test_no_two_places_of_a_learner_meet(self):
        first, second = held(1, ends=DAY), held(2, starts=date(2026, 11, 24))
        others = {(2, 3): [(one.place.pk, (one.place.starts, one.place.ends)) for one in (first, second)]}

        lines = apart([dated(one, None, date(2027, 1, 8)) for one in (first, second)], others)

        assert [line.after for line in lines] == [{}, {"ends": date(2027, 1, 8)}]
        assert lines[0].note == "The learner has another place in this provision in that time."

    def test_of_a_place_that_is_hidden_nothing_is_told(self):
        others = {(2, 3): [(1, (START, DAY)), (2, (date(2026, 11, 24), None))]}

        lines = apart([dated(held(1, ends=DAY), None, END)], others, hidden={2})

        assert (lines[0].after, lines[0].note) == ({}, NOT_THEN)

    spans = st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 12)).map(
            lambda pair: (START + timedelta(pair[0]), START + timedelta(sum(pair)))
        ),
        min_size=1,
        max_size=5,
    )

    @given(spans, st.none() | st.integers(0, 50), st.none() | st.integers(0, 60), st.sets(st.integers(0, 4)))
    def test_whatever_is_asked_places_that_lay_apart_lie_apart(self, spans, starts, ends, chosen):
        kept = []
        for first, last in sorted(spans):
            if not kept or first > kept[-1][1]:
                kept.append((first, last))
        places = {pk: held(pk, *days) for pk, days in enumerate(kept, 1)}
        others = {(2, 3): [(pk, one_days) for pk, one_days in enumerate(kept, 1)]}
        asked = [START + timedelta(day) if day is not None else None for day in (starts, ends)]

        lines = apart([dated(one, *asked) for pk, one in places.items() if pk - 1 in chosen], others)

        after = dict(enumerate(kept, 1)) | {
            line.held.place.pk: (
                line.after.get("starts", line.held.place.starts), line.after.get("ends", line.held.place.ends)
            )
            for line in lines
        }  # fmt: skip
        ordered = sorted(after.values())
        assert all(one[0] <= one[1] for one in ordered)
        assert all(one[1] < other[0] for one, other in pairwise(ordered))


class TestDoseAndReview:
    def test_a_dose(self):
        assert dosed(held(), Dose(5, 15)).after == {"sessions": 5, "minutes": 15}
        assert dosed(held(), Dose(3, 20)).note == "Has this dose already."

    def test_a_review_date(self):
        assert reviewed(held(), DAY, only_empty=True).after == {"review_on": DAY}
        assert reviewed(held(review_on=DAY), DAY, only_empty=False).note == "Has this review date already."
        assert reviewed(held(review_on=END), DAY, only_empty=False).after == {"review_on": DAY}
        assert reviewed(held(review_on=END), DAY, only_empty=True).note == "Keeps its review on 18 December 2026."
        assert reviewed(held(ends=DAY), END, only_empty=True).note == "Ends on 23 November 2026, before its review."


class TestMoving:
    def into(self, *places, starts=START, ends=date(2027, 2, 12)):
        return Running(9, 1, "Phonics B", starts, ends, places)

    def one(self, place_held, *places, **days):
        lines, moves = moved([place_held], self.into(*places, **days), DAY)
        return lines[0], moves

    def test_it_ends_here_and_goes_on_there(self):
        line, moves = self.one(held())

        assert line.after == {"ends": BEFORE, "starts": DAY, "until": END}
        assert (moves.ends, [days for _, days in moves.fresh]) == ({7: BEFORE}, [(DAY, END)])

    def test_it_goes_on_no_longer_than_the_group(self):
        line, _ = self.one(held(ends=None), ends=END)

        assert line.after["until"] == END
        assert line.note == "Goes on to 18 December 2026, when Phonics B ends."

    def test_one_to_come_moves_whole(self):
        line, moves = self.one(held(starts=date(2026, 12, 1)))

        assert line.after == {"starts": date(2026, 12, 1), "until": END}
        assert moves.moved == {7: (date(2026, 12, 1), END)}

    @pytest.mark.parametrize(
        ("one", "note"),
        [
            (held(provision=9), "Is in this group already."),
            (held(ends=BEFORE), "Was over on 22 November 2026."),
            (held(starts=date(2027, 3, 1), ends=None), "Begins on 1 March 2027, after Phonics B ends."),
        ],
    )
    def test_what_stays(self, one, note):
        line, moves = self.one(one)

        assert (line.after, line.note) == ({}, note)
        assert [moves.ends, moves.moved, moves.fresh, moves.gone] == [{}, {}, [], []]

    def test_a_learner_who_is_there_gets_no_second_place(self):
        there = Place(8, 1, 3, START, None)

        line, moves = self.one(held(), there)
        assert line.after == {"ends": BEFORE}
        assert line.note == "The learner has a place in Phonics B already. This one ends."
        assert not moves.fresh

        line, moves = self.one(held(starts=date(2026, 12, 1)), there)
        assert (line.after, moves.gone) == ({"gone": True}, [7])

    def test_a_place_in_the_middle_is_filled_up_around(self):
        line, moves = self.one(held(), Place(8, 1, 3, date(2026, 12, 1), date(2026, 12, 4)))

        assert [days for _, days in moves.fresh] == [(DAY, date(2026, 11, 30)), (date(2026, 12, 5), END)]
        assert line.note.endswith("It is filled up around that.")

    @pytest.mark.parametrize(
        ("days", "words"),
        [
            ({}, ""),
            ({"starts": END}, "Phonics B itself starts on 18 December 2026: choose that day or a later one."),
            ({"ends": BEFORE}, "Phonics B itself ends on 22 November 2026: choose that day or an earlier one."),
        ],
    )
    def test_the_day_lies_in_the_group(self, days, words):
        assert why_not_moved(self.into(**days), DAY) == words

    @given(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(0, 150), st.none() | st.integers(0, 60), st.booleans()),
            max_size=8,
        ),
        st.none() | st.integers(80, 200),
    )
    def test_nobody_loses_a_day_that_the_group_runs_or_gets_one_twice(self, rows, last):
        held_places, there, taken = [], [], {}
        for pk, (learner, first, length, inside) in enumerate(rows, 1):
            starts = START + timedelta(first)
            ends = None if length is None else starts + timedelta(length)
            key = (learner, inside)
            if any(_meet((starts, ends), one) for one in taken.get(key, ())):
                continue
            taken.setdefault(key, []).append((starts, ends))
            if inside:
                there.append(Place(pk, 1, learner, starts, ends))
            else:
                held_places.append(held(pk, starts, ends, learner=learner))
        into = self.into(*there, ends=START + timedelta(last) if last else None)

        _, moves = moved(held_places, into, DAY)

        new = {}
        for place in there:
            new.setdefault(place.learner, []).append((place.starts, place.ends))
        learner_of = {one.place.pk: one.place.learner for one in held_places}
        for pk, days in moves.moved.items():
            new.setdefault(learner_of[pk], []).append(days)
        for place, days in moves.fresh:
            new.setdefault(place.learner, []).append(days)
            assert into.ends is None or (days[1] and days[1] <= into.ends)
        for spans in new.values():
            ordered = sorted(spans, key=lambda one: one[0])
            assert all(not _meet(one, other) for one, other in pairwise(ordered))
        for one in held_places:
            for day in (DAY + timedelta(step) for step in range(0, 150, 7)):
                runs = one.place.starts <= day and (one.place.ends is None or day <= one.place.ends)
                if runs and (into.ends is None or day <= into.ends):
                    assert any(_meet((day, day), span) for span in new[one.place.learner])


def _meet(one, other):
    return (other[1] is None or one[0] <= other[1]) and (one[1] is None or other[0] <= one[1])


class TestTokens:
    def test_equal_while_nothing_moved(self):
        token = token_of({7: 1, 3: 2}, {5: 4}, [("Ada", "x")])

        assert not differing(token, token_of({3: 2, 7: 1}, {5: 4}, [("Ada", "x")]))

    def test_what_moved_is_named(self):
        seen = token_of({7: 1, 3: 2}, {5: 4}, "a")

        assert differing(seen, token_of({7: 2}, {5: 4}, "a")).places == {7, 3}
        assert differing(seen, token_of({7: 1, 3: 2}, {5: 5}, "a")).provisions == {5}
        assert differing(seen, token_of({7: 1, 3: 2}, {5: 4}, "b")).outcome

    @given(st.text(max_size=30))
    def test_odd_text_is_another_token(self, text):
        assert differing(text, token_of({7: 1}, {5: 4}, "a"))


def test_only_lines_with_something_new_change():
    lines = [ended(held(), DAY, DAY), ended(held(ends=BEFORE), DAY, DAY)]

    assert changing(lines) == lines[:1]
