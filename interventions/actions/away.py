"""Saying who is away: absences of staff, of which no reason is kept, and trips."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from interventions.models import StaffAbsence, Trip
from interventions.permissions import check_can_arrange, check_can_tell_away
from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User
from provisionmap.school.stale import claim

LONGEST = 366  # days: beyond a year somebody has left, or the year is a slip


@dataclass(frozen=True)
class Outing:
    """A trip as a form gives it; who goes is fixed when it is entered."""

    name: str
    starts: date
    ends: date
    learners: Collection[Learner]


def _check_days(starts: date, ends: date) -> None:
    if ends < starts:
        raise NotAllowed("The last day is before the first day.")
    if (ends - starts).days > LONGEST:
        raise NotAllowed("That is longer than a year. Check both days.")


def _check_alone(school: School, user: User, starts: date, ends: date, but: int = 0) -> None:
    """Raises NotAllowed when the person is away on some of these days already. The school is held meanwhile."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    rows = StaffAbsence.objects.filter(school=school, user=user, starts__lte=ends, ends__gte=starts).exclude(pk=but)
    other = rows.first()
    if other:
        span = f"{other.starts:%d/%m/%Y} to {other.ends:%d/%m/%Y}"
        raise NotAllowed(f"{user.name} is away from {span} already. Change those days instead.")


@transaction.atomic
def add_absence(*, school: School, user: User, starts: date, ends: date, by: User) -> StaffAbsence:
    """Say that `user` is away. Raises NotAllowed."""
    check_can_tell_away(school, user, by)
    _check_days(starts, ends)
    _check_alone(school, user, starts, ends)
    row = StaffAbsence.objects.create(school=school, user=user, starts=starts, ends=ends)
    audit.record("absence.add", by=by, target=row, new={"user": user, "starts": starts, "ends": ends})
    return row


@transaction.atomic
def change_absence(*, absence: StaffAbsence, starts: date, ends: date, seen: int, by: User) -> StaffAbsence:
    """Move the days somebody is away. Raises NotAllowed; Stale when somebody else did so meanwhile."""
    check_can_tell_away(absence.school, absence.user, by)
    _check_days(starts, ends)
    _check_alone(absence.school, absence.user, starts, ends, absence.pk)
    current = claim(absence, seen=seen)
    old = {"starts": current.starts, "ends": current.ends}
    current.starts, current.ends = starts, ends
    current.save(update_fields=["starts", "ends"])
    audit.record("absence.change", by=by, target=current, old=old, new={"starts": starts, "ends": ends})
    return current


@transaction.atomic
def remove_absence(*, absence: StaffAbsence, seen: int, by: User) -> None:
    """Somebody is not away after all. Raises NotAllowed, Stale. What was arranged for their sessions stays."""
    check_can_tell_away(absence.school, absence.user, by)
    current = claim(absence, seen=seen)
    old = {"user": current.user_id, "starts": current.starts, "ends": current.ends}
    audit.record("absence.remove", by=by, target=current, old=old)
    current.delete()


def _check_outing(school: School, outing: Outing) -> None:
    _check_days(outing.starts, outing.ends)
    if not outing.learners:
        raise NotAllowed("Say who goes: classes, year groups, the whole school, or learners by name.")
    if any(one.school_id != school.pk for one in outing.learners):
        raise NotAllowed("Those learners belong to different schools.")


@transaction.atomic
def add_trip(*, school: School, outing: Outing, by: User) -> Trip:
    """Enter a trip, and fix who goes. Raises NotAllowed."""
    check_can_arrange(school, by)
    _check_outing(school, outing)
    row = Trip.objects.create(school=school, name=outing.name, starts=outing.starts, ends=outing.ends)
    _let_go(row, outing.learners)
    new: dict[str, Any] = {"name": row.name, "starts": row.starts, "ends": row.ends}
    audit.record("trip.add", by=by, target=row, new=new, told={"count": len(outing.learners)})
    return row


def _let_go(trip: Trip, learners: Collection[Learner]) -> None:
    through: Any = Trip.learners.through
    wanted = {one.pk for one in learners}
    there = set(through.objects.filter(trip=trip).values_list("learner", flat=True))
    through.objects.filter(trip=trip, learner__in=there - wanted).delete()
    through.objects.bulk_create([through(trip=trip, learner_id=pk) for pk in sorted(wanted - there)])


@transaction.atomic
def change_trip(*, trip: Trip, outing: Outing, seen: int, by: User) -> Trip:
    """Change a trip: its days, its name, who goes. Raises NotAllowed, Stale."""
    check_can_arrange(trip.school, by)
    _check_outing(trip.school, outing)
    current = claim(trip, seen=seen)
    new = {name: getattr(outing, name) for name in ("name", "starts", "ends")}
    old = {name: getattr(current, name) for name in new}
    for name, value in new.items():
        setattr(current, name, value)
    current.save(update_fields=list(new))
    _let_go(current, outing.learners)
    audit.record("trip.change", by=by, target=current, old=old, new=new, told={"count": len(outing.learners)})
    return current


@transaction.atomic
def remove_trip(*, trip: Trip, seen: int, by: User) -> None:
    """A trip does not take place. Raises NotAllowed, Stale."""
    check_can_arrange(trip.school, by)
    current = claim(trip, seen=seen)
    old = {name: getattr(current, name) for name in ("name", "starts", "ends")}
    audit.record("trip.remove", by=by, target=current, old=old)
    current.delete()
