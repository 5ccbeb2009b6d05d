"""Planning when a provision happens: adding, changing, ending and removing times of the week.

What was planned for a day that is over stays as it was: a slot that is changed ends, and another begins.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from interventions.actions.changes import add_rows, change_rows, lock_provisions, open_change, remove_rows
from interventions.actions.grants import sync_grants
from interventions.clashes import Booking, minute_of, overlap
from interventions.models import Deliverer, MapChange, Provision, Slot
from interventions.permissions import check_can_edit
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import User
from provisionmap.school.stale import claim

DAY = timedelta(days=1)
MIDNIGHT = 24 * 60
TIMES = ("weekday", "at", "minutes", "week", "place", "deliverer")
ARRANGED = (
    "Sessions of this time are logged or arranged for {day} or later. Take those back first, or choose a later day."
)
ENDED = "This time ended on {day}, and days since then are over. Add it anew from the day on which it is to go on."


@dataclass(frozen=True)
class Time:
    """A time of the week as a form gives it. `ends` None: as long as the provision."""

    weekday: int
    at: time
    minutes: int
    starts: date
    ends: date | None = None
    week: str = ""
    place: str = ""
    deliverer: User | None = None
    joins: bool = False  # whoever takes it is to deliver the provision, too

    @property
    def fields(self) -> dict[str, Any]:
        """What a slot keeps of it."""
        return {name: getattr(self, name) for name in (*TIMES, "starts", "ends")}

    @property
    def words(self) -> str:
        """As a person says it.

        >>> Time(1, time(9, 15), 20, date(2026, 9, 1)).words
        'Tuesday 09:15, 20 min'
        """
        letter = f", week {self.week}" if self.week else ""
        return f"{dict(Slot.WEEKDAYS)[self.weekday]} {self.at:%H:%M}, {self.minutes} min{letter}"


def counts_from(provision: Provision, now: datetime) -> date:
    """The first day from which a change may count: today, or tomorrow when something of today has happened."""
    local = timezone.localtime(now)
    day, clock = local.date(), local.time()
    begun = Slot.objects.on(day).filter(provision=provision, weekday=day.weekday(), at__lte=clock)
    said = provision.delivered_sessions.filter(on=day)
    return day + DAY if begun.exists() or said.exists() else day


def is_fresh(slot: Slot, first: date) -> bool:
    """Whether nothing of it has happened: it may be corrected in place, or removed."""
    return slot.starts >= first and not slot.sessions.exists()


def _check_time(provision: Provision, wanted: Time, beside: Collection[int] = ()) -> None:
    """Raises NotAllowed for a time that no day holds, that the provision does not, or that meets another of its own."""
    if minute_of(wanted.at) + wanted.minutes > MIDNIGHT:
        raise NotAllowed("A session has to end before midnight. Choose an earlier time or fewer minutes.")
    if wanted.ends and wanted.ends < wanted.starts:
        raise NotAllowed("The last day is before the first day.")
    if wanted.starts < provision.starts:
        raise NotAllowed(f"{provision.name} starts on {provision.starts:%d/%m/%Y}. Choose that day or a later one.")
    if provision.ends and (wanted.ends or wanted.starts) > provision.ends:
        raise NotAllowed(
            f"{provision.name} ends on {provision.ends:%d/%m/%Y}. Leave “until” empty, or choose a sooner day."
        )
    others = Slot.objects.filter(provision=provision).exclude(pk__in=beside)
    others = others.filter(Q(ends=None) | Q(ends__gte=wanted.starts))
    if wanted.ends:
        others = others.filter(starts__lte=wanted.ends)
    mine = Booking(0, wanted.weekday, wanted.at, wanted.minutes, wanted.starts)
    for one in others:
        together = not one.week or not wanted.week or one.week == wanted.week
        if together and overlap(mine, Booking(one.pk, one.weekday, one.at, one.minutes, one.starts)):
            raise NotAllowed(f"It already happens then: {one}, {one.minutes} min. Change that time, or choose another.")


def delivers(provision: Provision, user: User, wanted: Time) -> bool:
    """Whether somebody delivers the provision, or answers for it, on every day of this time."""
    if user.pk == provision.responsible_id:
        return True
    ends = wanted.ends or provision.ends
    rows = provision.deliverers.filter(user=user).filter(Q(starts=None) | Q(starts__lte=wanted.starts))
    return bool(rows.filter(Q(ends=None) | Q(ends__gte=ends) if ends else Q(ends=None)).exists())


def _join(provision: Provision, wanted: Time, change: MapChange) -> None:
    """Whoever takes it delivers the provision: sight follows from there. Raises NotAllowed where nobody said so."""
    user = wanted.deliverer
    if user is None or delivers(provision, user, wanted):
        return
    if not wanted.joins:
        raise NotAllowed(
            f"{user.name} does not deliver {provision.name} on all of these days, so would not see its learners. "
            "Tick that they deliver it from now on, or choose somebody who does."
        )
    old = provision.deliverers.filter(user=user).order_by("-pk").first()
    add_rows(
        [
            Deliverer(
                provision=provision, user=user, role=old.role if old else "ta",
                starts=wanted.starts if wanted.starts > provision.starts else None, ends=wanted.ends,
            )
        ],
        change=change,
    )  # fmt: skip
    sync_grants([provision.pk])


def _held(provision: Provision, by: User) -> Provision:
    """The provision, locked, so that two people can't plan the same hour of it."""
    [current] = lock_provisions([provision.pk])
    check_can_edit(provision.school, current.tier, by)
    return current


