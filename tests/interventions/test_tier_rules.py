"""From waves to layers and back: where each goes, and that nothing is lost or counted twice."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions import tier_rules
from interventions.tier_rules import (
    SUGGESTED,
    Tally,
    Thing,
    doubles,
    flow,
    lands_on,
    moved_since,
    seal,
    tally,
    tally_by,
)

TIERS = st.integers(1, 4)
PLACES = st.lists(st.integers(1, 9), max_size=5).map(tuple)
ROLES = st.frozensets(st.sampled_from(["ta", "teacher", "therapist", "specialist"]))
THINGS = st.lists(
    st.builds(
        Thing, key=st.integers(1, 999).map("p{}".format), name=st.sampled_from("ABC"), tier=TIERS,
        places=PLACES, roles=ROLES, most=st.none() | st.integers(1, 6),
    ),
    unique_by=lambda one: one.key, max_size=12,
)  # fmt: skip
RULES = st.fixed_dictionaries({3: st.sampled_from(["1", "2", "3", "4", SUGGESTED])}, optional={1: st.just("2")})


def test_the_examples_in_the_rules_are_true():
    assert doctest.testmod(tier_rules).failed == 0


@pytest.mark.parametrize(
    ("thing", "why"),
    [
        (Thing("p1", "A", 3, roles=frozenset({"specialist"})), "delivered by a specialist teacher"),
        (Thing("p1", "A", 3, roles=frozenset({"therapist", "ta"}), places=(1, 2)), "delivered by a therapist"),
        (Thing("p1", "A", 3, places=(1,)), "one-to-one"),
        (Thing("p1", "A", 3, places=(1, 2), most=1), "one-to-one"),  # seen one after another
        (Thing("p1", "A", 3, places=(1,), most=4), ""),  # a group with one learner so far
        (Thing("p1", "A", 3), ""),
        (Thing("e1", "A", 3, most=1), "one-to-one"),
    ],
)
def test_wave_3_looks_like_specialist_for_a_reason(thing, why):
    assert tier_rules.reason_for_specialist(thing) == why


def test_a_tier_without_a_rule_stays():
    assert lands_on(Thing("p1", "A", 2), {3: "4"}, {}) == 2


@given(THINGS, RULES)
def test_totals_are_equal_in_both_views(things, rules):
    before = {thing.key: thing.tier for thing in things}
    after = {thing.key: lands_on(thing, rules, {}) for thing in things}

    old, new = (tally_by(things, tiers, range(1, 5)) for tiers in (before, after))

    for name in ("provisions", "placements"):
        assert sum(getattr(one, name) for one in old.values()) == sum(getattr(one, name) for one in new.values())
    moves = flow(things, after)
    for tier in range(1, 5):
        assert sum(many for (was, _), many in moves.items() if was == tier) == old[tier].placements
        assert sum(many for (_, becomes), many in moves.items() if becomes == tier) == new[tier].placements


@given(THINGS, RULES)
def test_by_hand_beats_every_rule(things, rules):
    by_hand = {thing.key: 1 for thing in things}

    assert {lands_on(thing, rules, by_hand) for thing in things} <= {1}


@given(THINGS)
def test_there_and_back_gives_the_waves_again(things):
    waves = [Thing(one.key, one.name, min(one.tier, 3), places=one.places, roles=one.roles) for one in things]
    layers = {one.key: lands_on(one, {3: SUGGESTED}, {}) for one in waves}
    there = [Thing(one.key, one.name, layers[one.key]) for one in waves]

    back = {one.key: lands_on(one, {4: "3"}, {}) for one in there}

    assert back == {one.key: one.tier for one in waves}


def test_entries_and_what_ended_count_for_nothing():
    things = [Thing("e1", "A", 1), Thing("p1", "B", 1, places=(1,), rests=True), Thing("p2", "C", 1, places=(1, 2, 1))]

    assert tally(things) == Tally(1, 3, 2)


def test_an_archived_entry_shares_its_name_with_nobody():
    things = [Thing("e1", "A", 3), Thing("e2", "A", 4, rests=True), Thing("p1", "A", 3), Thing("p2", "A", 3)]

    assert doubles(things, dict.fromkeys(["e1", "e2", "p1", "p2"], 3)) == []


@given(THINGS)
def test_what_did_not_change_has_not_moved(things):
    assert moved_since(seal(things), things) == []


def test_what_came_changed_or_went_has_moved():
    seen = seal([Thing("p1", "Gone", 1), Thing("p2", "Gone too", 1), Thing("p3", "Changed", 1)])

    assert moved_since(seen, [Thing("p3", "Changed", 1, version=2), Thing("p4", "Came", 1)]) == [
        "Came", "Changed", "2 that are gone",
    ]  # fmt: skip
