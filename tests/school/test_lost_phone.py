"""When a phone is lost or a computer was left open: who takes a second step away, and which sessions end."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import MembershipFactory, member
from tests.school.conftest import with_password
from tests.school.stepping import PASSWORD, SECRET, SIGN_IN, every_step, opened, reset, signed_in

pytestmark = pytest.mark.usefixtures("really")


def test_a_lost_phone_is_taken_away_by_those_who_manage_people(client, maya, app):
    office = member(Role.ADMINISTRATOR, maya.school)
    teacher = with_password(member(Role.CLASS_TEACHER, maya.school, email="ada@oakfield.example"))
    TOTP.activate(teacher, SECRET)
    phone = opened(Client(), email=teacher.email)
    assert (UserSession.objects.get().user, phone.get("/map/").status_code) == (teacher, 200)
    with every_step():
        client.force_login(office)
    page = reverse("school:person", args=[teacher.pk])

    assert "take it away" in client.get(page).text
    answer = client.post(reverse("school:person-second-step", args=[teacher.pk]), follow=True)
    assert "sets up a new second step" in answer.text
    again = client.post(reverse("school:person-second-step", args=[teacher.pk]), follow=True)
    assert "has no second step" in again.text
    refused = client.post(reverse("school:person-second-step", args=[maya.pk]), follow=True)

    assert "does not let you change a person" in refused.text
    assert not Authenticator.objects.filter(user=teacher).exists()
    assert Authenticator.objects.filter(user=maya).exists()
    assert AuditEvent.objects.filter(verb="person.second_step_reset", target_id=teacher.pk).count() == 1
    assert not UserSession.objects.filter(user=teacher).exists()
    assert phone.get("/map/").url == f"{SIGN_IN}?next=/map/"


def test_who_works_at_two_schools_is_reset_by_neither_alone(client, maya, app):
    MembershipFactory(user=maya, role=Role.HEAD)
    other = member(Role.SENCO, maya.school)
    with every_step():
        client.force_login(other)

    client.post(reverse("school:person-second-step", args=[maya.pk]))

    assert Authenticator.objects.filter(user=maya).exists()


def everywhere(person):
    """`person` signs out everywhere, on a computer of their own."""
    person.refresh_from_db()
    here = Client()
    with every_step():
        here.force_login(person)
    assert here.post(reverse("school:sign-out-everywhere")).url == SIGN_IN


def test_resetting_ends_the_sessions_too(client, maya, app, clock):
    opened(client)
    clock.shift(31)
    opened(phone := Client())
    assert [one.get("/learners/").status_code for one in (client, phone)] == [200, 200]

    reset(maya)

    assert [one.get("/learners/").url for one in (client, phone)] == [f"{SIGN_IN}?next=/learners/"] * 2
    assert not UserSession.objects.filter(user=maya).exists()


@pytest.mark.parametrize("ending", [reset, everywhere])
def test_the_session_in_which_the_password_was_changed_is_ended_as_well(client, maya, app, ending):
    opened(client)
    new = "saucer meadow trombone"
    changed = {"what": "password", "current": PASSWORD, "password": new, "again": new}
    assert client.post(reverse("school:account"), changed).status_code == 302
    assert client.get("/learners/").status_code == 200
    assert UserSession.objects.get().session_key == client.session.session_key

    ending(maya)

    assert client.get("/learners/").url == f"{SIGN_IN}?next=/learners/"


def test_signing_out_everywhere_ends_this_session_too(client, maya, app, clock):
    opened(client)
    clock.shift(31)
    opened(phone := Client())
    sessions = reverse("usersessions_list")
    assert "this one" in client.get(sessions).text

    answer = client.post(reverse("school:sign-out-everywhere"))

    assert (answer.url, answer["Clear-Site-Data"]) == (SIGN_IN, '"cache", "storage"')
    assert (UserSession.objects.count(), signed_in(client)) == (0, False)
    assert phone.get("/learners/").url == f"{SIGN_IN}?next=/learners/"
    assert client.get(reverse("school:sign-out-everywhere")).url.startswith(SIGN_IN)


def test_one_other_session_is_ended_alone(client, maya, app, clock):
    opened(client)
    clock.shift(31)
    opened(phone := Client())
    clock.shift(31)
    opened(tablet := Client())
    theirs = UserSession.objects.get(session_key=phone.session.session_key)
    page = client.get(reverse("usersessions_list")).text
    assert page.count(reverse("session_end")) == 2

    answer = client.post(reverse("session_end"), {"session": theirs.pk}, follow=True)
    again = client.post(reverse("session_end"), {"session": theirs.pk}, follow=True)

    assert "is signed out." in answer.text
    assert "has ended already" in again.text
    assert [signed_in(one) for one in (client, tablet)] == [True, True]
    assert phone.get("/learners/").url == f"{SIGN_IN}?next=/learners/"
    assert client.get(reverse("session_end")).url == reverse("usersessions_list")


def test_the_session_of_somebody_else_is_not_ended(client, maya, app, clock):
    opened(client)
    ada = with_password(member(Role.CLASS_TEACHER, maya.school, email="ada@oakfield.example"))
    TOTP.activate(ada, SECRET)
    hers = opened(Client(), email=ada.email)

    client.post(reverse("session_end"), {"session": UserSession.objects.get(user=ada).pk})

    assert signed_in(hers)
    assert hers.get("/map/").status_code == 200


@pytest.mark.parametrize("name", ["session_end", "usersessions_list", "school:sign-out-everywhere"])
def test_ending_sessions_asks_again_who_one_is(client, maya, app, clock, name):
    opened(client)
    clock.shift(31)
    opened(phone := Client())
    theirs = UserSession.objects.get(session_key=phone.session.session_key)
    clock.shift(301)

    answer = client.post(reverse(name), {"session": theirs.pk})

    assert answer.url == "/account/again/?next=%2Faccount%2Fsessions%2F"
    assert UserSession.objects.filter(user=maya).count() == 2
    assert phone.get("/learners/").status_code == 200
