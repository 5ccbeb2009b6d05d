"""From rows of the database to the rows of "Placements": four queries, however many learners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from interventions.dose import Dose
from interventions.filters import Selection
from interventions.models import Deliverer, Placement, Provision, tier_on
from interventions.sheet import Place, Planned, Pupil, Row, rows_of
from learners.models import Learner
from provisionmap.school.access import can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

PLANNED = (
    "name", "tier", "area", "subject", "starts", "ends", "sessions", "minutes", "place", "note", "confidential",
    "responsible_name", "responsible__name", "group__name", "intervention__name",
)  # fmt: skip


PUPIL = (
    "pk", "upn", "surname", "forename", "year_then", "class_then", "sen_code",
    "sen_need_1", "sen_need_2", "sen_need_3", "sen_need_4",
)  # fmt: skip


def pupils_of(learners: Sequence[int], past: date | None) -> dict[int, Pupil]:
    """Learners as the sheet names them; the SEN record is that of the day `past`, or the open one. One query."""
    rows = Learner.objects.filter(pk__in=learners).for_register(past).with_class(past).order_by().values_list(*PUPIL)
    return {
        pk: Pupil(upn, surname, forename, year, group or "", sen or "", tuple(code for code in needs if code))
        for pk, upn, surname, forename, year, group, sen, *needs in rows
    }


def _people(provisions: Iterable[int], day: date) -> dict[int, tuple[tuple[str, str], ...]]:
    """Who delivers each provision on `day`, with the key of their role."""
    found: dict[int, list[tuple[str, str]]] = {}
    rows = Deliverer.objects.on(day).filter(provision__in=provisions)
    for provision, person, outsider, role in rows.values_list("provision", "user__name", "name", "role"):
        found.setdefault(provision, []).append((person or outsider, role))
    return {provision: tuple(people) for provision, people in found.items()}


def _planned(row: Mapping[str, Any], people: tuple[tuple[str, str], ...], notes: bool, library: bool) -> Planned:
    return Planned(
        name=row["name"],
        tier=row["tier"],
        area=row["area"],
        subject=row["subject"],
        starts=row["starts"],
        ends=row["ends"],
        dose=Dose(row["sessions"], row["minutes"]),
        deliverers=people,
        responsible=row["responsible__name"] or row["responsible_name"],
        place=row["place"],
        group=row["group__name"] or "",
        library=(row["intervention__name"] or "") if library else "",
        confidential=row["confidential"],
        note=row["note"] if notes else "",
    )


def sheet_rows(
    *,
    school: School,
    user: User,
    day: date,
    selection: Selection,
    learners: Sequence[int],
    past: date | None,
    labels: Mapping[int, str],
) -> list[Row]:
    """The rows of "Placements" for `learners` and the placements of `selection`, as `user` may see them.

    A provision's note is for those who may open the provision; the library's name of it for readers of the library.
    """
    pupils = pupils_of(learners, past)
    fields = ("provision", "learner", "starts", "ends", "sessions", "minutes", "outcome", "baseline", "target",
              "review_on", "confidential")  # fmt: skip
    own = (*fields, *(f"provision__{name}" for name in PLANNED))
    rows = list(
        selection.placements.filter(learner__in=list(pupils))
        .annotate(tier_then=tier_on(day, "provision"))
        .order_by("pk")
        .values(*own, "tier_then")
    )
    described = {
        row["provision"]: {name: row[f"provision__{name}"] for name in PLANNED} | {"tier": row["tier_then"]}
        for row in rows
    }
    open_to = Provision.objects.visible_to(user).filter(pk__in=list(described))
    opened = set(open_to.values_list("pk", flat=True))
    running = Placement.objects.on(day).filter(provision=OuterRef("pk"))  # by anybody, seen here or not
    empty = selection.offered_to(list(pupils)).filter(~Exists(running))
    for row in empty.annotate(tier_then=tier_on(day)).values("pk", "tier_then", *PLANNED):
        described[row["pk"]] = row | {"tier": row["tier_then"]}
        opened.add(row["pk"])
    places: dict[int, list[Place]] = {provision: [] for provision in described}
    for row in rows:
        places[row["provision"]].append(
            Place(
                pupil=pupils[row["learner"]],
                dose=Dose(row["sessions"], row["minutes"]),
                **{name: row[name] for name in ("starts", "ends", "outcome", "baseline", "target", "review_on",
                                                "confidential")},
            )
        )  # fmt: skip
    people = _people(described, day)
    library = can(user, Capability.SEE_LIBRARY, school)
    return rows_of(
        [
            (_planned(row, people.get(provision, ()), provision in opened, library), places[provision])
            for provision, row in described.items()
        ],
        labels,
    )
