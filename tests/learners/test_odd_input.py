"""Days that contradict each other, numbers that nobody has, and a UPN that moved on."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from learners.actions import learners as actions
from learners.actions.undoing import undo_import
from learners.models import Learner
from provisionmap.school.access import NotAllowed
from tests.factories import GroupFactory, LearnerFactory
from tests.learners.lists import UPNS, bring, pupil

LEFT = date(2026, 10, 1)


def test_a_leaver_cannot_have_joined_after_the_last_day(client, senco):
    child = LearnerFactory(school=senco.school, left=LEFT, joined=None)
    sent = {"forename": child.forename, "surname": child.surname, "joined": "2026-11-01", "seen": child.version}

    answer = client.post(reverse("learners:edit", args=[child.pk]), sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors == {"joined": ["They left on 01/10/2026: choose that day or an earlier one."]}
    assert Learner.objects.get().joined is None


def test_nobody_leaves_before_the_day_they_joined_whatever_the_form_knew(senco):
    child = LearnerFactory(school=senco.school, joined=date(2026, 11, 1))

    with pytest.raises(ValidationError) as refusal:
        actions.mark_left(learner=child, left=LEFT, seen=child.version, by=senco)

    assert refusal.value.message_dict == {"left": ["They joined on 01/11/2026: choose that day or a later one."]}


def test_a_learner_of_a_number_that_no_database_holds_is_nobody(client, senco):
    group = GroupFactory(school=senco.school)

    moved = client.post(reverse("learners:group-learners", args=[group.pk]), {"learners": ["9" * 30], "seen": "1:1"})
    edited = client.post(reverse("learners:group-edit", args=[group.pk]), {"name": "x", "teachers": ["9" * 30]})

    assert (moved.status_code, edited.status_code) == (422, 422)
    assert list(edited.context["form"].errors) == ["teachers"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_day_of_a_learner_lies_in_this_century(client, senco, day):
    answer = client.post(reverse("learners:add"), {"forename": "Ada", "surname": "Bee", "joined": day})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["joined"])


def test_an_import_is_not_undone_when_a_upn_it_would_give_back_is_somebody_elses_now(senco):
    child = LearnerFactory(school=senco.school, upn=UPNS[1])
    run = bring(senco, pupil(0), choices={"who": {2: child.pk}, "values": frozenset(), "rows": frozenset()})
    LearnerFactory(school=senco.school, upn=UPNS[1])

    with pytest.raises(NotAllowed, match="A UPN that a learner would get back belongs to another learner now"):
        undo_import(run=run, by=senco)

    child.refresh_from_db()
    assert (child.upn, child.former_upn) == (UPNS[0], UPNS[1])
