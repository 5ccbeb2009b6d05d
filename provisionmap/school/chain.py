"""The chain of seals: what one seal is over, and how an event reads for it. Pure.

A seal is SHA-256 over the seal before it and everything the event says. Ids, field names and plain values only: the
trail holds nothing else, so a child's record can be disposed of without breaking the chain.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

FIRST = "0" * 64  # what stands before the first seal
_words = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Event(NamedTuple):
    """An event as the database hands it over, before any model: SQLite gives moments and JSON as text."""

    id: int
    at: datetime | str
    user_id: int | None
    school_id: int | None
    learner_id: int | None
    verb: str
    target_model: str
    target_id: int | None
    changes: str
    request_id: str


def moment(at: datetime | str) -> str:
    """A moment in one way of writing, whatever the database.

    >>> moment("2026-11-23 10:00:00"), moment(datetime(2026, 11, 23, 10, tzinfo=UTC))
    ('2026-11-23 10:00:00.000000', '2026-11-23 10:00:00.000000')
    """
    if isinstance(at, str):
        return at if len(at) > 19 else f"{at}.000000"  # SQLite leaves a fraction of nothing out
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@lru_cache(maxsize=4096)  # looks at one page all say the same
def _plainly(changes: str) -> str:
    """JSON in one way of writing: PostgreSQL keeps it in an order of its own."""
    return _words.encode(json.loads(changes))


def link(before: str, number: int, sealed: str, event: Event) -> str:
    """The hash of seal `number`, sealed at the moment `sealed`, after the seal with the hash `before`.

    >>> event = Event(7, "2026-11-23 10:00:00", 1, 1, None, "learner.add", "learners.learner", 5, "{}", "")
    >>> link(FIRST, 1, "2026-11-23 10:00:09.000000", event)[:12]
    '131e849a0070'
    """
    said = [number, sealed, event.id, moment(event.at), *event[2:8], _plainly(event.changes), event.request_id]
    return sha256(f"{before}\n{_words.encode(said)}".encode()).hexdigest()
