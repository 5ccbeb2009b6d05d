"""Roles with a last day: who must have one, and that ending somebody's time makes none longer."""

from datetime import date

import pytest
from django.urls import reverse

from provisionmap.school.access import NotAllowed
from provisionmap.school.actions import people as actions
from provisionmap.school.models import AuditEvent, Membership
from provisionmap.school.roles import Role
from tests.factories import MembershipFactory, UserFactory, member

DAY = date(2026, 11, 23)


def test_an_external_professional_gets_no_role_without_a_last_day(client, senco):
    ben = member(Role.CLASS_TEACHER, senco.school)
    with pytest.raises(NotAllowed, match="needs a last day") as refusal:
        actions.add_person(
            school=senco.school, name="Eve", email="eve@nhs.example", role="external", starts=DAY, ends=None, by=senco
        )

    answer = client.post(
        reverse("school:person-roles", args=[ben.pk]), {"roles": ["class_teacher", "external"], "seen": "class_teacher"}
    )

    assert answer.status_code == 422
    assert answer.context["roles_form"].errors["roles"] == [str(refusal.value)]
    assert list(Membership.objects.filter(user=ben).values_list("role", flat=True)) == ["class_teacher"]


def test_ending_somebodys_time_makes_no_role_longer(senco):
    ben = UserFactory()
    short = MembershipFactory(user=ben, school=senco.school, role="class_teacher", ends=date(2026, 12, 18))
    long = MembershipFactory(user=ben, school=senco.school, role="teaching_assistant")

    ending = {"person": ben, "school": senco.school, "day": DAY, "by": senco}
    actions.end_membership(last_day=date(2027, 7, 20), **ending)
    with pytest.raises(NotAllowed, match="ends on 20/07/2027 already"):
        actions.end_membership(last_day=date(2027, 7, 21), **ending)

    short.refresh_from_db()
    long.refresh_from_db()
    assert (short.ends, long.ends) == (date(2026, 12, 18), date(2027, 7, 20))
    assert [event.target_id for event in AuditEvent.objects.filter(verb="person.role_end")] == [long.pk]
