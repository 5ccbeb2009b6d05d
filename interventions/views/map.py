"""The whole-school map: the page with its views, its further rows, its search, and what changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from interventions.cells import Above, rows_html
from interventions.forms.several import ACTS
from interventions.frame import (
    ROWED,
    Frame,
    everybody,
    frame_for,
    heads_of,
    in_parts,
    items_for,
    people_of,
    recorded_later,
    tidied,
    whole,
)
from interventions.grid import Sums, arrange, matrix
from interventions.grid.learners import words
from interventions.grid.sections import Heading
from interventions.models import Placement, Provision
from interventions.tables import Ways, matrix_html, table_html
from learners.models import Learner
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.web import typed
from provisionmap.web.htmx import fragment

ROWS = 50  # learners in the first answer: what a screen or two shows
MORE = 150  # and in each that scrolling asks for: a map of 500 is whole after three of them
FOUND = 200  # learners that a search shows at once, as its words are in no address that a next page could have
OVERLAP = timedelta(seconds=5)  # a save is dated before it commits: look back a little, twice is harmless
OLDEST = timedelta(days=1)  # a map left open longer is loaded anew
MOST_TOLD = 200  # learners named in one answer; more, and every row that is shown is drawn anew
MOST_TEXT = 80  # characters of a search
Parts = Sequence[tuple[Heading, list[int], Sums]]


def frame_of(request: Any, text: str = "") -> Frame:
    """What this request asks for, read for whoever asks."""
    return frame_for(school=request.school, user=request.user, query=request.GET, text=text)


def _headed(parts: Parts, wanted: Sequence[int]) -> list[int | Above]:
    """The learners `wanted`, with the heading of each section before its first learner."""
    firsts = {
        pks[0]: Above(place, heading.label, words(sums))
        for place, (heading, pks, sums) in enumerate(parts)
        if heading.label
    }
    found: list[int | Above] = []
    for pk in wanted:
        found += [firsts[pk], pk] if pk in firsts else [pk]
    return found


def rows_of(frame: Frame, wanted: Sequence[int], parts: Parts, names: Sequence[tuple[str, int]] = ()) -> SafeString:
    """The table rows of the learners `wanted`, in the view's way; `names` are the columns of the interventions."""
    people = people_of(frame, wanted)
    headed = _headed(parts, [pk for pk in wanted if pk in people])
    if frame.view == "interventions":
        filled = matrix.cells(items_for(frame, wanted, [name for name, _ in names]), names)
        shown = [one if isinstance(one, Above) else people[one] for one in headed]
        return matrix_html(shown, filled, names, frame.shown, picking=frame.picking)
    rows = {row.who.pk: row for row in arrange(people.values(), items_for(frame, wanted), list(frame.columns))}
    may_add: frozenset[int] = frozenset() if frame.picking else frame.editable
    return rows_html(
        [one if isinstance(one, Above) else rows[one] for one in headed],
        frame.columns,
        may_add,
        frame.shown,
        picking=frame.picking,
    )


def tally_of(frame: Frame, learners: Sequence[int]) -> dict[str, Any]:
    """Totals of `learners` under the filters: they, their placements, minutes planned in a full week. One query.

    `confidential` says whether any of the placements is, for paper to say so.
    """
    shown = frame.selection.placed(learners)
    sums = shown.aggregate(
        placements=Count("pk"),
        minutes=Sum(F("minutes") * F("sessions")),
        confidential=Count("pk", filter=Q(confidential=True) | Q(provision__confidential=True)),
    )
    return {"learners": len(learners), **sums, "minutes": sums["minutes"] or 0}


def page_number(request: HttpRequest) -> int:
    """Which rows are asked for: the first fifty, or the next of those after; anything odd is the first."""
    text = request.GET.get("page", "1")
    return max(1, typed.number(text)) if len(text) < 6 else 1


def search_of(request: Any) -> str:
    """What was typed into the search: from the body only, so that names stay out of addresses and logs."""
    return typed.words(request.POST.get("text"), MOST_TEXT)


def _rowed(frame: Frame, keys: Sequence[Any], page: int, text: str) -> dict[str, Any]:
    """One page of a view that has a row a learner, and which comes next."""
    begin = 0 if page == 1 else ROWS + (page - 2) * MORE
    end = begin + (MORE if page > 1 else FOUND if text else ROWS)
    parts = in_parts(frame, keys)
    order = [pk for _, pks, _ in parts for pk in pks]
    heads = heads_of(frame, order) if frame.view == "interventions" else None
    more = len(order) > end
    return {
        "rows": rows_of(frame, order[begin:end], parts, heads.names if heads else ()),
        "heads": heads,
        "code": heads.code if heads else None,
        "columns": [(name, tier, frame.tiers.get(tier, f"Tier {tier}")) for name, tier in heads.names] if heads else [],
        "next_page": page + 1 if more and not text else None,
        "cut": FOUND if more and text else None,
        "now": (timezone.now() - OVERLAP).isoformat(),
    }


