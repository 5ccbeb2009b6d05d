"""Splitting a group and merging groups: choose, look at exactly what would change, do it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from interventions.actions import regrouping as actions
from interventions.actions.previewed import Moved
from interventions.actions.regrouping import NewGroup
from interventions.continuing import key_of
from interventions.dose import Dose
from interventions.forms.copying import seen_by, ticked
from interventions.forms.regrouping import MergeForm, SplitForm
from interventions.models import Placement, Provision
from interventions.regrouping import Moves, Running, last_day, merge, split, why_not_merged, why_not_split
from interventions.telling import people_of, told_apart
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.calendar import DAY
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

SPLIT, MERGE = "interventions/terms/split.html", "interventions/terms/merge.html"
MOST_GROUPS = 40  # of one intervention on one page
GOES = "goes"  # the placements ticked; a name that no field of the new group has


def _provisions(request: Any) -> Any:
    rows = told_apart(Provision.objects.visible_to(request.user).filter(school=request.school))
    return rows.select_related("school", "responsible", "group", "intervention")


def _placements(request: Any, provisions: list[int]) -> dict[int, Placement]:
    rows = Placement.objects.visible_to(request.user).filter(provision__in=provisions)
    rows = rows.select_related("learner", "learner__group", "provision")
    return {one.pk: one for one in rows.order_by("learner__surname", "learner__forename", "starts", "pk")}


@require(Capability.EDIT_MAP, writes=["POST"])
def split_group(request: Any, pk: int) -> HttpResponse:
    """Move some learners of a provision to a second one from a day."""
    provision = get_object_or_404(_provisions(request), pk=pk)
    placements = _placements(request, [pk])
    staff = User.objects.at(request.school, today())
    form = SplitForm(
        request.POST or None, initial=SplitForm.reading(provision, today()), staff=staff, tier=provision.tier
    )
    chosen = ticked(request.POST, GOES)
    context: dict[str, Any] = {"section": "provisions", "provision": provision, "form": form, "told": told(provision)}
    context["learners"] = _present(placements, chosen)
    if request.POST.get("do") not in ("preview", "apply"):
        return render(request, SPLIT, context)
    if not form.is_valid():
        return render(request, SPLIT, context, status=422)
    return _split(request, provision, form.group, placements, context)


def _split(
    request: Any, provision: Provision, group: NewGroup, placements: dict[int, Placement], context: dict[str, Any]
) -> HttpResponse:
    """The preview of a split, or the split itself."""
    chosen, status = ticked(request.POST, GOES) & set(placements), 200
    if request.POST["do"] == "apply":
        seen = seen_by(request.POST).get(provision.pk, "")
        try:
            new, change = actions.split_provision(
                provision=provision, group=group, chosen=chosen, seen=seen, by=request.user
            )
        except Moved as clash:
            context["moved"], status = clash.moved, 409
        except NotAllowed as refused:
            return render(request, SPLIT, context | {"refused": str(refused)}, status=422)
        else:
            messages.success(request, f"{change.words}. “Undo the last change” on the map takes it back.")
            return redirect("interventions:provision", new.pk)
    state = actions.running(provision, list(placements.values()))
    if words := why_not_split(state, chosen, group.on):
        return render(request, SPLIT, context | {"refused": words}, status=status if status == 409 else 422)
    shown = _look(split(state.places, chosen, group.on), placements, group.on, group)
    shown |= {
        "group": group,
        "dose": Dose(group.sessions, group.minutes).words_at(provision.tier),
        "seen": _seen(state),
    }
    return render(request, SPLIT, context | shown, status=status)


def _seen(state: Running) -> str:
    """What the preview was made from, by provision, as the action compares it: what this person may see of it."""
    return f"{state.pk}|{state.token}"


def _present(placements: dict[int, Placement], chosen: set[int]) -> list[dict[str, Any]]:
    """Who can be ticked: those with a place today or later."""
    return [
        {"row": one, "ticked": one.pk in chosen, "dose": Dose(one.sessions, one.minutes).words_at(one.provision.tier)}
        for one in placements.values()
        if one.ends is None or one.ends >= today()
    ]


def _look(moves: Moves, placements: dict[int, Placement], day: date, group: NewGroup | Provision) -> dict[str, Any]:
    """Exactly what would change: who goes on in the other group and when, and who has a place there already."""
    going = [(placements[place.pk], days) for place, days in moves.fresh if place.pk in placements]
    going += [(placements[pk], days) for pk, days in moves.moved.items() if pk in placements]
    going.sort(key=lambda one: (one[0].learner.surname, one[0].learner.forename, one[0].pk))
    return {
        "going": [
            {
                "row": row,
                "starts": days[0],
                "ends": days[1],
                "dose": Dose(*actions.dose_after(row, group.sessions, group.minutes)).words_at(row.provision.tier),
            }
            for row, days in going
        ],
        "there": [placements[place.pk] for place in moves.there if place.pk in placements],
        "day_before": day - DAY,
    }


def told(provision: Provision) -> str:
    """What tells one group from another of its name, in words."""
    people = people_of(provision, today()) or "nobody yet"
    group = f"{provision.group.name} · " if provision.group else ""
    return f"{group}{Dose(provision.sessions, provision.minutes).words_at(provision.tier)} · {people}"


@require(Capability.EDIT_MAP, writes=["POST"])
def merge_groups(request: Any) -> HttpResponse:
    """Let several running provisions of one intervention go on as one of them from a day."""
    sent = request.POST if request.method == "POST" else request.GET
    wanted = ticked(sent, "provision")
    running = _provisions(request).filter(Q(ends=None) | Q(ends__gte=today())).order_by("name", "starts", "pk")
    first = running.filter(pk__in=wanted).first()
    context: dict[str, Any] = {"section": "provisions", "wanted": wanted, "first": first}
    if first is None:
        return render(request, MERGE, context | {"several": _several(running)})
    same = (
        Q(intervention=first.intervention_id)
        if first.intervention_id
        else Q(intervention=None, name__iexact=first.name)
    )
    groups = {one.pk: one for one in running.filter(same)[:MOST_GROUPS]}
    wanted &= set(groups)
    placements = _placements(request, list(groups))
    form = MergeForm(request.POST if "on" in request.POST else {"on": today(), "into": first.pk}, ticked=wanted)
    context |= {"form": form, "groups": [_group(one, placements) for one in groups.values()]}
    if request.POST.get("do") not in ("preview", "apply"):
        return render(request, MERGE, context)
    if not form.is_valid():
        return render(request, MERGE, context, status=422)
    return _merge(request, form, groups, placements, context)


def _merge(
    request: Any,
    form: MergeForm,
    groups: dict[int, Provision],
    placements: dict[int, Placement],
    context: dict[str, Any],
) -> HttpResponse:
    """The preview of a merge, or the merge itself."""
    into, on, status = form.cleaned_data["into"], form.cleaned_data["on"], 200
    context["refused"] = ""
    if request.POST["do"] == "apply":
        try:
            change = actions.merge_provisions(
                school=request.school, into=into, others=form.others, on=on, seen=seen_by(request.POST), by=request.user
            )
        except Moved as clash:
            context["moved"], status = clash.moved, 409
        except NotAllowed as refused:
            context["refused"], status = str(refused), 422
        else:
            messages.success(request, f"{change.words}. “Undo the last change” on the map takes it back.")
            return redirect("interventions:provision", into)
    states = {
        pk: actions.running(groups[pk], [row for row in placements.values() if row.provision_id == pk])
        for pk in (into, *sorted(form.others))
    }
    others = [states[pk] for pk in sorted(form.others)]
    context["refused"] = context["refused"] or why_not_merged(states[into], others, on)
    if context["refused"]:
        return render(request, MERGE, context, status=422)
    context |= _look(merge(states[into], others, on), placements, on, groups[into])
    context |= {
        "into": groups[into], "told": told(groups[into]),
        "others": [(groups[pk], told(groups[pk])) for pk in sorted(form.others)],
        "ends": last_day(states[into], others), "seen": [_seen(one) for one in states.values()],
    }  # fmt: skip
    return render(request, MERGE, context, status=status)


def _group(provision: Provision, placements: dict[int, Placement]) -> dict[str, Any]:
    rows = [one for one in placements.values() if one.provision_id == provision.pk]
    present = [one.learner.name for one in rows if one.ends is None or one.ends >= today()]
    return {"provision": provision, "told": told(provision), "learners": present}


def _several(running: Any) -> list[dict[str, Any]]:
    """Interventions of which more than one provision runs, to choose from."""
    sets: dict[Any, list[Provision]] = {}
    for one in running:
        sets.setdefault(one.intervention_id or key_of(one.name), []).append(one)
    return [{"name": rows[0].name, "first": rows[0], "count": len(rows)} for rows in sets.values() if len(rows) > 1]