def _claimed(slot: Slot, seen: int, by: User) -> tuple[Slot, Provision]:
    """The slot as it now is, taken by the caller. Raises Stale, or NotAllowed."""
    provision = _held(slot.provision, by)
    current = claim(slot, seen=seen)
    current.version = seen  # which writing raises
    return current, provision


def _open(provision: Provision, words: str, by: User) -> MapChange:
    return open_change(school=provision.school, kind="change", words=f"{words}: {provision.name}", by=by)


@transaction.atomic
def add_slot(*, provision: Provision, wanted: Time, by: User) -> Slot:
    """Plan another time of the week. Raises NotAllowed when `by` may not, or it does not fit."""
    current = _held(provision, by)
    _check_time(current, wanted)
    change = _open(current, f"Planned {wanted.words}", by)
    _join(current, wanted, change)
    [slot] = add_rows([Slot(school_id=current.school_id, provision=current, **wanted.fields)], change=change)
    audit.record("slot.add", by=by, target=slot, new=wanted.fields)
    return slot


@transaction.atomic
def change_slot(*, slot: Slot, wanted: Time, seen: int, now: datetime, by: User) -> Slot:
    """Let a time of the week be another one from `wanted.starts`; the slot that counts from then on.

    One of which nothing has happened is corrected in place. Any other ends the day before, and a new one begins.
    Raises Stale, NotAllowed.
    """
    current, provision = _claimed(slot, seen, by)
    first = counts_from(provision, now)
    fresh = is_fresh(current, first)
    if not fresh and wanted.starts < first:
        raise NotAllowed(
            f"A change counts from {first:%d/%m/%Y} at the earliest: what was planned before stays as it was."
        )
    _check_time(provision, wanted, [current.pk])
    change = _open(provision, f"Changed {current} to {wanted.words}", by)
    _join(provision, wanted, change)
    if fresh:
        old = {name: getattr(current, name) for name in wanted.fields}
        for name, value in wanted.fields.items():
            setattr(current, name, value)
        change_rows([current], wanted.fields, change=change)
        audit.record("slot.change", by=by, target=current, old=old, new=wanted.fields)
        return current
    old = {name: getattr(current, name) for name in TIMES}
    if all(getattr(wanted, name) == value for name, value in old.items()):  # nothing but its last day
        _check_last(current, wanted.ends, first)
        _stop(current, wanted.ends, change)
        return current
    _check_free(current, wanted.starts)
    if wanted.starts <= current.starts:
        raise NotAllowed(f"This time began on {current.starts:%d/%m/%Y}: a change counts from a later day.")
    if current.ends is None or current.ends >= wanted.starts:  # one that ended before that day is over as it was
        _stop(current, wanted.starts - DAY, change)
    [new] = add_rows([Slot(school_id=current.school_id, provision=provision, **wanted.fields)], change=change)
    audit.record("slot.change", by=by, target=new, old=old, new=wanted.fields)
    return new


