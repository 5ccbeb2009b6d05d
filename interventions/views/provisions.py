"""Provisions: the list, one of them, starting, changing and ending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions import provisions as actions
from interventions.areas import AREA_CHOICES, AREAS
from interventions.dose import Dose
from interventions.forms.clash import both
from interventions.forms.filling import filled_in
from interventions.forms.placements import day_field
from interventions.forms.provisions import LearnersForm, ProvisionForm
from interventions.gaps import BY_KEY
from interventions.models import Deliverer, Intervention, Placement, Provision
from interventions.permissions import can_edit
from interventions.telling import classes_of, people_of, told_apart
from interventions.views.slots import times_of
from learners.filters import matching
from learners.models import Group, Learner
from provisionmap.school.access import NotAllowed, can, require
from provisionmap.school.models import Term, User
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.htmx import fragment
from provisionmap.web.paging import page_of

MOST_FOUND = 12  # learners that a search offers to tick at once
STATES = {"": "Running", "planned": "Planned", "ended": "Ended"}


def _provisions(request: Any) -> Any:
    return Provision.objects.visible_to(request.user).filter(school=request.school)


def _learners(request: Any) -> Any:
    return Learner.objects.visible_to(request.user).filter(school=request.school).on_roll(today())


def _staff(request: Any) -> Any:
    return User.objects.at(request.school, today())


def _forms(
    request: Any, initial: dict[str, Any] | None = None, people: dict[str, Any] | None = None
) -> tuple[ProvisionForm, LearnersForm]:
    """The forms as sent; with `people` as read, to show them and what is typed into the others."""
    data = request.POST or None if people is None else None
    form = ProvisionForm(
        data, initial=initial, school=request.school, staff=_staff(request), tiers=request.school.tiers_on(today()),
        clears=can(request.user, Capability.SEE_CONFIDENTIAL, request.school),
    )  # fmt: skip
    groups = Group.objects.visible_to(request.user).filter(school=request.school)
    return form, LearnersForm(data, initial=people, learners=_learners(request), groups=groups)


@require(Capability.SEE_MAP, writes=["POST"])
def listed(request: Any) -> HttpResponse:
    """What runs, is planned, or has ended; POST carries a search."""
    text = typed.words(request.POST.get("text"))
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else ""
    rows = told_apart(_provisions(request))
    rows = {
        "": rows.on(today()), "planned": rows.filter(starts__gt=today()), "ended": rows.filter(ends__lt=today()),
    }[state]  # fmt: skip
    area, tier = request.GET.get("area", ""), request.GET.get("tier", "")
    rows = rows.filter(area=area) if area in AREAS else rows
    rows = rows.filter(tier=int(tier)) if tier in ("1", "2", "3", "4") else rows
    rows = rows.filter(name__icontains=text) if text else rows
    here = Q(placements__in=Placement.objects.visible_to(request.user))
    page = page_of(
        request,
        rows.annotate(learners=Count("placements__learner", filter=here, distinct=True)).order_by("tier", "name", "pk"),
    )
    context = {
        "section": "provisions", "page": page, "text": text, "state": state, "states": STATES, "area": area,
        "tier": tier, "areas": AREA_CHOICES, "names": AREAS, "tiers": request.school.tiers_on(today()),
    }  # fmt: skip
    classes = classes_of(page.object_list, request.user)
    for row in page:
        row.words = Dose(row.sessions, row.minutes).words_at(row.tier)
        row.people = people_of(row, today())
        row.classes = classes[row.pk]
    if request.htmx:
        return fragment(request, "interventions/provisions.html#entries", context)
    return render(request, "interventions/provisions.html", context)


def prefilled(request: Any, chosen: str) -> dict[str, Any]:
    """What a new provision starts with: the library entry `chosen` and the term fill in all they can."""
    term = Term.objects.filter(school=request.school, ends__gte=today()).order_by("starts").first()
    starts = max(today(), term.starts) if term else today()
    ends = term.ends if term else None
    filled: dict[str, Any] = {"starts": starts, "ends": ends, "role": "ta"}
    tier = request.GET.get("tier", "")
    if tier in ("1", "2", "3", "4"):
        filled["tier"] = int(tier)
    library = Intervention.objects.visible_to(request.user).filter(school=request.school).for_library()
    entry = library.filter(pk=typed.number(chosen)).first() if chosen else None
    if entry:
        filled |= {
            "intervention": entry,
            "name": entry.name,
            "tier": entry.tier,
            "dose": Dose(entry.sessions, entry.minutes),
        }
        filled["area"] = entry.area_codes[0] if entry.area_codes else "other"
        last = starts + timedelta(weeks=entry.weeks, days=-1) if entry.weeks else ends
        filled["ends"] = min(day for day in (last, ends) if day) if last or ends else None
    return filled


def _started(request: Any) -> dict[str, Any]:
    return prefilled(request, request.POST.get("intervention") or request.GET.get("from", ""))


def _filled(request: Any) -> tuple[ProvisionForm, LearnersForm]:
    """The forms filled in from the library, with everything that was typed or pasted meanwhile."""
    sent = request.POST
    filled = filled_in(sent, _started(request), prefilled(request, sent.get("from", "")), _staff(request))
    return _forms(request, filled, {"upns": sent.get("upns", ""), "group": sent.get("group", "")})


def _done(request: Any, pk: int) -> HttpResponse:
    """Back to the gap that this was the remedy of, or to the provision."""
    gap = request.GET.get("gap", "")
    return redirect("interventions:gap", gap) if gap in BY_KEY else redirect("interventions:provision", pk)


@require(Capability.EDIT_MAP, writes=["POST"])
def new(request: Any) -> HttpResponse:
    """Start a provision: from the library, for learners by search, pasted UPNs or whole group."""
    form, people = _filled(request) if "fill" in request.POST else _forms(request, _started(request))
    wanted = request.POST.getlist("learners") or request.GET.getlist("learner")
    picked = _learners(request).filter(pk__in=[typed.number(pk) for pk in wanted])
    if form.is_valid() and people.is_valid():
        try:
            provision = actions.start_provision(
                school=request.school, plan=form.plan, deliverers=form.deliverers,
                learners=people.chosen, by=request.user,
            )  # fmt: skip
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            count = provision.placements.count()
            messages.success(request, f"{provision.name} is on the map for {count} learner{'' if count == 1 else 's'}.")
            return _done(request, provision.pk)
    library = (
        Intervention.objects.visible_to(request.user).filter(school=request.school).in_use().order_by("tier", "name")
    )
    context = {
        "section": "provisions",
        "form": form,
        "people": people,
        "picked": picked,
        "library": library,
        "tiers": request.school.tiers_on(today()),
    }
    return render(request, "interventions/provision_new.html", context, status=422 if form.is_bound else 200)


@require(Capability.EDIT_MAP, writes=["POST"])
def find_learners(request: Any) -> HttpResponse:
    """Learners that a typed text may mean, to tick; the text travels in the body only."""
    text = typed.words(request.POST.get("find"))
    found = _learners(request).none()
    if len(text) > 1:
        ticked = [typed.number(pk) for pk in request.POST.getlist("learners")]
        found = matching(_learners(request), text).exclude(pk__in=ticked).for_register()
    shown = list(found[: MOST_FOUND + 1])
    counted(request, len(shown[:MOST_FOUND]), searched=True)
    total = found.count() if len(shown) > MOST_FOUND else 0
    context = {"found": shown[:MOST_FOUND], "find": text, "total": total}
    return render(request, "interventions/provision_new.html#matches", context)


@require(Capability.SEE_MAP)
def one(request: Any, pk: int) -> HttpResponse:
    """One provision: dose, people, learners."""
    people = Prefetch("deliverers", Deliverer.objects.lasting().select_related("user"))
    provision = get_object_or_404(
        _provisions(request).select_related("responsible", "intervention").prefetch_related(people), pk=pk
    )
    placements = list(
        Placement.objects.visible_to(request.user).filter(provision=provision)
        .select_related("learner", "learner__group").order_by("learner__surname", "learner__forename", "pk")
    )  # fmt: skip
    counted(request, len({row.learner_id for row in placements}))
    for row in placements:
        row.words = Dose(row.sessions, row.minutes).words_at(provision.tier)
    _, adding = _forms(request)
    slots, planned = times_of(provision)
    context = {
        "slots": slots, "planned": planned, "plans": can_edit(request.school, provision.tier, request.user),
        "section": "provisions", "provision": provision, "placements": placements, "adding": adding, "names": AREAS,
        "words": Dose(provision.sessions, provision.minutes).words_at(provision.tier),
        "tiers": request.school.tiers_on(today()), "today": today(),
    }  # fmt: skip
    return render(request, "interventions/provision.html", context)


@require(Capability.EDIT_MAP, writes=["POST"])
def edit(request: Any, pk: int) -> HttpResponse:
    """Change a provision; when somebody else did so meanwhile, both versions are shown."""
    provision = get_object_or_404(_provisions(request).select_related("school"), pk=pk)
    form, _ = _forms(request, initial=ProvisionForm.reading(provision))
    context: dict[str, Any] = {"section": "provisions", "form": form, "provision": provision}
    if form.is_valid():
        try:
            actions.change_provision(
                provision=provision, changes=vars(form.plan) | {"group": provision.group},
                deliverers=form.deliverers_beside(provision), seen=form.cleaned_data["seen"] or 0, by=request.user,
            )  # fmt: skip
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        except Stale as clash:
            context["clash"] = both(form, ProvisionForm.reading(clash.current))
            form.data = form.data.copy()
            form.data["seen"] = str(clash.current.version)
            return render(request, "interventions/provision_edit.html", context, status=409)
        else:
            messages.success(request, "Saved.")
            return _done(request, pk)
    return render(request, "interventions/provision_edit.html", context, status=422 if form.is_bound else 200)


@require(Capability.EDIT_MAP, writes=["POST"])
def end(request: Any, pk: int) -> HttpResponse:
    """End a provision with all its placements."""
    provision = get_object_or_404(_provisions(request).select_related("school"), pk=pk)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            on = day_field("Last day").clean(request.POST.get("on") or today())
            actions.end_provision(provision=provision, on=on, seen=typed.number(seen), by=request.user)
            messages.success(request, f"{provision.name} ends on {on:%d/%m/%Y}. Change its last day to bring it back.")
        except ValidationError as wrong:
            messages.error(request, " ".join(wrong.messages))
        except (NotAllowed, Stale) as refused:
            words = str(refused) if isinstance(refused, NotAllowed) else "Somebody changed it meanwhile: look again."
            messages.error(request, words)
    return redirect("interventions:provision", pk)


@require(Capability.EDIT_MAP, writes=["POST"])
def add_learners(request: Any, pk: int) -> HttpResponse:
    """Place more learners in a provision."""
    provision = get_object_or_404(_provisions(request).select_related("school"), pk=pk)
    _, people = _forms(request)
    if request.method == "POST":
        if people.is_valid():
            try:
                made = actions.add_learners(
                    provision=provision, learners=people.chosen, starts=today(), by=request.user
                )
                words = f"{len(made)} learner{'' if len(made) == 1 else 's'} added."
                messages.info(request, words if made else "Nobody was added: all you chose are in it already.")
            except NotAllowed as refused:
                messages.error(request, str(refused))
        else:
            messages.error(request, " ".join(error for errors in people.errors.values() for error in errors))
    return redirect("interventions:provision", pk)
