"""The fictional school's adults, classes and children, with history and audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import cycle
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from learners.actions.groups import add_group
from learners.models import Contact, Group, Learner, SenProvision
from learners.upn import check_letter
from provisionmap.demo.names import adult_names, child_names
from provisionmap.demo.sign_ins import PASSWORD, SIGN_INS, email_of
from provisionmap.demo.voices import RELATIONSHIPS, SEN_NOTES
from provisionmap.school import audit
from provisionmap.school.calendar import DAY, academic_year_of
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Role, capabilities_of

YEARS = ("N1", "N2", "R", "1", "2", "3", "4", "5", "6")
CLASS = 30  # children in a class, about
BIRDS = {
    "N2": ("Ducklings",), "R": ("Wren", "Robin"), "1": ("Finch", "Swift"), "2": ("Linnet", "Martin"),
    "3": ("Lark", "Plover"), "4": ("Kestrel", "Heron"), "5": ("Osprey", "Egret"), "6": ("Owl", "Puffin"),
}  # fmt: skip
# SEN support by type of need, in shares of a hundred; then plans.
SUPPORT = {"SLCN": 33, "SEMH": 19, "SPLD": 15, "MLD": 13, "ASD": 8, "NSA": 4, "PD": 2, "OTH": 3, "HI": 2, "VI": 1}
PLANS = {"ASD": 36, "SLCN": 25, "SEMH": 13, "MLD": 7, "PD": 6, "SLD": 5, "HI": 3, "VI": 2, "DS": 2, "PMLD": 1}
FIRST = ("SPLD", "SLCN", "SEMH", "PD", "ASD", "MLD", "HI")  # so that every area is there in the smallest school
SECOND = {"ASD": "SLCN", "SLCN": "SEMH", "SEMH": "SLCN", "SPLD": "SEMH", "MLD": "SLCN", "SLD": "PD", "DS": "SLCN"}
AREA_OF_NEED = {
    "SPLD": "cognition", "MLD": "cognition", "SLD": "cognition", "PMLD": "cognition", "DS": "cognition",
    "SLCN": "communication", "ASD": "communication", "NSA": "communication", "SEMH": "semh",
    "HI": "sensory", "VI": "sensory", "MSI": "sensory", "PD": "sensory", "OTH": "other", "": "other",
}  # fmt: skip
HELPED = 0.55  # share of the others who had a group or a boost earlier, and need it no longer
# Share of all children, and of those with SEN, who have each flag.
FLAGS = {
    "pupil_premium": (0.24, 0.42),
    "eal": (0.19, 0.17),
    "looked_after": (0.007, 0.03),
    "previously_looked_after": (0.01, 0.03),
    "young_carer": (0.015, 0.03),
    "service_child": (0.01, 0.01),
}


@dataclass
class Child:
    """A learner with what the demo knows about them: SEN provision, primary need, and when they have support.

    `mapped` ones have it today, `helped` ones had it until the last term and do without it now.
    """

    learner: Learner
    code: str = ""
    need: str = ""
    mapped: bool = False
    helped: bool = False

    @property
    def area(self) -> str:
        """The area of need their support belongs to."""
        return AREA_OF_NEED[self.need]


@dataclass
class People:
    """Everybody at the school."""

    senco: User
    head: User
    external: User
    teachers: dict[int, User] = field(default_factory=dict)  # by group
    assistants: list[User] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)


def moment(day: date, hour: int = 8) -> datetime:
    """When something of `day` was written down; nothing was written down in the future."""
    return min(timezone.make_aware(datetime.combine(day, time(hour, 40))), timezone.now())


def classes_in(learners: int) -> int:
    """Classes of a school of that size: the nursery, and as many in every year from Reception on.

    >>> classes_in(420), classes_in(40)
    (15, 8)
    """
    return 1 + 7 * max(1, round(learners / (7 * CLASS)))


def add_adults(school: School, number: int, classes: int, rng: Random, since: date) -> People:
    """Sign-ins of every role, a teacher for each class and an assistant for every two; one password for all."""
    secret, names = make_password(PASSWORD), adult_names(rng)
    wanted = [(sign_in.role, email_of(sign_in.role.value, number), sign_in.name or next(names)) for sign_in in SIGN_INS]
    wanted += [
        (Role.CLASS_TEACHER, email_of(f"teacher{place}", number), next(names)) for place in range(2, classes + 1)
    ]
    assistants = max(3, classes * 2 // 3)
    wanted += [
        (Role.TEACHING_ASSISTANT, email_of(f"ta{place}", number), next(names)) for place in range(2, assistants + 1)
    ]
    users = User.objects.bulk_create([User(email=email, name=name, password=secret) for _, email, name in wanted])
    held = [
        Membership(user=user, school=school, role=role, starts=since)
        for user, (role, _, _) in zip(users, wanted, strict=True)
    ]
    first: dict[Role, User] = {}
    for row in Membership.objects.bulk_create(held):
        first.setdefault(Role(row.role), row.user)
        row.user.held = {school.pk: capabilities_of(frozenset({row.role}))}
        audit.record("person.add", by=first[Role.SENCO], target=row, new={"role": row.role, "starts": since})
    people = People(first[Role.SENCO], first[Role.HEAD], first[Role.EXTERNAL])
    people.assistants = [row.user for row in held if row.role == Role.TEACHING_ASSISTANT]
    teachers = [row.user for row in held if row.role == Role.CLASS_TEACHER]
    _add_groups(school, people, teachers)
    return people


def _add_groups(school: School, people: People, teachers: list[User]) -> None:
    """A class for each teacher, by year group; the first teacher, whose sign-in is printed, has Maya's class."""
    each = (len(teachers) - 1) // (len(BIRDS) - 1)
    years = ["N2", *(year for year in list(BIRDS)[1:] for _ in range(each))]
    names = {year: cycle(birds) for year, birds in BIRDS.items()}
    taught = Counter[str]()
    spare = iter(teachers[1:])
    for year in years:
        teacher = teachers[0] if year == "4" and not taught[year] else next(spare)
        extra = taught[year] // len(BIRDS[year])
        name = next(names[year]) + (f" {extra + 1}" if extra else "")
        group = add_group(school=school, name=name, nc_year=year, teachers=[teacher], by=people.senco)
        taught[year] += 1
        people.groups.append(group)
        people.teachers[group.pk] = teacher


