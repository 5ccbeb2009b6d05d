"""Keeping that the map was taken out, and the states of a large print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from interventions.models import MapExport
from interventions.models.map_export import KEPT_FOR
from provisionmap.school import audit
from provisionmap.school.models import School, User

PATIENCE = timedelta(minutes=3)  # a print tells of its pages every few seconds: silence this long means it died
TOLD = ("format", "query", "searched", "options", "learners", "placements")


@transaction.atomic
def record_export(
    *,
    school: School,
    format: str,
    query: str,
    options: Mapping[str, Any],
    learners: int,
    placements: int,
    text: str = "",
    reason: str = "",
    expected: int = 0,
    by: User,
) -> MapExport:
    """Keep that `by` takes the map out; with `expected` pages it is a print for a job, else it was handed over.

    The trail holds the format, the filters and how many learners; what was searched for only that it was.
    """
    export = MapExport.objects.create(
        school=school,
        by=by,
        format=format,
        query=query[:600],
        searched=bool(text),
        options=dict(options),
        learners=learners,
        placements=placements,
        state="waiting" if expected else "recorded",
        expected=expected,
        text=text if expected else "",
        reason=reason,
    )
    told = {name: getattr(export, name) for name in TOLD}
    audit.record("map.export", by=by, target=export, new=told | {"options": _words(options)})
    return export


def _words(options: Mapping[str, Any]) -> str:
    """The options as the trail keeps them: "A3, full, class dose staff"."""
    return ", ".join(" ".join(value) if isinstance(value, list) else str(value) for value in options.values())


def take_print(pk: int, *, now: datetime) -> bool:
    """Claim a print for this worker. False when it is done, gone, or in hands that may still be alive."""
    free = Q(state="waiting") | Q(state="drawing", taken_at__lt=now - PATIENCE)
    waiting = MapExport.objects.filter(free, pk=pk, created__gt=now - KEPT_FOR)
    return bool(waiting.update(state="drawing", taken_at=now, pages=0))


def tell_pages(pk: int, *, taken_at: datetime, pages: int, now: datetime) -> datetime | None:
    """Say how far a print is, and that its worker lives: the time of the claim from now on, None if it is lost."""
    ours = MapExport.objects.filter(pk=pk, state="drawing", taken_at=taken_at)
    return now if ours.update(pages=pages, taken_at=now) else None


def finish_print(pk: int, *, taken_at: datetime, file: bytes, pages: int) -> bool:
    """Keep the print, if the claim made at `taken_at` is still ours; a worker that woke late changes nothing."""
    ours = MapExport.objects.filter(pk=pk, state="drawing", taken_at=taken_at)
    return bool(ours.update(state="done", file=file, pages=pages, text=""))


def fail_print(pk: int, *, taken_at: datetime) -> bool:
    """Say that a print could not be made."""
    return bool(MapExport.objects.filter(pk=pk, state="drawing", taken_at=taken_at).update(state="failed", text=""))


def forget_prints(*, now: datetime) -> int:
    """Empty prints that were asked for an hour before `now` or earlier; say how many. Safe twice and together."""
    old = MapExport.objects.exclude(state__in=["recorded", "gone"]).filter(created__lte=now - KEPT_FOR)
    return old.update(state="gone", file=None, text="")


def silent_prints(*, now: datetime) -> list[int]:
    """Prints that nobody has in hand and no queue may know of any more."""
    lost = Q(state="waiting", created__lt=now - PATIENCE) | Q(state="drawing", taken_at__lt=now - PATIENCE)
    return list(MapExport.objects.filter(lost, created__gt=now - KEPT_FOR).values_list("pk", flat=True))
