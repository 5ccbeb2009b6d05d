"""Placing learners, changing and ending placements, and taking back the last change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from interventions.actions.changes import check_unlogged, lock_placements, lock_provisions, standing_change
from interventions.actions.grants import Share, Span, sync_grants, trim_grants
from interventions.actions.undoing import undo_change
from interventions.dose import Dose
from interventions.models import MapChange, Placement, Provision
from interventions.permissions import check_can_edit, check_can_place
from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.bulk import keep_history
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale

EDITED = ("starts", "ends", "minutes", "sessions", "outcome", "baseline", "target", "review_on", "confidential")
ON_THE_MAP = "map"  # the change reason that undo looks for
UNDO = "undo:"
UNDO_WITHIN = timedelta(hours=24)  # Ctrl+Z is for slips; what is older may be built upon
GONE = "Somebody took this place off the map meanwhile. Its history can bring it back."
LOOK_BACK = 50  # history rows searched for a change to take back


class OutsideProvision(NotAllowed):
    """These days are not the provision's: it has to run longer first."""


def check_dates(placement: Placement, starts: date, ends: date | None) -> Share:
    """Raises NotAllowed when these days lie outside the provision's, or meet another place of the learner in it.

    The provision is locked until the transaction ends, so that two people cannot place a learner twice.
    """
    provision = Provision.objects.select_for_update().get(pk=placement.provision_id)
    if starts < provision.starts:
        raise OutsideProvision(
            f"{provision.name} itself starts on {provision.starts:%d/%m/%Y}. Change its first day first."
        )
    if provision.ends and (ends is None or max(starts, ends) > provision.ends):
        raise OutsideProvision(f"{provision.name} itself ends on {provision.ends:%d/%m/%Y}. Change its last day first.")
    share = Share.read(provision, placement.learner_id)
    if share.meets(placement.pk, starts, ends):
        raise NotAllowed("The learner has another place in this provision in that time. Choose other days.")
    return share


@transaction.atomic
def change_placement(
    *, placement: Placement, changes: dict[str, Any], seen: int, by: User, reason: str = ON_THE_MAP
) -> Placement:
    """Apply `changes` to a placement that was read at version `seen`; return it as saved.

    Raises Stale, with nothing written, when another save came between; NotAllowed when `by` may not, or it is gone.
    Changes that change nothing write nothing.
    """
    check_can_edit(placement.school, placement.provision.tier, by)
    old = {name: getattr(placement, name) for name in changes}
    starts, ends = changes.get("starts", placement.starts), changes.get("ends", placement.ends)
    before, after = (
        Span(placement.learner_id, placement.starts, placement.ends),
        Span(placement.learner_id, starts, ends),
    )
    share = None
    if after != before and placement.version == seen:
        # Fewer days need no asking: they lie in the provision's, and meet no other place. But who sees the learner
        # follows from them, and whoever writes that holds the provision.
        if after.within(before):
            lock_provisions([placement.provision_id])
        else:
            share = check_dates(placement, starts, ends)
    claimed = placement.version == seen and Placement.objects.filter(pk=placement.pk, version=seen).update(
        **changes, version=F("version") + int(old != changes)
    )
    if not claimed:
        current = Placement.objects.for_map().select_related("school").filter(pk=placement.pk).first()
        raise Stale(current) if current else NotAllowed(GONE)
    if old == changes:
        return placement
    for name, value in changes.items():
        setattr(placement, name, value)
    placement.version = seen + 1
    keep_history(Placement, [placement.pk], "~", by=by, reason=reason)  # a bare UPDATE keeps none
    audit.record("placement.change", by=by, target=placement, old=old, new=changes)
    if share:
        share.renew(placement.pk, starts, ends)
    elif after != before:
        trim_grants(provision=placement.provision_id, learner=placement.learner_id, old=before, new=after)
    return placement


def end_placement(*, placement: Placement, on: date, seen: int, by: User) -> Placement:
    """End a placement on `on`, its last day; one that has not begun by then ends on its first day."""
    return change_placement(placement=placement, changes={"ends": max(on, placement.starts)}, seen=seen, by=by)


