"""Jobs about the map."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from interventions.actions import exports, importing, tiers
from interventions.actions.reminders import release
from interventions.actions.weeks import recount
from interventions.digest import send_digests
from interventions.export.asked import asked_again
from interventions.export.drawing import Shown
from interventions.export.paper import pages_of
from interventions.models import MapExport, Reminder
from interventions.nudging import write_nudge
from provisionmap.school.mail import can_send
from provisionmap.school.models import School, User
from provisionmap.school.today import today
from provisionmap.web.printing import many_pages

logger = logging.getLogger(__name__)


class Lost(Exception):
    """Another worker has taken the print over."""


class _Claim:
    """The claim on a print, kept alive page by page."""

    def __init__(self, pk: int, at: datetime) -> None:
        self.pk, self.at = pk, at

    def tell(self, page: int) -> None:
        """Say that `page` is begun. Raises Lost when the print is in other hands."""
        moved = exports.tell_pages(self.pk, taken_at=self.at, pages=page, now=timezone.now())
        if moved is None:
            raise Lost
        self.at = moved


def _draw(export: MapExport, claim: _Claim) -> None:
    wanted = asked_again(export)
    options = export.options
    drawing = wanted.drawing(Shown(options["names"], frozenset(options["parts"])))
    about = wanted.about(options["paper"], drawing.confidential, export.created)
    file, pages = many_pages(pages_of(about, drawing), claim.tell)
    exports.finish_print(export.pk, taken_at=claim.at, file=file, pages=pages)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def draw_print(pk: int) -> None:
    """Draw a large print. Queue it twice, run it twice, kill it half-way: one print comes out."""
    now = timezone.now()
    if not exports.take_print(pk, now=now):
        return
    claim = _Claim(pk, now)
    try:
        _draw(MapExport.objects.select_related("school", "by").get(pk=pk), claim)
    except Lost:
        return
    except Exception:  # whatever it was: the page must say that it failed, and the error goes on to the log
        exports.fail_print(pk, taken_at=claim.at)
        raise


@shared_task
def change_tiers() -> None:
    """Apply the changes of tiers whose day has come. Safe twice and together."""
    count = tiers.apply_due(today())
    if count:
        logger.info("tiers changed", extra={"count": count})


@shared_task
def look_after_prints() -> None:
    """Empty prints of an hour ago, and queue those again whose worker fell silent. Safe twice and together."""
    now = timezone.now()
    gone = exports.forget_prints(now=now)
    if gone:
        logger.info("prints forgotten", extra={"count": gone})
    for pk in exports.silent_prints(now=now):
        draw_print.delay(pk)


@shared_task
def forget_maps() -> None:
    """Empty maps that were uploaded and left. Safe twice and together."""
    count = importing.forget_uploads(now=timezone.now())
    if count:
        logger.info("maps forgotten", extra={"count": count})


@shared_task
def recount_weeks() -> None:
    """Make the sums of the weeks anew where they differ from the log. Safe twice and together."""
    count = sum(recount(school) for school in School.objects.order_by("pk"))
    if count:
        logger.warning("weeks of delivery put right", extra={"count": count})


def ask_to_log(school: School, user: User, origin: str, now: datetime) -> None:
    """Let the worker mail `user`, who was claimed at `now`; a queue that is away lets a later try through."""
    transaction.on_commit(partial(_queue_nudge, school.pk, user.pk, origin, now))


def _queue_nudge(school: int, user: int, origin: str, now: datetime) -> None:
    try:
        mail_nudge.delay(school, user, origin, now.isoformat())
    except OperationalError:
        logger.error("a mail about sessions could not be queued", extra={"user_id": user})
        _free_nudge(school, user, now.isoformat())


def _free_nudge(school: int, user: int, claimed: str) -> None:
    """No mail left, so nobody was asked: the claim made then is given back."""
    release(school=School.objects.get(pk=school), user=user, kind=Reminder.NUDGE, now=datetime.fromisoformat(claimed))


@shared_task(bind=True, autoretry_for=(OSError,), retry_backoff=60, max_retries=4)
def mail_nudge(self: Any, school: int, user: int, origin: str, claimed: str) -> None:
    """Ask somebody by mail to log what they took, unless they did meanwhile; tried again for a quarter of an hour."""
    found = User.objects.at(school, today()).filter(pk=user).first()
    try:
        sent = found is not None and write_nudge(School.objects.get(pk=school), found, origin, today())
    except OSError:
        if self.request.retries >= self.max_retries:
            _free_nudge(school, user, claimed)
        raise
    if not sent:
        _free_nudge(school, user, claimed)


@shared_task
def mail_week() -> None:
    """The weekly e-mail to each who has not had this week's. Killed half-way, the next run goes on with the others."""
    if can_send():
        count = send_digests(now=timezone.now())
        logger.info("weekly e-mails sent", extra={"count": count})
