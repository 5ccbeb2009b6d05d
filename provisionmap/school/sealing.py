"""Sealing the trail: every few seconds all events that were committed since are put into the chain, in order.

Writers know nothing of it, so none waits for another. One sealer works at a time; a second one finds nothing to do.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from provisionmap.school.chain import FIRST, Event, link, moment
from provisionmap.school.models import AuditEvent, AuditSeal

BATCH = 2_000  # events sealed in one transaction: SQLite's lock is held for some 50 ms
MOST_BATCHES = 25  # of one run; the next goes on
# Ids are given before they are committed: a long transaction's events appear below those that are sealed already.
# So far back it is looked for them every time, and through the whole trail once a day.
LOOK_BACK = 10_000
LATE = timedelta(minutes=10)  # longer than any transaction may last; an event unsealed for longer is an alarm
LOWEST = -(2**63)  # below every id, also below one that somebody made up
LOCK = 4_207_001  # PostgreSQL's advisory lock of the sealer


def columns() -> str:
    """What the chain reads of an event. SQLite's moments as the text they are: read as moments they have no zone."""
    names = [f"e.{name}" for name in Event._fields]
    if connection.vendor == "sqlite":
        names[1] = "CAST(e.at AS TEXT)"
    return ", ".join(names)


def without_seal(low: int, most: int) -> list[Event]:
    """Events above id `low` that have no seal, in the order of their ids."""
    words = [
        "SELECT", columns(), "FROM school_auditevent e LEFT JOIN school_auditseal s ON s.event_id = e.id",
        "WHERE e.id > %s AND s.number IS NULL ORDER BY e.id LIMIT %s",
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(" ".join(words), [low, most])
        return [Event(*row) for row in cursor.fetchall()]


def _waiting(*, everywhere: bool) -> list[Event]:
    """The next events that have no seal, in the order of their ids."""
    newest = AuditSeal.objects.aggregate(newest=Max("event_id"))["newest"] or 0
    return without_seal(LOWEST if everywhere else newest - LOOK_BACK, BATCH)


def _alone() -> bool:
    """Whether this transaction is the only sealer. On SQLite it is: it holds the only lock there is."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def seal(*, everywhere: bool = False) -> int:
    """Put what was committed into the chain; how many events that were.

    Safe twice, together and killed half-way: a batch is sealed whole or not at all.
    """
    count = 0
    for _ in range(MOST_BATCHES):
        if not _waiting(everywhere=everywhere):  # asked before the lock: most of the time there is nothing to do
            break
        with transaction.atomic():
            if not _alone():
                break
            count += _seal(_waiting(everywhere=everywhere))
    return count


def _seal(batch: list[Event]) -> int:
    """Seals of `batch`, in one statement."""
    last = AuditSeal.objects.order_by("-number").first()
    number, before = (last.number, last.hash) if last else (0, FIRST)
    now = max(timezone.now(), last.at) if last else timezone.now()  # a clock set back does not turn the order round
    seals = []
    for place, event in enumerate(batch, number + 1):
        before = link(before, place, moment(now), event)
        seals.append(AuditSeal(number=place, event_id=event.id, at=now, hash=before))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def behind() -> timedelta:
    """For how long the oldest of the events that wait for their seal has been waiting."""
    waiting = _waiting(everywhere=False)
    if not waiting:
        return timedelta(0)
    oldest = AuditEvent.objects.values_list("at", flat=True).get(pk=waiting[0].id)
    return max(timedelta(0), timezone.now() - oldest)
