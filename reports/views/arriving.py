"""A learner's transfer file from another school: upload, preview, take in. Nothing is written before "Take in"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted, saw
from provisionmap.school.today import today
from provisionmap.web.text_file import Refused
from reports.actions import arriving as actions
from reports.actions.arriving import Moved, Plan, Settled
from reports.forms.transfer import ArrivingForm, TakeInForm
from reports.models import Arrival
from reports.transfer_file import Bad, Problem

TITLES = {
    "sen": "SEN provision",
    "passport": "Passport",
    "contacts": "Adults around them",
    "provision": "Provision at earlier schools",
}
GONE = "This file was taken in or let go meanwhile."


@require(Capability.EXPORT_RECORD, writes=["POST"])
def upload(request: Any) -> HttpResponse:
    """Where a file is handed in; one that cannot be taken is refused here, with everything that is wrong with it."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ArrivingForm(*sent, too_large=getattr(request, "too_large", False))
    problems: Sequence[Problem] = ()
    if form.is_valid():
        try:
            tree, _ = actions.read_file(form.cleaned_data["file"].read())
        except Refused as refused:
            form.add_error("file", f"{refused.message} {refused.remedy}")
        except Bad as bad:
            problems = bad.problems
            form.add_error("file", "This file does not keep to the format. Ask the other school to make it again.")
        else:
            return redirect(
                "reports:arrival", actions.keep_upload(school=request.school, tree=tree, by=request.user).pk
            )
    waiting = Arrival.objects.waiting_for(request.user, timezone.now()).filter(school=request.school)
    shown = {
        "section": "learners",
        "form": form,
        "problems": problems,
        "waiting": waiting.defer("upload").first(),
    }
    return render(request, "reports/arriving.html", shown, status=422 if form.errors else 200)


def _arrival_here(request: Any, pk: int) -> Arrival:
    """This person's own file of the last hour."""
    mine = Arrival.objects.waiting_for(request.user, timezone.now()).filter(school=request.school)
    return get_object_or_404(mine.select_related("school"), pk=pk)


def _preview(request: Any, kept: Arrival, plan: Plan, form: TakeInForm, status: int, moved: bool) -> HttpResponse:
    if plan.learner:
        saw(request, plan.learner.pk)
    counted(request, 1)
    parts = [(title, plan.taken(part), part in plan.held) for part, title in TITLES.items()]
    shown = {
        "section": "learners",
        "arrival": kept,
        "plan": plan,
        "name": f"{plan.read.learner['forename']} {plan.read.learner['surname']}",
        "parts": parts,
        "form": form,
        "moved": moved,
    }
    return render(request, "reports/arrival.html", shown, status=status)


def _asked(plan: Plan) -> TakeInForm:
    return TakeInForm(initial={"seen": plan.fingerprint, "joined": today()}, new=plan.learner is None)


@require(Capability.EXPORT_RECORD, writes=["POST"])
def arrival(request: Any, pk: int) -> HttpResponse:
    """What the file would do here; on POST it is taken in, if that is still what was shown."""
    kept = _arrival_here(request, pk)
    plan = actions.plan_of(kept)
    if request.method != "POST":
        return _preview(request, kept, plan, _asked(plan), 200, moved=False)
    form = TakeInForm(request.POST, new=plan.learner is None)
    if not form.is_valid():
        return _preview(request, kept, plan, form, 422, moved=False)
    chosen = {"seen": form.cleaned_data["seen"], "joined": form.cleaned_data.get("joined")}
    try:
        learner = actions.take_in(arrival=kept, now=timezone.now(), by=request.user, **chosen)
    except Moved:
        plan = actions.plan_of(kept)
        return _preview(request, kept, plan, _asked(plan), 409, moved=True)
    except Settled:
        messages.warning(request, GONE)
        return redirect("reports:arriving")
    messages.success(request, f"{learner.name}'s file is taken in.")
    return redirect("learners:learner", learner.pk)


@require(Capability.EXPORT_RECORD, writes=["POST"])
def cancel(request: Any, pk: int) -> HttpResponse:
    """Let a file go."""
    kept = _arrival_here(request, pk)
    if request.method == "POST":
        actions.abandon(arrival=kept, by=request.user)
        messages.success(request, "The file is let go. Nothing of it was kept.")
        return redirect("reports:arriving")
    return redirect("reports:arrival", kept.pk)
