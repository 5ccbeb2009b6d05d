"""What was delivered of what was owed: by what, over which days; and the same as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from interventions.accounts import (
    BY,
    HEADINGS,
    OVER,
    STAFF,
    UNDER,
    USUAL,
    Account,
    Counted,
    account,
    accounts,
    days_over,
    taught,
)
from interventions.areas import AREAS
from interventions.delivery import Line, Reading
from interventions.export.csv_file import csv_file
from interventions.models import Placement, Provision, Session
from interventions.shorter import shorter
from interventions.telling import marks_of
from learners.census import YEAR_ORDER, YEARS
from learners.models import Learner
from provisionmap.school.access import can, require
from provisionmap.school.calendar import Span
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.paging import page_of

NARROWED = ("area", "tier", "year", "provision")  # each read as it was in those days, as `Placed` has it
MOST_NUMBER = 1_000_000
A_PAGE = 50


@dataclass
class _Asked:
    """What the address says, with what it doesn't say as usual."""

    by: str
    over: str
    area: str = ""
    tier: str = ""
    year: str = ""
    provision: str = ""

    @property
    def narrowed(self) -> dict[str, str]:
        """What it is narrowed to."""
        return {name: value for name in NARROWED if (value := getattr(self, name))}

    def holds(self, line: Line) -> bool:
        """Whether a line fits what it is narrowed to."""
        return all(_key(line, name) == value for name, value in self.narrowed.items())

    def link(self, **changes: str) -> str:
        """The same page with something else chosen."""
        return "?" + urlencode({name: value for name, value in (vars(self) | changes).items() if value})


def _asked(request: Any) -> _Asked:
    get, staff = request.GET.get, can(request.user, Capability.SEE_ALL_LEARNERS, request.school)
    known = [*BY, *([STAFF] if staff else [])]
    by, over, tier = get("by", ""), get("over", ""), get("tier", "")
    return _Asked(
        by if by in known else "provision",
        over if over in OVER else USUAL,
        get("area", "") if get("area", "") in AREAS else "",
        tier if tier in {"1", "2", "3", "4"} else "",
        get("year", "") if get("year", "") in YEARS else "",
        str(typed.number(get("provision")) or ""),
    )


def _placements(request: Any) -> Any:
    return Placement.objects.visible_to(request.user).filter(school=request.school)


def _key(line: Line, by: str) -> str:
    return str(getattr(line.placed, by))


def _names(request: Any, by: str, lines: list[Line], day: date) -> dict[str, tuple[str, str]]:
    """What each heading was called on `day`, and what stands small beside it."""
    if by == "area":
        return {code: (label, "") for code, label in AREAS.items()}
    if by == "tier":
        tiers = request.school.tiers_on(day)
        return {str(code): (tiers.get(code, f"Tier {code}"), "") for code in range(1, 5)}
    if by == "year":
        return {code: (label, "") for code, label in YEARS.items()} | {"": ("No year group", "")}
    if by == "learner":
        seen = Learner.objects.visible_to(request.user).filter(school=request.school)
        rows = seen.select_related("group")
        return {str(row.pk): (row.name, row.group.name if row.group else "") for row in rows}
    pks = {line.placed.provision for line in lines}
    rows = Provision.objects.filter(school=request.school, pk__in=pks).order_by("pk")
    return {
        str(pk): (name, f"{_said(starts)} to {_said(ends)}" if ends else f"from {_said(starts)}")
        for pk, name, starts, ends in rows.values_list("pk", "name", "starts", "ends")
    }


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _marked(request: Any, by: str, rows: Iterable[Account], span: Span) -> list[Account]:
    """Rows of provisions with what tells those of one name apart, before their dates: four queries."""
    if by != "provision":
        return list(rows)
    rows = list(rows)
    marks = marks_of(Provision.objects.filter(pk__in=[int(row.key) for row in rows]), request.user, span)
    return [replace(row, under=" · ".join(filter(None, (marks[int(row.key)], row.under)))) for row in rows]


def _began(request: Any) -> date | None:
    """The first day of which anybody said anything. One query."""
    said = Session.objects.filter(school=request.school).exclude(state="open")
    first: date | None = said.aggregate(first=Min("on"))["first"]
    return first


def _order(by: str) -> Any:
    """Learners and provisions by name; the rest as the school lists them. Never by how much was delivered."""
    places: dict[str, dict[str, int]] = {"area": {code: place for place, code in enumerate(AREAS)}, "year": YEAR_ORDER}

    def place(one: Account) -> tuple[Any, ...]:
        if by in places:
            return (places[by].get(one.key, MOST_NUMBER),)
        return (int(one.key),) if by == "tier" else (one.name.casefold(), int(one.key))

    return place


@dataclass(frozen=True)
class _Read:
    """The rows of the page, the total, and the placements behind them."""

    rows: list[Account]
    total: Account
    lines: list[Line]
    began: date | None


