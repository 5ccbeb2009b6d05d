"""Changes that touch several records: kept together under one reason, and taken back in one step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, router, transaction
from django.db.models import F
from django.db.models.deletion import Collector
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from interventions.actions.grants import sync_grants
from interventions.actions.tier_sets import check_can_go_back, go_back, make_way
from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision, TierMove
from interventions.permissions import check_can_edit
from learners.actions.undoing import drop_empty_groups
from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, TierLabel, User

Row = TypeVar("Row", bound=models.Model)

# What a change may touch, in the order in which taking back may delete: what leans on others first.
TOUCHED: tuple[Any, ...] = (Placement, Deliverer, TierMove, Provision, Intervention, Learner, TierLabel)
TAKEN_BACK = "This was taken back already."
NOT_COMPARED = frozenset({"version"})


class MovedOn(Exception):
    """Somebody changed the same records since; the text says how many, and that nothing was taken back."""


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
    made = bulk_create_with_history(
        list(rows), type(rows[0]), default_user=change.by, default_change_reason=change.reason
    )
    return list(made)


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
    model.objects.bulk_update(rows, written, batch_size=500)
    model.history.bulk_history_create(
        rows, update=True, default_user=change.by, default_change_reason=change.reason, batch_size=500
    )


def remove_rows(rows: Sequence[models.Model], *, change: MapChange) -> None:
    """Delete rows of one model and keep that they were there."""
    _delete(rows, by=change.by, reason=change.reason)


def _delete(rows: Sequence[models.Model], *, by: User | None, reason: str) -> None:
    if not rows:
        return
    model: Any = type(rows[0])
    history, now = model.history.model, timezone.now()
    history.objects.bulk_create(
        [
            history(
                history_date=now, history_user=by, history_change_reason=reason, history_type="-",
                **{field.attname: getattr(row, field.attname) for field in history.tracked_fields},
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
    # The collector deletes these very objects, with what hangs on them, so that their history is not written twice.
    for row in rows:
        vars(row)["skip_history_when_saving"] = True
    collector = Collector(using=router.db_for_write(model))
    collector.collect(rows)
    collector.delete()


@transaction.atomic
def undo_change(*, change: MapChange, by: User) -> MapChange:
    """Take back everything that `change` did, as one new change of its own in the records' history.

    Raises NotAllowed when `by` may not, or it was taken back already; MovedOn, with nothing written, when a
    record it touched is no longer as it left it.
    """
    claimed = MapChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now(), undone_by=by)
    if not claimed:
        raise NotAllowed(TAKEN_BACK)
    provisions = _provisions_of(change)
    back = _way_back(change, provisions, by)
    reason = f"undo-set:{change.pk}"
    if change.kind == "tiers":
        go_back(change, by)
        make_way([row.pk for one in back if one.model is Intervention for row in one.changed])
    for one in reversed(back):  # what others lean on comes back first
        one.write(by, reason)
    for one in back:
        _delete(one.made, by=by, reason=reason)
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


def _way_back(change: MapChange, provisions: set[int], by: User) -> list[_Back]:
    """How each model goes back. Raises NotAllowed, or MovedOn when it can't."""
    _check_may(change, provisions, by)
    lock_provisions(provisions)  # before their placements, as everybody does: else two wait for each other
    back = [_Back(model, change) for model in TOUCHED]
    moved = sum(one.moved for one in back)
    hanging = _hanging({one.model: one for one in back}) + check_can_go_back(change, by)
    if moved or hanging:
        raise MovedOn(_moved_words(moved, hanging))
    return back


def _check_may(change: MapChange, provisions: set[int], by: User) -> None:
    touched = Provision.history.filter(id__in=provisions)
    for tier in touched.order_by().values_list("tier", flat=True).distinct() or [2]:
        check_can_edit(change.school, tier, by)
    learners = set(Placement.history.filter(history_change_reason=change.reason).values_list("learner_id", flat=True))
    if Learner.objects.visible_to(by).filter(pk__in=learners).count() < len(learners & _existing(learners)):
        raise NotAllowed("This touched learners whom you no longer see. Ask your SENCO to take it back.")


