"""Importing a pupil list: upload, columns, preview, apply. A page writes nothing until "Import" is pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from learners.actions import importing as actions
from learners.actions.importing import Choices, Draft, LastDayTooEarly, Moved, NothingToDo, Settled
from learners.actions.uploads import KEPT_FOR
from learners.forms.importing import ApplyForm, ColumnsForm, UploadForm
from learners.mapping import doubles
from learners.models import ImportRun
from learners.views import previewing
from provisionmap.school.access import require
from provisionmap.school.roles import Capability
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment
from provisionmap.web.text_file import Refused

ROWS = 50


def of_waiting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view this person's own upload; one that is settled sends them back to the start with the reason."""

    @wraps(view)
    def with_run(request: Any, pk: int) -> HttpResponse:
        mine = ImportRun.objects.visible_to(request.user).filter(school=request.school, by=request.user)
        run = get_object_or_404(mine.select_related("school"), pk=pk)
        try:
            if run.state == "uploaded" and run.created < timezone.now() - KEPT_FOR:
                raise Settled("This list was left too long: upload it again.")
            return view(request, run)
        except Settled as settled:
            messages.warning(request, str(settled))
            return redirect("learners:import")

    return with_run


@require(Capability.IMPORT_LEARNERS, writes=["POST"])
def upload(request: Any) -> HttpResponse:
    """Where an import begins; a file that cannot be taken is refused here, beside its field."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, too_large=getattr(request, "too_large", False))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet = actions.read_list(file.name, file.read(), request.school)
        except Refused as refused:
            form.add_error("file", f"{refused.message} {refused.remedy}")
        else:
            now = timezone.now()
            run = actions.keep_upload(school=request.school, sheet=sheet, name=file.name, now=now, by=request.user)
            return redirect("learners:import-columns", run.pk)
    runs = ImportRun.objects.visible_to(request.user).filter(school=request.school)
    since = timezone.now() - KEPT_FOR
    shown = {
        "section": "learners",
        "form": form,
        "waiting": runs.waiting_for(request.user, since).defer("upload", "before").first(),
        "last": runs.finished().select_related("by").defer("upload", "before").first(),
    }
    return render(request, "learners/import/upload.html", shown, status=422 if form.errors else 200)


@require(Capability.IMPORT_LEARNERS, writes=["POST"])
@of_waiting
def columns(request: Any, run: ImportRun) -> HttpResponse:
    """What each column holds, guessed and then corrected."""
    sheet = actions.sheet_of(run)
    mapping = {int(place): name for place, name in run.mapping.items()}
    form = ColumnsForm(request.POST or None, headers=sheet.headers, mapping=mapping)
    if form.is_valid():
        actions.choose_columns(run=run, mapping=form.mapping, by=request.user)
        return redirect("learners:import-preview", run.pk)
    listed = previewing.columns_of(sheet, form)
    shown = {
        "section": "learners",
        "run": run,
        "form": form,
        "sheet": sheet,
        "used": [column for column in listed if column["used"]],
        "unused": [column for column in listed if not column["used"]],
        "doubles": [] if form.is_bound else doubles(sheet.headers, mapping),
    }
    return render(request, "learners/import/columns.html", shown, status=422 if form.errors else 200)


@require(Capability.IMPORT_LEARNERS, writes=["POST"])
@of_waiting
def preview(request: Any, run: ImportRun) -> HttpResponse:
    """What would be added, changed and left alone, and everything that stands in the way."""
    draft = actions.draft_of(run, today())
    if request.method == "POST":
        actions.decide(run=run, choices=_choices(request.POST, draft), by=request.user)
        return redirect("learners:import-preview", run.pk)
    form = ApplyForm(proposed=draft.plan.leavers, today=today())
    return _preview(request, run, draft, form)


def _choices(sent: Any, draft: Draft) -> Choices:
    """What was decided before, with what was decided now; only what the page offered counts."""
    before = draft.choices
    if sent.get("do") == "reset":
        return Choices()
    every = sent.get("do") == "leave-all"
    left = [one for one in draft.problems if every or previewing.key_of(one) in sent.getlist("leave")]
    values = {(one.row, one.field) for one in left if one.can_leave_out}
    rows = {one.row for one in left if not one.can_leave_out}
    who = dict(before.who)
    for one in draft.plan.possible:
        answer = sent.get(f"who-{one.row.row}", "")
        if answer == "out":
            rows.add(one.row.row)
        elif answer == "new":
            who[one.row.row] = None
        elif answer in {str(known.id) for known in one.learners}:
            who[one.row.row] = int(answer)
    return Choices(
        before.values | values, before.rows | rows, {row: one for row, one in who.items() if row not in rows}
    )


def _preview(
    request: Any, run: ImportRun, draft: Draft, form: ApplyForm, *, status: int = 200, moved: bool = False
) -> HttpResponse:
    tab = previewing.tab_asked(draft, request.GET.get("show", ""))
    page = Paginator(previewing.rows_of(draft, tab), ROWS).get_page(request.GET.get("page"))
    shown = {
        "section": "learners",
        "run": run,
        "draft": draft,
        "form": form,
        "fingerprint": draft.plan.fingerprint,
        "moved": moved,
        "tab": tab,
        "tabs": previewing.tabs_of(draft, tab),
        "page": page,
        "rows": previewing.listed(tab, page.object_list),
        "problems": previewing.problems_of(draft),
        "possible": previewing.possible_of(draft),
        "decided": previewing.decided_of(draft.choices),
        "leavers": previewing.leavers_of(draft, form.ticked),
        "nothing": not (draft.plan.additions or draft.plan.changes or draft.plan.leavers or draft.problems),
    }
    return fragment(request, "learners/import/preview.html#rows", shown, status=status)


@require(Capability.IMPORT_LEARNERS, writes=["POST"])
@of_waiting
def apply(request: Any, run: ImportRun) -> HttpResponse:
    """Write it all, or show why not."""
    if request.method != "POST":
        return redirect("learners:import-preview", run.pk)
    draft = actions.draft_of(run, today())
    form = ApplyForm(request.POST, proposed=draft.plan.leavers, today=today())
    if form.is_valid():
        try:
            actions.apply_upload(
                run=run,
                seen=form.cleaned_data["seen"],
                leavers=form.cleaned_data["leavers"],
                last_day=form.cleaned_data["last_day"],
                now=timezone.now(),
                today=today(),
                by=request.user,
            )
            return redirect("learners:import-result", run.pk)
        except NothingToDo:
            form.add_error("leavers", "There is nothing to import: tick those who have left, or cancel.")
        except LastDayTooEarly as early:
            form.add_error("last_day", str(early))
        except Moved:
            return _preview(request, run, actions.draft_of(run, today()), form, status=409, moved=True)
    return _preview(request, run, draft, form, status=422)


@require(Capability.IMPORT_LEARNERS, writes=["POST"])
@of_waiting
def cancel(request: Any, run: ImportRun) -> HttpResponse:
    """Let the upload go."""
    if request.method == "POST":
        actions.cancel(run=run, by=request.user)
        messages.success(request, "The list is gone, and nothing was changed.")
    return redirect("learners:import")
