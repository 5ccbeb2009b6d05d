"""The history of the map: its acts since a day, one act with its records, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions.restoring import check_can_take_back, take_back_version
from interventions.actions.undoing import MovedOn, check_can_undo, undo_change
from interventions.forms.history import HistoryFilter
from interventions.models import MapChange
from interventions.past import acts_of, keys_of, provisions_in, records_in, records_of, seen_versions, sees_all, single
from interventions.views.placements import EDITORS
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.calendar import half_term_begun
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted, saw
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment
from provisionmap.web.paging import page_of

ACTS = 25  # lines of one page
RECORDS = 100  # records of one act on one page
SECTION = {"section": "map"}


@require(Capability.SEE_MAP)
def listed(request: Any) -> HttpResponse:
    """What changed on the map since a day, newest first."""
    school, user = request.school, request.user
    usual = half_term_begun(school.calendar_dates().terms, today())
    form = HistoryFilter(request.GET, school=school, user=user)
    asked = form.asked(usual)
    keys = keys_of(user, school, asked)
    page = Paginator(keys, ACTS).get_page(request.GET.get("page"))
    acts = acts_of(user, school, [key for _, key in page.object_list])
    narrowed = any((asked.person, asked.kind, asked.learner, asked.provision))
    shown = {"form": form, "asked": asked, "usual": usual, "page": page, "acts": acts, "narrowed": narrowed}
    return render(request, "interventions/history.html", SECTION | shown)


def _change_here(request: Any, pk: int) -> MapChange:
    """A change that this person sees a record of, or every one of whose school's they may see; else 404."""
    changes = MapChange.objects.filter(school=request.school).select_related("school", "by", "undone_by")
    change = get_object_or_404(changes, pk=pk)
    if not sees_all(request.user, request.school) and not (
        records_in(request.user, request.school, change).exists() or provisions_in(request.user, request.school, change)
    ):
        raise Http404
    return change


@require(Capability.SEE_MAP)
def one(request: Any, pk: int) -> HttpResponse:
    """A change of several records, record by record, and whether it can be taken back."""
    change = _change_here(request, pk)
    page = page_of(request, records_in(request.user, request.school, change), per_page=RECORDS)
    counted(request, len({row.learner_id for row in page}))
    shown: dict[str, Any] = {
        **SECTION,
        "act": acts_of(request.user, request.school, [f"c{pk}"])[0],
        "page": page,
        "records": records_of(page.object_list),
        "provisions": provisions_in(request.user, request.school, change) if page.number == 1 else [],
        "why": "",
    }
    try:
        check_can_undo(change, request.user)
    except (NotAllowed, MovedOn) as refused:
        shown["why"] = str(refused)
    return fragment(request, "interventions/history_act.html#records", shown)


@require(*EDITORS, writes=["POST"])
def take_back(request: Any, pk: int) -> HttpResponse:
    """Take a change of several records back."""
    change = _change_here(request, pk)
    if request.method == "POST":
        try:
            undo_change(change=change, by=request.user)
        except (NotAllowed, MovedOn) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Taken back. The map is as it was before.")
    return redirect("interventions:history-act", pk)


def _version_here(request: Any, pk: int) -> Any:
    """A single change of a placement that this person may see; else 404."""
    return get_object_or_404(single(seen_versions(request.user, request.school)), history_id=pk)


@require(Capability.SEE_MAP)
def edit(request: Any, pk: int) -> HttpResponse:
    """A change of one placement, before and after, and whether it can be taken back."""
    version = _version_here(request, pk)
    saw(request, version.learner_id)
    shown: dict[str, Any] = {**SECTION, "act": acts_of(request.user, request.school, [f"e{pk}"])[0], "why": ""}
    shown |= {"records": [shown["act"].record], "provisions": [], "page": None}
    try:
        check_can_take_back(version, request.user)
    except (NotAllowed, MovedOn) as refused:
        shown["why"] = str(refused)
    return fragment(request, "interventions/history_act.html#records", shown)


@require(*EDITORS, writes=["POST"])
def edit_take_back(request: Any, pk: int) -> HttpResponse:
    """Take a change of one placement back."""
    version = _version_here(request, pk)
    if request.method == "POST":
        try:
            words = take_back_version(version=version, by=request.user)
        except (NotAllowed, MovedOn) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"Taken back: {words}.")
    return redirect("interventions:placement-history", version.id)
