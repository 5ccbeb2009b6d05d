"""From rows of the database to the rows of "Placements": four queries, however many learners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from interventions.dose import Dose
from interventions.filters import Selection
from interventions.models import Deliverer, Placement, Provision
from interventions.sheet import Place, Planned, Pupil, Row, rows_of
from learners.models import Learner
from provisionmap.school.access import can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

PLANNED = (
    "name", "tier", "area", "subject", "starts", "ends", "sessions", "minutes", "place", "note", "confidential",
    "responsible_name", "responsible__name", "group__name", "intervention__name",
)  # fmt: skip
OF_LEARNERS = ("year", "need", "sen", "flag", "who")  # filters that a provision without learners cannot answer


def pupils_of(learners: Iterable[Learner]) -> dict[int, Pupil]:
    """Learners read by `for_register` as the sheet names them."""
    return {
        one.pk: Pupil(
            upn=one.upn,
            surname=one.surname,
            forename=one.forename,
            year=one.nc_year,
            group=one.group.name if one.group else "",
            sen=getattr(one, "sen_code", None) or "",
            needs=tuple(code for rank in (1, 2, 3, 4) if (code := getattr(one, f"sen_need_{rank}"))),
        )
        for one in learners
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


def _empty(school: School, user: User, day: date, chosen: Mapping[str, Any], text: str) -> QuerySet[Provision]:
    """Provisions under the filters in which nobody is on `day`; none where a filter asks about learners."""
    if text or any(chosen.get(name) for name in OF_LEARNERS):
        return Provision.objects.none()
    running = Placement.objects.on(day).filter(provision=OuterRef("pk"))
    found = Provision.objects.visible_to(user).filter(~Exists(running), school=school).on(day)
    if chosen.get("area"):
        found = found.filter(area=chosen["area"])
    if chosen.get("tier"):
        found = found.filter(tier=int(chosen["tier"]))
    if chosen.get("group"):
        found = found.filter(group=int(chosen["group"]))
    if chosen.get("staff"):
        person = int(chosen["staff"])
        delivered = Deliverer.objects.on(day).filter(user=person).values("provision")
        found = found.filter(pk__in=delivered) | found.filter(responsible=person)
    return found


def sheet_rows(
    *,
    school: School,
    user: User,
    day: date,
    selection: Selection,
    learners: Sequence[Learner],
    chosen: Mapping[str, Any],
    labels: Mapping[int, str],
    text: str = "",
) -> list[Row]:
    """The rows of "Placements" for `learners` and the placements of `selection`, as `user` may see them.

    A provision's note is for those who may open the provision; the library's name of it for readers of the library.
    """
    pupils = pupils_of(learners)
    fields = ("provision", "learner", "starts", "ends", "sessions", "minutes", "outcome", "baseline", "target",
              "review_on", "confidential")  # fmt: skip
    own = (*fields, *(f"provision__{name}" for name in PLANNED))
    rows = list(selection.placements.filter(learner__in=list(pupils)).order_by("pk").values(*own))
    described = {row["provision"]: {name: row[f"provision__{name}"] for name in PLANNED} for row in rows}
    open_to = Provision.objects.visible_to(user).filter(pk__in=list(described))
    opened = set(open_to.values_list("pk", flat=True))
    for row in _empty(school, user, day, chosen, text).values("pk", *PLANNED):
        described[row["pk"]] = row
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
