"""Today: what somebody has to deliver, one card a session, and the one address that takes what a card says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
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
from interventions.cards import Card, came_back, cards_of, new_card, said_in, words_of
from interventions.forms.card import BROKEN, Unreadable, check_new, said_of, target_of
from interventions.ledger import REASONS
from interventions.models import Attendance, Entry, Placement, Provision
from interventions.occurrences import Occurrence, Placed, initials_of, occurrences
from interventions.permissions import check_can_log
from interventions.session_log import NEW, answers_to
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


def _last() -> date:
    """The last day whose sessions can be called off here: the Sunday of next week."""
    return today() + timedelta(days=13 - today().weekday())


def _day(request: Any, last: date) -> date:
    """The day that is asked for, `last` at the latest; today where none is."""
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return min(asked, last) if asked else today()


def _whole(request: Any) -> bool:
    """Whether everybody's sessions are asked for, by somebody who may log them; a card that is sent says so as well."""
    return request.GET.get("whose") == "all" and can(request.user, Capability.LOG_ALL, request.school)


def _provisions(request: Any) -> Any:
    return Provision.objects.visible_to(request.user).filter(school=request.school)


def _frame(request: Any, day: date) -> dict[str, Any]:
    """What every page with cards needs."""
    return {
        "section": "today", "day": day, "is_today": day == today(), "ahead": day > today(),
        "most": _last(), "whole": _whole(request),
        "reasons": list(REASONS.items()), "engagement": Attendance.ENGAGEMENT, "kept": False,
        "shared": bool(request.session.get(SHARED)),
    }  # fmt: skip


def _page(request: Any, *, initials: bool = False) -> dict[str, Any]:
    """The cards of the day, and of the days before those that nobody said anything about."""
    day, whole = _day(request, _last()), _whole(request)
    before = timedelta(0) if whole or day != today() else BACK
    found = occurrences(
        school=request.school, user=request.user, span=Span(day - before, day), now=today(), own=not whole
    )
    gaps = [one for one in found if one.day < day and one.owed]
    cards = cards_of([*newest_first(gaps)[:MOST_GAPS], *(one for one in found if one.day == day)], initials=initials)
    spare = [] if whole or day != today() else _spare(request, day, initials=initials)
    yesterday = day - timedelta(days=3 if day.weekday() == 0 else 1)
    seen = {who.learner for one in found for who in one.learners}
    counted(request, len(seen | {line.who.learner for card in spare for line in card.lines}))
    return _frame(request, day) | {
        "late": [card for card in cards if yesterday <= card.day < day],
        "earlier": [card for card in cards if card.day < yesterday], "more": max(0, len(gaps) - MOST_GAPS),
        "cards": [card for card in cards if card.day == day], "spare": spare, "kept": initials,
        "answers": 0, "may_see_all": can(request.user, Capability.LOG_ALL, request.school),
    }  # fmt: skip


def _spare(request: Any, day: date, *, initials: bool) -> list[Card]:
    """A card for one more session of each provision that this person delivers: for what no timetable plans."""
    rows = list(_provisions(request).delivered_by(request.user, day).order_by("name", "pk"))
    placed = _placed(request, rows, day)
    return [new_card(row, day, placed[row.pk], initials=initials) for row in rows if row.pk in placed]


def newest_first(gaps: Sequence[Occurrence]) -> list[Occurrence]:
    """The latest day first, and each day from its morning."""
    return sorted(gaps, key=lambda one: one.day, reverse=True)


@require(*LOGGERS)
def show(request: Any) -> HttpResponse:
    """The day's sessions of whoever asks; a SENCO may see everybody's."""
    page = _page(request)
    if page["is_today"]:
        found = answers_to(request.user, request.school, timezone.now() - NEW)
        page |= {"answers": len(found), "one_answered": found[0] if len(set(found)) == 1 else 0}
    return render(request, "interventions/today.html", page)


@require(*LOGGERS)
def kept(request: Any) -> HttpResponse:
    """The same cards as a device may keep them for when it is offline: letters in place of names, no notes."""
    answer = render(request, "interventions/today.html#kept", _page(request, initials=True))
    answer["Cache-Control"] = "no-store"
    return answer


