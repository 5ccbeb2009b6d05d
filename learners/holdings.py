"""What is held about a learner: every model in which something of one stands, declared by the app that owns it.

Subject access, retention and disposal read this register, so that none of them forgets a table. A model that can be
reached from a learner, or that has personal fields, and is neither declared nor set aside fails a test.
Each app declares its own in a file of this name, which is loaded when Django starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from learners.export_reasons import register as register_reasons
from learners.models import Contact, Grant, Group, Hold, ImportRun, Learner, Passport, SenProvision, TrailExport
from learners.trail_words import done
from provisionmap.school.models import AuditEvent, School, SignInTries, StaffHours, User


class Disposal(StrEnum):
    """What happens to the rows of a learner whose record is disposed of."""

    DELETE = "delete"  # the rows go
    REWRITE = "rewrite"  # the rows are about others too: they stay without the learner
    KEEP = "keep"  # the rows stay as they are: nothing in them tells of the learner


@dataclass(frozen=True)
class Holding:
    """One model that holds something about learners.

    `rows` are those of the learner with this id, also of one who is gone. Where a row is about others too, `part` gives
    the values to show in place of the row's own. For REWRITE, `rewritten` gives the values that the row has without the
    learner: all rows are rewritten before any is deleted, because what is theirs is told by what still stands.
    `others` are fields that hold somebody else's name, number or address. `said` tells a row of codes in words.
    """

    model: type[Model]
    title: str
    rows: Callable[[int], QuerySet[Any]]
    disposal: Disposal
    why: str = ""
    part: Callable[[Any, int], dict[str, Any]] = lambda row, pk: {}
    rewritten: Callable[[Any, int], dict[str, Any]] = lambda row, pk: {}
    others: tuple[str, ...] = ()
    said: Callable[[Any], str] = lambda row: ""


_declared: dict[type[Model], Holding] = {}
_aside: dict[type[Model], str] = {}
_settled: list[Callable[[School], object]] = []


def declare(
    model: Any,
    title: str,
    rows: Callable[[int], QuerySet[Any]],
    disposal: Disposal = Disposal.DELETE,
    why: str = "",
    **more: Any,
) -> None:
    """Say that `model` holds something about learners. The same model again replaces what was said."""
    _declared[model] = Holding(model, title, rows, disposal, why, **more)


def settle(put_right: Callable[[School], object]) -> None:
    """Call `put_right` in the transaction that took a learner out: what is summed up from their rows counts anew."""
    _settled.append(put_right)


def settled() -> tuple[Callable[[School], object], ...]:
    """What counts anew once a learner is gone."""
    return tuple(_settled)


def declare_with_history(model: Any, title: str, **lookup: str) -> None:
    """Say that `model` and its history hold rows of one learner each; `by` is the field that says whose, and `versions`
    the one of its history where that has another name. All of them go with the learner.
    """
    by, versions = lookup["by"], lookup.get("versions", lookup["by"])
    declare(model, title, lambda pk: model._base_manager.filter(**{by: pk}).order_by("pk"))
    history = model.history.model
    declare(
        history,
        f"{title}, earlier versions",
        lambda pk: history._base_manager.filter(**{versions: pk}).order_by("history_id"),
    )


def set_aside(model: Any, why: str) -> None:
    """Say that `model` has personal fields, and holds nothing about a learner of its own doing."""
    _aside[model] = why


def declared() -> list[Holding]:
    """Every holding, in the order in which the apps declared them."""
    return list(_declared.values())


def aside() -> dict[type[Model], str]:
    """The models that were set aside, and why."""
    return dict(_aside)


def _points_at(model: type[Model]) -> Iterator[Any]:
    """The models that rows of `model` refer to."""
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        if field.related_model is not None:
            yield field.related_model


def must_be_declared() -> set[type[Model]]:
    """Models of any app with a way to a learner: by keys, by a learner's bare id, or as the history of such a model."""
    every = set(apps.get_models(include_auto_created=True))
    found: set[Any] = {Learner}
    found |= {model for model in every if any(field.name == "learner_id" for field in model._meta.concrete_fields)}
    while True:
        reached = {model for model in every if any(target in found for target in _points_at(model))}
        reached |= {model.history.model for model in found if hasattr(model, "history")}
        if reached <= found:
            return found
        found |= reached


