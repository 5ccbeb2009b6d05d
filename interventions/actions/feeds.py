"""The secret address of somebody's timetable: made, made anew, switched off. It is their own business."""

from __future__ import annotations

from datetime import datetime
from secrets import token_urlsafe

from django.db import transaction

from interventions.feeds import digest_of
from interventions.models import Feed
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, capabilities_at
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

BYTES = 32
NO_SESSIONS = "Your role takes no sessions, so there is no timetable of yours to fetch."


@transaction.atomic
def renew_feed(*, school: School, now: datetime, by: User) -> str:
    """A new secret for `by`; the one before opens nothing any more. It is told here and never again.

    Raises NotAllowed for whoever takes no sessions.
    """
    if not capabilities_at(by, school) & {Capability.LOG_ALL, Capability.LOG_OWN}:
        raise NotAllowed(NO_SESSIONS)
    secret = token_urlsafe(BYTES)
    feed, _ = Feed.objects.update_or_create(
        school=school, user=by, defaults={"digest": digest_of(secret), "made_at": now}
    )
    audit.record("feed.renew", by=by, target=feed)
    return secret


@transaction.atomic
def end_feed(*, school: School, by: User) -> None:
    """Switch it off. Twice is once."""
    feed = Feed.objects.select_for_update().filter(school=school, user=by).first()
    if feed:
        audit.record("feed.end", by=by, target=feed)
        feed.delete()
