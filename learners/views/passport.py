"""The passport: written on the page, section by section, and printed on one sheet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django_htmx.http import trigger_client_event

from learners.actions import passports as actions
from learners.forms.passport import AgreedForm, SectionForm
from learners.models import Learner, Passport
from learners.views.learner import learner_here
from learners.views.tags import year_words
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment
from provisionmap.web.printing import one_page

PAGE = "learners/passport.html"


def _passport_of(learner: Learner) -> Passport:
    """The learner's passport; an empty one at version 0, not saved, where none was begun."""
    return Passport.objects.filter(learner=learner).first() or Passport(learner=learner, version=0)


def _part(passport: Passport, name: str) -> dict[str, Any]:
    """One section as the page draws it."""
    return {
        "name": name,
        "title": Passport.SECTIONS[name],
        "text": getattr(passport, name),
        "form": None,
        "clash": None,
    }


def _shown(learner: Learner, passport: Passport, part: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the page shows; `part` stands in the place of the section of its name."""
    parts = [part if part and part["name"] == name else _part(passport, name) for name in Passport.SECTIONS]
    agreed = AgreedForm(initial={"seen": passport.version, "agreed_on": passport.agreed_on}, today=today())
    return {
        "section": "learners",
        "learner": learner,
        "year": year_words(learner.nc_year),
        "passport": passport,
        "parts": parts,
        "part": part,
        "agreed": agreed,
    }


@require(Capability.SEE_NOTES)
def passport(request: Any, pk: int) -> HttpResponse:
    """The whole passport."""
    learner = learner_here(request, pk)
    return render(request, PAGE, _shown(learner, _passport_of(learner)))


@require(Capability.SEE_NOTES)
def part(request: Any, pk: int, name: str) -> HttpResponse:
    """One section to read: what Cancel brings back."""
    if name not in Passport.SECTIONS:
        raise Http404
    learner = learner_here(request, pk)
    held = _passport_of(learner)
    return fragment(request, f"{PAGE}#section", _shown(learner, held, _part(held, name)))


@require(Capability.EDIT_PASSPORT, writes=["POST"])
def edit_part(request: Any, pk: int, name: str) -> HttpResponse:
    """A section's form; on POST the saved section, the form with its errors (422), or both texts (409)."""
    if name not in Passport.SECTIONS:
        raise Http404
    learner = learner_here(request, pk)
    held = _passport_of(learner)
    form = SectionForm(request.POST or None, initial={"seen": held.version, "text": getattr(held, name)})
    drawn = _part(held, name) | {"form": form, "was": form.was if form.is_bound else getattr(held, name)}
    if not form.is_valid():
        shown = _shown(learner, held, drawn)
        return fragment(request, f"{PAGE}#section", shown, status=422 if form.errors else 200)
    try:
        saved = _save(learner, name, form, request.user)
    except Stale as stale:
        form.data = form.data.copy()
        form.data["seen"] = stale.current.version
        drawn["clash"] = getattr(stale.current, name)
        return fragment(request, f"{PAGE}#section", _shown(learner, stale.current, drawn), status=409)
    if not request.htmx:
        return redirect("learners:passport", learner.pk)
    answer = fragment(request, f"{PAGE}#section", _shown(learner, saved, _part(saved, name) | {"saved": True}))
    return trigger_client_event(answer, "said", "Saved")


def _save(learner: Learner, name: str, form: SectionForm, by: Any) -> Passport:
    """Save, also when somebody wrote meanwhile, as long as they wrote in other sections."""
    changes = {name: form.cleaned_data["text"]}
    try:
        return actions.change_passport(learner=learner, changes=changes, seen=form.cleaned_data["seen"], by=by)
    except Stale as stale:
        if getattr(stale.current, name) not in (form.was, changes[name]):
            raise
        seen = stale.current.version
        return actions.change_passport(learner=learner, changes=changes, seen=seen, by=by)


@require(Capability.EDIT_PASSPORT, writes=["POST"])
def agree(request: Any, pk: int) -> HttpResponse:
    """Keep the day on which the learner agreed their passport."""
    learner = learner_here(request, pk)
    form = AgreedForm(request.POST or None, today=today())
    if not form.is_valid():
        shown = _shown(learner, _passport_of(learner)) | ({"agreed": form} if form.errors else {})
        return render(request, PAGE, shown, status=422 if form.errors else 200)
    changes = {"agreed_on": form.cleaned_data["agreed_on"]}
    try:
        actions.change_passport(learner=learner, changes=changes, seen=form.cleaned_data["seen"], by=request.user)
        messages.success(request, "The date is saved.")
    except Stale:
        messages.warning(request, "Somebody else wrote in this passport meanwhile. Read it, then set the date again.")
    return redirect("learners:passport", learner.pk)


@require(Capability.SEE_NOTES)
def as_pdf(request: Any, pk: int) -> HttpResponse:
    """The passport on one A4 page. The file's name holds no name of a child."""
    learner = learner_here(request, pk)
    shown = _shown(learner, _passport_of(learner)) | {"today": today()}
    pdf = one_page(lambda size: render_to_string("learners/passport_print.html", shown | {"size": size}))
    headers = {"Content-Disposition": f'inline; filename="passport-{learner.pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
