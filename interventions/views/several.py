"""Changing several placements at once: selected on the map, looked at as they would be, written as one change."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from interventions.actions import several as actions
from interventions.actions.previewed import Moved
from interventions.actions.several import Act, Ground, Plan
from interventions.forms.copying import ticked
from interventions.forms.several import ACTS
from interventions.frame import USUAL_VIEW, Frame, everybody, frame_for
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.web import typed

PAGE = "interventions/several.html"


@require(Capability.EDIT_MAP, writes=["POST"])
def several(request: Any) -> HttpResponse:
    """What to do with a selection, a preview of it or, when `do` is "apply", the act. GET leads to the map.

    A first POST comes from the map (`placement` and `learner`, `also` for those its rows no longer hold, or `all` that
    match its address, less `but`); later ones carry the selection as it then was, so that nothing joins it unseen.
    """
    frame = frame_for(
        school=request.school, user=request.user, query=request.GET, text=typed.words(request.POST.get("text"))
    )
    context: dict[str, Any] = {"section": "map", "frame": frame, "acts": ACTS, "code": _code(request)}
    context |= {"placements": "", "learners": ""}
    if request.method != "POST":
        return render(request, PAGE, context)
    placements, learners = _kept(request.POST) or _selected(request, frame)
    context |= {"placements": _list(placements), "learners": _list(learners)}
    try:
        ground = actions.ground_of(
            school=request.school, user=request.user, placements=placements, learners=learners,
        )  # fmt: skip
    except NotAllowed as refused:
        return render(request, PAGE, context | {"refused": str(refused)}, status=422)
    context |= _counts(ground)
    kind = ACTS[context["code"]]
    context["kind"] = kind
    if not context["count"] or (not ground.placements and not kind.learners):
        return render(request, PAGE, context, status=422 if request.POST.get("do") else 200)
    asked = request.POST.get("do") in ("preview", "apply")
    typed_already = asked or request.POST.get("do") == "again"
    form = kind.form(request.POST if typed_already else None, school=request.school, user=request.user)
    context["form"] = form
    if not asked or not form.is_valid():
        return render(request, PAGE, context, status=422 if asked else 200)
    return _act(request, form.act, placements, learners, context)


def _act(
    request: Any, act: Act, placements: set[int], learners: set[int], context: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    """The act, or its preview; 409 with what moved and a new preview when it is not as it was seen."""
    status = 200
    if request.POST["do"] == "apply":
        try:
            change = actions.do_several(
                act=act, school=request.school, placements=placements, learners=learners,
                seen=request.POST.get("seen", ""), by=request.user,
            )  # fmt: skip
        except Moved as clash:
            context["moved"], status = clash.moved, 409
        except NotAllowed as refused:
            context["refused"], status = str(refused), 422
        else:
            messages.success(request, f"{change.words}. “Undo the last change” takes all of it back.")
            query = context["frame"].query
            return redirect(f"{reverse('interventions:map')}{'?' if query else ''}{query}")
    ground = actions.ground_of(
        school=request.school, user=request.user, placements=placements, learners=learners, into=act.into
    )
    plan = actions.plan_of(act, ground)
    if plan.refused:
        return render(request, PAGE, context | {"refused": plan.refused}, status=422)
    return render(request, PAGE, context | _preview(plan), status=status)


def _preview(plan: Plan) -> dict[str, Any]:
    rows = sorted(plan.rows, key=lambda row: not row.then)  # what changes comes first
    return {"plan": plan, "rows": rows}


def _code(request: Any) -> str:
    code = request.POST.get("act", "")
    return code if code in ACTS else next(iter(ACTS))


def _kept(sent: Any) -> tuple[set[int], set[int]] | None:
    """The selection as an earlier page fixed it; None for one that comes from the map."""
    if "placements" not in sent:
        return None
    return _ids(sent["placements"]), _ids(sent.get("learners", ""))


def _ids(text: str) -> set[int]:
    """The ids in a text that a script or a page of ours wrote; cut where an act would refuse them as too many."""
    return {pk for one in islice(text.split(","), actions.MOST + 1) if (pk := typed.number(one))}


def _list(pks: set[int]) -> str:
    return ",".join(str(pk) for pk in sorted(pks))


def _selected(request: Any, frame: Frame) -> tuple[set[int], set[int]]:
    """What was ticked on the map: a learner stands for all their placements that the map shows."""
    sent = request.POST

    def places_of(learners: set[int]) -> set[int]:
        shown = frame.selection.placements.filter(learner__in=learners, provision__tier__in=frame.editable)
        return set(shown.order_by().values_list("pk", flat=True)) if learners else set()

    if sent.get("all"):
        everyone, less = {one.pk for one in everybody(frame)}, _ids(sent.get("but_learners", ""))
        # A row of the learners view shows all places of its learner: each that was taken out is named.
        theirs = places_of(everyone if frame.view == USUAL_VIEW else everyone - less)
        return theirs - _ids(sent.get("but", "")), everyone - less
    learners = ticked(sent, "learner") | _ids(sent.get("also_learners", ""))
    return places_of(learners) | ticked(sent, "placement") | _ids(sent.get("also", "")), learners


def _counts(ground: Ground) -> dict[str, Any]:
    """How much is selected, of whom."""
    learners = set(ground.learners) | {one.learner_id for one in ground.placements.values()}
    return {"count": len(learners), "places": len(ground.placements)}
