"""Sight follows work: who delivers or answers for a provision may see the learners placed in it."""

from __future__ import annotations

from datetime import date

from interventions.models import Provision
from learners.models import Grant


def _earlier(*days: date | None) -> date | None:
    known = [day for day in days if day]
    return min(known) if known else None


def sync_grants(*, provision: Provision) -> None:
    """Make the grants of `provision` what its people and placements say; called after any of them changes.

    Each adult sees each learner while both are in it: the later start to the earlier end.
    """
    source = f"provision:{provision.pk}"
    people = [
        (row.user_id, row.starts or provision.starts, _earlier(row.ends, provision.ends))
        for row in provision.deliverers.exclude(user=None)
    ]
    if provision.responsible_id:
        people.append((provision.responsible_id, provision.starts, provision.ends))
    wanted: dict[tuple[int, int], Grant] = {}
    for placement in provision.placements.all() if people else ():
        for user, begins, stops in people:
            starts, ends = max(begins, placement.starts), _earlier(stops, placement.ends)
            if ends is None or ends >= starts:
                grant = Grant(learner_id=placement.learner_id, user_id=user, source=source, starts=starts, ends=ends)
                wanted.setdefault((user, placement.pk), grant)
    Grant.objects.filter(source=source).delete()
    Grant.objects.bulk_create(wanted.values())
