"""Jobs about learners."""

import logging

from celery import shared_task
from django.utils import timezone

from learners.actions import uploads

logger = logging.getLogger(__name__)


@shared_task
def forget_uploads() -> None:
    """Empty pupil lists that were uploaded and left. Safe twice and together."""
    count = uploads.forget_uploads(now=timezone.now())
    if count:
        logger.info("uploads forgotten", extra={"count": count})
