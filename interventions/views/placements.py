"""Editing in the map's cells: one placement's form, ending, adding, undo."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from interventions.actions import placements as actions
from interventions.actions.undoing import MovedOn
from interventions.cells import cell_html, placement_html
from interventions.delivery_bars import PART, with_delivery
from interventions.dose import Dose
from interventions.forms.clash import both
from interventions.forms.placements import CellForm, day_field
from interventions.frame import shown_at
from interventions.gaps import BY_KEY, Gap
from interventions.grid import Who, arrange
from interventions.models import Deliverer, Placement, Provision
from interventions.permissions import can_edit, check_can_edit
from interventions.reading import item_of, items_of, read_one
from learners.models import Learner
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import saw
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.htmx import fragment, go

EDITORS = (Capability.EDIT_MAP, Capability.EDIT_OWN_UNIVERSAL)


def _placement(request: Any, pk: int) -> Placement:
    """The placement with `people`, who delivers it. 404 for what this person may not see."""
    seen = Placement.objects.visible_to(request.user).filter(school=request.school).for_map()
    if request.method != "POST":  # forms name the learner; a save that goes well does not
        seen = seen.select_related("learner")
    try:
        placement, people = read_one(seen, pk, today())
    except Placement.DoesNotExist:
        raise Http404 from None
    saw(request, placement.learner_id)
    placement.school = request.school
    vars(placement)["people"] = people
    return placement


def _page(request: Any) -> Any:
    """The address of the page that the person sees, in parts: HTMX names it, a plain browser asks for it."""
    return urlsplit((request.htmx.current_url or "") if request.htmx else request.get_full_path())


def _came_from(request: Any) -> Gap | None:
    """The gap in whose list this is a remedy, as the page's address says it."""
    return BY_KEY.get(QueryDict(_page(request).query).get("gap", ""))


def _alone(request: Any) -> bool:
    """Whether the form stands on a page of its own, which a saved cell would leave bare."""
    return not request.htmx or _page(request).path.startswith(("/map/placements/", "/map/learners/"))


def _leave(request: Any, placement: Placement, words: str) -> HttpResponse:
    """From a page of its own back to the list of the gap, or to the map, and say there what was done."""
    gap = _came_from(request)
    named = f"{placement.provision.name} for {placement.learner.name}: {words[0].lower()}{words[1:]}." if gap else words
    messages.success(request, named)
    return go(request, reverse("interventions:gap", args=[gap.key]) if gap else reverse("interventions:map"))


def saved(request: Any, placement: Placement, words: str) -> HttpResponse:
    """The cell's placement as a reload would show it, with the focus on it; a page of its own is left."""
    if _alone(request):
        return _leave(request, placement, words)
    editable = (
        frozenset({placement.provision.tier})
        if can_edit(request.school, placement.provision.tier, request.user)
        else frozenset()
    )
    parts = shown_at(request.htmx.current_url)
    item = item_of(placement, vars(placement)["people"], editable)
    if PART in parts:
        item = with_delivery([item], request.school, today())[0]
    shown = placement_html(item, focus=True, shown=parts)
    if placement.ends and placement.ends < today():
        shown = ""
    return HttpResponse(shown, headers={"HX-Trigger": json.dumps({"said": words, "changed": ""})})


def added(request: Any, placement: Placement, tier: int, label: str, words: str) -> HttpResponse:
    """The whole cell as a reload would show it: a new placement may stand anywhere in it."""
    placements = Placement.objects.visible_to(request.user).filter(school=request.school).on(today())
    learner = placement.learner
    items = items_of(placements, [learner.pk], today(), frozenset({tier}))
    shown = shown_at(request.htmx.current_url)
    if PART in shown:
        items = with_delivery(items, request.school, today())
    row = arrange([Who(learner.pk, learner.name)], items, list(request.school.tiers_on(today())))[0]
    cell = cell_html(row, tier, label, may_add=True, focus=placement.pk, shown=shown)
    return HttpResponse(cell, headers={"HX-Trigger": json.dumps({"said": words, "changed": ""})})


