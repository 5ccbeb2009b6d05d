"""Settings: the school's details, its tiers, and what each role can do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from provisionmap.school import tier_use
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions import school as actions
from provisionmap.school.forms.settings import KeepingForm, SchoolForm, TiersForm
from provisionmap.school.models import Alarm, Membership
from provisionmap.school.permissions import WALKERS
from provisionmap.school.roles import GRANTS, LABELS, SENTENCES, Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

OFFICE = sorted(WALKERS)


@require(*OFFICE)
def settings(request: Any) -> HttpResponse:
    """What can be set, with the present state of each."""
    day = today()
    people = Membership.objects.on(day).filter(school=request.school).values("user").distinct().count()
    shown = {
        "section": "settings",
        "tiers": request.school.tiers_on(day),
        "later": request.school.tier_labels.filter(starts__gt=day).exclude(label="").order_by("starts", "code"),
        "planned": tier_use.planned(request.school),
        "people": people,
        "alarms": Alarm.objects.of(request.school).filter(noticed_at=None).count(),
        "terms": request.school.terms.filter(ends__gte=day).count(),
    }
    return render(request, "school/settings.html", shown)


@require(Capability.MANAGE_SETTINGS, writes=["POST"])
def details(request: Any) -> HttpResponse:
    """The school's name and official numbers; both versions when somebody else saved meanwhile."""
    form = SchoolForm(request.POST or None, initial=SchoolForm.reading(request.school))
    shown: dict[str, Any] = {"section": "settings", "form": form}
    if not form.is_valid():
        return render(request, "school/details.html", shown, status=422 if form.errors else 200)
    try:
        actions.change_school(
            school=request.school, changes=form.values, seen=form.cleaned_data["seen"], by=request.user
        )
    except Stale as stale:
        form.data = form.data.copy()
        form.data["seen"] = stale.current.version
        return render(request, "school/details.html", shown | {"clash": stale.current}, status=409)
    messages.success(request, "The school's details are saved.")
    return redirect("school:settings")


@require(Capability.MANAGE_SETTINGS, writes=["POST"])
def keeping(request: Any) -> HttpResponse:
    """How long records are kept; both versions when somebody else saved meanwhile."""
    form = KeepingForm(request.POST or None, initial=KeepingForm.reading(request.school))
    shown: dict[str, Any] = {"section": "settings", "form": form}
    if not form.is_valid():
        return render(request, "school/keeping.html", shown, status=422 if form.errors else 200)
    try:
        actions.change_school(
            school=request.school, changes=form.values, seen=form.cleaned_data["seen"], by=request.user
        )
    except Stale as stale:
        form.data = form.data.copy()
        form.data["seen"] = stale.current.version
        return render(request, "school/keeping.html", shown | {"clash": stale.current}, status=409)
    messages.success(request, "How long records are kept is saved. Nothing is disposed of by itself.")
    return redirect("school:settings")


@require(Capability.MANAGE_SETTINGS, writes=["POST"])
def tiers(request: Any) -> HttpResponse:
    """Which tiers the school has and what it calls them from a day on."""
    day = today()
    fixed = request.school.tier_set if tier_use.codes_in_use(request.school) else ""
    form = TiersForm(request.POST or None, initial=TiersForm.reading(request.school, day), fixed=fixed)
    shown: dict[str, Any] = {"section": "settings", "form": form, "now": request.school.tiers_on(day)}
    shown["planned"] = tier_use.planned(request.school)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_tiers(
                school=request.school, tier_set=form.chosen_set, labels=form.labels,
                starts=given["starts"], seen=given["seen"], by=request.user,
            )  # fmt: skip
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except Stale as stale:
            form.data = form.data.copy()
            form.data["seen"] = stale.current.version
            shown |= {"clash": stale.current, "now": stale.current.tiers_on(day)}
            return render(request, "school/tiers.html", shown, status=409)
        else:
            messages.success(request, f"The tiers are saved and count from {given['starts']:%d/%m/%Y}.")
            return redirect("school:settings")
    return render(request, "school/tiers.html", shown, status=422 if form.errors else 200)


@require()
def roles(request: Any) -> HttpResponse:
    """What each role can do: the table of `roles`, as people read it."""
    cards = [
        {"label": label, "sentence": SENTENCES[role], "can": [one.value for one in Capability if one in GRANTS[role]]}
        for role, label in LABELS.items()
    ]
    table = [(one.value, [one in GRANTS[role] for role in LABELS]) for one in Capability]
    shown = {"section": "settings", "cards": cards, "labels": list(LABELS.values()), "table": table}
    return render(request, "school/roles.html", shown)
