"""From rows of the database to the plain values of the grid: two queries, however many learners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import QuerySet

from interventions.dose import Dose
from interventions.grid import Item, Who
from interventions.models import Deliverer, Placement
from learners.models import Learner


def who_of(learner: Learner) -> Who:
    """A learner read by `for_register` as the first column shows them."""
    needs = tuple(code for rank in (1, 2, 3, 4) if (code := getattr(learner, f"sen_need_{rank}")))
    return Who(
        pk=learner.pk,
        name=learner.name,
        year=learner.nc_year,
        group=learner.group.name if learner.group else "",
        sen=learner.sen_code or "",
        needs=needs,
        flags=tuple(learner.flags),
    )


def items_of(
    placements: QuerySet[Placement], learners: Sequence[int], day: date, editable: frozenset[int]
) -> list[Item]:
    """The placements of `learners`, as cells show them; `editable` holds the tiers this person may change."""
    rows = list(placements.filter(learner__in=learners).for_map())
    people = deliverers_of({row.provision_id for row in rows}, day)
    return [item_of(row, people.get(row.provision_id, ()), editable) for row in rows]


def item_of(row: Placement, people: tuple[str, ...], editable: frozenset[int]) -> Item:
    """One placement as its cell shows it."""
    provision = row.provision
    return Item(
        pk=row.pk,
        learner=row.learner_id,
        tier=provision.tier,
        name=provision.name,
        dose=Dose(row.sessions, row.minutes),
        people=people or ((provision.responsible.name,) if provision.responsible else ()),
        starts=row.starts,
        ends=row.ends,
        outcome=row.outcome,
        target=row.target,
        confidential=row.confidential or provision.confidential,
        editable=provision.tier in editable,
    )


def deliverers_of(provisions: Iterable[int], day: date) -> dict[int, tuple[str, ...]]:
    """Who delivers each provision on `day`, by provision."""
    found: dict[int, list[str]] = {}
    for row in Deliverer.objects.on(day).filter(provision__in=provisions).select_related("user"):
        found.setdefault(row.provision_id, []).append(str(row))
    return {provision: tuple(names) for provision, names in found.items()}
