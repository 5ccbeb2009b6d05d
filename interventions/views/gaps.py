"""Gaps and overlaps: the overview with counts, and the rows of one with what puts each right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from interventions.areas import AREAS
from interventions.dose import Dose
from interventions.gaps import BY_KEY, Finder, Gap
from learners.census import YEARS
from provisionmap.school.access import require
from provisionmap.school.models import StaffHours
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web.paging import page_of


def _finder(request: Any) -> Finder:
    return Finder(school=request.school, user=request.user, day=today())


@require(Capability.SEE_MAP)
def overview(request: Any) -> HttpResponse:
    """Every kind of gap with how many there are today."""
    finder = _finder(request)
    counts = finder.counts()
    shown = {
        "section": "map",
        "today": today(),
        "gaps": [{"gap": gap, "count": counts[gap.key]} for gap in finder.gaps],
        "total": sum(counts.values()),
        "hours_known": StaffHours.objects.filter(school=request.school).exists() if finder.everybody else None,
    }
    return render(request, "interventions/gaps.html", shown)


@require(Capability.SEE_MAP)
def one(request: Any, key: str) -> HttpResponse:
    """The rows of one kind of gap, paged."""
    finder = _finder(request)
    gap = BY_KEY.get(key)
    if gap not in finder.gaps:
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
    }
    return render(request, "interventions/gap.html", shown)


def _words(gap: Gap, row: Any) -> dict[str, Any]:
    """What the page says of one row, so that its template asks nothing for each of them."""
    if gap.about == "person":
        return {"row": row, "hours": Decimal(row.minutes) / 60, "over": Decimal(row.over) / 60}
    if gap.about == "learner":
        needs = [code for rank in (1, 2, 3, 4) if (code := getattr(row, f"sen_need_{rank}"))]
        return {"row": row, "learner": row, "year": YEARS.get(row.nc_year, ""), "needs": ", ".join(needs)}
    dose = Dose(row.sessions, row.minutes).words
    if gap.about == "provision":
        people = ", ".join(str(adult) for adult in row.deliverers.all())
        return {"row": row, "dose": dose, "people": people, "area": AREAS[row.area], "tier": row.tier}
    provision = row.provision
    return {
        "row": row, "learner": row.learner, "year": YEARS.get(row.learner.nc_year, ""), "dose": dose,
        "area": AREAS[provision.area], "tier": provision.tier, "provision": provision,
    }  # fmt: skip
