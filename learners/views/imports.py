"""Imports that were made: the list of them, and taking the last one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from learners.actions.undoing import reason_not_to_undo, undo_import
from learners.models import ImportRun
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.roles import Capability
from provisionmap.web.paging import page_of


def _finished(request: Any) -> Any:
    """The imports of this school that changed the register, the last one first."""
    runs = ImportRun.objects.visible_to(request.user).filter(school=request.school)
    return runs.finished().select_related("by", "school").defer("upload")


@require(Capability.IMPORT_LEARNERS)
def history(request: Any) -> HttpResponse:
    """Every import, by whom and when, in numbers."""
    page = page_of(request, _finished(request).defer("before"))
    return render(request, "learners/import/history.html", {"section": "learners", "page": page})


@require(Capability.IMPORT_LEARNERS)
def result(request: Any, pk: int) -> HttpResponse:
    """What an import did, and the way back."""
    run = get_object_or_404(_finished(request), pk=pk)
    shown = {"section": "learners", "run": run, "reason": reason_not_to_undo(run)}
    return render(request, "learners/import/result.html", shown)


@require(Capability.IMPORT_LEARNERS, writes=["POST"])
def undo(request: Any, pk: int) -> HttpResponse:
    """Take the last import back, whole, or say why not."""
    run = get_object_or_404(_finished(request), pk=pk)
    if request.method == "POST":
        try:
            undo_import(run=run, by=request.user)
            messages.success(request, "The import is undone: the register is as it was before.")
        except NotAllowed as refused:
            messages.error(request, str(refused))
    return redirect("learners:import-result", run.pk)
