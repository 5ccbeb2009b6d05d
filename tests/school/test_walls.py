"""What the database itself refuses, whoever writes: a record of one school that leads to another."""

from datetime import date
from functools import partial

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from learners.models import Learner
from provisionmap.school import walls
from tests.factories import GroupFactory, LearnerFactory, PlacementFactory, SchoolFactory
from tests.matrix.world import build
from tests.walls import standing, take_down


@pytest.fixture
def two(db):
    """Two schools with one of everything."""
    return build()


LINKS = [(wall, column, table) for wall in walls.walls() for column, table in wall.links]


def model_of(table):
    """The model whose rows are in a table."""
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def refused(write):
    """Whether the database refuses, naming the wall."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return walls.REFUSAL in str(error)
    return False


def test_every_link_between_records_of_schools_is_walled():
    assert {(wall.table, column) for wall, column, _ in LINKS} >= {
        ("interventions_placement", "learner_id"),
        ("interventions_placement", "provision_id"),
        ("interventions_provision", "group_id"),
        ("learners_learner", "group_id"),
        ("school_term", "year_id"),
    }


def test_a_record_may_not_lead_to_another_school(two):
    tried = 0
    for wall, column, table in LINKS:
        rows, others = model_of(wall.table)._base_manager, model_of(table)._base_manager
        row = rows.order_by("pk").first()
        if row is None:
            continue
        other = others.exclude(school=row.school_id).first()
        if other is None:
            continue
        tried += 1
        if (wall.table, column) == ("interventions_session", "slot_id"):  # one session a slot and day
            rows.filter(slot=other.pk).update(on=date(2027, 1, 4))
        if model_of(wall.table)._meta.get_field(column.removesuffix("_id")).unique:
            rows.filter(**{column: other.pk}).delete()  # else it is refused for being taken
        assert refused(partial(rows.filter(pk=row.pk).update, **{column: other.pk})), (wall.table, column)

    assert tried >= 5


def test_a_new_record_may_not_lead_to_another_school(db):
    learner, group = LearnerFactory(), GroupFactory()
    learner.pk, learner.upn, learner.group = None, "", group

    assert refused(learner.save)


def test_no_record_changes_its_school(db):
    placement, other = PlacementFactory(), SchoolFactory()

    assert refused(lambda: Learner.objects.filter(pk=placement.learner_id).update(school=other))


def test_a_wall_that_was_lost_is_put_up_again_and_an_older_one_replaced(db):
    wall = next(one for one in walls.walls() if one.table == "learners_learner")
    before = standing()
    take_down(wall.table)
    with connection.cursor() as cursor:
        for statement in (walls._sqlite if connection.vendor == "sqlite" else walls._postgresql)(wall, "wall_older"):
            cursor.execute(statement)

    walls.build()

    assert standing() == before
    group = GroupFactory()
    learner = LearnerFactory()
    assert refused(lambda: Learner.objects.filter(pk=learner.pk).update(group=group))
