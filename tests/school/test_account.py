"""One's own name and password."""

import pytest
from django.test import Client
from django.urls import reverse

from provisionmap.school import throttle
from provisionmap.school.actions.account import tokens
from provisionmap.school.models import AuditEvent
from tests.factories import UserFactory

ACCOUNT = reverse("school:account")
OLD, NEW = "correct horse battery", "three random words"


@pytest.fixture
def maya(senco, client):
    senco.set_password(OLD)
    senco.save()
    client.force_login(senco)
    return senco


def test_a_name_is_changed_and_the_trail_keeps_only_that_it_was(client, maya):
    assert client.get(ACCOUNT).context["name_form"]["name"].value() == maya.name

    assert client.post(ACCOUNT, {"what": "name", "name": "Maya O."}).url == ACCOUNT

    maya.refresh_from_db()
    assert maya.name == "Maya O."
    assert AuditEvent.objects.get().changes == {"name": None}


def test_a_new_password_ends_every_other_session_and_not_this_one(client, maya):
    other = Client()
    other.force_login(maya)

    answer = client.post(ACCOUNT, {"what": "password", "current": OLD, "password": NEW, "again": NEW})

    assert answer.url == ACCOUNT
    assert client.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 302
    maya.refresh_from_db()
    assert maya.check_password(NEW)


def test_a_new_password_is_told_to_its_owner(client, maya, post, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        client.post(ACCOUNT, {"what": "password", "current": OLD, "password": NEW, "again": NEW})
        client.post(ACCOUNT, {"what": "password", "current": "no", "password": NEW, "again": NEW})

    assert [(one.subject, one.to) for one in post.outbox] == [
        ("Provision Map: your password was changed", [maya.email])
    ]
    assert "http" not in post.outbox[0].body


def test_a_password_set_with_a_link_is_told_where_there_was_one_before(
    client, maya, post, django_capture_on_commit_callbacks
):
    invited = UserFactory(password="!")
    choice = {"password": NEW, "again": NEW}

    with django_capture_on_commit_callbacks(execute=True):
        for one in (maya, invited):
            assert (
                Client().post(reverse("school:welcome", args=[one.pk, tokens.make_token(one)]), choice).status_code
                == 302
            )

    assert [one.to for one in post.outbox] == [[maya.email]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"current": "no"}, "current"), ({"password": "short", "again": "short"}, "password"), ({"again": "x"}, "again")],
)
def test_a_password_that_will_not_do_changes_nothing(client, maya, changes, field):
    sent = {"what": "password", "current": OLD, "password": NEW, "again": NEW, **changes}

    answer = client.post(ACCOUNT, sent)

    assert answer.status_code == 422
    assert field in answer.context["password_form"].errors
    maya.refresh_from_db()
    assert maya.check_password(OLD)


def test_the_password_is_not_guessed_on_the_account_page_either(client, maya):
    sent = {"what": "password", "password": NEW, "again": NEW}
    for number in range(throttle.MOST_TRIES):
        assert client.post(ACCOUNT, sent | {"current": f"wrong {number}"}).status_code == 422

    answer = client.post(ACCOUNT, sent | {"current": OLD})

    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "Wait five minutes" in answer.text
    maya.refresh_from_db()
    assert maya.check_password(OLD)
    assert client.post(reverse("account_reauthenticate"), {"password": OLD}).status_code == 429
    assert client.post(ACCOUNT, {"what": "name", "name": "Maya O."}).status_code == 302


def test_looking_for_a_good_new_password_is_no_guessing(client, maya):
    sent = {"what": "password", "current": OLD, "password": "short", "again": "short"}

    assert {client.post(ACCOUNT, sent).status_code for _ in range(throttle.MOST_TRIES + 2)} == {422}


def test_an_empty_name_is_refused(client, maya):
    assert client.post(ACCOUNT, {"what": "name", "name": ""}).status_code == 422
