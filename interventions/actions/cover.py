"""What becomes of the sessions of somebody who is away: a colleague takes them, another day, or none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction

from interventions.actions.changes import delete_rows, lock_provisions
from interventions.actions.grants import sync_grants
from interventions.actions.logging import Target, log_session, opened_session
from interventions.actions.weeks import lock_weeks
from interventions.ledger import REASONS
from interventions.models import Deliverer, Placement, Session, Slot
from interventions.permissions import check_can_arrange
from interventions.said import MISSED, OPEN, Heard, Said
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.bulk import create_rows
from provisionmap.school.calendar import CalendarDates, is_teaching_day
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

COVER, POSTPONE, CANCEL = "cover", "postpone", "cancel"
SALT = "cover"
LOGGED = "Somebody logged or changed one of these sessions since. Nothing was taken back: look at each of them."


@dataclass(frozen=True)
class Choice:
    """What is to become of one session, read at version `seen` (0: it had no row)."""

    target: Target
    seen: int
    what: str
    name: str = ""  # of the provision, for a refusal
    cover: User | None = None
    on: date | None = None
    at: time | None = None
    reason: str = "staff_absent"


@dataclass(frozen=True)
class Arranged:
    """What was done to one session, so that it can be taken back: its id, and the versions it was left at."""

    what: str
    session: int
    version: int
    moved: int = 0
    moved_version: int = 0


@dataclass(frozen=True)
class Done:
    """One act: everything that was arranged in it."""

    school: int
    items: tuple[Arranged, ...]

    @property
    def token(self) -> str:
        """Signed, for the button that takes all of it back."""
        return signing.dumps({"school": self.school, "items": [asdict(one) for one in self.items]}, salt=SALT)

    @classmethod
    def read(cls, token: str) -> Done:
        """Raises NotAllowed for what was not made here."""
        try:
            kept: dict[str, Any] = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            raise NotAllowed("This can’t be taken back from here. Look at each session.") from None
        return cls(kept["school"], tuple(Arranged(**one) for one in kept["items"]))


@transaction.atomic
def arrange(*, school: School, choices: Sequence[Choice], now: datetime, by: User) -> Done:
    """Do what was chosen for each session, all or nothing.

    Raises NotAllowed; Stale, with nothing written, when somebody else said or arranged something meanwhile.
    """
    check_can_arrange(school, by)
    if not choices:
        raise NotAllowed("Nothing is chosen: say for at least one session what becomes of it.")
    _hold(choices)
    lock_weeks(school, [one.target.on for one in choices])
    dates = school.calendar_dates()
    items, touched = [], set()
    for one in sorted(choices, key=lambda each: (each.target.kind, each.target.pk, each.target.on)):
        session = opened_session(school=school, target=one.target, seen=one.seen, by=by)
        if session.state != OPEN:
            raise Stale(session)
        touched.add(session.provision_id)
        if one.what == COVER:
            items.append(_give(session, one, by))
        else:
            items.append(_drop(session, one, dates, now, by))
    sync_grants(touched)
    return Done(school.pk, tuple(items))


def _hold(choices: Sequence[Choice]) -> None:
    """Take all the provisions in one order, as everybody does: else two acts wait for each other."""
    named = {kind: [one.target.pk for one in choices if one.target.kind == kind] for kind in ("slot", "session")}
    held = set(Slot.objects.filter(pk__in=named["slot"]).values_list("provision", flat=True))
    held |= set(Session.objects.filter(pk__in=named["session"]).values_list("provision", flat=True))
    lock_provisions(held)


def _staff(school: School, day: date) -> Any:
    return User.objects.at(school, day)


def _give(session: Session, one: Choice, by: User) -> Arranged:
    """Let somebody else take it: they deliver it that day, so that they see its learners that day and may log it."""
    if one.cover is None or not _staff(session.school, session.on).filter(pk=one.cover.pk).exists():
        raise NotAllowed(f"Choose who takes {one.name} on {session.on:%d/%m/%Y}.")
    if session.pk and session.cover_id:
        _let_off(session, by)
    old = {"cover": session.cover_id}
    session.cover = one.cover
    _keep(session)
    there = Deliverer.objects.on(session.on).filter(provision=session.provision_id)
    if not there.filter(user=one.cover).exists() and session.provision.responsible_id != one.cover.pk:
        usual = there.exclude(user=None).order_by("pk").first()
        stand_in = Deliverer(
            provision=session.provision, user=one.cover, role=usual.role if usual else "ta", starts=session.on,
            ends=session.on,
        )  # fmt: skip
        create_rows(Deliverer, [stand_in], by=by, reason=_mark(session))
    audit.record("session.cover", by=by, target=session, old=old, new={"cover": one.cover, "on": session.on})
    return Arranged(COVER, session.pk, session.version)


def _mark(session: Session) -> str:
    return f"cover:{session.pk}"


def _keep(session: Session) -> None:
    if session.pk:
        session.version += 1
    session.save()


def _let_off(session: Session, by: User) -> None:
    """Whoever stood in no longer delivers it that day, unless they stand in for another session of it."""
    others = Session.objects.filter(provision=session.provision_id, on=session.on, cover=session.cover_id)
    if others.exclude(pk=session.pk).exists():
        return
    rows = Deliverer.objects.filter(
        provision=session.provision_id, user=session.cover_id, starts=session.on, ends=session.on
    )
    made = Deliverer.history.filter(history_change_reason__startswith="cover:", history_type="+").values("id")
    delete_rows(list(rows.filter(pk__in=made)), by=by, reason=_mark(session))


def _drop(session: Session, one: Choice, dates: CalendarDates, now: datetime, by: User) -> Arranged:
    """Say that it is not delivered, as logging does; where it is postponed, plan it again."""
    reason = one.reason if one.what == CANCEL else "staff_absent"
    if reason not in REASONS:
        raise NotAllowed("Choose why it does not take place.")
    if one.what == POSTPONE:
        _check_day(session, one, dates)
    if session.pk and session.cover_id:
        _let_off(session, by)
        session.cover = None
        session.save(update_fields=["cover"])
    placed = Placement.objects.visible_to(by).filter(provision=session.provision_id).on(session.on)
    heard = {pk: Heard() for pk in placed.order_by().values_list("pk", flat=True)}
    said = Said(uuid4(), now, MISSED, reason, learners=heard, after=session.standing)
    logged = log_session(school=session.school, target=one.target, said=said, by=by, now=now).session
    if one.what == CANCEL:
        return Arranged(CANCEL, logged.pk, logged.version)
    same = ("school", "provision", "minutes", "intervention", "tier", "area")
    kept = {name: getattr(logged, name) for name in same}
    moved = Session.objects.create(**kept, on=one.on, at=one.at, extra=True, instead_of=logged)
    audit.record("session.move", by=by, target=moved, old={"on": logged.on}, new={"on": moved.on})
    return Arranged(POSTPONE, logged.pk, logged.version, moved.pk, moved.version)


def _check_day(session: Session, one: Choice, dates: CalendarDates) -> None:
    """Raises NotAllowed for a day on which it can't be given, and where it was moved to another one before."""
    provision = session.provision
    moved = Session.objects.filter(instead_of=session.pk).first() if session.pk else None
    if moved is not None:
        raise NotAllowed(f"{one.name} was moved to {moved.on:%d/%m/%Y} before. Look at that session first.")
    if one.on is None or one.at is None:
        raise NotAllowed(f"Choose the day and the time to which {one.name} is postponed.")
    if one.on < today():
        raise NotAllowed(f"{one.on:%d/%m/%Y} is over. Choose today or a later day for {one.name}.")
    if one.on < provision.starts or (provision.ends and one.on > provision.ends):
        raise NotAllowed(f"{one.name} does not run on {one.on:%d/%m/%Y}. Choose one of its days.")
    if not is_teaching_day(dates, one.on):
        raise NotAllowed(f"Nobody is taught on {one.on:%d/%m/%Y}. Choose a school day for {one.name}.")


