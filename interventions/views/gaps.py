"""Gaps and overlaps: the overview with counts, and the rows of one with what puts each right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions.provisions import change_provision
from interventions.areas import AREAS
from interventions.dose import Dose
from interventions.forms.gaps import TeacherForm
from interventions.gaps import BY_KEY, Finder, Gap
from learners.census import YEARS
from provisionmap.school.access import NotAllowed, can, require
from provisionmap.school.models import StaffHours, User
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.paging import page_of


def _finder(request: Any) -> Finder:
    return Finder(school=request.school, user=request.user, day=today())


def _hours_known(request: Any, finder: Finder) -> bool | None:
    """Whether anybody's working week is known; None for who is not told of hours."""
    return StaffHours.objects.filter(school=request.school).exists() if finder.everybody else None


@require(Capability.SEE_MAP)
def overview(request: Any) -> HttpResponse:
    """Every kind of gap with how many there are today."""
    finder = _finder(request)
    tallies = finder.tallies()
    shown = {
        "section": "map",
        "today": today(),
        "gaps": list(tallies.values()),
        "total": sum(one.rows for one in tallies.values()),
        "hours_known": _hours_known(request, finder),
    }
    return render(request, "interventions/gaps.html", shown)


@require(Capability.SEE_MAP, writes=["POST"])
def one(request: Any, key: str) -> HttpResponse:
    """The rows of one kind of gap, paged; with `provision` the form that names who answers for it, and its POST."""
    finder = _finder(request)
    gap = BY_KEY.get(key)
    if gap not in finder.gaps:
        raise Http404
    if gap.key == "no-teacher" and "provision" in request.GET:
        return _teacher(request, gap, finder)
    if request.method == "POST":
        raise Http404
    rows = finder.rows(gap)
    if gap.about == "learner":
        rows = rows.for_register()
    elif gap.about == "provision":
        rows = rows.select_related("group").prefetch_related("deliverers__user")
    page = page_of(request, rows)
    shown = {
        "section": "map",
        "gap": gap,
        "page": page,
        "rows": [_words(gap, row) for row in page],
        "tiers": request.school.tiers_on(today()),
        "hours_known": _hours_known(request, finder) if gap.about == "person" else None,
    }
    return render(request, "interventions/gap.html", shown)


def _teacher(request: Any, gap: Gap, finder: Finder) -> HttpResponse:
    """Choose who answers for one of the gap's provisions."""
    if not can(request.user, Capability.EDIT_MAP, request.school):
        raise PermissionDenied
    rows = finder.rows(gap).select_related("school", "group")
    provision = get_object_or_404(rows, pk=typed.number(request.GET["provision"]))
    staff = User.objects.at(request.school, today())
    form = TeacherForm(request.POST or None, initial={"seen": provision.version}, staff=staff)
    shown = {"section": "map", "gap": gap, "provision": provision, "form": form}
    shown["told"] = Dose(provision.sessions, provision.minutes).words_at(provision.tier)
    if not form.is_valid():
        return render(request, "interventions/gap_teacher.html", shown, status=422 if form.is_bound else 200)
    chosen = form.cleaned_data
    changes = {"responsible": chosen["responsible"]}
    try:
        change_provision(provision=provision, changes=changes, deliverers=None, seen=chosen["seen"], by=request.user)
    except (NotAllowed, Stale) as refused:
        stale = isinstance(refused, Stale)
        form.add_error(None, "Somebody changed it meanwhile. Look at it again, then choose." if stale else str(refused))
        return render(request, "interventions/gap_teacher.html", shown, status=409 if stale else 422)
    messages.success(request, f"{chosen['responsible'].name} answers for {provision.name} now.")
    return redirect("interventions:gap", gap.key)


def _words(gap: Gap, row: Any) -> dict[str, Any]:
    """What the page says of one row, so that its template asks nothing for each of them."""
    if gap.about == "person":
        return {"row": row, "weekly": row.minutes - row.over}
    if gap.about == "learner":
        needs = [code for rank in (1, 2, 3, 4) if (code := getattr(row, f"sen_need_{rank}"))]
        return {"row": row, "learner": row, "year": YEARS.get(row.nc_year, ""), "needs": ", ".join(needs)}
    tier = row.tier if gap.about == "provision" else row.provision.tier
    dose = Dose(row.sessions, row.minutes).words_at(tier)
    if gap.about == "provision":
        people = ", ".join(str(adult) for adult in row.deliverers.all())
        return {"row": row, "dose": dose, "people": people, "area": AREAS[row.area], "tier": tier}
    provision = row.provision
    return {
        "row": row, "learner": row.learner, "year": YEARS.get(row.learner.nc_year, ""), "dose": dose,
        "area": AREAS[provision.area], "tier": tier, "provision": provision,
    }  # fmt: skip
