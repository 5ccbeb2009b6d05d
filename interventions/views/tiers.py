"""Moving to the other set of tiers: the set and the day, where each goes, the totals before and after, and doing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions import tiers as actions
from interventions.forms.tiers import RulesForm, SetForm
from interventions.models import TierPlan
from interventions.tier_rules import Thing, flow, lands_on, reason_for_specialist, seal, tally, tally_by
from interventions.tier_things import things_of
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.models import TIER_SETS
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

SECTION = {"section": "settings"}


@require(Capability.MANAGE_SETTINGS, writes=["POST"])
def change(request: Any) -> HttpResponse:
    """The path: GET chooses the set and the day and then each rule, POST previews and applies."""
    school, day = request.school, today()
    planned = TierPlan.objects.visible_to(request.user).planned().filter(school=school).select_related("by").first()
    asked = request.POST or request.GET
    chosen = SetForm(asked if "to" in asked or "on" in asked else None, initial=SetForm.reading(school, day))
    shown: dict[str, Any] = {**SECTION, "planned": planned, "form": chosen, "now": school.tiers_on(day)}
    if not chosen.is_valid():
        return render(request, "interventions/tiers/choose.html", shown, status=422 if chosen.is_bound else 200)
    choice = actions.Choice(chosen.cleaned_data["to"], chosen.cleaned_data["on"])
    try:
        actions.check_day(school, choice, day)
    except NotAllowed as refused:
        chosen.add_error(None, str(refused))
        return render(request, "interventions/tiers/choose.html", shown, status=422)
    things = things_of(school, choice.on)
    sent = request.POST if request.method == "POST" else None
    rules = RulesForm(sent, things=things, labels=shown["now"], to=choice.new_set)
    shown |= {"to": choice.new_set, "on": choice.on, "rules": rules}
    if sent is None or not rules.is_valid() or "back" in sent:
        shown["groups"] = groups_of(rules)
        status = 422 if sent and rules.errors else 200
        return render(request, "interventions/tiers/rules.html", shown, status=status)
    choice = actions.Choice(choice.new_set, choice.on, rules.rules, rules.by_hand)
    return _go_on(request, choice, shown, things)


def _go_on(request: Any, choice: actions.Choice, shown: dict[str, Any], things: list[Thing]) -> HttpResponse:
    """Preview what was chosen; apply it when the preview was what still holds (409 with a new preview when not)."""
    school, rules = request.school, shown["rules"]
    try:
        after = actions.landing(things, choice)
        if "apply" in request.POST:
            seen = request.POST.get("seen", "")
            plan = actions.change_tier_set(school=school, choice=choice, seen=seen, today=today(), by=request.user)
            return _done(request, plan)
    except NotAllowed as refused:
        rules.add_error(None, str(refused))
        shown["groups"] = groups_of(rules)
        return render(request, "interventions/tiers/rules.html", shown, status=422)
    except actions.MovedMeanwhile as moved:
        things = things_of(school, choice.on)
        after = {thing.key: lands_on(thing, choice.rules, choice.by_hand) for thing in things}
        shown["moved"] = moved.names
    shown |= preview_of(things, after, shown["now"], TIER_SETS[choice.new_set], choice)
    shown |= {"seen": seal(things), "later": choice.on > today()}
    return render(request, "interventions/tiers/preview.html", shown, status=409 if "moved" in shown else 200)


def _done(request: Any, plan: TierPlan) -> HttpResponse:
    if plan.state == "planned":
        words = f"Planned for {plan.on:%d/%m/%Y}. Until then nothing changes, and you can cancel it here."
    else:
        words = (
            f"Your tiers are {plan.get_new_set_display()} from {plan.on:%d/%m/%Y}. "
            "“Undo the last change” on the map takes it back, and so does “History”."
        )
    messages.success(request, words)
    return redirect("interventions:tier-change" if plan.state == "planned" else "school:settings")


def groups_of(rules: RulesForm) -> list[dict[str, Any]]:
    """The things that are asked about, by present tier: provisions, then entries, each with its choice."""
    groups = []
    for bound in rules.rule_fields:
        tier = int(bound.name.removeprefix("rule_"))
        held = [thing for thing in rules.things if thing.tier == tier]
        rows = [
            {"thing": thing, "field": rules[thing.key], "why": reason_for_specialist(thing) if tier == 3 else ""}
            for thing in held
            if not thing.rests
        ]
        groups.append({
            "tier": tier, "label": rules.label_of(tier), "rule": bound, "tally": tally(held),
            "provisions": [row for row in rows if not row["thing"].is_entry],
            "entries": [row for row in rows if row["thing"].is_entry],
            "resting": sum(thing.rests for thing in held),
        })  # fmt: skip
    return groups


def preview_of(
    things: list[Thing], after: dict[str, int], old: dict[int, str], new: dict[int, str], choice: actions.Choice
) -> dict[str, Any]:
    """Totals before and after, how placements flow from tier to tier, and what is in each new tier."""
    before = {thing.key: thing.tier for thing in things}
    was, becomes = (sorted({*labels, *tiers.values()}) for labels, tiers in ((old, before), (new, after)))
    then, now = tally_by(things, before, was), tally_by(things, after, becomes)
    moves = flow(things, after)
    names = [
        (new[code], code, [one for one in things if after[one.key] == code and not one.rests and one.tier != code])
        for code in becomes
    ]
    return {
        "before": [(old.get(code, f"Tier {code}"), code, then[code]) for code in was],
        "after": [(new[code], code, now[code]) for code in becomes],
        "whole": tally(things),
        "flow": [(old.get(code, f"Tier {code}"), code, [moves.get((code, to), 0) for to in becomes], then[code])
                 for code in was],
        "names": [entry for entry in names if entry[2]],
        "hand": len(choice.by_hand),
        "entries": sum(thing.is_entry and after[thing.key] != thing.tier for thing in things),
        "resting": sum(thing.rests for thing in things),
    }  # fmt: skip


@require(Capability.MANAGE_SETTINGS, writes=["POST"])
def cancel(request: Any, pk: int) -> HttpResponse:
    """Give up a planned change."""
    plans = TierPlan.objects.visible_to(request.user).filter(school=request.school).select_related("school")
    plan = get_object_or_404(plans, pk=pk)
    if request.method == "POST":
        try:
            actions.cancel_plan(plan=plan, by=request.user)
        except NotAllowed as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"The change planned for {plan.on:%d/%m/%Y} is cancelled. Your tiers stay.")
    return redirect("interventions:tier-change")
