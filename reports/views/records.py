"""Everything held about a learner: what there is, asking for it, and the file on its way."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from learners.views.learner import learner_here
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import saw
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment
from reports.actions import records as actions
from reports.forms.records import AskForm
from reports.models import RecordExport
from reports.record import counts_of
from reports.tasks import make_record
from reports.views.again import shown_again

RECORD = Capability.EXPORT_RECORD


@require(RECORD, writes=["POST"])
@shown_again
def everything(request: Any, pk: int) -> HttpResponse:
    """What is held about one learner, by kind; on POST a copy of all of it is made ready."""
    child = learner_here(request, pk)
    form = AskForm(request.POST or None, today=today())
    if form.is_valid():
        kept = actions.ask_for_record(learner=child, by=request.user, **form.cleaned_data)
        transaction.on_commit(partial(make_record.delay, kept.pk))
        return redirect("reports:record", kept.pk)
    asked = RecordExport.objects.filter(learner=child).select_related("by").defer("file")
    shown = {
        "section": "learners",
        "learner": child,
        "form": form,
        "counts": counts_of(child),
        "asked": asked,
        "mine": set(asked.visible_to(request.user).kept(timezone.now()).values_list("pk", flat=True)),
    }
    return render(request, "reports/everything.html", shown, status=422 if form.errors else 200)


def _record_here(request: Any, pk: int) -> RecordExport:
    """A copy of this person's own, of the last hour."""
    mine = RecordExport.objects.visible_to(request.user).filter(school=request.school).kept(timezone.now())
    return get_object_or_404(mine.select_related("learner__school").defer("file"), pk=pk)


@require(RECORD)
def progress(request: Any, pk: int) -> HttpResponse:
    """How far a copy is; the page asks again by itself until it is done. It names no child."""
    kept = _record_here(request, pk)
    shown = {"section": "learners", "record": kept, "going": kept.state in ("waiting", "drawing")}
    return fragment(request, "reports/record.html#progress", shown)


@require(RECORD, writes=["POST"])
def file(request: Any, pk: int) -> HttpResponse:
    """The copy, once it is done: by POST, because that it was taken is kept each time."""
    kept = _record_here(request, pk)
    packed = None
    if request.method == "POST":
        packed = actions.fetch_record(export=kept, now=timezone.now(), by=request.user)
    if packed is None:
        return redirect("reports:record", kept.pk)
    saw(request, kept.learner_id)
    headers = {"Content-Disposition": f'attachment; filename="record-{kept.pk}.zip"'}
    return HttpResponse(packed, content_type="application/zip", headers=headers)
