"""A day of each role: every row that a request changed has an event that says who, when and in which request.

The database is compared before and after each request: nothing depends on what an action thinks it wrote.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from provisionmap.school.models import AuditEvent
from provisionmap.school.seen import LEARNER_VIEW, LIST_VIEW, REFUSED
from tests.matrix.expectations import ROUTES, UNGUARDED
from tests.matrix.test_matrix import ask, built, expected, put_back, world
from tests.matrix.world import ACTORS

__all__ = ["built", "world"]
pytestmark = pytest.mark.looks
OURS = ("school", "learners", "interventions")
LOOKS = {LEARNER_VIEW, LIST_VIEW, REFUSED}
# Rows that say nothing of a child and have no event of their own: what somebody last chose for themselves, the drafts
# of an upload, which is recorded when it is applied, and who has sight, which follows from what was recorded.
NOT_RECORDED = {
    "learners.importrun": "an upload on its way in",
    "interventions.mapimport": "an upload on its way in",
    "learners.grant": "follows from deliverers and placements",
    "school.signintries": "a counter without a person",
}
OF_THE_SCHOOL = {"library.stock", "school.tiers"}
MODELS = [
    model
    for label in OURS
    for model in apps.get_app_config(label).get_models(include_auto_created=True)
    if not hasattr(model, "history_object") and model._meta.label_lower not in {"school.auditevent", "school.auditseal"}
]
Row = tuple[str, Any]


def snapshot() -> dict[Row, dict[str, Any]]:
    """Every row of ours."""
    return {
        (model._meta.label_lower, row[model._meta.pk.attname]): row
        for model in MODELS
        for row in model.objects.values(*(field.attname for field in model._meta.concrete_fields))
    }


def names_of(row: Row, values: dict[str, Any]) -> set[Row]:
    """The row itself and what it belongs to: an event about one of them speaks of it."""
    model = apps.get_model(row[0])
    owners = {
        (field.related_model._meta.label_lower, values[field.attname])
        for field in model._meta.concrete_fields
        if field.is_relation and field.name not in {"school", "by", "undone_by"}
    }
    return {row, *owners}


def unspoken(before: dict[Row, Any], after: dict[Row, Any], events: list[AuditEvent]) -> list[Row]:
    """The rows that changed and that no event speaks of; an act on many is one event, told row by row in history."""
    spoken = {(event.target_model, event.target_id) for event in events}
    spoken |= {("learners.learner", event.learner_id) for event in events if event.learner_id}
    spoken |= {("school.user", after[one]["user_id"]) for one in spoken if one[0] == "school.membership"}
    if OF_THE_SCHOOL & {event.verb for event in events}:  # told with the school as a whole, by how many
        spoken |= {row for row in after if row[0] in {"school.tierlabel", "interventions.intervention"}}
    many = {"interventions.mapchange", "learners.importrun", "interventions.mapimport"} & {one for one, _ in spoken}
    changed = [row for row in {*before, *after} if before.get(row) != after.get(row)]
    return [
        row
        for row in changed
        if row[0] not in NOT_RECORDED and not many and not names_of(row, after.get(row) or before[row]) & spoken
    ]


SHIFTS = 6  # parts of the day, so that several machines may take one each
ACTS = sorted(set(ROUTES) - UNGUARDED - {"school:preferences", "school:switch"})


@pytest.mark.parametrize("shift", range(SHIFTS))
def test_every_row_that_a_day_changes_has_its_event(world, shift):
    done: Counter[str] = Counter()
    wrong = []
    before = snapshot()  # each request is put back, so the next one finds the same
    for name in ACTS[shift::SHIFTS]:
        for actor in (actor for actor in ACTORS if actor.signed_in):
            args = world.args(ROUTES[name].kind, actor)["own"]
            for method in ("get", "post"):
                if expected(ROUTES[name], actor, "own", method) not in (200, 302):
                    continue
                with put_back():
                    began = timezone.now()
                    answer = ask(world, actor, name, args, method)
                    after = snapshot()
                    events = list(AuditEvent.objects.filter(request_id=answer["X-Request-ID"]))
                writes = [event for event in events if event.verb not in LOOKS]
                done["acts"] += 1
                done["writes"] += before != after
                if missing := unspoken(before, after, writes):
                    wrong.append(f"{method} {name} by {actor.name}: {sorted({label for label, _ in missing})}")
                if any(one.user_id != world.users[actor.name].pk or one.at < began for one in writes):
                    wrong.append(f"{method} {name} by {actor.name}: not who or not when")

    assert wrong == [], "\n".join(wrong)
    assert before == snapshot()
    assert done["acts"] >= 300 / SHIFTS
    assert done["writes"] >= 100 / SHIFTS


def test_a_row_without_an_event_would_be_noticed(world):
    before = snapshot()
    world.own.learner.surname = "Changed"
    world.own.learner.save()

    assert unspoken(before, snapshot(), []) == [("learners.learner", world.own.learner.pk)]
