"""Whatever somebody asks for, and however they combine it, they get rows of their own school alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisionmap.school.models import Membership, User
from provisionmap.school.roles import Role
from tests.conftest import NOW
from tests.matrix.world import TODAY, World, build


def models_of() -> list[Any]:
    """Every model whose rows are asked for by who asks."""
    return [model for model in apps.get_models() if hasattr(model._default_manager, "visible_to")]


def way_to_school(model: Any) -> str:
    """The way from a row to its school."""
    names = {field.name for field in model._meta.get_fields()}
    return "school" if "school" in names else "learner__school"


STEPS = {
    "again": lambda rows, user: rows.visible_to(user),
    "on": lambda rows, user: rows.on(TODAY) if hasattr(rows, "on") else rows,
    "filter": lambda rows, user: rows.filter(pk__gt=0),
    "exclude": lambda rows, user: rows.exclude(pk=0),
    "order": lambda rows, user: rows.order_by("-pk"),
    "distinct": lambda rows, user: rows.distinct(),
    "or nothing": lambda rows, user: rows | rows.none(),
    "all": lambda rows, user: rows.all(),
}


@pytest.fixture(scope="module")
def two(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """Two schools with one of everything; the tests ask only as people of the first, or with no role."""

    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=True), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def test_the_models_that_are_asked_for_by_who_asks_are_found():
    assert {model.__name__ for model in models_of()} >= {"Learner", "Placement", "Provision", "SavedView", "Group"}


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.sets(st.sampled_from(sorted(Role)), max_size=3),
    who=st.sampled_from(["class_teacher", "teaching_assistant", "external", "leaver", "superuser", "senco"]),
    before=st.lists(st.sampled_from(sorted(set(STEPS) - {"again"})), max_size=2),
    after=st.lists(st.sampled_from(sorted(STEPS)), max_size=3),
)
def test_any_chain_of_every_model_holds_rows_of_that_school_alone(two, db, roles, who, before, after):
    with transaction.atomic():
        user = User.objects.get(pk=two.users[who].pk)
        Membership.objects.filter(user=user).delete()
        for role in roles:
            Membership.objects.create(user=user, school=two.school, role=role, starts=TODAY)
        for model in models_of():  # 500 chains for each
            rows = model._default_manager.all()
            for step in before:
                rows = STEPS[step](rows, user)
            rows = rows.visible_to(user)
            for step in after:
                rows = STEPS[step](rows, user)
            schools = set(rows.order_by().values_list(way_to_school(model), flat=True))
            assert schools <= ({two.school.pk} if roles else set()), model.__name__
        transaction.set_rollback(True)


def test_the_test_would_see_another_school(two, db):
    for model in models_of():
        schools = set(model._default_manager.values_list(way_to_school(model), flat=True))
        assert schools - {two.school.pk} or model.__name__ in {"ColumnMapping"}, model.__name__
