"""Jobs of the ground floor."""

import logging
from importlib import import_module

from celery import shared_task
from django.conf import settings

from provisionmap.school.anchors import Broken, write_anchor
from provisionmap.school.sealing import LATE, behind, seal
from provisionmap.school.throttle import forget_ended

logger = logging.getLogger(__name__)


@shared_task
def forget_sessions() -> None:
    """Remove sessions that have ended and tries to sign in that count no more.

    Safe twice and together: it deletes only what no longer opens or stops anything.
    """
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    forget_ended()


@shared_task(expires=30)
def seal_audit() -> None:
    """Seal what was committed since the last time. Says so when sealing cannot keep up."""
    seal()
    if behind() > LATE:
        logger.error("the audit trail waits for its seals", extra={"reason": "sealing is behind"})


@shared_task
def anchor_audit() -> None:
    """Seal whatever lies further back, then sign how the chain ends. A chain that was cut is told, not signed."""
    seal(everywhere=True)
    try:
        write_anchor()
    except Broken:
        logger.error("the audit trail does not fit its last anchor: run verify_audit", extra={"reason": "anchor"})
