"""Who is away: absences of staff and trips."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions import away as actions
from interventions.forms.away import AbsenceForm, TripForm
from interventions.models import StaffAbsence, Trip
from learners.models import Group, Learner
from provisionmap.school.access import NotAllowed, can, require
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed

ABSENCE, TRIP = "interventions/away/absence.html", "interventions/away/trip.html"
TELLERS = (Capability.LOG_ALL, Capability.LOG_OWN)
LOOK_BACK = timedelta(days=28)
MOVED = "Somebody changed this meanwhile. Look at it again."
SECTION = {"section": "timetable"}


def _absences(request: Any) -> Any:
    rows = StaffAbsence.objects.visible_to(request.user).filter(school=request.school)
    return rows.select_related("user", "school")


def _trips(request: Any) -> Any:
    return Trip.objects.visible_to(request.user).filter(school=request.school).select_related("school")


def _learners(request: Any, trip: Trip | None = None) -> Any:
    """Who may go: learners on roll today, and those who are on the trip already, though they may have left since."""
    seen = Learner.objects.visible_to(request.user).filter(school=request.school).order_by("surname", "forename", "pk")
    here = seen.on_roll(today())
    return seen.filter(Q(pk__in=here.order_by().values("pk")) | Q(pk__in=trip.learners.values("pk"))) if trip else here


def _all(request: Any) -> bool:
    return can(request.user, Capability.LOG_ALL, request.school)


@require(Capability.SEE_MAP)
def listed(request: Any) -> HttpResponse:
    """Who is away now and soon, and who was in the last four weeks."""
    since = today() - LOOK_BACK
    mine = Q(learners__in=Learner.objects.visible_to(request.user))
    trips = _trips(request).filter(ends__gte=since).annotate(count=Count("learners", filter=mine, distinct=True))
    absences = list(_absences(request).filter(ends__gte=since).order_by("starts", "user__name", "pk"))
    trips = list(trips.order_by("starts", "name", "pk"))
    shown = SECTION | {
        "absences": [one for one in absences if one.ends >= today()],
        "trips": [one for one in trips if one.ends >= today()],
        "before": [one for one in absences if one.ends < today()],
        "trips_before": [one for one in trips if one.ends < today()],
        "today": today(),
        "all": _all(request),
        "tells": any(can(request.user, one, request.school) for one in TELLERS),
    }
    return render(request, "interventions/away/listed.html", shown)


@require(*TELLERS, writes=["POST"])
def add(request: Any) -> HttpResponse:
    """Say that somebody is away; of oneself, where the role logs one's own sessions only."""
    staff = User.objects.at(request.school, today()) if _all(request) else None
    form = AbsenceForm(request.POST or None, initial={"starts": today()}, staff=staff)
    shown = SECTION | {"form": form, "absence": None}
    if not form.is_valid():
        return render(request, ABSENCE, shown, status=422 if form.is_bound else 200)
    user = form.cleaned_data["user"] if staff is not None else request.user
    try:
        row = actions.add_absence(school=request.school, user=user, **form.days, by=request.user)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return render(request, ABSENCE, shown, status=422)
    messages.success(request, f"{user.name} is away.")
    return redirect("interventions:absence-cover", row.pk) if _all(request) else redirect("interventions:away")


def _saved(request: Any, change: Callable[[], Any], page: str, shown: dict[str, Any]) -> HttpResponse:
    """Do what the form of `shown` asks for, and back to the list; else the form again with what stands in the way."""
    form, status = shown["form"], 422
    try:
        change()
    except NotAllowed as refused:
        form.add_error(None, str(refused))
    except Stale as clash:
        shown["theirs"], status = clash.current, 409
        form.data = form.data.copy()
        form.data["seen"] = str(clash.current.version)
    else:
        messages.success(request, "Saved.")
        return redirect("interventions:away")
    return render(request, page, shown, status=status)


