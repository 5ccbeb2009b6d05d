"""Changes that touch several records, kept together under one reason. `undoing` takes them back in one step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, router
from django.db.models import F
from django.db.models.deletion import Collector

from interventions.models import Attendance, MapChange, Placement, Provision
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.bulk import create_rows, keep_history, update_rows
from provisionmap.school.models import School, User

Row = TypeVar("Row", bound=models.Model)
LOGGED = (
    "Sessions have been logged for a place that this would remove. End it instead: what was delivered stays on record."
)


def open_change(*, school: School, kind: str, words: str, by: User | None) -> MapChange:
    """A change to which rows are added by the functions below, inside the caller's transaction.

    `words` tell the act without naming a learner: "Ended 12 placements on 18/12/2026".
    """
    change = MapChange.objects.create(school=school, kind=kind, words=words[:200], by=by)
    audit.record(f"map.{kind}", by=by, target=change, new={"words": change.words})
    return change


def add_rows(rows: Sequence[Row], *, change: MapChange) -> list[Row]:
    """Write new rows of one model with their history."""
    if not rows:
        return []
    made = list(rows)
    create_rows(type(made[0]), made, by=change.by, reason=change.reason)
    return made


def change_rows(rows: Sequence[models.Model], fields: Iterable[str], *, change: MapChange) -> None:
    """Write `fields` of rows that were changed in memory, raise their versions, and keep their history.

    The caller holds them locked (`select_for_update`), or has claimed their versions.
    """
    if not rows:
        return
    model: Any = type(rows[0])
    written = list(fields)
    if hasattr(model, "version"):
        written.append("version")
        for row in rows:
            vars(row)["version"] += 1
    update_rows(model, rows, written, by=change.by, reason=change.reason)


def check_unlogged(rows: Sequence[Placement]) -> None:
    """Raises NotAllowed when sessions were logged for one of these places: what was delivered is not deleted."""
    if Attendance.objects.filter(placement__in=[row.pk for row in rows]).exists():
        raise NotAllowed(LOGGED)


def remove_rows(rows: Sequence[models.Model], *, change: MapChange) -> None:
    """Delete rows of one model and keep that they were there, and with whom they were shared."""
    if rows and isinstance(rows[0], Placement):
        check_unlogged([row for row in rows if isinstance(row, Placement)])
        shares = Placement.shared_with.through.objects.filter(placement__in=[row.pk for row in rows])
        change.shares += [[one.placement_id, one.user_id] for one in shares.order_by("pk")]
        change.save(update_fields=["shares"])
    delete_rows(rows, by=change.by, reason=change.reason)


def delete_rows(rows: Sequence[models.Model], *, by: User | None, reason: str) -> None:
    """Delete rows of one model under a reason of their own, each with its history."""
    if not rows:
        return
    model: Any = type(rows[0])
    keep_history(model, [row.pk for row in rows], "-", by=by, reason=reason)
    # The collector deletes these very objects, with what hangs on them, so that their history is not written twice.
    for row in rows:
        vars(row)["skip_history_when_saving"] = True
    collector = Collector(using=router.db_for_write(model))
    collector.collect(rows)
    collector.delete()


def standing_change(*, school: School, by: User, since: datetime) -> MapChange | None:
    """The last change of several records that `by` made after `since` and nobody has taken back."""
    mine = MapChange.objects.standing().filter(school=school, by=by, at__gte=since)
    return mine.select_related("school", "by").first()


def lock_provisions(pks: Iterable[int]) -> list[Provision]:
    """The provisions named, locked until the transaction ends, always in the same order."""
    return list(Provision.objects.select_for_update().filter(pk__in=set(pks)).order_by("pk"))


def lock_placements(pks: Iterable[int]) -> list[Placement]:
    """The placements named with their provisions, locked until the transaction ends, always in the same order."""
    rows = Placement.objects.select_for_update(of=("self",)).filter(pk__in=set(pks))
    return list(rows.select_related("provision").order_by("pk"))


def claim_provision(provision: Provision, seen: int) -> bool:
    """Raise the version of a provision that was read at `seen`; False when somebody else came first."""
    return bool(Provision.objects.filter(pk=provision.pk, version=seen).update(version=F("version") + 1))