def _check_free(slot: Slot, day: date) -> None:
    """Raises NotAllowed when something was said of a session of this slot on `day` or later."""
    later = slot.sessions.filter(on__gte=day).order_by("on").first()
    if later:
        raise NotAllowed(ARRANGED.format(day=f"{later.on:%d/%m/%Y}"))


def _check_last(slot: Slot, on: date | None, first: date) -> None:
    """Raises NotAllowed for a last day that would take away what was planned, plan days that are over, or take away
    something that was said.
    """
    if slot.ends and slot.ends < first - DAY:
        raise NotAllowed(ENDED.format(day=f"{slot.ends:%d/%m/%Y}"))
    if on is None:
        return
    if on < first - DAY:
        raise NotAllowed(
            f"It can end on {first - DAY:%d/%m/%Y} at the earliest: what was planned before stays as it was."
        )
    if on < slot.starts:
        raise NotAllowed(f"It begins on {slot.starts:%d/%m/%Y}. Remove it, or choose that day or a later one.")
    _check_free(slot, on + DAY)


def _stop(slot: Slot, on: date | None, change: MapChange) -> None:
    old, slot.ends = slot.ends, on
    change_rows([slot], ["ends"], change=change)
    audit.record("slot.end", by=change.by, target=slot, old={"ends": old}, new={"ends": on})


@transaction.atomic
def end_slot(*, slot: Slot, on: date, seen: int, now: datetime, by: User) -> Slot:
    """Let a time of the week end on `on`, its last day. Raises Stale, NotAllowed."""
    current, provision = _claimed(slot, seen, by)
    _check_last(current, on, counts_from(provision, now))
    if provision.ends and on > provision.ends:
        raise NotAllowed(f"{provision.name} ends on {provision.ends:%d/%m/%Y}, and this time with it.")
    _stop(current, on, _open(provision, f"Ended {current} on {on:%d/%m/%Y}", by))
    return current


@transaction.atomic
def remove_slot(*, slot: Slot, seen: int, now: datetime, by: User) -> None:
    """Remove a time of the week of which nothing has happened. Raises Stale, NotAllowed."""
    current, provision = _claimed(slot, seen, by)
    if not is_fresh(current, counts_from(provision, now)):
        raise NotAllowed(
            "Sessions were planned for days that are over. End it instead: what was planned stays as it was."
        )
    change = _open(provision, f"Removed {current}", by)
    audit.record("slot.remove", by=by, target=current, old={name: getattr(current, name) for name in TIMES})
    remove_rows([current], change=change)


def carried_slots(pairs: Sequence[tuple[Provision, Provision, Collection[int]]]) -> list[Slot]:
    """For each old provision, the new one, and the people who deliver that: the times it goes on with, not written yet.

    They are those of the old one's last day, or of the day before the new one starts. A time that somebody took who
    does not deliver the new one is for whoever does. One query, however many.
    """
    rows: dict[int, list[Slot]] = {}
    for row in Slot.objects.filter(provision__in=[old for old, _, _ in pairs]):
        rows.setdefault(row.provision_id, []).append(row)
    same = ("weekday", "at", "minutes", "week", "place")
    found = []
    for old, new, people in pairs:
        last = max(min(new.starts - DAY, old.ends or new.starts), old.starts)
        for row in rows.get(old.pk, ()):
            if row.starts <= last and (row.ends is None or row.ends >= last):
                who = row.deliverer_id if row.deliverer_id in people else None
                kept = {name: getattr(row, name) for name in same}
                found.append(Slot(school_id=new.school_id, provision=new, starts=new.starts, deliverer_id=who, **kept))
    return found
