"""The acts that the drill of whole imports stops: a pupil list and a provision map, written and taken back."""

from typing import Any

from django.utils import timezone

from drills.faults import Act
from drills.seeds import CHILDREN, ON_REGISTER, Child
from interventions.actions import importing as maps
from interventions.actions.undoing import undo_change
from interventions.map_reading.plan import Choices
from interventions.models import MapImport
from learners.actions import importing as lists
from learners.actions.undoing import undo_import
from learners.models import ImportRun
from provisionmap.school.models import User
from provisionmap.school.today import today
from provisionmap.web.text_file import decode

KNOWN, NEW = CHILDREN[:8], CHILDREN[ON_REGISTER : ON_REGISTER + 6]
LEFT = 2  # marked as left with the import


def transfer_file(mark: str = "") -> bytes:
    """A transfer file that changes eight children of the school and adds six, with groups, SEN and adults."""
    pupils = "".join(_pupil(child, mark) for child in (*KNOWN, *NEW))
    return f"<CTfile><CTFpupilData>{pupils}</CTFpupilData></CTfile>".encode()


def _pupil(child: Child, mark: str) -> str:
    return (
        f"<Pupil><UPN>{child.upn}</UPN><Surname>{child.surname}{mark}</Surname><Forename>{child.forename}</Forename>"
        f"<DOB>{child.born}</DOB><Sex>F</Sex><BasicDetails><NCyearActual>{child.year}</NCyearActual></BasicDetails>"
        "<SENhistory><SEN><StartDate>2026-09-01</StartDate><SENprovision>E</SENprovision></SEN><SENneeds><SENneed>"
        "<SENtypeRank>1</SENtypeRank><SENtype>ASD</SENtype></SENneed></SENneeds></SENhistory><Contacts><Contact>"
        f"<Surname>{child.surname}</Surname><Forename>Ann</Forename><Relationship>PAM</Relationship></Contact>"
        "</Contacts></Pupil>"
    )


def map_file(mark: str = "") -> bytes:
    """A map with new learners, deliverers with and without a sign-in, a class to be made, and three tiers."""
    lines = ["UPN,Surname,Forename,Year,Class,SEN provision,Primary need,Wave 1,Wave 2,Wave 3"]
    for place, child in enumerate((*KNOWN, *NEW)):
        acts = f"Seating plan{mark},Nessy 3 x 20 mins TA; Lego 1 x 45 mins,{'SALT 2 x 30 mins' if place % 3 else ''}"
        who = f"{child.upn},{child.surname},{child.forename},Year {child.year},{child.year}C,K,SLCN"
        lines.append(f"{who},{acts}")
    return "\n".join(lines).encode()


def own_map(mark: str = "") -> bytes:
    """Lines as our own sheet has them, with a library entry and a deliverer who signs in."""
    rows = ["UPN,Provision no.,Provision,Tier,Area of need,Delivered by,Library entry,Class"]
    for place, child in enumerate(KNOWN):
        rows.append(f"{child.upn},{place // 2 + 1},Talk {place // 2}{mark},2,Cognition and learning,"
                    f"Senco 1 (SENCO),Talk library {place // 2},{child.group}")  # fmt: skip
    return "\n".join(rows).encode()


# --- pupil lists


def list_waits(user: User, school: Any, data: bytes | None = None) -> dict[str, Any]:
    """An upload with its preview seen."""
    sheet = lists.read_list("list.xml", data or transfer_file(), school)
    run = lists.keep_upload(school=school, sheet=sheet, name="list.xml", now=timezone.now(), by=user)
    draft = lists.draft_of(run, today())
    leavers = [one.id for one in draft.plan.leavers[:LEFT]]
    return {"run": run, "seen": draft.plan.fingerprint, "leavers": leavers, "by": user}


def write_list(given: dict[str, Any]) -> None:
    """Press "Import"."""
    lists.apply_upload(**given, last_day=today(), now=timezone.now(), today=today())


def _written_list(user: User, school: Any) -> dict[str, Any]:
    write_list(given := list_waits(user, school))
    return {"run": ImportRun.objects.get(pk=given["run"].pk), "by": user}


# --- provision maps


def map_waits(user: User, school: Any, data: bytes | None = None) -> dict[str, Any]:
    """An upload with its doubts settled and its preview seen."""
    sheet, mapping = maps.read_file("map.csv", data or map_file(), school)
    choices = Choices(area={"": "semh"}, starts=today(), create=True)
    run = maps.keep_upload(
        school=school, sheet=sheet, mapping=mapping, choices=choices, name="map.csv", now=timezone.now(), by=user
    )
    draft = maps.draft_of(run, today())
    if not draft.plan.ready:
        raise SystemExit(f"The drill's own map leaves a doubt: {decode(data or map_file())[:80]}")
    return {"run": run, "seen": draft.plan.fingerprint, "by": user}


def write_map(given: dict[str, Any]) -> None:
    """Press "Import"."""
    maps.apply_upload(**given, now=timezone.now(), today=today())


def _written_map(user: User, school: Any) -> dict[str, Any]:
    write_map(given := map_waits(user, school))
    return {"change": MapImport.objects.get(pk=given["run"].pk).change, "by": user}


def acts(user: User, school: Any) -> list[Act]:
    """Everything that is stopped, in the order of a person's day."""
    return [
        Act("pupil list", lambda: list_waits(user, school), write_list),
        Act("pupil list, undo", lambda: _written_list(user, school), lambda given: undo_import(**given)),
        Act("map", lambda: map_waits(user, school), write_map),
        Act("map of our own sheet", lambda: map_waits(user, school, own_map()), write_map),
        Act("map, undo", lambda: _written_map(user, school), lambda given: undo_change(**given)),
    ]
