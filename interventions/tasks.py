"""Jobs about the map."""

import logging
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from interventions.actions import exports, importing, tiers
from interventions.actions.weeks import recount
from interventions.export.asked import asked_again
from interventions.export.drawing import Shown
from interventions.export.paper import pages_of
from interventions.models import MapExport
from provisionmap.school.models import School
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
    except Exception:
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
