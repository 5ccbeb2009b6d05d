"""What a change of tiers looks at, from the database to plain values: four queries, however much there is."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision, TierMove
from interventions.tier_rules import Thing
from provisionmap.school.models import School


def things_of(school: School, day: date) -> list[Thing]:
    """Every provision and entry of `school`, those in use on `day` or later first to be asked about, by name."""
    places: dict[int, list[int]] = {}
    for provision, learner in Placement.objects.filter(school=school).on(day).values_list("provision", "learner"):
        places.setdefault(provision, []).append(learner)
    roles: dict[int, set[str]] = {}
    names: dict[int, list[str]] = {}
    adults = Deliverer.objects.filter(provision__school=school)
    for provision, role, person, outsider in adults.values_list("provision", "role", "user__name", "name"):
        roles.setdefault(provision, set()).add(role)
        names.setdefault(provision, []).append(person or outsider)
    fields = ("pk", "name", "tier", "version", "intervention__group_max", "ends")
    provisions = [
        Thing(
            key=f"p{pk}",
            name=name,
            tier=tier,
            version=version,
            places=tuple(places.get(pk, ())),
            roles=frozenset(roles.get(pk, ())),
            most=most,
            rests=ends is not None and ends < day,
            told=", ".join(names.get(pk, ())),
        )
        for pk, name, tier, version, most, ends in Provision.objects.filter(school=school)
        .order_by("name", "pk")
        .values_list(*fields)
    ]
    entries = [
        Thing(key=f"e{pk}", name=name, tier=tier, version=version, most=most, rests=archived is not None)
        for pk, name, tier, version, most, archived in Intervention.objects.filter(school=school)
        .order_by("name", "pk")
        .values_list("pk", "name", "tier", "version", "group_max", "archived_at")
    ]
    return provisions + entries


def first_day_for(school: School) -> date | None:
    """The first day from which the tiers of `school` can change: none of their own changes lies after it."""
    moved = TierMove.objects.filter(provision__school=school).order_by("-on").values_list("on", flat=True).first()
    named = school.tier_labels.order_by("-starts").values_list("starts", flat=True).first()
    return max((day for day in (moved, named) if day), default=None)


def made_since(change: MapChange) -> int:
    """How many provisions and entries were made, or got another tier by hand, after `change` of the tiers."""
    later = Q(history_type="+", history_date__gt=change.at) & ~Q(history_change_reason=change.reason)
    made = Provision.history.filter(later, school=change.school).values("id")
    moved = TierMove.history.filter(later).values("provision_id")
    entries = Intervention.history.filter(later, school=change.school).values("id")
    provisions = Provision.objects.filter(Q(pk__in=made) | Q(pk__in=moved), school=change.school)
    return provisions.count() + Intervention.objects.filter(pk__in=entries).count()
