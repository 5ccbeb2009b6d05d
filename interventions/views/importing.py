"""Importing a provision map: file, columns, check, result. A page writes nothing until "Import" is pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from interventions.actions import importing as actions
from interventions.actions.importing import Draft, Moved, NothingToDo, Settled
from interventions.actions.undoing import MovedOn, undo_change
from interventions.areas import AREA_CHOICES, AREAS
from interventions.forms.importing import ColumnsForm, DatesForm, SettlingForm, UploadForm
from interventions.map_reading.people import can_be_added, whole
from interventions.map_reading.plan import Choices, Planned
from interventions.models import MapImport
from learners.actions.uploads import KEPT_FOR
from learners.census import YEARS
from learners.models import Learner
from learners.views.previewing import samples_of
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.models import Term
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web.paging import page_of
from provisionmap.web.text_file import Refused


def _runs(request: Any) -> Any:
    return (
        MapImport.objects.visible_to(request.user)
        .filter(school=request.school)
        .select_related("school", "by", "change")
    )


def of_waiting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view this person's own upload; one that is settled sends them back to the start with the reason.

    One whose columns are read in a way that makes too many lines sends them back to the columns.
    """

    @wraps(view)
    def with_run(request: Any, pk: int) -> HttpResponse:
        run = get_object_or_404(_runs(request).filter(by=request.user), pk=pk)
        try:
            if run.state != "uploaded" or run.created < timezone.now() - KEPT_FOR:
                raise Settled("This map was applied, cancelled or left too long: upload it again.")
            return view(request, run)
        except Settled as settled:
            messages.warning(request, str(settled))
            return redirect("interventions:map-import")
        except Refused as refused:
            messages.error(request, f"{refused.message} {refused.remedy}")
            return redirect("interventions:map-import-columns", run.pk)

    return with_run


