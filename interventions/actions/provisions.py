"""Starting, changing and ending provisions, and placing learners in them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from interventions.actions.changes import (
    add_rows,
    change_rows,
    claim_provision,
    lock_provisions,
    open_change,
    remove_rows,
)
from interventions.actions.grants import sync_grants
from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision, TierMove
from interventions.permissions import check_can_edit, check_can_place
from learners.models import Group, Learner
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

CARRIED = ("minutes", "sessions", "ends")  # what placements take over from their provision when it changes


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
    subject: str = ""
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
    change = open_change(school=school, kind="start", words=f"Started {plan.name} for {counted(learners)}", by=by)
    provision = add_rows([Provision(school=school, **vars(plan))], change=change)[0]
    add_rows(_people(provision, deliverers), change=change)
    audit.record("provision.start", by=by, target=provision, new={"name": plan.name, "tier": plan.tier})
    place_all(provision, learners, plan.starts, change)
    return provision


def counted(learners: Sequence[Any]) -> str:
    """How many learners, in words that name none."""
    return f"{len(learners)} learner{'' if len(learners) == 1 else 's'}"


def _people(provision: Provision, deliverers: Sequence[Delivery]) -> list[Deliverer]:
    return [Deliverer(provision=provision, user=one.user, name=one.name, role=one.role) for one in deliverers]


@transaction.atomic
def add_learners(*, provision: Provision, learners: Sequence[Learner], starts: date, by: User) -> list[Placement]:
    """Place `learners` in `provision` from `starts` to its end; those already in it are passed over."""
    words = f"Added {counted(learners)} to {provision.name}"
    change = open_change(school=provision.school, kind="learners", words=words, by=by)
    return place_all(provision, learners, starts, change)


def last_day_of(learner: Learner, provision: Provision) -> date | None:
    """The last day of a place that is given now: the provision's, or the learner's own when they leave before."""
    known = [day for day in (learner.left, provision.ends) if day]
    return min(known) if known else None


def place_all(provision: Provision, learners: Sequence[Learner], starts: date, change: MapChange) -> list[Placement]:
    """Raises NotAllowed when the provision has ended by `starts`. Who has a place in it by then or later keeps it."""
    for learner in learners:
        check_can_place(learner, provision, change.by)
    provision = lock_provisions([provision.pk])[0]  # so that two people cannot place a learner twice
    starts = max(starts, provision.starts)
    if provision.ends and starts > provision.ends:
        raise NotAllowed(f"{provision.name} ended on {provision.ends:%d/%m/%Y}. Change its last day first.")
    there = Placement.objects.filter(Q(ends=None) | Q(ends__gte=starts), provision=provision)
    placed = set(there.values_list("learner", flat=True))
    rows = [
        Placement(
            school=provision.school,
            provision=provision,
            learner=learner,
            starts=starts,
            ends=last_day_of(learner, provision),
            minutes=provision.minutes,
            sessions=provision.sessions,
        )
        for learner in learners
        if learner.pk not in placed and not (learner.left and learner.left < starts)
    ]
    made = add_rows(rows, change=change)
    if made:
        audit.record("provision.add-learners", by=change.by, target=provision, new={"placements": len(made)})
    sync_grants([provision.pk])
    return made


@transaction.atomic
def change_provision(
    *, provision: Provision, changes: dict[str, Any], deliverers: Sequence[Delivery] | None, seen: int, by: User
) -> Provision:
    """Apply `changes` to a provision read at version `seen`, and replace its people where given.

    A new dose or end date is carried to the placements that had the old one; another tier counts from today, and
    earlier days keep the one it had. `deliverers` deliver it from today on. Raises Stale, with nothing written, when
    another save came between; NotAllowed when `by` may not, or a placement was over before its first day.
    """
    current = _claimed(provision, changes, seen, by)
    change = open_change(school=current.school, kind="change", words=f"Changed {current.name}", by=by)
    _rewrite(current, changes, change)
    if deliverers is not None:
        hand_over({current: deliverers}, change)
    sync_grants([current.pk])
    return current


def hand_over(wanted: Mapping[Provision, Sequence[Delivery]], change: MapChange) -> None:
    """From today on others deliver these provisions; who no longer does delivered them until yesterday.

    The same few queries for one provision and for a hundred.
    """
    day = today()
    # Not by provision.deliverers: prefetched with their users, they would be locked through an outer join.
    current = Deliverer.objects.lasting().select_for_update().filter(Q(ends=None) | Q(ends__gte=day))
    current = current.filter(provision__in=wanted)
    held: dict[int, dict[tuple[int | None, str], Deliverer]] = {one.pk: {} for one in wanted}
    for row in current.order_by("pk"):
        held[row.provision_id][row.user_id, row.name] = row
    over, gone, other, fresh = [], [], [], []
    for provision, people in wanted.items():
        there = held[provision.pk]
        asked = {(one.user.pk if one.user else None, one.name): one for one in people}
        for key, row in there.items():
            if key not in asked and (row.starts or provision.starts) < day:
                row.ends = day - timedelta(days=1)
                over.append(row)
            elif key not in asked:
                gone.append(row)
            elif row.role != asked[key].role:
                row.role = asked[key].role
                other.append(row)
        added = _people(provision, [one for key, one in asked.items() if key not in there])
        for row in added:
            row.starts = day if provision.starts < day else None
        fresh += added
    change_rows(over, ["ends"], change=change)
    remove_rows(gone, change=change)
    change_rows(other, ["role"], change=change)
    add_rows(fresh, change=change)


def _claimed(provision: Provision, changes: dict[str, Any], seen: int, by: User) -> Provision:
    """The provision as it now is, taken by the caller. Raises NotAllowed, or Stale when `seen` is not its version."""
    check_can_edit(provision.school, provision.tier, by)
    check_can_edit(provision.school, changes.get("tier", provision.tier), by)
    claimed = claim_provision(provision, seen)
    current = Provision.objects.select_related("school").get(pk=provision.pk)
    if not claimed:
        raise Stale(current)
    current.version = seen
    return current


def _rewrite(current: Provision, changes: dict[str, Any], change: MapChange) -> None:
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    change_rows([current], changes, change=change)
    if current.tier != old.get("tier", current.tier) and current.starts < today():
        add_rows([TierMove(provision=current, on=today(), old=old["tier"], new=current.tier)], change=change)
    moved = {name: old[name] for name in CARRIED if name in changes and changes[name] != old[name]}
    if moved or changes.get("starts", old.get("starts")) != old.get("starts"):
        _carry(current, moved, change)
    audit.record("provision.change", by=change.by, target=current, old=old, new=changes)


def _carry(provision: Provision, old: dict[str, Any], change: MapChange) -> None:
    """Give the placements that still had the provision's `old` values its new ones, and keep all within its days.

    Raises NotAllowed where a placement was over before they begin.
    """
    changed: dict[int, Placement] = {}
    for row in Placement.objects.select_for_update().filter(provision=provision).order_by("pk"):
        was = _carried(row)
        for name, value in old.items():
            if getattr(row, name) == value:
                setattr(row, name, getattr(provision, name))
        _clip(row, provision)
        if _carried(row) != was:
            changed[row.pk] = row
    change_rows(list(changed.values()), [*CARRIED, "starts"], change=change)


def _carried(row: Placement) -> tuple[Any, ...]:
    return (*(getattr(row, name) for name in CARRIED), row.starts)


def _clip(row: Placement, provision: Provision) -> None:
    if row.ends and row.ends < provision.starts:
        raise NotAllowed(f"A learner was placed in it until {row.ends:%d/%m/%Y}. It cannot start after that.")
    row.starts = max(row.starts, provision.starts)
    if provision.ends and (row.ends is None or row.ends >= provision.ends):
        row.ends = max(provision.ends, row.starts)  # one that has not begun by then ends on its first day


@transaction.atomic
def end_provision(*, provision: Provision, on: date, seen: int, by: User) -> Provision:
    """End a provision on `on`, its last day, and every placement that would have run longer.

    A placement that has not begun by then ends on its first day.
    """
    on = max(on, provision.starts)
    current = _claimed(provision, {}, seen, by)
    change = open_change(school=current.school, kind="end", words=f"Ended {current.name} on {on:%d/%m/%Y}", by=by)
    old = current.ends
    current.ends = on
    change_rows([current], ["ends"], change=change)
    rows = list(Placement.objects.select_for_update().filter(provision=current).exclude(ends__lte=on).order_by("pk"))
    for row in rows:
        row.ends = max(on, row.starts)
    change_rows(rows, ["ends"], change=change)
    audit.record("provision.change", by=by, target=current, old={"ends": old}, new={"ends": on})
    sync_grants([current.pk])
    return current
