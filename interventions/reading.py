"""From rows of the database to the plain values of the grid: the same few queries, however many learners."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from interventions.dose import Dose
from interventions.grid import Adult, Item, Place, Running, Who
from interventions.grid.sections import Key
from interventions.models import Deliverer, Placement, Provision
from learners.models import Learner
from provisionmap.school.models import User

READING_ORDER = ("surname", "forename", "pk")
WHO = (
    "pk", "forename", "preferred_name", "surname", "year_then", "class_then", "sen_code",
    "sen_need_1", "sen_need_2", "sen_need_3", "sen_need_4", *Learner.FLAGS,
)  # fmt: skip
ROLES = dict(Deliverer.ROLES)


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


def people_of(learners: QuerySet[Learner], past: date | None = None) -> dict[int, Who]:
    """`learners` as the first column shows them, by id, in reading order. One query, no records made of its rows."""
    found = {}
    for row in learners.for_register(past).with_class(past).values_list(*WHO):
        pk, forename, preferred, surname, year, group, sen = row[:7]
        flags = tuple(tag for tag, held in zip(Learner.FLAGS.values(), row[11:], strict=True) if held)
        needs = tuple(code for code in row[7:11] if code)
        found[pk] = Who(pk, f"{preferred or forename} {surname}", year, group or "", sen or "", needs, flags)
    return found


# What a cell shows, read as plain values: making records of six hundred rows would cost more than asking for them.
CELL = (
    "pk", "learner", "tier_then", "provision__name", "sessions", "minutes", "starts", "ends", "outcome", "target",
    "review_on", "confidential", "provision__confidential", "provision",
    "provision__responsible__name", "provision__responsible_name",
)  # fmt: skip


def items_of(
    placements: QuerySet[Placement],
    learners: Sequence[int],
    day: date,
    editable: frozenset[int],
    *,
    each_then: bool = False,
) -> list[Item]:
    """The placements of `learners`, as cells show them; `editable` holds the tiers this person may change.

    Tiers are those of `day` or, with `each_then`, of each placement's own last day.
    """
    shown = placements.filter(learner__in=learners)
    shown = shown.with_last_tier() if each_then else shown.with_tier(day)
    rows = list(shown.for_map().values_list(*CELL))
    people = deliverers_of({row[-3] for row in rows}, day)
    return [
        Item(
            pk=pk,
            learner=learner,
            tier=tier,
            name=name,
            dose=Dose(sessions, minutes),
            people=people.get(provision, ()) or _only(responsible or named),
            starts=starts,
            ends=ends,
            outcome=outcome,
            target=target,
            confidential=confidential or of_provision,
            editable=tier in editable,
            provision=provision,
            review_on=review_on,
        )
        for pk, learner, tier, name, sessions, minutes, starts, ends, outcome, target, review_on, confidential,
        of_provision, provision, responsible, named in rows
    ]  # fmt: skip


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
        provision=provision.pk,
        review_on=row.review_on,
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


def keys_of(learners: QuerySet[Learner], by: str, past: date | None = None) -> list[Key]:
    """The learners in reading order, with what they can be put under. One query.

    SEN provision and need are read where `by` asks for them, as they cost a join.
    """
    if by in ("sen", "need"):
        fields = ("pk", "year_then", "class_then", "sen_code", "sen_need_1")
        return [
            Key(pk, year, group or "", sen or "", need or "")
            for pk, year, group, sen, need in learners.for_register(past).with_class(past).values_list(*fields)
        ]
    rows = learners.order_by(*READING_ORDER)
    if not by:
        return [Key(pk) for pk in rows.values_list("pk", flat=True)]
    rows = rows.with_class(past).values_list("pk", "year_then", "class_then")
    return [Key(pk, year, group or "") for pk, year, group in rows]


def places_of(placements: QuerySet[Placement], learners: Sequence[int]) -> list[Place]:
    """The placements of `learners`, as far as sums need them. One query."""
    fields = ("learner", "provision", "sessions", "minutes", "confidential")
    return [
        Place(learner, provision, (sessions or 0) * (minutes or 0), confidential)
        for learner, provision, sessions, minutes, confidential in placements.filter(
            learner__in=learners
        ).values_list(*fields)
    ]  # fmt: skip


PROVISION = (
    "pk", "name", "tier_then", "area", "subject", "sessions", "minutes", "starts", "ends", "confidential", "opens",
    "group__name", "group__nc_year", "responsible", "responsible__name", "responsible_name",
)  # fmt: skip


def running_of(
    offered: QuerySet[Provision], places: Iterable[Place], user: User, day: date
) -> list[Running]:  # fmt: skip
    """The provisions of `places`, and of those `offered` also the ones without a placement, in reading order.

    Two queries.
    """
    wanted = Q(pk__in={place.provision for place in places}) | Q(pk__in=offered.values("pk"))
    opens = Exists(Provision.objects.visible_to(user).filter(pk=OuterRef("pk")))
    rows = list(
        Provision.objects.filter(wanted)
        .with_tier(day)
        .annotate(opens=opens)
        .order_by("tier_then", "name", "pk")
        .values(*PROVISION)
    )
    adults = adults_of([row["pk"] for row in rows], day)
    return [
        Running(
            pk=row["pk"],
            name=row["name"],
            tier=row["tier_then"],
            area=row["area"],
            dose=Dose(row["sessions"], row["minutes"]),
            subject=row["subject"],
            people=adults.get(row["pk"], ()) or _answers(row),
            group=row["group__name"] or "",
            year=row["group__nc_year"] or "",
            starts=row["starts"],
            ends=row["ends"],
            confidential=row["confidential"],
            opens=row["opens"],
        )
        for row in rows
    ]


def _answers(row: dict[str, Any]) -> tuple[Adult, ...]:
    """Who answers for a provision that nobody is named to deliver."""
    name = row["responsible__name"] or row["responsible_name"]
    return (Adult(name, user=row["responsible"] or 0),) if name else ()


def adults_of(provisions: Iterable[int], day: date) -> dict[int, tuple[Adult, ...]]:
    """Who delivers each provision on `day`, with role and, for those who sign in, id. One query."""
    found: dict[int, list[Adult]] = {}
    rows = Deliverer.objects.on(day).filter(provision__in=provisions)
    for provision, user, person, outsider, role in rows.values_list("provision", "user", "user__name", "name", "role"):
        found.setdefault(provision, []).append(Adult(person or outsider, ROLES[role], user or 0))
    return {provision: tuple(adults) for provision, adults in found.items()}
