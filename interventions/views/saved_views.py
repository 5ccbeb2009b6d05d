"""A person's own views of the map: the list, keeping the present one, renaming and deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from interventions.actions import saved_views as actions
from interventions.forms.saved_views import SavedViewForm
from interventions.frame import frame_for
from interventions.models import SavedView
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.web.htmx import fragment, go

MOST_QUERY = 600  # characters that the database holds


def _own(request: Any) -> Any:
    return SavedView.objects.visible_to(request.user).filter(school=request.school)


def _query_of(request: Any, query: QueryDict) -> str:
    """The address as the map itself would write it: whatever else stands in it is left out."""
    kept = frame_for(school=request.school, user=request.user, query=query).query
    return kept if len(kept) <= MOST_QUERY else ""


def map_at(query: str) -> str:
    """The address of the map under `query`."""
    return reverse("interventions:map") + (f"?{query}" if query else "")


@require(Capability.SEE_MAP, writes=["POST"])
def listed(request: Any) -> HttpResponse:
    """One's own views, with a form that keeps the one the address asks for."""
    form = SavedViewForm(request.POST or None)
    query = _query_of(request, request.GET)
    if form.is_valid():
        try:
            kept = actions.save_view(
                school=request.school, name=form.cleaned_data["name"], query=query, by=request.user
            )
        except NotAllowed as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, f"Saved as “{kept.name}”.")
            return go(request, map_at(query))
    context = {"section": "map", "form": form, "views": _own(request), "query": query, "map": map_at(query)}
    return fragment(
        request, "interventions/saved_views.html#own", context, status=422 if form.is_bound else 200
    )  # fmt: skip


@require(Capability.SEE_MAP, writes=["POST"])
def rename(request: Any, pk: int) -> HttpResponse:
    """Another name for one's own view."""
    view = get_object_or_404(_own(request), pk=pk)
    form = SavedViewForm(request.POST or None, initial={"name": view.name})
    if form.is_valid():
        try:
            actions.rename_view(view=view, name=form.cleaned_data["name"], by=request.user)
            messages.success(request, f"It is called “{form.cleaned_data['name']}” now.")
            return redirect("interventions:views")
        except NotAllowed as refused:
            form.add_error("name", str(refused))
    context = {"section": "map", "view": view, "form": form}
    return render(request, "interventions/saved_view.html", context, status=422 if form.is_bound else 200)


@require(Capability.SEE_MAP, writes=["POST"])
def delete(request: Any, pk: int) -> HttpResponse:
    """Asks, then removes one's own view; the map itself stays as it is."""
    view = get_object_or_404(_own(request), pk=pk)
    if request.method == "POST":
        actions.delete_view(view=view, by=request.user)
        messages.success(request, f"The view “{view.name}” is deleted. Nothing on the map has changed.")
        return redirect("interventions:views")
    return render(request, "interventions/saved_view_delete.html", {"section": "map", "view": view})
