"""The line through the results, the line to the target, and the four-point rule."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.impact.trend import AROUND, BEYOND, FEW, SHORT, Line, Point, aim, phases, standing, trend
from reviews.measures import Direction
from reviews.precision import shown

BEGUN = date(2026, 9, 7)
VALUES = some.integers(-100, 100).map(Decimal)
ROWS = some.lists(some.tuples(some.integers(0, 120), VALUES), max_size=8)


def points(*rows):
    """Points from weeks (or days, with `daily`) since the first day, and values."""
    return [Point(BEGUN + timedelta(weeks=week), Decimal(value)) for week, value in rows]


def daily(rows):
    return [Point(BEGUN + timedelta(days=day), value) for day, value in rows]


@pytest.mark.parametrize("rows", [[], [(0, 1)], [(0, 1), (1, 5)], [(0, 1), (1, 5), (1, 6)]])
def test_two_days_make_no_trend(rows):
    """Source: progress monitoring wants three points at least (Branching Minds; FastBridge)."""
    assert trend(points(*rows)) is None


def test_results_on_a_line_give_that_line():
    found = trend(points((0, 20), (2, 26), (3, 29)))

    assert found == Line(BEGUN, Decimal(20), Decimal(3))
    assert found.on(BEGUN + timedelta(days=14)) == 26


def test_one_bad_day_turns_no_trend_of_five():
    assert trend(points((0, 20), (1, 23), (2, 0), (3, 29), (4, 32))).a_week == 3


def test_two_results_of_one_day_are_both_heard():
    assert trend(points((0, 20), (1, 24), (1, 22), (2, 26))).a_week == 3


@given(ROWS, some.randoms())
def test_the_order_of_results_turns_no_trend(rows, chance):
    assert trend(daily(chance.sample(rows, len(rows)))) == trend(daily(rows))


@given(ROWS, some.sampled_from([2, 10]))
def test_a_trend_scales_with_the_unit_and_turns_with_the_sign(rows, times):
    one = trend(daily(rows))
    scaled, turned = (trend(daily([(day, value * by) for day, value in rows])) for by in (times, -1))

    if one is None:
        assert (scaled, turned) == (None, None)
    else:
        assert shown(scaled.a_week, 9) == shown(one.a_week * times, 9)
        assert [shown(figure, 9) for figure in (turned.a_week, turned.level)] == [
            shown(-figure, 9) for figure in (one.a_week, one.level)
        ]


def test_an_aim_line_goes_straight_from_baseline_to_target():
    line = aim(Point(BEGUN, Decimal(84)), Point(BEGUN + timedelta(weeks=12), Decimal(90)))

    assert [line.on(BEGUN + timedelta(weeks=week)) for week in (-2, 0, 6, 12, 20)] == [84, 84, 87, 90, 90]


@pytest.mark.parametrize("days", [0, -1])
def test_a_target_is_due_after_its_baseline(days):
    with pytest.raises(ValueError, match="due later"):
        aim(Point(BEGUN, Decimal(84)), Point(BEGUN + timedelta(days=days), Decimal(90)))


TO_50 = aim(Point(BEGUN, Decimal(20)), Point(BEGUN + timedelta(weeks=6), Decimal(50)))  # 5 a week


@pytest.mark.parametrize(
    ("rows", "up", "down"),
    [
        ([(1, 26), (2, 31), (3, 36), (4, 41)], BEYOND, SHORT),
        ([(1, 24), (2, 29), (3, 34), (4, 39)], SHORT, BEYOND),
        ([(1, 26), (2, 29), (3, 36), (4, 39)], AROUND, AROUND),
        ([(1, 26), (2, 31), (3, 36), (4, 40)], AROUND, AROUND),  # on the line is neither
        ([(1, 24), (2, 31), (3, 36), (4, 41), (5, 46)], BEYOND, SHORT),  # only the last four count
        ([(0, 20), (1, 24), (2, 29), (3, 34)], FEW, FEW),  # the baseline is none of the four
    ],
)
def test_the_last_four_results_beside_the_aim_line(rows, up, down):
    """Source: the four-point rule (NextPath); where less is better, above and below change places."""
    assert standing(points(*rows), TO_50, Direction.UP) == up
    assert standing(points(*rows), TO_50, Direction.DOWN) == down


@given(ROWS, some.randoms())
def test_the_other_direction_turns_where_results_stand(rows, chance):
    mixed = daily(chance.sample(rows, len(rows)))

    found = standing(daily(rows), TO_50, Direction.UP)

    assert standing(mixed, TO_50, Direction.DOWN) == {BEYOND: SHORT, SHORT: BEYOND}.get(found, found)


def test_results_are_parted_where_something_changed():
    rows = points((0, 20), (1, 22), (2, 24), (3, 24), (4, 30), (5, 36))
    third, sixth = BEGUN + timedelta(weeks=3), BEGUN + timedelta(weeks=6)

    found = phases(rows, [(sixth, "another adult"), (third, "four sessions a week"), (third, "in the library")])

    assert [(one.since, one.words, len(one.points)) for one in found] == [
        (None, "", 3), (third, "four sessions a week; in the library", 3), (sixth, "another adult", 0),
    ]  # fmt: skip
    assert [one.trend and one.trend.a_week for one in found] == [2, 6, None]


def test_without_a_change_there_is_one_phase_and_without_results_none():
    assert [len(one.points) for one in phases(points((0, 20), (1, 22)), [])] == [2]
    assert phases([], []) == []
    assert [one.words for one in phases(points((1, 22)), [(BEGUN, "begun")])] == ["begun"]


@given(ROWS, some.lists(some.integers(0, 120), max_size=3))
def test_every_result_lies_in_one_phase(rows, days):
    parted = phases(daily(rows), [(BEGUN + timedelta(days=day), "changed") for day in days])

    assert [point for one in parted for point in one.points] == sorted(daily(rows))
