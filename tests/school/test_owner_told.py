"""What the owner of an account is told by mail, and that no mail server stops anybody from signing in."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from provisionmap.school.models import AuditEvent
from provisionmap.school.tasks import mail_told
from tests.factories import UserFactory
from tests.school.stepping import PHONE, by_password, opened, reset, signed_in

pytestmark = pytest.mark.usefixtures("really")


def test_a_second_step_that_was_taken_away_is_told_to_its_owner(
    client, maya, app, post, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        reset(maya)

    assert [(one.subject, one.to) for one in post.outbox] == [
        ("Provision Map: your second step was taken away", ["maya@oakfield.example"])
    ]
    assert "http" not in post.outbox[0].body


def test_a_second_step_that_its_owner_removed_is_told_as_well(
    client, maya, app, post, django_capture_on_commit_callbacks
):
    opened(client)
    Authenticator.objects.create(user=maya, type="webauthn", data={"name": "Key", "credential": {}})

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("mfa_deactivate_totp")).status_code == 302

    assert [one.subject for one in post.outbox] == ["Provision Map: an authenticator app was removed"]


def test_a_device_that_was_not_used_before_is_told_to_its_person(
    client, maya, post, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        by_password(client)
        cookie = client.cookies["device"]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
        client.post(reverse("school:sign-out"))
        by_password(client)
    assert post.outbox == []

    with django_capture_on_commit_callbacks(execute=True):
        by_password(Client(headers=PHONE))

    assert [(one.to, "Safari on an iPhone" in one.body) for one in post.outbox] == [(["maya@oakfield.example"], True)]
    assert AuditEvent.objects.filter(verb="account.new_device").count() == 1


def test_nothing_is_told_to_somebody_switched_off_nor_queued_without_a_mail_server(
    client, maya, post, settings, django_capture_on_commit_callbacks
):
    mail_told(UserFactory(is_active=False).pk, "password")
    mail_told(0, "password")
    assert post.outbox == []

    settings.SENDS_MAIL = False
    by_password(client)
    with django_capture_on_commit_callbacks() as queued:
        by_password(Client(headers=PHONE))
    assert queued == []


class Down:
    """A mail server that does not answer."""

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError


def test_a_mail_server_that_is_down_stops_nobody_from_signing_in(
    client, maya, post, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    by_password(client)

    with django_capture_on_commit_callbacks() as queued:
        assert by_password(other := Client(headers=PHONE)).url == "/learners/"

    assert signed_in(other)
    with pytest.raises(ConnectionRefusedError):  # the worker's to bear, and to try again
        queued[0]()


def test_a_queue_that_is_down_stops_nobody_from_signing_in(
    client, maya, post, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def away(*given):
        raise OperationalError("redis is away")

    monkeypatch.setattr(mail_told, "delay", away)
    by_password(client)

    with django_capture_on_commit_callbacks(execute=True):
        assert by_password(other := Client(headers=PHONE)).url == "/learners/"

    assert signed_in(other)
    assert [(line.reason, line.user_id) for line in caplog.records if "could not be queued" in line.message] == [
        ("new_device", maya.pk)
    ]
    assert post.outbox == []


def test_a_cookie_that_was_changed_remembers_nobody(client, maya):
    by_password(client)
    client.post(reverse("school:sign-out"))
    client.cookies["device"] = "1.2.3:forged:forged"

    by_password(client)

    assert AuditEvent.objects.filter(verb="account.new_device").count() == 1
