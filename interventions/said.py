"""What somebody says about one session, as a device sends it. Pure.

An entry is made on the device, which may be offline: it has an id of its own, the id of the entry it amends, and the
time on the device's clock. Sent twice it is the same entry; its digest tells whether it really is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from interventions.ledger import REASONS

DELIVERED, MISSED, OPEN = "delivered", "missed", "open"
STATES = (DELIVERED, MISSED, OPEN)  # open: what was said before is taken back
PRESENT = "present"
NOBODY_THERE = "Nobody was there"  # of a session that was taken while all its learners were absent
MOST_MINUTES = 600


@dataclass(frozen=True)
class Heard:
    """One learner at the session: there, or why not; how many minutes, where not all; how engaged, 1 to 5."""

    outcome: str = PRESENT
    minutes: int | None = None
    engagement: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Said:
    """One entry. `learners` are those on the card, by placement: who joined meanwhile was not seen by whoever wrote it.

    `actual` is how long it took, None for as planned.
    """

    client: UUID
    made_at: datetime
    state: str = DELIVERED
    reason: str = ""
    actual: int | None = None
    note: str = ""
    learners: Mapping[int, Heard] = field(default_factory=dict)
    after: UUID | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what no card can say."""
        if self.state not in STATES or (self.reason in REASONS) != (self.state == MISSED):
            raise ValueError(f"not a state and reason: {self.state} {self.reason}")
        if any(heard.outcome != PRESENT and heard.outcome not in REASONS for heard in self.learners.values()):
            raise ValueError("not an outcome")
        minutes = [self.actual, *(heard.minutes for heard in self.learners.values())]
        if any(one is not None and not 0 <= one <= MOST_MINUTES for one in minutes):
            raise ValueError(f"minutes are from none to {MOST_MINUTES}")
        if any(heard.engagement not in (None, 1, 2, 3, 4, 5) for heard in self.learners.values()):
            raise ValueError("engagement is from 1 to 5")

    @property
    def nobody(self) -> bool:
        """Whether it was taken and every learner of it was absent: nobody got anything."""
        absent = all(heard.outcome != PRESENT for heard in self.learners.values())
        return self.state == DELIVERED and bool(self.learners) and absent

    @property
    def content(self) -> dict[str, Any]:
        """What it says, without whose entry it is or when it was made: two people may say the same."""
        return {
            "state": self.state,
            "reason": self.reason,
            "actual": self.actual,
            "note": self.note,
            "learners": {str(pk): vars(heard) for pk, heard in sorted(self.learners.items())},
        }

    def digest(self, key: str) -> str:
        """Of everything it says about the session `key`: another entry under the same id has another.

        Without when it was made: a plain form does not say so, and one that is sent twice is the same entry.
        """
        whole = {**self.content, "key": key, "after": str(self.after or "")}
        return sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def minutes_of(heard: Heard, said: Said, planned: int) -> tuple[str, int]:
    """How one learner stands in the log: the outcome, and the minutes they got.

    >>> from datetime import UTC
    >>> said = Said(UUID(int=1), datetime(2026, 11, 26, tzinfo=UTC), actual=25)
    >>> [minutes_of(heard, said, 30) for heard in (Heard(), Heard("learner_absent"), Heard(minutes=10))]
    [('present', 25), ('learner_absent', 0), ('present', 10)]
    """
    if said.state == MISSED:
        return said.reason, 0
    if heard.outcome != PRESENT:
        return heard.outcome, 0
    known = (heard.minutes, said.actual, planned)
    return PRESENT, next(one for one in known if one is not None)
