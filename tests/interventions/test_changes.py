"""Changes of several records: kept under one reason, taken back whole or not at all."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interventions.actions import changes, tiers, undoing
from interventions.actions.placements import change_placement
from interventions.actions.provisions import Delivery, Plan, change_provision, end_provision, start_provision
from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision
from learners.models import Grant, Learner
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent, TierLabel
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return member(Role.SENCO)


@pytest.fixture
def change(by):
    return changes.open_change(school=by.school, kind="bulk", words="Changed 2 placements", by=by)


def started(by, learners=2):
    ta = member(Role.TEACHING_ASSISTANT, by.school)
    plan = Plan(name="Booster", tier=2, area="cognition", starts=date(2026, 9, 7), ends=date(2027, 7, 20))
    return start_provision(
        school=by.school, plan=plan, deliverers=[Delivery(user=ta)],
        learners=LearnerFactory.create_batch(learners, school=by.school), by=by,
    )  # fmt: skip


def test_a_start_taken_back_leaves_nothing_but_its_history(by):
    provision = started(by)

    undone = undoing.undo_change(change=MapChange.objects.get(), by=by)

    counts = [model.objects.count() for model in (Provision, Deliverer, Placement, Grant)]
    assert counts == [0, 0, 0, 0]
    assert (undone.undone_by, undone.undone_at is None) == (by, False)
    assert list(Placement.history.values_list("history_type", "history_change_reason")) == [
        ("-", f"undo-set:{undone.pk}"), ("-", f"undo-set:{undone.pk}"), ("+", undone.reason), ("+", undone.reason),
    ]  # fmt: skip
    assert Provision.history.filter(id=provision.pk).count() == 2
    assert AuditEvent.objects.filter(verb="map.undo", target_id=undone.pk).count() == 1


def test_taking_back_takes_the_provision_before_its_placements_as_every_other_act_does(by):
    """In the other order two people who act at once wait for each other, until the database ends one of them."""
    started(by)

    with CaptureQueriesContext(connection) as done:
        undoing.undo_change(change=MapChange.objects.get(), by=by)

    told = [re.match(r'SELECT.*? FROM "interventions_(provision|placement)"', one["sql"]) for one in done]
    assert next(one[1] for one in told if one) == "provision"


def test_an_end_taken_back_gives_every_placement_its_own_last_day(by):
    provision = ProvisionFactory(school=by.school)
    long = PlacementFactory(provision=provision, learner__school=by.school)
    short = PlacementFactory(provision=provision, learner__school=by.school, ends=date(2026, 12, 18))
    end_provision(provision=provision, on=date(2026, 11, 27), seen=1, by=by)

    undoing.undo_change(change=MapChange.objects.get(), by=by)

    assert dict(Placement.objects.values_list("pk", "ends")) == {
        long.pk: date(2027, 7, 20),
        short.pk: date(2026, 12, 18),
    }
    assert Provision.objects.get().ends == date(2027, 7, 20)
    assert set(Placement.objects.values_list("version", flat=True)) == {3}


def test_adults_that_were_replaced_come_back(by):
    provision = ProvisionFactory(school=by.school)
    old = DelivererFactory(provision=provision, user=member(Role.TEACHING_ASSISTANT, by.school), adults=2)
    PlacementFactory(provision=provision, learner__school=by.school)
    change_provision(provision=provision, changes={}, deliverers=[Delivery(name="Therapist")], seen=1, by=by)

    undoing.undo_change(change=MapChange.objects.get(), by=by)

    assert list(Deliverer.objects.values_list("pk", "user", "adults")) == [(old.pk, old.user_id, 2)]
    assert list(Grant.ever.values_list("user", flat=True)) == [old.user_id]


def test_a_change_is_taken_back_once(by):
    started(by)
    change = MapChange.objects.get()
    undoing.undo_change(change=change, by=by)

    with pytest.raises(NotAllowed, match="taken back already"):
        undoing.undo_change(change=change, by=by)


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.HEAD, Role.TEACHING_ASSISTANT])
def test_who_may_not_edit_the_map_may_not_take_back(by, role):
    started(by)

    with pytest.raises(NotAllowed):
        undoing.undo_change(change=MapChange.objects.get(), by=member(role, by.school))

    assert Placement.objects.count() == 2
    assert MapChange.objects.get().undone_at is None


def test_a_record_changed_since_keeps_the_whole_from_going_back(by):
    started(by, learners=3)
    for row in Placement.objects.all()[:2]:
        change_placement(placement=row, changes={"sessions": 5}, seen=1, by=by)

    with pytest.raises(undoing.MovedOn) as refused:
        undoing.undo_change(change=MapChange.objects.get(), by=by)

    assert str(refused.value) == (
        "Nothing was taken back: 2 records it touched were changed again since. Put those right first, "
        "or change them by hand."
    )
    assert Placement.objects.count() == 3
    assert MapChange.objects.get().undone_at is None


def test_a_record_changed_there_and_back_does_not_stand_in_the_way(by):
    started(by, learners=1)
    row = Placement.objects.get()
    row = change_placement(placement=row, changes={"sessions": 5}, seen=1, by=by)
    change_placement(placement=row, changes={"sessions": None}, seen=2, by=by)

    undoing.undo_change(change=MapChange.objects.get(), by=by)

    assert not Placement.objects.exists()


def test_what_was_added_since_would_vanish_and_so_stands_in_the_way(by):
    provision = started(by, learners=1)
    PlacementFactory(provision=provision, learner__school=by.school)

    with pytest.raises(undoing.MovedOn, match="1 record was added to what it made"):
        undoing.undo_change(change=MapChange.objects.get(), by=by)


def test_a_record_that_is_gone_stands_in_the_way(by):
    started(by, learners=1)
    Placement.objects.get().delete()

    with pytest.raises(undoing.MovedOn, match="1 record it touched was changed again since"):
        undoing.undo_change(change=MapChange.objects.get(), by=by)


def test_learners_and_library_entries_that_a_change_made_go_with_it(by, change):
    learner = changes.add_rows([LearnerFactory.build(school=by.school)], change=change)[0]
    entry = changes.add_rows([Intervention(school=by.school, name="Booster", tier=2)], change=change)[0]
    provision = changes.add_rows([ProvisionFactory.build(school=by.school, intervention=entry)], change=change)[0]
    changes.add_rows([PlacementFactory.build(learner=learner, provision=provision, school=by.school)], change=change)

    undoing.undo_change(change=change, by=by)

    assert [model.objects.count() for model in (Learner, Intervention, Provision, Placement)] == [0, 0, 0, 0]


def test_what_others_put_on_learners_and_entries_stands_in_the_way(by, change):
    learner = changes.add_rows([LearnerFactory.build(school=by.school)], change=change)[0]
    entry = changes.add_rows([Intervention(school=by.school, name="Booster", tier=2)], change=change)[0]
    PlacementFactory(learner=learner)
    ProvisionFactory(school=by.school, intervention=entry)

    with pytest.raises(undoing.MovedOn, match="2 records were added to what it made"):
        undoing.undo_change(change=change, by=by)


def test_what_came_and_went_within_a_change_stays_gone(by, change):
    row = changes.add_rows([ProvisionFactory.build(school=by.school)], change=change)[0]
    changes.remove_rows([row], change=change)

    undoing.undo_change(change=change, by=by)

    assert not Provision.objects.exists()


def test_nothing_is_written_for_no_rows(change, django_assert_num_queries):
    with django_assert_num_queries(0):
        changes.add_rows([], change=change)
        changes.change_rows([], ["ends"], change=change)
        changes.remove_rows([], change=change)


@pytest.mark.parametrize("many", [1, 30])
def test_taking_back_costs_the_same_for_one_and_for_thirty(by, many, django_assert_num_queries):
    started(by, learners=many)
    change = MapChange.objects.select_related("school", "by").get()

    with django_assert_num_queries(53):
        undoing.undo_change(change=change, by=by)


def test_a_claim_is_for_the_first_who_read_it(by):
    provision = ProvisionFactory(school=by.school)

    assert changes.claim_provision(provision, 1)
    assert not changes.claim_provision(provision, 1)


def test_locks_come_in_one_order(by):
    one, two = PlacementFactory.create_batch(2, learner__school=by.school)

    assert changes.lock_placements([two.pk, one.pk, one.pk]) == [one, two]
    assert changes.lock_provisions([two.provision_id, one.provision_id]) == [one.provision, two.provision]


def test_a_record_whose_beginning_nobody_kept_is_left_as_it_is(by, change):
    row = ProvisionFactory(school=by.school)
    Provision.history.all().delete()
    row.place = "Hall"
    changes.change_rows([row], ["place"], change=change)

    with pytest.raises(undoing.MovedOn):
        undoing.undo_change(change=change, by=by)

    assert Provision.objects.get().place == "Hall"


def test_whether_a_change_can_be_taken_back_is_told_without_doing_it(by):
    started(by, learners=1)
    change = MapChange.objects.get()

    undoing.check_can_undo(change, by)
    with pytest.raises(NotAllowed):
        undoing.check_can_undo(change, member(Role.HEAD, by.school))
    change_placement(placement=Placement.objects.get(), changes={"sessions": 5}, seen=1, by=by)
    with pytest.raises(undoing.MovedOn):
        undoing.check_can_undo(change, by)
    Placement.objects.update(sessions=None)
    undoing.undo_change(change=change, by=by)
    with pytest.raises(NotAllowed, match="taken back already"):
        undoing.check_can_undo(MapChange.objects.get(), by)


def test_who_no_longer_sees_a_learner_does_not_take_back_what_touched_them(by):
    teacher = member(Role.CLASS_TEACHER, by.school)
    change = changes.open_change(school=by.school, kind="bulk", words="Changed 1 placement", by=teacher)
    provision = ProvisionFactory(school=by.school, tier=1)
    learner = LearnerFactory(school=by.school)
    changes.add_rows([PlacementFactory.build(learner=learner, provision=provision, school=by.school)], change=change)

    with pytest.raises(NotAllowed, match="learners or provision that you do not see"):
        undoing.undo_change(change=change, by=teacher)

    assert Placement.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.SENCO, True), (Role.HEAD, True), (Role.CLASS_TEACHER, False), (Role.ADMINISTRATOR, False)]
)
def test_changes_of_the_whole_map_are_seen_by_who_sees_the_whole_map(by, change, role, sees):
    assert list(MapChange.objects.visible_to(member(role, by.school))) == ([change] if sees else [])
    assert list(MapChange.objects.visible_to(member(role))) == []
    assert str(change) == "Changed 2 placements"


def test_names_that_stand_already_are_not_written_again(by, change):
    day = date(2026, 11, 23)

    tiers._rename(by.school, {1: "Everybody"}, day, change)
    names = list(TierLabel.objects.order_by("pk").values_list("code", "starts", "label"))
    tiers._rename(by.school, {1: "Everybody"}, day, change)

    assert list(TierLabel.objects.order_by("pk").values_list("code", "starts", "label")) == names
    assert (1, day, "Everybody") in names
