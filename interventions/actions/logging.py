"""Saying how a session went: the same entry once, however often and in whatever order it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction

from interventions.actions.weeks import add_to_week, figures_of, key_of
from interventions.models import Attendance, Deliverer, Entry, Placement, Provision, Session, Slot
from interventions.permissions import check_can_log
from interventions.said import DELIVERED, OPEN, Said, minutes_of
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

SIGNER = Signer(salt="session of a card", sep="~")
FUTURE = "This session has not been yet. Log it when it is over, or say that it will not take place."
NOT_NAMED = "Somebody on this card has no place in this provision that you may see. Open Today again and log it anew."
NOBODY = "Nobody is on this card, so there is nothing to log. Open Today again."


@dataclass(frozen=True)
class Target:
    """The session an entry is about: an occurrence of a slot, a session that has a row, or a new one."""

    kind: str  # "slot", "session" or "new"
    pk: int  # of the slot, the session or the provision
    on: date
    at: time | None = None  # of a new one
    minutes: int = 0

    @property
    def key(self) -> str:
        """Signed, so that a device logs what the server showed it and nothing else."""
        return SIGNER.sign(f"{self.kind}.{self.pk}.{self.on:%Y%m%d}")

    @classmethod
    def read(cls, key: str, *, at: time | None = None, minutes: int = 0) -> Target:
        """Raises NotAllowed for a key that was not made here."""
        try:
            kind, pk, on = SIGNER.unsign(key).split(".")
        except BadSignature:
            raise NotAllowed("This card is not one of ours. Open Today again.") from None
        return cls(kind, int(pk), date(int(on[:4]), int(on[4:6]), int(on[6:])), at, minutes)


class Contradiction(Exception):
    """Somebody else said something else about the session meanwhile; `entry` is what stands."""

    def __init__(self, session: Session, entry: Entry | None) -> None:
        super().__init__("said otherwise meanwhile")
        self.session, self.entry = session, entry


class TooEarly(Exception):
    """The entry that this one amends has not arrived yet: send it again later."""


class SameId(Exception):
    """Another entry has this id already: ids are made once."""


@dataclass(frozen=True)
class Logged:
    """A session as it stands; `again` where the entry had arrived before."""

    session: Session
    again: bool = False


@dataclass(frozen=True)
class _Ground:
    """What was read before anything is written."""

    provision: Provision
    slot: Slot | None
    session: Session | None
    people: Mapping[int, str]  # who delivers it that day, and as what


def _seen(model: Any, by: User, school: School) -> Any:
    rows = model.objects.visible_to(by).filter(school=school)
    return rows.select_for_update(of=("self" if model is Provision else "provision",))


def _ground(school: School, target: Target, by: User) -> _Ground:
    """The provision, locked, with slot and session. Raises NotAllowed for what `by` can't see."""
    slot = session = None
    try:
        if target.kind == "slot":
            slot = _seen(Slot, by, school).select_related("provision").get(pk=target.pk)
            provision = slot.provision
            session = Session.objects.filter(slot=slot, on=target.on).first()
        elif target.kind == "session":
            session = _seen(Session, by, school).select_related("provision").get(pk=target.pk)
            session.refresh_from_db()  # as it is now that the provision is ours
            provision = session.provision
        else:
            provision = _seen(Provision, by, school).get(pk=target.pk)
    except (Slot.DoesNotExist, Session.DoesNotExist, Provision.DoesNotExist):
        raise NotAllowed("You can't see this session any more. Ask your SENCO who delivers it now.") from None
    rows = Deliverer.objects.on(target.on).filter(provision=provision).exclude(user=None).order_by("-pk")
    people = {int(user): role for user, role in rows.values_list("user", "role")}
    return _Ground(provision, slot, session, people)


def _check_day(ground: _Ground, target: Target, said: Said) -> None:
    provision, day = ground.provision, target.on
    if day > today() and said.state == DELIVERED:
        raise NotAllowed(FUTURE)
    if day < provision.starts or (provision.ends and day > provision.ends):
        raise NotAllowed(f"{provision.name} did not run on {day:%d/%m/%Y}. Choose one of its days.")


def _new_session(school: School, target: Target, ground: _Ground) -> Session:
    """A row for an occurrence that has none yet, with what it is for frozen."""
    provision, slot = ground.provision, ground.slot
    return Session(
        school=school,
        provision=provision,
        slot=slot,
        on=target.on,
        at=slot.at if slot else target.at,
        minutes=slot.minutes if slot else target.minutes,
        extra=slot is None,
        intervention_id=provision.intervention_id,
        tier=provision.tier,
        area=provision.area,
    )


