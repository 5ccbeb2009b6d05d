"""Keeping one learner's record whatever its age."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from learners.actions import holds as actions
from learners.forms.disposal import HoldForm
from learners.keeping import periods_of, standing_of, with_keeping
from learners.models import Learner
from learners.views.learner import MEANWHILE, learner_here
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web.typed import number


def _page(request: Any, child: Learner, form: HoldForm, status: int = 200) -> HttpResponse:
    """How long the record is kept, and every hold there was."""
    day = today()
    known = with_keeping(Learner.objects.filter(pk=child.pk)).get()
    shown = {
        "section": "learners",
        "learner": known,
        "form": form,
        "standing": standing_of(known, periods_of(child.school), day),
        "years": periods_of(child.school),
        "holds": child.holds.select_related("by", "lifted_by"),
    }
    return render(request, "learners/disposal/hold.html", shown, status=status)


@require(Capability.DISPOSE_RECORDS, writes=["POST"])
def hold(request: Any, pk: int) -> HttpResponse:
    """Whether this record must stay, and why; setting a hold, lifting it and putting it back."""
    child = learner_here(request, pk)
    act = request.POST.get("do", "")
    form = HoldForm(request.POST if act == "set" else None, initial={"seen": child.version})
    if request.method != "POST" or (act == "set" and not form.is_valid()):
        return _page(request, child, form, 422 if form.errors else 200)
    claim = {"learner": child, "seen": number(request.POST.get("seen")), "by": request.user}
    try:
        if act == "set":
            actions.set_hold(reason=form.cleaned_data["reason"], day=today(), **claim)
            messages.success(request, f"The record of {child.name} stays until somebody lifts the hold.")
        elif act == "lift":
            actions.lift_hold(day=today(), **claim)
            messages.success(request, "The hold is lifted. “Put back” in the list below undoes that.")
        else:
            actions.put_back_hold(hold=number(request.POST.get("hold")), **claim)
            messages.success(request, "The hold stands again.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    except Stale as stale:
        messages.warning(request, MEANWHILE)
        form = HoldForm(initial={"seen": stale.current.version, "reason": request.POST.get("reason", "")[:300]})
        return _page(request, stale.current, form, 409)
    return redirect("learners:hold", child.pk)
