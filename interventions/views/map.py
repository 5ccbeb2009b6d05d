"""The whole-school map: the page, its further rows, its search, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from interventions.cells import rows_html
from interventions.filters import MapFilter, Selection, select
from interventions.grid import arrange
from interventions.models import Placement, Provision
from interventions.permissions import can_edit
from interventions.reading import items_of, who_of
from learners.models import Group, Learner
from provisionmap.school.access import require
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.htmx import fragment

ROWS = 50  # learners in the first answer: what a screen or two shows
MORE = 150  # and in each that scrolling asks for: a map of 500 is whole after three of them
FOUND = 200  # learners that a search shows at once, as its words are in no address that a next page could have
OVERLAP = timedelta(seconds=5)  # a save is dated before it commits: look back a little, twice is harmless
READING_ORDER = ("surname", "forename", "pk")
MOST_TEXT = 80  # characters of a search


@dataclass
class Frame:
    """What every answer about the map needs to know first."""

    filter: MapFilter
    day: date
    tiers: dict[int, str]
    editable: frozenset[int]
    selection: Selection

    @property
    def past(self) -> date | None:
        """The day of an earlier or later map; None for today's."""
        return self.day if self.filter.cleaned_data.get("as_of") else None


def frame_of(request: Any, text: str = "") -> Frame:
    """The day, the tiers of that day, what this person may change, and the filtered rows."""
    school, user = request.school, request.user
    try:
        day = MapFilter.base_fields["as_of"].clean(request.GET.get("as_of", "")) or today()
    except ValidationError:
        day = today()
    tiers = school.tiers_on(day)
    state = MapFilter(
        request.GET,
        groups=Group.objects.visible_to(user).filter(school=school),
        staff=User.objects.at(school, today()),
        tiers=tiers,
    )
    state.is_valid()
    editable = frozenset(tier for tier in tiers if can_edit(school, tier, user)) if day == today() else frozenset()
    chosen = state.cleaned_data
    return Frame(state, day, tiers, editable, select(school=school, user=user, day=day, chosen=chosen, text=text))


def body_of(frame: Frame, learners: Sequence[Learner]) -> str:
    """The table rows of `learners`."""
    items = items_of(frame.selection.placements, [one.pk for one in learners], frame.day, frame.editable)
    rows = arrange([who_of(one) for one in learners], items, list(frame.tiers))
    return rows_html(rows, frame.tiers, frame.editable)


def in_order(frame: Frame) -> list[int]:
    """The learners the filters leave, in reading order: found once, and named to whatever else is asked.

    Asked again inside each question, the filters cost more than the answers.
    """
    return list(frame.selection.learners.order_by(*READING_ORDER).values_list("pk", flat=True))


def tally_of(frame: Frame, learners: Sequence[int]) -> dict[str, int]:
    """Totals of `learners` under the filters: they, their placements, minutes planned in a full week. One query."""
    shown = frame.selection.placements.filter(learner__in=learners)
    sums = shown.aggregate(placements=Count("pk"), minutes=Sum(F("minutes") * F("sessions")))
    return {"learners": len(learners), "placements": sums["placements"], "minutes": sums["minutes"] or 0}


def page_number(request: HttpRequest) -> int:
    """Which rows are asked for: the first fifty, or the next of those after; anything odd is the first."""
    text = request.GET.get("page", "1")
    return max(1, typed.number(text)) if len(text) < 6 else 1


def search_of(request: Any) -> str:
    """What was typed into the search: from the body only, so that names stay out of addresses and logs."""
    return typed.words(request.POST.get("text"), MOST_TEXT)


@require(Capability.SEE_MAP, writes=["POST"])
def show(request: Any) -> HttpResponse:
    """The map. POST carries a search, so that names stay out of addresses and logs."""
    text = search_of(request)
    frame = frame_of(request, text)
    page = 1 if text else page_number(request)
    begin = 0 if page == 1 else ROWS + (page - 2) * MORE
    end = begin + (MORE if page > 1 else FOUND if text else ROWS)
    everybody = in_order(frame)
    learners = list(Learner.objects.filter(pk__in=everybody[begin:end]).for_register(frame.past))
    more = len(everybody) > end
    context = {
        "section": "map",
        "frame": frame,
        "rows": body_of(frame, learners),
        "next_page": page + 1 if more and not text else None,
        "cut": FOUND if more and text else None,
        "page": page,
        "text": text,
        "now": (timezone.now() - OVERLAP).isoformat(),
    }
    if request.htmx and request.method == "GET" and page > 1:
        return fragment(request, "interventions/map.html#more", context)
    context["tally"] = tally_of(frame, everybody)
    if request.htmx and request.method == "POST":
        return fragment(request, "interventions/map.html#found", context)
    return render(request, "interventions/map.html", context)


@require(Capability.SEE_MAP, writes=["POST"])
def tally(request: Any) -> HttpResponse:
    """The totals, after something was saved. POST carries the search."""
    frame = frame_of(request, search_of(request))
    context = {"frame": frame, "tally": tally_of(frame, in_order(frame))}
    return render(request, "interventions/map.html#summary", context)


@require(Capability.SEE_MAP)
def changes(request: Any) -> HttpResponse:
    """Which learners' cells changed since the time given, for maps that are open elsewhere."""
    since = parse_datetime(request.GET.get("since", "").replace(" ", "+"))
    now = timezone.now() - OVERLAP
    if since is None or since.tzinfo is None:
        return JsonResponse({"now": now.isoformat(), "learners": []})
    changed = Placement.history.filter(school=request.school, history_date__gt=since).values("learner_id")
    renamed = Provision.history.filter(school=request.school, history_date__gt=since).values("id")
    placed = Placement.objects.filter(provision__in=renamed).values("learner_id")
    touched = Q(pk__in=changed) | Q(pk__in=placed)
    seen = Learner.objects.visible_to(request.user).filter(touched, school=request.school)
    learners = list(seen.values_list("pk", flat=True).order_by("pk")[:200])
    return JsonResponse({"now": now.isoformat(), "learners": learners})


@require(Capability.SEE_MAP, writes=["POST"])
def rows(request: Any) -> HttpResponse:
    """The rows of the learners named, as a reload would show them. POST carries the search."""
    frame = frame_of(request, search_of(request))
    wanted = [typed.number(text) for text in request.GET.getlist("learner")][:200]
    learners = list(frame.selection.learners.filter(pk__in=wanted).for_register(frame.past))
    return HttpResponse(f"<table><tbody>{body_of(frame, learners)}</tbody></table>")
