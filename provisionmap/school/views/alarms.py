"""Alarms: what was raised, and that somebody looked into it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions.alarms import notice
from provisionmap.school.models import Alarm
from provisionmap.school.roles import Capability

PAGE = 25


@require(Capability.SEE_AUDIT)
def alarms(request: Any) -> HttpResponse:
    """What was raised at this school, the newest first."""
    page = Paginator(Alarm.objects.of(request.school), PAGE).get_page(request.GET.get("page"))
    return render(request, "school/alarms.html", {"section": "settings", "page": page})


@require(Capability.SEE_AUDIT, writes=["POST"])
def noticed(request: Any, pk: int) -> HttpResponse:
    """Say that it was looked into."""
    alarm = get_object_or_404(Alarm.objects.of(request.school), pk=pk)
    if request.method == "POST":
        try:
            notice(alarm=alarm, now=timezone.now(), by=request.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
    return redirect("school:alarms")
