"""The class and year group that each child of the fictional school had in the school years before."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import date

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
        for back in range(min(this_year - begun, at), 0, -1):
            one = copy(version)
            one.pk, one.nc_year = None, YEARS[at - back]
            there = classes.get("N2" if one.nc_year == "N1" else one.nc_year)
            one.group_id = there[place % len(there)].pk if there else None
            if added and added[-1].id == one.id:
                one.history_date, one.history_type = moment(date(this_year - back, 9, 1)), "~"
            added.append(one)
        if added and added[-1].id == version.id:  # what is so today was written down this September
            version.history_date, version.history_type = moment(date(this_year, 9, 1)), "~"
            changed.append(version)
    Learner.history.bulk_create(added, batch_size=500)
    Learner.history.bulk_update(changed, ["history_date", "history_type"], batch_size=500)
