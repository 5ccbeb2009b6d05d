"""The first day: the school and its first administrator, then the path through what a map needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions.school import finish_set_up, start_school
from provisionmap.school.forms.entry import FirstRunForm
from provisionmap.school.models import User
from provisionmap.school.permissions import WALKERS
from provisionmap.school.steps import progress_of
from provisionmap.school.today import today
from provisionmap.school.views.sign_in import open_session


def first_run(request: Any) -> HttpResponse:
    """Make the school and its first administrator; open to anybody only while there is nobody."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = FirstRunForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            _, user = start_school(
                school_name=given["school_name"],
                name=given["name"],
                email=given["email"],
                password=given["password"],
                today=today(),
                roles=FirstRunForm.ROLES[given["who"]],
            )
        except NotAllowed:
            return redirect("home")
        return open_session(request, user, reverse("school:set-up"))
    if User.objects.exists():
        return redirect("home")
    return render(request, "school/first_run.html", {"form": form}, status=422 if form.errors else 200)


@require(*WALKERS, writes=["POST"])
def set_up(request: Any) -> HttpResponse:
    """The path with its progress; posting says that it is walked."""
    if request.method == "POST":
        finish_set_up(school=request.school, by=request.user)
        return redirect("home")
    steps = progress_of(request.school, request.capabilities)
    done = sum(step.done for step in steps)
    return render(request, "school/set_up.html", {"steps": steps, "done": done, "all": len(steps)})
