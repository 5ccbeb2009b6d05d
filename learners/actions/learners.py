"""Adding learners, changing their details, and marking them as left."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from learners.models import Learner
from learners.permissions import check_can_add, check_can_edit
from provisionmap.school import audit
from provisionmap.school.models import School, User
from provisionmap.school.stale import claim

# What a person may write; the version, the school and the leaving date have their own ways.
FIELDS = frozenset(
    {
        "upn", "former_upn", "surname", "forename", "middle_names", "preferred_name", "date_of_birth", "sex",
        "nc_year", "group", "joined", *Learner.FLAGS,
    }
)  # fmt: skip


class UpnTaken(Exception):
    """Another learner of the school has this UPN; the text says what to do."""


def check_upn_free(*, school: School, upn: str, by: User, learner: Learner | None = None) -> None:
    """Raises UpnTaken when another learner of `school` has `upn`; an empty one is always free.

    The other learner is named only to somebody who may see them.
    """
    others = Learner.objects.filter(school=school, upn=upn)
    if learner is not None:
        others = others.exclude(pk=learner.pk)
    if not upn or not others.exists():
        return
    seen = others.visible_to(by).first()
    if seen is None:
        raise UpnTaken("Another learner of the school has this UPN: check the number in the MIS.")
    raise UpnTaken(f"This is the UPN of {seen.name}: check both in the MIS and correct the one that is wrong.")


def _only_fields(values: dict[str, Any]) -> None:
    """Raises ValueError for a name that is not a learner's detail: a form may not reach further."""
    if unknown := set(values) - FIELDS:
        raise ValueError(f"not a detail of a learner: {', '.join(sorted(unknown))}")


@transaction.atomic
def add_learner(*, school: School, values: dict[str, Any], by: User) -> Learner:
    """Put a learner on the register by hand. Raises UpnTaken."""
    check_can_add(school, by)
    _only_fields(values)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # so that two people cannot both find a UPN free
    check_upn_free(school=school, upn=values.get("upn", ""), by=by)
    learner = Learner(school=school, **values)
    learner.full_clean()
    learner.save()
    audit.record("learner.add", by=by, target=learner, new=values)
    return learner


@transaction.atomic
def change_learner(*, learner: Learner, changes: dict[str, Any], seen: int, by: User) -> Learner:
    """Apply `changes` to a learner that was read at version `seen`; return them as saved.

    Raises Stale when another save came between, UpnTaken when the UPN is another learner's, ValidationError for a
    leaver who would join after their last day.
    """
    check_can_edit(learner, by)
    _only_fields(changes)
    School.objects.select_for_update(no_key=True).get(pk=learner.school_id)
    current = claim(learner, seen=seen)
    check_upn_free(school=current.school, upn=changes.get("upn", ""), by=by, learner=current)
    return _save(current, changes, "learner.change", by)


@transaction.atomic
def mark_left(*, learner: Learner, left: date, seen: int, by: User) -> Learner:
    """Take a learner off the roll after `left`, their last day. Raises Stale, or ValidationError before they joined."""
    check_can_edit(learner, by)
    return _save(claim(learner, seen=seen), {"left": left}, "learner.leave", by)


@transaction.atomic
def mark_returned(*, learner: Learner, seen: int, by: User) -> Learner:
    """Put a learner who had left back on the roll. Raises Stale."""
    check_can_edit(learner, by)
    return _save(claim(learner, seen=seen), {"left": None}, "learner.return", by)


def _save(current: Learner, changes: dict[str, Any], verb: str, by: User) -> Learner:
    """Write `changes` to a claimed learner, with their trail. Raises ValidationError."""
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    if current.joined and current.left and current.left < current.joined:
        words = {
            "joined": f"They left on {current.left:%d/%m/%Y}: choose that day or an earlier one.",
            "left": f"They joined on {current.joined:%d/%m/%Y}: choose that day or a later one.",
        }
        raise ValidationError({name: words[name] for name in words if name in changes})
    current.full_clean()
    current.save(update_fields=list(changes))
    audit.record(verb, by=by, target=current, old=old, new=changes)
    return current
