"""What the ground floor's tests share."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.signals import user_logged_in
from django.core import mail
from django.core.cache import cache

from provisionmap.school.roles import Role
from provisionmap.school.tasks import mail_told
from tests.conftest import passed_every_step
from tests.factories import member
from tests.school.stepping import PASSWORD, SECRET


@pytest.fixture
def administrator(db, client):
    """A school administrator, signed in; `.school` is their school."""
    user = member(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def with_password(user):
    """The same person, who has chosen a password."""
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def post(settings, monkeypatch):
    """A mail server and a worker that does at once what is queued; what was sent."""
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(mail_told, "delay", mail_told)
    return mail


@pytest.fixture
def maya(db):
    """A SENCO with a password, not signed in."""
    return with_password(member(Role.SENCO, email="maya@oakfield.example", name="Maya Okafor"))


@pytest.fixture
def really(stepped):
    """Nobody is taken to have passed a step; no code was used before."""
    user_logged_in.disconnect(passed_every_step)
    cache.clear()


@pytest.fixture
def app(maya):
    """Maya's authenticator app."""
    return TOTP.activate(maya, SECRET)
