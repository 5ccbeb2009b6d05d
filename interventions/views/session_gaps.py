"""Sessions that nobody said anything about: one's own, or the school's by person and provision, and asking for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from interventions.actions import reminders as actions
from interventions.cards import card_address
from interventions.models import Provision
from interventions.nudging import counted as sessions_in_words
from interventions.occurrences import Occurrence
from interventions.owed import MOST_WEEKS, WEEKS, unsaid
from interventions.tasks import ask_to_log
from interventions.telling import marks_of
from interventions.unsaid import Gap, by_person, by_provision, of_person
from provisionmap.school.access import can, require
from provisionmap.school.calendar import Span
from provisionmap.school.mail import can_send
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.paging import page_of

BY = {"": "By member of staff", "provision": "By provision", "own": "Yours"}
GIVEN = ("person", "outside", "provision")  # what the address may narrow the list to
A_PAGE = 40
LIST = "list"  # each session of one person or provision


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
    held, of = _narrowed(request, held) if whole and by != "own" else (held, "")
    shown = LIST if of or by == "own" else by
    if shown == LIST:
        rows: list[Any] = sorted(held, key=lambda one: one.day, reverse=True)
    else:
        rows = by_provision(held) if by == "provision" else by_person(held)
    page = page_of(request, rows, per_page=A_PAGE)
    if shown == "":
        _tell_when_asked(request, page)
    elif shown == "provision":
        _tell_apart(request, page)
    else:
        page.object_list = [_line(request, one) for one in page]
    context = {
        "section": "sessions", "whole": whole, "by": by, "shown": shown, "of": of, "choices": BY,
        "weeks": _weeks(request), "most": MOST_WEEKS, "total": len(held), "page": page, "sends": can_send(),
        "given": {name: request.GET.get(name, "") for name in GIVEN},
    }  # fmt: skip
    return render(request, "interventions/session_gaps.html", context)


def _narrowed(request: Any, held: list[Occurrence]) -> tuple[list[Occurrence], str]:
    """Those of the person or the provision that the address names, and whose they are, in words; else all, and ""."""
    person, outside, provision = (request.GET.get(name, "") for name in GIVEN)
    if provision:
        rows = [one for one in held if one.provision == typed.number(provision)]
        return rows, rows[0].name if rows else "this provision"
    if person or outside:
        rows = of_person(held, typed.number(person), outside)
        names = {gap.name for gap in by_person(rows) if (str(gap.pk) if person else gap.code) == (person or outside)}
        return rows, next(iter(names), "this person")
    return held, ""


def _line(request: Any, one: Occurrence) -> dict[str, Any]:
    """One session as the list shows it, with where its card is."""
    people = ", ".join(adult.name for adult in one.people)
    return {"one": one, "people": people, "card": card_address(one, whole=not one.taken_by(request.user.pk))}


def _tell_apart(request: Any, page: Any) -> None:
    """Who gives each provision of the page, for which class and when: four queries."""
    rows = Provision.objects.visible_to(request.user).filter(pk__in=[gap.pk for gap in page])
    marks = marks_of(rows, request.user, Span(today() - timedelta(weeks=_weeks(request)), today()))
    for gap in page:
        gap.under = marks.get(gap.pk, "")


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
        alone = typed.number(request.GET.get("person"))
        people = [gap for gap in people if gap.pk == alone] if alone else people
        lately, now = actions.nudged_lately(request.school, timezone.now()), timezone.now()
        fresh = [gap for gap in people if gap.pk not in lately or now - lately[gap.pk] >= actions.AGAIN]
        shown = {"section": "sessions", "people": fresh, "others": len(people) - len(fresh), "sends": can_send(),
                 "weeks": _weeks(request), "no_mail": actions.NO_MAIL,
                 "alone": people[0] if alone and people else None}  # fmt: skip
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
