"""Today: what somebody has to deliver, one card a session, and the one address that takes what a card says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_date

from interventions.actions.logging import Contradiction, SameId, Target, TooEarly, log_session
from interventions.cards import Card, cards_of, new_card, said_in, words_of
from interventions.forms.card import BROKEN, Unreadable, said_of, target_of
from interventions.ledger import REASONS
from interventions.models import Attendance, Placement, Provision
from interventions.occurrences import Occurrence, Placed, initials_of, occurrences
from interventions.permissions import check_can_log
from interventions.said import Said
from provisionmap.school.access import NotAllowed, can, require
from provisionmap.school.calendar import Span
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.sign_in.state import SHARED
from provisionmap.school.today import today
from provisionmap.web import typed

LOGGERS = (Capability.LOG_ALL, Capability.LOG_OWN)
BACK = timedelta(days=14)  # how far back sessions without a word are asked for
MOST_GAPS = 12  # of them on the page; the rest is counted
NOT_ARRIVED = "What this entry amends has not arrived. Open Today again and log it anew."
SAME_ID = "This entry can't be told from another one. Open Today again and log it anew."


def _day(request: Any) -> date:
    """The day that is asked for: today, or an earlier one."""
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return min(asked, today()) if asked else today()


def _provisions(request: Any) -> Any:
    return Provision.objects.visible_to(request.user).filter(school=request.school)


def _page(request: Any, *, initials: bool = False) -> dict[str, Any]:
    """The cards of the day, and of the days before those that nobody said anything about."""
    day = _day(request)
    whole = request.GET.get("whose") == "all" and can(request.user, Capability.LOG_ALL, request.school)
    before = timedelta(0) if whole or day != today() else BACK
    found = occurrences(
        school=request.school, user=request.user, span=Span(day - before, day), now=today(), own=not whole
    )
    gaps = [one for one in found if one.day < day and one.owed]
    cards = cards_of([*newest_first(gaps)[:MOST_GAPS], *(one for one in found if one.day == day)], initials=initials)
    counted(request, len({who.learner for one in found for who in one.learners}))
    return {
        "section": "today", "day": day, "is_today": day == today(), "whole": whole, "most": today(),
        "late": [card for card in cards if card.day < day], "more": max(0, len(gaps) - MOST_GAPS),
        "cards": [card for card in cards if card.day == day], "reasons": list(REASONS.items()),
        "engagement": Attendance.ENGAGEMENT, "shared": bool(request.session.get(SHARED)), "kept": initials,
        "may_see_all": can(request.user, Capability.LOG_ALL, request.school),
    }  # fmt: skip


def newest_first(gaps: Sequence[Occurrence]) -> list[Occurrence]:
    """The latest day first, and each day from its morning."""
    return sorted(gaps, key=lambda one: one.day, reverse=True)


@require(*LOGGERS)
def show(request: Any) -> HttpResponse:
    """The day's sessions of whoever asks; a SENCO may see everybody's."""
    return render(request, "interventions/today.html", _page(request))


@require(*LOGGERS)
def kept(request: Any) -> HttpResponse:
    """The same cards as a device may keep them for when it is offline: letters in place of names, no notes."""
    answer = render(request, "interventions/today.html#kept", _page(request, initials=True))
    answer["Cache-Control"] = "no-store"
    return answer


@require(*LOGGERS)
def add(request: Any) -> HttpResponse:
    """A session that no timetable plans: first which provision, then its card."""
    rows = _provisions(request).on(_day(request)).order_by("name", "pk")
    chosen = typed.number(request.GET.get("provision"))
    shown: dict[str, Any] = {"section": "today", "day": _day(request), "most": today(), "shared": False}
    shown |= {"reasons": list(REASONS.items()), "engagement": Attendance.ENGAGEMENT}
    if chosen:
        provision = get_object_or_404(rows, pk=chosen)
        people = provision.deliverers.on(_day(request)).exclude(user=None).values_list("user", flat=True)
        try:
            check_can_log(request.school, request.user, set(people), provision)
        except NotAllowed as refused:
            return render(request, "interventions/today_add.html", shown | {"rows": rows, "refused": str(refused)})
        shown["card"] = new_card(provision, _day(request), _placed(request, provision), provision.minutes or 30)
        counted(request, len(shown["card"].lines))
    return render(request, "interventions/today_add.html", shown | {"rows": rows, "chosen": chosen})


def _placed(request: Any, provision: Provision) -> list[Placed]:
    rows = Placement.objects.visible_to(request.user).filter(provision=provision).on(_day(request))
    rows = rows.select_related("learner").order_by("learner__surname", "learner__forename", "pk")
    return [
        Placed(row.pk, row.learner_id, row.learner.name, initials_of(row.learner.forename, row.learner.surname))
        for row in rows
    ]


@require(*LOGGERS, writes=["POST"])
def log(request: Any) -> HttpResponse:
    """Take what a card says: once, however often it is sent. JSON for a device that queues, a page for a plain form."""
    if request.method != "POST":
        return redirect("interventions:today")
    now = timezone.now()
    target: Target | None = None
    said: Said | None = None
    try:
        target = target_of(request.POST)
        said = said_of(request.POST, now)
        log_session(school=request.school, target=target, said=said, by=request.user, now=now)
    except Unreadable as wrong:
        return _refused(request, 422, wrong.errors, target, said)
    except NotAllowed as refused:
        return _refused(request, 422, {"form": str(refused)}, target, said)
    except SameId:
        return _refused(request, 422, {"form": SAME_ID}, target, said)
    except TooEarly:
        return _refused(request, 425, {"form": NOT_ARRIVED}, target, said)
    except Contradiction as other:
        return _both(request, other, target, said)
    if _queued(request):
        return JsonResponse({"words": words_of(said), "after": str(said.client)})
    messages.success(request, words_of(said))
    return HttpResponseRedirect(f"{reverse('interventions:today')}?on={target.on:%Y-%m-%d}")


def _queued(request: Any) -> bool:
    return bool(request.headers.get("Accept") == "application/json")


def _both(request: Any, other: Contradiction, target: Target | None, said: Said | None) -> HttpResponse:
    """Both versions, to choose from: what stands, and what was sent."""
    entry = other.entry
    theirs = {
        "by": entry.by.name if entry and entry.by else "Somebody",
        "words": words_of(said_in(entry)) if entry else "",
        "after": str(entry.client) if entry else "",
        "at": f"{timezone.localtime(entry.made_at):%H:%M}" if entry else "",
    }
    mine = words_of(said) if said else ""
    return _refused(request, 409, {}, target, said, theirs={**theirs, "mine": mine})


def _refused(
    request: Any, status: int, errors: dict[str, str], target: Target | None, said: Said | None,
    theirs: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """Why, beside what was typed: nothing of it is lost."""
    if _queued(request):
        return JsonResponse({"errors": errors, "theirs": theirs}, status=status)
    asked = {"on": f"{target.on:%Y-%m-%d}"} if target else {}
    request.GET = asked
    shown = _page(request)
    for name in ("late", "cards"):
        shown[name] = [_sent(card, target, said, errors, theirs) for card in shown[name]]
    if not any(card.errors or card.theirs for card in _all(shown)):
        shown["error"] = " ".join(errors.values()) or BROKEN
    return render(request, "interventions/today.html", shown, status=status)


def _all(shown: dict[str, Any]) -> Sequence[Card]:
    return [*shown["late"], *shown["cards"]]


def _sent(
    card: Card, target: Target | None, said: Said | None, errors: dict[str, str], theirs: dict[str, str] | None
) -> Card:
    """The card with what was typed into it and what is wrong with it, where it is the one that was sent."""
    if target is None or card.key != target.key:
        return card
    lines = card.lines
    if said:
        lines = tuple(replace(line, heard=said.learners.get(line.who.placement, line.heard)) for line in card.lines)
    return replace(card, lines=lines, said=said or card.said, errors=errors, theirs=theirs)


@require(*LOGGERS)
def key(request: Any) -> HttpResponse:
    """What this session encrypts with on the device: another for every session, and none on a shared computer."""
    if request.session.get(SHARED):
        return JsonResponse({"user": request.user.pk, "key": ""})
    made = salted_hmac("a device that logs", request.session.session_key, algorithm="sha256").digest()
    answer = JsonResponse({"user": request.user.pk, "key": b64encode(made).decode()})
    answer["Cache-Control"] = "no-store"
    return answer


@require(*LOGGERS)
def worker(request: Any) -> HttpResponse:
    """The service worker: it keeps the frame of the page without anything of anybody in it."""
    return render(request, "interventions/today/worker.js", content_type="text/javascript; charset=utf-8")


@require(*LOGGERS)
def offline(request: Any) -> HttpResponse:
    """The frame that the service worker keeps: no name, no school, no learner."""
    return render(request, "interventions/today/offline.html")
