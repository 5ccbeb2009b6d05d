"""Asking for everything held about a learner, making the file, and fetching it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.actions import waiting
from provisionmap.school.models import User
from reports.models import RecordExport
from reports.permissions import check_can_take_out


@transaction.atomic
def ask_for_record(*, learner: Learner, asked_by: str, asked_on: date, by: User) -> RecordExport:
    """Keep who asked for a copy, and when; a job makes the file. Raises NotAllowed."""
    check_can_take_out(learner, by)
    export = RecordExport.objects.create(
        school=learner.school, learner=learner, by=by, asked_by=asked_by, asked_on=asked_on
    )
    audit.record("record.ask", by=by, target=export, new={"asked_by": asked_by, "asked_on": asked_on})
    return export


@transaction.atomic
def fetch_record(*, export: RecordExport, now: datetime, by: User) -> bytes | None:
    """The file, once it is done, and that it was taken: each time anew. Raises NotAllowed."""
    check_can_take_out(export.learner, by)
    file = _one(export.pk).filter(state="done").values_list("file", flat=True).first()
    if file is None:
        return None
    _one(export.pk).filter(fetched_at=None).update(fetched_at=now)
    audit.record("record.take", by=by, target=export)
    return bytes(file)


def _one(pk: int) -> QuerySet[RecordExport]:
    return RecordExport.objects.filter(pk=pk)


def take(pk: int, *, now: datetime) -> bool:
    """Claim a record for this worker. False when it is made, gone, or in hands that may still be alive."""
    return waiting.take(_one(pk), now=now)


def tell(pk: int, *, taken_at: datetime, now: datetime) -> datetime | None:
    """Say that its worker lives: the time of the claim from now on, None if it is lost."""
    return waiting.tell(_one(pk), taken_at=taken_at, now=now)


def finish(pk: int, *, taken_at: datetime, file: bytes) -> bool:
    """Keep the file, if the claim made at `taken_at` is still ours."""
    return waiting.finish(_one(pk), taken_at=taken_at, file=file)


def fail(pk: int, *, taken_at: datetime) -> bool:
    """Say that the file could not be made."""
    return waiting.fail(_one(pk), taken_at=taken_at)


def forget(*, now: datetime) -> int:
    """Empty files that were asked for an hour before `now` or earlier; say how many. Safe twice and together."""
    return waiting.forget(RecordExport.objects.all(), now=now)


def silent(*, now: datetime) -> list[int]:
    """Records that nobody has in hand and no queue may know of any more."""
    return waiting.silent(RecordExport.objects.all(), now=now)
