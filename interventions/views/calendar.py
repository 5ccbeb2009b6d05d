"""One's timetable in one's own calendar, and one's week by e-mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from interventions.actions import feeds as actions
from interventions.calendar_file import calendar_of
from interventions.digest import items_for, words_of
from interventions.feeds import digest_of, entries_of, feed_of
from interventions.models import Feed
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.throttle import sender_of
from provisionmap.school.today import today

MOST, SECONDS = 60, 3600  # of one calendar: it asks a few times an hour. A school has one address for all


def _is_seldom(request: Any, secret: str) -> bool:
    """Count a request for one timetable from one place; False when there were too many. A GET writes no row."""
    key = f"feed-{digest_of(secret + sender_of(request))[:32]}"
    cache.add(key, 0, SECONDS)
    try:
        return bool(cache.incr(key) <= MOST)
    except ValueError:  # it ran out just now
        return True


def feed(request: Any, secret: str) -> HttpResponse:
    """The timetable behind a secret address, for a calendar that can't sign in."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not _is_seldom(request, secret):
        return HttpResponse("Too many requests.", status=429, content_type="text/plain; charset=utf-8",
                            headers={"Retry-After": str(SECONDS)})  # fmt: skip
    found = feed_of(secret)
    if found is None:
        raise Http404
    answer = HttpResponse(
        calendar_of(entries_of(found, today()), timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = 'attachment; filename="timetable.ics"'
    return answer


@require(Capability.LOG_ALL, Capability.LOG_OWN, writes=["POST"])
def own(request: Any) -> HttpResponse:
    """Whether one's calendar can fetch the timetable; POST makes an address, shown this once, or switches it off."""
    shown: dict[str, Any] = {"feed": Feed.objects.filter(school=request.school, user=request.user).first()}
    if request.method == "POST" and request.POST.get("do") == "off":
        actions.end_feed(school=request.school, by=request.user)
        messages.success(request, "Switched off. The address opens nothing any more.")
        return redirect("interventions:calendar")
    if request.method == "POST":
        secret = actions.renew_feed(school=request.school, now=timezone.now(), by=request.user)
        shown["address"] = request.build_absolute_uri(reverse("interventions:feed", args=[secret]))
    return render(request, "interventions/calendar.html", shown)


@require()
def week(request: Any) -> HttpResponse:
    """The weekly e-mail as it would be if it went now."""
    items = items_for(request.school, request.user, timezone.now()) if request.school else []
    words = words_of(request.school, items) if items else ""
    return render(request, "interventions/week.html", {"words": words})
