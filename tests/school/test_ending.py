"""Ending somebody's access at once, taking that back, and ending their sessions."""

from datetime import date, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from provisionmap.school.access import NotAllowed
from provisionmap.school.actions import people as actions
from provisionmap.school.models import AuditEvent, Membership
from provisionmap.school.roles import Role
from tests.factories import MembershipFactory, member
from tests.school.conftest import with_password
from tests.school.stepping import SECRET, SIGN_IN, opened

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
MAP = "/map/"


def page(name, person):
    return reverse(f"school:{name}", args=[person.pk])


@pytest.fixture
def ben(senco):
    """A teacher who began today."""
    return MembershipFactory(school=senco.school, role=Role.CLASS_TEACHER, starts=DAY).user


@pytest.fixture
def his(really, ben):
    """The browser of the teacher, signed in as people do."""
    with_password(ben)
    TOTP.activate(ben, SECRET)
    browser = opened(Client(), email=ben.email)
    assert browser.get(MAP).status_code == 200
    return browser


def test_who_began_today_is_ended_at_once_and_the_next_click_opens_nothing(client, senco, ben, his):
    asked = client.get(f"{page('person-end-now', ben)}?role=class_teacher").text
    assert "They hold no other role here" in asked
    assert "They are signed out everywhere" in asked
    assert Membership.objects.filter(user=ben).exists()

    done = client.post(page("person-end-now", ben), {"role": "class_teacher"})

    assert "Ended now: Class teacher" in done.text
    assert not Membership.objects.filter(user=ben).exists()
    assert his.get(MAP).url == f"{SIGN_IN}?next=/map/"
    assert AuditEvent.objects.get(verb="person.role_end").changes["ends"] == [None, "2026-11-22"]


def test_one_role_of_two_is_ended_and_the_other_stays(client, senco, ben):
    MembershipFactory(user=ben, school=senco.school, role=Role.HEAD, starts=date(2026, 9, 1))

    assert "They stay Class teacher" in client.get(f"{page('person-end-now', ben)}?role=head").text
    client.post(page("person-end-now", ben), {"role": "head"})

    rows = Membership.objects.filter(user=ben).order_by("role").values_list("role", "ends")
    assert list(rows) == [("class_teacher", None), ("head", DAY - timedelta(days=1))]


def kept(answer):
    return [one for _, one in answer.context["ended"]]


def test_it_is_taken_back_with_the_last_day_it_had(client, senco, ben):
    Membership.objects.filter(user=ben).update(role=Role.EXTERNAL, starts=date(2026, 9, 1), ends=date(2026, 12, 18))
    done = client.post(page("person-end-now", ben))

    back = client.post(page("person-give-back", ben), {"ended": kept(done)[0]}, follow=True)

    assert "holds the role External professional again" in back.text
    assert list(Membership.objects.filter(user=ben).values_list("starts", "ends")) == [
        (date(2026, 9, 1), date(2026, 12, 18))
    ]
    again = client.post(page("person-give-back", ben), {"ended": kept(done)[0]}, follow=True)
    assert "holds this role already" in again.text


def test_a_role_that_left_no_row_is_taken_back_within_the_hour(client, senco, ben, clock):
    done = client.post(page("person-end-now", ben))

    clock.shift(timedelta(minutes=61))
    client.force_login(senco)
    assert client.post(page("person-give-back", ben), {"ended": kept(done)[0]}).status_code == 404
    clock.shift(timedelta(minutes=-31))
    client.force_login(senco)
    assert client.post(page("person-give-back", ben), {"ended": kept(done)[0]}).url == page("person", ben)
    assert Membership.objects.get(user=ben).starts == DAY


def test_what_was_kept_for_one_opens_nobody_else(client, senco, ben):
    other = member(Role.CLASS_TEACHER, senco.school)
    done = client.post(page("person-end-now", ben))

    back = client.post(page("person-give-back", other), {"ended": kept(done)[0]}, follow=True)

    assert "be taken back any more" in back.text
    assert not Membership.objects.filter(user=ben).exists()


def test_taking_back_gives_nothing_that_one_may_not_give(senco, ben):
    office = member(Role.ADMINISTRATOR, senco.school)

    with pytest.raises(NotAllowed, match="does not let you give"):
        actions.give_back(person=ben, school=senco.school, role="senco", ends=None, day=DAY, by=office)
    with pytest.raises(NotAllowed, match="needs a last day"):
        actions.give_back(person=ben, school=senco.school, role="external", ends=None, day=DAY, by=senco)
    with pytest.raises(NotAllowed, match="is over"):
        actions.give_back(
            person=ben, school=senco.school, role="external", ends=DAY - timedelta(days=1), day=DAY, by=senco
        )


def test_the_last_who_manages_people_is_not_ended_at_once(client, senco):
    office = member(Role.ADMINISTRATOR, senco.school)
    assert "End School administrator now" in client.get(page("person", office)).text
    client.post(page("person-end-now", office))

    answer = client.post(page("person-end-now", senco), follow=True)

    assert "is the last person here who can add people" in answer.text
    assert Membership.objects.filter(user=senco, ends=None).exists()


def test_what_is_not_held_is_not_ended(client, senco, ben):
    answer = client.post(page("person-end-now", ben), {"role": "head"}, follow=True)

    assert "so there is nothing to end" in answer.text
    assert "nothing to end" in client.get(f"{page('person-end-now', ben)}?role=head").text
    assert Membership.objects.filter(user=ben, ends=None).exists()


def test_the_sessions_of_a_colleague_end_with_one_button(client, senco, ben, his):
    assert UserSession.objects.filter(user=ben).count() == 1

    answer = client.post(page("person-sign-out", ben), follow=True)

    assert "signed out everywhere: 1 session ended" in answer.text
    assert his.get(MAP).url == f"{SIGN_IN}?next=/map/"
    assert Membership.objects.filter(user=ben, ends=None).exists()
    assert AuditEvent.objects.get(verb="person.sign_out").changes == {"sessions": [None, 1]}


def test_nobody_ends_the_sessions_of_who_is_above_them_or_gone(client, senco, ben):
    office = member(Role.ADMINISTRATOR, senco.school)
    gone = MembershipFactory(school=senco.school, ends=date(2026, 7, 21)).user

    with pytest.raises(NotAllowed, match="does not let you change a person"):
        actions.sign_out(person=senco, school=senco.school, day=DAY, by=office)
    with pytest.raises(NotAllowed, match="no role here any more"):
        actions.sign_out(person=gone, school=senco.school, day=DAY, by=senco)
    client.force_login(office)
    assert "does not let you change" in client.post(page("person-sign-out", senco), follow=True).text


def test_the_review_of_access_ends_one_role_and_asks_first(client, senco, ben):
    MembershipFactory(user=ben, school=senco.school, role=Role.HEAD, starts=date(2026, 9, 1))

    review = client.get(reverse("learners:access-review")).text

    for role in ("head", "class_teacher"):
        assert f'href="{page("person-end-now", ben)}?role={role}"' in review
    assert "End today" not in review
    assert page("person-end-now", senco) not in review
