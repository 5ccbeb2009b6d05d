"""Asking colleagues to log what they took, and keeping that nobody is written to twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from interventions.models import Reminder
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, capabilities_at
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

AGAIN = timedelta(hours=24)
NOT_ALL = "Only those who look after every session ask colleagues to log theirs. Ask your SENCO."
NO_MAIL = "No mail server is set up here, so nothing can be sent. Tell them in person, or ask whoever runs the product."


def claim(*, school: School, user: User, kind: str, now: datetime, since: datetime, by: User | None = None) -> bool:
    """Take the right to write to `user`; False when somebody did since `since`. Of two at once one gets it."""
    rows = Reminder.objects.filter(school=school, user=user, kind=kind)
    if rows.filter(at__lte=since).update(at=now, by=by):
        return True
    if rows.exists():
        return False
    try:
        with transaction.atomic():
            Reminder.objects.create(school=school, user=user, kind=kind, at=now, by=by)
    except IntegrityError:  # somebody else did meanwhile
        return False
    return True


def release(*, school: School, user: int, kind: str, now: datetime) -> None:
    """Give the claim made at `now` back: no mail left. A later try is free."""
    Reminder.objects.filter(school=school, user=user, kind=kind, at=now).delete()


def nudged_lately(school: School, now: datetime) -> dict[int, datetime]:
    """When each person was last asked, where it was. One query."""
    rows = Reminder.objects.filter(school=school, kind=Reminder.NUDGE)
    return dict(rows.values_list("user", "at"))


@transaction.atomic
def nudge(*, school: School, people: Mapping[int, int], now: datetime, by: User) -> list[User]:
    """Ask `people` (how many sessions, by user) to log what they took. Those to be mailed, by name.

    Who was asked within a day, has no role today, or has nothing to log is passed over. Raises NotAllowed.
    """
    if Capability.LOG_ALL not in capabilities_at(by, school):
        raise NotAllowed(NOT_ALL)
    wanted = User.objects.at(school, today()).filter(pk__in=[pk for pk, sessions in people.items() if sessions])
    asked = []
    for user in wanted:
        if claim(school=school, user=user, kind=Reminder.NUDGE, now=now, since=now - AGAIN, by=by):
            told = {"person": user.pk, "sessions": people[user.pk]}
            audit.record("nudge.send", by=by, target=user, school=school, told=told)
            asked.append(user)
    return asked
