"""Sharing a learner with an external professional, until a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from learners.models import Grant, Learner
from learners.models.grant import SHARED
from learners.permissions import check_can_see
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Capability, Role

MOST = timedelta(days=365)  # a share that nobody looks at again for longer was forgotten, not wanted
PAST = "Choose today or a later day."


def check_can_share(learner: Learner, by: User) -> None:
    """Raises NotAllowed unless `by` may share this learner."""
    if not can(by, Capability.SHARE_LEARNERS, learner.school):
        raise NotAllowed("Your role does not include sharing learners: ask your SENCO.")
    check_can_see(learner, by)


def _lock(learner: Learner) -> None:
    School.objects.select_for_update(no_key=True).get(pk=learner.school_id)


def _check_external(learner: Learner, person: User, ends: date, day: date) -> None:
    """Raises NotAllowed where their work here does not last until `ends`: a share must not look longer than it is."""
    held = Membership.objects.on(day).filter(user=person, school=learner.school, role=Role.EXTERNAL).first()
    if held is None or not person.is_active:
        raise NotAllowed("Share with people who are external professionals at this school today.")
    if held.ends and held.ends < ends:
        raise NotAllowed(f"Their time here ends on {held.ends:%d/%m/%Y}: choose that day or an earlier one.")
    if ends > day + MOST:
        raise NotAllowed(
            f"A share lasts a year at most, so that somebody asks again whether it is needed: choose "
            f"{day + MOST:%d/%m/%Y} or an earlier day."
        )


@transaction.atomic
def share_learner(*, learner: Learner, person: User, ends: date, reason: str, day: date, by: User) -> Grant:
    """Let `person` see `learner` from `day` until `ends`, for `reason`. Raises NotAllowed with what to do instead."""
    check_can_share(learner, by)
    _lock(learner)
    if ends < day:
        raise NotAllowed(PAST)
    _check_external(learner, person, ends, day)
    if Grant.ever.on(day).filter(content_object=learner, user=person, source=SHARED).exists():
        raise NotAllowed("They see this learner already. Change the last day of what is shared instead.")
    made = Grant.ever.create(
        content_object=learner, user=person, source=SHARED, starts=day, ends=ends, reason=reason, given_by=by
    )
    audit.record("learner.share", by=by, target=made, school=learner.school, 
        new={"user": person, "starts": day, "ends": ends},
    )  # fmt: skip
    return made


def _current(grant: Grant, day: date, by: User) -> Grant:
    check_can_share(grant.content_object, by)
    _lock(grant.content_object)
    current = Grant.ever.select_related("content_object__school", "user").filter(pk=grant.pk, source=SHARED).first()
    if current is None:
        raise NotAllowed("Somebody ended this meanwhile.")
    if current.ends and current.ends < day:
        raise NotAllowed(f"This ended on {current.ends:%d/%m/%Y}. Share the learner again if it is still needed.")
    return current


@transaction.atomic
def extend_share(*, grant: Grant, ends: date, day: date, by: User) -> Grant:
    """Make `ends` the last day of a share. Raises NotAllowed."""
    current = _current(grant, day, by)
    if ends < day:
        raise NotAllowed(PAST)
    _check_external(current.content_object, current.user, ends, day)
    old, current.ends = current.ends, ends
    current.save(update_fields=["ends"])
    audit.record(
        "learner.share_change", by=by, target=current, school=current.content_object.school, old={"ends": old},
        new={"user": current.user, "ends": ends},
    )  # fmt: skip
    return current


@transaction.atomic
def end_share(*, grant: Grant, day: date, by: User) -> None:
    """End a share at once: yesterday was its last day; one that began today never was. Raises NotAllowed."""
    current = _current(grant, day, by)
    last = day - timedelta(days=1)
    audit.record(
        "learner.share_end", by=by, target=current, school=current.content_object.school, old={"ends": current.ends},
        new={"user": current.user, "ends": last},
    )  # fmt: skip
    if current.starts > last:
        current.delete()
    else:
        current.ends = last
        current.save(update_fields=["ends"])
