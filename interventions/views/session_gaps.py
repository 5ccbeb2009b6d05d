"""Sessions that nobody said anything about: one's own, or the school's by person and provision, and asking for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from interventions.actions import reminders as actions
from interventions.nudging import counted as sessions_in_words
from interventions.owed import MOST_WEEKS, WEEKS, unsaid
from interventions.tasks import ask_to_log
from interventions.unsaid import Gap, by_person, by_provision
from provisionmap.school.access import can, require
from provisionmap.school.mail import can_send
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.paging import page_of

BY = {"": "By member of staff", "provision": "By provision", "own": "Yours"}


def _weeks(request: Any) -> int:
    return min(typed.number(request.GET.get("weeks")) or WEEKS, MOST_WEEKS)


def _held(request: Any, *, own: bool) -> Any:
    return unsaid(school=request.school, user=request.user, day=today(), weeks=_weeks(request), own=own)


@require(Capability.LOG_ALL, Capability.LOG_OWN)
def listed(request: Any) -> HttpResponse:
    """The gaps of the last weeks; those who log only their own sessions see theirs."""
    whole = can(request.user, Capability.LOG_ALL, request.school)
    by = request.GET.get("by", "") if whole and request.GET.get("by", "") in BY else ""
    by = by if whole else "own"
    held = _held(request, own=by == "own")
    if by == "own":
        rows: list[Any] = sorted(held, key=lambda one: one.day, reverse=True)
    else:
        rows = by_provision(held) if by == "provision" else by_person(held)
    context = {
        "section": "sessions", "whole": whole, "by": by, "choices": BY, "weeks": _weeks(request), "most": MOST_WEEKS,
        "total": len(held), "page": page_of(request, rows, per_page=40), "sends": can_send(),
    }  # fmt: skip
    if by == "":
        _tell_when_asked(request, context["page"])
    return render(request, "interventions/session_gaps.html", context)


def _tell_when_asked(request: Any, page: Any) -> None:
    """When each person of the page was last asked, and whether they may be asked again."""
    now = timezone.now()
    lately = actions.nudged_lately(request.school, now)
    for gap in page:
        gap.asked = lately.get(gap.pk)
        gap.again = gap.asked is None or now - gap.asked >= actions.AGAIN


def _people(request: Any) -> list[Gap]:
    """Everybody with an account who has something to log."""
    return [gap for gap in by_person(_held(request, own=False)) if gap.pk]


@require(Capability.LOG_ALL, writes=["POST"])
def nudge(request: Any) -> HttpResponse:
    """Ask one person, or on a second look everybody, to log what they took."""
    people = _people(request)
    if request.method != "POST":
        lately, now = actions.nudged_lately(request.school, timezone.now()), timezone.now()
        fresh = [gap for gap in people if gap.pk not in lately or now - lately[gap.pk] >= actions.AGAIN]
        shown = {"section": "sessions", "people": fresh, "others": len(people) - len(fresh), "sends": can_send(),
                 "weeks": _weeks(request), "no_mail": actions.NO_MAIL}  # fmt: skip
        return render(request, "interventions/session_nudge.html", shown)
    one = typed.number(request.POST.get("person"))
    wanted = {gap.pk: gap.sessions for gap in people if gap.pk == one or "everybody" in request.POST}
    if not can_send():
        messages.error(request, actions.NO_MAIL)
        return redirect("interventions:session-gaps")
    now = timezone.now()
    asked = actions.nudge(school=request.school, people=wanted, now=now, by=request.user)
    for user in asked:
        ask_to_log(request.school, user, request.build_absolute_uri("/"), now)
    if len(asked) == 1:
        words = f"{asked[0].name} is asked by e-mail to log {sessions_in_words(wanted[asked[0].pk])}."
        messages.success(request, words)
    elif asked:
        messages.success(request, f"{len(asked)} people are asked by e-mail to log their sessions.")
    else:
        messages.warning(request, "Nobody was asked: they were within the last 24 hours, or have nothing left to log.")
    return redirect("interventions:session-gaps")
