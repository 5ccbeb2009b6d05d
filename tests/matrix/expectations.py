"""What every address answers to whom. Written by hand from docs/domain.md, "Roles and what they may do": it must not
be computed from the product's own table of roles, or both would be wrong together.

A new address fails the matrix until it has its line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from interventions.models import Placement
from learners.actions.groups import state_of
from learners.models import Group
from tests.matrix.world import ARRIVING, MAP, PUPILS, Actor, World

EVERYBODY: frozenset[str] | None = None  # whoever is signed in
SENCO = frozenset({"senco"})
OFFICE = frozenset({"senco", "administrator"})
EDITORS = frozenset({"senco", "senco_assistant"})  # of the map and the library
REGISTRARS = EDITORS | {"administrator"}  # change learners, import lists
WHOLE_SCHOOL = REGISTRARS | {"head"}
OWN_WORK = frozenset({"class_teacher", "teaching_assistant", "external"})
READERS = WHOLE_SCHOOL | OWN_WORK  # of learners; a governor is none
NOTE_READERS = READERS - {"administrator"}
CONTACT_READERS = WHOLE_SCHOOL | {"class_teacher"}
MAP_READERS = READERS - {"administrator"}
LIBRARY_READERS = MAP_READERS - {"external"}
LOGGERS = EDITORS | OWN_WORK  # say how sessions went: any, or those they deliver
WRITERS = EDITORS | {"class_teacher"}  # of passports, and of some cells of the map

# Kinds of things in an address that hang on a learner: seen by whoever sees the learner.
OF_LEARNERS = frozenset(
    {
        "learner",
        "tier",
        "section",
        "contact",
        "placement",
        "version",
        "edit",
        "change",
        "share",
        "transfer",
        "session",
        "answer",
    }
)
Status = int | Callable[[Actor], int]
Body = Callable[[World, tuple[Any, ...]], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """One address: who may use it, what stands in it, and what it answers those who may."""

    roles: frozenset[str] | None
    kind: str = ""
    get: Status = 200
    post: Status = 405
    body: Body = field(default=lambda world, args: {})
    public: bool = False


def sees(actor: Actor, kind: str, ownership: str) -> bool:
    """Whether this person may know that the thing exists."""
    if ownership in {"elsewhere", "mismatch"}:
        return False
    if ownership == "confidential":
        return bool(actor.roles & SENCO)
    if kind == "waiting":
        return ownership == "own" and bool(actor.roles & REGISTRARS)  # an upload is its sender's alone
    if kind == "map":
        return ownership == "own" and bool(actor.roles & EDITORS)  # so is this one
    if kind in ("view", "print", "key", "record", "arrival", "draft"):
        return ownership == "own"  # whose it is alone
    if kind == "group":
        return bool(actor.roles & (WHOLE_SCHOOL if ownership == "other" else WHOLE_SCHOOL | {"class_teacher"}))
    if kind == "absence":
        return ownership == "own" and bool(actor.roles & EDITORS)  # it is nobody's of the matrix
    if kind in OF_LEARNERS or kind in ("provision", "slot", "session"):
        return bool(actor.roles & WHOLE_SCHOOL) or (ownership != "other" and actor.works)
    return True


def may(actor: Actor, route: Route) -> bool:
    """Whether this person's role includes the address at all."""
    return route.roles is None or bool(actor.roles & route.roles)


def only(signed_out: int, others: int) -> Status:
    """A public page that sends those away who are signed in."""
    return lambda actor: others if actor.signed_in else signed_out


def nothing_to_see(actor: Actor) -> int:
    """The page for those whose roles include nothing; others are sent on."""
    return 302 if actor.roles - {"governor"} else 200


def at_the_school(actor: Actor) -> int:
    """302 for those who hold a role here, 404 for the rest."""
    return 302 if actor.roles else 404


def sent(**values: Any) -> Body:
    """The same form for everybody."""
    return lambda world, args: dict(values)


def regroup(world: World, args: tuple[Any, ...]) -> dict[str, Any]:
    """A group's form, as it was read."""
    group = Group.objects.filter(pk=args[0]).first()
    return {"name": "Zqgroup", "seen": state_of(group) if group else ""}


