"""Going from one set of tiers to the other on a day, and back: the past keeps what it was."""

from datetime import date, timedelta

import pytest

from interventions.actions import undoing
from interventions.actions.provisions import change_provision
from interventions.actions.tiers import (
    Choice,
    MovedMeanwhile,
    apply_due,
    apply_plan,
    cancel_plan,
    change_tier_set,
    choice_of,
)
from interventions.models import Intervention, MapChange, Placement, Provision, TierMove, TierPlan
from interventions.tier_rules import SUGGESTED, seal
from interventions.tier_things import things_of
from provisionmap.school.access import NotAllowed
from provisionmap.school.actions.school import change_tiers
from provisionmap.school.models import LAYERS, WAVES, AuditEvent, School, TierLabel
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    InterventionFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY, LATER = date(2026, 11, 23), date(2026, 11, 22), date(2027, 1, 4)
RULES = {1: "1", 2: "2", 3: SUGGESTED}


@pytest.fixture
def by():
    return member(Role.SENCO)


def go(by, on=TODAY, to="layers", rules=None, by_hand=None, seen=None, today=TODAY):
    choice = Choice(to, on, RULES if rules is None else rules, by_hand or {})
    school = School.objects.get(pk=by.school.pk)
    seen = seal(things_of(school, on)) if seen is None else seen
    return change_tier_set(school=school, choice=choice, seen=seen, today=today, by=by)


def placed(by, tier, learners=1, **fields):
    provision = ProvisionFactory(school=by.school, tier=tier, **fields)
    return PlacementFactory.create_batch(learners, provision=provision, learner__school=by.school)[0]


def tiers_on(day):
    return dict(Placement.objects.with_tier(day).values_list("pk", "tier_then"))


def counts(by, day):
    """Placements under each of the school's tiers of that day."""
    labels = School.objects.get(pk=by.school.pk).tiers_on(day)
    then = list(tiers_on(day).values())
    return {label: then.count(code) for code, label in labels.items()}


def test_the_past_keeps_its_tiers_and_names_and_totals_agree(by):
    group, single = placed(by, 3, learners=4), placed(by, 3)
    first, second = placed(by, 1), placed(by, 2)

    plan = go(by)

    assert counts(by, YESTERDAY) == {"Wave 1": 1, "Wave 2": 1, "Wave 3": 5}
    assert counts(by, TODAY) == {"Universal": 1, "Targeted": 1, "Targeted Plus": 4, "Specialist": 1}
    assert tiers_on(TODAY)[single.pk] == 4
    assert tiers_on(YESTERDAY)[single.pk] == 3
    assert list(TierMove.objects.values_list("provision", "on", "old", "new")) == [(single.provision_id, TODAY, 3, 4)]
    assert set(Provision.objects.filter(tier__lt=4).values_list("version", flat=True)) == {1}
    assert {group.provision.tier, first.provision.tier, second.provision.tier} == {1, 2, 3}
    assert (plan.state, plan.change.kind) == ("applied", "tiers")
    assert plan.change.words.startswith("Changed the tiers to Universal")


def test_by_hand_and_by_rule_and_the_library(by):
    InterventionFactory(school=by.school, name="Counselling", tier=3, group_max=1)
    entry = InterventionFactory(school=by.school, name="Booster", tier=3, group_max=6)
    hand, rule = placed(by, 3), placed(by, 3, learners=2)

    go(by, rules={1: "1", 2: "2", 3: "4"}, by_hand={f"p{hand.provision_id}": 3, f"e{entry.pk}": 2})

    assert tiers_on(TODAY) == {hand.pk: 3, **{row.pk: 4 for row in rule.provision.placements.all()}}
    assert dict(Intervention.objects.values_list("name", "tier")) == {"Counselling": 4, "Booster": 2}


def test_there_and_back_on_two_days(by):
    one = placed(by, 3)
    go(by, on=date(2026, 10, 1))

    go(by, to="waves", rules={4: "3"})

    assert [tiers_on(day)[one.pk] for day in (date(2026, 9, 30), date(2026, 10, 1), YESTERDAY, TODAY)] == [3, 4, 4, 3]
    assert counts(by, YESTERDAY)["Specialist"] == 1
    assert counts(by, TODAY) == {"Wave 1": 0, "Wave 2": 0, "Wave 3": 1}
    assert by.school.tiers_on(date(2026, 9, 30)) == WAVES
    assert by.school.tiers_on(YESTERDAY) == LAYERS