@require(Capability.SEE_MAP, writes=["POST"])
def show(request: Any) -> HttpResponse:
    """The map. POST carries a search, so that names stay out of addresses and logs."""
    tidy = tidied(request.GET) if request.method == "GET" else None
    if tidy is not None:
        return HttpResponseRedirect(f"{request.path}{'?' if tidy else ''}{tidy}")
    text = search_of(request)
    frame = frame_of(request, text)
    page = 1 if text else page_number(request)
    keys = everybody(frame)
    counted(request, len(keys), searched=bool(text))
    context: dict[str, Any] = {"section": "map", "frame": frame, "text": text, "page": page, "sums": []}
    context |= {
        "rows": "",
        "heads": None,
        "code": None,
        "columns": [],
        "next_page": None,
        "cut": None,
        "now": "",
        "acts": ACTS,
    }
    if frame.view in ROWED:
        context |= _rowed(frame, keys, page, text)
        if request.htmx and request.method == "GET" and page > 1:
            if context["heads"] and request.GET.get("columns") != context["heads"].code:
                return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # they would stand in other columns
            return fragment(request, "interventions/map.html#more", context)
    else:
        table = whole(frame, keys)
        ways = Ways(frame.staff_address, frame.learners_address if frame.view == "areas" else "", frame.tiers)
        context["rows"] = table_html(table, frame.shown, ways) if table.says_something else ""
    context["tally"] = tally_of(frame, [one.pk for one in keys])
    context["later"] = recorded_later(frame, keys)
    if request.htmx and request.method == "POST":
        return fragment(request, "interventions/map.html#searched", context)
    return render(request, "interventions/map.html", context)


@require(Capability.SEE_MAP, writes=["POST"])
def tally(request: Any) -> HttpResponse:
    """The totals, after something was saved, and those of the sections. POST carries the search."""
    frame = frame_of(request, search_of(request))
    keys = everybody(frame)
    parts = in_parts(frame, keys) if frame.by and frame.view in ROWED else []
    sums = [(place, words(held)) for place, (_, _, held) in enumerate(parts)]
    context = {"frame": frame, "tally": tally_of(frame, [one.pk for one in keys]), "sums": sums}
    return render(request, "interventions/map.html#summary", context)


@require(Capability.SEE_MAP)
def changes(request: Any) -> HttpResponse:
    """Which learners' cells changed since the time given, for maps that are open elsewhere."""
    now = timezone.now() - OVERLAP
    answer = {"now": now.isoformat(), "learners": [], "many": False}
    since = _moment(request.GET.get("since", ""))
    if since is None or abs(now - since) > OLDEST:
        return JsonResponse(answer)
    seen = Placement.objects.visible_to(request.user).filter(school=request.school)
    # What was taken off the map is nobody's any more: its learner is told of, if it was not confidential.
    gone = ~Q(id__in=Placement.objects.values("pk")) & Q(confidential=False, provision__confidential=False)
    rows = Placement.history.filter(school=request.school, history_date__gt=since)
    changed = rows.filter(Q(id__in=seen.values("pk")) | gone).values("learner_id")
    renamed = Provision.history.filter(school=request.school, history_date__gt=since).values("id")
    touched = Q(pk__in=changed) | Q(pk__in=seen.filter(provision__in=renamed).values("learner_id"))
    learners = Learner.objects.visible_to(request.user).filter(touched, school=request.school)
    found = list(learners.values_list("pk", flat=True).order_by("pk")[: MOST_TOLD + 1])
    return JsonResponse(answer | {"learners": found[:MOST_TOLD], "many": len(found) > MOST_TOLD})


def _moment(text: str) -> datetime | None:
    """A moment as maps send it back to us; None for anything odd."""
    try:
        since = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return since if since and since.tzinfo and 2000 < since.year < 9000 else None


@require(Capability.SEE_MAP, writes=["POST"])
def rows(request: Any) -> HttpResponse:
    """The rows of the learners named, as a reload would show them. POST carries the search."""
    frame = frame_of(request, search_of(request))
    frame.by = ""  # headings stay where they are: only cells are swapped
    wanted = [typed.number(text) for text in request.GET.getlist("learner")][:200]
    shown = list(frame.selection.learners.filter(pk__in=wanted).values_list("pk", flat=True))
    counted(request, len(shown))
    return HttpResponse(f"<table><tbody>{rows_of(frame, shown, [])}</tbody></table>")
