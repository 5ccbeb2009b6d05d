"""What a review asks before it decides: about delivery first, and never what to decide."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.decisions import PLACEMENT
from reviews.impact.change import BETTER, INSIDE, UNKNOWN, WORSE
from reviews.impact.prompt import AHEAD, BEHIND, BETWEEN, OPEN, UNDELIVERED, prompt
from reviews.impact.strength import Level, Reason, Strength
from reviews.impact.trend import AROUND, BEYOND, FEW, SHORT

SHARES = some.none() | some.decimals(0, 150, places=1)
STANDINGS = some.sampled_from([BEYOND, SHORT, AROUND, FEW])
WORTHS = some.sampled_from([BETTER, WORSE, INSIDE, UNKNOWN])
STRENGTHS = some.sampled_from(Level).map(lambda level: Strength(level, ()))


def asked(delivered, standing, reliable, level=Level.STRONG):
    return prompt(None if delivered is None else Decimal(delivered), standing, reliable, Strength(level, ()))


@pytest.mark.parametrize(
    ("delivered", "standing", "reliable", "level", "situation"),
    [
        ("79.9", SHORT, WORSE, Level.STRONG, UNDELIVERED),
        ("40", BEYOND, BETTER, Level.CANNOT, UNDELIVERED),
        ("90", SHORT, WORSE, Level.CANNOT, OPEN),
        (None, SHORT, WORSE, Level.CANNOT, OPEN),
        ("80", BEYOND, UNKNOWN, Level.WEAK, AHEAD),
        ("90", FEW, BETTER, Level.STRONG, AHEAD),
        ("90", BEYOND, BETTER, Level.STRONG, AHEAD),
        ("90", SHORT, INSIDE, Level.MODERATE, BEHIND),
        (None, AROUND, WORSE, Level.WEAK, BEHIND),
        ("90", SHORT, BETTER, Level.STRONG, BETWEEN),  # line and change disagree: neither leads
        ("90", BEYOND, WORSE, Level.STRONG, BETWEEN),
        ("90", AROUND, INSIDE, Level.STRONG, BETWEEN),
        ("90", FEW, UNKNOWN, Level.MODERATE, BETWEEN),
    ],
)
def test_the_situation_of_a_placement(delivered, standing, reliable, level, situation):
    """Source: the four-point rule (NextPath); delivery is looked at before results."""
    assert asked(delivered, standing, reliable, level).situation == situation


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        (None, "How often did it take place, and was it done as it is meant to be?"),
        ("68.4", "68.4 % of what was owed was delivered, too little to judge. What kept it from happening?"),
        ("92.0", "92.0 % of what was owed was delivered. Was it done as it is meant to be, by somebody trained?"),
    ],
)
def test_delivery_is_asked_about_first(delivered, words):
    assert asked(delivered, SHORT, WORSE).questions[0].words == words


def test_what_was_noticed_comes_with_every_reason():
    reasons = (Reason("weeks", "It ran for 4 teaching weeks.", Level.WEAK),)

    found = prompt(Decimal(90), SHORT, INSIDE, Strength(Level.WEAK, reasons))

    assert found.noticed == (
        "The last four results all fall short of the aim line.",
        "From the first to the last result: inside the measurement error.",
        "Weak evidence.",
        "It ran for 4 teaching weeks.",
    )
    assert found.questions[1].words == "What would have to be known to decide with more certainty?"


def test_sure_evidence_is_not_asked_about():
    assert [one.about for one in asked("90", AROUND, UNKNOWN).questions] == ["delivery", *PLACEMENT]
    assert asked("90", AROUND, UNKNOWN).noticed == (
        "The last four results lie around the aim line.",
        "Strong evidence.",
    )


@given(SHARES, STANDINGS, WORTHS, STRENGTHS)
def test_all_four_decisions_are_asked_about_in_the_same_order_and_none_is_recommended(
    delivered, standing, reliable, evidence
):
    found = prompt(delivered, standing, reliable, evidence)

    assert [one.about for one in found.questions if one.about in PLACEMENT] == list(PLACEMENT)
    assert found.questions[0].about == "delivery"
    for one in found.questions:
        assert one.words.endswith("?")
        assert not {"should", "must", "recommend", "working"} & set(one.words.lower().strip("?").split())


@given(some.decimals(0, "79.9", places=1), STANDINGS, WORTHS, STRENGTHS)
def test_where_too_little_was_delivered_no_result_changes_a_question_about_a_decision(
    delivered, standing, reliable, evidence
):
    found = prompt(delivered, standing, reliable, evidence)

    about = [one for one in found.questions if one.about in PLACEMENT]
    assert about == [one for one in asked("0", FEW, UNKNOWN).questions if one.about in PLACEMENT]
