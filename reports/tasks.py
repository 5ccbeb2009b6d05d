"""Jobs about records of learners."""

import logging
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from provisionmap.school.access import NotAllowed
from reports.actions import arriving, records
from reports.models import RecordExport
from reports.paper import archive_of
from reports.permissions import check_can_take_out

logger = logging.getLogger(__name__)


class Lost(Exception):
    """Another worker has taken the record over."""


class _Claim:
    """The claim on a record, kept alive page by page."""

    def __init__(self, pk: int, at: datetime) -> None:
        self.pk, self.at = pk, at

    def tell(self, page: int) -> None:
        """Say that the worker lives. Raises Lost when the record is in other hands."""
        moved = records.tell(self.pk, taken_at=self.at, now=timezone.now())
        if moved is None:
            raise Lost
        self.at = moved


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def make_record(pk: int) -> None:
    """Make the copy of a whole record. Queue it twice, run it twice, kill it half-way: one copy comes out.

    Whoever lost the right to it since they asked gets none.
    """
    now = timezone.now()
    if not records.take(pk, now=now):
        return
    claim = _Claim(pk, now)
    try:
        export = RecordExport.objects.select_related("learner__school", "by").get(pk=pk)
        if export.by is None:
            raise NotAllowed("Whoever asked is gone.")
        check_can_take_out(export.learner, export.by)
        packed = archive_of(export, now, claim.tell)
        records.finish(pk, taken_at=claim.at, file=packed)
    except Lost:
        return
    except NotAllowed:
        records.fail(pk, taken_at=claim.at)
    except Exception:
        records.fail(pk, taken_at=claim.at)
        raise


@shared_task
def look_after_records() -> None:
    """Empty copies and uploads of an hour ago, and queue copies again whose worker fell silent. Safe twice."""
    now = timezone.now()
    gone = records.forget(now=now) + arriving.forget(now=now)
    if gone:
        logger.info("records forgotten", extra={"count": gone})
    for pk in records.silent(now=now):
        make_record.delay(pk)
