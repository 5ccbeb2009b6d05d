"""The class and year group that each child of the fictional school had in the school years before."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date
from typing import Any

from learners.models import Group, Learner
from provisionmap.demo.people import YEARS, moment
from provisionmap.school.calendar import academic_year_of


def write_earlier_classes(learners: Sequence[Learner], groups: Sequence[Group], since: date, today: date) -> None:
    """Make of each learner's one version in the history one for every school year from `since` on.

    A child who sits in Year 4 today was in a class of Year 3 last spring: a map of that day says so.
    """
    this_year = academic_year_of(today)[1].starts.year
    classes: dict[str, list[Group]] = {}
    for group in groups:
        classes.setdefault(group.nc_year, []).append(group)
    changed, added = [], []
    for place, version in enumerate(Learner.history.filter(id__in=[one.pk for one in learners]).order_by("id")):
        begun = max(academic_year_of(day)[1].starts.year for day in (version.joined or since, since))
        at = YEARS.index(version.nc_year)
        first = min(this_year - begun, at)
        if not first:
            continue
        # Undoing goes by the numbers of versions, so these grow as time goes on: the one there is becomes the first.
        for back in range(first - 1, -1, -1):
            one = copy(version)
            one.pk, one.history_date, one.history_type = None, moment(date(this_year - back, 9, 1)), "~"
            if back:
                _put(one, YEARS[at - back], classes, place)
            added.append(one)
        _put(version, YEARS[at - first], classes, place)
        changed.append(version)
    Learner.history.bulk_create(added, batch_size=500)
    Learner.history.bulk_update(changed, ["nc_year", "group_id"], batch_size=500)


def _put(version: Any, year: str, classes: dict[str, list[Group]], place: int) -> None:
    """Let a version say that the child sat in a class of `year`."""
    there = classes.get("N2" if year == "N1" else year)
    version.nc_year, version.group_id = year, there[place % len(there)].pk if there else None
