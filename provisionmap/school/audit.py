"""Writing the audit trail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models

from provisionmap.school.models import AuditEvent, School, User
from provisionmap.web.log import request_id

LEARNER = "learners.learner"


def _plain(value: Any) -> Any:
    """A value of a plain field as JSON keeps it."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def changes_of(target: models.Model | None, old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[Any] | None]:
    """What the trail may keep: old and new of fields the model calls plain, of others only that they changed."""
    privacy = getattr(target, "Privacy", None)  # of the record itself: the person of a request is only lent
    plain = set(privacy.plain) if privacy else set()
    return {
        name: [_plain(old.get(name)), _plain(new.get(name))] if name in plain else None
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    }


def learner_of(target: models.Model | None) -> int | None:
    """The id of the child whose record `target` is or belongs to."""
    itself = target is not None and target._meta.label_lower == LEARNER
    found = getattr(target, "pk" if itself else "learner_id", None)
    return found if isinstance(found, int) else None


def record(
    verb: str,
    *,
    by: User | None,
    target: models.Model | None = None,
    school: School | None = None,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
) -> None:
    """Keep that `by` did `verb` to `target`; called inside the transaction that writes.

    The school is the target's own where it has one. `told` are plain facts of an act that has no record of its own.
    """
    AuditEvent.objects.create(
        user_id=by.pk if by else None,
        school_id=school.pk if school else getattr(target, "school_id", None),
        learner_id=learner_of(target),
        verb=verb,
        target_model=target._meta.label_lower if target else "",
        target_id=target.pk if target else None,
        changes=changes_of(target, old or {}, new or {})
        | {name: [None, _plain(value)] for name, value in (told or {}).items()},
        request_id=request_id.get(),
    )
