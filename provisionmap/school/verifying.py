"""Reading the whole trail again: what was changed, deleted, inserted, put in another order, or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from provisionmap.school.anchors import Broken, read_anchors, why_not
from provisionmap.school.chain import FIRST, Event, link, moment
from provisionmap.school.models import AuditSeal
from provisionmap.school.sealing import LATE, LOWEST, columns, without_seal

CHUNK = 20_000  # seals read at once: what is held in memory, however long the trail is
MOST_TOLD = 100  # findings; beyond them the first ones say enough
OLDEST_ANCHOR = timedelta(hours=26)  # one an hour is written; a day without any is told
TRIGGERS = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'school_audit%'",
    "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'school_audit%' AND tgenabled = 'O'",
}
ALL_TRIGGERS = 4  # two on each of the two tables


@dataclass
class Found:
    """What the trail holds and everything that is wrong with it: kind, event or None, a sentence."""

    seals: int = 0
    waiting: int = 0
    anchors: int = 0
    wrong: list[tuple[str, int | None, str]] = field(default_factory=list)

    def tell(self, kind: str, event: int | None, words: str) -> None:
        """Keep one finding."""
        if len(self.wrong) < MOST_TOLD:
            self.wrong.append((kind, event, words))


def _rows() -> Iterator[tuple[Any, ...]]:
    """Seals with their events, in the order of the chain."""
    sealed = "CAST(s.at AS TEXT)" if connection.vendor == "sqlite" else "s.at"
    words = [
        f"SELECT s.number, s.event_id, {sealed}, s.hash,", columns(),
        "FROM school_auditseal s LEFT JOIN school_auditevent e ON e.id = s.event_id",
        "WHERE s.number > %s ORDER BY s.number LIMIT %s",
    ]  # fmt: skip
    last = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(" ".join(words), [last, CHUNK])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < CHUNK:
            return
        last = rows[-1][0]


def _moment_of(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)


def _chain(found: Found) -> None:
    """Every seal by the one before it. Each link stands on the hash as stored, so one change is told once."""
    number, before, sealed = 0, FIRST, ""
    # What says that it was there before `early` would have been in an earlier batch: those hold events up to `newest`.
    early = newest = newest_here = ""
    for at_number, event_id, raw_at, held, *row in _rows():
        now = moment(raw_at)
        if at_number != number + 1:
            missing = f"seal {number + 1}" if at_number == number + 2 else f"seals {number + 1} to {at_number - 1}"
            found.tell("deleted", None, f"{missing.capitalize()} are gone." if "seals" in missing else
                       f"{missing.capitalize()} is gone.")  # fmt: skip
        elif row[0] is None:
            found.tell("deleted", event_id, f"Event {event_id} (seal {at_number}) is gone.")
        elif link(before, at_number, now, Event(*row)) != held:
            found.tell("changed", event_id, f"Event {event_id} (seal {at_number}) is not what was sealed, "
                       "or stands in another place.")  # fmt: skip
        if now != sealed:
            if now < sealed:
                found.tell("reordered", event_id, f"Seal {at_number} is older than the one before it.")
            newest = max(newest, newest_here)
            early, sealed = moment(_moment_of(newest) - LATE) if newest else "", now
        if row[0] is not None:
            if (said := moment(row[1])) < early:
                found.tell("inserted", event_id, f"Event {event_id} (seal {at_number}) says {said[:16]}, "
                           "and was not there when later ones were sealed.")  # fmt: skip
            newest_here = max(newest_here, said)
        number, before = at_number, held
        found.seals += 1


def _waiting(found: Found, now: datetime) -> None:
    """Events without a seal: a few seconds old, or something is wrong."""
    newest = AuditSeal.objects.order_by("-event_id").values_list("event_id", flat=True).first() or 0
    low = LOWEST
    while True:
        rows = without_seal(low, CHUNK)
        for event in rows:
            if now - _moment_of(moment(event.at)) > LATE:
                where = "inserted" if event.id < newest else "unsealed"
                found.tell(where, event.id, f"Event {event.id} has no seal, though it is older than ten minutes.")
        found.waiting += len(rows)
        if len(rows) < CHUNK:
            return
        low = rows[-1].id


def _anchors(found: Found, now: datetime) -> None:
    """What was signed against what is there."""
    try:
        anchors = read_anchors()
    except Broken as broken:
        found.tell("anchor", None, str(broken))
        return
    found.anchors = len(anchors)
    for anchor in anchors:
        if reason := why_not(anchor):
            found.tell("cut" if "cut off" in reason else "changed", None, reason)
    first = AuditSeal.objects.first()
    newest = parse_datetime(anchors[-1].at) if anchors else first and first.at
    if newest and now - newest > OLDEST_ANCHOR:
        found.tell("anchor", None, f"No anchor was written since {newest:%d/%m/%Y, %H:%M}: is the schedule running?")


def verify(*, now: datetime | None = None) -> Found:
    """Read every event, seal and anchor. Nothing is written."""
    now = now or timezone.now()
    found = Found()
    _chain(found)
    _waiting(found, now)
    _anchors(found, now)
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor], None)
        if cursor.fetchone()[0] < ALL_TRIGGERS:
            found.tell("open", None, "The database no longer refuses changes: its triggers are gone.")
    return found
