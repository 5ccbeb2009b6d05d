"""Who a session belongs to: the person, today's roles and the school in one query."""

from datetime import date

from provisionmap.school.models import Membership
from provisionmap.school.roles import Role
from provisionmap.school.sign_in.people import People
from tests.factories import MembershipFactory, UserFactory, member


def test_a_person_comes_with_the_roles_of_today(db, django_assert_num_queries):
    user = member(Role.SENCO)
    MembershipFactory(user=user, school=user.school, role=Role.HEAD, ends=date(2026, 11, 22))

    with django_assert_num_queries(1):
        found = People().get_user(user.pk)
        held = [(row.role, row.school.name) for row in found.roles]

    assert (found, held) == (user, [("senco", user.school.name)])


def test_somebody_without_a_role_is_still_somebody(db):
    user = UserFactory()

    found = People().get_user(user.pk)

    assert (found, found.roles) == (user, None)


def test_nobody_and_the_deactivated_are_nobody(db):
    gone = member(Role.SENCO, is_active=False)
    unplaced = UserFactory(is_active=False)

    assert [People().get_user(pk) for pk in (gone.pk, unplaced.pk, 0)] == [None, None, None]


def test_a_role_that_ended_yesterday_opens_nothing(senco, client):
    assert client.get("/map/").status_code == 200

    Membership.objects.filter(user=senco).update(ends=date(2026, 11, 22))

    assert client.get("/map/").status_code == 403
