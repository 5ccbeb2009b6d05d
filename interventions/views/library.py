"""The intervention library."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions import library as actions
from interventions.areas import AREA_CHOICES, AREAS
from interventions.forms.clash import both
from interventions.forms.library import InterventionForm
from interventions.models import Intervention, Provision
from interventions.telling import classes_of, people_of, told_apart
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.htmx import fragment
from provisionmap.web.paging import page_of

TAKEN = "The library already has an entry with this name in this tier. Change that one, or use another name."


def _entries(request: Any) -> Any:
    return Intervention.objects.visible_to(request.user).filter(school=request.school)


@require(Capability.SEE_LIBRARY, writes=["POST"])
def listed(request: Any) -> HttpResponse:
    """The library by tier; POST carries a search."""
    text = typed.words(request.POST.get("text"))
    area, tier = request.GET.get("area", ""), request.GET.get("tier", "")
    archived = request.GET.get("archived") == "1"
    entries = _entries(request).filter(archived_at__isnull=not archived).for_library()
    if area in AREAS:
        entries = entries.in_area(area)
    if tier in ("1", "2", "3", "4"):
        entries = entries.filter(tier=int(tier))
    if text:
        entries = entries.filter(Q(name__icontains=text) | Q(summary__icontains=text))
    running = Provision.objects.visible_to(request.user).filter(school=request.school).on(today())
    page = page_of(
        request, entries.annotate(running=Count("provisions", filter=Q(provisions__in=running), distinct=True))
    )
    context = {
        "section": "library", "page": page, "text": text, "area": area, "tier": tier, "archived": archived,
        "areas": AREA_CHOICES, "names": AREAS, "tiers": request.school.tiers_on(today()),
        "stocked": text or area or tier or archived or bool(page.paginator.count),
    }  # fmt: skip
    if request.htmx:
        return fragment(request, "interventions/library.html#entries", context)
    return render(request, "interventions/library.html", context)


@require(Capability.EDIT_LIBRARY, writes=["POST"])
def stock(request: Any) -> HttpResponse:
    """Fill the library with the starter entries."""
    if request.method == "POST":
        added = actions.stock(school=request.school, by=request.user)
        messages.success(request, f"{added} entries added." if added else "Every starter entry was there already.")
    return redirect("interventions:library")


@require(Capability.SEE_LIBRARY)
def one(request: Any, pk: int) -> HttpResponse:
    """One entry, where it runs, and its earlier versions."""
    entry = get_object_or_404(_entries(request).for_library(), pk=pk)
    versions = list(entry.history.select_related("history_user").order_by("-history_id")[:20])
    changed = []
    for new, old in pairwise(versions):
        fields = [change.field for change in new.diff_against(old).changes if change.field != "version"]
        changed.append((new, [Intervention._meta.get_field(name).verbose_name for name in fields]))
    running = list(told_apart(entry.provisions.filter(school=request.school).visible_to(request.user).on(today())))
    classes = classes_of(running, request.user)
    for row in running:
        row.people, row.classes = people_of(row, today()), classes[row.pk]
    context = {
        "section": "library", "entry": entry, "names": AREAS, "changed": changed, "running": running,
        "tiers": request.school.tiers_on(today()), "today": today(),
    }  # fmt: skip
    return render(request, "interventions/intervention.html", context)


@require(Capability.EDIT_LIBRARY, writes=["POST"])
def new(request: Any) -> HttpResponse:
    """A new entry."""
    form = InterventionForm(request.POST or None, tiers=request.school.tiers_on(today()))
    if form.is_valid():
        try:
            entry = actions.add_intervention(
                school=request.school, fields=form.fields_to_write, areas=form.cleaned_data["areas"], by=request.user
            )
        except IntegrityError:
            form.add_error("name", TAKEN)
        else:
            messages.success(request, "Added to the library.")
            return redirect("interventions:intervention", entry.pk)
    return render(
        request, "interventions/intervention_edit.html", {"section": "library", "form": form},
        status=422 if form.is_bound else 200,
    )  # fmt: skip


@require(Capability.EDIT_LIBRARY, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """Change an entry; when somebody else did so meanwhile, both versions are shown."""
    entry = get_object_or_404(_entries(request).select_related("school").for_library(), pk=pk)
    form = InterventionForm(
        request.POST or None, initial=InterventionForm.reading(entry), tiers=request.school.tiers_on(today())
    )
    context: dict[str, Any] = {"section": "library", "form": form, "entry": entry}
    if form.is_valid():
        try:
            actions.change_intervention(
                intervention=entry, changes=form.fields_to_write, areas=form.cleaned_data["areas"],
                seen=form.cleaned_data["seen"] or 0, by=request.user,
            )  # fmt: skip
        except Stale as clash:
            current = Intervention.objects.for_library().get(pk=clash.current.pk)
            context["clash"] = both(form, InterventionForm.reading(current))
            context["form"] = InterventionForm(
                initial={**form.cleaned_data, "seen": current.version}, tiers=request.school.tiers_on(today())
            )
            return render(request, "interventions/intervention_edit.html", context, status=409)
        except IntegrityError:
            form.add_error("name", TAKEN)
        else:
            messages.success(request, "Saved.")
            return redirect("interventions:intervention", pk)
    return render(request, "interventions/intervention_edit.html", context, status=422 if form.is_bound else 200)


@require(Capability.EDIT_LIBRARY, writes=["POST"])
def archive(request: Any, pk: int) -> HttpResponse:
    """Take an entry out of use, or bring it back."""
    entry = get_object_or_404(_entries(request).select_related("school").for_library(), pk=pk)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        on = None if entry.archived_at else today()
        try:
            actions.archive_intervention(intervention=entry, on=on, seen=typed.number(seen), by=request.user)
            messages.success(request, "Archived. Bring it back from this page." if on else "Back in use.")
        except Stale:
            messages.error(request, "Somebody changed this entry meanwhile. Look at it, then try again.")
        except IntegrityError:
            messages.error(request, TAKEN)
    return redirect("interventions:intervention", pk)