@transaction.atomic
def place(*, provision: Provision, learner: Learner, starts: date, ends: date | None, by: User) -> Placement:
    """Give `learner` a place in `provision` with the provision's own dose.

    Raises NotAllowed when `by` may not, when the first day lies outside the provision's days, or when the
    learner already has a place there in that time.
    """
    check_can_place(learner, provision, by)
    placement = Placement(
        school=provision.school,
        provision=provision,
        learner=learner,
        starts=starts,
        ends=ends,
        minutes=provision.minutes,
        sessions=provision.sessions,
    )
    share = check_dates(placement, starts, ends)
    vars(placement)["_history_user"] = by
    vars(placement)["_change_reason"] = ON_THE_MAP
    placement.save()
    audit.record("placement.add", by=by, target=placement, new={"provision": provision, "starts": starts})
    share.renew(placement.pk, starts, ends)
    return placement


def last_change(school: School, by: User, now: datetime) -> Any | None:
    """The history row of `by`'s latest change of one placement on the map that was not taken back, or None.

    Only what was done within UNDO_WITHIN counts: what lies further back is taken back from the history page,
    where it is seen. One query.
    """
    undone: set[str] = set()
    mine = Placement.history.filter(school=school, history_user=by, history_date__gte=now - UNDO_WITHIN)
    for row in mine.order_by("-history_id")[:LOOK_BACK]:
        reason = row.history_change_reason or ""
        if reason.startswith(UNDO):
            undone.add(reason[len(UNDO) :])
        elif reason == ON_THE_MAP and str(row.history_id) not in undone:
            return row
    return None


@dataclass(frozen=True)
class Undone:
    """What was taken back: told in words, and the learner whose row changed where it was only one."""

    words: str
    learner: int | None = None


def _latest(school: School, by: User, now: datetime) -> tuple[Any | None, MapChange | None]:
    """`by`'s latest change of one placement, and the later one of several if there is one. Two queries."""
    row = last_change(school, by, now)
    several = standing_change(school=school, by=by, since=now - UNDO_WITHIN)
    return row, several if several and (row is None or several.at >= row.history_date) else None


@transaction.atomic
def undo_last(*, school: School, by: User, now: datetime) -> Undone | None:
    """Take back `by`'s latest change on the map, of one placement or of many; None when there is nothing.

    Raises Stale when the same placement was changed since, MovedOn when several records moved on.
    """
    row, several = _latest(school, by, now)
    if several:
        undo_change(change=several, by=by)
        return Undone(several.words)
    if row is None:
        return None
    # Held before it is asked who else changed it: what is saved in between would be taken back unseen.
    lock_provisions([row.provision_id])
    lock_placements([row.id])
    # What they no longer see is not theirs to change, and not to be named to them.
    seen = Placement.objects.visible_to(by).for_map().select_related("school", "learner")
    placement = seen.filter(pk=row.id).first()
    if placement is None:
        return None
    since = placement.history.filter(history_id__gt=row.history_id)
    others = since.filter(~Q(history_user=by) | Q(history_change_reason=None)).exists()
    # Somebody who works on two computers may have changed it between the asking and the holding.
    if others or _latest(school, by, now) != (row, None):
        raise Stale(placement)
    return take_back(row, placement, by)


def take_back(row: Any, placement: Placement, by: User) -> Undone:
    """Take back the change of `placement` that left the history row `row`, as a new change that names it.

    The caller has made sure that the placement is as the change left it.
    """
    where = f"{placement.provision.name} for {placement.learner.name}"
    reason = f"{UNDO}{row.history_id}"
    if row.history_type == "+":
        check_can_edit(placement.school, placement.provision.tier, by)
        check_unlogged([placement])
        audit.record("placement.remove", by=by, target=placement)
        vars(placement)["_history_user"] = by
        vars(placement)["_change_reason"] = reason
        provision = placement.provision
        placement.delete()
        sync_grants([provision.pk])
        return Undone(f"{where} is taken off again", int(row.learner_id))
    earlier = row.prev_record
    changes = {name: getattr(earlier, name) for name in EDITED}
    change_placement(placement=placement, changes=changes, seen=placement.version, by=by, reason=reason)
    back = Dose(placement.sessions, placement.minutes).words_at(placement.provision.tier)
    ends = f", to {placement.ends:%d/%m/%Y}" if placement.ends else ""
    return Undone(f"{where} is {back}{ends} again", int(row.learner_id))
