"""Holds: set, lifted and put back by the SENCO, with reason, day and name, and never over somebody else's save."""

from datetime import date

import pytest
from django.urls import reverse

from learners.actions import holds
from learners.models import Hold
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import LearnerFactory, SchoolFactory, member

TODAY = date(2026, 11, 23)


@pytest.fixture
def maya(senco):
    return LearnerFactory(school=senco.school, forename="Maya", surname="Okafor")


def address(learner):
    return reverse("learners:hold", args=[learner.pk])


def test_a_hold_keeps_its_reason_its_day_and_who_set_it_and_the_trail_no_reason(senco, maya):
    made = holds.set_hold(learner=maya, reason="A claim was announced", seen=1, day=TODAY, by=senco)

    assert (made.reason, made.since, made.by, made.lifted) == ("A claim was announced", TODAY, senco, None)
    assert str(made) == f"Hold on learner {maya.pk}"
    event = AuditEvent.objects.get(verb="hold.set")
    assert (event.learner_id, event.school_id) == (maya.pk, senco.school.pk)
    assert event.changes == {"since": [None, "2026-11-23"], "reason": None}


def test_lifting_and_putting_back_leave_the_hold_as_it_was(senco, maya):
    made = holds.set_hold(learner=maya, reason="A claim", seen=1, day=TODAY, by=senco)

    lifted = holds.lift_hold(learner=maya, seen=2, day=TODAY, by=senco)
    assert (lifted.pk, lifted.lifted, lifted.lifted_by) == (made.pk, TODAY, senco)
    back = holds.put_back_hold(learner=maya, hold=made.pk, seen=3, by=senco)

    assert (back.pk, back.reason, back.since, back.lifted) == (made.pk, "A claim", TODAY, None)
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["hold.set", "hold.lift", "hold.put_back"]


@pytest.mark.parametrize(
    "act",
    [
        lambda maya, by, seen: holds.set_hold(learner=maya, reason="A claim", seen=seen, day=TODAY, by=by),
        lambda maya, by, seen: holds.lift_hold(learner=maya, seen=seen, day=TODAY, by=by),
        lambda maya, by, seen: holds.put_back_hold(learner=maya, hold=1, seen=seen, by=by),
    ],
)
def test_only_a_senco_and_only_at_the_version_that_was_read(act, senco, maya):
    for role in (Role.SENCO_ASSISTANT, Role.HEAD, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed, match="Only a SENCO disposes of records"):
            act(maya, member(role, senco.school), 1)
    with pytest.raises(NotAllowed):
        act(maya, member(Role.SENCO, SchoolFactory()), 1)
    with pytest.raises(Stale):
        act(maya, senco, 7)

    assert not Hold.objects.exists()


def test_one_hold_stands_at_a_time(senco, maya):
    made = holds.set_hold(learner=maya, reason="A claim", seen=1, day=TODAY, by=senco)

    with pytest.raises(NotAllowed, match="A hold stands on this record already"):
        holds.set_hold(learner=maya, reason="Another", seen=2, day=TODAY, by=senco)
    with pytest.raises(NotAllowed, match="A hold stands on this record already"):
        holds.put_back_hold(learner=maya, hold=made.pk, seen=2, by=senco)
    holds.lift_hold(learner=maya, seen=2, day=TODAY, by=senco)
    with pytest.raises(NotAllowed, match="No hold stands on this record any more"):
        holds.lift_hold(learner=maya, seen=3, day=TODAY, by=senco)


def test_a_hold_of_another_learner_is_not_put_back(senco, maya):
    other = LearnerFactory(school=senco.school)
    made = Hold.objects.create(learner=other, reason="A claim", since=TODAY, lifted=TODAY)

    with pytest.raises(NotAllowed, match="No hold stands"):
        holds.put_back_hold(learner=maya, hold=made.pk, seen=1, by=senco)


class TestThePage:
    def test_it_sets_lifts_and_puts_back(self, client, senco, maya):
        page = address(maya)

        client.post(page, {"do": "set", "reason": "A claim was announced", "seen": 1})
        shown = client.get(page).text
        assert "A claim was announced" in shown
        assert "It must stay" not in shown
        client.post(page, {"do": "lift", "seen": 2})
        assert "Put back" in client.get(page).text
        hold = Hold.objects.get()
        client.post(page, {"do": "back", "hold": hold.pk, "seen": 3})

        hold.refresh_from_db()
        assert hold.lifted is None

    def test_the_learner_page_says_that_the_record_must_stay_to_the_senco_alone(self, client, senco, maya):
        Hold.objects.create(learner=maya, reason="A claim was announced", since=TODAY, by=senco)
        page = reverse("learners:learner", args=[maya.pk])

        assert "A claim was announced" in client.get(page).text
        client.force_login(member(Role.HEAD, senco.school))
        assert "A claim was announced" not in client.get(page).text

    def test_a_hold_without_a_reason_is_refused_in_words(self, client, senco, maya):
        answer = client.post(address(maya), {"do": "set", "reason": "", "seen": 1})

        assert answer.status_code == 422
        assert not Hold.objects.exists()

    def test_somebody_else_s_save_is_told_and_the_reason_is_not_lost(self, client, senco, maya):
        answer = client.post(address(maya), {"do": "set", "reason": "A claim was announced", "seen": 7})

        assert answer.status_code == 409
        assert "A claim was announced" in answer.text
        assert not Hold.objects.exists()

    def test_what_cannot_be_done_is_said(self, client, senco, maya):
        answer = client.post(address(maya), {"do": "lift", "seen": 1}, follow=True)

        assert "No hold stands on this record any more." in answer.text
