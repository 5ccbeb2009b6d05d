"""Saying how a session went: the same entry once, however often and in whatever order it arrives."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import make_aware

from interventions.actions.weeks import add_to_week, figures_of, key_of
from interventions.models import Attendance, Deliverer, Entry, Placement, Provision, Session, Slot
from interventions.models.provision import LOGGED_LATE
from interventions.permissions import check_can_log
from interventions.said import DELIVERED, OPEN, Heard, Said, minutes_of
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

EARLY = timedelta(minutes=15)  # before its time that a session may be logged: clocks differ, and lessons end early
SIGNER = Signer(salt="session of a card", sep="~")
FUTURE = "This session has not begun. Log it once it has, or say that it will not take place."
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


def _held(target: Target, school: School, theirs: QuerySet[Provision]) -> Any:
    """The slot, session or provision of an entry, where it is of `theirs`; its provision is locked. None elsewhere."""
    if target.kind == "new":
        return theirs.filter(school=school, pk=target.pk).select_for_update(of=("self",)).first()
    model: Any = Slot if target.kind == "slot" else Session
    found = model.objects.filter(school=school, pk=target.pk, provision__in=theirs.values("pk"))
    return found.select_related("provision").select_for_update(of=("provision",)).first()


def _ground(school: School, target: Target, by: User) -> _Ground:
    """The provision, locked, with slot and session. Raises NotAllowed for what `by` can't see and did not take."""
    found = _held(target, school, Provision.objects.visible_to(by))
    if found is None:
        found = _held(target, school, Provision.objects.taken_on(by, target.on))
    if found is None:
        raise NotAllowed("You can't see this session any more. Ask your SENCO who delivers it now.")
    slot, session, provision = None, None, found if target.kind == "new" else found.provision
    if target.kind == "slot":
        slot, session = found, Session.objects.filter(slot=found, on=target.on).first()
    elif target.kind == "session":
        session = found
        session.refresh_from_db()  # as it is now that the provision is ours
    rows = Deliverer.objects.on(target.on).filter(provision=provision).exclude(user=None).order_by("-pk")
    people = {int(user): role for user, role in rows.values_list("user", "role")}
    if provision.responsible_id and provision.responsible_id not in people:
        # Who answers for it takes it where nobody else does, as the timetable has it.
        people |= {} if people else {provision.responsible_id: "teacher"}
    return _Ground(provision, slot, session, people)


def opens_at(day: date, at: time | None) -> datetime:
    """From when on a session may be logged; before that it can only be called off."""
    midnight = make_aware(datetime.combine(day, time()))
    return max(midnight, make_aware(datetime.combine(day, at)) - EARLY) if at else midnight


def _check_day(ground: _Ground, target: Target, said: Said, now: datetime) -> None:
    provision, day = ground.provision, target.on
    at = (ground.session or ground.slot or target).at
    if said.state == DELIVERED and (day > today() or now < opens_at(day, at)):
        raise NotAllowed(FUTURE)
    ended = bool(provision.ends and day > provision.ends)
    # What has a row already can be amended, though the provision was shortened since.
    if ground.session is None and (day < provision.starts or ended):
        raise NotAllowed(f"{provision.name} did not run on {day:%d/%m/%Y}. Choose one of its days.")


