"""What became of a group: middle, spread, shares, effect, cost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.impact.ages import ratio_gain
from reviews.impact.change import BETTER, INSIDE, UNKNOWN, WORSE
from reviews.impact.cohort import (
    SMALLEST,
    Value,
    cohort,
    cost_per_hour,
    cost_per_learner_better,
    effect_size,
    median,
    quantile,
    too_few,
)
from reviews.impact.strength import Level

SCORES = some.integers(-60, 60).map(Decimal)
GAINS = some.lists(some.tuples(SCORES, some.sampled_from([BETTER, WORSE, INSIDE, UNKNOWN])), max_size=9)
PAIRS = some.lists(some.tuples(SCORES, SCORES), max_size=8)
BEFORE = [Decimal(score) for score in (78, 82, 85, 80, 75, 88)]
AFTER = [Decimal(score) for score in (84, 86, 90, 83, 80, 95)]


def test_the_worked_effect():
    """Source: calculated: Cohen's d of six learners with the pooled SD of both tests."""
    assert effect_size(BEFORE, AFTER) == Decimal("0.99")


@pytest.mark.parametrize(
    ("before", "after"), [([], []), ([Decimal(5)], [Decimal(9)]), ([Decimal(5)] * 3, [Decimal(9)] * 3)]
)
def test_without_a_spread_there_is_no_effect(before, after):
    assert effect_size(before, after) is None


def test_an_effect_is_of_the_same_learners():
    with pytest.raises(ValueError, match="same learners"):
        effect_size(BEFORE, AFTER[1:])


@given(PAIRS, some.sampled_from([2, 10]), some.randoms())
def test_an_effect_has_no_unit_turns_with_its_sign_and_knows_no_order(pairs, times, chance):
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    mixed = chance.sample(pairs, len(pairs))

    found = effect_size(before, after)

    assert effect_size([score * times for score in before], [score * times for score in after]) == found
    assert effect_size([pair[0] for pair in mixed], [pair[1] for pair in mixed]) == found
    turned = effect_size([-score for score in before], [-score for score in after])
    assert turned == (None if found is None else -found)


def test_the_ratio_of_means_is_not_the_middle_of_ratios():
    """Source: Catch Up Literacy publishes 2.74 where its means give 19 ÷ 7 = 2.71: each learner has a ratio."""
    learners = [(Decimal(4), Decimal(4)), (Decimal(18), Decimal(6)), (Decimal(35), Decimal(11))]
    ratios = [ratio_gain(gained, months) for gained, months in learners]

    assert ratio_gain(sum(gained for gained, _ in learners), sum(months for _, months in learners)) == Decimal("2.71")
    assert median(ratios) == Decimal("3.00")


@pytest.mark.parametrize(
    ("values", "quarters"),
    [
        ((5,), (5, 5, 5)),
        ((1, 2), ("1.25", "1.5", "1.75")),
        ((1, 2, 3, 4, 5), (2, 3, 4)),
        ((9, 1, 4, 1), (1, "2.5", "5.25")),
    ],
)
def test_quarters_as_spreadsheets_count_them(values, quarters):
    """Source: QUARTILE.INC of spreadsheets."""
    numbers = [Decimal(value) for value in values]

    found = [quantile(numbers, Decimal(part)) for part in ("0.25", "0.5", "0.75")]

    assert found == [Decimal(quarter) for quarter in quarters]


def test_nothing_has_no_middle():
    with pytest.raises(ValueError, match="no middle"):
        median([])


def test_a_group_with_nobody_says_nothing():
    found = cohort([])

    assert (found.n, found.median, found.between, found.judged, found.share_better) == (0, None, None, 0, None)


def test_a_share_is_of_those_who_can_be_judged():
    found = cohort([(Decimal(14), BETTER), (Decimal(-20), WORSE), (Decimal(3), INSIDE), (Decimal(30), UNKNOWN)])

    assert (found.n, found.judged, found.better, found.worse, found.share_better) == (4, 3, 1, 1, Decimal("33.3"))


@given(GAINS, some.randoms())
def test_the_order_of_learners_changes_nothing(gains, chance):
    assert cohort(chance.sample(gains, len(gains))) == cohort(gains)


@given(GAINS.filter(len), some.sampled_from([2, 7, 12]))
def test_a_group_in_another_unit_or_direction(gains, times):
    turn = {BETTER: WORSE, WORSE: BETTER, INSIDE: INSIDE, UNKNOWN: UNKNOWN}

    one = cohort(gains)
    scaled = cohort([(gain * times, reliable) for gain, reliable in gains])
    turned = cohort([(-gain, turn[reliable]) for gain, reliable in gains])

    assert (scaled.median, scaled.between) == (one.median * times, one.between * times)
    assert (scaled.share_better, scaled.judged) == (one.share_better, one.judged)
    assert (turned.median, turned.lower, turned.upper) == (-one.median, -one.upper, -one.lower)
    assert (turned.better, turned.worse, turned.between) == (one.worse, one.better, one.between)


def test_small_groups_are_hidden_from_those_who_see_no_names():
    assert [too_few(n, False) for n in (0, SMALLEST - 1, SMALLEST)] == [True, True, False]
    assert too_few(1, True) is False


def test_an_hour_costs_what_a_delivered_hour_costs():
    """Source: a group of four at £17.20 an hour, 10 minutes three times a week for 12 weeks, is £103.20."""
    assert cost_per_hour(Decimal("103.20"), 10 * 3 * 12) == Decimal("17.20")
    assert cost_per_hour(Decimal("103.20"), 10 * 3 * 9) == Decimal("22.93")


@pytest.mark.parametrize("level", Level)
def test_a_price_on_weak_evidence_says_so(level):
    group = cohort([(Decimal(14), BETTER), (Decimal(2), INSIDE)])
    weak = {
        Level.CANNOT: "Can't be judged: read it with the reasons beside it.",
        Level.WEAK: "Weak evidence: read it with the reasons beside it.",
    }

    assert cost_per_learner_better(Decimal("103.20"), group, level) == Value(Decimal("103.20"), weak.get(level, ""))


def test_nobody_better_has_no_price():
    assert cost_per_learner_better(Decimal(90), cohort([(Decimal(2), INSIDE)]), Level.STRONG) == Value(None, "")
