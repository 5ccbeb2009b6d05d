"""Copying one term's map into another: choose, look at exactly what would be written, write it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from interventions.actions import copying as actions
from interventions.actions.previewed import Moved
from interventions.continuing import ALREADY, RUNS_ON, Copy, Row, copies_of
from interventions.dose import Dose
from interventions.forms.copying import CopyForm, TermsForm, seen_by, ticked
from interventions.terms import Ground, ground_of
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

MOST_TICKS = 2500  # fields of one form, which the server refuses beyond 3,000: more are copied a tier at a time
PAGE = "interventions/terms/copy.html"
TIERS = ("1", "2", "3", "4")


@require(Capability.EDIT_MAP, writes=["POST"])
def copy(request: Any) -> HttpResponse:
    """Copy a term: GET shows what could go on, POST previews what is ticked or, when `do` is "apply", copies it."""
    sent = request.POST if request.method == "POST" else request.GET
    terms = TermsForm(sent, school=request.school, today=today())
    form = CopyForm(request.POST if request.POST.get("outcomes") else None)
    context: dict[str, Any] = {
        "section": "map",
        "terms": terms,
        "form": form,
        "tiers": request.school.tiers_on(today()),
    }
    if not terms.pair or not terms.is_valid():
        return render(request, PAGE, context, status=422 if terms.pair else 200)
    old, new, first = terms.keys
    ground = ground_of(school=request.school, user=request.user, old=old, new=new, first=first)
    provisions, places = ticked(request.POST, "provision"), ticked(request.POST, "place")
    do, status = request.POST.get("do", ""), 200
    if do == "apply" and form.is_valid():
        asked = form.asked(terms, provisions, places)
        try:
            change = actions.copy_term(school=request.school, asked=asked, seen=seen_by(request.POST), by=request.user)
        except Moved as clash:
            context["moved"], status = clash.moved, 409
        except NotAllowed as refused:
            context["refused"], status = str(refused), 422
        else:
            messages.success(request, f"{change.words}. “Undo the last change” on the map takes all of it back.")
            return redirect("interventions:map")
    copies = copies_of(ground.rows, provisions, places)
    if do in ("preview", "apply") and form.is_valid() and copies:
        return render(request, PAGE, context | _preview(ground, copies, request.POST), status=status)
    if do == "preview":
        context["refused"], status = "Tick at least one provision with a learner in it.", 422
    again = (provisions, places) if request.method == "POST" else None
    return render(request, PAGE, context | _choices(ground, again, sent.get("tier", ""), do), status=status)


def _choices(ground: Ground, again: tuple[set[int], set[int]] | None, tier: str, do: str) -> dict[str, Any]:
    """What can be ticked, by tier; `again` is what was ticked already, `do` may tick all or none of a tier."""
    rows = [row for row in ground.rows if row.may]
    tier, cut = tier if tier in TIERS else "", False
    if not tier and sum(1 + len(row.choices) for row in rows) > MOST_TICKS:
        tier, cut = str(min(row.held.tier for row in rows)), True
    sections: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if not tier or row.held.tier == int(tier):
            sections.setdefault(row.held.tier, []).append(_line(row, ground, again, do))
    return {
        "ground": ground,
        "sections": sections,
        "tier": tier,
        "cut": cut,
        "already": [_line(row, ground, None, "") for row in ground.rows if row.state == ALREADY],
        "on": [_line(row, ground, None, "") for row in ground.rows if row.state == RUNS_ON],
    }


def _line(row: Row, ground: Ground, again: tuple[set[int], set[int]] | None, do: str) -> dict[str, Any]:
    on = row.held.pk in again[0] if again else row.ticked
    if do in (f"all-{row.held.tier}", f"none-{row.held.tier}"):
        on = do.startswith("all")
    chosen = [
        {
            "choice": one,
            "learner": ground.placements[one.place.pk].learner,
            "ticked": one.may and (one.place.pk in again[1] if again else one.ticked),
        }
        for one in row.choices
    ]
    return {"row": row, "ticked": on, "choices": chosen, **_of(row.held.pk, ground)}


def _of(pk: int, ground: Ground) -> dict[str, Any]:
    """What tells one provision from another of its name."""
    provision = ground.provisions[pk]
    people = [str(one) for one in ground.carried(provision)]
    answers = ground.answers(provision)
    return {
        "provision": provision,
        "dose": Dose(provision.sessions, provision.minutes).words_at(provision.tier),
        "staff": ", ".join(people) or (answers.name if answers else provision.responsible_name),
        "gone": ground.left_behind(provision),
    }


def _preview(ground: Ground, copies: list[Copy], sent: Any) -> dict[str, Any]:
    """Exactly what would be written, with the tokens that the answer carries."""
    tokens = {row.held.pk: row.token for row in ground.rows}
    left_out = ticked(sent, "provision") - {one.held.pk for one in copies}
    lines = [
        {
            "copy": one,
            "joins": ground.provisions[one.joins] if one.joins else None,
            "learners": [(ground.placements[place.pk].learner, ends) for place, ends in one.places],
            **_of(one.held.pk, ground),
        }
        for one in copies
    ]
    return {
        "ground": ground,
        "lines": lines,
        "fresh": sum(not one.joins for one in copies),
        "places": sum(len(one.places) for one in copies),
        "kept": [("provision", one.held.pk) for one in copies]
        + [("place", pk) for pk in sorted(ticked(sent, "place"))],
        "empty": sorted({row.held.name for row in ground.rows if row.may and row.held.pk in left_out}),
        "seen": [f"{one.held.pk}|{tokens[one.held.pk]}" for one in copies],
        "tier": sent.get("tier", ""),
    }
