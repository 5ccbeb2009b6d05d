"""Which set of tiers a school has: entering one under a change of the map, and going back when that is taken back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from interventions.models import Intervention, MapChange, TierPlan
from interventions.tier_things import made_since
from provisionmap.school import audit
from provisionmap.school.models import School, User
from provisionmap.school.permissions import check_can_set
from provisionmap.school.today import today


def enter_set(school: School, tier_set: str, *, by: User | None) -> None:
    """Say which set of tiers the school has from now on."""
    old = school.tier_set
    School.objects.filter(pk=school.pk).update(tier_set=tier_set, version=F("version") + 1)
    school.tier_set = tier_set
    audit.record("school.tiers", by=by, target=school, school=school, old={"tier_set": old}, new={"tier_set": tier_set})


def check_can_go_back(change: MapChange, by: User) -> int:
    """How much was built on a change of the tiers since. Raises NotAllowed for who may not change settings."""
    if change.kind != "tiers":
        return 0
    check_can_set(change.school, by)
    return made_since(change)


def go_back(change: MapChange, by: User) -> None:
    """The school has the set again that it had before a change of the tiers."""
    enter_set(change.school, TierPlan.objects.get(change=change).old_set, by=by)


def make_way(entries: Iterable[int]) -> None:
    """Let library entries change tiers together: a name stands once in a tier, and two may change places.

    Put aside they stand in nobody's way; whoever calls writes them next, with the day they were archived, or none.
    """
    Intervention.objects.filter(pk__in=entries).update(archived_at=today())
