"""What somebody's own calendar is told: which sessions are theirs, two weeks back and eight ahead."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256

from interventions.calendar_file import Entry
from interventions.models import Feed
from interventions.occurrences import CLOSED, MISSED, STAFF_ABSENT, TRIP, Occurrence, occurrences
from provisionmap.school.access import capabilities_at
from provisionmap.school.calendar import Span
from provisionmap.school.roles import Capability

BACK, AHEAD = timedelta(weeks=2), timedelta(weeks=8)
OFF = frozenset({CLOSED, STAFF_ABSENT, TRIP, MISSED})
SEALED = "Session"  # what a calendar is told of confidential provision


def digest_of(secret: str) -> str:
    """What is kept of a secret; by it a feed is found, so that no clock tells how near a guess was."""
    return sha256(secret.encode()).hexdigest()


def feed_of(secret: str) -> Feed | None:
    """The feed with this secret, while its person may take sessions at its school; None for any other."""
    feed = Feed.objects.select_related("school", "user").filter(digest=digest_of(secret)).first()
    if feed is None:
        return None
    held = capabilities_at(feed.user, feed.school)
    return feed if held & {Capability.LOG_ALL, Capability.LOG_OWN} else None


def entry_of(one: Occurrence) -> Entry:
    """A session as a calendar may know it: no learner, and no title of confidential provision."""
    target = one.target
    hidden = one.confidential
    return Entry(
        key=f"{target.kind}-{target.pk}-{one.day:%Y%m%d}", day=one.day, at=one.at, minutes=one.minutes,
        title=SEALED if hidden else one.name, place="" if hidden else one.place, cancelled=one.state in OFF,
    )  # fmt: skip


def entries_of(feed: Feed, day: date) -> list[Entry]:
    """Their sessions as of `day`; those that somebody else takes now are not theirs any more."""
    span = Span(day - BACK, day + AHEAD)
    found = occurrences(school=feed.school, user=feed.user, span=span, now=day)
    return [entry_of(one) for one in found if one.taken_by(feed.user_id)]
