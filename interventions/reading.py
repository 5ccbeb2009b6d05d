"""From rows of the database to the plain values of the grid: two queries, however many learners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

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


# What a cell shows, read as plain values: making records of six hundred rows would cost more than asking for them.
CELL = (
    "pk", "learner", "provision__tier", "provision__name", "sessions", "minutes", "starts", "ends", "outcome", "target",
    "confidential", "provision__confidential", "provision",
    "provision__responsible__name", "provision__responsible_name",
)  # fmt: skip


def items_of(
    placements: QuerySet[Placement], learners: Sequence[int], day: date, editable: frozenset[int]
) -> list[Item]:
    """The placements of `learners`, as cells show them; `editable` holds the tiers this person may change."""
    rows = list(placements.filter(learner__in=learners).for_map().values(*CELL))
    people = deliverers_of({row["provision"] for row in rows}, day)
    return [
        Item(
            pk=row["pk"],
            learner=row["learner"],
            tier=row["provision__tier"],
            name=row["provision__name"],
            dose=Dose(row["sessions"], row["minutes"]),
            people=people.get(row["provision"], ())
            or _only(row["provision__responsible__name"] or row["provision__responsible_name"]),
            starts=row["starts"],
            ends=row["ends"],
            outcome=row["outcome"],
            target=row["target"],
            confidential=row["confidential"] or row["provision__confidential"],
            editable=row["provision__tier"] in editable,
        )
        for row in rows
    ]


def _only(name: str) -> tuple[str, ...]:
    return (name,) if name else ()


def item_of(row: Placement, people: tuple[str, ...], editable: frozenset[int]) -> Item:
    """One placement as its cell shows it."""
    provision = row.provision
    return Item(
        pk=row.pk,
        learner=row.learner_id,
        tier=provision.tier,
        name=provision.name,
        dose=Dose(row.sessions, row.minutes),
        people=people or _only(provision.answers),
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
    rows = Deliverer.objects.on(day).filter(provision__in=provisions)
    for provision, person, outsider in rows.values_list("provision", "user__name", "name"):
        found.setdefault(provision, []).append(person or outsider)
    return {provision: tuple(names) for provision, names in found.items()}


def read_one(placements: QuerySet[Placement], pk: int, day: date) -> tuple[Placement, tuple[str, ...]]:
    """The placement `pk` of `placements` with who delivers its provision on `day`: one query for a save to begin with.

    Raises Placement.DoesNotExist. The join gives a row for each adult, in the order they were added.
    """
    adult = "provision__deliverers"
    on = (Q(**{f"{adult}__ends": None}) | Q(**{f"{adult}__ends__gte": day})) & (
        Q(**{f"{adult}__starts": None}) | Q(**{f"{adult}__starts__lte": day})
    )
    rows: Any = placements.annotate(
        adult=FilteredRelation(adult, condition=on), person=F("adult__user__name"), outsider=F("adult__name")
    )
    found = list(rows.filter(pk=pk).order_by("adult__pk"))
    if not found:
        raise Placement.DoesNotExist
    return found[0], tuple(name for row in found if (name := row.person or row.outsider))
