"""What a review may decide, and what the next cycle takes over."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.decisions import (
    GOES_ON,
    LEARNER,
    PLACEMENT,
    Aimed,
    Decided,
    doubts_about,
    lacks,
    next_cycle,
    why_not_learner,
    why_not_placement,
)
from reviews.measures import Direction, Scale

UP = Scale(Decimal(0), Decimal(100))
DECIDED = some.lists(
    some.builds(
        Decided, some.integers(1, 30), some.sampled_from(list(PLACEMENT)), some.just("Why."), some.just("How."),
        some.frozensets(some.integers(1, 6), max_size=3),
    ),
    unique_by=lambda one: one.placement, max_size=8,
)  # fmt: skip
AIMED = some.lists(
    some.builds(
        Aimed, some.integers(1, 6), some.just(UP), some.just(Decimal(50)),
        some.sampled_from([None, Decimal(40), Decimal(60)]),
    ),
    unique_by=lambda one: one.outcome,
)  # fmt: skip


def test_every_decision_is_open_to_a_placement_below_the_highest_tier():
    assert [why_not_placement(one, tier=2, tiers=[1, 2, 3, 4]) for one in PLACEMENT] == [""] * 4


@pytest.mark.parametrize(("tier", "tiers"), [(3, [1, 2, 3]), (4, [1, 2, 3, 4]), (4, [1, 2, 3])])
def test_there_is_nothing_above_the_highest_tier(tier, tiers):
    refused = {one: why_not_placement(one, tier=tier, tiers=tiers) for one in PLACEMENT}

    why = refused.pop("escalate")
    assert why.startswith(f"Tier {tier} is the highest the school uses: modify the provision, or decide about")
    assert refused == {"continue": "", "modify": "", "exit": ""}


def test_a_placement_of_a_learner_who_leaves_can_only_end():
    refused = {one for one in PLACEMENT if why_not_placement(one, tier=2, tiers=[1, 2, 3], leaves=True)}

    assert refused == {"continue", "modify", "escalate"}


@pytest.mark.parametrize(
    ("provision", "above", "refused"),
    [
        ("N", False, {"step_down"}),
        ("N", True, set()),
        ("K", False, set()),
        ("E", True, {"consider_assessment", "step_down"}),
    ],
)
def test_what_may_be_decided_about_a_learner(provision, above, refused):
    """Source: CFA 2014, s.36 (who may ask for an assessment) and s.44 (reviews of a plan)."""
    found = {one: why_not_learner(one, provision=provision, placed_above_tier_1=above) for one in LEARNER}

    assert {one for one, why in found.items() if why} == refused
    assert all(why.endswith(".") for why in found.values() if why)


def test_words_that_are_no_decision_are_refused():
    with pytest.raises(ValueError, match="about a placement: 'stop'"):
        why_not_placement("stop", tier=1, tiers=[1])
    with pytest.raises(ValueError, match="about a learner: 'stop'"):
        why_not_learner("stop", provision="K")
    with pytest.raises(ValueError, match="not a code of SEN provision: 'S'"):
        why_not_learner("carry_on", provision="S")


@pytest.mark.parametrize(
    ("learner", "placements", "doubts"),
    [
        ("carry_on", ["continue", "exit"], []),
        ("carry_on", [], []),
        ("step_down", ["exit"], []),
        ("specialist", ["exit"], []),
        ("step_down", ["escalate"], ["The learner steps down, and a placement goes to a higher tier. Is that meant?"]),
        ("step_up", ["exit"], ["The learner steps up, and every placement ends. What comes in their place?"]),
        ("carry_on", ["exit"], ["The learner carries on, and every placement ends. What comes in their place?"]),
    ],
)
def test_decisions_that_do_not_go_together_ask(learner, placements, doubts):
    assert doubts_about(learner, placements) == doubts


@pytest.mark.parametrize(
    ("decided", "missing"),
    [
        (Decided(7, ""), ["Decide how Phonics goes on: continue, modify, escalate or exit."]),
        (Decided(7, "exit", " "), ["Phonics: give the reason for “Exit”."]),
        (Decided(7, "modify"), ["Phonics: give the reason for “Modify”.", "Say what changes in Phonics."]),
        (Decided(7, "modify", "Short of the line.", "Four a week."), []),
        (Decided(7, "continue", "On the way."), []),
    ],
)
def test_a_decision_has_a_reason_and_a_change_says_which(decided, missing):
    assert lacks(decided, "Phonics") == missing


def test_the_spiral():
    decided = [
        Decided(4, "exit", "Reached.", outcomes=frozenset({1, 2})),
        Decided(3, "escalate", "Tried.", outcomes=frozenset({3})),
        Decided(2, "modify", "Slow.", "Four a week.", frozenset({4})),
        Decided(1, "continue", "On the way."),
    ]
    down = Scale(Decimal(0), Decimal(40), Direction.DOWN)
    aimed = [
        Aimed(1, UP, Decimal(50), Decimal(50)),
        Aimed(2, UP, Decimal(50), Decimal(49)),
        Aimed(3, down, Decimal(11), Decimal(14)),
        Aimed(4, UP, Decimal(50)),
    ]

    after = next_cycle(decided, aimed)

    assert (after.kept, after.changed, after.higher, after.ended) == ((1,), {2: "Four a week."}, (3,), (4,))
    assert (after.reached, after.outcomes, after.unserved) == ((1,), {2: Decimal(49), 3: Decimal(14), 4: None}, (2,))


@pytest.mark.parametrize("decided", [[Decided(1, "")], [Decided(1, "exit"), Decided(1, "continue")]])
def test_the_next_cycle_waits_until_each_placement_is_decided_once(decided):
    with pytest.raises(ValueError, match="decided once"):
        next_cycle(decided, [])


@given(DECIDED, AIMED, some.randoms())
def test_every_placement_and_every_outcome_goes_somewhere_once(decided, aimed, chance):
    after = next_cycle(decided, aimed)

    assert sorted([*after.kept, *after.changed, *after.higher, *after.ended]) == sorted(
        one.placement for one in decided
    )
    assert sorted([*after.reached, *after.outcomes]) == sorted(one.outcome for one in aimed)
    served = {outcome for one in decided if one.decision in GOES_ON for outcome in one.outcomes}
    assert set(after.unserved) == set(after.outcomes) - served
    assert next_cycle(chance.sample(decided, len(decided)), chance.sample(aimed, len(aimed))) == after
