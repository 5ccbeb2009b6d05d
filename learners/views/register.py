"""The register: everybody this person may see, found, narrowed and sorted."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from learners.filters import RegisterFilter, in_order, matching, sort_key
from learners.forms.search import SearchForm
from learners.models import Learner
from learners.views.tags import row_of
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment

ROWS = 50
COLUMNS = [("name", "Name"), ("year", "Year"), ("group", "Group"), ("sen", "SEN")]


@require(Capability.SEE_ALL_LEARNERS, Capability.SEE_OWN_LEARNERS, writes=["POST"])
def register(request: Any) -> HttpResponse:
    """The register. Filters, sort and page stand in the address; the words searched for are posted."""
    asked = request.POST if request.method == "POST" else request.GET
    search = SearchForm(request.POST if request.method == "POST" else None)
    words = search.cleaned_data["q"].strip() if search.is_valid() else ""
    flags = Capability.SEE_FLAGS in request.capabilities
    seen = Learner.objects.visible_to(request.user).filter(school=request.school)
    narrowed = RegisterFilter(asked, seen.for_register(), request=request, today=today(), flags=flags)
    rows = matching(narrowed.qs, words)
    sort = sort_key(asked.get("sort", ""))
    page = Paginator(in_order(rows, sort), ROWS).get_page(asked.get("page"))
    counted(request, len(page), searched=bool(words))
    address = _address(narrowed.chosen, sort, page.number)
    if request.method == "POST" and not words and not request.htmx:
        return redirect(address)
    shown = {
        "section": "learners",
        "filter": narrowed,
        "search": search,
        "words": words,
        "page": page,
        "rows": [row_of(learner, flags=flags) for learner in page],
        "back": _address(narrowed.chosen, sort, page.number - 1),
        "on": _address(narrowed.chosen, sort, page.number + 1),
        "sort": sort,
        "columns": _columns(sort),
        "tally": _tally(rows),
        "narrowed": bool(narrowed.chosen or words),
        "nobody": not page.paginator.count and not seen.exists(),
    }
    answer = fragment(request, "learners/register.html#rows", shown)
    if request.htmx:
        answer["HX-Replace-Url"] = address
    return answer


def _address(chosen: dict[str, str], sort: str, number: int) -> str:
    """The register's address with its filters, and with sort and page where they are not the usual ones."""
    keys = dict(chosen)
    if sort != "name":
        keys["sort"] = sort
    if number > 1:
        keys["page"] = str(number)
    return reverse("learners:register") + (f"?{urlencode(keys)}" if keys else "")


def _columns(sort: str) -> list[dict[str, str]]:
    """The headings that sort: what a press asks for, and how the column is sorted now."""
    columns = []
    for key, title in COLUMNS:
        state = {key: "ascending", f"-{key}": "descending"}.get(sort, "none")
        asks = f"-{key}" if state == "ascending" else key
        columns.append({"key": key, "title": title, "asks": asks, "state": state})
    return columns


def _tally(rows: QuerySet[Any]) -> dict[str, int]:
    """How many learners, and how many of them at SEN support and with a plan: one query."""
    return rows.order_by().aggregate(
        learners=Count("pk"),
        support=Count("pk", filter=Q(sen_code="K")),
        plans=Count("pk", filter=Q(sen_code="E")),
    )