def add_children(people: People, *, learners: int, mapped: int, rng: Random, today: date, since: date) -> None:
    """The register, `mapped` of them with support running, each with dated SEN provision and contacts."""
    names = child_names(rng)
    picked = set(rng.sample(range(learners), min(mapped, learners)))
    needs = _needs(rng)
    for place in range(learners):
        round_of_seats, seat = divmod(place, len(people.groups))
        child = Child(
            _learner(people.groups[seat], round_of_seats, place, next(names), rng, today), mapped=place in picked
        )
        if child.mapped:
            child.code, child.need = next(needs)
        else:
            child.helped = rng.random() < HELPED
        _flag(child, rng)
        people.children.append(child)
    made = bulk_create_with_history([one.learner for one in people.children], Learner, default_user=people.senco)
    for child, learner in zip(people.children, made, strict=True):
        child.learner = learner
        audit.record("learner.add", by=people.senco, target=learner, new={"nc_year": learner.nc_year})
    _add_sen(people, rng, since, today)
    _add_contacts(people, rng)


def _needs(rng: Random) -> Iterator[tuple[str, str]]:
    """SEN provision and primary need, one child after another: a fifth plans, an eighth extra help without SEN."""
    for place, need in enumerate(FIRST):
        yield ("E" if place in (3, 4) else "K"), need
    while True:
        code = rng.choices(("K", "E", ""), weights=(67, 21, 12))[0]
        shares = {"K": SUPPORT, "E": PLANS, "": {"": 1}}[code]
        yield code, rng.choices(list(shares), weights=list(shares.values()))[0]


