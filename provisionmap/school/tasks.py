"""Jobs of the ground floor."""

import logging
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from provisionmap.school.actions import alarms
from provisionmap.school.actions.account import tokens
from provisionmap.school.alarms import Found, is_missing
from provisionmap.school.anchors import Broken, write_anchor
from provisionmap.school.mail import can_send, link_for, write_invitation, write_reset, write_told
from provisionmap.school.models import School, User
from provisionmap.school.sealing import LATE, behind, seal
from provisionmap.school.throttle import forget_ended
from provisionmap.school.today import today

NOBODY = 0
COPIES = "provision-map-*Z"  # folders that `script/backup` makes, by when

logger = logging.getLogger(__name__)


@shared_task
def forget_sessions() -> None:
    """Remove sessions that have ended and tries to sign in that count no more.

    Safe twice and together: it deletes only what no longer opens or stops anything.
    """
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    forget_ended()


def ask_for_reset(email: str, origin: str) -> None:
    """Let the worker send a link, if there is somebody; where there is nobody the question takes as long."""
    found = User.objects.filter(email=email.lower(), is_active=True).values_list("pk", flat=True)
    mail_reset.delay(found.first() or NOBODY, origin)


@shared_task
def mail_reset(user_id: int, origin: str) -> None:
    """Send a link that sets a new password to somebody who still holds a role; nothing to anybody else.

    Sent twice it does no harm: both links are worth nothing once one is used.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None and user.memberships.on(today()).exists():
        write_reset(user, origin)


def tell_owner(user: User, what: str, device: str = "") -> None:
    """Let the worker tell `user` what was done to their account, a key of mail.TOLD.

    Signing in waits for no mail server, and is stopped by no queue that is away: that is logged instead.
    """
    if can_send():
        transaction.on_commit(partial(_queue_told, user.pk, what, device))


def _queue_told(user_id: int, what: str, device: str) -> None:
    try:
        mail_told.delay(user_id, what, device)
    except OperationalError:
        logger.error("a mail about an account could not be queued", extra={"user_id": user_id, "reason": what})


@shared_task(autoretry_for=(OSError,), retry_backoff=60, max_retries=4)
def mail_told(user_id: int, what: str, device: str = "") -> None:
    """Tell the owner of an account what was done to it; tried again for a quarter of an hour.

    Sent twice it does no harm: both say the same.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None:
        write_told(user, what, device)


def ask_in(user: User, school: School, origin: str) -> None:
    """Let the worker send `user` the way in, once what was written is kept; no page waits for a mail server."""
    if can_send():
        transaction.on_commit(partial(_queue_invitation, user.pk, school.pk, origin))


def _queue_invitation(user_id: int, school_id: int, origin: str) -> None:
    try:
        mail_invitation.delay(user_id, school_id, origin)
    except OperationalError:
        logger.error("an invitation could not be queued", extra={"user_id": user_id})


@shared_task(autoretry_for=(OSError,), retry_backoff=60, max_retries=4)
def mail_invitation(user_id: int, school_id: int, origin: str) -> None:
    """Send the way in to somebody who holds a role here; tried again for a quarter of an hour.

    The link is made here, so that none lies in a queue. Sent twice it does no harm: both are worth nothing once one
    is used.
    """
    user = User.objects.at(school_id, today()).filter(pk=user_id, is_active=True).first()
    if user is not None:
        link = link_for(user, tokens.make_token(user), origin)
        write_invitation(user, School.objects.get(pk=school_id).name, link)


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
        everywhere("chain")


def everywhere(kind: str) -> None:
    """Raise an alarm that concerns every school here."""
    found = [Found(pk, kind, None, 1) for pk in School.objects.values_list("pk", flat=True)]
    alarms.raise_all(found, now=timezone.now())


@shared_task(name="provisionmap.school.tasks.watch", expires=40)
def watch() -> None:
    """Look for what somebody should look at: in the trail's last ten minutes, and whether there is a backup of today.

    Safe twice and together: the same alarm is raised once a day.
    """
    now = timezone.now()
    alarms.watch(now=now)
    if settings.BACKUP_DIR:
        made = [path.stat().st_mtime for path in Path(settings.BACKUP_DIR).glob(COPIES)]
        newest = datetime.fromtimestamp(max(made), UTC) if made else None
        if is_missing(newest, now):
            everywhere("backup")
