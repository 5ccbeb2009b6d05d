"""What a stage of a cycle still lacks before it can be agreed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from interventions.ledger import ledger
from reviews.decisions import Decided
from reviews.measures import Direction, Scale, measure
from reviews.stages import (
    STAGES,
    Assess,
    Lack,
    Outcome,
    Plan,
    Review,
    Voice,
    assess_lacks,
    can_be_agreed,
    do_lacks,
    outcome_lacks,
    plan_lacks,
    review_lacks,
    why_not_now,
)

TODAY = date(2026, 12, 14)
STARTS, REVIEW = date(2026, 11, 2), date(2026, 12, 18)
SAID = Voice("It helps.")
READING = measure("age", "Reading age")
SMART = Outcome("Outcome 1", "Reads with more fluency.", READING, "", Decimal(84), Decimal(90), REVIEW, served_by=1)
ASSESSED = Assess(2, 1, SAID, SAID)
PLANNED = Plan(STARTS, [SMART], ["SENCO", "Parent"], STARTS, REVIEW)
REVIEWED = Review(
    TODAY, ["SENCO"], SAID, SAID, {"Outcome 1": True}, {"Phonics": Decided(7, "continue", "On the way.")},
    "carry_on", "On the way.", date(2027, 3, 15),
)  # fmt: skip


def told(lacks):
    """Each lack in words; those that may be left in brackets."""
    return [one.words if one.blocks else f"({one.words})" for one in lacks]


def test_what_is_complete_lacks_nothing():
    assert assess_lacks(ASSESSED, TODAY) == []
    assert plan_lacks(PLANNED, TODAY) == []
    assert review_lacks(REVIEWED, TODAY) == []
    assert do_lacks({"Phonics": ledger(entitled=360, delivered=360)}, []) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"results": 0}, ["(There is no result yet: without one nothing can be held against it later.)"]),
        ({"results": 0, "observations": 0},
         ["Add a result or an observation: nothing says yet where the learner stands."]),
        ({"learner": Voice()}, ["Ask the learner, or write down the day on which they were asked."]),
        ({"parents": Voice(" ")}, ["Ask the parents, or write down the day on which they were asked."]),
        ({"parents": Voice(asked=TODAY)}, ["(No answer yet from the parents, asked on 14/12/2026.)"]),
        ({"parents": Voice(asked=REVIEW)}, ["Asking the parents is set for 18/12/2026: wait for it."]),
    ],
)  # fmt: skip
def test_assess_hears_both_voices_and_rests_on_something(changed, words):
    """Source: CoP 6.44 to 6.56."""
    assert told(assess_lacks(replace(ASSESSED, **changed), TODAY)) == words


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"statement": " "}, ["say what the learner will be able to do."]),
        ({"measure": None}, ["say how it is measured."]),
        ({"baseline": None}, ["enter the baseline."]),
        ({"target": None}, ["set the target."]),
        ({"by_when": None}, ["say by when."]),
        ({"by_when": STARTS}, ["it is due on 02/11/2026, before the plan begins."]),
        ({"served_by": 0}, ["no provision serves it."]),
        ({"target": Decimal(83)}, ["the target lies behind the baseline."]),
        ({"target": Decimal(301)}, ["the target lies outside 24 to 300."]),
        ({"strand": "Accuracy"}, ["Reading age has no strand “Accuracy”."]),
        ({"target": Decimal(84)}, []),  # to keep what was reached is a target
    ],
)
def test_an_outcome_is_smart(changed, words):
    found = outcome_lacks(replace(SMART, **changed), starts=STARTS)

    assert told(found) == [f"Outcome 1: {each}" for each in words]


def test_an_outcome_may_be_due_after_the_review():
    assert told(outcome_lacks(replace(SMART, by_when=date(2027, 3, 24)), starts=STARTS, ends=REVIEW)) == [
        "(Outcome 1: it is due on 24/03/2027, after the review.)"
    ]


@given(some.integers(0, 40), some.integers(0, 40))
def test_a_target_lies_behind_the_baseline_the_other_way_round_where_less_is_better(baseline, target):
    behind = {}
    for direction in Direction:
        scale = Scale(Decimal(0), Decimal(40), direction)
        how = measure("rating", "Worries", scale=scale)
        one = replace(SMART, measure=how, baseline=Decimal(baseline), target=Decimal(target))
        behind[direction] = bool(outcome_lacks(one, starts=STARTS))

    assert behind == {Direction.UP: target < baseline, Direction.DOWN: target > baseline}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"outcomes": []}, ["Add an outcome: a plan says what is to be reached."]),
        ({"outcomes": [replace(SMART, served_by=0)]}, ["Outcome 1: no provision serves it."]),
        ({"agreed_by": [" "]}, ["Write down who agreed it."]),
        ({"parents_told": None},
         ["Tell the parents, and write down the day: they have to know of the support that is given."]),
        ({"parents_told": REVIEW}, ["Parents will be told on 18/12/2026: wait for it."]),
        ({"review_on": None}, ["Set the day of the review."]),
        ({"review_on": STARTS}, [
            "(Outcome 1: it is due on 18/12/2026, after the review.)",
            "The review has to be later than the first day of the plan."]),
    ],
)  # fmt: skip
def test_a_plan_says_what_who_and_when(changed, words):
    """Source: CoP 6.48; CFA 2014, s.43."""
    assert told(plan_lacks(replace(PLANNED, **changed), TODAY)) == words


def test_do_says_what_nobody_accounted_for_and_waits_for_nobody():
    books = {
        "Phonics": ledger(entitled=360, delivered=270, missed={"closed": 30}),
        "Talk": ledger(entitled=60, delivered=60),
    }

    found = do_lacks(books, ["Swimming"])

    assert told(found) == [
        "(Swimming has not begun.)",
        "(Phonics: 60 of 360 minutes are not accounted for. Log them, or say why they fell out.)",
    ]
    assert can_be_agreed(found)


def test_do_without_anything_begun_can_not_be_agreed():
    found = do_lacks({}, ["Swimming"])

    assert told(found) == ["No provision of this plan has begun.", "(Swimming has not begun.)"]
    assert not can_be_agreed(found)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"on": None}, ["Enter the day of the review."]),
        ({"on": REVIEW}, ["The review is on 18/12/2026: agree it then."]),
        ({"present": []}, ["Write down who took part."]),
        ({"learner": Voice()}, ["Ask the learner, or write down the day on which they were asked."]),
        ({"results": {"Outcome 1": False}}, ["(Outcome 1 has no result.)"]),
        ({"decided": {"Phonics": Decided(7, "exit")}}, ["Phonics: give the reason for “Exit”."]),
        ({"for_learner": ""}, ["Decide about the learner: carry on, step up, specialist, assessment or step down."]),
        ({"reason": ""}, ["Say why it was decided so for the learner."]),
        ({"next_on": None}, ["Set the day of the next review."]),
        ({"next_on": None, "for_learner": "step_down"}, ["(Set the day of the next review.)"]),
        ({"next_on": TODAY}, ["The next review has to be later than this one."]),
        ({"on": None, "next_on": TODAY}, ["Enter the day of the review."]),
    ],
)
def test_a_review_decides_everything_with_its_reason(changed, words):
    assert told(review_lacks(replace(REVIEWED, **changed), TODAY)) == words


@pytest.mark.parametrize(
    ("stage", "agreed", "why"),
    [
        ("assess", [], ""),
        ("plan", [], "Agree Assess first: Plan looks back on it."),
        ("do", ["assess"], "Agree Plan first: Do looks back on it."),
        ("review", ["plan"], "Agree Assess first: Review looks back on it."),
        ("review", ["assess", "plan"], ""),
    ],
)
def test_stages_follow_each_other_and_nobody_has_to_agree_do(stage, agreed, why):
    assert why_not_now(stage, agreed) == why


@given(some.lists(some.sampled_from(list(STAGES)), max_size=4), some.sampled_from(list(STAGES)))
def test_agreeing_more_never_shuts_a_stage(agreed, more):
    for stage in STAGES:
        assert not (why_not_now(stage, [*agreed, more]) and not why_not_now(stage, agreed))


@given(some.lists(some.builds(Lack, some.just("…"), some.booleans()), max_size=5))
def test_one_thing_in_the_way_is_enough(lacks):
    assert can_be_agreed([*lacks, Lack("More.")]) is False
    assert can_be_agreed([*lacks, Lack("More.", blocks=False)]) is can_be_agreed(lacks)
