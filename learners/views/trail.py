"""The audit trail: who did and who looked at what; of one learner, who looked at their record."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from learners.actions.trail import record_export
from learners.forms.trail import MOST, TakeForm, TrailFilter
from learners.trail import LOOKS, Asked, Line, events_of, lines_of, lookers_of
from learners.views.learner import learner_here
from provisionmap.school.access import require
from provisionmap.school.alarms import MANY
from provisionmap.school.roles import Capability
from provisionmap.school.sealing import LATE, behind
from provisionmap.school.seen import counted
from provisionmap.school.sign_in.state import shown_lately
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.formulas import guarded, writable

ROWS = 50
MOST_PAGES = 200  # who wants more names the days
MOST_TAKEN = 10_000  # lines of one file
HEADINGS = ("When", "Who", "What", "About", "Details")


def page_asked(request: Any) -> int:
    """Which page of lines, from 1. They are not counted: a trail has millions."""
    return min(max(1, typed.number(request.GET.get("page", "1")[:6])), MOST_PAGES)


def _page(request: Any, rows: Any) -> dict[str, Any]:
    """One page of events in words, and which pages lie beside it."""
    number = page_asked(request)
    found = list(rows[(number - 1) * ROWS : number * ROWS + 1])
    lines = lines_of(request.user, request.school, found[:ROWS])
    counted(request, len({line.about.pk for line in lines if line.about}))
    more = len(found) > ROWS
    return {
        "lines": lines,
        "number": number,
        "newer": number - 1,
        "older": number + 1 if more and number < MOST_PAGES else 0,
        "last": more and number == MOST_PAGES,
    }


def _file(lines: list[Line], asked: Asked) -> HttpResponse:
    """Lines as a file to keep, under a name of ours."""
    name = f"audit-trail-{asked.since:%Y-%m-%d}-{asked.until:%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_csv(lines), content_type="text/csv; charset=utf-8", headers=headers)


@require(Capability.SEE_AUDIT, writes=["POST"])
def trail(request: Any) -> HttpResponse:
    """Everything that was done and looked at in some days; POST takes the same out as a file, for a reason if large."""
    form = TrailFilter(request.GET, school=request.school, user=request.user)
    asked = form.asked(today())
    rows = events_of(request.user, request.school, asked)
    taking, named = None, 0
    if request.method == "POST":
        if not shown_lately(request):
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        lines = lines_of(request.user, request.school, list(rows[:MOST_TAKEN]))
        named = len({line.about.pk for line in lines if line.about})
        taking = TakeForm(request.POST if "reason" in request.POST else None)
        if named > MOST:
            refusal = f"The file would name {named} learners, {MOST} at most: choose fewer days or one person."
            messages.error(request, refusal)
            return redirect(request.get_full_path())
        if named <= MANY or taking.is_valid():
            reason = taking.cleaned_data["reason"] if named > MANY else ""
            record_export(
                school=request.school, asked=asked, rows=len(lines), learners=named, reason=reason, by=request.user
            )
            return _file(lines, asked)
    shown = {
        "section": "settings",
        "form": form,
        "asked": asked,
        "taking": taking,
        "named": named,
        "narrowed": any((asked.person, asked.learner, asked.kind)),
        "behind": behind() > LATE,
        **_page(request, rows),
    }
    return render(request, "learners/trail.html", shown, status=422 if taking else 200)


@require(Capability.SEE_AUDIT)
def access_log(request: Any, pk: int) -> HttpResponse:
    """Who looked at one learner's record: by person, then look by look."""
    learner = learner_here(request, pk)
    form = TrailFilter(request.GET, school=request.school, user=request.user)
    asked = form.asked(today())
    rows = events_of(request.user, request.school, asked).filter(learner_id=learner.pk, verb__in=LOOKS)
    shown = {
        "section": "learners",
        "learner": learner,
        "form": form,
        "asked": asked,
        "lookers": lookers_of(request.user, request.school, learner, asked),
        **_page(request, rows),
    }
    return render(request, "learners/access_log.html", shown)


def as_csv(lines: list[Line]) -> bytes:
    """Lines as a file for a spreadsheet program, which runs none of its cells."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for line in lines:
        cells = (
            f"{timezone.localtime(line.at):%Y-%m-%d %H:%M:%S}",
            line.who,
            line.what,
            line.about.name if line.about else "",
            "; ".join(line.details),
        )
        writer.writerow(guarded(writable(cell)) for cell in cells)
    return f"\ufeff{out.getvalue()}".encode()  # the mark by which Excel knows UTF-8
