"""The school's calendar: years, terms, half-terms and closures, typed in forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions import calendar as actions
from provisionmap.school.calendar import Span, doubts, missing_bank_holidays, teaching_days, teaching_weeks
from provisionmap.school.forms.calendar import ClosureForm, NewYearForm, TermForm, YearForm
from provisionmap.school.models import AcademicYear, Closure, Term
from provisionmap.school.roles import Capability
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from provisionmap.web import typed

CALENDAR = Capability.MANAGE_CALENDAR
# What each kind of row is called, its form, its verbs and an example of its words.
NOUNS: dict[str, dict[str, Any]] = {
    "year": {"model": AcademicYear, "form": YearForm, "title": "school year"},
    "term": {"model": Term, "form": TermForm, "title": "term"},
    "closure": {"model": Closure, "form": ClosureForm, "title": "closure"},
}


@require(CALENDAR)
def calendar(request: Any) -> HttpResponse:
    """The whole calendar by year, with teaching days and whatever looks wrong."""
    school = request.school
    years = list(school.years.order_by("-starts"))
    terms, closures = list(school.terms.all()), list(school.closures.all())
    dates = school.calendar_dates()
    listed = []
    for year in years:
        span = Span(year.starts, year.ends)
        own = [
            {"term": term, "days": len(teaching_days(dates, Span(term.starts, term.ends)))}
            for term in terms
            if term.year_id == year.pk
        ]
        listed.append(
            {
                "year": year,
                "terms": own,
                "closures": [row for row in closures if row.starts in span],
                "days": sum(row["days"] for row in own),
                "weeks": len(teaching_weeks(dates, span)),
            }
        )
    covered = [Span(year.starts, year.ends) for year in years]
    shown = {
        "section": "settings",
        "years": listed,
        "stray": [row for row in closures if not any(row.starts in span for span in covered)],
        "doubts": doubts(dates.terms, dates.closures),
        "missing": missing_bank_holidays(dates),
        "today": today(),
    }
    return render(request, "school/calendar.html", shown)


def _edit(request: Any, noun: str, form: Any, save: Any, row: Any = None) -> HttpResponse:
    """Show a form about a row of the calendar, and save what it holds; 422 with reasons, 409 with both versions."""
    shown: dict[str, Any] = {"section": "settings", "form": form, "row": row, "title": NOUNS[noun]["title"]}
    if form.is_valid():
        try:
            saved = save(form)
        except ValidationError as error:
            form.add_error(None, error)
        except Stale as stale:
            form.data = form.data.copy()
            form.data["seen"] = stale.current.version
            return render(request, "school/calendar_edit.html", shown | {"clash": stale.current}, status=409)
        else:
            messages.success(request, f"{saved} is saved.")
            return redirect("school:calendar")
    return render(request, "school/calendar_edit.html", shown, status=422 if form.errors else 200)


@require(CALENDAR, writes=["POST"])
def year_add(request: Any) -> HttpResponse:
    """Add a school year: the next one that is not there."""
    last = request.school.years.order_by("-starts").first()
    # In the October after the last year's end the next one is running, wherever in summer the two meet.
    day = date(last.ends.year, 10, 1) if last and last.ends >= today() else today()
    form = NewYearForm(request.POST or None, initial=YearForm.usual(day) | {"with_terms": True})
    return _edit(
        request, "year", form,
        lambda sent: actions.add_year(
            school=request.school, values=sent.values, with_terms=sent.cleaned_data["with_terms"], by=request.user
        ),
    )  # fmt: skip


@require(CALENDAR, writes=["POST"])
def year_edit(request: Any, pk: int) -> HttpResponse:
    """Change a school year."""
    row = get_object_or_404(AcademicYear.objects.select_related("school"), school=request.school, pk=pk)
    form = YearForm(request.POST or None, initial=YearForm.reading(row))
    return _edit(
        request, "year", form,
        lambda sent: actions.change_year(
            year=row, values=sent.values, seen=sent.cleaned_data["seen"] or 0, by=request.user
        ),
        row,
    )  # fmt: skip


@require(CALENDAR, writes=["POST"])
def term_add(request: Any) -> HttpResponse:
    """Add a term."""
    form = TermForm(request.POST or None)
    return _edit(
        request, "term", form,
        lambda sent: actions.add_term(school=request.school, values=sent.values, by=request.user),
    )  # fmt: skip


@require(CALENDAR, writes=["POST"])
def term_edit(request: Any, pk: int) -> HttpResponse:
    """Change a term."""
    row = get_object_or_404(Term.objects.select_related("school"), school=request.school, pk=pk)
    form = TermForm(request.POST or None, initial=TermForm.reading(row))
    return _edit(
        request, "term", form,
        lambda sent: actions.change_term(
            term=row, values=sent.values, seen=sent.cleaned_data["seen"] or 0, by=request.user
        ),
        row,
    )  # fmt: skip


@require(CALENDAR, writes=["POST"])
def closure_add(request: Any) -> HttpResponse:
    """Add days on which nobody is taught."""
    form = ClosureForm(request.POST or None)
    return _edit(
        request, "closure", form,
        lambda sent: actions.add_closure(school=request.school, values=sent.values, by=request.user),
    )  # fmt: skip


@require(CALENDAR, writes=["POST"])
def closure_edit(request: Any, pk: int) -> HttpResponse:
    """Change a closure."""
    row = get_object_or_404(Closure.objects.select_related("school"), school=request.school, pk=pk)
    form = ClosureForm(request.POST or None, initial=ClosureForm.reading(row))
    return _edit(
        request, "closure", form,
        lambda sent: actions.change_closure(
            closure=row, values=sent.values, seen=sent.cleaned_data["seen"] or 0, by=request.user
        ),
        row,
    )  # fmt: skip


@require(CALENDAR, writes=["POST"])
def remove(request: Any, noun: str, pk: int) -> HttpResponse:
    """Ask, then take a year, a term or a closure away; ask again when somebody changed it meanwhile."""
    model = NOUNS[noun]["model"]
    row = get_object_or_404(model.objects.select_related("school"), school=request.school, pk=pk)
    shown = {"section": "settings", "row": row, "noun": noun, "title": NOUNS[noun]["title"], "clash": False}
    if request.method != "POST":
        return render(request, "school/calendar_remove.html", shown)
    verbs = {"year": actions.remove_year, "term": actions.remove_term, "closure": actions.remove_closure}
    try:
        verbs[noun](**{noun: row, "seen": typed.number(request.POST.get("seen")), "by": request.user})
        messages.success(request, f"{row} is removed.")
    except Stale as stale:
        shown |= {"row": stale.current, "clash": True}
        return render(request, "school/calendar_remove.html", shown, status=409)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("school:calendar")


@require(CALENDAR, writes=["POST"])
def bank_holidays(request: Any) -> HttpResponse:
    """Close the school on the bank holidays that would count as taught."""
    if request.method == "POST":
        made = actions.add_bank_holidays(school=request.school, by=request.user)
        messages.success(request, f"{len(made)} bank holidays are marked." if made else "Nothing was missing.")
    return redirect("school:calendar")
