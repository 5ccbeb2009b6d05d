"""What a session is known by: a new key each time somebody signs in, worth nothing once they signed out."""

import re

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.school.conftest import PASSWORD


def by_password(client, maya):
    client.post(reverse("account_login"), {"login": maya.email, "password": PASSWORD})
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_signing_in_begins_a_session_under_a_key_that_nobody_knew(client, maya, settings):
    settings.SECOND_STEP_OPTIONAL = True
    before = client.session
    before["planted"] = True
    before.save()

    after = by_password(client, maya)

    assert after != before.session_key
    assert not Session.objects.filter(session_key=before.session_key).exists()
    assert by_password(Client(), maya) != after
    assert re.fullmatch(r"[a-z0-9]{32}", after)  # 36 ** 32 are 165 bits, from the system's own source of chance


def test_the_cookie_of_a_session_that_was_ended_opens_nothing(client, maya, settings):
    settings.SECOND_STEP_OPTIONAL = True
    kept = by_password(client, maya)
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert again.get("/learners/").status_code == 200

    client.post(reverse("school:sign-out"))

    again.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert again.get("/learners/").status_code == 302
