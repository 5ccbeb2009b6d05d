"""The times of the week of one provision: planning, changing, ending and removing them."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from interventions.actions import slots as actions
from interventions.bookings import warnings_of
from interventions.forms.clash import both
from interventions.forms.placements import day_field
from interventions.forms.slots import SlotForm
from interventions.models import Provision, Slot
from interventions.permissions import check_can_edit
from interventions.slot_words import EVERY, Sum, week_sum
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed

EDITORS = (Capability.EDIT_MAP, Capability.EDIT_OWN_UNIVERSAL)
PAGE = "interventions/slot.html"
MOVED = "Somebody changed this time meanwhile: look again."


def _done(request: Any, words: str) -> None:
    """Say what was done, and lead to where it is taken back."""
    undo = '{} “<a href="{}">Undo the last change</a>” on the map takes it back.'
    messages.success(request, format_html(undo, words, reverse("interventions:map")))


def _provision(request: Any, pk: int) -> Provision:
    rows = Provision.objects.visible_to(request.user).filter(school=request.school)
    provision: Provision = get_object_or_404(rows.select_related("school", "responsible"), pk=pk)
    return provision


def _refused(request: Any, provision: Provision) -> HttpResponse | None:
    """Why this person may not change its times, as a page; None where they may."""
    try:
        check_can_edit(request.school, provision.tier, request.user)
    except NotAllowed as refused:
        shown = {"section": "provisions", "provision": provision, "slot": None, "refused": str(refused)}
        return render(request, PAGE, shown, status=422)
    return None


def _slot(request: Any, pk: int) -> Slot:
    rows = Slot.objects.visible_to(request.user).filter(school=request.school)
    rows = rows.select_related("provision", "provision__school", "provision__responsible", "deliverer")
    slot: Slot = get_object_or_404(rows, pk=pk)
    return slot


def times_of(provision: Provision) -> tuple[list[Any], Sum]:
    """The times of a provision that count now or later, with what its page says of each, and their sum. One query."""
    day = max(today(), provision.starts)
    day = min(day, provision.ends) if provision.ends else day
    rows: list[Any] = list(
        Slot.objects.filter(provision=provision).between(day, day + timedelta(days=3660)).select_related("deliverer")
    )
    running = [one.planned for one in rows if one.starts <= day]
    for row in rows:
        row.every = EVERY[row.week]
        row.later = row.starts > day
    return rows, week_sum(running, provision.sessions, provision.minutes)


@require(*EDITORS, writes=["POST"])
def add(request: Any, pk: int) -> HttpResponse:
    """Plan another time of the week."""
    provision = _provision(request, pk)
    if refusal := _refused(request, provision):
        return refusal
    form = _form(request, SlotForm.fresh(provision, today()))
    shown = {"section": "provisions", "provision": provision, "form": form, "slot": None}
    if not form.is_valid():
        return render(request, PAGE, shown, status=422 if form.is_bound else 200)
    wanted = form.time
    if answer := _warned(request, provision, Slot(provision=provision, **wanted.fields), shown):
        return answer
    try:
        actions.add_slot(provision=provision, wanted=wanted, by=request.user)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return render(request, PAGE, shown, status=422)
    _done(request, f"Planned: {wanted.words}.")
    return redirect("interventions:provision", provision.pk)


def _form(request: Any, initial: dict[str, Any]) -> SlotForm:
    return SlotForm(request.POST or None, initial=initial, staff=User.objects.at(request.school, today()))


def _warned(request: Any, provision: Provision, slot: Slot, shown: dict[str, Any]) -> HttpResponse | None:
    """The form with what stands in the way, unless this person has read just that and goes on."""
    warnings = warnings_of(provision, slot, request.user, today())
    if slot.starts < today():
        warnings.append(f"It begins on {slot.starts:%d/%m/%Y}: its sessions since then will wait to be logged.")
    if not warnings:
        return None
    counted(request, len(warnings))
    mark = sha256("\n".join(warnings).encode()).hexdigest()[:16]
    if request.POST.get("anyway") == mark:
        return None
    return render(request, PAGE, shown | {"warnings": warnings, "mark": mark})


@require(*EDITORS, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """Change a time of the week from a day on; when somebody else did so meanwhile, both are shown."""
    slot = _slot(request, pk)
    if refusal := _refused(request, slot.provision):
        return refusal
    now = timezone.now()
    first = actions.counts_from(slot.provision, now)
    fresh = actions.is_fresh(slot, first)
    form = _form(request, SlotForm.reading(slot, first))
    shown: dict[str, Any] = {
        "section": "provisions", "provision": slot.provision, "form": form, "slot": slot, "fresh": fresh,
        "first": first, "last": first - timedelta(days=1),
    }  # fmt: skip
    if not form.is_valid():
        return render(request, PAGE, shown, status=422 if form.is_bound else 200)
    wanted = form.time
    if answer := _warned(request, slot.provision, Slot(pk=slot.pk, provision=slot.provision, **wanted.fields), shown):
        return answer
    try:
        actions.change_slot(slot=slot, wanted=wanted, seen=form.cleaned_data["seen"] or 0, now=now, by=request.user)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return render(request, PAGE, shown, status=422)
    except Stale as clash:
        shown["clash"] = both(form, SlotForm.reading(clash.current, first))
        form.data = form.data.copy()
        form.data["seen"] = str(clash.current.version)
        return render(request, PAGE, shown, status=409)
    _done(request, f"{wanted.words} from {wanted.starts:%d/%m/%Y}.")
    return redirect("interventions:provision", slot.provision_id)


@require(*EDITORS, writes=["POST"])
def end(request: Any, pk: int) -> HttpResponse:
    """Let a time of the week end."""
    slot = _slot(request, pk)
    if refusal := _refused(request, slot.provision):
        return refusal
    if request.method == "POST":
        seen = typed.number(request.POST.get("seen"))
        try:
            on = day_field("Last day").clean(request.POST.get("on"))
            actions.end_slot(slot=slot, on=on, seen=seen, now=timezone.now(), by=request.user)
            _done(request, f"{slot} ends on {on:%d/%m/%Y}.")
        except ValidationError as wrong:
            messages.error(request, " ".join(wrong.messages))
        except (NotAllowed, Stale) as refused:
            messages.error(request, str(refused) if isinstance(refused, NotAllowed) else MOVED)
    return redirect("interventions:provision", slot.provision_id)


@require(*EDITORS, writes=["POST"])
def remove(request: Any, pk: int) -> HttpResponse:
    """Remove a time of the week of which nothing has happened."""
    slot = _slot(request, pk)
    if refusal := _refused(request, slot.provision):
        return refusal
    if request.method == "POST":
        try:
            seen = typed.number(request.POST.get("seen"))
            actions.remove_slot(slot=slot, seen=seen, now=timezone.now(), by=request.user)
            _done(request, f"{slot} is removed.")
        except (NotAllowed, Stale) as refused:
            messages.error(request, str(refused) if isinstance(refused, NotAllowed) else MOVED)
    return redirect("interventions:provision", slot.provision_id)
