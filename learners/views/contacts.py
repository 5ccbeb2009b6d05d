"""Adding, changing and removing the adults around a learner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from learners.actions import contacts as actions
from learners.forms.contacts import ContactForm
from learners.models import Contact
from learners.views.learner import learner_here
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.web import typed


def _contact_here(request: Any, pk: int, contact_pk: int) -> Contact:
    """A contact of a learner this person may see; a contact under another learner's address is 404."""
    rows = Contact.objects.filter(learner=learner_here(request, pk)).select_related("learner__school")
    return get_object_or_404(rows, pk=contact_pk)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def add(request: Any, pk: int) -> HttpResponse:
    """Add an adult."""
    learner = learner_here(request, pk)
    initial = {"seen": learner.version, "priority": learner.contacts.count() + 1}
    form = ContactForm(request.POST or None, initial=initial)
    if form.is_valid():
        contact = actions.add_contact(learner=learner, values=form.values, by=request.user)
        messages.success(request, f"{contact.name} is added.")
        return redirect("learners:learner", learner.pk)
    shown = {"section": "learners", "learner": learner, "contact": None, "form": form}
    return render(request, "learners/contact.html", shown, status=422 if form.errors else 200)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def edit(request: Any, pk: int, contact_pk: int) -> HttpResponse:
    """Change an adult; both versions when somebody else did meanwhile."""
    contact = _contact_here(request, pk, contact_pk)
    form = ContactForm(request.POST or None, initial=ContactForm.reading(contact))
    shown = {"section": "learners", "learner": contact.learner, "contact": contact, "form": form}
    if not form.is_valid():
        return render(request, "learners/contact.html", shown, status=422 if form.errors else 200)
    seen = form.cleaned_data["seen"]
    try:
        saved = actions.change_contact(contact=contact, changes=form.values, seen=seen, by=request.user)
    except Stale as stale:
        form.data = form.data.copy()
        form.data["seen"] = stale.current.learner.version
        return render(request, "learners/contact.html", shown | {"clash": stale.current}, status=409)
    messages.success(request, f"{saved.name} is saved.")
    return redirect("learners:learner", contact.learner_id)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def remove(request: Any, pk: int, contact_pk: int) -> HttpResponse:
    """Ask, then take an adult away; ask again when somebody else changed the learner meanwhile."""
    contact = _contact_here(request, pk, contact_pk)
    shown = {"section": "learners", "learner": contact.learner, "contact": contact, "clash": False}
    if request.method != "POST":
        return render(request, "learners/contact_remove.html", shown)
    seen = typed.number(request.POST.get("seen"))
    try:
        actions.remove_contact(contact=contact, seen=seen, by=request.user)
    except Stale as stale:
        shown |= {"learner": stale.current.learner, "contact": stale.current, "clash": True}
        return render(request, "learners/contact_remove.html", shown, status=409)
    messages.success(request, f"{contact.name} is removed.")
    return redirect("learners:learner", contact.learner_id)
