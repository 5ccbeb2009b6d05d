"""What is measured, which values can be true, and which ask."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.measures import (
    KINDS,
    Band,
    Direction,
    Impossible,
    Scale,
    band,
    check_value,
    doubts,
    measure,
    met,
    questions,
    too_soon,
    wrong_values,
)
from reviews.precision import shown
from reviews.sdq import DIFFICULTIES, PROSOCIAL, TEACHER, TOTAL, doubt_about_total, teacher_sdq

DAY = date(2026, 11, 27)
UP = Scale(Decimal(0), Decimal(20))
READING = measure("standardised", "Reading test", sd=Decimal(15), reliability=Decimal("0.9"))
WHOLE = some.integers(-500, 500).map(Decimal)


def test_a_kind_of_measure_that_knows_its_range_lacks_nothing():
    ready = {kind for kind in KINDS if not doubts(measure(kind, "Something"))}

    assert ready == {"age", "standardised", "per_minute", "percentage", "sdq", "goals", "yes_no"}


@pytest.mark.parametrize(
    ("own", "doubt"),
    [
        ({"kind": "scaled"}, "Say from which to which value Test runs."),
        ({"kind": "strands"}, "Name the strands of Test, each with its range and which way is better."),
        ({"kind": "strands", "strands": (("A", UP), ("A", UP))}, "Two strands of Test have the same name."),
        ({"kind": "rating", "scale": Scale(Decimal(5), Decimal(5))},
         "Test runs from 5 to 5: the highest value has to be above the lowest."),
        ({"kind": "rating", "scale": replace(UP, usual=(Decimal(5), Decimal(21)))},
         "The usual values of Test have to lie within its range."),
        ({"kind": "age", "fair_days": 0}, "Two tests lie at least a day apart."),
        ({"kind": "standardised", "sd": Decimal(15)},
         "Reliability says something only together with the standard deviation: enter both."),
        ({"kind": "standardised", "interval": Decimal(6), "level": 80},
         "How exactly Test measures does not fit: confidence is one of 90, 95 per cent, not 80."),
        ({"kind": "standardised", "sd": Decimal(15), "reliability": Decimal(90)},
         "How exactly Test measures does not fit: reliability lies between 0 and 1, both left out."),
    ],
)  # fmt: skip
def test_what_a_measure_lacks_is_said(own, doubt):
    assert doubts(measure(own.pop("kind"), "Test", **own)) == [doubt]


@pytest.mark.parametrize("ends", [((0, 9), (11, 20)), ((0, 10), (10, 20)), ((1, 20),), ((0, 19),)])
def test_bands_leave_no_gap_and_do_not_overlap(ends):
    bands = tuple(Band(str(lowest), Decimal(lowest), Decimal(highest)) for lowest, highest in ends)

    found = doubts(measure("rating", "Test", scale=replace(UP, bands=bands)))

    assert found == ["The bands of Test leave a gap, overlap, or end elsewhere than its range."]


def test_the_interval_of_the_publisher_comes_before_reliability():
    published = replace(READING, interval=Decimal(6), level=90)

    assert [shown(one.error) for one in (READING, published)] == [Decimal("4.74"), Decimal("3.65")]
    assert measure("age", "Reading age").error is None
    assert measure("age", "Reading age", sd=Decimal(15)).error is None


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("age", "301", "Test runs from 24 to 300 months: 301 is outside."),
        ("standardised", "39", "Test runs from 40 to 160 points: 39 is outside."),
        ("percentage", "-0.5", "Test runs from 0 to 100 %: -0.5 is outside."),
        ("goals", "3", "Test runs from -2 to 2 steps: 3 is outside."),
        ("yes_no", "2", "Test runs from 0 to 1: 2 is outside."),
        ("sdq", "41", "Test runs from 0 to 40 points: 41 is outside."),
        ("age", "88.5", "Test is counted in whole numbers: 88.5 is none."),
        ("age", "NaN", "Test runs from 24 to 300 months: NaN is outside."),
    ],
)
def test_an_impossible_value_is_refused_with_the_range(kind, value, words):
    with pytest.raises(Impossible) as refused:
        check_value(measure(kind, "Test"), Decimal(value), on=DAY, today=DAY)

    assert str(refused.value) == words


def test_a_result_of_tomorrow_is_refused():
    with pytest.raises(Impossible) as refused:
        check_value(READING, Decimal(85), on=DAY + timedelta(days=1), today=DAY)

    assert str(refused.value) == "28/11/2026 is still to come: enter a result on the day of the test or later."


def test_a_measure_of_strands_has_no_one_number():
    profile = measure("strands", "Profile", strands=(("Joins in", UP),))

    with pytest.raises(Impossible, match=r"Profile has no one number\."):
        check_value(profile, Decimal(5), on=DAY, today=DAY)
    assert wrong_values({"Joins in": Decimal(5)}, profile, on=DAY, today=DAY) == []


@given(some.sampled_from(["age", "standardised", "per_minute", "goals", "yes_no", "sdq"]), WHOLE)
def test_a_whole_value_is_refused_exactly_outside_its_range(kind, value):
    one = measure(kind, "Test")
    inside = one.scale.lowest <= value <= one.scale.highest

    try:
        check_value(one, value, on=DAY, today=DAY)
    except Impossible:
        assert not inside
    else:
        assert inside


def test_an_unlikely_value_asks_and_is_not_refused():
    check_value(READING, Decimal(145), on=DAY, today=DAY)

    assert questions(READING, Decimal(145)) == ["Reading test is nearly always between 60 and 140. Is 145 right?"]
    assert questions(READING, Decimal(100), earlier=Decimal(60)) == []
    assert questions(READING, Decimal(101), earlier=Decimal(60)) == [
        "Reading test was 60 before and would now be 101. Is that right?"
    ]
    assert questions(measure("yes_no", "Uses the timer"), Decimal(1), earlier=Decimal(0)) == []


def test_a_test_before_birth_asks():
    born = date(2018, 1, 15)

    assert questions(READING, Decimal(90), born=born, on=date(2018, 1, 14)) == [
        "The test is dated 14/01/2018, before the learner was born. Is the date right?"
    ]
    assert questions(READING, Decimal(90), born=born, on=born) == []


@pytest.mark.parametrize(("days", "soon"), [(28, True), (83, True), (84, False), (120, False)])
def test_tests_too_close_together_are_told(days, soon):
    """Source: GL, "When to test": once a term is meant for NGRT; twelve weeks is our convention for that."""
    assert bool(too_soon(READING, DAY - timedelta(days=days), DAY)) is soon


@given(WHOLE, WHOLE)
def test_a_target_is_met_the_other_way_round_where_less_is_better(target, value):
    up, down = (Scale(Decimal(-500), Decimal(500), direction) for direction in Direction)

    assert met(up, target, value) == met(down, -target, -value)
    assert met(up, target, value) or met(down, target, value)
    assert met(up, target, target)


@pytest.mark.parametrize(
    ("scale", "ends"),
    [
        (TOTAL, (11, 15, 18, 40)),
        ("Emotional problems", (3, 4, 5, 10)),
        ("Conduct problems", (2, 3, 4, 10)),
        ("Hyperactivity", (5, 7, 8, 10)),
        ("Peer problems", (2, 4, 5, 10)),
    ],
)
def test_the_bands_of_a_teachers_sdq(scale, ends):
    """Source: four-band scoring for teachers, PMC4830858, table 1 (from sdqinfo.org)."""
    one = teacher_sdq().scale_of(scale)

    assert [int(each.highest) for each in one.bands] == list(ends)
    assert [band(one, Decimal(end)) for end in ends] == ["Close to average", "Slightly raised", "High", "Very high"]
    assert one.direction is Direction.DOWN


def test_prosocial_runs_the_other_way():
    """Source: PMC4830858, table 1: 6 to 10, 5, 4, 0 to 3."""
    one = teacher_sdq().scale_of(PROSOCIAL)

    assert [band(one, Decimal(score)) for score in (10, 6, 5, 4, 3, 0)] == [
        "Close to average", "Close to average", "Slightly lowered", "Low", "Very low", "Very low",
    ]  # fmt: skip
    assert one.direction is Direction.UP


def test_the_sdq_is_whole_and_keeps_no_question():
    sdq = teacher_sdq()

    assert doubts(sdq) == []
    assert [name for name, _ in sdq.strands] == list(TEACHER)
    assert sdq.holder == "Youthinmind"


def test_a_total_that_does_not_add_up_asks():
    scores = dict.fromkeys(DIFFICULTIES, Decimal(3))

    assert doubt_about_total(scores) == ""
    assert doubt_about_total({TOTAL: Decimal(12)}) == ""
    assert doubt_about_total({**scores, TOTAL: Decimal(12), PROSOCIAL: Decimal(8)}) == ""
    assert doubt_about_total({**scores, TOTAL: Decimal(13)}) == (
        "The four scales of difficulties add up to 12, and the total says 13."
    )