def _learner(group: Group, seats: int, place: int, name: tuple[str, str, str], rng: Random, today: date) -> Learner:
    """One child of a class: born in the right school year, joined in Reception or in some September since."""
    forename, surname, sex = name
    year = "N1" if group.nc_year == "N2" and seats % 2 else group.nc_year
    school_year = academic_year_of(today)[1].starts.year
    born = date(school_year - 3 - YEARS.index(year), 9, 1) + rng.randrange(365) * DAY
    since_reception = max(0, YEARS.index(year) - YEARS.index("R"))
    joined = date(school_year - (rng.randint(0, since_reception) if rng.random() < 0.15 else since_reception), 9, 1)
    number = f"999{2001 + place // 1000}{joined.year % 100:02}{place % 1000:03}"
    learner = Learner(
        school=group.school, forename=forename, surname=surname, sex=sex, date_of_birth=born, nc_year=year,
        joined=joined, group=group, upn=check_letter("A" + number) + number,
        preferred_name=forename[:3] if len(forename) > 6 and rng.random() < 0.1 else "",
    )  # fmt: skip
    vars(learner)["_history_date"] = moment(joined)
    return learner


def _flag(child: Child, rng: Random) -> None:
    for name, (everyone, with_sen) in FLAGS.items():
        setattr(child.learner, name, rng.random() < (with_sen if child.code else everyone))
    child.learner.fsm = child.learner.pupil_premium and rng.random() < 0.85


def _add_sen(people: People, rng: Random, since: date, today: date) -> None:
    """SEN provision with what came before it: support before a plan; some had support once and have none now."""
    rows = []
    for child in people.children:
        earliest = child.learner.joined or since
        if child.need:
            second = SECOND.get(child.need, "") if rng.random() < 0.35 else ""
            began = min(max(since + rng.randrange(-500, 60) * DAY, earliest + 14 * DAY), today)
            before = max(began - rng.randrange(200, 500) * DAY, earliest)
            if child.code == "E" and before < began:
                rows.append(_record(child, "K", {"need_1": child.need}, before, began - DAY, rng))
            rows.append(_record(child, child.code, {"need_1": child.need, "need_2": second}, began, None, rng))
        elif not child.mapped and earliest < since - 100 * DAY and rng.random() < 0.06:
            rows.append(_record(child, "K", {"need_1": rng.choice(FIRST)}, earliest + 60 * DAY, since - DAY, rng))
            rows.append(_record(child, "N", {}, since, None, rng))
    for row in bulk_create_with_history(rows, SenProvision, default_user=people.senco):
        audit.record("sen.open", by=people.senco, target=row, school=row.learner.school, new={"starts": row.starts})


def _record(
    child: Child, code: str, needs: dict[str, Any], starts: date, ends: date | None, rng: Random
) -> SenProvision:
    note = rng.choice(SEN_NOTES) if code != "N" and rng.random() < 0.4 else ""
    row = SenProvision(learner=child.learner, code=code, starts=starts, ends=ends, note=note, **needs)
    vars(row)["_history_date"] = moment(starts)
    return row


def _add_contacts(people: People, rng: Random) -> None:
    """One or two adults a child, with telephone numbers that are kept free for fiction."""
    rows = []
    for place, child in enumerate(people.children):
        for priority, relationship in enumerate(rng.sample(RELATIONSHIPS, 2 if child.mapped else 1), start=1):
            name = f"{rng.choice(('Dr', 'Mr', 'Mrs', 'Ms', 'Mx'))} {child.learner.surname}"
            rows.append(
                Contact(
                    learner=child.learner, name=name, relationship=relationship, priority=priority,
                    phone=f"07700 900{place % 1000:03}", email=f"family{place}.{priority}@families.example",
                    parental_responsibility=relationship not in ("Aunt", "Grandmother", "Step-father"),
                )
            )  # fmt: skip
    for row in Contact.objects.bulk_create(rows):
        audit.record("contact.add", by=people.senco, target=row, school=row.learner.school)
