"""Records whose time is over: the list, the choice, the last look, and the log of what went."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from learners.actions import disposing as actions
from learners.filters import matching
from learners.forms.disposal import ConfirmForm
from learners.forms.search import SearchForm
from learners.holdings import Disposal as What
from learners.holdings import declared
from learners.keeping import SHOWN, in_state, periods_of, standing_of, with_keeping
from learners.mentions import mentions_of, parts_of
from learners.models import Disposal, Learner
from learners.retention import State
from learners.tasks import dispose_records
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.sign_in.state import shown_lately
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment
from provisionmap.web.paging import page_of
from provisionmap.web.typed import number

MOST_MENTIONS = 300  # texts on one page; a choice with more of them is made smaller


@require(Capability.DISPOSE_RECORDS, writes=["POST"])
def due(request: Any) -> HttpResponse:
    """Records whose time is over, those held in spite of it, and those of which nobody can tell. Names are posted."""
    day, periods = today(), periods_of(request.school)
    part = request.GET.get("show", "")
    state = State(part) if part in SHOWN else State.DUE
    search = SearchForm(request.POST if request.method == "POST" else None)
    words = search.cleaned_data["q"].strip() if search.is_valid() else ""
    seen = Learner.objects.visible_to(request.user).filter(school=request.school)
    rows = matching(in_state(seen, state, periods, day), words).order_by("date_of_birth", "surname", "forename", "pk")
    page = page_of(request, rows, per_page=actions.MOST)
    counted(request, len(page), searched=bool(words))
    shown = {
        "section": "settings",
        "state": state.value,
        "periods": periods,
        "search": search,
        "words": words,
        "ticked": request.GET.get("ticked") == "all",
        "page": page,
        "rows": [{"learner": one, "standing": standing_of(one, periods, day)} for one in page],
        "others_held": with_keeping(seen).filter(held=True).count() - in_state(seen, State.HELD, periods, day).count(),
        "counts": {one.value: in_state(seen, one, periods, day).count() for one in SHOWN},
    }
    return render(request, "learners/disposal/due.html", shown)


@require(Capability.DISPOSE_RECORDS, writes=["POST"])
def choose(request: Any) -> HttpResponse:
    """Keep what was ticked, and go on to the last look at it."""
    if request.method != "POST":
        return redirect("learners:due")
    ticked = {number(one) for one in request.POST.getlist("learner")}
    try:
        made = actions.choose(school=request.school, learners=ticked, today=today(), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("learners:due")
    return redirect("learners:disposal-check", made.pk)


@require(Capability.DISPOSE_RECORDS, writes=["POST"])
def check(request: Any, pk: int) -> HttpResponse:
    """What will be gone, with its numbers and the texts that name somebody; on POST it is confirmed."""
    drafts = Disposal.objects.drafts_of(request.user, timezone.now()).filter(school=request.school)
    draft = get_object_or_404(drafts.select_related("school"), pk=pk)
    if not shown_lately(request):
        again = {"next": request.get_full_path()}
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode(again)}")
    ids = list(draft.items.values_list("record", flat=True))
    learners = list(Learner.objects.visible_to(request.user).filter(school=request.school, pk__in=ids))
    counted(request, len(learners))
    mentions = mentions_of(learners, MOST_MENTIONS)
    form = ConfirmForm(request.POST or None, expected=len(ids))
    if form.is_valid():
        ticked = set(request.POST.getlist("text"))
        texts = [one.key for one in mentions if one.mark in ticked]
        return _confirmed(request, draft, form.cleaned_data["count"], texts)
    shown = {
        "section": "settings",
        "form": form,
        "disposal": draft,
        "learners": learners,
        "mentions": mentions,
        "many": len(mentions) >= MOST_MENTIONS,
        "parts": parts_of(ids),
        "stays": [one for one in declared() if one.disposal != What.DELETE],
    }
    return render(request, "learners/disposal/check.html", shown, status=422 if form.errors else 200)


def _confirmed(request: Any, draft: Disposal, count: int, texts: list[tuple[str, int, str]]) -> HttpResponse:
    """Hand the disposal to a worker."""
    try:
        actions.confirm(disposal=draft, count=count, texts=texts, now=timezone.now(), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("learners:due")
    transaction.on_commit(partial(dispose_records.delay, draft.pk))
    return redirect("learners:disposal", draft.pk)


@require(Capability.DISPOSE_RECORDS, writes=["POST"])
def cancel(request: Any, pk: int) -> HttpResponse:
    """Let a choice go."""
    drafts = Disposal.objects.drafts_of(request.user, timezone.now()).filter(school=request.school)
    draft = get_object_or_404(drafts.select_related("school"), pk=pk)
    if request.method == "POST":
        actions.cancel(disposal=draft, by=request.user)
        messages.success(request, "Nothing was disposed of.")
    return redirect("learners:due")


@require(Capability.DISPOSE_RECORDS)
def disposal(request: Any, pk: int) -> HttpResponse:
    """How far a disposal is, and afterwards its page in the log; it names nobody."""
    rows = Disposal.objects.visible_to(request.user).confirmed().filter(school=request.school)
    kept = get_object_or_404(rows.select_related("by", "school"), pk=pk)
    items = list(kept.items.all())
    shown = {
        "section": "settings",
        "disposal": kept,
        "going": kept.state != "done",
        "items": items,
        "gone": sum(one.state == "gone" for one in items),
        "left": [one for one in items if one.state == "kept"],
        "ended": sum(one.state != "waiting" for one in items),
    }
    return fragment(request, "learners/disposal/disposal.html#progress", shown)


@require(Capability.DISPOSE_RECORDS)
def log(request: Any) -> HttpResponse:
    """Every disposal: when, by whom, how many, under which periods."""
    rows = Disposal.objects.visible_to(request.user).confirmed().for_log().filter(school=request.school)
    page = page_of(request, rows)
    return render(request, "learners/disposal/log.html", {"section": "settings", "page": page})