@transaction.atomic
def take_back(*, school: School, done: Done, now: datetime, by: User) -> int:
    """Take an act back as a whole; how many sessions it was. Raises NotAllowed when one is not as it was left."""
    check_can_arrange(school, by)
    if done.school != school.pk:
        raise NotAllowed(LOGGED)
    rows = {one.pk: one for one in _sessions(school, by, done)}
    lock_provisions({one.provision_id for one in rows.values()})
    rows = {one.pk: one for one in _sessions(school, by, done)}  # as they are now that their provisions are ours
    for item in done.items:
        for pk, version in ((item.session, item.version), (item.moved, item.moved_version)):
            if pk and (pk not in rows or rows[pk].version != version):
                raise NotAllowed(LOGGED)
    lock_weeks(school, [rows[item.session].on for item in done.items])
    for item in done.items:
        session = rows[item.session]
        if item.what == COVER:
            _free(session, by)
        else:
            _say_nothing(session, now, by)
            if item.moved:
                audit.record("session.move-back", by=by, target=session, old={"on": rows[item.moved].on})
                rows[item.moved].delete()
    sync_grants({one.provision_id for one in rows.values()})
    return len(done.items)


def _sessions(school: School, by: User, done: Done) -> Any:
    pks = {pk for one in done.items for pk in (one.session, one.moved) if pk}
    seen = Session.objects.visible_to(by).filter(school=school, pk__in=pks)
    return seen.select_related("provision", "school", "slot")


def _free(session: Session, by: User) -> None:
    """Whoever was to take it takes it again; a row that says nothing else goes."""
    _let_off(session, by)
    audit.record("session.cover", by=by, target=session, old={"cover": session.cover_id}, new={"cover": None})
    session.cover = None
    if session.slot_id and session.state == OPEN and not session.entries.exists():
        session.delete()
    else:
        _keep(session)


def _say_nothing(session: Session, now: datetime, by: User) -> None:
    target = (
        Target("slot", session.slot_id, session.on) if session.slot_id else Target("session", session.pk, session.on)
    )
    after: UUID | None = session.standing
    said = Said(uuid4(), now, OPEN, after=after)  # nothing is said of anybody any more, seen or not
    log_session(school=session.school, target=target, said=said, by=by, now=now)
