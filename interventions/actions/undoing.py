"""Taking back a change of several records in one step, exactly, or not at all with the reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from interventions.actions.changes import delete_rows, lock_provisions
from interventions.actions.grants import sync_grants
from interventions.actions.tier_sets import check_can_go_back, go_back, make_way
from interventions.actions.way_back import TOUCHED, Back, hanging, lost, plans_the_past, unfit
from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision, Slot
from interventions.past import seen_versions
from interventions.permissions import TARGETED, check_can_edit
from learners.actions.undoing import drop_empty_groups
from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

TAKEN_BACK = "This was taken back already."
NOT_SEEN = "This touched learners or provision that you do not see. Ask your SENCO to take it back."
OF_LEARNERS = "This changed learners' own details. Ask your SENCO to take it back."
LOST = (
    "Nothing was taken back: a class, a person or a provision that it would go back to is gone since. "
    "Make the changes by hand."
)
PLANNED = (
    "Nothing was taken back: days that are over would be planned otherwise than they were. "
    "Change or end those times of the week instead."
)


class MovedOn(Exception):
    """Somebody changed the same records since; the text says how many, and that nothing was taken back."""


@transaction.atomic
def undo_change(*, change: MapChange, by: User) -> MapChange:
    """Take back everything that `change` did, as one new change of its own in the records' history.

    Raises NotAllowed when `by` may not, or it was taken back already; MovedOn, with nothing written, when a
    record it touched is no longer as it left it, or what would come back no longer fits.
    """
    if change.kind == "tiers":  # the school changes as well: taken first, as by everybody who takes it
        School.objects.select_for_update(no_key=True).get(pk=change.school_id)
    claimed = MapChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now(), undone_by=by)
    if not claimed:
        raise NotAllowed(TAKEN_BACK)
    provisions = _provisions_of(change)
    back = _way_back(change, provisions, by)
    reason = f"undo-set:{change.pk}"
    if change.kind == "tiers":
        go_back(change, by)
        make_way([row.pk for row in back[Intervention].changed])
    for one in reversed(back.values()):  # what others lean on comes back first
        one.write(by, reason)
    for one in back.values():
        delete_rows(one.made, by=by, reason=reason)
    _share_again(change, {row.id for row in back[Placement].removed})
    if change.groups_made:
        drop_empty_groups(change.groups_made)
    sync_grants(provisions)
    audit.record("map.undo", by=by, target=change, new={"words": change.words})
    change.refresh_from_db()
    return change


@transaction.atomic
def check_can_undo(change: MapChange, by: User) -> None:
    """Raises NotAllowed or MovedOn as `undo_change` would, and writes nothing."""
    if change.undone_at:
        raise NotAllowed(TAKEN_BACK)
    _way_back(change, _provisions_of(change), by)


def _way_back(change: MapChange, provisions: set[int], by: User) -> dict[Any, Back]:
    """How each model goes back. Raises NotAllowed, for days that are over too; MovedOn when it can't."""
    _check_may(change, provisions, by)
    lock_provisions(provisions)  # before their placements, as everybody does: else two wait for each other
    back = {model: Back(model, change) for model in TOUCHED}
    moved = sum(one.moved for one in back.values())
    since = hanging(back, change) + check_can_go_back(change, by)
    if not moved and lost(back):
        raise MovedOn(LOST)
    clashes = 0 if moved else unfit(back, provisions)
    if moved or since or clashes:
        raise MovedOn(_moved_words(moved, since, clashes))
    if plans_the_past(back, change, timezone.now()):
        raise NotAllowed(PLANNED)
    return back


def _check_may(change: MapChange, provisions: set[int], by: User) -> None:
    """Every tier it touched must be open to `by`, and every record: who sees a part may not move the rest unseen."""
    touched = Provision.history.filter(id__in=provisions)
    for tier in touched.order_by().values_list("tier", flat=True).distinct() or [TARGETED]:
        check_can_edit(change.school, tier, by)
    placed = Placement.history.filter(history_change_reason=change.reason).order_by()
    written = set(Learner.history.filter(history_change_reason=change.reason).values_list("id", flat=True))
    if written and not can(by, Capability.EDIT_LEARNERS, change.school):
        raise NotAllowed(OF_LEARNERS)
    hidden = (
        placed.exclude(history_id__in=seen_versions(by, change.school).values("history_id")).exists()
        or _hides(Provision, provisions, by)
        or _hides(Learner, written | set(placed.values_list("learner_id", flat=True)), by)
    )
    if hidden:
        raise NotAllowed(NOT_SEEN)


def _hides(model: Any, pks: set[int], by: User) -> bool:
    """Whether one of those that are still there is out of sight for `by`."""
    there = model.objects.filter(pk__in=pks)
    return bool(there.exclude(pk__in=model.objects.visible_to(by).values("pk")).exists())


def _provisions_of(change: MapChange) -> set[int]:
    reason = change.reason
    return {
        *Placement.history.filter(history_change_reason=reason).values_list("provision_id", flat=True),
        *Deliverer.history.filter(history_change_reason=reason).values_list("provision_id", flat=True),
        *Slot.history.filter(history_change_reason=reason).values_list("provision_id", flat=True),
        *Provision.history.filter(history_change_reason=reason).values_list("id", flat=True),
    }


def _share_again(change: MapChange, placements: set[int]) -> None:
    """Placements that come back are for those again with whom they were shared, where they are still there."""
    through: Any = Placement.shared_with.through
    kept = [(placement, user) for placement, user in change.shares if placement in placements]
    there = set(User.objects.filter(pk__in={user for _, user in kept}).values_list("pk", flat=True))
    through.objects.bulk_create(
        [through(placement_id=placement, user_id=user) for placement, user in kept if user in there]
    )


def _moved_words(moved: int, since: int, clashes: int) -> str:
    parts = []
    if moved:
        was = "record it touched was" if moved == 1 else "records it touched were"
        parts.append(f"{moved} {was} changed again since")
    if since:
        was = "record was" if since == 1 else "records were"
        parts.append(f"{since} {was} added to what it made")
    if clashes:
        would = "place would" if clashes == 1 else "places would"
        parts.append(f"{clashes} {would} meet another of the same learner, or leave the days of the provision")
    return f"Nothing was taken back: {' and '.join(parts)}. Put those right first, or change them by hand."