@require(*TELLERS, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """Move the days somebody is away."""
    row = get_object_or_404(_absences(request), pk=pk)
    initial = {"starts": row.starts, "ends": row.ends, "seen": row.version}
    form = AbsenceForm(request.POST or None, initial=initial, staff=None)
    shown = SECTION | {"form": form, "absence": row, "all": _all(request)}
    if not form.is_valid():
        return render(request, ABSENCE, shown, status=422 if form.is_bound else 200)
    seen = form.cleaned_data["seen"] or 0
    change = partial(actions.change_absence, absence=row, **form.days, seen=seen, by=request.user)
    return _saved(request, change, ABSENCE, shown)


@require(*TELLERS, writes=["POST"])
def remove(request: Any, pk: int) -> HttpResponse:
    """Somebody is not away after all."""
    row = get_object_or_404(_absences(request), pk=pk)
    if request.method != "POST":
        return redirect("interventions:absence", pk)
    try:
        actions.remove_absence(absence=row, seen=typed.number(request.POST.get("seen")), by=request.user)
    except (NotAllowed, Stale) as refused:
        messages.error(request, str(refused) if isinstance(refused, NotAllowed) else MOVED)
        return redirect("interventions:absence", pk)
    messages.success(request, f"{row.user.name} is not away then: their sessions are planned again.")
    return redirect("interventions:away")


def _trip_form(request: Any, initial: dict[str, Any], trip: Trip | None = None) -> TripForm:
    groups = Group.objects.visible_to(request.user).filter(school=request.school)
    return TripForm(
        request.POST or None, initial=initial, here=_learners(request), learners=_learners(request, trip), groups=groups
    )  # fmt: skip


def _picked(request: Any, trip: Trip | None) -> list[Learner]:
    """Those ticked: as sent, or those who go."""
    rows = _learners(request, trip)
    if request.method == "POST":
        found = list(rows.filter(pk__in=[typed.number(one) for one in request.POST.getlist("learners")]))
    else:
        found = list(rows.filter(trips=trip)) if trip else []
    counted(request, len(found))
    return found


@require(Capability.LOG_ALL, writes=["POST"])
def add_trip(request: Any) -> HttpResponse:
    """Enter a trip or an event."""
    form = _trip_form(request, {"starts": today()})
    shown = SECTION | {"form": form, "trip": None, "picked": _picked(request, None)}
    if not form.is_valid():
        return render(request, TRIP, shown, status=422 if form.is_bound else 200)
    try:
        row = actions.add_trip(school=request.school, outing=form.outing, by=request.user)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return render(request, TRIP, shown, status=422)
    count = len(form.chosen)
    messages.success(request, f"{row.name} is entered for {count} learner{'' if count == 1 else 's'}.")
    return redirect("interventions:away")


@require(Capability.LOG_ALL, writes=["POST"])
def edit_trip(request: Any, pk: int) -> HttpResponse:
    """Change a trip."""
    row = get_object_or_404(_trips(request), pk=pk)
    initial = {"name": row.name, "starts": row.starts, "ends": row.ends, "seen": row.version}
    form = _trip_form(request, initial, row)
    shown = SECTION | {"form": form, "trip": row, "picked": _picked(request, row)}
    if not form.is_valid():
        return render(request, TRIP, shown, status=422 if form.is_bound else 200)
    seen = form.cleaned_data["seen"] or 0
    change = partial(actions.change_trip, trip=row, outing=form.outing, seen=seen, by=request.user)
    return _saved(request, change, TRIP, shown)


@require(Capability.LOG_ALL, writes=["POST"])
def remove_trip(request: Any, pk: int) -> HttpResponse:
    """A trip does not take place."""
    row = get_object_or_404(_trips(request), pk=pk)
    if request.method != "POST":
        return redirect("interventions:trip", pk)
    try:
        actions.remove_trip(trip=row, seen=typed.number(request.POST.get("seen")), by=request.user)
    except (NotAllowed, Stale) as refused:
        messages.error(request, str(refused) if isinstance(refused, NotAllowed) else MOVED)
        return redirect("interventions:trip", pk)
    messages.success(request, f"{row.name} is removed: those sessions are planned again.")
    return redirect("interventions:away")
