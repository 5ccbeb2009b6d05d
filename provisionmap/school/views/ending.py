"""Ending somebody's access: from a day on, at once and back again, and their sessions alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions import people as actions
from provisionmap.school.forms.people import EndForm
from provisionmap.school.models import Membership, User
from provisionmap.school.permissions import roles_at
from provisionmap.school.roles import LABELS, Role
from provisionmap.school.today import today
from provisionmap.school.views.people import PEOPLE, person_here, person_page

SALT = "provisionmap.school.ended"
BACK_WITHIN = timedelta(hours=1)  # a slip is noticed soon; later the role is given anew


@require(PEOPLE, writes=["POST"])
def end(request: Any, pk: int) -> HttpResponse:
    """Say which day is somebody's last one here."""
    one = person_here(request, pk)
    if request.method != "POST":
        return redirect("school:person", one.pk)
    day = today()
    held = Membership.objects.on(day).filter(user=one, school=request.school).order_by("-starts").first()
    form = EndForm(request.POST, began=held.starts if held else None)
    if form.is_valid():
        last = form.cleaned_data["last_day"]
        try:
            actions.end_membership(person=one, school=request.school, last_day=last, day=day, by=request.user)
        except NotAllowed as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, f"The last day of {one.name} here is {last:%d/%m/%Y}.")
            return redirect("school:people")
    return person_page(request, one, 422, end_form=form)


@require(PEOPLE, writes=["POST"])
def end_now(request: Any, pk: int) -> HttpResponse:
    """What ending one role, or all of them, at once would do; on POST it is done, and can be taken back."""
    one = person_here(request, pk)
    day = today()
    held = roles_at(one, request.school, day)
    asked = request.POST.get("role") or request.GET.get("role")
    roles = sorted(held & {asked} if asked else held)
    if request.method != "POST":
        words = [LABELS[Role(role)] for role in roles]
        rest = [LABELS[Role(role)] for role in sorted(held - set(roles))]
        shown = {"section": "settings", "person": one, "role": asked, "roles": words, "rest": rest}
        return render(request, "school/end_now.html", shown)
    rows = Membership.objects.filter(user=one, school=request.school, role__in=roles)
    ends = {row.role: row.ends for row in rows.order_by("starts") if row.ends is None or row.ends >= day}
    try:
        actions.end_now(person=one, school=request.school, roles=roles, day=day, by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("school:person", one.pk)
    words = ", ".join(LABELS[Role(role)] for role in roles)
    messages.success(request, f"Ended now: {words}. {one.name} is signed out everywhere.")
    ended = [(LABELS[Role(role)], _kept(request, one, role, ends.get(role))) for role in roles]
    return person_page(request, one, ended=ended)


def _kept(request: Any, one: User, role: str, ends: date | None) -> str:
    """What taking it back needs to know, signed: a role that began today has left no row to find the person by."""
    told = {"person": one.pk, "school": request.school.pk, "role": role, "ends": ends.isoformat() if ends else None}
    return signing.dumps(told, salt=SALT)


def _told(request: Any, pk: int) -> dict[str, Any] | None:
    """What was kept for this person at this school within the hour; None for anything else."""
    try:
        told = signing.loads(request.POST.get("ended", ""), salt=SALT, max_age=BACK_WITHIN)
    except signing.BadSignature:
        return None
    return told if (told["person"], told["school"]) == (pk, request.school.pk) else None


@require(PEOPLE, writes=["POST"])
def give_back(request: Any, pk: int) -> HttpResponse:
    """Take it back that a role was ended."""
    told = _told(request, pk) if request.method == "POST" else None
    one = get_object_or_404(User, pk=pk) if told else person_here(request, pk)
    if told is None:
        messages.error(request, "This can't be taken back any more. Give the role anew.")
        return redirect("school:person", one.pk)
    role, ends = told["role"], date.fromisoformat(told["ends"]) if told["ends"] else None
    try:
        actions.give_back(person=one, school=request.school, role=role, ends=ends, day=today(), by=request.user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("school:people")
    messages.success(request, f"{one.name} holds the role {LABELS[Role(role)]} again.")
    return redirect("school:person", one.pk)


@require(PEOPLE, writes=["POST"])
def sign_out(request: Any, pk: int) -> HttpResponse:
    """End every session of somebody, and nothing else."""
    one = person_here(request, pk)
    if request.method == "POST":
        try:
            count = actions.sign_out(person=one, school=request.school, day=today(), by=request.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, f"{one.name} is signed out everywhere: {count} session{'' if count == 1 else 's'} ended."
            )
    return redirect("school:person", one.pk)
