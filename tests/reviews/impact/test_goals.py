"""Goal attainment: the worked figures, and what holds for any goals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.impact.goals import EXPECTED, Goal, attainment

GOALS = some.lists(
    some.builds(Goal, some.integers(-2, 2), some.integers(1, 5).map(Decimal)), min_size=1, max_size=5
)  # fmt: skip


@pytest.mark.parametrize(
    ("reached", "weights", "figure"),
    [
        ((1,), (1,), "60.00"),
        ((0, 0, 0), (1, 1, 1), "50.00"),
        ((1, 1, 1), (1, 1, 1), "63.69"),
        ((-1, -1, -1), (1, 1, 1), "36.31"),
        ((2, 2, 2), (1, 1, 1), "77.39"),
        ((1, 0), (1, 1), "56.20"),
        ((1, 0, -1), (3, 2, 1), "54.41"),
        ((1, 2, -1), (2, 3, 1), "65.42"),
    ],
)
def test_worked_figures(reached, weights, figure):
    """Source: calculated from Kiresuk and Sherman's formula with ρ = 0.3 (printed copies carry an erratum)."""
    goals = [Goal(step, Decimal(weight)) for step, weight in zip(reached, weights, strict=True)]

    assert attainment(goals) == Decimal(figure)


def test_without_goals_there_is_no_figure():
    assert attainment([]) is None


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="five steps"):
        attainment([Goal(3)])
    with pytest.raises(ValueError, match="counts nothing"):
        attainment([Goal(1, Decimal(0))])


@given(GOALS, some.randoms())
def test_the_order_of_goals_changes_nothing(goals, chance):
    assert attainment(chance.sample(goals, len(goals))) == attainment(goals)


@given(GOALS, some.integers(2, 9))
def test_only_weights_beside_each_other_count(goals, times):
    assert attainment([Goal(goal.reached, goal.weight * times) for goal in goals]) == attainment(goals)


@given(GOALS)
def test_the_opposite_of_every_goal_lies_as_far_on_the_other_side(goals):
    turned = attainment([Goal(-goal.reached, goal.weight) for goal in goals])

    assert turned - EXPECTED == EXPECTED - attainment(goals)


@given(GOALS)
def test_a_goal_reached_further_never_lowers_the_figure(goals):
    further = [Goal(min(2, goals[0].reached + 1), goals[0].weight), *goals[1:]]

    assert attainment(further) >= attainment(goals)
