"""What changed between two results, and whether that is more than the test's error."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.impact.change import BETTER, INSIDE, UNKNOWN, WORSE, Result, at_edges, change, error_of, in_words, profile
from reviews.measures import Direction, Scale, measure
from reviews.precision import shown

SEPTEMBER, DECEMBER = date(2026, 9, 7), date(2026, 12, 7)
TEST = measure("standardised", "Reading test", sd=Decimal(15), reliability=Decimal("0.9"))
SCORES = some.integers(40, 160).map(Decimal)
STRANDS = ("Organises", "Controls", "Withdraws")
PROFILES = some.dictionaries(some.sampled_from(STRANDS), some.integers(0, 20).map(Decimal))


def result(value, on=SEPTEMBER, **more):
    return Result("reading", on, Decimal(value), **more)


def between(first, last, one=TEST):
    return change(one, result(first), result(last, DECEMBER))


def turned(one):
    return replace(one, scale=replace(one.scale, direction=Direction(-one.scale.direction)))


@pytest.mark.parametrize(
    ("last", "reliable", "within"),
    [(94, BETTER, False), (93, INSIDE, True), (85, INSIDE, True), (67, INSIDE, True), (66, WORSE, False)],
)
def test_a_change_is_reliable_beyond_13_15_points(last, reliable, within):
    """Source: 1.96 × SEM × √2 with SD 15 and a reliability of 0.90 is 13.15."""
    found = between(80, last)

    assert (found.reliable, found.within_error) == (reliable, within)
    assert shown(found.more_than) == Decimal("13.15")


def test_without_an_error_nobody_can_say():
    found = between(80, 120, measure("standardised", "Reading test"))

    assert (found.gain, found.reliable, found.within_error) == (40, UNKNOWN, None)
    assert (found.more_than, found.index, found.ratio) == (None, None, None)


def test_a_score_with_its_own_interval_uses_that():
    bare = measure("standardised", "Reading test", level=90)
    wide, narrow = (
        result(80, interval=(Decimal(70), Decimal(90))),
        result(95, DECEMBER, interval=(Decimal(91), Decimal(99))),
    )

    found = change(bare, wide, narrow)

    assert shown(error_of(bare, wide)) == Decimal("6.08")
    assert shown(found.more_than) == Decimal("12.83")
    assert found.reliable == BETTER
    assert change(bare, wide, result(95, DECEMBER)).reliable == UNKNOWN


def test_an_age_has_a_ratio():
    """Source: the worked case of 4 months in 12 weeks: 1.45 by days ÷ 30.4375."""
    found = change(measure("age", "Reading age"), result(84), result(88, SEPTEMBER + timedelta(weeks=12)))

    assert (found.gain, found.ratio, found.too_soon) == (4, Decimal("1.45"), "")


def test_tests_too_close_together_are_flagged():
    found = change(TEST, result(80), result(99, SEPTEMBER + timedelta(days=28)))

    assert found.too_soon == (
        "Reading test was taken again after 28 days; at least 84 are fair, or it measures practice and chance."
    )


def test_two_measures_are_never_compared():
    with pytest.raises(ValueError, match="same measure and strand"):
        change(TEST, result(80), Result("spelling", DECEMBER, Decimal(85)))
    with pytest.raises(ValueError, match="later"):
        change(TEST, result(80), result(85))


@given(SCORES, SCORES)
def test_the_other_direction_turns_the_sign_and_nothing_else(first, last):
    up, down = between(first, last), between(first, last, turned(TEST))

    assert (down.gain, down.index, down.moved) == (-up.gain, -up.index, up.moved)
    assert down.more_than == up.more_than
    assert down.reliable == {BETTER: WORSE, WORSE: BETTER, INSIDE: INSIDE}[up.reliable]


@given(SCORES, SCORES, some.sampled_from([2, 10, 12]))
def test_another_unit_scales_the_gain_and_leaves_its_worth(first, last, times):
    scaled = replace(TEST, sd=TEST.sd * times)

    one, other = between(first, last), between(first * times, last * times, scaled)

    assert other.gain == one.gain * times
    assert shown(other.more_than, 9) == shown(one.more_than * times, 9)
    assert other.reliable == one.reliable


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (94, "80 to 94 points in 3.0 months: 14 better, reliably better"),
        (80, "80 to 80 points in 3.0 months: no change, inside the measurement error"),
        (60, "80 to 60 points in 3.0 months: 20 worse, reliably worse"),
    ],
)
def test_a_change_in_words(last, words):
    assert in_words(between(80, last), TEST) == f"{words} (up to 13.1 either way may be chance)"


def test_a_change_of_unknown_error_in_words():
    bare = measure("per_minute", "Words read")

    assert in_words(between(20, 41, bare), bare) == (
        "20 to 41 per minute in 3.0 months: 21 better, measurement error not known"
    )


STARTS, ENDS = date(2026, 9, 7), date(2026, 12, 18)


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ([], None, None),
        (["2026-09-04"], "2026-09-04", None),
        (["2026-12-11"], None, "2026-12-11"),
        (["2026-09-04", "2026-09-10"], "2026-09-04", "2026-09-10"),  # as near: the earlier begins
        (["2026-09-04", "2026-12-17", "2026-12-19"], "2026-09-04", "2026-12-19"),  # as near: the later ends
        (["2026-06-01", "2026-09-05", "2026-10-09", "2026-12-11", "2027-03-01"], "2026-09-05", "2026-12-11"),
    ],
)
def test_the_results_nearest_to_both_edges(days, first, last):
    results = [result(80, date.fromisoformat(day)) for day in days]

    found = at_edges(results, STARTS, ENDS)

    assert [one and one.on.isoformat() for one in found] == [first, last]


def test_of_two_results_on_one_day_the_choice_makes_no_gain():
    results = [result(value, day) for day in (STARTS, ENDS) for value in (70, 90)]

    assert [one.value for one in at_edges(results, STARTS, ENDS)] == [90, 90]


@given(some.lists(some.tuples(some.integers(0, 150), SCORES), max_size=7), some.randoms())
def test_the_order_of_results_changes_nothing(rows, chance):
    results = [result(value, STARTS + timedelta(days=day)) for day, value in rows]
    shuffled = chance.sample(results, len(results))

    assert at_edges(shuffled, STARTS, ENDS) == at_edges(results, STARTS, ENDS)


def boxall(*directions):
    scales = (Scale(Decimal(0), Decimal(20), direction) for direction in directions)
    return measure("strands", "Profile", strands=tuple(zip(STRANDS, scales, strict=True)))


def test_strands_of_which_some_get_better_downwards():
    """Source: nurtureuk, on the Boxall Profile: developmental strands up, diagnostic profile down."""
    before = {"Organises": Decimal(8), "Withdraws": Decimal(15), "Controls": Decimal(5)}
    after = {"Organises": Decimal(12), "Withdraws": Decimal(17)}

    found = profile(boxall(Direction.UP, Direction.UP, Direction.DOWN), before, after)

    assert found.gains == {"Organises": 4, "Withdraws": -2}
    assert (found.better, found.worse, found.one_sided) == (1, 1, ("Controls",))


@given(PROFILES, PROFILES)
def test_strands_turn_with_their_direction(before, after):
    up = profile(boxall(*[Direction.UP] * 3), before, after)
    down = profile(boxall(*[Direction.DOWN] * 3), before, after)

    assert down.gains == {name: -gain for name, gain in up.gains.items()}
    assert (down.better, down.worse, down.one_sided) == (up.worse, up.better, up.one_sided)
