"""Saying that a record must stay, lifting that again, and putting it back."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from learners.models import Hold, Learner
from learners.permissions import check_can_dispose, check_can_see
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import User
from provisionmap.school.stale import claim

STANDS = "A hold stands on this record already. Lift it first if the reason has changed."
NONE = "No hold stands on this record any more."


def _claimed(learner: Learner, seen: int, by: User) -> Learner:
    """The learner, taken for a write: a job that disposes of records waits for it. Raises Stale or NotAllowed."""
    check_can_dispose(learner.school, by)
    check_can_see(learner, by)
    return claim(learner, seen=seen)


@transaction.atomic
def set_hold(*, learner: Learner, reason: str, seen: int, day: date, by: User) -> Hold:
    """Keep the record of `learner` from `day` on, whatever its age, for `reason`. Raises Stale or NotAllowed."""
    current = _claimed(learner, seen, by)
    if current.holds.filter(lifted=None).exists():
        raise NotAllowed(STANDS)
    made = Hold(learner=current, reason=reason, since=day, by=by)
    made.full_clean()
    made.save()
    audit.record("hold.set", by=by, target=made, school=current.school, new={"since": day, "reason": reason})
    return made


@transaction.atomic
def lift_hold(*, learner: Learner, seen: int, day: date, by: User) -> Hold:
    """Lift the hold that stands; it stays in the list. Raises Stale or NotAllowed."""
    current = _claimed(learner, seen, by)
    hold = current.holds.filter(lifted=None).first()
    if hold is None:
        raise NotAllowed(NONE)
    hold.lifted, hold.lifted_by = max(day, hold.since), by
    hold.save(update_fields=["lifted", "lifted_by"])
    audit.record(
        "hold.lift", by=by, target=hold, school=current.school, old={"lifted": None}, new={"lifted": hold.lifted}
    )
    return hold


@transaction.atomic
def put_back_hold(*, learner: Learner, hold: int, seen: int, by: User) -> Hold:
    """Let a lifted hold stand again, as if it had not been lifted. Raises Stale or NotAllowed."""
    current = _claimed(learner, seen, by)
    if current.holds.filter(lifted=None).exists():
        raise NotAllowed(STANDS)
    found = current.holds.filter(pk=hold).first()
    if found is None:
        raise NotAllowed(NONE)
    old, found.lifted, found.lifted_by = found.lifted, None, None
    found.save(update_fields=["lifted", "lifted_by"])
    audit.record("hold.put_back", by=by, target=found, school=current.school, old={"lifted": old}, new={"lifted": None})
    return found
