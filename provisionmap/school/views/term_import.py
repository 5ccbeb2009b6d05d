"""Term dates from a file: choose, look at what would happen, then import all of it or nothing."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from provisionmap.school.access import require
from provisionmap.school.actions.calendar import TermWrite, import_dates
from provisionmap.school.forms.calendar import TermFileForm
from provisionmap.school.roles import Capability
from provisionmap.school.term_dates import Reading, read_term_dates
from provisionmap.school.term_plan import HeldTerm, Plan, plan_for
from provisionmap.web.text_file import Refused

SALT = "provisionmap.school.term_import"
ONE_HOUR = 3600
TOO_LATE = "This preview is more than an hour old. Upload the file again."


def _keep(request: Any, data: bytes) -> str:
    """The file, sealed, to travel with the preview: nothing of it is stored until it is imported."""
    content = {"school": request.school.pk, "user": request.user.pk, "text": data.decode("latin-1")}
    return signing.dumps(content, salt=SALT, compress=True)


def _kept(request: Any) -> bytes:
    """The file that a preview was made of. Raises Refused when it is not this person's, or too old."""
    try:
        content = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=ONE_HOUR)
    except signing.BadSignature as error:
        raise Refused(TOO_LATE, "Nothing was imported.") from error
    if (content["school"], content["user"]) != (request.school.pk, request.user.pk):
        raise Refused(TOO_LATE, "Nothing was imported.")
    return str(content["text"]).encode("latin-1")


def _plan(request: Any, reading: Reading) -> Plan:
    held = [HeldTerm(term.pk, term.dates) for term in request.school.terms.all()]
    return plan_for(reading, held, [closure.span for closure in request.school.closures.all()])


def _mark(plan: Plan) -> str:
    """What a plan comes to, as a short text: a preview shows one plan, and only that plan is carried out."""
    return hashlib.sha256(repr((plan.terms, plan.closures)).encode()).hexdigest()


@require(Capability.MANAGE_CALENDAR, writes=["POST"])
def upload(request: Any) -> HttpResponse:
    """Take a file and show what importing it would do; a file that can't be taken says why beside the field."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = TermFileForm(*sent, too_large=getattr(request, "too_large", False))
    if not form.is_valid():
        shown = {"section": "settings", "form": form}
        return render(request, "school/term_upload.html", shown, status=422 if form.errors else 200)
    data = form.cleaned_data["file"].read()
    try:
        return _preview(request, data, read_term_dates(data))
    except Refused as refusal:
        form.add_error("file", f"{refusal.message} {refusal.remedy}")
        return render(request, "school/term_upload.html", {"section": "settings", "form": form}, status=422)


def _preview(request: Any, data: bytes, reading: Reading, *, only: str = "", **more: Any) -> HttpResponse:
    shown = {"section": "settings", "kept": _keep(request, data), "only": only, "choices": reading.choices}
    if reading.choices:
        return render(request, "school/term_choose.html", shown)
    plan = _plan(request, reading)
    status = more.pop("status", 422 if plan.problems else 200)
    shown |= {"plan": plan, "doubts": reading.doubts, "seen": _mark(plan)} | more
    return render(request, "school/term_preview.html", shown, status=status)


@require(Capability.MANAGE_CALENDAR, writes=["POST"])
def confirm(request: Any) -> HttpResponse:
    """Name the school a file is about, or import what its preview showed: that and nothing else."""
    if request.method != "POST":
        return redirect("school:calendar-import")
    only = request.POST.get("only", "")
    try:
        data = _kept(request)
        reading = read_term_dates(data, only=only)
    except Refused as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
        return redirect("school:calendar-import")
    if reading.choices or "seen" not in request.POST:
        return _preview(request, data, reading, only=only)
    plan = _plan(request, reading)
    if plan.problems:
        return _preview(request, data, reading, only=only)
    if _mark(plan) != request.POST["seen"]:
        words = "The calendar changed meanwhile, so the import would do something else. Look again."
        return _preview(request, data, reading, only=only, clash=words, status=409)
    try:
        terms, closures = import_dates(
            school=request.school,
            terms=[TermWrite(term.values, term.pk) for term in plan.terms],
            closures=plan.closures,
            by=request.user,
        )
    except ValidationError as error:
        words = " ".join(error.messages) + " Nothing was imported."
        return _preview(request, data, reading, only=only, clash=words, status=422)
    messages.success(request, f"Imported: {terms} term{'s' * (terms != 1)}, {closures} closure{'s' * (closures != 1)}.")
    return redirect("school:calendar")
