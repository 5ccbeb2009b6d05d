"""Raising alarms, and saying that one was looked into."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.core.mail import send_mail
from django.db import transaction

from provisionmap.school import audit
from provisionmap.school.alarms import KINDS, WINDOW, Found, Trace, alarms_of
from provisionmap.school.models import Alarm, AuditEvent, School, User
from provisionmap.school.roles import Capability, roles_with

AGAIN = timedelta(hours=24)  # the same about the same person is told once a day
WATCHED = ("learner.view", "access.refused", "map.export", "person.role_give", "account.second_step_remove",
           "person.second_step_reset", "record.take", "transfer.send")  # fmt: skip
MAIL = (
    "Provision Map has raised an alarm at {school}: {words}.\n\n"
    "Sign in, then open Settings and Alarms to see who and when, and say that you have looked into it.\n"
    "This mail names nobody, on purpose.\n"
)


def traces_since(moment: datetime) -> list[Trace]:
    """What the trail has kept since `moment` that an alarm can come of. One query."""
    rows = AuditEvent.objects.filter(at__gt=moment, verb__in=WATCHED, school_id__isnull=False).order_by("pk")
    names = ("school_id", "user_id", "verb", "learner_id", "changes", "target_id")
    return [Trace(*row) for row in rows.values_list(*names)]


def watch(*, now: datetime) -> list[Alarm]:
    """Raise what the last ten minutes give. Safe twice: the same is raised once a day."""
    return raise_all(alarms_of(traces_since(now - WINDOW)), now=now)


@transaction.atomic
def raise_all(found: Iterable[Found], *, now: datetime) -> list[Alarm]:
    """Keep the alarms that were not raised today already; mail those who can look into them."""
    known: set[tuple[int, str, int | None]] = set(
        Alarm.objects.since(now - AGAIN).values_list("school", "kind", "about")
    )
    schools = {school.pk: school for school in School.objects.all()}
    people = set(User.objects.values_list("pk", flat=True))
    made = []
    for one in found:
        about = one.about if one.about in people else None
        if one.school not in schools or (one.school, one.kind, about) in known:
            continue
        known.add((one.school, one.kind, about))
        alarm = Alarm.objects.create(school=schools[one.school], kind=one.kind, about_id=about, count=one.count, at=now)
        audit.record("alarm.raise", by=None, target=alarm, new={"kind": one.kind})
        transaction.on_commit(partial(tell, alarm))
        made.append(alarm)
    return made


def tell(alarm: Alarm) -> None:
    """Mail those who can look into it, without a name in it."""
    who = User.objects.at(alarm.school, alarm.at.date()).filter(
        memberships__school=alarm.school, memberships__role__in=roles_with(Capability.SEE_AUDIT)
    )
    words = MAIL.format(school=alarm.school.name, words=KINDS[alarm.kind][1].lower())
    for address in sorted(set(who.values_list("email", flat=True))):
        send_mail(f"Provision Map: {KINDS[alarm.kind][1].lower()}", words, None, [address])


@transaction.atomic
def notice(*, alarm: Alarm, now: datetime, by: User) -> None:
    """Say that `by` has looked into it; the first who does so stands there."""
    if Alarm.objects.filter(pk=alarm.pk, noticed_at=None).update(noticed_at=now, noticed_by=by):
        audit.record("alarm.notice", by=by, target=alarm)
