"""The week of a learner, a member of staff, a place or the whole school; and what clashes in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from interventions.actions.weeks import monday_of
from interventions.bookings import ClashFinder
from interventions.cards import card_address
from interventions.models import Placement, Provision, Session
from interventions.occurrences import Occurrence, occurrences
from interventions.permissions import can_edit
from interventions.timetable import letters
from interventions.week import (
    GROUP,
    LEARNER,
    PLACE,
    SCHOOL,
    STAFF,
    STATES,
    VIEWS,
    choices_of,
    days_of,
    of_class,
    of_whom,
)
from learners.models import Group, Learner
from provisionmap.school.access import can, require
from provisionmap.school.calendar import Span
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted, saw
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.forms import YEARS

WEEK = timedelta(days=7)
MOST = 100  # clashes of one kind on the page; more are counted
WORST = 10  # learners always out of the same lesson that are shown at once


def _monday(text: str) -> date:
    """The Monday of the week asked for; of this one, or of the next on a weekend, where none makes sense."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
        return monday_of(day + timedelta(days=2) if day.weekday() > 4 else day)
    return monday_of(day) if day.year in YEARS else monday_of(today())


def _asked(request: Any) -> tuple[str, int, str]:
    """Whose week: the whole school's for who sees all of it, else their own."""
    everybody = can(request.user, Capability.SEE_ALL_LEARNERS, request.school)
    by = request.GET.get("by", "")
    by = by if by in VIEWS else SCHOOL if everybody else STAFF
    who = request.user.pk if by == STAFF else 0
    return by, typed.number(request.GET.get("who")) or who, request.GET.get("place", "")[:10]


@require(Capability.SEE_MAP)
def show(request: Any) -> HttpResponse:
    """One week, chosen by a form whose state is in the address."""
    by, who, place = _asked(request)
    groups = list(_groups(request)) if by == GROUP else []
    monday = _monday(request.GET.get("week", ""))
    span = Span(monday, monday + timedelta(days=6))
    found = occurrences(
        school=request.school, user=request.user, span=span, now=today(), provisions=_provisions(request, span)
    )
    seen = _seen(request)
    found = [one for one in found if one.learners or one.provision in seen]
    choices = choices_of(found)
    if by == STAFF and who == request.user.pk and who not in dict(choices[STAFF]):
        choices[STAFF].insert(0, (who, request.user.name))
    choices[GROUP] = [(one.pk, one.name) for one in groups]
    _keep_chosen(request, choices, by, who)
    mine = of_class(found, _pupils(request, who)) if by == GROUP else of_whom(found, by, who, place)
    days, lines = days_of(mine, monday, today(), names=by != SCHOOL, address=_leads(request, mine, seen))
    chosen = by == SCHOOL or (place if by == PLACE else who) in dict(choices[by])
    if by == LEARNER and who in dict(choices[LEARNER]):
        saw(request, who)
    else:
        counted(request, len({learner.learner for one in mine for learner in one.learners}))
    shown = {
        "section": "timetable", "days": days, "lines": lines, "by": by, "who": who, "place": place,
        "views": _views(request), "choices": choices,
        "title": _title(request, choices, by, who, place), "monday": monday,
        "friday": monday + timedelta(days=4), "letter": letters(request.school.calendar_dates(), span).get(monday, ""),
        "before": (monday - WEEK).isoformat(), "after": (monday + WEEK).isoformat(), "empty": not mine,
        "chosen": chosen, "choose": f"Choose {VIEWS[by].lower()}", "signs": STATES.values(),
        "classes": _groups(request).filter(teachers=request.user) if by == STAFF and not mine else [],
        "now": monday == _monday(""),
    }  # fmt: skip
    return render(request, "interventions/timetable.html", shown)


def _groups(request: Any) -> Any:
    return Group.objects.visible_to(request.user).filter(school=request.school).order_by("name", "pk")


