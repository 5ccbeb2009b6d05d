"""Keeping that the map was taken out, and the states of a large print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from interventions.models import MapExport
from provisionmap.school import audit
from provisionmap.school.actions import waiting
from provisionmap.school.models import School, User

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


def _print(pk: int) -> QuerySet[MapExport]:
    return MapExport.objects.filter(pk=pk)


def take_print(pk: int, *, now: datetime) -> bool:
    """Claim a print for this worker. False when it is done, gone, or in hands that may still be alive."""
    return waiting.take(_print(pk), now=now, pages=0)


def tell_pages(pk: int, *, taken_at: datetime, pages: int, now: datetime) -> datetime | None:
    """Say how far a print is, and that its worker lives: the time of the claim from now on, None if it is lost."""
    return waiting.tell(_print(pk), taken_at=taken_at, now=now, pages=pages)


def finish_print(pk: int, *, taken_at: datetime, file: bytes, pages: int) -> bool:
    """Keep the print, if the claim made at `taken_at` is still ours; a worker that woke late changes nothing."""
    return waiting.finish(_print(pk), taken_at=taken_at, file=file, pages=pages, text="")


def fail_print(pk: int, *, taken_at: datetime) -> bool:
    """Say that a print could not be made."""
    return waiting.fail(_print(pk), taken_at=taken_at, text="")


def forget_prints(*, now: datetime) -> int:
    """Empty prints that were asked for an hour before `now` or earlier; say how many. Safe twice and together."""
    return waiting.forget(MapExport.objects.all(), now=now, text="")


def silent_prints(*, now: datetime) -> list[int]:
    """Prints that nobody has in hand and no queue may know of any more."""
    return waiting.silent(MapExport.objects.all(), now=now)
