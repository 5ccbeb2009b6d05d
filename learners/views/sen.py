"""SEN provision: the next dated record, and correcting the current one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from learners.actions import sen as actions
from learners.forms.sen import SenForm
from learners.models import Learner, SenProvision
from learners.views.learner import learner_here
from learners.views.tags import need_tags, sen_tag
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def change(request: Any, pk: int) -> HttpResponse:
    """Open a new record from a day on; the one in force closes the day before."""
    learner = learner_here(request, pk)
    record = learner.sen_provisions.filter(ends=None).first()
    initial = (SenForm.reading(record) if record else {}) | {"starts": today(), "note": ""}
    return _answer(request, learner, record, initial, correcting=False)


@require(Capability.EDIT_LEARNERS, writes=["POST"])
def correct(request: Any, pk: int) -> HttpResponse:
    """Put the current record right where it was written wrongly."""
    learner = learner_here(request, pk)
    record = learner.sen_provisions.filter(ends=None).first()
    if record is None:
        raise Http404
    return _answer(request, learner, record, SenForm.reading(record), correcting=True)


def _answer(
    request: Any, learner: Learner, record: SenProvision | None, initial: dict[str, Any], *, correcting: bool
) -> HttpResponse:
    """The form; on POST the learner's page, the form with its errors (422), or both versions (409)."""
    notes = Capability.SEE_NOTES in request.capabilities
    initial = initial | {"seen": learner.version}
    form = SenForm(request.POST or None, initial=initial, today=today(), notes=notes)
    shown: dict[str, Any] = {
        "section": "learners",
        "learner": learner,
        "form": form,
        "record": record,
        "correcting": correcting,
    }
    if form.is_valid():
        try:
            _save(request, learner, record if correcting else None, form)
        except ValidationError as error:
            form.add_error(None, error)
        except Stale:
            return _both(request, learner, form, shown)
        else:
            messages.success(request, f"SEN provision of {learner.name} is saved.")
            return redirect("learners:learner", learner.pk)
    return render(request, "learners/sen.html", shown, status=422 if form.errors else 200)


def _save(request: Any, learner: Learner, record: SenProvision | None, form: SenForm) -> None:
    """Correct `record`, or open a new one. A note that somebody may not read stays as it is."""
    sent = form.cleaned_data
    values = {"code": sent["code"], "needs": form.needs, "starts": sent["starts"], "seen": sent["seen"]}
    if record is None:
        actions.change_sen(learner=learner, note=sent.get("note", ""), by=request.user, **values)
    else:
        actions.correct_sen(record=record, note=sent.get("note", record.note), by=request.user, **values)


def _both(request: Any, learner: Learner, form: SenForm, shown: dict[str, Any]) -> HttpResponse:
    """What was typed stays in the form, beside what somebody else wrote meanwhile."""
    learner.refresh_from_db()
    now = learner.sen_provisions.filter(ends=None).first()
    form.data = form.data.copy()
    form.data["seen"] = learner.version
    clash = {"record": now, "tags": [sen_tag(now.code), *need_tags(now.needs)] if now else []}
    return render(request, "learners/sen.html", shown | {"clash": clash, "record": now}, status=409)
