"""What tells provisions of one name apart: whose they are, who gives them. One query for all that a page shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, QuerySet

from interventions.models import Deliverer, Placement, Provision
from provisionmap.school.models import User

MOST_CLASSES = 3  # named one by one; more are counted


def told_apart(provisions: QuerySet[Provision]) -> QuerySet[Provision]:
    """`provisions` with what `people_of` and `classes_of` read of each."""
    people = Prefetch("deliverers", Deliverer.objects.select_related("user"))
    return provisions.select_related("responsible", "group").prefetch_related(people)


def people_of(provision: Provision, day: date) -> str:
    """Who delivers it on `day`, or on its own day nearest to that; else who answers for it; "" where nobody does."""
    near = min(max(day, provision.starts), provision.ends or day)
    there = [
        str(one)
        for one in provision.deliverers.all()
        if (one.starts is None or one.starts <= near) and (one.ends is None or one.ends >= near)
    ]
    return ", ".join(there) or provision.answers


def classes_of(provisions: Iterable[Provision], user: User) -> dict[int, str]:
    """The class of each provision: the one it is for, else those of its learners whom `user` sees."""
    rows = list(provisions)
    names: dict[int, list[str]] = {}
    placed = (
        Placement.objects.visible_to(user).filter(provision__in=[one.pk for one in rows]).exclude(learner__group=None)
    )
    for pk, name in placed.order_by("learner__group__name").values_list("provision", "learner__group__name").distinct():
        names.setdefault(pk, []).append(name)
    return {one.pk: one.group.name if one.group else _words(names.get(one.pk, [])) for one in rows}


def _words(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_CLASSES else f"{len(names)} classes"