def _read(request: Any, asked: _Asked, span: Span) -> _Read:
    reading = Reading(school=request.school, placements=_placements(request), span=span)
    lines = [line for line in reading.lines() if asked.holds(line) and (line.ledger.entitled or line.logged)]
    short, began = shorter(request.school, [line.placed.pk for line in lines], span), _began(request)
    rows = [
        Counted(_key(line, asked.by), line.ledger, line.logged, line.timetabled, short.get(line.placed.pk, 0))
        for line in lines
    ]
    before = began is not None and span.ends < began
    found = accounts(rows, _names(request, asked.by, lines, span.ends), _order(asked.by), before=before)
    return _Read(found, account("", "All together", rows, before=before), lines, began)


def _staff(request: Any, asked: _Asked, span: Span) -> list[dict[str, Any]]:
    """Who took how many sessions: for planning, by name. Sessions with a learner this person may see,
    to which anybody came.
    """
    here = _placements(request)
    if asked.year:
        learners = Learner.objects.filter(school=request.school).with_class(span.ends).filter(year_then=asked.year)
        here = here.filter(learner__in=learners.values("pk"))
    sessions = Session.objects.filter(
        attendances__placement__in=here, school=request.school, on__range=(span.starts, span.ends),
        **{name: value for name, value in asked.narrowed.items() if name != "year"},
    )  # fmt: skip
    rows = (
        Session.objects.attended()
        .filter(pk__in=sessions.values("pk"))
        .order_by()
        .values("delivered_by")
        .annotate(
            sessions=Count("pk"),
            minutes=Sum(Coalesce(F("actual"), F("minutes"))),
            added=Count("pk", filter=Q(extra=True)),
        )
    )
    found = list(rows)
    names = dict(User.objects.filter(pk__in=[row["delivered_by"] for row in found]).values_list("pk", "name"))
    for row in found:
        row["name"] = names.get(row["delivered_by"], "Somebody from outside, or not known")
    return sorted(found, key=lambda row: (row["delivered_by"] is None, row["name"].casefold()))


def _opens(request: Any, by: str, asked: _Asked, rows: list[Account]) -> list[tuple[Account, str]]:
    """Each row with the address of the list behind its number."""
    pages = {"learner": "learners:learner"}
    if can(request.user, Capability.SEE_ALL_LEARNERS, request.school):
        pages["provision"] = "interventions:provision"
    if by in pages:
        before, _, after = reverse(pages[by], args=[0]).rpartition("0")  # found once, however many rows
        return [(row, f"{before}{row.key}{after}") for row in rows]
    if by == "provision":
        return [(row, "") for row in rows]
    return [(row, asked.link(by="learner", **{by: row.key}) if row.key else "") for row in rows]


def _provision(request: Any, asked: _Asked) -> str:
    """The name of the provision that the page is narrowed to; "" where there is none, or none that may be seen."""
    if not asked.provision:
        return ""
    seen = Provision.objects.visible_to(request.user).filter(school=request.school, pk=asked.provision)
    return seen.values_list("name", flat=True).first() or ""


@require(Capability.SEE_MAP)
def show(request: Any) -> HttpResponse:
    """The ledger of the learners this person may see."""
    asked = _asked(request)
    span = days_over(asked.over, request.school.calendar_dates(), today())
    tiers = request.school.tiers_on(span.ends if span else today())
    shown: dict[str, Any] = {
        "section": "delivery", "asked": asked, "span": span, "by": BY, "over": OVER,
        "by_label": BY.get(asked.by, ""), "over_label": OVER[asked.over],
        "by_staff": can(request.user, Capability.SEE_ALL_LEARNERS, request.school), "rows": [], "staff": [],
        "total": None, "narrowed": [label for label in (
            AREAS.get(asked.area), tiers.get(int(asked.tier or 0)), YEARS.get(asked.year), _provision(request, asked),
        ) if label],
    }  # fmt: skip
    if span:
        shown["taught"] = taught(request.school.calendar_dates(), span)
    if span and asked.by == STAFF:
        shown["staff"] = _staff(request, asked, span)
    elif span:
        read = _read(request, asked, span)
        page = page_of(request, read.rows, per_page=max(1, len(read.rows)) if "all" in request.GET else A_PAGE)
        shown |= {
            "rows": _opens(request, asked.by, asked, _marked(request, asked.by, page, span)), "total": read.total,
            "page": page, "began": read.began if read.began and read.began > span.starts else None,
        }  # fmt: skip
        counted(request, len({line.placed.learner for line in read.lines}))
    return render(request, "interventions/delivery.html", shown)


@require(Capability.SEE_MAP)
def download(request: Any) -> HttpResponse:
    """The rows of the page as a CSV file."""
    asked = _asked(request)
    by = asked.by if asked.by in BY else "provision"
    asked.by = by
    span = days_over(asked.over, request.school.calendar_dates(), today())
    under, rows, days = [UNDER[by]] if by in UNDER else [], [], Span(today(), today())
    if span:
        read = _read(request, asked, span)
        days = taught(request.school.calendar_dates(), span)
        rows = [
            [row.name, *([row.under] if under else []), days.starts, days.ends, *row.cells]
            for row in _marked(request, by, read.rows, span)
        ]
        counted(request, len({line.placed.learner for line in read.lines}))
    file = csv_file([BY[by], *under, "From", "To", *HEADINGS], rows)
    answer = HttpResponse(file, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="delivery-by-{by}-{days.starts}-to-{days.ends}.csv"'
    return answer