def test_what_ended_goes_by_the_rule_and_shows_its_old_tier_on_its_days(by):
    gone = placed(by, 3, ends=date(2026, 10, 16))
    Placement.objects.update(ends=date(2026, 10, 16))
    DelivererFactory(provision=gone.provision, role="therapist")
    fresh = ProvisionFactory(school=by.school, tier=3, starts=TODAY)

    go(by, rules={1: "1", 2: "2", 3: "4"})

    assert set(Provision.objects.values_list("tier", flat=True)) == {4}
    assert Placement.objects.with_last_tier().get().tier_then == 3
    assert [Provision.objects.with_tier(day).get(pk=gone.provision_id).tier_then for day in (YESTERDAY, TODAY)] == [
        3,
        4,
    ]
    assert not TierMove.objects.filter(provision=fresh).exists()


def test_a_placement_that_runs_on_shows_the_tier_of_today(by):
    one = placed(by, 3)
    PlacementFactory(learner__school=by.school, provision=one.provision, ends=None)

    go(by, rules={3: "4"})

    assert set(Placement.objects.with_last_tier().values_list("tier_then", flat=True)) == {4}


def test_taken_back_everything_is_as_before(by):
    InterventionFactory(school=by.school, name="Booster", tier=3, group_max=1)
    one = placed(by, 3)
    plan = go(by)

    undoing.undo_change(change=plan.change, by=by)

    school = School.objects.get(pk=by.school.pk)
    assert (school.tier_set, school.tiers_on(TODAY)) == ("waves", WAVES)
    assert (tiers_on(TODAY), Intervention.objects.get().tier) == ({one.pk: 3}, 3)
    assert not TierMove.objects.exists()
    assert not TierLabel.objects.exists()
    assert Intervention.objects.get().archived_at is None
    assert go(by).state == "applied"  # and it can be done again


def test_own_names_come_back_when_it_is_taken_back(by):
    change_tiers(school=by.school, tier_set="waves", labels={1: "Everyone"}, starts=TODAY, seen=1, by=by)
    placed(by, 3)
    plan = go(by)
    assert by.school.tiers_on(TODAY)[1] == "Universal"

    undoing.undo_change(change=plan.change, by=by)

    assert by.school.tiers_on(TODAY) == {1: "Everyone", 2: "Wave 2", 3: "Wave 3"}


def test_a_name_that_is_the_new_one_already_stays(by):
    change_tiers(school=by.school, tier_set="waves", labels={2: "Targeted"}, starts=TODAY, seen=1, by=by)
    placed(by, 3)

    plan = go(by)

    kept = TierLabel.objects.get(code=2, starts=TODAY)
    assert kept.label == "Targeted"
    assert not kept.history.filter(history_change_reason=plan.change.reason).exists()


def test_entries_of_one_name_can_change_places_and_come_back(by):
    lower = InterventionFactory(school=by.school, name="Phonics", tier=2)
    upper = InterventionFactory(school=by.school, name="Phonics", tier=3)

    plan = go(by, rules={2: "3", 3: "2"})

    assert dict(Intervention.objects.values_list("pk", "tier")) == {lower.pk: 3, upper.pk: 2}
    assert set(Intervention.objects.values_list("archived_at", "version")) == {(None, 2)}
    undoing.undo_change(change=plan.change, by=by)
    assert dict(Intervention.objects.values_list("pk", "tier")) == {lower.pk: 2, upper.pk: 3}


def test_entries_of_one_name_do_not_meet_in_one_tier(by):
    InterventionFactory(school=by.school, name="Phonics", tier=2)
    InterventionFactory(school=by.school, name="Phonics", tier=3)

    with pytest.raises(NotAllowed, match="two entries in one tier called Phonics"):
        go(by, rules={2: "2", 3: "2"})

    assert not MapChange.objects.exists()
    assert not TierPlan.objects.exists()


def test_what_was_made_in_the_new_tiers_stands_in_the_way_of_the_old(by):
    one = placed(by, 2)
    plan = go(by)
    ProvisionFactory(school=by.school, tier=4)
    change_provision(provision=one.provision, changes={"tier": 4}, deliverers=None, seen=1, by=by)

    with pytest.raises(undoing.MovedOn, match="2 records were added"):
        undoing.undo_change(change=plan.change, by=by)

    assert School.objects.get(pk=by.school.pk).tier_set == "layers"


def test_who_may_not_set_may_neither_change_nor_cancel_nor_take_back(by):
    placed(by, 3)
    assistant = member(Role.SENCO_ASSISTANT, by.school)
    with pytest.raises(NotAllowed, match="Ask your SENCO"):
        go(assistant)
    plan = go(by, on=LATER)
    with pytest.raises(NotAllowed, match="Ask your SENCO"):
        cancel_plan(plan=plan, by=assistant)
    apply_due(LATER)

    with pytest.raises(NotAllowed, match="Ask your SENCO"):
        undoing.undo_change(change=MapChange.objects.get(), by=assistant)


def test_a_stale_preview_changes_nothing(by):
    one = placed(by, 3, name="Signing")
    seen = seal(things_of(by.school, TODAY))
    change_provision(provision=one.provision, changes={"place": "Hall"}, deliverers=None, seen=1, by=by)

    with pytest.raises(MovedMeanwhile) as moved:
        go(by, seen=seen)

    assert moved.value.names == ["Signing"]
    assert not TierPlan.objects.exists()


