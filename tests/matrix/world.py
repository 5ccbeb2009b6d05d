"""Two schools with one of everything, each thing with a word that must show only to those who may see it.

Ownerships: `own` is the work of the teacher, the assistant and the visitor; `other` is somebody else's at the same
school; `confidential` is about the own learner but shared with nobody; `targeted` is the own learner's at tier 2;
`elsewhere` is the other school's; `mismatch` is an own learner in the address with another learner's thing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

from allauth.mfa.models import Authenticator

from interventions.actions import feeds as actions
from interventions.actions import importing as maps
from interventions.actions.changes import open_change
from interventions.actions.grants import sync_grants
from interventions.actions.importing import read_file
from interventions.feeds import digest_of
from interventions.map_reading.plan import Choices
from interventions.models import (
    Answer,
    Feed,
    MapExport,
    MapImport,
    Placement,
    SavedView,
    Session,
    StaffAbsence,
    TierPlan,
    Trip,
)
from learners.actions.importing import apply_upload, draft_of, keep_upload, read_list
from learners.actions.trail import record_export as record_trail
from learners.models import Contact, Disposal, DisposalItem, Grant, Hold, ImportRun, Learner, Passport
from learners.trail import Asked
from provisionmap.school import audit
from provisionmap.school.actions import account
from provisionmap.school.models import Alarm, Closure, Membership, School, User
from provisionmap.school.roles import Role
from provisionmap.web.pdf import draw, written
from reports.actions import arriving
from reports.models import RecordExport, Transfer
from tests.factories import (
    AcademicYearFactory,
    AttendanceFactory,
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    LearnerFactory,
    MembershipFactory,
    PlacementFactory,
    ProvisionFactory,
    SchoolFactory,
    SenProvisionFactory,
    SlotFactory,
    TermFactory,
    UserFactory,
    member,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
YESTERDAY = date(2026, 11, 22)
SEPTEMBER, JULY = date(2026, 9, 7), date(2027, 7, 20)
MISSING = 999_999_999
PUPILS = b"UPN,Surname,Forename,Date of birth\nB999200122999,Moss,Ada,01/02/2018\n"
MAP = b"Provision,Wave,Area\nBooster,2,SEMH\n"
LATER = PUPILS + b"H801200001013,Reid,Tomos,01/03/2018\n"

ARRIVING = json.dumps(
    {
        "format": "provision-map-learner", "version": 1,
        "from": {"school": "Elm", "urn": "", "la_code": "", "estab": "", "joined": None, "left": None,
                 "made": "2026-11-20", "confidential": False, "notes": False},
        "learner": {"upn": "T801200001031", "former_upn": "", "surname": "Wren", "forename": "Ida", "middle_names": "",
                    "preferred_name": "", "date_of_birth": "2018-02-01", "sex": "F", "nc_year": "4",
                    **dict.fromkeys(Learner.FLAGS, False)},
        "sen": [], "passport": None, "contacts": [], "provision": [],
    }
).encode()  # fmt: skip

# Words that stand in one record each.
OWN, OTHER, ELSEWHERE = "Zqown", "Zqother", "Zqelsewhere"
CONFIDENTIAL, NOTE, VOICE, COLLEAGUE = "Zqconfidential", "Zqnote", "Zqvoice", "Zqcolleague"
CONTACT = "Zqcontact"


@dataclass(frozen=True)
class Actor:
    """Somebody at the door: what they are at the first school today, and whose learners they have work with."""

    name: str
    roles: frozenset[str] = frozenset()
    works: bool = False  # with the own learner, today
    signed_in: bool = True


ACTORS = (
    Actor("signed out", signed_in=False),
    *(
        Actor(role.value, frozenset({role.value}), works=role in {"class_teacher", "teaching_assistant", "external"})
        for role in Role
    ),
    Actor("two roles", frozenset({"teaching_assistant", "governor"}), works=True),
    Actor("external, over", frozenset({"external"})),
    Actor("leaver"),
    Actor("superuser"),
    Actor("deactivated", signed_in=False),
)


@dataclass
class World:
    """What stands in the database, by noun and ownership."""

    school: School
    users: dict[str, User]
    things: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    own: SimpleNamespace = field(default_factory=SimpleNamespace)
    uploads: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    maps: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    views: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    prints: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    records: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    arrivals: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)  # of everybody who has an account, signed in

    def args(self, kind: str, actor: Actor) -> dict[str, tuple[Any, ...]]:
        """What stands in the address, by ownership. An upload, a view and a print of the map are the actor's own."""
        if kind == "waiting":
            return {"own": self.uploads.get(actor.name, self.things[kind]["other"]), **self.things[kind]}
        if kind == "map":
            return {"own": self.maps.get(actor.name, self.things[kind]["other"]), **self.things[kind]}
        if kind == "view":
            return {"own": self.views.get(actor.name, self.things[kind]["other"]), **self.things[kind]}
        if kind == "record":
            return {"own": self.records.get(actor.name, self.things[kind]["other"]), **self.things[kind]}
        if kind == "arrival":
            return {"own": self.arrivals.get(actor.name, self.things[kind]["other"]), **self.things[kind]}
        if kind == "print":
            return {"own": self.prints.get(actor.name, self.things[kind]["other"]), **self.things[kind]}
        return self.things[kind]


