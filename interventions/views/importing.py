"""Importing a provision map: file, columns, check, result. A page writes nothing until "Import" is pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from interventions.actions import importing as actions
from interventions.actions.importing import Draft, Moved, NothingToDo, Settled
from interventions.actions.known_map import known_of
from interventions.actions.map_sheets import choose_sheets
from interventions.actions.undoing import MovedOn, undo_change
from interventions.areas import AREA_CHOICES
from interventions.forms.importing import ColumnsForm, DatesForm, SettlingForm, SheetsForm, UploadForm
from interventions.map_reading.people import can_be_added
from interventions.map_reading.plan import Choices
from interventions.map_reading.refusals import for_a_map
from interventions.models import MapImport
from interventions.views.checking import MOST_NOTICES, Words, read_aloud
from learners.actions.uploads import KEPT_FOR
from learners.views.previewing import samples_of
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.models import Term
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.paging import page_of
from provisionmap.web.text_file import Refused

ALREADY, EMPTY = "the map says all of this already", "no line of the file names a provision"
LINES = 25  # provisions on a page of the check


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
            of_a_map = for_a_map(refused)
            form.add_error("file", f"{of_a_map.message} {of_a_map.remedy}")
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
    choosing = request.POST.get("do") == "sheets"
    sheets = SheetsForm(request.POST if choosing else None, sheet=sheet)
    if sheets.is_valid():
        choose_sheets(run=run, way=sheets.ways[sheets.cleaned_data["sheets"]], by=request.user)
        return redirect("interventions:map-import-columns", run.pk)
    form = ColumnsForm(None if choosing else request.POST or None, headers=sheet.headers, mapping=mapping)
    if form.is_valid():
        actions.choose_columns(run=run, mapping=form.mapping, by=request.user)
        return redirect("interventions:map-import-check", run.pk)
    listed = [
        {"place": place + 1, "heading": heading, "samples": [read_aloud(one) for one in samples_of(sheet, place)],
         "field": form.of(place)}
        for place, heading in enumerate(sheet.headers)
    ]  # fmt: skip
    shown = {"section": "map", "run": run, "form": form, "sheet": sheet, "columns": listed, "sheets": sheets}
    return render(
        request, "interventions/import/columns.html", shown, status=422 if form.errors or sheets.errors else 200
    )


@require(Capability.EDIT_MAP, writes=["POST"])
@of_waiting
def check(request: Any, run: MapImport) -> HttpResponse:
    """What would be made, and everything that stands in the way; POST settles doubts, or starts over."""
    if request.method != "POST":
        return _checked(request, run, actions.draft_of(run, today()))
    if request.POST.get("do") == "reset":
        before = actions.choices_of(run.decisions)
        actions.decide(run=run, choices=Choices(starts=before.starts, ends=before.ends), by=request.user)
        return redirect("interventions:map-import-check", run.pk)
    wrong = _decided(request, run)
    if wrong:
        return _checked(request, run, actions.draft_of(run, today()), status=422, **wrong)
    page = typed.number(request.POST.get("page") or request.GET.get("page"))
    address = reverse("interventions:map-import-check", args=[run.pk])
    return redirect(f"{address}?page={page}" if page > 1 else address)


def _decided(request: Any, run: MapImport) -> dict[str, Any]:
    """Keep what a person decided on the page; what of it could not be read, to be shown again."""
    before = actions.choices_of(run.decisions)
    dates = DatesForm(request.POST)
    settling = SettlingForm(
        request.POST, before, known_of(run.school, request.user, today()), run.school.tiers_on(today())
    )
    good = dates.is_valid()
    days = (dates.cleaned_data["starts"], dates.cleaned_data["ends"]) if good else (before.starts, before.ends)
    actions.decide(run=run, choices=settling.choices(*days), by=request.user)
    run.refresh_from_db()
    if good and not settling.errors:
        return {}
    return {"dates": dates, "errors": settling.errors, "typed": settling.typed}


def _checked(request: Any, run: MapImport, draft: Draft, *, status: int = 200, **more: Any) -> HttpResponse:
    plan, choices, tiers = draft.plan, draft.choices, run.school.tiers_on(today())
    words = Words(draft, tiers, more.pop("errors", {}), more.pop("typed", {}))
    worded, whole = words.doses()
    page = page_of(request, [one for one in plan.provisions if not one.stays], per_page=LINES)
    doubts, notices = [words.doubt(one) for one in plan.doubts], words.notices()
    shown = {
        "section": "map",
        "run": run,
        "plan": plan,
        "dates": DatesForm(initial={"starts": choices.starts, "ends": choices.ends}),
        "doubts": doubts,
        "exact": sum(bool(one["exact"]) for one in doubts),
        "settled": [words.doubt(one) for one in plan.settled],
        "staff": words.staff(),
        "staff_proposed": sum(bool(one.proposed) and not isinstance(one.answer, int) for one in plan.staff),
        "adults": draft.known.staff,
        "no_tier": words.named(plan.no_tier),
        "no_area": words.named(plan.no_area),
        "parted": words.parted(),
        "unread": words.unread(),
        "worded": worded,
        "whole": whole,
        "not_whole": worded - whole,
        "notices": notices[:MOST_NOTICES],
        "more_notices": len(notices[MOST_NOTICES:]),
        "warnings": draft.sheet.warnings,
        "sheets": len(draft.sheet.choices),
        "empty": not draft.reading.entries,
        "page": page,
        "lines": [words.line(one) for one in page],
        "staying": [one for one in plan.provisions if one.stays],
        "left": words.left(),
        "library": sorted(words.shelf.values(), key=str.casefold),
        "areas": AREA_CHOICES,
        "tiers": tiers,
        "decided": choices != Choices(starts=choices.starts, ends=choices.ends),
        "with_upn": sum(bool(one.who.upn) and can_be_added(one.who) for one in plan.doubts),
        "moved": False,
    } | more  # fmt: skip
    return render(request, "interventions/import/check.html", shown, status=status)


@require(Capability.EDIT_MAP, writes=["POST"])
@of_waiting
def apply(request: Any, run: MapImport) -> HttpResponse:
    """Write it all, or show why not. What stands on the page is kept first: an answer not yet kept is not lost."""
    if request.method != "POST":
        return redirect("interventions:map-import-check", run.pk)
    if "starts" in request.POST and (wrong := _decided(request, run)):
        return _checked(request, run, actions.draft_of(run, today()), status=422, **wrong)
    seen = request.POST.get("seen", "")[:64]
    try:
        actions.apply_upload(run=run, seen=seen, now=timezone.now(), today=today(), by=request.user)
    except NothingToDo:
        read = actions.draft_of(run, today()).reading.entries
        messages.info(request, f"Nothing was imported: {ALREADY if read else EMPTY}.")
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
