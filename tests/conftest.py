"""What every test may use."""

import os
import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings as product
from django.contrib.auth.signals import user_logged_in
from django.db.backends.base.operations import BaseDatabaseOperations as DatabaseOperations
from guardian.shortcuts import get_objects_for_user
from hypothesis import settings

from learners.models import Learner
from learners.models.grant import sight
from learners.models.learner import ONLY_GRANTS, SEE
from provisionmap.school import seen
from provisionmap.school.models import User
from provisionmap.school.roles import Role
from provisionmap.school.sign_in.state import second_step_shown
from tests.factories import member
from tests.trail import let_flush

# No test is timed, and a run tells of the change that was made, not of luck.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

# Each process of a run has a cache of its own, or one would find what another left there.
if process := os.environ.get("PYTEST_XDIST_WORKER"):
    kept = product.CACHES["default"]
    if kept["BACKEND"].endswith("RedisCache"):
        kept["LOCATION"] = re.sub(r"/\d*$", f"/{10 + int(process.removeprefix('gw')) % 6}", kept["LOCATION"])
    else:
        kept["LOCATION"] += f"-{process}"

# A Monday in the autumn term that every factory's dates fit.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    """It is Monday 23 November 2026 in every test."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


def passed_every_step(request, user, **kwargs):
    """Whoever a test signs in has shown their second step, too; tests of signing in take this away."""
    second_step_shown(request, user, "totp", 0)


@pytest.fixture(autouse=True)
def stepped():
    """`force_login` opens whole sessions."""
    user_logged_in.connect(passed_every_step)
    yield
    user_logged_in.disconnect(passed_every_step)


# A test that commits is cleared up by emptying every table, which the trail's triggers refuse.
DatabaseOperations.execute_sql_flush = let_flush(DatabaseOperations.execute_sql_flush)


@pytest.fixture(autouse=True)
def looked_just_now(request, monkeypatch):
    """Every page was looked at by the same person a minute ago, which leaves no event: pages are counted and trails
    compared without it. Tests of looking are marked `looks`, and begin with nobody having looked.
    """
    if request.node.get_closest_marker("looks"):
        monkeypatch.setattr(seen, "looks", seen.Looks())
    else:
        monkeypatch.setattr(seen.Looks, "is_new", lambda looks, look: False)


@pytest.fixture(autouse=True)
def known(request, _django_db_marker):
    """What a process asks for once is known, so that a test's number of queries does not depend on who came before."""
    if {"db", "transactional_db"} & {*request.fixturenames} or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        get_objects_for_user(User(pk=0), SEE, Learner, **ONLY_GRANTS)
        sight()


@pytest.fixture
def senco(db, client):
    """A SENCO, signed in; `.school` is her school."""
    user = member(Role.SENCO)
    client.force_login(user)
    return user