def _pupils(request: Any, group: int) -> set[int]:
    """The learners of a class that this person sees. One query."""
    rows = Learner.objects.visible_to(request.user).filter(school=request.school, group=group)
    return set(rows.order_by().values_list("pk", flat=True))


def _seen(request: Any) -> set[int]:
    """The provisions that this person may open. One query."""
    rows = Provision.objects.visible_to(request.user).filter(school=request.school)
    return set(rows.order_by().values_list("pk", flat=True))


def _provisions(request: Any, span: Span) -> Any:
    """Those this person sees, and those of the learners they see: a class teacher has a part in few of the latter."""
    theirs = Placement.objects.visible_to(request.user).between(span.starts, span.ends).order_by().values("provision")
    seen = Provision.objects.visible_to(request.user).order_by().values("pk")
    return Provision.objects.filter(Q(pk__in=seen) | Q(pk__in=theirs), school=request.school)


def _leads(request: Any, found: Iterable[Occurrence], seen: Collection[int]) -> Callable[[Occurrence], str]:
    """Where a session leads: to what was said of it; else to its card, for who may log it; else to its provision.

    As far as this person may open it, else nowhere. One query.
    """
    said = [one.session.pk for one in found if one.said and one.session]
    read = set(Session.objects.read_by(request.user).filter(pk__in=said).order_by().values_list("pk", flat=True))
    every = can(request.user, Capability.LOG_ALL, request.school)
    own = can(request.user, Capability.LOG_OWN, request.school)

    def address(one: Occurrence) -> str:
        if one.said and one.session and one.session.pk in read:
            return reverse("interventions:session", args=[one.session.pk])
        if one.provision not in seen:
            return ""
        mine = one.taken_by(request.user.pk)
        if one.day <= today() and (every or (own and mine)):
            return card_address(one, whole=not mine)
        return reverse("interventions:provision", args=[one.provision])

    return address


def _keep_chosen(request: Any, choices: dict[str, Any], by: str, who: int) -> None:
    """A learner without a session this week stays chosen, as far as this person sees them. One query, if at all."""
    if by == LEARNER and who and who not in dict(choices[LEARNER]):
        rows = Learner.objects.visible_to(request.user).filter(school=request.school, pk=who)
        choices[LEARNER] += [(one.pk, one.name) for one in rows]


def _views(request: Any) -> dict[str, str]:
    everybody = can(request.user, Capability.SEE_ALL_LEARNERS, request.school)
    return VIEWS if everybody else VIEWS | {SCHOOL: "All that you see"}


def _title(request: Any, choices: dict[str, Any], by: str, who: int, place: str) -> str:
    if by == SCHOOL:
        return _views(request)[SCHOOL]
    found = dict(choices[by]).get(place if by == PLACE else who)
    return found or f"Choose {VIEWS[by].lower()}"


@require(Capability.SEE_MAP)
def clashes(request: Any) -> HttpResponse:
    """Who is in two places at once, over their hours, or out of the same lesson again and again."""
    hours = can(request.user, Capability.SEE_ALL_LEARNERS, request.school)
    finder = ClashFinder(school=request.school, user=request.user, day=today())
    found = finder.find(hours=hours)
    counted(request, len({one.who for one in found.learners} | {one.learner for one in found.always}))
    shown = {
        "section": "timetable", "total": found.total, "tells_hours": hours, "most": MOST,
        "learners": found.learners[:MOST], "adults": found.adults[:MOST], "hours": found.hours[:MOST],
        "always": found.always[:WORST], "rest": found.always[WORST:MOST],
        "counts": {
            "learners": len(found.learners), "adults": len(found.adults), "hours": len(found.hours),
            "always": len(found.always), "who": len({one.who for one in found.learners}),
            "grown": len({one.who for one in found.adults}),
        },
        "tiers": [tier for tier in range(1, 5) if can_edit(request.school, tier, request.user)],
    }  # fmt: skip
    return render(request, "interventions/clashes.html", shown)