def first_version(world: World, args: tuple[Any, ...]) -> dict[str, Any]:
    """The first version of a placement, to be restored."""
    version = Placement.history.filter(id=args[0]).order_by("history_id").first()
    return {"version": version.history_id if version else 0, "seen": 1}


LEARNER = sent(forename="Ada", surname="Moss", **{"initial-surname": "Was", "seen": 1})
ADULT = sent(name="Ada Moss", priority=1, seen=1)
SEN = sent(code="N", starts="2026-11-23", seen=1)
CELL = sent(dose="3 x 10", starts="2026-09-07", ends="2027-07-20", outcome="Reads", seen=1)
PROVISION = sent(name="Zqnew", tier=2, area="cognition", dose="3 x 10", starts="2026-11-23", role="ta", seen=1)
SLOT = sent(weekday=1, at="15:00", minutes=20, starts="2026-11-24", seen=1)
ENTRY = sent(name="Zqnew", tier=2, areas=["cognition"], evidence_grade="unknown", seen=1)
TERM = sent(name="Spring", starts="2027-01-05", ends="2027-03-25", seen=1)
YEAR = sent(name="2027/28", starts="2027-09-01", ends="2028-08-31", seen=1)
CLOSURE = sent(name="Training", kind="inset", starts="2026-11-09", ends="2026-11-09", seen=1)
EXPORT = sent(format="csv", paper="A3", names="full", parts=["upn", "outcome", "note"])
SEARCH = sent(q="Zq", text="Zq")

