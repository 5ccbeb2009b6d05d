"""The audit trail as a person reads it: who, what in plain words, about which child, narrowed by what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from learners.export_reasons import reasons_of
from learners.models import Learner
from learners.trail_words import KINDS, done, pieces
from provisionmap.school.access import can
from provisionmap.school.models import AuditEvent, Membership, School, User
from provisionmap.school.roles import Capability

LOOKS = ("learner.view", "access.refused")
# What tells of provision is for those who see all of it: an act may be about a placement that is confidential.
OF_THE_MAP = ("map.", "placement.", "provision.", "tiers.")
NOBODY = "The product itself"
UNKNOWN = "Somebody who is no longer known"


@dataclass(frozen=True)
class Asked:
    """What the trail is narrowed to; both days count."""

    since: date
    until: date
    person: int = 0
    learner: int = 0
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """One event in words. `about` is the child, where the reader may see them."""

    at: datetime
    who: str
    what: str
    about: Learner | None
    details: Sequence[str]


def _starting(words: Iterable[str]) -> Q:
    found = Q()
    for word in words:
        found |= Q(verb__startswith=word)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _names(users: set[int | None]) -> dict[int | None, str]:
    """Who these people are; None is nobody."""
    return {None: NOBODY, **dict(User.objects.filter(pk__in=users - {None}).values_list("pk", "name"))}


def events_of(user: User, school: School, asked: Asked) -> QuerySet[AuditEvent]:
    """Events of one school that `user` may read, newest first; nothing for who may not read the trail."""
    rows: QuerySet[AuditEvent] = AuditEvent.objects.all()
    if not can(user, Capability.SEE_AUDIT, school):
        return rows.none()
    # What somebody did to their own account belongs to no school, and concerns each at which they held a role then.
    held = Membership.objects.filter(school=school, user=OuterRef("user_id"), starts__lte=OuterRef("day"))
    held = held.filter(Q(ends=None) | Q(ends__gte=OuterRef("day")))
    rows = rows.alias(day=TruncDate("at")).filter(Q(school_id=school.pk) | Q(Exists(held), school_id=None))
    rows = rows.filter(at__gte=_midnight(asked.since), at__lt=_midnight(asked.until + timedelta(days=1)))
    if asked.person:
        rows = rows.filter(user_id=asked.person)
    if asked.learner:
        rows = rows.filter(learner_id=asked.learner)
    if asked.kind in KINDS:
        rows = rows.filter(_starting(KINDS[asked.kind][1]))
    if asked.learner and not can(user, Capability.SEE_CONFIDENTIAL, school):
        rows = rows.exclude(_starting(OF_THE_MAP))
    return rows.order_by("-at", "-pk")


def _whom(event: AuditEvent) -> int | None:
    """The colleague whom an act concerned, where that is somebody else."""
    told = event.changes.get("user")
    whom = told[1] if told else event.target_id if event.target_model == "school.user" else None
    return whom if whom != event.user_id else None


def _named(event: AuditEvent, names: dict[int | None, str]) -> list[str]:
    whom = _whom(event)
    return [names.get(whom, UNKNOWN)] if whom else []


def _why(event: AuditEvent, given: Mapping[tuple[str, int], str]) -> list[str]:
    """The reason that was given for an export, while it is kept."""
    reason = given.get((event.target_model, event.target_id or 0))
    return [f"reason given: {reason}"] if reason else []


def lines_of(user: User, school: School, events: Sequence[AuditEvent]) -> list[Line]:
    """`events` in words: two queries, however many, and one for the reasons of each kind of export among them."""
    names = _names({who for one in events for who in (one.user_id, _whom(one))})
    seen = Learner.objects.visible_to(user).filter(school=school)
    learners = seen.in_bulk({one.learner_id for one in events if one.learner_id})
    whole = can(user, Capability.SEE_CONFIDENTIAL, school)
    given = reasons_of(events)
    return [
        Line(
            event.at,
            names.get(event.user_id, UNKNOWN),
            done(event.verb, event.changes),
            learners.get(event.learner_id) if event.learner_id and told else None,
            [*_named(event, names), *pieces(event.verb, event.changes), *_why(event, given)] if told else (),
        )
        for event in events
        for told in [whole or not event.verb.startswith(OF_THE_MAP)]
    ]


def lookers_of(user: User, school: School, learner: Learner, asked: Asked) -> list[dict[str, Any]]:
    """Who looked at this child's record in those days: how often, and when last; two queries."""
    rows = events_of(user, school, asked).filter(learner_id=learner.pk, verb="learner.view").order_by()
    found = list(rows.values("user_id").annotate(times=Count("pk"), last=Max("at")).order_by("-last"))
    names = _names({one["user_id"] for one in found})
    return [{"who": names.get(one["user_id"], UNKNOWN), **one} for one in found]
