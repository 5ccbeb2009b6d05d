"""What the learners app itself holds about a learner."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from learners.actions import forgetting
from learners.holdings import Holding, register
from learners.models import Contact, Grant, Hold, ImportRun, Learner, Passport, SenProvision
from provisionmap.school.models import AuditEvent

FIRST, ROW, HISTORY = 10, 50, 90  # rewritten first, while it can still be told what was the learner's


def _of(model: Any) -> Any:
    """Rows that point at the learner."""
    return lambda ids: model._default_manager.filter(learner__in=ids)


def _past_of(model: Any) -> Any:
    """Versions of rows that pointed at the learner, those of rows that are gone included."""
    return lambda ids: model.history.filter(learner__in=ids)


def _imports(ids: Collection[int]) -> QuerySet[Any]:
    schools = Learner.objects.filter(pk__in=ids).values("school")
    return ImportRun.objects.filter(school__in=schools).exclude(before={}, upload=None)


def _own(model: Any, words: str) -> None:
    """A model that hangs on the learner, and its history where it has one."""
    label = model._meta.label
    register(Holding(label, words, "delete", _of(model), order=ROW))
    if hasattr(model, "history"):
        past = model.history.model._meta.label
        register(Holding(past, f"earlier versions of {words}", "delete", _past_of(model), order=HISTORY))


for _model, _words in (
    (SenProvision, "SEN provision and needs"),
    (Passport, "passports"),
    (Contact, "contacts"),
    (Grant, "people who were given sight of them"),
    (Hold, "holds that were lifted"),
):
    _own(_model, _words)
register(
    Holding(
        "learners.ImportRun",
        "imports of pupil lists",
        "rewrite",
        _imports,
        why="The import stays with its figures; what it kept of this learner for its undo goes.",
        rewrite=forgetting.forget_in_imports,
        counted=False,
        order=FIRST,
    )
)
register(
    Holding(
        "school.AuditEvent",
        "events of the audit trail",
        "keep",
        lambda ids: AuditEvent.objects.filter(learner_id__in=ids),
        why="It holds numbers, names of fields and plain values, and shows what the school did with the record.",
    )
)
register(
    Holding(
        Learner._meta.label,
        "learners' details",
        "delete",
        lambda ids: Learner.objects.filter(pk__in=ids),
        order=ROW + 10,
    )
)
register(
    Holding(
        Learner.history.model._meta.label,
        "earlier versions of learners' details",
        "delete",
        lambda ids: Learner.history.filter(id__in=ids),
        order=HISTORY,
    )
)