def has_personal_fields(model: Any) -> bool:
    """Whether the model calls any of its fields personal or special."""
    privacy = getattr(model, "Privacy", None)
    return privacy is not None and bool(privacy.personal or privacy.special)


def groups_of(learner: int) -> QuerySet[Group]:
    """The classes in which the learner is or was."""
    held = Learner.history.filter(id=learner, group__isnull=False).order_by().values("group")
    return Group.objects.filter(Q(learners=learner) | Q(pk__in=held)).distinct().order_by("pk")


def imports_of(learner: int) -> QuerySet[ImportRun]:
    """Imports of the learner's school that still hold values of learners: the last one, and uploads on their way."""
    schools = Learner.history.filter(id=learner).order_by().values("school")
    here = Q(school__learners=learner) | Q(school__in=schools)
    return ImportRun.objects.filter(here).exclude(Q(upload=None) & Q(before={})).distinct().order_by("pk")


def _ids(model: Any, learner: int) -> set[int]:
    """Ids that rows of this learner have, or had as far as history tells."""
    rows = set(model.objects.filter(learner=learner).values_list("pk", flat=True))
    if hasattr(model, "history"):
        rows |= set(model.history.filter(learner=learner).values_list("id", flat=True))
    return rows


def _sorted_out(run: ImportRun, learner: int, *, mine: bool) -> dict[str, Any]:
    """What an import keeps for its undo: the part about this learner, or everything but that."""
    ids = {"sen_changed": _ids(SenProvision, learner), "sen_opened": _ids(SenProvision, learner)}
    ids["contacts"] = _ids(Contact, learner)
    sorted_out: dict[str, Any] = {}
    for name, kept in run.before.items():
        own = ids.get(name, {learner} if name in ("added", "changed") else set())
        if isinstance(kept, dict):
            sorted_out[name] = {key: value for key, value in kept.items() if (int(key) in own) is mine}
        else:
            sorted_out[name] = [key for key in kept if (key in own) is mine]
    return sorted_out


declare_with_history(Learner, "Details", by="pk", versions="id")
declare_with_history(SenProvision, "SEN provision", by="learner")
declare_with_history(Passport, "Passport", by="learner")
declare(
    Contact,
    "Adults around them",
    lambda pk: Contact.objects.filter(learner=pk),
    others=("name", "phone", "email"),
)
declare(Grant, "Who was given sight of them", lambda pk: Grant.ever.filter(content_object=pk))
declare(Hold, "Holds on the record", lambda pk: Hold.objects.filter(learner=pk).order_by("pk"))
declare(Group, "Classes and tutor groups", groups_of, Disposal.KEEP, "A class is its other learners' too.")
declare(
    ImportRun,
    "Imports of pupil lists",
    imports_of,
    Disposal.REWRITE,
    "The old values that undoing an import needs are kept for the other learners; an upload on its way is abandoned.",
    part=lambda run, pk: {"before": _sorted_out(run, pk, mine=True), "decisions": {}, "upload_name": ""},
    rewritten=lambda run, pk: {
        "before": _sorted_out(run, pk, mine=False),
        **({"upload": None, "upload_name": "", "decisions": {}, "state": "abandoned"} if run.upload else {}),
    },
)
declare(
    AuditEvent,
    "Who did or looked at what",
    lambda pk: AuditEvent.objects.filter(learner_id=pk).order_by("pk"),
    Disposal.KEEP,
    "The trail shows who had access, and is sealed. It holds numbers and the names of fields, nothing of the learner.",
    said=lambda event: done(event.verb, event.changes),
)
set_aside(User, "A colleague. Their name stands in a learner's record as somebody else's.")
register_reasons(TrailExport)
set_aside(TrailExport, "Why a colleague took many learners out: kept half a year; a disposal takes a name out of it.")
set_aside(StaffHours, "A colleague's working week.")
set_aside(SignInTries, "Tries to sign in, under a code from which nobody can be read.")