def _existing(learners: set[int]) -> set[int]:
    return set(Learner.objects.filter(pk__in=learners).values_list("pk", flat=True))


def _provisions_of(change: MapChange) -> set[int]:
    reason = change.reason
    return {
        *Placement.history.filter(history_change_reason=reason).values_list("provision_id", flat=True),
        *Deliverer.history.filter(history_change_reason=reason).values_list("provision_id", flat=True),
        *Provision.history.filter(history_change_reason=reason).values_list("id", flat=True),
    }


class _Back:
    """How the rows of one model go back to what they were before a change."""

    def __init__(self, model: Any, change: MapChange) -> None:
        self.model = model
        self.fields = [field.attname for field in model.history.model.tracked_fields]
        mine = model.history.filter(history_change_reason=change.reason)
        self.touched = set(mine.order_by().values_list("id", flat=True))
        now = {row.pk: row for row in model.objects.select_for_update().filter(pk__in=self.touched).order_by("pk")}
        self.made: list[Any] = []  # the change made them: they go
        self.changed: list[Any] = []  # it changed them: they get their old values
        self.removed: list[Any] = []  # it deleted them: they come again
        self.moved = 0
        rows: dict[int, list[Any]] = {}
        for row in model.history.filter(id__in=self.touched).order_by("history_id"):
            rows.setdefault(row.id, []).append(row)
        for pk, lines in rows.items():
            places = [place for place, line in enumerate(lines) if line.history_change_reason == change.reason]
            if not places[0] and lines[0].history_type != "+":
                self.moved += 1  # nobody kept what it was before: better there as it is than taken away
                continue
            before = lines[places[0] - 1] if places[0] and lines[places[0]].history_type != "+" else None
            self._sort(now.get(pk), before, lines[places[-1]])

    def _sort(self, current: Any, before: Any, after: Any) -> None:
        """Put one row where it belongs: `before` and `after` are its history rows around the change."""
        gone = after.history_type == "-"
        if gone != (current is None) or (current and not self._same(current, after)):
            self.moved += 1
        elif gone and before:
            self.removed.append(before)
        elif current and before is None:
            self.made.append(current)
        elif current:
            for name in self.fields:
                if name not in NOT_COMPARED:
                    setattr(current, name, getattr(before, name))
            self.changed.append(current)

    def _same(self, current: Any, after: Any) -> bool:
        return all(getattr(current, name) == getattr(after, name) for name in self.fields if name not in NOT_COMPARED)

    def write(self, by: User, reason: str) -> None:
        """Give changed rows their old values and bring deleted ones back."""
        if self.changed:
            names = [field.name for field in self.model.history.model.tracked_fields if field.name != "id"]
            if "version" in names:
                for row in self.changed:
                    row.version += 1
            self.model.objects.bulk_update(self.changed, names, batch_size=500)
            self.model.history.bulk_history_create(
                self.changed, update=True, default_user=by, default_change_reason=reason
            )
        if self.removed:
            again = [self.model(**{name: getattr(row, name) for name in self.fields}) for row in self.removed]
            bulk_create_with_history(again, self.model, default_user=by, default_change_reason=reason)


def _hanging(back: dict[Any, _Back]) -> int:
    """How many records were added since to what the change made, and would vanish with it."""
    placements = Placement.objects.exclude(pk__in=back[Placement].touched)
    provisions = Provision.objects.exclude(pk__in=back[Provision].touched)
    return (
        placements.filter(provision__in=back[Provision].made).count()
        + placements.filter(learner__in=back[Learner].made).count()
        + provisions.filter(intervention__in=back[Intervention].made).count()
    )


def _moved_words(moved: int, hanging: int) -> str:
    parts = []
    if moved:
        was = "record it touched was" if moved == 1 else "records it touched were"
        parts.append(f"{moved} {was} changed again since")
    if hanging:
        was = "placement or provision was" if hanging == 1 else "placements or provisions were"
        parts.append(f"{hanging} {was} added to what it made")
    return f"Nothing was taken back: {' and '.join(parts)}. Put those right first, or change them by hand."


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