ROUTES: dict[str, Route] = {
    "home": Route(EVERYBODY, get=302),
    "health": Route(EVERYBODY, public=True),
    "csp-report": Route(EVERYBODY, get=405, post=204, public=True),
    # --- The ways in and out.
    "account_login": Route(EVERYBODY, get=only(200, 302), post=only(422, 302), public=True),
    "school:sign-out": Route(EVERYBODY, get=405, post=302),
    "school:sign-out-everywhere": Route(EVERYBODY, get=302, post=302),
    "school:forgotten": Route(EVERYBODY, post=200, public=True),
    "school:session": Route(EVERYBODY, get=only(401, 200), post=only(401, 200), public=True),
    "school:hide": Route(EVERYBODY, get=302, post=204),
    "school:signed-in": Route(EVERYBODY),
    "school:second-step": Route(EVERYBODY, get=302),
    "mfa_authenticate": Route(EVERYBODY, get=302, post=302, public=True),
    "mfa_login_webauthn": Route(EVERYBODY, get=302, post=302, public=True),
    "account_reauthenticate": Route(EVERYBODY, post=422),
    "mfa_reauthenticate": Route(EVERYBODY, get=302, post=302),
    "mfa_reauthenticate_webauthn": Route(EVERYBODY, get=302, post=302),
    "usersessions_list": Route(EVERYBODY, post=302),
    "session_end": Route(EVERYBODY, get=302, post=302, body=sent(session=0)),
    "mfa_index": Route(EVERYBODY, post=405),
    "mfa_activate_totp": Route(EVERYBODY, post=200),
    "mfa_deactivate_totp": Route(EVERYBODY, get=404, post=404),
    "mfa_view_recovery_codes": Route(EVERYBODY, get=404),
    "mfa_generate_recovery_codes": Route(EVERYBODY, post=200),
    "mfa_download_recovery_codes": Route(EVERYBODY, get=404),
    "mfa_list_webauthn": Route(EVERYBODY),
    "mfa_add_webauthn": Route(EVERYBODY, post=200),
    "mfa_remove_webauthn": Route(EVERYBODY, "key", get=404, post=404),  # nobody here has one of their own
    "mfa_edit_webauthn": Route(EVERYBODY, "key", get=404, post=404),
    "school:first-run": Route(EVERYBODY, get=302, post=302, public=True),
    "school:welcome": Route(
        EVERYBODY, "link", post=302, public=True,
        body=sent(password="three random words", again="three random words"),
    ),
    "school:no-school": Route(EVERYBODY, get=nothing_to_see),
    "school:preferences": Route(EVERYBODY, get=302, post=302, body=sent(theme="dark")),
    "school:switch": Route(
        EVERYBODY, get=302, post=at_the_school, body=lambda world, args: {"school": world.school.pk}
    ),
    "school:account": Route(EVERYBODY, post=302, body=sent(what="name", name="Ada Moss")),
    "school:roles": Route(EVERYBODY),
    # --- The school.
    "school:set-up": Route(OFFICE, post=302),
    "school:settings": Route(OFFICE),
    "school:details": Route(SENCO, post=302, body=sent(name="Oakfield", seen=1)),
    "school:tiers": Route(SENCO, post=302, body=sent(tier_set="waves", starts="2026-11-23", seen=1)),
    "interventions:tier-change": Route(
        SENCO, post=200, body=sent(to="layers", on="2026-11-23", rule_1="1", rule_2="2")
    ),
    "interventions:tier-cancel": Route(SENCO, "tier-plan", get=302, post=302),
    "school:calendar": Route(OFFICE),
    "school:year-add": Route(OFFICE, post=302, body=YEAR),
    "school:year-edit": Route(
        OFFICE, "year", post=302, body=sent(name="2026/27", starts="2026-09-01", ends="2027-08-31", seen=1)
    ),
    "school:term-add": Route(OFFICE, post=302, body=TERM),
    "school:term-edit": Route(OFFICE, "term", post=302, body=TERM),
    "school:closure-add": Route(OFFICE, post=302, body=CLOSURE),
    "school:closure-edit": Route(OFFICE, "closure", post=302, body=CLOSURE),
    "school:calendar-import": Route(OFFICE, post=422),
    "school:calendar-confirm": Route(OFFICE, get=302, post=302),
    "school:bank-holidays": Route(OFFICE, get=302, post=302),
    "school:calendar-remove": Route(OFFICE, "row", post=302, body=sent(seen=1)),
    "school:people": Route(OFFICE, post=200, body=SEARCH),
    "school:person-add": Route(
        OFFICE, post=302,
        body=sent(name="Ada Moss", email="ada@oakfield.example", role="class_teacher", starts="2026-11-23"),
    ),
    "school:people-paste": Route(
        OFFICE, post=302, body=sent(lines="Ada Moss, ada@oakfield.example, Class teacher", starts="2026-11-23")
    ),
    "school:people-links": Route(OFFICE, get=302, post=200),
    "school:person": Route(OFFICE, "person"),
    "school:person-roles": Route(
        OFFICE, "person", get=302, post=302, body=sent(roles=["class_teacher"], seen="class_teacher")
    ),
    "school:person-hours": Route(OFFICE, "person", get=302, post=302, body=sent(weekly="27.5", seen=0)),
    "school:person-end": Route(OFFICE, "person", get=302, post=302, body=sent(last_day="2026-11-23")),
    "school:person-end-now": Route(OFFICE, "person", post=200, body=sent(role="class_teacher")),
    "school:person-give-back": Route(OFFICE, "person", get=302, post=302, body=sent(ended="x")),
    "school:person-sign-out": Route(OFFICE, "person", get=302, post=302),
    "school:person-link": Route(OFFICE, "person", get=302, post=200),
    "school:person-second-step": Route(OFFICE, "person", get=302, post=302),
    # --- Learners.
    "learners:register": Route(READERS, post=200, body=SEARCH),
    "learners:add": Route(REGISTRARS, post=302, body=LEARNER),
    "learners:groups": Route(READERS),
    "learners:group-add": Route(REGISTRARS, post=302, body=sent(name="Zqgroup")),
    "learners:group": Route(READERS, "group"),
    "learners:group-edit": Route(REGISTRARS, "group", post=302, body=regroup),
    "learners:group-learners": Route(
        REGISTRARS, "group", post=302,
        body=lambda world, args: {"learners": [world.own.newcomer.pk], "seen": f"{world.own.newcomer.pk}:1"},
    ),
    "learners:group-delete": Route(REGISTRARS, "group", get=302, post=302),
    "learners:learner": Route(READERS, "learner"),
    "learners:edit": Route(REGISTRARS, "learner", post=302, body=LEARNER),
    "learners:leave": Route(REGISTRARS, "learner", post=302, body=sent(left="2026-11-23", seen=1)),
    "learners:return": Route(REGISTRARS, "learner", get=302, post=302, body=sent(seen=1)),
    "learners:sen-change": Route(REGISTRARS, "learner", post=302, body=SEN),
    "learners:sen-correct": Route(REGISTRARS, "learner", post=302, body=SEN),
    "learners:contact-add": Route(REGISTRARS, "learner", post=302, body=ADULT),
    "learners:contact-edit": Route(REGISTRARS, "contact", post=302, body=ADULT),
    "learners:contact-remove": Route(REGISTRARS, "contact", post=302, body=sent(seen=1)),
    "learners:passport": Route(NOTE_READERS, "learner"),
    "learners:passport-pdf": Route(NOTE_READERS, "learner"),
    "learners:passport-agree": Route(WRITERS, "learner", post=302, body=sent(agreed_on="2026-11-20", seen=1)),
    "learners:passport-part": Route(NOTE_READERS, "section"),
    "learners:passport-edit": Route(WRITERS, "section", post=302, body=sent(text="Cream paper", seen=1)),
    "learners:import": Route(
        REGISTRARS, post=302, body=lambda world, args: {"file": SimpleUploadedFile("pupils.csv", PUPILS)}
    ),
    "learners:import-history": Route(REGISTRARS),
    "learners:import-columns": Route(
        REGISTRARS, "waiting", post=302,
        body=sent(**dict(zip([f"column-{at}" for at in range(4)], ("upn", "surname", "forename", "date_of_birth"),
                             strict=True))),
    ),
    "learners:import-preview": Route(REGISTRARS, "waiting", post=302, body=sent(do="reset")),
    "learners:import-apply": Route(REGISTRARS, "waiting", get=302, post=409, body=sent(seen="0" * 64)),
    "learners:import-cancel": Route(REGISTRARS, "waiting", get=302, post=302),
    "learners:import-result": Route(REGISTRARS, "finished"),
    "learners:import-undo": Route(REGISTRARS, "finished", get=302, post=302),
    "learners:audit": Route(OFFICE, post=200),
    "school:alarms": Route(OFFICE),
    "school:alarm-noticed": Route(OFFICE, "alarm", get=302, post=302),
    "learners:access-log": Route(OFFICE, "learner"),
    "learners:sight": Route(
        SENCO, "learner", post=302,
        body=lambda world, args: {
            "person": world.users["external, over"].pk, "ends": "2026-12-18", "reason": "Assessment"
        },
    ),
    "learners:share": Route(SENCO, "share", get=302, post=302, body=sent(ends="2026-12-18")),
    "learners:seen-by": Route(SENCO, "person"),
    # --- How long records are kept, and what goes.
    "school:keeping": Route(SENCO, post=302, body=sent(sen_years=31, pupil_years=25, seen=1)),
    "learners:hold": Route(SENCO, "learner", post=302, body=sent(do="set", reason="A claim", seen=1)),
    "learners:due": Route(SENCO, post=200, body=SEARCH),
    "learners:disposal-choose": Route(
        SENCO, get=302, post=302, body=lambda world, args: {"learner": [world.own.learner.pk]}
    ),
    "learners:disposal-check": Route(SENCO, "draft", post=422, body=sent(count=2)),
    "learners:disposal-cancel": Route(SENCO, "draft", get=302, post=302),
    "learners:disposal": Route(SENCO, "disposal"),
    "learners:disposal-log": Route(SENCO),
    "learners:access-review": Route(OFFICE, post=302),
    # --- The map.
    "interventions:map": Route(MAP_READERS, post=200, body=SEARCH),
    "interventions:tally": Route(MAP_READERS, post=200, body=SEARCH),
    "interventions:changes": Route(MAP_READERS),
    "interventions:rows": Route(MAP_READERS, post=200, body=SEARCH),
    "interventions:views": Route(MAP_READERS, post=302, body=sent(name="Zqview")),
    "interventions:view-rename": Route(MAP_READERS, "view", post=302, body=sent(name="Zqother name")),
    "interventions:view-delete": Route(MAP_READERS, "view", post=302),
    "interventions:timeline": Route(MAP_READERS, "learner"),
    "interventions:export": Route(MAP_READERS, post=200, body=EXPORT),
    "interventions:export-template": Route(EVERYBODY),
    "interventions:export-template-ods": Route(EVERYBODY),
    "interventions:print": Route(MAP_READERS, "print"),
    "interventions:print-file": Route(MAP_READERS, "print"),
    "interventions:several": Route(EDITORS, post=200),
    "interventions:copy-term": Route(EDITORS, post=200),
    "interventions:next-year": Route(EDITORS, post=200),
    "interventions:undo": Route(WRITERS, get=302, post=302),
    "interventions:history": Route(MAP_READERS),
    "interventions:history-act": Route(MAP_READERS, "change"),
    "interventions:history-take-back": Route(WRITERS, "change", get=302, post=302),
    "interventions:history-edit": Route(MAP_READERS, "edit"),
    "interventions:edit-take-back": Route(WRITERS, "edit", get=302, post=302),
    "interventions:placement-history": Route(MAP_READERS, "version"),
    "interventions:placement-restore": Route(WRITERS, "version", get=302, post=302, body=first_version),
    "interventions:map-then": Route(MAP_READERS),
    "interventions:placement": Route(WRITERS, "placement", post=302, body=CELL),
    "interventions:placement-end": Route(WRITERS, "placement", post=302, body=sent(on="2026-11-23", seen=1)),
    "interventions:placement-add": Route(
        WRITERS, "tier", post=302, body=lambda world, args: {"provision": world.own.spare[args[1]].pk}
    ),
    "interventions:map-import": Route(
        EDITORS, post=302, body=lambda world, args: {"file": SimpleUploadedFile("map.csv", MAP)}
    ),
    "interventions:map-import-columns": Route(
        EDITORS, "map", post=302, body=sent(**{"column-0": "provision", "column-1": "tier", "column-2": "area"})
    ),
    "interventions:map-import-check": Route(EDITORS, "map", post=302, body=sent(do="reset")),
    "interventions:map-import-apply": Route(EDITORS, "map", get=302, post=409, body=sent(seen="0" * 64)),
    "interventions:map-import-cancel": Route(EDITORS, "map", get=302, post=302),
    "interventions:map-import-result": Route(EDITORS, "map-done", post=302),
    "interventions:gaps": Route(MAP_READERS),
    "interventions:delivery": Route(MAP_READERS),
    "interventions:delivery-csv": Route(MAP_READERS),
    "interventions:gap": Route(MAP_READERS, "gap", post=404),  # without a provision there is nothing to write
    # --- Whole records, and files from school to school.
    "reports:everything": Route(
        SENCO, "learner", post=302, body=sent(asked_by="Mother", asked_on="2026-11-20")
    ),
    "reports:record": Route(SENCO, "record"),
    "reports:record-file": Route(SENCO, "record", get=302, post=200),
    "reports:transfer": Route(SENCO, "learner", post=200, body=sent(to="Elm Academy")),
    "reports:received": Route(
        SENCO, "transfer", get=302, post=302, body=sent(received_by="Ada Moss", received_on="2026-11-23", seen=1)
    ),
    "reports:arriving": Route(
        SENCO, post=302, body=lambda world, args: {"file": SimpleUploadedFile("file.json", ARRIVING)}
    ),
    "reports:arrival": Route(SENCO, "arrival", post=409, body=sent(seen="0" * 64, joined="2026-11-23")),
    "reports:arrival-cancel": Route(SENCO, "arrival", get=302, post=302),
    # --- Provisions and the library.
    "interventions:today": Route(LOGGERS),
    "interventions:today-log": Route(LOGGERS, get=302, post=422),
    "interventions:today-add": Route(LOGGERS),
    "interventions:today-kept": Route(LOGGERS),
    "interventions:today-key": Route(LOGGERS),
    "interventions:today-offline": Route(LOGGERS),
    "interventions:today-worker": Route(LOGGERS),
    "interventions:sessions": Route(MAP_READERS, post=200, body=SEARCH),
    "interventions:session": Route(MAP_READERS, "session", post=302, body=sent(text="Well done")),
    "interventions:answer-remove": Route(NOTE_READERS, "answer", get=302, post=302),
    "interventions:session-gaps": Route(LOGGERS),
    "interventions:nudge": Route(EDITORS, post=302),
    "interventions:calendar": Route(LOGGERS, post=200),
    "interventions:week": Route(EVERYBODY),
    "interventions:feed": Route(EVERYBODY, "feed", public=True),
    "interventions:provisions": Route(MAP_READERS, post=200, body=SEARCH),
    "interventions:provision-new": Route(EDITORS, post=302, body=PROVISION),
    "interventions:provision": Route(MAP_READERS, "provision"),
    "interventions:provision-edit": Route(EDITORS, "provision", post=302, body=PROVISION),
    "interventions:provision-split": Route(
        EDITORS, "provision", post=422, body=sent(name="Zqnew", on="2026-11-23", dose="3 x 10", role="ta", do="preview")
    ),
    "interventions:provisions-merge": Route(EDITORS, post=200),
    "interventions:provision-end": Route(EDITORS, "provision", get=302, post=302, body=sent(on="2026-11-23", seen=1)),
    "interventions:provision-learners": Route(
        EDITORS, "provision", get=302, post=302, body=lambda world, args: {"group": world.own.group.pk}
    ),
    "interventions:find-learners": Route(EDITORS, post=200, body=sent(find="Zq")),
    # --- The timetable.
    "interventions:slot-add": Route(WRITERS, "provision", post=302, body=SLOT),
    "interventions:slot": Route(WRITERS, "slot", post=302, body=SLOT),
    "interventions:slot-end": Route(WRITERS, "slot", get=302, post=302, body=sent(on="2026-11-30", seen=1)),
    "interventions:slot-remove": Route(WRITERS, "slot", get=302, post=302, body=sent(seen=1)),
    "interventions:timetable": Route(MAP_READERS),
    "interventions:clashes": Route(MAP_READERS),
    "interventions:away": Route(MAP_READERS),
    "interventions:absence-add": Route(
        LOGGERS, post=302, body=lambda world, args: {"user": world.users["head"].pk, "starts": "2026-11-25"}
    ),
    "interventions:absence": Route(LOGGERS, "absence", post=302, body=sent(starts="2026-11-24", seen=1)),
    "interventions:absence-remove": Route(LOGGERS, "absence", get=302, post=302, body=sent(seen=1)),
    "interventions:absence-cover": Route(EDITORS, "absence", post=200),
    "interventions:cover-take-back": Route(EDITORS, "absence", get=302, post=302),
    "interventions:trip-add": Route(EDITORS, post=302, body=sent(name="Zqtrip", starts="2026-11-25", whole="on")),
    "interventions:trip": Route(
        EDITORS, "trip", post=302,
        body=lambda world, args: {
            "name": "Zqtrip", "starts": "2026-11-25", "seen": 1, "learners": [world.own.learner.pk]
        },
    ),
    "interventions:trip-remove": Route(EDITORS, "trip", get=302, post=302, body=sent(seen=1)),
    "interventions:library": Route(LIBRARY_READERS, post=200, body=SEARCH),
    "interventions:library-stock": Route(EDITORS, get=302, post=302),
    "interventions:intervention-new": Route(EDITORS, post=302, body=ENTRY),
    "interventions:intervention": Route(LIBRARY_READERS, "entry"),
    "interventions:intervention-edit": Route(EDITORS, "entry", post=302, body=ENTRY),
    "interventions:intervention-archive": Route(EDITORS, "entry", get=302, post=302, body=sent(seen=1)),
}  # fmt: skip

# Views that name no capability: the public pages, the start page, and leaving.
UNGUARDED = frozenset(
    {
        "home", "health", "csp-report", "account_login", "mfa_authenticate", "mfa_login_webauthn",
        "school:forgotten", "school:session", "school:sign-out", "school:first-run", "school:welcome",
        "interventions:feed",
    }
)  # fmt: skip
