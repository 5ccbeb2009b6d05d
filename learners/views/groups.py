"""Classes and tutor groups."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from learners.actions import groups as actions
from learners.census import YEAR_CHOICES, YEARS
from learners.filters import year_order
from learners.forms.groups import GroupForm, JoinForm
from learners.models import Group, Learner
from learners.permissions import reason_to_keep
from learners.views.tags import row_of, year_words
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web.paging import page_of

NO_GROUP = "none"
MOST_LISTED = 400  # learners of one year, or without a group: more than a large year has


def _groups_of(request: Any) -> Any:
    """The groups of this school that this person may see."""
    return Group.objects.visible_to(request.user).filter(school=request.school)


@require(Capability.SEE_ALL_LEARNERS, Capability.SEE_OWN_LEARNERS)
def groups(request: Any) -> HttpResponse:
    """All groups, with how many learners are on roll in each and who teaches them."""
    on_roll = Learner.objects.on_roll(today()).filter(group=OuterRef("pk")).order_by().values("group")
    counted = on_roll.annotate(size=Count("pk")).values("size")
    rows = _groups_of(request).annotate(size=Coalesce(Subquery(counted), 0), year_order=year_order())
    rows = rows.order_by("year_order", "name").prefetch_related("teachers")
    page = page_of(request, rows)
    listed = [{"group": group, "year": year_words(group.nc_year)} for group in page]
    return render(request, "learners/groups.html", {"section": "learners", "page": page, "rows": listed})


@require(Capability.SEE_ALL_LEARNERS, Capability.SEE_OWN_LEARNERS)
def group(request: Any, pk: int) -> HttpResponse:
    """One group: its teachers and the learners in it today."""
    one = get_object_or_404(_groups_of(request).prefetch_related("teachers"), pk=pk)
    seen = Learner.objects.visible_to(request.user).filter(group=one).on_roll(today())
    page = page_of(request, seen.for_register())
    counted(request, len(page))
    shown = {
        "section": "learners",
        "group": one,
        "year": year_words(one.nc_year),
        "page": page,
        "rows": [row_of(learner, flags=Capability.SEE_FLAGS in request.capabilities) for learner in page],
        "reason": reason_to_keep(one),
    }
    return render(request, "learners/group.html", shown)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def add(request: Any) -> HttpResponse:
    """Make a group."""
    form = GroupForm(request.POST or None, school=request.school, today=today())
    if form.is_valid():
        try:
            made = actions.add_group(school=request.school, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{made.name} is added.")
            return redirect("learners:groups")
    shown = {"section": "learners", "form": form, "group": None}
    return render(request, "learners/group_edit.html", shown, status=422 if form.errors else 200)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """Rename a group, or change its year and teachers; both versions when somebody else did meanwhile."""
    one = get_object_or_404(_groups_of(request).select_related("school"), pk=pk)
    form = GroupForm(request.POST or None, initial=GroupForm.reading(one), school=request.school, today=today())
    shown: dict[str, Any] = {"section": "learners", "form": form, "group": one}
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            saved = actions.change_group(group=one, seen=seen, by=request.user, **form.values)
        except ValidationError as error:
            form.add_error(None, error)
        except Stale as stale:
            form.data = form.data.copy()
            form.data["seen"] = actions.state_of(stale.current)
            clash = {"group": stale.current, "year": year_words(stale.current.nc_year)}
            return render(request, "learners/group_edit.html", shown | {"clash": clash}, status=409)
        else:
            messages.success(request, f"{saved.name} is saved.")
            return redirect("learners:group", saved.pk)
    return render(request, "learners/group_edit.html", shown, status=422 if form.errors else 200)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def join(request: Any, pk: int) -> HttpResponse:
    """Move learners into a group: those of its year to begin with, another year or those without a group on request."""
    one = get_object_or_404(_groups_of(request).select_related("school"), pk=pk)
    asked = request.GET.get("from", "")
    chosen = asked if asked in (*YEARS, NO_GROUP) else one.nc_year or NO_GROUP
    here = Learner.objects.visible_to(request.user).filter(school=request.school).on_roll(today())
    found = here.filter(group=None) if chosen == NO_GROUP else here.filter(nc_year=chosen).exclude(group=one)
    form = JoinForm(request.POST or None, offered=found)
    status = 200
    if form.is_valid():
        try:
            actions.move_to_group(group=one, learners=form.ticked, by=request.user)
        except Stale as stale:
            form.add_error("learners", f"Somebody changed {stale.current.name} meanwhile: look again, then tick.")
            status = 409
        else:
            count = len(form.ticked)
            messages.success(request, f"{count} learner{'s are' if count > 1 else ' is'} in {one.name} now.")
            return redirect("learners:group", one.pk)
    listed = list(found.select_related("group").order_by("surname", "forename", "pk")[:MOST_LISTED])
    shown = {
        "section": "learners",
        "group": one,
        "form": form,
        "chosen": chosen,
        "choices": [(NO_GROUP, "Without a group"), *YEAR_CHOICES],
        "listed": listed,
        "seen": JoinForm.versions_of(listed),
        "ticked": request.POST.getlist("learners"),
    }
    return render(request, "learners/group_join.html", shown, status=422 if form.errors and status == 200 else status)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def delete(request: Any, pk: int) -> HttpResponse:
    """Delete an empty group; for one that is not empty, say why it stays."""
    one = get_object_or_404(_groups_of(request).select_related("school"), pk=pk)
    if request.method != "POST":
        return redirect("learners:group", one.pk)
    try:
        actions.delete_group(group=one, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("learners:group", one.pk)
    messages.success(request, f"{one.name} is deleted.")
    return redirect("learners:groups")
