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


@pytest.fixture
def maya(db):
    """A SENCO with a password, not signed in."""
    user = member(Role.SENCO, email="maya@oakfield.example", name="Maya Okafor")
    user.set_password(PASSWORD)
    user.save()
    return user
