"""One learner: the page, adding by hand, changing details, leaving and coming back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from learners.actions import learners as actions
from learners.age import age_on
from learners.forms.learners import LearnerForm, LeavingForm, ReturnForm
from learners.models import Learner
from learners.panels import panels_for
from learners.upn import doubts
from learners.views import own_panels as own_panels  # registers them
from learners.views.tags import flag_tags, need_tags, sen_tag, year_words
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import saw
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

MEANWHILE = "Somebody else changed this learner while you were here. This is how they stand now: check and save again."


def learner_here(request: Any, pk: int) -> Learner:
    """The learner, if they are at this school and this person may see them; otherwise 404."""
    rows = Learner.objects.visible_to(request.user).filter(school=request.school)
    found = get_object_or_404(rows.select_related("group", "school"), pk=pk)
    saw(request, found.pk)
    return found


@require(Capability.SEE_ALL_LEARNERS, Capability.SEE_OWN_LEARNERS)
def learner(request: Any, pk: int) -> HttpResponse:
    """Everything about one learner that this person may see, in panels."""
    child = learner_here(request, pk)
    day = today()
    record = child.sen_provisions.filter(ends=None).first()
    shown = {
        "section": "learners",
        "learner": child,
        "year": year_words(child.nc_year),
        "age": age_on(child.date_of_birth, day) if child.date_of_birth else "",
        "sen": [sen_tag(record.code)] if record else [],
        "needs": need_tags(record.needs) if record else [],
        "flags": flag_tags(child, seen=Capability.SEE_FLAGS in request.capabilities),
        "panels": panels_for(child, request.user, day),
    }
    return render(request, "learners/learner.html", shown)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def add(request: Any) -> HttpResponse:
    """Put a learner on the register by hand."""
    form = LearnerForm(request.POST or None, school=request.school, today=today())
    if form.is_valid():
        try:
            child = actions.add_learner(school=request.school, values=form.values, by=request.user)
        except actions.UpnTaken as taken:
            form.add_error("upn", str(taken))
        else:
            _say(request, child, "is on the register now. Set the SEN provision next, if there is any.")
            return redirect("learners:learner", child.pk)
    shown = {"section": "learners", "form": form, "learner": None}
    return render(request, "learners/edit.html", shown, status=422 if form.errors else 200)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """Change a learner's details; when somebody else changed the same ones, choose field by field."""
    child = learner_here(request, pk)
    reading = LearnerForm.reading(child)
    form = LearnerForm(request.POST or None, initial=reading, school=request.school, today=today())
    shown = {"section": "learners", "form": form, "learner": child}
    if not form.is_valid():
        return render(request, "learners/edit.html", shown, status=422 if form.errors else 200)
    changes = {name: value for name, value in form.changes.items() if request.POST.get(f"keep-{name}") != "theirs"}
    if not changes:
        return redirect("learners:learner", child.pk)
    try:
        saved = _change(child, form, changes, request.user)
    except actions.UpnTaken as taken:
        form.add_error("upn", str(taken))
        return render(request, "learners/edit.html", shown, status=422)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return render(request, "learners/edit.html", shown, status=422)
    except Stale as stale:
        form.data = form.data.copy()
        form.data["seen"] = stale.current.version
        shown["clashes"] = form.clashes(stale.current, changes)
        return render(request, "learners/edit.html", shown, status=409)
    _say(request, saved, "is saved.")
    return redirect("learners:learner", child.pk)


def _change(child: Learner, form: LearnerForm, changes: dict[str, Any], by: Any) -> Learner:
    """Save, also when somebody else saved meanwhile, as long as they changed other fields."""
    seen = form.cleaned_data["seen"] or 0
    try:
        return actions.change_learner(learner=child, changes=changes, seen=seen, by=by)
    except Stale as stale:
        if form.clashes(stale.current, changes):
            raise
        return actions.change_learner(learner=child, changes=changes, seen=stale.current.version, by=by)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def leave(request: Any, pk: int) -> HttpResponse:
    """Mark a learner as left: they leave the register, and nothing about them is lost."""
    child = learner_here(request, pk)
    initial = {"seen": child.version, "left": child.left or today()}
    form = LeavingForm(request.POST or None, initial=initial, joined=child.joined)
    shown = {"section": "learners", "form": form, "learner": child}
    if not form.is_valid():
        return render(request, "learners/leave.html", shown, status=422 if form.errors else 200)
    try:
        actions.mark_left(learner=child, by=request.user, **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return render(request, "learners/leave.html", shown, status=422)
    except Stale as stale:
        shown |= {"learner": stale.current, "meanwhile": MEANWHILE}
        shown["form"] = LeavingForm(initial=initial | {"seen": stale.current.version}, joined=child.joined)
        return render(request, "learners/leave.html", shown, status=409)
    messages.success(request, f"{child.name} is marked as left.")
    return redirect("learners:learner", child.pk)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def come_back(request: Any, pk: int) -> HttpResponse:
    """Put a learner who had left back on the roll."""
    child = learner_here(request, pk)
    form = ReturnForm(request.POST or None)
    if form.is_valid():
        try:
            actions.mark_returned(learner=child, seen=form.cleaned_data["seen"], by=request.user)
            messages.success(request, f"{child.name} is on the roll again.")
        except Stale:
            messages.warning(request, MEANWHILE)
    return redirect("learners:learner", child.pk)


def _say(request: Any, child: Learner, what: str) -> None:
    """Tell what happened, and what is odd about the UPN, which warns and never refuses."""
    messages.success(request, f"{child.name} {what}")
    for doubt in doubts(child.upn) if child.upn else []:
        messages.warning(request, doubt)
