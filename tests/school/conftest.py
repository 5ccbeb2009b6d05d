"""What the ground floor's tests share."""

import pytest

from provisionmap.school.roles import Role
from tests.factories import member


@pytest.fixture
def administrator(db, client):
    """A school administrator, signed in; `.school` is their school."""
    user = member(Role.ADMINISTRATOR)
    client.force_login(user)
    return user
