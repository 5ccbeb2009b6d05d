"""What an event of the audit trail says in plain words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Kind of act to its name and the beginnings of its verbs.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "looks": ("Looked at", ("learner.view", "list.view")),
    "refused": ("Turned away", ("access.refused",)),
    "taken": ("Taken out", ("map.export", "audit.export", "record.", "transfer.")),
    "learners": (
        "Learners and groups",
        ("learner.add", "learner.change", "learner.leave", "learner.move", "learner.return", "learner.share",
         "learners.", "sen.",
         "passport.", "contact.", "group.", "hold.", "record.", "records."),
    ),
    "map": ("The map", ("map.", "placement.", "provision.", "tiers.", "view.")),
    "delivery": ("Delivery", ("session.", "slot.", "absence.", "trip.", "feed.", "nudge.", "answer.")),
    "library": ("The library", ("library.",)),
    "school": ("School and calendar", ("school.", "demo.", "year.", "term.", "closure.", "calendar.")),
    "people": ("People and accounts", ("person.", "account.", "access.review", "alarm.")),
}  # fmt: skip
THINGS = {
    "learner": "a learner", "passport": "a passport", "contact": "a contact", "group": "a group",
    "sen": "SEN provision",
    "placement": "a placement", "provision": "a provision", "view": "a view of the map", "year": "a school year",
    "slot": "a time of the week", "absence": "an absence of staff", "trip": "a trip",
    "term": "a term", "closure": "a closure", "library": "a library entry", "school": "the school's details",
}  # fmt: skip
ACTS = {"add": "Added", "change": "Changed", "remove": "Removed", "delete": "Deleted"}
DONE = {
    "learner.leave": "Marked a learner as left",
    "learner.return": "Put a learner back on the roll",
    "learner.move": "Moved a learner to another group",
    "learners.import": "Imported a pupil list",
    "learners.import-undo": "Took an import of a pupil list back",
    "sen.open": "Began SEN provision",
    "sen.close": "Ended SEN provision",
    "sen.correct": "Corrected SEN provision",
    "account.change": "Changed their account",
    "account.password": "Changed their password",
    "account.welcome": "Set a password with a one-time link",
    "account.sign_in": "Signed in",
    "account.new_device": "Signed in on another device",
    "account.sign_out": "Signed out",
    "account.connect": "Connected an account of another directory",
    "account.disconnect": "Disconnected an account of another directory",
    "account.second_step_add": "Set a second step up",
    "account.second_step_remove": "Took a second step away",
    "session.log": "Logged a session",
    "slot.end": "Ended a time of the week",
    "session.cover": "Said who takes a session",
    "session.move": "Postponed a session",
    "session.move-back": "Took the postponing of a session back",
    "session.amend": "Amended how a session went",
    "answer.add": "Answered to how a session went",
    "answer.remove": "Took an answer back",
    "nudge.send": "Asked a colleague to log sessions",
    "feed.renew": "Made an address of their timetable",
    "feed.end": "Switched the address of their timetable off",
    "person.second_step_reset": "Took a colleague's second step away",
    "learner.share": "Shared a learner with somebody from outside",
    "learner.share_change": "Moved the last day of a share",
    "learner.share_end": "Ended a share",
    "hold.set": "Said that a record must stay",
    "hold.lift": "Lifted a hold on a record",
    "hold.put_back": "Put a hold on a record back",
    "record.dispose": "Disposed of a record",
    "records.cancel": "Let a choice of records to dispose of go",
    "records.confirm": "Confirmed that records are disposed of",
    "alarm.raise": "An alarm was raised",
    "alarm.notice": "Looked into an alarm",
    "access.review": "Looked through everybody's access",
    "school.start": "Began with the school",
    "school.set_up": "Finished setting up",
    "school.tiers": "Changed the tiers",
    "person.add": "Added a colleague",
    "person.role_give": "Gave a role",
    "person.role_end": "Ended a role",
    "person.invite": "Made a one-time link",
    "person.sign_out": "Ended a colleague's sessions",
    "person.hours": "Set a working week",
    "map.export": "Took the map out as a file",
    "audit.export": "Took the audit trail out as a file",
    "record.ask": "Asked for everything held about a learner",
    "record.take": "Took everything held about a learner out",
    "transfer.send": "Made a learner's transfer file",
    "transfer.received": "Noted that a transfer file was received",
    "transfer.take_in": "Took a learner's transfer file in",
    "provision.start": "Started a provision",
    "provision.split": "Split a group",
    "provision.merge": "Merged groups",
    "provision.add-learners": "Added learners to a provision",
    "tiers.plan": "Planned a change of tiers",
    "tiers.cancel": "Cancelled a change of tiers",
    "library.stock": "Filled the library with the shipped entries",
    "calendar.add-year": "Added a school year",
    "calendar.add-term": "Added a term",
    "calendar.add-closure": "Added a closure",
    "demo.seed": "Made this fictional school",
}
# Addresses of pages about one learner; a page that is not named here is "a page about them".
PAGES = {
    "learners:learner": "the record",
    "learners:passport": "the passport",
    "learners:passport-pdf": "the passport for printing",
    "learners:passport-part": "the passport",
    "learners:access-log": "the access log",
    "learners:hold": "how long it is kept",
    "reports:everything": "what is held about them",
    "reports:transfer": "their transfer file",
    "reports:received": "their transfer file",
    "interventions:timeline": "the map through time",
    "interventions:placement": "a placement",
    "interventions:placement-history": "the history of a placement",
    "interventions:history-edit": "the history of a placement",
}
LISTS = {
    "learners:register": "the register",
    "learners:group": "a group",
    "learners:audit": "the audit trail",
    "learners:due": "the records to dispose of",
    "learners:disposal-check": "the last look at records to dispose of",
    "interventions:map": "the map",
    "interventions:rows": "rows of the map",
    "interventions:print-file": "a print of the map",
    "reports:arrival": "a transfer file on its way in",
    "interventions:provision": "a provision",
    "interventions:sessions": "sessions",
    "interventions:session": "a session",
    "interventions:find-learners": "learners to add",
    "interventions:slot": "a time of the week",
    "interventions:slot-add": "a time of the week",
    "interventions:timetable": "the timetable",
    "interventions:clashes": "clashes in the timetable",
    "interventions:away": "who is away",
    "interventions:absence-cover": "the sessions of somebody who is away",
    "interventions:trip": "a trip",
    "interventions:trip-add": "a trip",
}


def done(verb: str, changes: Mapping[str, Any]) -> str:
    """What was done, as a person says it.

    >>> done("contact.add", {}), done("learner.view", {"page": "learners:passport"})
    ('Added a contact', 'Looked at the passport')
    >>> done("list.view", {"page": "learners:register", "learners": 3, "searched": True})
    'Looked at the register: 3 learners found by a search'
    """
    page = str(changes.get("page", ""))
    if verb == "learner.view":
        return f"Looked at {PAGES.get(page, 'a page about them')}"
    if verb == "list.view":
        return f"Looked at {LISTS.get(page, 'a page of ' + page.partition(':')[0])}{_listed(changes)}"
    if verb == "access.refused":
        return "Was turned away: " + ("not their role" if changes.get("status") == 403 else "not theirs to see")
    if verb in DONE:
        return DONE[verb]
    thing, _, act = verb.partition(".")
    if thing == "map":
        return "Changed the map"
    return f"{ACTS[act]} {THINGS[thing]}" if act in ACTS and thing in THINGS else verb.replace(".", " ")


def _listed(changes: Mapping[str, Any]) -> str:
    count = changes.get("learners")
    if count is None:
        return ""
    return f": {count} learner{'' if count == 1 else 's'}{' found by a search' if changes.get('searched') else ''}"


def pieces(verb: str, changes: Mapping[str, Any]) -> list[str]:
    """What changed, piece by piece: plain values from what to what, of others that they changed.

    >>> pieces("learner.change", {"nc_year": ["3", "4"], "surname": None, "left": [None, "2026-11-20"]})
    ['nc year: 3 → 4', 'surname', 'left: nothing → 2026-11-20']
    """
    if verb in ("learner.view", "list.view", "access.refused"):
        return []
    return [
        f"{name.replace('_', ' ')}: {_word(value[0])} → {_word(value[1])}" if value else name.replace("_", " ")
        for name, value in changes.items()
        if name != "user"  # told by name (learners/trail.py)
    ]


def _word(value: Any) -> str:
    return "nothing" if value in (None, "") else str(value)
