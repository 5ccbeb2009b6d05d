"""The map taken out: the page that asks how, the files, and large prints on their way."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from interventions.actions.exports import record_export
from interventions.export.asked import Asked, asked
from interventions.export.book import lines_of
from interventions.export.csv_file import csv_file
from interventions.export.drawing import Drawing, Shown, marks
from interventions.export.ods import KIND as ODS_KIND
from interventions.export.ods import ods
from interventions.export.paper import pages_expected, pages_of
from interventions.export.sheets import About, flat, map_book
from interventions.export.template import template_book
from interventions.export.xlsx import xlsx
from interventions.forms.export import MANY, ExportForm
from interventions.models import MapExport
from interventions.tasks import draw_print
from provisionmap.school.access import require
from provisionmap.school.models.school import WAVES
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.sign_in.state import shown_lately
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment
from provisionmap.web.printing import many_pages
from provisionmap.web.typed import words

AT_ONCE = 250  # marks (drawing.py), a good millisecond each: nobody waits for more without being told how far it is
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": ODS_KIND,
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


def _file(content: bytes, name: str, format: str) -> HttpResponse:
    """A file to keep, under a name of ours that names nobody."""
    disposition = "inline" if format == "pdf" else "attachment"
    headers = {"Content-Disposition": f'{disposition}; filename="{name}.{format}"'}
    return HttpResponse(content, content_type=KINDS[format], headers=headers)


def _made(format: str, wanted: Asked, about: About, shown: Shown, drawing: Drawing) -> bytes:
    """The view in one format, drawn now."""
    if format == "pdf":
        return many_pages(pages_of(about, drawing))[0]
    rows = wanted.rows()
    if format == "csv":
        return csv_file(*flat(shown, rows))
    book = map_book(about, shown, drawing, rows)
    try:
        return xlsx(book) if format == "xlsx" else ods(book)
    finally:
        lines_of.cache_clear()  # nothing of a child stays in the process


@require(Capability.SEE_MAP, writes=["POST"])
def export(request: Any) -> HttpResponse:
    """How to take the map out, under the filters of the address; on POST the file, or the way to a large print."""
    sharing = request.GET.get("for") == "sharing"
    begin = {"format": "pdf"} if request.GET.get("for") == "print" else {}
    wanted = asked(school=request.school, user=request.user, query=request.GET, text=words(request.POST.get("text")))
    form = ExportForm(request.POST or None, sharing=sharing, initial=begin, learners=len(wanted.learners))
    if len(wanted.learners) > MANY and not shown_lately(request):
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
    if not form.is_bound or not form.is_valid():
        context = {"section": "map", "form": form, "wanted": wanted, "sharing": sharing}
        return render(request, "interventions/export.html", context, status=422 if form.errors else 200)
    now, format, shown = timezone.now(), form.cleaned_data["format"], form.shown
    drawing = wanted.drawing(shown)
    about = wanted.about(form.cleaned_data["paper"], drawing.confidential, now)
    large = format == "pdf" and marks(drawing) > AT_ONCE
    kept = record_export(
        school=request.school, format=format, query=wanted.query, options=form.options,
        text=form.cleaned_data["text"],
        learners=len(wanted.learners), placements=wanted.placements, reason=form.cleaned_data.get("reason", ""),
        expected=pages_expected(drawing, about.paper) if large else 0, by=request.user,
    )  # fmt: skip
    if large:
        transaction.on_commit(partial(draw_print.delay, kept.pk))
        return redirect("interventions:print", kept.pk)
    name = f"provision-map-{wanted.day:%Y-%m-%d}{'' if shown.whole else '-for-sharing'}"
    return _file(_made(format, wanted, about, shown, drawing), name, format)


def _print_here(request: Any, pk: int) -> MapExport:
    """A large print of this person's own, of the last hour."""
    prints = MapExport.objects.visible_to(request.user).filter(school=request.school).kept(timezone.now())
    return get_object_or_404(prints.defer("file"), pk=pk)


@require(Capability.SEE_MAP)
def progress(request: Any, pk: int) -> HttpResponse:
    """How far a large print is; the page asks again by itself until it is done."""
    kept = _print_here(request, pk)
    back = f"{reverse('interventions:export')}?{kept.query}"
    context = {"section": "map", "print": kept, "going": kept.state in ("waiting", "drawing"), "back": back}
    return fragment(request, "interventions/print.html#progress", context)


@require(Capability.SEE_MAP)
def printed(request: Any, pk: int) -> HttpResponse:
    """A large print, once it is done."""
    kept = _print_here(request, pk)
    if kept.state != "done" or kept.file is None:
        return redirect("interventions:print", kept.pk)
    counted(request, kept.learners)
    return _file(bytes(kept.file), f"provision-map-{kept.created:%Y-%m-%d}", "pdf")


@require()
def template(request: Any, format: str) -> HttpResponse:
    """The free template: an empty workbook in the shape our import reads, with lists to choose from."""
    tiers = request.school.tiers_on(today()) if request.school else WAVES
    book = template_book(tiers)
    return _file(xlsx(book) if format == "xlsx" else ods(book), "provision-map-template", format)
