"""What in the audit trail somebody should look at. Pure: traces in, alarms out; the caller reads the clock.

Source: docs/audit.md, "Alarms": limits of what one person does within ten minutes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from provisionmap.school.roles import Capability, roles_with

WINDOW = timedelta(minutes=10)
MOST_READ = 60  # records of different learners
MOST_REFUSED = 20  # answers that turned somebody away
MANY = 100  # learners in one file
BACKUP_EVERY = timedelta(hours=26)
WIDE = roles_with(Capability.SEE_ALL_LEARNERS)
GIVES = frozenset({"person.add", "person.role_give"})  # acts by which somebody gets a role

# What the page says, and the mail: neither a child nor a colleague is named in a mail.
KINDS: dict[str, tuple[str, str]] = {
    "reading": ("opened the records of more than 60 learners within ten minutes", "Many records were opened"),
    "refused": ("was turned away more than 20 times within ten minutes", "Somebody was turned away often"),
    "export": ("took more than 100 learners out in one file", "Many learners were taken out in a file"),
    "record": ("took everything held about a learner out", "A whole record was taken out"),
    "second_step": ("had a second step taken away, by themselves or by a colleague", "A second step was taken away"),
    "role": ("was given a role that sees every learner", "A wide role was given"),
    "backup": ("No backup was made in the last 26 hours", "A backup is missing"),
    "chain": ("The audit trail does not fit what was signed: it may have been changed", "The audit trail was changed"),
}


class Trace(NamedTuple):
    """One event of the trail, as far as it matters here."""

    school: int
    at: datetime
    user: int | None
    verb: str
    learner: int | None
    changes: Mapping[str, Any]
    target: int | None = None


class Found(NamedTuple):
    """An alarm: at which school, of which kind, about whom, how many."""

    school: int
    kind: str
    about: int | None
    count: int


def _new(changes: Mapping[str, Any], name: str) -> Any:
    """What a change of the trail says that a plain field became."""
    value = changes.get(name)
    return value[1] if isinstance(value, list) and len(value) == 2 else value


def most_within(moments: Iterable[tuple[datetime, Hashable]]) -> int:
    """How many different things fall into the fullest ten minutes; a thing ten minutes and more after another is not
    in one window with it.

    >>> start = datetime(2026, 11, 26, 8)
    >>> most_within([(start, 1), (start + WINDOW / 2, 2), (start + WINDOW, 3), (start + WINDOW, 3)])
    2
    """
    ordered = sorted(moments, key=lambda one: one[0])
    within: Counter[Hashable] = Counter()
    most = first = 0
    for moment, thing in ordered:
        within[thing] += 1
        while moment - ordered[first][0] >= WINDOW:
            within[ordered[first][1]] -= 1
            within += Counter()  # forgets what is there no more
            first += 1
        most = max(most, len(within))
    return most


def alarms_of(traces: Iterable[Trace]) -> list[Found]:
    """The alarms that traces give, in a steady order. Reading and refusals are counted over any ten minutes of them.

    >>> now = datetime(2026, 11, 26, 8)
    >>> alarms_of([Trace(1, now, 5, "learner.view", learner, {}) for learner in range(61)])
    [Found(school=1, kind='reading', about=5, count=61)]
    >>> alarms_of([Trace(1, now, 5, "learner.view", 7, {})] * 500)
    []
    """
    read: dict[tuple[int, int | None], list[tuple[datetime, Hashable]]] = defaultdict(list)
    refused: dict[tuple[int, int | None], list[tuple[datetime, Hashable]]] = defaultdict(list)
    found = set()
    for number, one in enumerate(traces):
        who = (one.school, one.user)
        if one.verb == "learner.view":
            read[who].append((one.at, one.learner))
        elif one.verb == "access.refused":
            refused[who].append((one.at, number))
        elif one.verb in ("map.export", "audit.export") and (_new(one.changes, "learners") or 0) > MANY:
            found.add(Found(one.school, "export", one.user, int(_new(one.changes, "learners"))))
        elif one.verb in ("record.take", "transfer.send"):
            found.add(Found(one.school, "record", one.user, 1))
        elif one.verb in ("account.second_step_remove", "person.second_step_reset"):
            found.add(Found(one.school, "second_step", one.target, 1))
        elif one.verb in GIVES and _new(one.changes, "role") in WIDE:
            found.add(Found(one.school, "role", _new(one.changes, "user"), 1))
    for kind, limit, counts in (("reading", MOST_READ, read), ("refused", MOST_REFUSED, refused)):
        for (school, user), moments in counts.items():
            if len(moments) > limit and (most := most_within(moments)) > limit:
                found.add(Found(school, kind, user, most))
    return sorted(found, key=lambda one: (one.school, one.kind, one.about or 0, one.count))


def is_missing(newest: datetime | None, now: datetime) -> bool:
    """Whether the newest backup is too old, or there is none.

    >>> now = datetime(2026, 11, 26, 8)
    >>> is_missing(datetime(2026, 11, 25, 2), now), is_missing(datetime(2026, 11, 25, 7), now), is_missing(None, now)
    (True, False, True)
    """
    return newest is None or now - newest > BACKUP_EVERY
