"""What a school has, as the rules of a map's import ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from interventions.dose import Dose
from interventions.map_reading.plan import NOT_ASKED, Adult, Days, Held, HeldPlace, Known, Pupil, Shelved
from interventions.models import Deliverer, Intervention, Placement, Provision
from interventions.sheet import Planned
from learners.models import Learner, SenProvision
from learners.models.need import RANKS
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Role

# What somebody delivers as, by their role here, the first that they hold; of others only a file can say it.
DELIVERS_AS = {Role.SENCO: "senco", Role.CLASS_TEACHER: "teacher", Role.TEACHING_ASSISTANT: "ta"}
OF_PLACES = ("starts", "ends", "sessions", "minutes", "outcome", "baseline", "target", "review_on", "confidential")


def known_of(school: School, by: User | None, today: date, *, own: bool = False) -> Known:
    """What `by` may see of what the school has; nobody (the command) sees all of it. `own`: for our own sheet.

    What they may not see is not there: it is neither told nor added to. Seven queries, eight for our own sheet,
    however much there is.
    """
    sen = {
        learner: (code, tuple(need for need in needs if need))
        for learner, code, *needs in SenProvision.objects.filter(learner__school=school, ends=None)
        .order_by()
        .values_list("learner", "code", *RANKS)
    }
    rows = _seen(Learner, by).filter(school=school).order_by("surname", "forename", "pk")
    pupils = []
    for pk, upn, surname, forename, preferred, year, group in rows.values_list(
        "pk", "upn", "surname", "forename", "preferred_name", "nc_year", "group__name"
    ):
        code, needs = sen.get(pk, ("", ()))
        first = needs[0] if needs else ""
        pupils.append(Pupil(pk, upn, surname, forename, preferred, year, group or "", first, code, needs))
    library = {
        entry.name.casefold(): Shelved(entry.pk, entry.name, next(iter(entry.area_codes), ""))
        for entry in Intervention.objects.filter(school=school).in_use().for_library()
    }
    return Known(pupils, _staff(school, today), library, list(_held(school, by, today, own=own)))


def _seen(model: Any, by: User | None) -> Any:
    return model.objects.visible_to(by) if by else model.objects.all()


def _staff(school: School, today: date) -> list[Adult]:
    """Everybody who signs in here, with what they deliver as by the roles they hold today."""
    names: dict[int, str] = {}
    roles: defaultdict[int, set[str]] = defaultdict(set)
    members = Membership.objects.filter(school=school, user__is_active=True).order_by("user__name", "user")
    for pk, name, role, starts, ends in members.values_list("user", "user__name", "role", "starts", "ends"):
        names[pk] = name
        if starts <= today <= (ends or date.max):
            roles[pk].add(role)
    return [
        Adult(pk, name, next((words for role, words in DELIVERS_AS.items() if role in roles[pk]), ""))
        for pk, name in names.items()
    ]


def _held(school: School, by: User | None, today: date, *, own: bool) -> Iterable[Held]:
    """Provisions with the days of their places; for our own sheet with all that it says of them."""
    days: defaultdict[int, dict[int, list[Days]]] = defaultdict(dict)
    rows: defaultdict[int, list[HeldPlace]] = defaultdict(list)
    places = _seen(Placement, by).filter(school=school).order_by("pk")
    fields = ("pk", "version", "learner", *OF_PLACES) if own else ("learner", "starts", "ends")
    for provision, *values in places.values_list("provision", *fields):
        if own:
            place = HeldPlace(*values)
            rows[provision].append(place)
            values = [place.learner, place.starts, place.ends]
        days[provision].setdefault(values[0], []).append((values[1], values[2]))
    provisions = _seen(Provision, by).filter(school=school).order_by("pk")
    people: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    if own:
        provisions = provisions.select_related("responsible", "group", "intervention")
        deliverers = Deliverer.objects.on(today).filter(provision__school=school)
        for provision, signed, name, role in deliverers.values_list("provision", "user__name", "name", "role"):
            people[provision].append((signed or name, role))
    for row in provisions:
        name = " ".join(row.name.split()).casefold()
        same = (name, row.tier, row.area, row.starts, row.ends, Dose(row.sessions, row.minutes))
        said = _said(row, tuple(people[row.pk])) if own else NOT_ASKED
        yield Held(row.pk, same, days[row.pk], said, tuple(rows[row.pk]))


def _said(row: Provision, people: tuple[tuple[str, str], ...]) -> Planned:
    """A provision as our own sheet would say it today."""
    return Planned(
        row.name, row.tier, row.area, row.starts, row.ends, Dose(row.sessions, row.minutes), row.subject, people,
        row.responsible.name if row.responsible else row.responsible_name, row.place,
        row.group.name if row.group else "", row.intervention.name if row.intervention else "", row.confidential,
        row.note,
    )  # fmt: skip
