"""What a change of several records touched, as it was before, and what stands in the way of going back there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from django.db.models import ForeignKey
from django.utils import timezone

from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision, Slot, TierMove
from learners.models import Grant, Learner
from provisionmap.school.bulk import create_rows, update_rows
from provisionmap.school.models import TierLabel, User

# What a change may touch, in the order in which taking back may delete: what leans on others first.
TOUCHED: tuple[Any, ...] = (Placement, Slot, Deliverer, TierMove, Provision, Intervention, Learner, TierLabel)
NOT_COMPARED = frozenset({"version"})
PLANNED = ("provision_id", "weekday", "at", "minutes", "week", "place", "deliverer_id")
DAYS = ("starts", "ends", "provision_id")  # what decides whether a place fits where it is


class Back:
    """How the rows of one model go back to what they were before a change."""

    def __init__(self, model: Any, change: MapChange) -> None:
        self.model = model
        self.fields = [field.attname for field in model.history.model.tracked_fields]
        mine = model.history.filter(history_change_reason=change.reason)
        self.touched = set(mine.order_by().values_list("id", flat=True))
        held = model.objects.select_for_update(no_key=True).filter(pk__in=self.touched)
        now = {row.pk: row for row in held.order_by("pk")}
        self.made: list[Any] = []  # the change made them: they go
        self.changed: list[Any] = []  # it changed them: they get their old values
        self.removed: list[Any] = []  # it deleted them: they come again
        self.pairs: list[tuple[Any, Any]] = []  # each as it is and as it would be again; None where it is not there
        self.shifted: set[int] = set()  # of those that change or come again, the ones whose days do
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
            self.pairs.append((None, before))
            self.removed.append(before)
            self.shifted.add(before.id)
        elif current and before is None:
            self.pairs.append((current, None))
            self.made.append(current)
        elif current:
            self.pairs.append((after, before))
            if any(getattr(current, name) != getattr(before, name) for name in DAYS if name in self.fields):
                self.shifted.add(current.pk)
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
            update_rows(self.model, self.changed, names, by=by, reason=reason)
        if self.removed:
            again = [self.model(**{name: getattr(row, name) for name in self.fields}) for row in self.removed]
            create_rows(self.model, again, by=by, reason=reason)


def hanging(back: Mapping[Any, Back], change: MapChange) -> int:
    """How many records were added since to what the change made, and would vanish with it.

    Every model of any app that points there counts; who may see whom does not: that follows from the rest.
    """
    count = 0
    for target, one in back.items():
        for relation in target._meta.related_objects if one.made else ():
            model, name = relation.related_model, relation.field.name
            rows = model._default_manager.filter(**{f"{name}__in": one.made})
            if model is Grant:
                rows = rows.exclude(source__startswith="provision:")
            if model in back:
                rows = rows.exclude(pk__in=back[model].touched)
            elif hasattr(model, "history"):
                made = model.history.filter(history_change_reason=change.reason, history_type="+")
                rows = rows.exclude(pk__in=made.values("id"))
            count += rows.count()
    return count


def lost(back: Mapping[Any, Back]) -> bool:
    """Whether something that would come back points at a record that is gone by now."""
    for one in back.values():
        for field in one.model.history.model.tracked_fields:
            if not isinstance(field, ForeignKey):
                continue
            wanted = {getattr(row, field.attname) for row in (*one.changed, *one.removed)} - {None}
            target: Any = field.related_model
            if target in back:
                wanted -= {row.id for row in back[target].removed}
            if wanted and target._base_manager.filter(pk__in=wanted).count() < len(wanted):
                return True
    return False


def plans_the_past(back: Mapping[Any, Back], change: MapChange, now: datetime) -> bool:
    """Whether by going back a time of the week would be another one on a day that is over by `now`.

    Days that were over when the change was made are its own doing: a slip is taken back the same day.
    """
    since, local = timezone.localdate(change.at), timezone.localtime(now)
    return any(_planned(one, since, local) != _planned(other, since, local) for one, other in back[Slot].pairs)


def _planned(slot: Any, since: date, now: datetime) -> tuple[Any, ...]:
    """What a slot, or an earlier version of one, plans from `since` to `now`; () for nothing."""
    if slot is None:
        return ()
    begun = slot.weekday == now.weekday() and slot.at <= now.time()
    first, last = max(slot.starts, since), now.date() if begun else now.date() - timedelta(days=1)
    last = min(slot.ends or last, last)
    first += timedelta(days=(slot.weekday - first.weekday()) % 7)  # its first day and its last in that time
    last -= timedelta(days=(last.weekday() - slot.weekday) % 7)
    return (first, last, *(getattr(slot, name) for name in PLANNED)) if first <= last else ()


class _Stay(NamedTuple):
    """A place as it would be after going back."""

    pk: int
    starts: date
    ends: date | None
    shifted: bool

    def meets(self, other: _Stay) -> bool:
        return (self.ends is None or self.ends >= other.starts) and (other.ends is None or other.ends >= self.starts)


def unfit(back: Mapping[Any, Back], provisions: Iterable[int]) -> int:
    """How many places would meet another of their learner in the same provision, or leave that provision's days.

    Only days that change by going back count: what was so before stays as it was.
    """
    places, courses = back[Placement], back[Provision]
    if not places.shifted and not courses.shifted:
        return 0
    again = [*places.changed, *places.removed]
    touched = set(provisions) | {row.provision_id for row in again}
    days = {row.id: (row.starts, row.ends) for row in (*courses.changed, *courses.removed)}
    for pk, *span in Provision.objects.filter(pk__in=touched - set(days)).values_list("pk", "starts", "ends"):
        days[pk] = (span[0], span[1])
    others = Placement.objects.filter(provision__in=touched).exclude(pk__in=places.touched)
    rows = [(row.id, row.provision_id, row.learner_id, row.starts, row.ends) for row in again]
    rows += others.values_list("pk", "provision", "learner", "starts", "ends")
    stays: dict[tuple[int, int], list[_Stay]] = {}
    clashing = set()
    for pk, provision, learner, starts, ends in rows:
        stays.setdefault((provision, learner), []).append(_Stay(pk, starts, ends, pk in places.shifted))
        opens, closes = days[provision]
        outside = starts < opens or (closes and (ends is None or ends > closes))
        if outside and (pk in places.shifted) != (provision in courses.shifted):  # both go back: it was so before
            clashing.add(pk)
    for together in stays.values():
        for one, other in combinations(together, 2):
            if one.shifted != other.shifted and one.meets(other):
                clashing.add(one.pk if one.shifted else other.pk)
    return len(clashing)