def people(school: School) -> dict[str, User]:
    """One user for each actor that has an account."""
    users = {role.value: member(role, school) for role in Role}
    users["two roles"] = member(Role.TEACHING_ASSISTANT, school)
    MembershipFactory(user=users["two roles"], school=school, role=Role.GOVERNOR)
    users["external, over"] = member(Role.EXTERNAL, school)
    users["leaver"] = member(Role.SENCO, school)
    Membership.objects.filter(user=users["leaver"]).update(ends=YESTERDAY)
    users["superuser"] = UserFactory(is_superuser=True)
    users["deactivated"] = member(Role.SENCO, school, is_active=False)
    return users


def a_key(user: User) -> int:
    """A passkey of somebody's; no page of the matrix uses it."""
    return int(Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}}).pk)


def learner_of(school: School, word: str, group: Any) -> SimpleNamespace:
    """A learner with everything that hangs on one; each text holds `word`."""
    learner = LearnerFactory(school=school, surname=word, forename="Maya", group=group)
    return SimpleNamespace(
        learner=learner,
        sen=SenProvisionFactory(learner=learner, note=f"{NOTE} {word}"),
        contact=Contact.objects.create(learner=learner, name=f"{CONTACT} {word}"),
        passport=Passport.objects.create(learner=learner, helps=f"{VOICE} {word}"),
    )


def placed(one: SimpleNamespace, **fields: Any) -> Any:
    """A place of a learner in a provision of its own."""
    provision = ProvisionFactory(school=one.learner.school, starts=SEPTEMBER, ends=JULY, **fields)
    return PlacementFactory(learner=one.learner, provision=provision, starts=SEPTEMBER, ends=JULY)


def run_of(school: School, by: User, data: bytes = PUPILS) -> ImportRun:
    """A pupil list on its way in."""
    sheet = read_list("pupils.csv", data, school)
    return keep_upload(school=school, sheet=sheet, name="pupils.csv", now=NOW, by=by)


def imported(school: School, by: User) -> ImportRun:
    """A pupil list that was imported."""
    run = run_of(school, by)
    return apply_upload(run=run, seen=draft_of(run, TODAY).plan.fingerprint, now=NOW, today=TODAY, by=by)


def map_run(school: School, by: User, content: bytes = MAP) -> MapImport:
    """A provision map on its way in."""
    sheet, mapping = read_file("map.csv", content, school)
    return maps.keep_upload(
        school=school, sheet=sheet, mapping=mapping, choices=Choices(starts=SEPTEMBER), name="map.csv", now=NOW, by=by
    )


def map_done(school: School, by: User) -> MapImport:
    """A provision map that was imported."""
    run = map_run(school, by)
    return maps.apply_upload(run=run, seen=maps.draft_of(run, TODAY).plan.fingerprint, now=NOW, today=TODAY, by=by)


@cache
def pdf_of(word: str) -> bytes:
    """A document that says `word`."""
    return written(draw(f'<html lang="en-GB"><title>Map</title><body><p>{word}</p></body></html>'))


def print_of(school: School, user: User, word: str = OWN) -> tuple[Any, ...]:
    """A print of the map that somebody asked for and has not fetched yet, as it stands in an address."""
    done = MapExport.objects.create(school=school, by=user, format="pdf", state="done", pages=1, file=pdf_of(word))
    return (done.pk,)


