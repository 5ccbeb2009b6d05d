"""How long a session lasts. Pure: times are seconds since 1970, and the caller reads the clock.

Source: docs/security.md, "Sessions" (idle 20 minutes, 5 on a shared computer; 10 hours in any case).
"""

from __future__ import annotations

from typing import NamedTuple

IDLE = 1_200
SHARED_IDLE = 300
ABSOLUTE = 36_000
WARNING = 120  # seconds before the end in which the page asks
NOTED = 30  # how stale what is kept about the last use may be: not every request writes the session


class Session(NamedTuple):
    """What a session knows of itself: when it began, when it was last used, whether its computer is shared."""

    began: float
    seen: float
    shared: bool = False


def idle_limit(shared: bool) -> int:
    """Seconds without use after which a session ends.

    >>> idle_limit(False), idle_limit(True)
    (1200, 300)
    """
    return SHARED_IDLE if shared else IDLE


def seconds_left(session: Session, now: float) -> int:
    """Seconds until `session` ends if nothing is done; 0 when it has ended. A clock set back adds none.

    >>> seconds_left(Session(began=0, seen=100), now=100), seconds_left(Session(began=0, seen=35_900), now=35_950)
    (1200, 50)
    >>> seconds_left(Session(began=0, seen=100, shared=True), now=401)
    0
    """
    limit = idle_limit(session.shared)
    left = min(session.seen + limit - now, session.began + ABSOLUTE - now, limit)
    return max(0, int(left))
