"""What the ground floor's tests share."""

import pytest

from provisionmap.school.roles import Role
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
def maya(db):
    """A SENCO with a password, not signed in."""
    return with_password(member(Role.SENCO, email="maya@oakfield.example", name="Maya Okafor"))
