"""Placing learners, changing and ending placements, and taking the last change back."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from interventions.actions import placements as actions
from interventions.actions.grants import sync_grants
from interventions.actions.provisions import add_learners
from interventions.models import Placement
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import DelivererFactory, LearnerFactory, PlacementFactory, ProvisionFactory, member

pytestmark = pytest.mark.django_db
READS = "Your role reads the map but does not change it. Ask your SENCO to make the change."
TIER_1 = "Class teachers change tier 1 only. Ask your SENCO, who can add or change targeted provision."


@pytest.fixture
def by():
    return member(Role.SENCO)


def undo(by):
    return actions.undo_last(school=by.school, by=by, now=timezone.now())


@pytest.fixture
def placement(by):
    return PlacementFactory(learner__school=by.school)


def test_a_change_is_saved_with_its_history_and_its_trail(placement, by):
    saved = actions.change_placement(placement=placement, changes={"sessions": 5, "outcome": "Reads"}, seen=1, by=by)

    placement.refresh_from_db()
    assert (saved.version, placement.version, placement.sessions, placement.outcome) == (2, 2, 5, "Reads")
    history = placement.history.latest()
    assert (history.sessions, history.history_user, history.history_change_reason) == (5, by, "map")
    event = AuditEvent.objects.get(verb="placement.change")
    assert (event.user_id, event.target_id, event.changes) == (
        by.pk,
        placement.pk,
        {"sessions": [3, 5], "outcome": None},
    )


def test_what_the_same_person_saves_on_another_computer_just_then_is_not_taken_back_unseen(placement, by, monkeypatch):
    actions.change_placement(placement=placement, changes={"sessions": 5}, seen=1, by=by)

    def late(pks):
        there = Placement.objects.get(pk=placement.pk)
        actions.change_placement(placement=there, changes={"outcome": "Reads"}, seen=2, by=by)

    monkeypatch.setattr(actions, "lock_placements", late)

    with pytest.raises(Stale):
        undo(by)

    placement.refresh_from_db()
    assert placement.sessions == 5


def test_who_changes_a_place_that_was_taken_off_meanwhile_is_told_so(placement, by):
    Placement.objects.get(pk=placement.pk).delete()

    with pytest.raises(NotAllowed, match="Somebody took this place off the map meanwhile"):
        actions.change_placement(placement=placement, changes={"sessions": 5}, seen=1, by=by)


def test_a_change_that_changes_nothing_writes_nothing(placement, by):
    actions.change_placement(placement=placement, changes={"sessions": 3}, seen=1, by=by)

    placement.refresh_from_db()
    assert placement.version == 1
    assert placement.history.count() == 1
    assert AuditEvent.objects.count() == 0


def test_the_second_of_two_savers_is_refused_and_sees_the_first_ones_values(placement, by):
    stale = Placement.objects.get(pk=placement.pk)
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)

    for read, seen in ((stale, 1), (placement, 1)):
        with pytest.raises(Stale) as clash:
            actions.change_placement(placement=read, changes={"sessions": 5}, seen=seen, by=by)
        assert (clash.value.current.sessions, clash.value.current.version) == (4, 2)


@pytest.mark.parametrize(
    ("role", "tier", "refusal"),
    [
        (Role.CLASS_TEACHER, 2, TIER_1),
        (Role.TEACHING_ASSISTANT, 1, READS),
        (Role.HEAD, 1, READS),
        (Role.GOVERNOR, 1, READS),
        (Role.ADMINISTRATOR, 1, READS),
    ],
)
def test_who_may_not_change_a_placement_is_told_why(role, tier, refusal):
    by = member(role)
    placement = PlacementFactory(learner__school=by.school, provision__tier=tier, provision__school=by.school)

    with pytest.raises(NotAllowed) as refused:
        actions.change_placement(placement=placement, changes={"sessions": 5}, seen=1, by=by)

    assert str(refused.value) == refusal
    assert Placement.objects.get().sessions == 3


def test_a_class_teacher_changes_tier_1():
    by = member(Role.CLASS_TEACHER)
    placement = PlacementFactory(learner__school=by.school, provision__tier=1, provision__school=by.school)

    assert actions.change_placement(placement=placement, changes={"sessions": 5}, seen=1, by=by).version == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"starts": date(2026, 9, 1)}, "itself starts on 07/09/2026. Change its first day first."),
        ({"ends": date(2027, 7, 31)}, "itself ends on 20/07/2027. Change its last day first."),
        ({"ends": None}, "itself ends on 20/07/2027. Change its last day first."),
    ],
)
def test_days_outside_the_provisions_own_are_refused(placement, by, changes, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        actions.change_placement(placement=placement, changes=changes, seen=1, by=by)


def test_a_learner_has_one_place_in_a_provision_at_a_time(placement, by):
    actions.end_placement(placement=placement, on=date(2026, 10, 2), seen=1, by=by)
    second = actions.place(
        provision=placement.provision,
        learner=placement.learner,
        starts=date(2026, 10, 3),
        ends=date(2027, 7, 20),
        by=by,
    )

    with pytest.raises(NotAllowed, match="another place in this provision"):
        actions.change_placement(placement=placement, changes={"ends": date(2026, 10, 3)}, seen=2, by=by)
    with pytest.raises(NotAllowed, match="another place in this provision"):
        actions.place(
            provision=placement.provision, learner=placement.learner, starts=date(2026, 9, 20), ends=second.ends, by=by
        )


def test_places_without_an_end_meet_too(by):
    placement = PlacementFactory(learner__school=by.school, provision__ends=None, ends=None)

    with pytest.raises(NotAllowed, match="another place in this provision"):
        actions.place(
            provision=placement.provision, learner=placement.learner, starts=date(2027, 1, 4), ends=None, by=by
        )


def test_a_placement_that_has_not_begun_ends_on_its_first_day(by):
    placement = PlacementFactory(learner__school=by.school, starts=date(2026, 12, 1))

    ended = actions.end_placement(placement=placement, on=date(2026, 11, 23), seen=1, by=by)

    assert ended.ends == date(2026, 12, 1)


def test_a_new_place_takes_the_provisions_dose_and_opens_sight_for_its_adults(by):
    ta = member(Role.TEACHING_ASSISTANT, by.school)
    provision = ProvisionFactory(school=by.school, sessions=4, minutes=15)
    DelivererFactory(provision=provision, user=ta)
    learner = LearnerFactory(school=by.school)

    placement = actions.place(
        provision=provision, learner=learner, starts=date(2026, 11, 23), ends=provision.ends, by=by
    )

    assert (placement.sessions, placement.minutes, placement.version) == (4, 15, 1)
    assert list(Grant.ever.values_list("user", "content_object", "starts", "ends")) == [
        (ta.pk, learner.pk, date(2026, 11, 23), date(2027, 7, 20))
    ]
    assert AuditEvent.objects.get().verb == "placement.add"


def test_sight_ends_with_the_placement(by):
    ta = member(Role.TEACHING_ASSISTANT, by.school)
    placement = PlacementFactory(learner__school=by.school)
    DelivererFactory(provision=placement.provision, user=ta)
    sync_grants([placement.provision_id])

    actions.end_placement(placement=placement, on=date(2026, 11, 20), seen=1, by=by)

    assert Grant.ever.get().ends == date(2026, 11, 20)


@pytest.mark.parametrize(
    "days",
    [
        {"ends": date(2026, 10, 30)},
        {"starts": date(2026, 10, 12)},
        {"starts": date(2026, 9, 21), "ends": date(2026, 9, 30)},
        {"starts": date(2026, 9, 7), "ends": date(2026, 9, 8)},
        {"starts": date(2026, 9, 1)},
        {"starts": date(2026, 9, 14), "ends": date(2026, 12, 31)},
    ],
)
@pytest.mark.parametrize("ends", [date(2026, 11, 30), None])
def test_sight_after_days_were_changed_is_what_making_it_anew_would_give(by, days, ends):
    provision = ProvisionFactory(
        school=by.school, starts=date(2026, 9, 1), ends=None, responsible=member(Role.CLASS_TEACHER, by.school)
    )
    for starts, stops in [(None, None), (date(2026, 10, 1), None), (None, date(2026, 9, 25))]:
        user = member(Role.TEACHING_ASSISTANT, by.school)
        DelivererFactory(provision=provision, user=user, starts=starts, ends=stops)
    learner = LearnerFactory(school=by.school)
    one = PlacementFactory(provision=provision, learner=learner, starts=date(2026, 9, 7), ends=ends)
    if ends:
        PlacementFactory(provision=provision, learner=learner, starts=date(2027, 1, 4), ends=None)
    PlacementFactory(provision=provision, learner__school=by.school)
    sync_grants([provision.pk])

    actions.change_placement(placement=one, changes=days, seen=1, by=by)

    rows = Grant.ever.order_by("user", "content_object", "starts").values_list(
        "user", "content_object", "starts", "ends"
    )
    found = list(rows)
    sync_grants([provision.pk])
    assert found == list(rows.all())


def test_a_learner_of_another_school_is_refused(by):
    with pytest.raises(NotAllowed, match="different schools"):
        actions.place(
            provision=ProvisionFactory(school=by.school),
            learner=LearnerFactory(),
            starts=date(2026, 11, 23),
            ends=None,
            by=by,
        )


def test_undo_takes_back_changes_one_after_the_other(placement, by):
    name = f"{placement.provision.name} for {placement.learner.name}"
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)
    actions.change_placement(placement=placement, changes={"sessions": 5}, seen=2, by=by)

    assert undo(by) == actions.Undone(f"{name} is 4 × 10 min, to 20/07/2027 again", placement.learner_id)
    placement.refresh_from_db()
    assert (placement.sessions, placement.version) == (4, 4)
    assert undo(by) == actions.Undone(f"{name} is 3 × 10 min, to 20/07/2027 again", placement.learner_id)
    placement.refresh_from_db()
    assert (placement.sessions, placement.version) == (3, 5)
    assert undo(by) is None


def test_a_single_change_is_taken_back_once(placement, by):
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)

    undo(by)

    assert Placement.objects.get().sessions == 3
    assert undo(by) is None


def test_undo_of_an_addition_removes_it_and_its_sight(by):
    ta = member(Role.TEACHING_ASSISTANT, by.school)
    provision = ProvisionFactory(school=by.school)
    DelivererFactory(provision=provision, user=ta)
    learner = LearnerFactory(school=by.school)
    actions.place(provision=provision, learner=learner, starts=date(2026, 11, 23), ends=provision.ends, by=by)

    assert undo(by) == actions.Undone(f"{provision.name} for {learner.name} is taken off again", learner.pk)

    assert (Placement.objects.count(), Grant.ever.count()) == (0, 0)
    assert AuditEvent.objects.filter(verb="placement.remove").count() == 1
    assert undo(by) is None


def test_undo_of_an_ending_brings_the_placement_back(placement, by):
    actions.end_placement(placement=placement, on=date(2026, 11, 20), seen=1, by=by)

    undo(by)

    assert Placement.objects.get().ends == date(2027, 7, 20)


def test_undo_leaves_what_somebody_else_changed_since(placement, by):
    other = member(Role.SENCO, by.school)
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)
    actions.change_placement(placement=placement, changes={"minutes": 20}, seen=2, by=other)

    with pytest.raises(Stale):
        undo(by)
    assert Placement.objects.get().sessions == 4


def test_undo_of_a_change_to_a_placement_that_is_gone_does_nothing(placement, by):
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)
    placement.delete()

    assert undo(by) is None


def test_a_change_of_many_is_taken_back_in_one_step_before_what_lies_behind_it(placement, by):
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)
    one, other = LearnerFactory.create_batch(2, school=by.school)
    add_learners(provision=placement.provision, learners=[one, other], starts=date(2026, 11, 23), by=by)

    assert undo(by) == actions.Undone(f"Added 2 learners to {placement.provision.name}")
    assert list(Placement.objects.values_list("pk", "sessions")) == [(placement.pk, 4)]
    assert undo(by).learner == placement.learner_id
    assert Placement.objects.get().sessions == 3


def test_what_is_older_than_a_day_is_not_taken_back_by_a_keystroke(placement, by, clock):
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)
    add_learners(
        provision=placement.provision, learners=[LearnerFactory(school=by.school)], starts=date(2026, 11, 23), by=by
    )
    clock.shift(timedelta(hours=25))

    assert undo(by) is None
    assert Placement.objects.count() == 2


def test_changes_of_other_people_are_not_mine_to_undo(placement, by):
    other = member(Role.SENCO, by.school)
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=other)

    assert undo(by) is None


def first_read(done):
    """Which of the two is read first, and on PostgreSQL locked."""
    told = [re.match(r'(?:SELECT.*? FROM|UPDATE) "interventions_(provision|placement)"', one["sql"]) for one in done]
    return next(one[1] for one in told if one)


def test_who_shortens_a_place_holds_its_provision_from_which_others_write_who_sees_the_learner(placement, by):
    with CaptureQueriesContext(connection) as done:
        actions.change_placement(placement=placement, changes={"ends": date(2026, 12, 18)}, seen=1, by=by)

    assert first_read(done) == "provision"


def test_what_is_taken_back_is_held_before_it_is_asked_who_changed_it_since(placement, by):
    """Asked without holding it, what somebody saves in between would be taken back unseen."""
    actions.change_placement(placement=placement, changes={"sessions": 4}, seen=1, by=by)

    with CaptureQueriesContext(connection) as done:
        undo(by)

    sql = [one["sql"] for one in done]
    held = next(
        at for at, one in enumerate(sql) if one.startswith("SELECT") and 'FROM "interventions_placement"' in one
    )
    asked = next(at for at, one in enumerate(sql) if '"interventions_historicalplacement"."history_id" >' in one)
    assert first_read(done) == "provision"
    assert held < asked
