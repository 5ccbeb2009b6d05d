"""What the ground floor's tests share."""

import pytest
from django.core import mail

from provisionmap.school.roles import Role
from provisionmap.school.tasks import mail_told
from tests.factories import member

PASSWORD = "kettle orbit marmalade"


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