@require(*EDITORS, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """The cell's form; on POST the saved cell, the form with its errors (422), or both values when stale (409)."""
    placement = _placement(request, pk)
    gap = _came_from(request)
    form = CellForm(
        request.POST or None, initial=CellForm.reading(placement), tier=placement.provision.tier,
        missing=gap.field if gap else "",
    )  # fmt: skip
    shown = {"section": "map", "placement": placement, "form": form, "gap": gap}
    try:
        check_can_edit(request.school, placement.provision.tier, request.user)
        if request.GET.get("shown"):
            return saved(request, placement, "Kept as it is")
        if not form.is_valid():
            status = 422 if form.is_bound else 200
            return fragment(request, "interventions/placement.html#editor", shown, status=status)
        placement = actions.change_placement(
            placement=placement, changes=form.changes, seen=form.cleaned_data["seen"], by=request.user
        )
    except NotAllowed as refused:
        if not form.is_bound:
            return fragment(request, "interventions/placement.html#refused", shown | {"why": refused}, status=422)
        form.add_error(None, str(refused))
        shown["outside"] = isinstance(refused, actions.OutsideProvision)
        return fragment(request, "interventions/placement.html#editor", shown, status=422)
    except Stale as clash:
        shown["placement"] = clash.current
        shown["theirs"] = Dose(clash.current.sessions, clash.current.minutes)
        shown["who"] = clash.current.history.latest().history_user
        shown["clash"] = both(form, CellForm.reading(clash.current), less="dose")
        return fragment(request, "interventions/placement.html#clash", shown, status=409)
    return saved(request, placement, "Saved")


@require(*EDITORS, writes=["POST"])
def end(request: Any, pk: int) -> HttpResponse:
    """End a placement on a day, today unless said otherwise. Undo brings it back."""
    placement = _placement(request, pk)
    shown: dict[str, Any] = {"section": "map", "placement": placement, "today": today(), "ending": True}
    shown["gap"] = _came_from(request)
    try:
        check_can_edit(request.school, placement.provision.tier, request.user)
    except NotAllowed as refused:
        return fragment(request, "interventions/placement.html#refused", shown | {"why": str(refused)}, status=422)
    if request.method != "POST":
        return fragment(request, "interventions/placement.html#ending", shown)
    try:
        on = day_field("Last day").clean(request.POST.get("on") or today())
        seen = request.POST.get("seen", "")
        placement = actions.end_placement(placement=placement, on=on, seen=typed.number(seen), by=request.user)
    except (NotAllowed, ValidationError) as refused:
        why = refused.messages[0] if isinstance(refused, ValidationError) else str(refused)
        return fragment(request, "interventions/placement.html#ending", shown | {"why": why}, status=422)
    except Stale as clash:
        why = "Somebody changed this meanwhile. Look at it, then end it."
        shown = {"section": "map", "placement": clash.current, "why": why, "gap": shown["gap"]}
        return fragment(request, "interventions/placement.html#refused", shown, status=409)
    return saved(request, placement, f"Ends on {placement.ends:%d/%m/%Y}")


@require(*EDITORS, writes=["POST"])
def add(request: Any, learner: int, tier: int) -> HttpResponse:
    """Give a learner a place in a running provision of a tier, without leaving the map."""
    one = get_object_or_404(Learner.objects.visible_to(request.user).filter(school=request.school), pk=learner)
    saw(request, one.pk)
    running = (
        Provision.objects.visible_to(request.user)
        .filter(school=request.school, tier=tier)
        .on(today())
        .exclude(placements__in=Placement.objects.filter(learner=one).on(today()))
        .select_related("responsible")
        .prefetch_related(Prefetch("deliverers", Deliverer.objects.select_related("user")))
        .order_by("name", "pk")
    )
    shown = {
        "section": "map",
        "learner": one,
        "tier": tier,
        "running": running,
        "gap": _came_from(request),
        "label": request.school.tiers_on(today()).get(tier, ""),
    }
    try:
        check_can_edit(request.school, tier, request.user)
        if request.method != "POST":
            return fragment(request, "interventions/placement.html#adding", shown)
        chosen = request.POST.get("provision", "")
        provision = running.filter(pk=typed.number(chosen)).first()
        if provision is None:
            raise NotAllowed("Choose a provision from the list.")
        provision.school = request.school
        placement = actions.place(
            provision=provision, learner=one, starts=today(), ends=provision.ends, by=request.user
        )
    except NotAllowed as refused:
        answer = fragment(request, "interventions/placement.html#adding", shown | {"why": refused}, status=422)
        # A saved form fills its whole cell; a refused one must replace only itself.
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#adding-{one.pk}-{tier}", "outerHTML"
        return answer
    if _alone(request):
        return _leave(request, placement, "Added" if shown["gap"] else f"Added to {provision.name}")
    return added(request, placement, tier, shown["label"], f"Added to {provision.name}")


@require(*EDITORS, writes=["POST"])
def undo(request: Any) -> HttpResponse:
    """Take back this person's last change on the map, and say what that was."""
    if request.method == "POST":
        try:
            undone = actions.undo_last(school=request.school, by=request.user, now=timezone.now())
        except Stale as clash:
            why = "Somebody changed this after you, so it was left alone."
            if request.htmx:
                return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"refused": why})})
            shown = {"section": "map", "placement": clash.current, "why": why, "gap": None}
            return render(request, "interventions/placement.html", shown, status=409)
        except (NotAllowed, MovedOn) as refused:
            if request.htmx:
                return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"refused": str(refused)})})
            messages.error(request, str(refused))
        else:
            words = f"Undone: {undone.words}." if undone else "There is nothing to undo from the last 24 hours."
            several = bool(undone and not undone.learner)  # the page is loaded anew, and says it then
            if request.htmx and not several:
                told = {"said": words, "changed": "", "undone": undone.learner if undone else None}
                return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
            messages.success(request, words)
            if request.htmx:
                return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    back = request.POST.get("query", "").lstrip("?")
    return redirect(reverse("interventions:map") + (f"?{back}" if back else ""))