@require(Capability.EDIT_MAP, writes=["POST"])
def upload(request: Any) -> HttpResponse:
    """Where an import begins; a file that cannot be taken is refused here, beside its field."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, too_large=getattr(request, "too_large", False))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet, mapping = actions.read_file(file.name, file.read(), request.school)
            actions.lines_of(sheet, mapping, request.school, today())
            term = Term.objects.filter(school=request.school, ends__gte=today()).order_by("starts").first()
            choices = Choices(starts=term.starts if term else today(), ends=term.ends if term else None)
            run = actions.keep_upload(
                school=request.school, sheet=sheet, mapping=mapping, choices=choices, name=file.name,
                now=timezone.now(), by=request.user,
            )  # fmt: skip
            return redirect("interventions:map-import-columns", run.pk)
        except Refused as refused:
            form.add_error("file", f"{refused.message} {refused.remedy}")
        except NotAllowed as refused:
            form.add_error(None, str(refused))
    since = timezone.now() - KEPT_FOR
    shown = {
        "section": "map",
        "form": form,
        "waiting": _runs(request).waiting_for(request.user, since).defer("upload").first(),
    }
    return render(request, "interventions/import/upload.html", shown, status=422 if form.errors else 200)


@require(Capability.EDIT_MAP, writes=["POST"])
@of_waiting
def columns(request: Any, run: MapImport) -> HttpResponse:
    """What each column holds, guessed and then corrected."""
    sheet, mapping = actions.table_of(run)
    form = ColumnsForm(request.POST or None, headers=sheet.headers, mapping=mapping)
    if form.is_valid():
        actions.choose_columns(run=run, mapping=form.mapping, by=request.user)
        return redirect("interventions:map-import-check", run.pk)
    listed = [
        {"place": place + 1, "heading": heading, "samples": samples_of(sheet, place), "field": form.of(place)}
        for place, heading in enumerate(sheet.headers)
    ]
    shown = {"section": "map", "run": run, "form": form, "sheet": sheet, "columns": listed}
    return render(request, "interventions/import/columns.html", shown, status=422 if form.errors else 200)


@require(Capability.EDIT_MAP, writes=["POST"])
@of_waiting
def check(request: Any, run: MapImport) -> HttpResponse:
    """What would be made, and everything that stands in the way; POST settles doubts, or starts over."""
    if request.method != "POST":
        return _checked(request, run, actions.draft_of(run, today()))
    before = actions.choices_of(run.decisions)
    if request.POST.get("do") == "reset":
        actions.decide(run=run, choices=Choices(starts=before.starts, ends=before.ends), by=request.user)
        return redirect("interventions:map-import-check", run.pk)
    dates = DatesForm(request.POST)
    here = Learner.objects.visible_to(request.user).filter(school=run.school)
    pupils = dict(here.values_list("pk", "upn"))
    settling = SettlingForm(request.POST, before, pupils, run.school.tiers_on(today()))
    good = dates.is_valid()
    days = (dates.cleaned_data["starts"], dates.cleaned_data["ends"]) if good else (before.starts, before.ends)
    actions.decide(run=run, choices=settling.choices(*days), by=request.user)
    if good and not settling.errors:
        return redirect("interventions:map-import-check", run.pk)
    run.refresh_from_db()
    return _checked(request, run, actions.draft_of(run, today()), dates=dates, errors=settling.errors, status=422)


def _checked(request: Any, run: MapImport, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    plan, reading = draft.plan, draft.reading
    worded, read = reading.doses
    tiers = run.school.tiers_on(today())
    errors: dict[str, str] = more.pop("errors", {})
    unread = {
        one.dose_words: one for one in reading.entries if one.unread and one.dose_words not in draft.choices.doses
    }
    shown = {
        "section": "map",
        "run": run,
        "plan": plan,
        "dates": DatesForm(initial={"starts": draft.choices.starts, "ends": draft.choices.ends}),
        "doubts": [_doubt(number, one, errors) for number, one in enumerate(plan.doubts)],
        "no_tier": list(enumerate(dict.fromkeys(plan.no_tier))),
        "no_area": list(enumerate(dict.fromkeys(plan.no_area))),
        "unread": [
            {"number": number, "words": words, "entry": one, "error": errors.get(f"dose-{number}", "")}
            for number, (words, one) in enumerate(unread.items())
        ],
        "worded": worded,
        "read": read,
        "notices": reading.notices[:200],
        "warnings": draft.sheet.warnings,
        "page": page_of(request, [_line(one, tiers) for one in plan.provisions]),
        "areas": AREA_CHOICES,
        "tiers": tiers,
        "decided": bool(draft.choices.who or draft.choices.area or draft.choices.tier or draft.choices.rows),
        "with_upn": sum(bool(one.who.upn) and can_be_added(one.who) for one in plan.doubts),
        "moved": False,
    } | more  # fmt: skip
    return render(request, "interventions/import/check.html", shown, status=status)


def _doubt(number: int, one: Any, errors: dict[str, str]) -> dict[str, Any]:
    """A learner in doubt as the page asks about them."""
    new = whole(one.who)
    return {
        "number": number,
        "who": one.who,
        "rows": ", ".join(map(str, one.rows[:5])),
        "year": YEARS.get(one.who.year, ""),
        "candidates": [(pupil.id, pupil.name, YEARS.get(pupil.year, ""), pupil.group) for pupil in one.candidates],
        "may_add": can_be_added(new),
        "error": errors.get(f"upn-{number}", ""),
    }


def _line(one: Planned, tiers: dict[int, str]) -> dict[str, Any]:
    """A provision as the preview lists it."""
    people = ", ".join(name for _, name, _ in one.people if name)
    return {
        "one": one, "tier": tiers.get(one.tier, ""), "area": AREAS.get(one.area, ""), "dose": one.dose.words,
        "people": people, "signed": sum(bool(person) for person, _, _ in one.people), "new": len(one.places),
    }  # fmt: skip


@require(Capability.EDIT_MAP, writes=["POST"])
@of_waiting
def apply(request: Any, run: MapImport) -> HttpResponse:
    """Write it all, or show why not."""
    if request.method != "POST":
        return redirect("interventions:map-import-check", run.pk)
    seen = request.POST.get("seen", "")[:64]
    try:
        actions.apply_upload(run=run, seen=seen, now=timezone.now(), today=today(), by=request.user)
    except NothingToDo:
        messages.info(request, "Nothing was imported: the map says all of this already.")
        return redirect("interventions:map-import-check", run.pk)
    except Moved:
        return _checked(request, run, actions.draft_of(run, today()), status=409, moved=True)
    except NotAllowed as refused:
        messages.error(request, f"Nothing was imported. {refused} Or leave their rows out.")
        return redirect("interventions:map-import-check", run.pk)
    return redirect("interventions:map-import-result", run.pk)


@require(Capability.EDIT_MAP, writes=["POST"])
@of_waiting
def cancel(request: Any, run: MapImport) -> HttpResponse:
    """Let the upload go."""
    if request.method == "POST":
        actions.cancel(run=run, by=request.user)
        messages.success(request, "The map is gone, and nothing was changed.")
    return redirect("interventions:map-import")


@require(Capability.EDIT_MAP, writes=["POST"])
def result(request: Any, pk: int) -> HttpResponse:
    """What an import did; POST takes it back."""
    run = get_object_or_404(_runs(request).exclude(change=None), pk=pk)
    if request.method == "POST":
        try:
            undo_change(change=run.change, by=request.user)
            messages.success(request, f"Undone: {run.change.words}.")
        except (NotAllowed, MovedOn) as refused:
            messages.error(request, str(refused))
        return redirect("interventions:map-import-result", run.pk)
    return render(request, "interventions/import/result.html", {"section": "map", "run": run, "change": run.change})