@require(*LOGGERS)
def add(request: Any) -> HttpResponse:
    """A session that no timetable plans: first which provision, then its card."""
    day = _day(request, today())
    rows = _provisions(request).on(day).order_by("name", "pk")
    chosen = typed.number(request.GET.get("provision"))
    shown = _frame(request, day) | {"rows": rows, "most": today()}
    if chosen:
        provision = get_object_or_404(rows, pk=chosen)
        people = provision.deliverers.on(day).exclude(user=None).values_list("user", flat=True)
        try:
            check_can_log(request.school, request.user, set(people), provision)
        except NotAllowed as refused:
            return render(request, "interventions/today_add.html", shown | {"refused": str(refused)})
        shown["card"] = _new(request, provision, day)
    return render(request, "interventions/today_add.html", shown | {"chosen": chosen})


def _new(request: Any, provision: Provision, day: date) -> Card:
    card = new_card(provision, day, _placed(request, [provision], day).get(provision.pk, []))
    counted(request, len(card.lines))
    return card


def _placed(request: Any, provisions: Sequence[Provision], day: date) -> dict[int, list[Placed]]:
    """The learners of some provisions on a day, by provision. One query."""
    rows = Placement.objects.visible_to(request.user).filter(provision__in=provisions).on(day)
    placed: dict[int, list[Placed]] = {}
    for row in rows.select_related("learner").order_by("learner__surname", "learner__forename", "pk"):
        learner = row.learner
        letters = initials_of(learner.preferred_name or learner.forename, learner.surname)
        placed.setdefault(row.provision_id, []).append(Placed(row.pk, row.learner_id, learner.name, letters))
    return placed


@require(*LOGGERS, writes=["POST"])
def log(request: Any) -> HttpResponse:
    """Take what a card says: once, however often it is sent. JSON for a device that queues, a page for a plain form."""
    if request.method != "POST":
        return redirect("interventions:today")
    now = timezone.now()
    target: Target | None = None
    try:
        target = target_of(request.POST)
        check_new(target)
        said = said_of(request.POST, now)
        log_session(school=request.school, target=target, said=said, by=request.user, now=now)
    except Unreadable as wrong:
        return _refused(request, 422, wrong.errors, target)
    except NotAllowed as refused:
        return _refused(request, 422, {"form": str(refused)}, target)
    except SameId:
        return _refused(request, 409, {"form": SAME_ID}, target)
    except TooEarly:
        return _refused(request, 425, {"form": NOT_ARRIVED}, target)
    except Contradiction as other:
        return _refused(request, 409, {}, target, {**_theirs(other.entry), "mine": words_of(said)})
    if _queued(request):
        return JsonResponse({"words": words_of(said), "after": str(said.client)})
    messages.success(request, words_of(said))
    whose = "&whose=all" if _whole(request) else ""
    return HttpResponseRedirect(f"{reverse('interventions:today')}?on={target.on:%Y-%m-%d}{whose}")


def _queued(request: Any) -> bool:
    return bool(request.headers.get("Accept") == "application/json")


def _theirs(entry: Entry | None) -> dict[str, str]:
    """What stands, for whoever said otherwise."""
    return {
        "by": entry.by.name if entry and entry.by else "Somebody",
        "words": words_of(said_in(entry)) if entry else "",
        "after": str(entry.client) if entry else "",
        "at": f"{timezone.localtime(entry.made_at):%H:%M}" if entry else "",
    }


def _refused(
    request: Any, status: int, errors: dict[str, str], target: Target | None, theirs: dict[str, str] | None = None
) -> HttpResponse:
    """Why, beside what was typed: nothing of it is lost. A device knows by `same_id` that nobody contradicts it."""
    if _queued(request):
        same = status == 409 and theirs is None
        return JsonResponse({"errors": errors, "theirs": theirs, "same_id": same}, status=status)
    card = _card_at(request, target) if target else None
    notes = [text for name, text in request.POST.items() if name.startswith("note") and text.strip()]
    shown = _frame(request, target.on if target else today()) | {
        "card": came_back(card, request.POST, errors, theirs) if card else None,
        "refused": " ".join(errors.values()) or BROKEN, "notes": notes,
    }  # fmt: skip
    return render(request, "interventions/today_refused.html", shown, status=status)


def _card_at(request: Any, target: Target) -> Card | None:
    """The card of a session as it stands by now; None where this reader can't see it any more."""
    if target.kind == "new":
        provision = _provisions(request).filter(pk=target.pk).first()
        return _new(request, provision, target.on) if provision else None
    found = occurrences(
        school=request.school, user=request.user, span=Span(target.on, target.on), now=today(),
        own=not can(request.user, Capability.LOG_ALL, request.school),
    )  # fmt: skip
    cards = cards_of([one for one in found if one.target.key == target.key])
    counted(request, sum(len(card.lines) for card in cards))
    return cards[0] if cards else None


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
