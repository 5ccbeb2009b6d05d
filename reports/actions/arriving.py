"""Taking a learner's transfer file in: kept, shown, then taken in whole or not at all."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from learners.models import Contact, Learner, Passport, SenProvision
from learners.models.need import RANKS
from learners.reading.gate import open_tree
from provisionmap.school import audit
from provisionmap.school.models import School, User
from provisionmap.school.stale import claim
from provisionmap.school.waiting import KEPT_FOR
from reports.models import Arrival, EarlierProvision
from reports.permissions import check_can_take_in
from reports.transfer_file import Read, read

REMEDY = "Ask the other school for the file that Provision Map makes under “File for another school”."
PARTS: dict[str, Any] = {
    "sen": SenProvision,
    "passport": Passport,
    "contacts": Contact,
    "provision": EarlierProvision,
}


class Moved(Exception):
    """What the file would do is no longer what was shown; nothing was written."""


class Settled(Exception):
    """The file was taken in or let go meanwhile."""


@dataclass(frozen=True)
class Plan:
    """What a file would do here. `learner` is who has its UPN already; `held` are the parts that they have already."""

    read: Read
    learner: Learner | None
    namesakes: int
    held: frozenset[str]

    def taken(self, part: str) -> int:
        """How many records of a part would be taken in; a part that is here already is left as it is."""
        found = getattr(self.read, part)
        count = len(found) if isinstance(found, list) else int(found is not None)
        return 0 if part in self.held else count

    @property
    def fingerprint(self) -> str:
        """Differs when anything was decided in another way."""
        seen = self.learner and (self.learner.pk, self.learner.version)
        return hashlib.sha256(repr((seen, sorted(self.held), self.read)).encode()).hexdigest()


def read_file(data: bytes) -> tuple[object, Read]:
    """What an upload holds, as it stands and as it is read. Raises Refused or Bad."""
    tree = open_tree(data, REMEDY)
    return tree, read(tree)


@transaction.atomic
def keep_upload(*, school: School, tree: object, by: User) -> Arrival:
    """Keep a file until it is taken in, for an hour; an earlier one of the same person goes. Raises NotAllowed."""
    check_can_take_in(school, by)
    earlier = Arrival.objects.filter(school=school, by=by, state="uploaded")
    earlier.update(state="abandoned", upload=None, version=F("version") + 1)
    packed = zlib.compress(json.dumps(tree, ensure_ascii=False).encode())
    return Arrival.objects.create(school=school, by=by, upload=packed)


def plan_of(arrival: Arrival) -> Plan:
    """What the file would do as things stand: a learner is found by UPN, never by name."""
    found = read(json.loads(zlib.decompress(bytes(arrival.upload or b""))))
    rows = Learner.objects.filter(school=arrival.school)
    upn = found.learner["upn"]
    learner = rows.filter(upn=upn).first() if upn else None
    same = {name: found.learner[name] for name in ("surname", "forename", "date_of_birth")}
    namesakes = 0 if learner else rows.filter(**same).count()
    held = {name for name, model in PARTS.items() if learner and model.objects.filter(learner=learner).exists()}
    return Plan(found, learner, namesakes, frozenset(held))


@transaction.atomic
def take_in(*, arrival: Arrival, seen: str, joined: date | None, now: datetime, by: User) -> Learner:
    """Write what the preview showed, all of it or nothing. Raises NotAllowed, Settled or Moved.

    A learner who is here already keeps their details and every part of which they have something; `joined` is the first
    day here of one who is new.
    """
    check_can_take_in(arrival.school, by)
    School.objects.select_for_update(no_key=True).get(pk=arrival.school_id)  # nobody else can find the UPN free
    current = Arrival.objects.select_for_update(of=("self",)).select_related("school").get(pk=arrival.pk)
    if current.state != "uploaded":
        raise Settled
    plan = plan_of(current)
    if plan.fingerprint != seen:
        raise Moved
    learner = plan.learner
    if learner is None:
        learner = Learner(school=current.school, joined=joined, **plan.read.learner)
        learner.full_clean(exclude=["upn", "former_upn"])
        learner.save()
    else:
        learner = claim(learner, seen=learner.version)
    written = {part: plan.taken(part) for part in PARTS}
    _write(learner, plan.read, written)
    Arrival.objects.filter(pk=current.pk).update(
        state="applied", upload=None, learner=learner, applied=now, version=F("version") + 1
    )
    audit.record("transfer.take_in", by=by, target=learner, told={"new": plan.learner is None, **written})
    return learner


def _write(learner: Learner, found: Read, written: Mapping[str, int]) -> None:
    for one in found.sen if written["sen"] else ():
        ranks = dict(zip(RANKS, one["needs"], strict=False))
        kept = {name: value for name, value in one.items() if name != "needs"}
        SenProvision.objects.create(learner=learner, **kept, **ranks)
    if written["passport"] and found.passport is not None:
        Passport.objects.create(learner=learner, **found.passport)
    if written["contacts"]:
        Contact.objects.bulk_create([Contact(learner=learner, **one) for one in found.contacts])
    if written["provision"]:
        EarlierProvision.objects.bulk_create([EarlierProvision(learner=learner, **one) for one in found.provision])


@transaction.atomic
def abandon(*, arrival: Arrival, by: User) -> None:
    """Let a file go that is not wanted. Raises NotAllowed."""
    check_can_take_in(arrival.school, by)
    rows = Arrival.objects.filter(pk=arrival.pk, state="uploaded")
    rows.update(state="abandoned", upload=None, version=F("version") + 1)


def forget(*, now: datetime) -> int:
    """Empty files that nobody went on with for an hour before `now`; say how many. Safe twice and together."""
    old = Arrival.objects.filter(state="uploaded", created__lte=now - KEPT_FOR)
    return old.update(state="abandoned", upload=None, version=F("version") + 1)
