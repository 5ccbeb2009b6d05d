"""Going back in one placement: taking a single change back, and restoring a version of it, even of a removed one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from interventions.actions.changes import add_rows, change_rows, lock_placements, lock_provisions, open_change
from interventions.actions.grants import sync_grants
from interventions.actions.placements import EDITED, UNDO, check_dates, take_back
from interventions.actions.undoing import MovedOn
from interventions.models import Placement, Provision
from interventions.permissions import check_can_edit, check_can_place
from learners.models import Learner
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import User
from provisionmap.school.stale import Stale, claim

RESTORED = tuple(name for name in EDITED if name != "confidential")  # who sees it is decided anew, not brought back
ELSEWHERE = "This learner went on in another group since. Move them there first, or change the placement as it is."
GONE = "It was removed, or put back, while you were looking. Look at its versions again."


def check_can_take_back(version: Any, by: User) -> Placement:
    """The placement whose `version` can be taken back.

    Raises NotAllowed when `by` may not or it was no single change of the map, MovedOn when it changed since.
    """
    placement = Placement.objects.for_map().select_related("school", "learner").filter(pk=version.id).first()
    if placement is None or version.history_type == "-":
        raise MovedOn("This place was removed since. Its history can bring it back.")
    check_can_edit(placement.school, placement.provision.tier, by)
    if (version.history_change_reason or "").startswith(UNDO):
        raise NotAllowed("This was itself a step back. Change the placement, or restore one of its versions.")
    if placement.provision_id != version.provision_id:
        raise MovedOn(ELSEWHERE)
    if any(getattr(placement, name) != getattr(version, name) for name in EDITED):
        raise MovedOn("This placement was changed again since. Its history shows every version, and restores one.")
    if version.history_type == "~" and version.prev_record is None:
        raise NotAllowed("What it was before was not kept, so there is nothing to go back to.")
    return placement


@transaction.atomic
def take_back_version(*, version: Any, by: User) -> str:
    """Take back one single change of one placement, whoever made it and whenever; say what that was.

    Raises NotAllowed, or MovedOn when the placement is no longer as the change left it.
    """
    lock_provisions([version.provision_id])
    lock_placements([version.id])
    placement = check_can_take_back(version, by)
    return take_back(version, placement, by).words


@transaction.atomic
def restore_version(*, version: Any, seen: int, by: User) -> Placement:
    """Make a placement what `version` says it was, or bring a removed one back under its own history.

    `seen` is the version of the placement that was read; 0 for one that is removed. One change, taken back like any
    other. Raises Stale when it changed meanwhile, NotAllowed when `by` may not or the days no longer fit.
    """
    provision = Provision.objects.select_related("school").select_for_update(of=("self",)).filter(
        pk=version.provision_id
    ).first()  # fmt: skip
    if provision is None:
        raise NotAllowed("The provision it was in is gone. Start it again, then place the learner in it.")
    learner = Learner.objects.get(pk=version.learner_id)
    check_can_place(learner, provision, by)
    placement = Placement.objects.select_related("provision", "school").filter(pk=version.id).first()
    if (placement is None) != (seen == 0):
        raise NotAllowed(GONE)
    if placement and placement.provision_id != version.provision_id:
        raise NotAllowed(ELSEWHERE)
    words = f"Restored a place in {provision.name} as it was on {timezone.localtime(version.history_date):%d/%m/%Y}"
    if placement is None:
        placement = Placement(**{name: getattr(version, name) for name in _columns(version)})
        ever = Placement.history.filter(id=version.id)
        placement.version = ever.aggregate(last=Max("version"))["last"] + 1
        placement.confidential = ever.filter(confidential=True).exists()  # once closed, opened by hand alone
        check_dates(placement, placement.starts, placement.ends)
        change = open_change(school=provision.school, kind="restore", words=words, by=by)
        placement = add_rows([placement], change=change)[0]
    else:
        placement = _taken(placement, seen)
        for name in RESTORED:
            setattr(placement, name, getattr(version, name))
        check_dates(placement, placement.starts, placement.ends)
        change = open_change(school=provision.school, kind="restore", words=words, by=by)
        change_rows([placement], RESTORED, change=change)
    sync_grants([provision.pk])
    return placement


def _columns(version: Any) -> list[str]:
    return [field.attname for field in type(version).tracked_fields]


def _taken(placement: Placement, seen: int) -> Placement:
    """The placement as it now is, taken by the caller, its version not yet raised. Raises Stale."""
    try:
        current = claim(placement, seen=seen)
    except Stale:
        raise Stale(Placement.objects.for_map().select_related("school").get(pk=placement.pk)) from None
    current.version = seen
    return current
