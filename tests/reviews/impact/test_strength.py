"""How sure a claim may sound: each reason by itself, all together, and what holds for any."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reviews.impact.change import Result
from reviews.impact.strength import Evidence, Level, Reason, counts_in_words, level_of, longest_away, of_group, strength

STARTS, ENDS = date(2026, 9, 7), date(2026, 12, 11)
FIRST, LAST = Result("r", STARTS, Decimal(80)), Result("r", ENDS, Decimal(96))
WHOLE = Evidence(FIRST, LAST, STARTS, ENDS, Decimal(92), 13, within_error=False)
LEVELS = some.lists(some.sampled_from(Level), max_size=12)
REASONS = some.lists(some.builds(Reason, some.just("any"), some.just("Any."), some.sampled_from(Level)), max_size=5)


def days(number):
    return timedelta(days=number)


def test_nothing_against_it_is_strong():
    assert strength(WHOLE).words == ("Strong evidence.",)


@pytest.mark.parametrize(
    ("changed", "level", "words"),
    [
        ({"first": None, "within_error": None}, "Can't be judged", [
            "There is no baseline: nobody knows where the learner began.",
            "There is only one result, and one says nothing of change."]),
        ({"last": None, "within_error": None}, "Can't be judged", [
            "There is only one result, and one says nothing of change."]),
        ({"first": None, "last": None, "within_error": None}, "Can't be judged", [
            "There is no baseline: nobody knows where the learner began.", "There is no result yet."]),
        ({"last": replace(LAST, measure="spelling")}, "Can't be judged", [
            "The two results are of different measures, which can't be compared."]),
        ({"last": replace(LAST, strand="Peer problems")}, "Can't be judged", [
            "The two results are of different measures, which can't be compared."]),
        ({"delivered": Decimal("79.9")}, "Can't be judged", [
            "Not enough delivered to judge: 79.9 % of what was owed, and 80 % are needed."]),
        ({"delivered": None}, "Weak evidence", ["Nobody knows how much of it was delivered."]),
        ({"weeks": 5}, "Weak evidence", ["It ran for 5 teaching weeks; fewer than 6 rarely show in a test."]),
        ({"weeks": 1}, "Weak evidence", ["It ran for 1 teaching week; fewer than 6 rarely show in a test."]),
        ({"first": replace(FIRST, on=STARTS - days(22))}, "Moderate evidence", [
            "The first test was taken 22 days before the beginning; within 21 is near enough."]),
        ({"first": replace(FIRST, on=STARTS + days(22))}, "Moderate evidence", [
            "The first test was taken 22 days after the beginning; within 21 is near enough."]),
        ({"last": replace(LAST, on=ENDS + days(40))}, "Moderate evidence", [
            "The last test was taken 40 days after the end; within 21 is near enough."]),
        ({"last": replace(LAST, on=ENDS - days(40)), "goes_on": True}, "Moderate evidence", [
            "The last test was taken 40 days before the day it is judged; within 21 is near enough."]),
        ({"within_error": True}, "Weak evidence", ["The change is inside the measurement error: it may be chance."]),
        ({"within_error": None}, "Moderate evidence", [
            "Nobody entered how exactly this measures, so the change may be chance."]),
        ({"beside": 1}, "Moderate evidence", [
            "Another provision served the same outcome at that time: nobody can say which one helped."]),
        ({"beside": 2}, "Moderate evidence", [
            "2 other provisions served the same outcome at that time: nobody can say which one helped."]),
        ({"away": 2}, "Moderate evidence", ["The learner was away for 2 teaching weeks in a row."]),
        ({"soon": "Too soon."}, "Weak evidence", ["Too soon."]),
    ],
)  # fmt: skip
def test_each_reason_weakens_a_claim_and_says_so(changed, level, words):
    """Source: docs/domain.md, "Impact": the list of reasons."""
    assert strength(replace(WHOLE, **changed)).words == (f"{level}.", *words)


@pytest.mark.parametrize(
    "changed",
    [
        {"delivered": Decimal(80)},
        {"weeks": 6},
        {"away": 1},
        {"first": replace(FIRST, on=STARTS - days(21)), "last": replace(LAST, on=ENDS + days(21))},
        {"first": replace(FIRST, on=STARTS + days(21)), "last": replace(LAST, on=ENDS - days(21))},
    ],
)
def test_the_bounds_themselves_are_enough(changed):
    assert strength(replace(WHOLE, **changed)).words == ("Strong evidence.",)


def test_what_was_hardly_delivered_is_said_before_anything_else_that_voids_a_claim():
    found = strength(replace(WHOLE, first=None, delivered=Decimal("40.0"), within_error=None))

    assert [reason.key for reason in found.reasons] == ["delivered", "baseline", "one_point"]


def test_the_hardest_reason_comes_first_and_none_is_left_out():
    found = strength(replace(WHOLE, weeks=4, away=3, beside=1, within_error=True, last=replace(LAST, measure="s")))

    assert [reason.key for reason in found.reasons] == ["measures", "weeks", "error", "away", "beside"]
    assert found.level is Level.CANNOT


def test_two_reasons_that_each_leave_it_moderate_make_it_weak():
    assert strength(replace(WHOLE, away=2, beside=1)).level is Level.WEAK


CHANGES = [
    {"first": None}, {"last": None}, {"last": replace(LAST, measure="spelling")}, {"delivered": Decimal(60)},
    {"delivered": None}, {"weeks": 3}, {"first": replace(FIRST, on=STARTS - days(60))}, {"within_error": True},
    {"within_error": None}, {"beside": 1}, {"away": 4}, {"soon": "Too soon."},
]  # fmt: skip


@given(some.lists(some.sampled_from(CHANGES), max_size=4), some.sampled_from(CHANGES))
def test_one_more_thing_against_it_never_makes_a_claim_of_whole_evidence_stronger(several, more):
    known = WHOLE
    for change in several:
        known = replace(known, **change)
    weaker = replace(
        known, **{name: value for name, value in more.items() if getattr(known, name) == getattr(WHOLE, name)}
    )

    assert strength(weaker).level <= strength(known).level


@given(REASONS, some.sampled_from(Level), some.randoms())
def test_another_reason_never_raises_the_level_and_their_order_changes_nothing(reasons, most, chance):
    assert level_of([*reasons, Reason("more", "More.", most)]) <= level_of(reasons)
    assert level_of(chance.sample(reasons, len(reasons))) == level_of(reasons)


@given(some.integers(2, 12))
def test_the_unit_of_the_results_changes_nothing(times):
    scaled = replace(
        WHOLE, first=replace(FIRST, value=FIRST.value * times), last=replace(LAST, value=LAST.value * times)
    )

    assert strength(scaled) == strength(WHOLE)


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ("", Level.CANNOT),
        ("SSSS", Level.STRONG),
        ("SSSSC", Level.STRONG),
        ("SSSCC", Level.WEAK),
        ("SSMMC", Level.MODERATE),
        ("SMMWW", Level.WEAK),
        ("WWW", Level.WEAK),
        ("WWWC", Level.CANNOT),
        ("SMCC", Level.WEAK),
        ("SMCCC", Level.CANNOT),
    ],
)
def test_a_group_is_as_sure_as_four_in_five_of_its_claims(levels, level):
    names = {"S": Level.STRONG, "M": Level.MODERATE, "W": Level.WEAK, "C": Level.CANNOT}

    assert of_group([names[letter] for letter in levels]) is level


@given(LEVELS.filter(len), some.randoms())
def test_another_weak_claim_never_makes_a_group_stronger(levels, chance):
    for weak in (Level.WEAK, Level.CANNOT):
        assert of_group([*levels, weak]) <= of_group(levels)
    assert of_group([*levels, Level.STRONG]) >= of_group(levels)
    assert of_group(chance.sample(levels, len(levels))) == of_group(levels)
    assert of_group(levels) <= max(levels)


def test_a_group_says_how_many_claims_are_how_strong():
    assert counts_in_words([Level.CANNOT, Level.STRONG, Level.STRONG]) == "strong evidence: 2, can't be judged: 1"
    assert counts_in_words([]) == ""


@pytest.mark.parametrize(
    ("weeks", "longest"),
    [
        ([], 0),
        ([None], 0),
        ([True, True], 0),
        ([False], 1),
        ([False, None, False], 2),
        ([False, False, True, False], 2),
    ],
)
def test_a_week_in_which_nothing_took_place_ends_no_absence(weeks, longest):
    assert longest_away(weeks) == longest
