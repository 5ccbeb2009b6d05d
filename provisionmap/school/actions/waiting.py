"""Files that a job makes for one person: a row is claimed, made, fetched within the hour, then emptied.

For rows with `state` ("waiting", "drawing", "done", "failed", "gone"), `created`, `taken_at` and `file`. A worker that
woke late changes nothing: whatever it writes is bound to the time of its claim.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from provisionmap.school.waiting import KEPT_FOR, PATIENCE


def take(rows: QuerySet[Any], *, now: datetime, **reset: Any) -> bool:
    """Claim the row for this worker. False when it is done, gone, or in hands that may still be alive."""
    free = Q(state="waiting") | Q(state="drawing", taken_at__lt=now - PATIENCE)
    return bool(rows.filter(free, created__gt=now - KEPT_FOR).update(state="drawing", taken_at=now, **reset))


def tell(rows: QuerySet[Any], *, taken_at: datetime, now: datetime, **told: Any) -> datetime | None:
    """Say that the worker lives: the time of the claim from now on, None if it is lost."""
    return now if rows.filter(state="drawing", taken_at=taken_at).update(taken_at=now, **told) else None


def finish(rows: QuerySet[Any], *, taken_at: datetime, file: bytes, **made: Any) -> bool:
    """Keep the file, if the claim made at `taken_at` is still ours."""
    return bool(rows.filter(state="drawing", taken_at=taken_at).update(state="done", file=file, **made))


def fail(rows: QuerySet[Any], *, taken_at: datetime, **reset: Any) -> bool:
    """Say that the file could not be made."""
    return bool(rows.filter(state="drawing", taken_at=taken_at).update(state="failed", **reset))


def forget(rows: QuerySet[Any], *, now: datetime, **reset: Any) -> int:
    """Empty rows that were asked for an hour before `now` or earlier; say how many. Safe twice and together."""
    old = rows.exclude(state__in=["recorded", "gone"]).filter(created__lte=now - KEPT_FOR)
    return old.update(state="gone", file=None, **reset)


def silent(rows: QuerySet[Any], *, now: datetime) -> list[int]:
    """Rows that nobody has in hand and no queue may know of any more."""
    lost = Q(state="waiting", created__lt=now - PATIENCE) | Q(state="drawing", taken_at__lt=now - PATIENCE)
    return list(rows.filter(lost, created__gt=now - KEPT_FOR).values_list("pk", flat=True))
