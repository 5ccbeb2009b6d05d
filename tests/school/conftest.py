"""What the ground floor's tests share."""

import pytest
from django.core.cache import cache

from provisionmap.school.roles import Role
from tests.factories import member


@pytest.fixture(autouse=True)
def no_tries_yet():
    """Counts of tries to sign in live in the cache: each test begins with none."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def administrator(db, client):
    """A school administrator, signed in; `.school` is their school."""
    user = member(Role.ADMINISTRATOR)
    client.force_login(user)
    return user
