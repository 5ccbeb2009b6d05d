"""Jobs about learners."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from learners.actions import disposing, uploads
from learners.actions.forgetting import clear_freed_space
from learners.actions.reasons import forget_reasons
from provisionmap.school.today import today

logger = logging.getLogger(__name__)
AT_A_STRETCH = timedelta(seconds=60)  # a job is stopped after two minutes


@shared_task
def forget_uploads() -> None:
    """Empty pupil lists that were uploaded and left. Safe twice and together."""
    count = uploads.forget_uploads(now=timezone.now())
    if count:
        logger.info("uploads forgotten", extra={"count": count})


@shared_task
def forget_export_reasons() -> None:
    """Empty the reasons of exports of half a year ago. Safe twice and together."""
    count = forget_reasons(now=timezone.now())
    if count:
        logger.info("reasons of exports forgotten", extra={"count": count})


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def dispose_records(pk: int) -> None:
    """Work through a disposal. Queue it twice, run it twice, kill it between two records: each goes once."""
    began = claimed = timezone.now()
    if not disposing.take(pk, now=claimed):
        return
    while moved := disposing.dispose_next(pk, taken_at=claimed, now=timezone.now(), today=today()):
        claimed = moved
        if claimed - began > AT_A_STRETCH and disposing.hand_on(pk, taken_at=claimed):
            dispose_records.delay(pk)
            return
    clear_freed_space()
    disposing.finish(pk, taken_at=claimed, now=timezone.now())


@shared_task
def look_after_disposals() -> None:
    """Queue those again whose worker fell silent, and let old choices go. Safe twice and together."""
    now = timezone.now()
    disposing.forget_drafts(now=now)
    for pk in disposing.silent_disposals(now=now):
        dispose_records.delay(pk)