def _new_session(school: School, target: Target, ground: _Ground) -> Session:
    """A row for an occurrence that has none yet, with what it is for frozen."""
    provision, slot = ground.provision, ground.slot
    tier = provision.tier
    if target.on < today():  # a day that is over keeps the tier it had
        tier = Provision.objects.with_tier(target.on).values_list("tier_then", flat=True).get(pk=provision.pk)
    return Session(
        school=school,
        provision=provision,
        slot=slot,
        on=target.on,
        at=slot.at if slot else target.at,
        minutes=slot.minutes if slot else target.minutes,
        extra=slot is None,
        intervention_id=provision.intervention_id,
        tier=tier,
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
    given = said.state == DELIVERED
    if not (given and session.state == DELIVERED and session.delivered_by_id):  # an amendment leaves who took it
        who = _taken_by(session, ground, by) if given else None
        session.delivered_by_id = who
        session.role = ground.people.get(who or 0, "")
    session.state, session.reason, session.note = said.state, said.reason, said.note
    session.actual = said.actual if given else None
    session.standing, session.logged_at = said.client, now


def _taken_by(session: Session, ground: _Ground, by: User) -> int | None:
    """Who took it: `by`; where they log for a colleague the stand-in, the one named, or the one who delivers it."""
    if by.pk in ground.people or by.pk == session.cover_id:
        return by.pk
    named = session.cover_id or (ground.slot.deliverer_id if ground.slot else None)
    return named or (next(iter(ground.people)) if len(ground.people) == 1 else None)


def _attendance(session: Session, said: Said, placed: Mapping[int, int]) -> list[Attendance]:
    if said.state == OPEN:
        return []
    rows = []
    for pk, learner in placed.items():
        heard = said.learners.get(pk, Heard())
        outcome, minutes = minutes_of(heard, said, session.minutes)
        there = outcome == "present"
        rows.append(
            Attendance(
                school_id=session.school_id,
                session=session,
                placement_id=pk,
                learner_id=learner,
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


def log_session(*, school: School, target: Target, said: Said, by: User, now: datetime) -> Logged:
    """Keep what `by` says about a session, once.

    The same entry again changes nothing. Raises SameId for another one under the same id, Contradiction when somebody
    else said something else since the entry that `said` amends, TooEarly when that one has not arrived, and NotAllowed.
    Twelve queries for a new session with a request's own, however many learners.
    """
    given: dict[str, Any] = {"school": school, "target": target, "said": said, "by": by, "now": now}
    try:
        with transaction.atomic():
            return _log(**given)
    except IntegrityError:  # the same entry arrived twice at once: by now the other one is kept, and known
        with transaction.atomic():
            return _log(**given)


def _log(*, school: School, target: Target, said: Said, by: User, now: datetime) -> Logged:
    digest = said.digest(f"{target.key} {target.at} {target.minutes}")
    known = Entry.objects.filter(client=said.client).select_related("session").first()
    if known:
        if known.digest != digest or known.by_id != by.pk or known.school_id != school.pk:
            raise SameId
        return Logged(known.session, again=True)
    ground = _ground(school, target, by)
    check_can_log(school, by, ground.people, ground.provision, ground.session)
    _check_day(ground, target, said, now)
    session = ground.session or _new_session(school, target, ground)
    entry = Entry(
        school=school, session=session, client=said.client, digest=digest, said=said.content, by=by,
        made_at=said.made_at, at=now,
    )  # fmt: skip
    if _agreed(ground.session, said):
        entry.save()
        return Logged(session, again=True)
    before = list(session.attendances.all()) if session.pk else []
    placed, unseen = _placed(ground, target.on, said, by, before)
    heard = dict(said.learners)
    # Not delivered, or delivered after all: that changes for everybody, also for whom the writer does not see.
    whole = not said.state == session.state == DELIVERED
    if whole and said.state == DELIVERED:
        heard |= _said_before(session, unseen)
    people = placed | {pk: who for pk, who in unseen.items() if said.state != DELIVERED or pk in heard}
    kept = [] if whole else [row for row in before if row.placement_id not in people]
    old = figures_of(session, before)
    _fill(session, said, ground, by, now)
    if session.pk:
        session.version += 1
        session.attendances.exclude(pk__in=[row.pk for row in kept]).delete()
    session.save()
    rows = _attendance(session, replace(said, learners=heard), people)
    Attendance.objects.bulk_create(rows)
    entry.session = session
    entry.save()
    add_to_week(key_of(session), old, figures_of(session, [*rows, *kept]))
    audit.record("session.log" if not before else "session.amend", by=by, target=session,
                 new={"state": session.state, "reason": session.reason, "on": session.on})  # fmt: skip
    return Logged(session)


def _placed(
    ground: _Ground, on: date, said: Said, by: User, before: Sequence[Attendance]
) -> tuple[dict[int, int], dict[int, int]]:
    """The learners of the card by placement, and those with a place that day whom `by` does not see.

    Raises NotAllowed where the card names anybody else. A card that says nothing happened need name nobody.
    """
    if not said.learners and said.state == DELIVERED:
        raise NotAllowed(NOBODY)
    took = by.pk in ground.people and on >= today() - LOGGED_LATE
    shown = Placement.objects.logged_by(by, ground.provision, took=took).order_by().values("pk")
    there = Q(starts__lte=on) & (Q(ends=None) | Q(ends__gte=on)) | Q(pk__in=[row.placement_id for row in before])
    rows = Placement.objects.filter(there, provision=ground.provision).order_by().annotate(seen=Q(pk__in=shown))
    found = list(rows.values_list("pk", "learner", "seen"))
    seen = {pk: learner for pk, learner, shown in found if shown}
    if not set(said.learners) <= set(seen):
        raise NotAllowed(NOT_NAMED)
    placed = {pk: learner for pk, learner in seen.items() if pk in said.learners or said.state != DELIVERED}
    return placed, {pk: learner for pk, learner, shown in found if not shown}


def _said_before(session: Session, unseen: Collection[int]) -> dict[int, Heard]:
    """What was last said of these learners while the session counted as delivered; one query, where there is any."""
    found: dict[int, Heard] = {}
    if not session.pk or not unseen:
        return found
    for said in session.entries.order_by("-pk").values_list("said", flat=True):
        if said.get("state", DELIVERED) == DELIVERED:
            learners = said.get("learners", {})
            found = {pk: Heard(**learners[str(pk)]) for pk in unseen if str(pk) in learners} | found
    return found
