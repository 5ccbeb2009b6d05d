"""An earlier map as it was then recorded: to be read, never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from interventions.cells import rows_html
from interventions.filters import year_choices
from interventions.forms.history import ThenFilter
from interventions.grid import arrange
from interventions.then import map_then
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

ROWS = 50


@require(Capability.SEE_MAP)
def show(request: Any) -> HttpResponse:
    """The map of a day as recorded by the end of a day: that same day, unless another is asked for."""
    school, user = request.school, request.user
    years = year_choices(school, request.GET.get("year"))
    state = ThenFilter(request.GET, school=school, user=user, tiers=school.tiers_on(today()), years=years)
    state.is_valid()
    given = state.cleaned_data
    yesterday = today() - timedelta(days=1)
    known = min(given.get("known") or given.get("as_of") or yesterday, today())
    day = given.get("as_of") or known
    then = map_then(school=school, user=user, day=day, known=known, chosen=given)
    page = Paginator(then.learners, ROWS).get_page(request.GET.get("page"))
    # A tier that is filtered out would look as if nothing had been there.
    columns = {code: label for code, label in then.tiers.items() if given.get("tier") in ("", None, str(code))}
    rows = arrange(page.object_list, then.items, list(columns))
    filters = {name: value for name, value in given.items() if value and name not in ("as_of", "known")}
    shown = {
        "section": "map", "then": then, "page": page, "filters": filters, "same": day == known,
        "form": ThenFilter(
            {**filters, "as_of": day, "known": known}, school=school, user=user, tiers=then.tiers, years=years
        ),
        "rows": rows_html(rows, columns, frozenset()), "columns": columns,
    }  # fmt: skip
    return render(request, "interventions/then.html", shown)
