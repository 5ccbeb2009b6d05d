"""Raising alarms, and saying that one was looked into."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.alarms import GIVES, KINDS, WINDOW, Found, Trace, alarms_of
from provisionmap.school.models import Alarm, AuditEvent, Membership, School, User
from provisionmap.school.roles import Capability, roles_with
from provisionmap.school.sending import send

logger = logging.getLogger(__name__)

AGAIN = timedelta(hours=24)  # the same about the same person is told once a day
WATCHED = ("learner.view", "access.refused", "map.export", "audit.export", *sorted(GIVES), "account.second_step_remove",
           "person.second_step_reset", "record.take", "transfer.send")  # fmt: skip
LOOKED = "alarms-looked-until"  # where the last watch stopped: what came while no worker ran is looked at, too
MAIL = (
    "Provision Map has raised an alarm at {school}: {words}.\n\n"
    "Sign in, then open Settings and Alarms to see who and when, and say that you have looked into it.\n"
    "This mail names nobody, on purpose.\n"
)


def traces_since(moment: datetime, day: date) -> list[Trace]:
    """What the trail has kept since `moment` that an alarm can come of. Three queries.

    What somebody did to their own account belongs to no school, and concerns each at which they hold a role on `day`.
    """
    names = ("school_id", "at", "user_id", "verb", "learner_id", "changes", "target_id")
    watched = AuditEvent.objects.filter(at__gt=moment, verb__in=WATCHED).order_by("pk")
    # By school and day there is an index, by day alone there is none.
    rows = watched.filter(school_id__in=list(School.objects.values_list("pk", flat=True)))
    found = [Trace(*row) for row in rows.values_list(*names)]
    of_accounts = [Trace(*row) for row in watched.filter(school_id=None).values_list(*names)]
    schools: dict[int | None, set[int]] = defaultdict(set)
    if of_accounts:
        held = Membership.objects.on(day).filter(user__in={one.target for one in of_accounts})
        for user, school in held.values_list("user", "school"):
            schools[user].add(school)
    return found + [one._replace(school=school) for one in of_accounts for school in sorted(schools[one.target])]


def watch(*, now: datetime) -> list[Alarm]:
    """Raise what came since the last watch, with ten minutes before it; mail what could not be mailed then.

    Safe twice: the same is raised once a day.
    """
    since = max(min(cache.get(LOOKED, now), now), now - AGAIN) - WINDOW
    made = raise_all(alarms_of(traces_since(since, timezone.localdate(now))), now=now)
    cache.set(LOOKED, now, None)
    for alarm in Alarm.objects.since(now - AGAIN).filter(mailed_at=None).exclude(pk__in=[one.pk for one in made]):
        tell(alarm)
    return made


@transaction.atomic
def raise_all(found: Iterable[Found], *, now: datetime) -> list[Alarm]:
    """Keep the alarms that were not raised today already; mail those who can look into them."""
    found = list(found)
    if not found:
        return []
    # One watch at a time, so that two together do not both raise it.
    schools = {school.pk: school for school in School.objects.select_for_update(no_key=True).order_by("pk")}
    known: set[tuple[int, str, int | None]] = set(
        Alarm.objects.since(now - AGAIN).values_list("school", "kind", "about")
    )
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
    """Mail those who can look into it today, without a name in it. What no server took is mailed by a later watch."""
    if not Alarm.objects.filter(pk=alarm.pk, mailed_at=None).update(mailed_at=timezone.now()):
        return  # another watch is at it
    held = lookers(alarm.school, timezone.localdate(alarm.at))
    words = MAIL.format(school=alarm.school.name, words=KINDS[alarm.kind][1].lower())
    try:
        for address in sorted(held.values_list("email", flat=True)):
            send(KINDS[alarm.kind][1].lower(), words, address)
    except OSError:  # of the net, or of the mail server
        Alarm.objects.filter(pk=alarm.pk).update(mailed_at=None)
        logger.error("an alarm could not be mailed", extra={"reason": "mail"})


def lookers(school: School, day: date) -> QuerySet[User]:
    """Those who can look into an alarm of `school` on `day`."""
    held = Membership.objects.on(day).filter(school=school, role__in=roles_with(Capability.SEE_AUDIT))
    return User.objects.filter(pk__in=held.values("user"), is_active=True)


@transaction.atomic
def notice(*, alarm: Alarm, now: datetime, by: User) -> None:
    """Say that `by` has looked into it; the first who does so stands there.

    Raises NotAllowed for an alarm about `by`, unless nobody else could look into it.
    """
    if alarm.about_id == by.pk and lookers(alarm.school, timezone.localdate(now)).exclude(pk=by.pk).exists():
        raise NotAllowed("This alarm is about you: somebody else has to look into it.")
    if Alarm.objects.filter(pk=alarm.pk, noticed_at=None).update(noticed_at=now, noticed_by=by):
        audit.record("alarm.notice", by=by, target=alarm)