class TestPlanned:
    def test_a_later_day_waits_and_is_applied_once(self, by):
        one = placed(by, 3)
        plan = go(by, on=LATER)
        assert (plan.state, tiers_on(TODAY), by.school.tiers_on(LATER)) == ("planned", {one.pk: 3}, WAVES)
        assert choice_of(plan) == Choice("layers", LATER, RULES, {})

        assert [apply_due(day) for day in (LATER - timedelta(days=1), LATER, LATER)] == [0, 1, 0]

        plan.refresh_from_db()
        assert plan.state == "applied"
        assert (counts(by, LATER)["Specialist"], by.school.tiers_on(LATER - timedelta(days=1))) == (1, WAVES)

    def test_what_was_started_meanwhile_goes_by_the_rules(self, by):
        go(by, on=LATER)
        one = placed(by, 3)

        apply_due(LATER)

        assert Provision.objects.get(pk=one.provision_id).tier == 4

    def test_one_that_cannot_be_applied_says_why_and_stays(self, by):
        go(by, on=LATER, rules={2: "3", 3: "3"})
        InterventionFactory(school=by.school, name="Phonics", tier=2)
        InterventionFactory(school=by.school, name="Phonics", tier=3)

        assert apply_due(LATER) == 0

        plan = TierPlan.objects.get()
        assert plan.state == "planned"
        assert "called Phonics" in plan.trouble

    def test_cancelled_it_is_never_applied_and_another_can_be_planned(self, by):
        plan = go(by, on=LATER)
        with pytest.raises(NotAllowed, match="planned for 04/01/2027 already"):
            go(by, on=LATER)

        cancel_plan(plan=plan, by=by)

        assert apply_due(LATER) == 0
        with pytest.raises(NotAllowed, match="no longer planned"):
            cancel_plan(plan=plan, by=by)
        assert go(by, on=LATER).state == "planned"

    def test_a_plan_that_somebody_took_first_is_left_alone(self, by):
        plan = go(by, on=LATER)
        apply_due(LATER)

        assert apply_plan(plan.pk) == 0

        assert MapChange.objects.count() == 1


@pytest.mark.parametrize(
    ("to", "on", "why"),
    [
        ("waves", TODAY, "already. Choose the other set"),
        ("layers", date(2028, 1, 1), "within a year"),
        ("layers", date(2026, 9, 30), "on 01/10/2026. Choose that day"),
    ],
)
def test_days_and_sets_that_make_no_sense_are_refused(by, to, on, why):
    TierLabel.objects.create(school=by.school, code=1, label="Everyone", starts=date(2026, 10, 1))

    with pytest.raises(NotAllowed, match=why):
        go(by, to=to, on=on)


def test_a_tier_changed_by_hand_counts_from_today(by):
    one, fresh = placed(by, 2), ProvisionFactory(school=by.school, starts=TODAY)

    for row in (one.provision, fresh):
        change_provision(provision=row, changes={"tier": 3}, deliverers=None, seen=1, by=by)

    assert (tiers_on(YESTERDAY), tiers_on(TODAY)) == ({one.pk: 2}, {one.pk: 3})
    assert TierMove.objects.count() == 1
    undoing.undo_change(change=MapChange.objects.earliest("pk"), by=by)
    assert (tiers_on(YESTERDAY), TierMove.objects.count()) == ({one.pk: 2}, 0)


def test_other_schools_keep_theirs(by):
    placed(by, 3)
    other = PlacementFactory(provision__tier=3, learner__school=SchoolFactory())

    go(by, rules={3: "4"})

    assert Provision.objects.get(pk=other.provision_id).tier == 3


def test_the_trail_says_which_set(by):
    placed(by, 3)

    go(by)

    assert AuditEvent.objects.get(verb="school.tiers").changes["tier_set"] == ["waves", "layers"]
    assert AuditEvent.objects.filter(verb="map.tiers").count() == 1


def test_plans_and_moves_are_read_in_words(by):
    one = placed(by, 3)
    plan = go(by)

    assert str(plan) == "Tiers from 23/11/2026"
    assert str(TierMove.objects.get(provision=one.provision)) == "3 to 4 on 23/11/2026"
    assert list(TierPlan.objects.visible_to(by)) == [plan]
    assert not TierPlan.objects.visible_to(member(Role.HEAD, by.school)).exists()


@pytest.mark.parametrize("many", [1, 30])
def test_applying_costs_the_same_for_one_and_for_thirty(by, many, django_assert_num_queries):
    for _ in range(many):
        placed(by, 3)
        InterventionFactory(school=by.school, tier=3, group_max=1)
    seen = seal(things_of(by.school, TODAY))

    with django_assert_num_queries(35):
        go(by, seen=seen)