@cache
def packed(word: str) -> bytes:
    """An archive whose record says `word`."""
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("record.json", word)
    return made.getvalue()


def record_of(learner: Any, user: User, word: str = OWN) -> tuple[Any, ...]:
    """A copy of a whole record that somebody had made, as it stands in an address."""
    fields = {"school": learner.school, "learner": learner, "asked_by": "Mother", "asked_on": TODAY}
    return (RecordExport.objects.create(by=user, state="done", file=packed(word), **fields).pk,)


def sent_file(learner: Any, by: User, word: str) -> Transfer:
    """A file that was made for another school."""
    return Transfer.objects.create(learner=learner, by=by, to=f"School {word}", received_by=f"SENCO {word}")


def arrival_of(school: School, by: User) -> tuple[Any, ...]:
    """A transfer file on its way in, as it stands in an address."""
    return (arriving.keep_upload(school=school, tree=arriving.read_file(ARRIVING)[0], by=by).pk,)


def shared(learner: Any, user: User) -> Grant:
    """A learner shared with somebody until the end of the year."""
    return Grant.ever.create(content_object=learner, user=user, source="shared", starts=SEPTEMBER, ends=JULY)


def view_of(school: School, user: User, word: str = OWN) -> tuple[Any, ...]:
    """A view of the map that somebody keeps, as it stands in an address."""
    return (SavedView.objects.create(school=school, user=user, name=f"View {word}", query="tier=2").pk,)


def disposal_of(school: School, user: User, learner: Any, state: str = "draft") -> tuple[Any, ...]:
    """A disposal of one record that somebody chose, or that is done, as it stands in an address."""
    made = Disposal.objects.create(
        school=school, by=user, state=state, sen_years=31, pupil_years=25, confirmed=NOW, finished=NOW
    )
    DisposalItem.objects.create(disposal=made, place=1, record=learner.pk, rule="sen")
    return (made.pk,)


def cancelled_plan(school: School) -> TierPlan:
    """A change of tiers that was planned once: one that still is would keep the tiers' own page from going on."""
    return TierPlan.objects.create(school=school, on=TODAY, old_set="waves", new_set="layers", state="cancelled")


def changed(placement: Placement, by: User) -> tuple[Any, ...]:
    """A change of several records that touched `placement`, its words telling the learner's own, in an address."""
    words = f"Changed {placement.learner.surname}"
    change = open_change(school=placement.school, kind="bulk", words=words, by=by)
    Placement.history.bulk_history_create([placement], update=True, default_change_reason=change.reason)
    return (change.pk,)


def delivered(placement: Placement, word: str) -> Session:
    """A session that was logged with a note, and an answer to it; its learner was there."""
    slot = SlotFactory(provision=placement.provision)
    row = AttendanceFactory(placement=placement, session__slot=slot, note=f"{NOTE} {word}")
    Session.objects.filter(pk=row.session_id).update(note=f"{NOTE} {word}")
    Answer.objects.create(school=placement.school, session=row.session, at=NOW, text=f"{NOTE} {word}")
    return row.session


def away_of(user: User, school: School, learner: Any) -> dict[str, Any]:
    """An adult who is away today, and a trip."""
    trip = Trip.objects.create(school=school, name="Museum", starts=TODAY, ends=TODAY)
    trip.learners.add(learner)
    return {
        "absence": StaffAbsence.objects.create(school=school, user=user, starts=TODAY, ends=TODAY),
        "trip": trip,
    }


def taken_out(school: School, by: User) -> None:
    """Large files that somebody took out, with the reasons that stand in the trail."""
    audit.record("map.export", by=by, target=MapExport.objects.create(school=school, by=by, reason="Annual return"))
    record_trail(
        school=school, asked=Asked(since=TODAY, until=TODAY), rows=1, learners=101, reason="A complaint", by=by
    )


def calendar_of(school: School) -> dict[str, Any]:
    """A year, a term and a closure."""
    year = AcademicYearFactory(school=school)
    closure = Closure.objects.create(
        school=school, name="Training day", starts=date(2026, 11, 6), ends=date(2026, 11, 6)
    )
    return {"year": year, "term": TermFactory(year=year), "closure": closure}


