"""Starting, changing and ending provisions, and placing learners in them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from simple_history.utils import bulk_create_with_history

from interventions.actions.grants import sync_grants
from interventions.models import Deliverer, Intervention, Placement, Provision
from interventions.permissions import check_can_edit, check_can_place
from learners.models import Group, Learner
from provisionmap.school import audit
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale


@dataclass(frozen=True)
class Plan:
    """What a provision is to be, as a form or a copy gives it."""

    name: str
    tier: int
    area: str
    starts: date
    ends: date | None = None
    minutes: int | None = None
    sessions: int | None = None
    place: str = ""
    responsible: User | None = None
    group: Group | None = None
    note: str = ""
    confidential: bool = False
    intervention: Intervention | None = None


@dataclass(frozen=True)
class Delivery:
    """Somebody who will deliver it: a person of the school, or somebody from outside by name."""

    user: User | None = None
    name: str = ""
    role: str = "ta"


@transaction.atomic
def start_provision(
    *, school: School, plan: Plan, deliverers: Sequence[Delivery], learners: Sequence[Learner], by: User
) -> Provision:
    """Start a provision with its people and its learners, all or nothing.

    Raises NotAllowed when `by` may not, or a learner is of another school.
    """
    check_can_edit(school, plan.tier, by)
    provision = Provision(school=school, **vars(plan))
    vars(provision)["_history_user"] = by
    provision.save()
    Deliverer.objects.bulk_create(
        [Deliverer(provision=provision, user=one.user, name=one.name, role=one.role) for one in deliverers]
    )
    audit.record("provision.start", by=by, target=provision, new={"name": plan.name, "tier": plan.tier})
    add_learners(provision=provision, learners=learners, starts=plan.starts, by=by)
    return provision


@transaction.atomic
def add_learners(*, provision: Provision, learners: Sequence[Learner], starts: date, by: User) -> list[Placement]:
    """Place `learners` in `provision` from `starts` to its end; those already in it are passed over."""
    for learner in learners:
        check_can_place(learner, provision, by)
    placed = set(
        Placement.objects.filter(provision=provision)
        .on(max(starts, provision.starts))
        .values_list("learner", flat=True)
    )
    rows = [
        Placement(
            school=provision.school,
            provision=provision,
            learner=learner,
            starts=max(starts, provision.starts),
            ends=provision.ends,
            minutes=provision.minutes,
            sessions=provision.sessions,
        )
        for learner in learners
        if learner.pk not in placed
    ]
    made = bulk_create_with_history(rows, Placement, default_user=by) if rows else []
    audit.record("provision.add-learners", by=by, target=provision, new={"placements": len(made)})
    sync_grants(provision=provision)
    return list(made)


@transaction.atomic
def change_provision(
    *, provision: Provision, changes: dict[str, Any], deliverers: Sequence[Delivery] | None, seen: int, by: User
) -> Provision:
    """Apply `changes` to a provision read at version `seen`, and replace its people where given.

    A new dose or end date is carried to the placements that had the old one. Raises Stale, with nothing
    written, when another save came between.
    """
    check_can_edit(provision.school, provision.tier, by)
    check_can_edit(provision.school, changes.get("tier", provision.tier), by)
    claimed = Provision.objects.filter(pk=provision.pk, version=seen).update(version=F("version") + 1)
    current = Provision.objects.select_related("school").get(pk=provision.pk)
    if not claimed:
        raise Stale(current)
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    vars(current)["_history_user"] = by
    current.save(update_fields=list(changes))
    for name in ("minutes", "sessions", "ends"):
        if name in changes and changes[name] != old[name]:
            carry(provision=current, name=name, old=old[name], new=changes[name], by=by)
    if deliverers is not None:
        current.deliverers.all().delete()
        Deliverer.objects.bulk_create(
            [Deliverer(provision=current, user=one.user, name=one.name, role=one.role) for one in deliverers]
        )
    audit.record("provision.change", by=by, target=current, old=old, new=changes)
    sync_grants(provision=current)
    return current


def carry(*, provision: Provision, name: str, old: Any, new: Any, by: User) -> None:
    """Give the placements that still had the provision's old value the new one, with their history."""
    rows = list(Placement.objects.filter(provision=provision, **{name: old}))
    for row in rows:
        setattr(row, name, max(new, row.starts) if name == "ends" and new else new)
        row.version += 1
    Placement.objects.bulk_update(rows, [name, "version"])
    Placement.history.bulk_history_create(rows, update=True, default_user=by)


@transaction.atomic
def end_provision(*, provision: Provision, on: date, seen: int, by: User) -> Provision:
    """End a provision on `on`, its last day, and every placement that would have run longer."""
    on = max(on, provision.starts)
    ended = change_provision(provision=provision, changes={"ends": on}, deliverers=None, seen=seen, by=by)
    rows = list(Placement.objects.filter(provision=ended).exclude(ends__lte=on))
    for row in rows:
        row.ends = max(on, row.starts)
        row.version += 1
    Placement.objects.bulk_update(rows, ["ends", "version"])
    Placement.history.bulk_history_create(rows, update=True, default_user=by)
    sync_grants(provision=ended)
    return ended
