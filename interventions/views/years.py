"""Next year: choose, look at exactly what would change, do it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from interventions.actions import years as actions
from interventions.actions.previewed import Moved
from interventions.actions.years import Asked
from interventions.forms.years import TurnForm, by_hand, rooms
from interventions.models import Placement
from learners.actions.years import pupil_of, roll_of
from learners.census import YEAR_ORDER, YEARS
from learners.models import Group, Learner
from learners.moving_up import CHOICES, LEAVE, STAY, UP, Room, Step, Turn, choices_of, room_after, steps_of, token_of
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

PAGE = "interventions/terms/year.html"
MOST_CHOICES = 2500  # fields of one form, which the server refuses beyond 3,000: then only those to look at get one


@require(Capability.EDIT_MAP, writes=["POST"])
@require(Capability.EDIT_LEARNERS, writes=["POST"])
def next_year(request: Any) -> HttpResponse:
    """Move learners up a year: GET shows what would become of each, POST previews or, with `do` "apply", does it."""
    sent = request.POST if request.method == "POST" else request.GET
    roll = roll_of(request.school, request.user, today())
    pupils = [pupil_of(one) for one in roll]
    form = TurnForm(sent, school=request.school, pupils=pupils, today=today())
    context: dict[str, Any] = {"section": "learners", "form": form, "today": today(), "roll": len(roll)}
    if not form.is_valid() or not roll:
        return render(request, PAGE, context, status=422 if roll else 200)
    turn, groups = (
        form.turn,
        list(
            Group.objects.visible_to(request.user)
            .filter(school=request.school)
            .prefetch_related("teachers")
            .order_by("name")
        ),
    )
    asked = Asked(turn, by_hand(request.POST), _rooms(request.POST, groups), request.POST.get("again") == "1")
    context |= {"turn": turn, "begun": actions.begun(request.school, turn.name), "again": asked.again}
    do, status = request.POST.get("do", ""), 200
    if do == "apply":
        try:
            change = actions.begin_year(
                school=request.school, asked=asked, seen=request.POST.get("seen", ""), today=today(), by=request.user
            )
        except Moved as clash:
            context["moved"], status = clash.moved, 409
        except NotAllowed as refused:
            context["refused"], status, do = str(refused), 422, ""
        else:
            messages.success(request, f"{change.words}. “Undo the last change” on the map takes all of it back.")
            return redirect("interventions:map")
    steps = steps_of(pupils, turn, asked.by_hand)
    learners = {one.pk: one for one in roll}
    context |= {"years": _years(request, steps, turn), "classes": _classes(steps, groups, asked)}
    context["roomless"] = sum(one["size"] for one in context["classes"] if not one["room"])
    looking = do in ("preview", "apply")
    shown = _preview(steps, learners, asked, request.user) if looking else _choices(steps, learners, asked)
    return render(request, PAGE, context | shown, status=status)


def _rooms(sent: Any, groups: list[Group]) -> dict[int, int | None]:
    """The class that follows each class: as chosen, else as its name or its year tells."""
    known = [Room(one.pk, one.name, one.nc_year, frozenset(who.pk for who in one.teachers.all())) for one in groups]
    return {one.pk: room_after(one, known) for one in known} | rooms(sent)


def _years(request: Any, steps: list[Step], turn: Turn) -> list[dict[str, Any]]:
    """Counts by year group: how many move up, stay and leave, and how many places end."""
    leavers = actions.ending(steps, turn)
    year_of = {one.pupil.pk: one.pupil.nc_year for one in steps}
    rows = Placement.objects.visible_to(request.user).filter(learner__in=leavers).values_list("learner", "ends")
    ended = Counter(year_of[who] for who, ends in rows if ends is None or ends > leavers[who])
    counts = Counter((one.pupil.nc_year, one.does) for one in steps)
    found = sorted({one.pupil.nc_year for one in steps}, key=lambda code: YEAR_ORDER.get(code, -1))
    return [
        {"name": YEARS.get(code, "No year group"), "up": counts[code, UP], "stay": counts[code, STAY],
         "leave": counts[code, LEAVE], "ended": ended[code], "code": code}
        for code in found
    ]  # fmt: skip


def _classes(steps: list[Step], groups: list[Group], asked: Asked) -> list[dict[str, Any]]:
    """The classes whose learners move up, how many, and where they go."""
    sizes = Counter(one.pupil.group for one in steps if one.does == UP)
    names = {one.pk: one for one in groups}
    order = sorted(
        (one for one in groups if sizes[one.pk]), key=lambda one: (YEAR_ORDER.get(one.nc_year, -1), one.name)
    )
    return [
        {"group": one, "year": YEARS.get(one.nc_year, "Mixed"), "size": sizes[one.pk], "to": asked.rooms.get(one.pk),
         "room": names.get(asked.rooms.get(one.pk) or 0), "offered": groups}
        for one in order
    ]  # fmt: skip


def _line(step: Step, learner: Learner, turn: Turn) -> dict[str, Any]:
    words = [(key, CHOICES[key]) for key in choices_of(step.pupil, turn)]
    return {
        "step": step,
        "learner": learner,
        "year": YEARS.get(step.nc_year, "none"),
        "left": step.left(turn),
        "words": words,
    }


def _choices(steps: list[Step], learners: dict[int, Learner], asked: Asked) -> dict[str, Any]:
    """Whom to choose for: those to look at first, then everybody by year group."""
    lines = [_line(one, learners[one.pupil.pk], asked.turn) for one in steps]
    parts: dict[str, list[dict[str, Any]]] = {}
    if len(lines) <= MOST_CHOICES:
        for line in lines:
            if not line["step"].reason:
                parts.setdefault(line["step"].pupil.nc_year, []).append(line)
    order = sorted(parts, key=lambda code: YEAR_ORDER.get(code, -1))
    return {
        "doubtful": [line for line in lines if line["step"].reason],
        "parts": [{"name": YEARS.get(code, "No year group"), "lines": parts[code]} for code in order],
    }


def _preview(steps: list[Step], learners: dict[int, Learner], asked: Asked, user: User) -> dict[str, Any]:
    """Exactly what would change, with the token that the answer carries."""
    leavers = actions.ending(steps, asked.turn)
    lines = [_line(one, learners[one.pupil.pk], asked.turn) for one in steps]
    return {
        "looking": True,
        "leaving": [line for line in lines if line["step"].does == LEAVE],
        "staying": [line for line in lines if line["step"].does == STAY],
        "kept": [(f"step-{one.pupil.pk}", one.does) for one in steps if one.does != one.usual]
        + [(f"room-{old}", new or "") for old, new in sorted(asked.rooms.items())],
        "seen": token_of((one.pupil for one in steps), actions.places_after(leavers, user)),
    }