def opened_session(*, school: School, target: Target, seen: int, by: User) -> Session:
    """The row of an occurrence that `by` read at version `seen`, 0 where there was none; its provision is held.

    One that has no row yet is not written. Raises Stale when somebody else was there meanwhile, NotAllowed.
    """
    ground = _ground(school, target, by)
    session = ground.session or _new_session(school, target, ground)
    if (session.version if session.pk else 0) != seen:
        raise Stale(session)
    return session


def _fill(session: Session, said: Said, ground: _Ground, by: User, now: datetime) -> None:
    who: int | None = by.pk
    if by.pk not in ground.people and by.pk != session.cover_id:
        # Logged for a colleague: the one named on the slot, the stand-in, or the only one who delivers it.
        named = session.cover_id or (ground.slot.deliverer_id if ground.slot else None)
        who = named or (next(iter(ground.people)) if len(ground.people) == 1 else None)
    given = said.state == DELIVERED
    session.state, session.reason, session.note = said.state, said.reason, said.note
    session.actual = said.actual if given else None
    session.delivered_by_id = who if given else None
    session.role = ground.people.get(who or 0, "") if given else ""
    session.standing, session.logged_at = said.client, now


def _attendance(session: Session, said: Said, placed: Mapping[int, int]) -> list[Attendance]:
    if said.state == OPEN:
        return []
    rows = []
    for pk, heard in said.learners.items():
        outcome, minutes = minutes_of(heard, said, session.minutes)
        there = outcome == "present"
        rows.append(
            Attendance(
                school_id=session.school_id,
                session=session,
                placement_id=pk,
                learner_id=placed[pk],
                on=session.on,
                outcome=outcome,
                planned=0 if session.extra else session.minutes,
                minutes=minutes,
                extra=session.extra,
                engagement=heard.engagement if there else None,
                note=heard.note,
            )
        )
    return rows


def _agreed(session: Session | None, said: Said) -> bool:
    """Whether somebody has said just this already; False when `said` may be written.

    Raises TooEarly when what it amends has not arrived, Contradiction when something else stands by now.
    """
    standing = session.standing if session else None
    if said.after == standing:
        return False
    wanted = {one for one in (standing, said.after) if one}
    entries = {entry.client: entry for entry in Entry.objects.filter(client__in=wanted).select_related("by")}
    if session is None or standing is None or (said.after and said.after not in entries):
        raise TooEarly
    stands = entries[standing]
    if said.after and entries[said.after].said == stands.said and entries[said.after].session_id == session.pk:
        return False  # two people had said the same
    if said.content == stands.said:
        return True
    raise Contradiction(session, stands)


@transaction.atomic
def log_session(*, school: School, target: Target, said: Said, by: User, now: datetime) -> Logged:
    """Keep what `by` says about a session, once.

    The same entry again changes nothing. Raises SameId for another one under the same id, Contradiction when somebody
    else said something else since the entry that `said` amends, TooEarly when that one has not arrived, and NotAllowed.
    Twelve queries for a new session with a request's own, however many learners.
    """
    digest = said.digest(f"{target.key} {target.at} {target.minutes}")
    known = Entry.objects.filter(client=said.client).select_related("session").first()
    if known:
        if known.digest != digest or known.by_id != by.pk or known.school_id != school.pk:
            raise SameId
        return Logged(known.session, again=True)
    ground = _ground(school, target, by)
    check_can_log(school, by, ground.people, ground.provision, ground.session)
    _check_day(ground, target, said)
    session = ground.session or _new_session(school, target, ground)
    entry = Entry(
        school=school, session=session, client=said.client, digest=digest, said=said.content, by=by,
        made_at=said.made_at, at=now,
    )  # fmt: skip
    if _agreed(ground.session, said):
        entry.save()
        return Logged(session, again=True)
    placed = _placed(ground.provision, said, by)
    before = list(session.attendances.all()) if session.pk else []
    old = figures_of(session, before)
    _fill(session, said, ground, by, now)
    if session.pk:
        session.version += 1
        session.attendances.filter(placement__in=placed).delete()
    session.save()
    rows = _attendance(session, said, placed)
    Attendance.objects.bulk_create(rows)
    entry.session = session
    entry.save()
    kept = [row for row in before if row.placement_id not in placed]
    add_to_week(key_of(session), old, figures_of(session, [*rows, *kept]))
    audit.record("session.log" if not before else "session.amend", by=by, target=session,
                 new={"state": session.state, "reason": session.reason, "on": session.on})  # fmt: skip
    return Logged(session)


def _placed(provision: Provision, said: Said, by: User) -> dict[int, int]:
    """The learners of the card by placement, as far as `by` may see them. Raises NotAllowed for any other."""
    if not said.learners and said.state == DELIVERED:
        raise NotAllowed(NOBODY)
    rows = Placement.objects.visible_to(by).filter(provision=provision, pk__in=said.learners)
    placed = dict(rows.order_by().values_list("pk", "learner"))
    if set(placed) != set(said.learners):
        raise NotAllowed(NOT_NAMED)
    return placed
