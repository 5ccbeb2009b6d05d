"""Filling and changing the library."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from interventions.models import Intervention, InterventionArea
from interventions.starters import STARTERS
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, capabilities_at
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale


def check_can_edit_library(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may change the library of `school`."""
    if Capability.EDIT_LIBRARY not in capabilities_at(by, school):
        raise NotAllowed("Your role reads the library but does not change it. Ask your SENCO.")


def _set_areas(intervention: Intervention, areas: list[str]) -> None:
    intervention.areas.all().delete()
    InterventionArea.objects.bulk_create([InterventionArea(intervention=intervention, area=code) for code in areas])


@transaction.atomic
def stock(*, school: School, by: User) -> int:
    """Put the starter entries that are not there yet into the library; return how many. Twice adds none."""
    check_can_edit_library(school, by)
    School.objects.select_for_update(no_key=True).get(
        pk=school.pk
    )  # so that two clicks do not both find an entry lacking
    there = set(school.interventions.exclude(starter_key="").values_list("starter_key", flat=True))
    names = set(school.interventions.in_use().values_list("name", "tier"))
    new = [one for one in STARTERS if one.key not in there and (one.name, one.tier) not in names]
    for one in new:
        fields = {key: value for key, value in vars(one).items() if key not in ("key", "areas")}
        entry = Intervention(school=school, starter_key=one.key, **fields)
        vars(entry)["_history_user"] = by
        entry.save()
        _set_areas(entry, list(one.areas))
    audit.record("library.stock", by=by, target=school, school=school, new={"entries": len(new)})
    return len(new)


@transaction.atomic
def add_intervention(*, school: School, fields: dict[str, Any], areas: list[str], by: User) -> Intervention:
    """A new entry of the school's own."""
    check_can_edit_library(school, by)
    entry = Intervention(school=school, **fields)
    vars(entry)["_history_user"] = by
    entry.save()
    _set_areas(entry, areas)
    audit.record("library.add", by=by, target=entry, new=fields)
    return entry


@transaction.atomic
def change_intervention(
    *, intervention: Intervention, changes: dict[str, Any], areas: list[str], seen: int, by: User
) -> Intervention:
    """Change an entry read at version `seen`; every version stays readable. Raises Stale."""
    check_can_edit_library(intervention.school, by)
    claimed = Intervention.objects.filter(pk=intervention.pk, version=seen).update(version=F("version") + 1)
    current = Intervention.objects.select_related("school").get(pk=intervention.pk)
    if not claimed:
        raise Stale(current)
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    vars(current)["_history_user"] = by
    current.save(update_fields=list(changes))
    _set_areas(current, areas)
    audit.record("library.change", by=by, target=current, old=old, new=changes)
    return current


def archive_intervention(*, intervention: Intervention, on: date | None, seen: int, by: User) -> Intervention:
    """Take an entry out of use on a day, or (`on` None) back into use. What runs from it runs on."""
    areas = intervention.area_codes
    return change_intervention(intervention=intervention, changes={"archived_at": on}, areas=areas, seen=seen, by=by)