def build() -> World:
    """Everything, twice; the second school's things are the elsewhere of the first."""
    school, second = SchoolFactory(), SchoolFactory()
    users = people(school)
    away = member(Role.SENCO, second, name=COLLEAGUE)
    groups = [GroupFactory(school=school), GroupFactory(school=school), GroupFactory(school=second, name=ELSEWHERE)]
    groups[0].teachers.add(users["class_teacher"])
    own, other = learner_of(school, OWN, groups[0]), learner_of(school, OTHER, groups[1])
    elsewhere = learner_of(second, ELSEWHERE, groups[2])
    teacher = users["class_teacher"]
    placements = {
        "own": placed(own, tier=1, responsible=teacher),
        "other": placed(other, tier=1, name=OTHER),
        "targeted": placed(own, tier=2, responsible=teacher),
        "confidential": placed(own, tier=1, name=CONFIDENTIAL, confidential=True),
        "elsewhere": placed(elsewhere, tier=1, name=ELSEWHERE),
    }
    for name in ("teaching_assistant", "external", "two roles"):
        for ownership in ("own", "targeted"):
            DelivererFactory(provision=placements[ownership].provision, user=users[name])
    DelivererFactory(provision=placements["own"].provision, user=users["external, over"], ends=YESTERDAY)
    sync_grants([placements["own"].provision_id])
    entries = InterventionFactory(school=school), InterventionFactory(school=second, name=ELSEWHERE)
    rows, foreign = calendar_of(school), calendar_of(second)
    invited = member(Role.CLASS_TEACHER, school)
    invited.set_unusable_password()
    invited.save()
    world = World(school, users)
    world.own = SimpleNamespace(
        **vars(own),
        group=groups[0],
        placement=placements["own"],
        spare={
            tier: ProvisionFactory(school=school, tier=tier, responsible=teacher, starts=SEPTEMBER, ends=JULY)
            for tier in (1, 2)
        },
        entry=entries[0],
        newcomer=LearnerFactory(school=school, nc_year="4"),
        invited=invited,
    )
    lent = member(Role.EXTERNAL, school)
    learners = {"own": own, "other": other, "elsewhere": elsewhere}
    world.things = {
        "": {"own": ()},
        "learner": {name: (one.learner.pk,) for name, one in learners.items()},
        "tier": {
            **{name: (one.learner.pk, 1) for name, one in learners.items()},
            "targeted": (own.learner.pk, 2),
        },
        "section": {name: (one.learner.pk, "helps") for name, one in learners.items()},
        "contact": {
            **{name: (one.learner.pk, one.contact.pk) for name, one in learners.items()},
            "mismatch": (own.learner.pk, other.contact.pk),
        },
        "group": dict(zip(("own", "other", "elsewhere"), [(group.pk,) for group in groups], strict=True)),
        "placement": {name: (one.pk,) for name, one in placements.items()},
        "version": {name: (one.pk,) for name, one in placements.items() if name != "targeted"},
        "edit": {name: (one.history.earliest().history_id,) for name, one in placements.items() if name != "targeted"},
        "change": {name: changed(one, users["senco"]) for name, one in placements.items() if name != "targeted"},
        "provision": {name: (one.provision_id,) for name, one in placements.items()},
        "tier-plan": {"own": (cancelled_plan(school).pk,), "elsewhere": (cancelled_plan(second).pk,)},
        "entry": {"own": (entries[0].pk,), "elsewhere": (entries[1].pk,)},
        "waiting": {
            "other": (run_of(school, member(Role.SENCO, school)).pk,),
            "elsewhere": (run_of(second, away).pk,),
        },
        "map": {
            "other": (map_run(school, member(Role.SENCO, school)).pk,),
            "elsewhere": (map_run(second, member(Role.SENCO, second)).pk,),
        },
        "map-done": {
            "own": (map_done(school, users["senco"]).pk,),
            "elsewhere": (map_done(second, member(Role.SENCO, second)).pk,),
        },
        "finished": {
            "own": (imported(school, users["senco"]).pk,),
            "elsewhere": (imported(second, member(Role.SENCO, second)).pk,),
        },
        **{noun: {"own": (rows[noun].pk,), "elsewhere": (foreign[noun].pk,)} for noun in rows},
        "share": {
            **{name: (one.learner.pk, shared(one.learner, lent).pk) for name, one in learners.items()},
            "mismatch": (own.learner.pk, shared(other.learner, lent).pk),
        },
        "row": {"own": ("closure", rows["closure"].pk), "elsewhere": ("closure", foreign["closure"].pk)},
        "person": {"own": (invited.pk,), "elsewhere": (away.pk,)},
        "gap": {"own": ("doubled",), "elsewhere": ("nowhere",)},
        "link": {"own": (invited.pk, account.tokens.make_token(invited))},
    }
    senders = ("senco", "senco_assistant", "administrator")
    world.things["key"] = {
        "own": (MISSING,),
        "other": (a_key(member(Role.HEAD, school)),),
        "elsewhere": (a_key(away),),
    }
    taken_out(school, users["senco"])
    Hold.objects.create(learner=own.learner, reason=NOTE, since=TODAY, lifted=TODAY)
    Hold.objects.create(learner=elsewhere.learner, reason=ELSEWHERE, since=TODAY)
    world.things["draft"] = {
        "own": disposal_of(school, users["senco"], own.learner),
        "other": disposal_of(school, member(Role.SENCO, school), own.learner),
        "elsewhere": disposal_of(second, away, elsewhere.learner),
    }
    world.things["disposal"] = {
        "own": disposal_of(school, users["senco"], own.learner, "done"),
        "elsewhere": disposal_of(second, away, elsewhere.learner, "done"),
    }
    sessions = {name: delivered(one, name) for name, one in placements.items() if name != "targeted"}
    world.things["session"] = {name: (one.pk,) for name, one in sessions.items()}
    world.things["answer"] = {name: (one.pk, one.answers.get().pk) for name, one in sessions.items()}
    world.things["feed"] = {"own": (actions.renew_feed(school=school, now=NOW, by=users["teaching_assistant"]),)}
    Feed.objects.create(school=school, user=users["leaver"], digest=digest_of("left"), made_at=NOW)
    world.things["feed"]["elsewhere"] = ("left",)  # of somebody who is not at the school any more
    world.things["slot"] = {name: (one.slot_id,) for name, one in sessions.items()}
    away_here, away_there = away_of(lent, school, own.learner), away_of(away, second, elsewhere.learner)
    for noun in away_here:
        world.things[noun] = {"own": (away_here[noun].pk,), "elsewhere": (away_there[noun].pk,)}
    world.things["alarm"] = {
        name: (Alarm.objects.create(school=one, kind="export", at=datetime(2026, 11, 20, tzinfo=UTC)).pk,)
        for name, one in (("own", school), ("elsewhere", second))
    }
    world.things["view"] = {
        "other": view_of(school, member(Role.SENCO, school), ELSEWHERE),
        "elsewhere": view_of(second, away, ELSEWHERE),
    }
    world.things["print"] = {
        "other": print_of(school, member(Role.SENCO, school), ELSEWHERE),
        "elsewhere": print_of(second, away, ELSEWHERE),
    }
    world.things["record"] = {
        "other": record_of(own.learner, member(Role.SENCO, school), ELSEWHERE),
        "elsewhere": record_of(elsewhere.learner, away, ELSEWHERE),
    }
    world.things["arrival"] = {
        "other": arrival_of(school, member(Role.SENCO, school)),
        "elsewhere": arrival_of(second, away),
    }
    files = {name: (one.learner, sent_file(one.learner, users["senco"], name)) for name, one in learners.items()}
    world.things["transfer"] = {
        **{name: (learner.pk, made.pk) for name, (learner, made) in files.items()},
        "mismatch": (own.learner.pk, files["other"][1].pk),
    }
    world.records = {name: record_of(own.learner, user, "mine") for name, user in users.items()}
    world.arrivals = {"senco": arrival_of(school, users["senco"])}
    world.prints = {name: print_of(school, user, "mine") for name, user in users.items()}
    world.views = {name: view_of(school, user, "mine") for name, user in users.items()}
    world.maps = {name: (map_run(school, users[name]).pk,) for name in ("senco", "senco_assistant")}
    world.uploads = {name: (run_of(school, users[name], LATER).pk,) for name in senders}
    return world
