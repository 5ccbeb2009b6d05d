"""Terms, half-terms and closures: typed one by one, or taken from a file all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.calendar import academic_year_of, missing_bank_holidays, usual_terms
from provisionmap.school.models import AcademicYear, Closure, School, Term, User
from provisionmap.school.permissions import check_can_plan
from provisionmap.school.stale import claim


@dataclass(frozen=True)
class TermWrite:
    """A term as an import wants it: a new one, or the values of one the school has."""

    values: Mapping[str, Any]
    pk: int | None = None


def _words(starts: date, ends: date) -> str:
    return f"{starts:%d/%m/%Y}" if starts == ends else f"{starts:%d/%m/%Y} to {ends:%d/%m/%Y}"


def _lock(school: School) -> None:
    """One change of a school's calendar at a time: two terms typed at once must not overlap unseen."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)


def _check_order(starts: date, ends: date, what: str, *, one_day: bool = False) -> None:
    if ends < starts or (ends == starts and not one_day):
        raise ValidationError(
            {"ends": f"{what} ends on {ends:%d/%m/%Y}, which is not after its first day. Check both."}
        )


def _overlapping(row: Any) -> Any:
    """Another row of the same kind and school that shares a day with `row`, or None."""
    rows = type(row)._default_manager.filter(school=row.school_id, starts__lte=row.ends, ends__gte=row.starts)
    return rows.exclude(pk=row.pk).first()


def _check_year(year: AcademicYear) -> None:
    _check_order(year.starts, year.ends, "The school year")
    if AcademicYear.objects.filter(school=year.school_id, name=year.name).exclude(pk=year.pk).exists():
        raise ValidationError({"name": f"The school year {year.name} is here already: change that one."})
    if other := _overlapping(year):
        span = _words(other.starts, other.ends)
        raise ValidationError({"starts": f"These days overlap with {other.name} ({span}). Change one of them."})
    outside = (
        [term for term in year.terms.all() if term.starts < year.starts or term.ends > year.ends] if year.pk else []
    )
    if outside:
        raise ValidationError(
            {"starts": f"{outside[0].name} would lie outside the school year. Change the term's dates first."}
        )


def _check_half_term(term: Term) -> None:
    first, last = term.half_term_starts, term.half_term_ends
    if first is None and last is None:
        return
    if first is None:
        raise ValidationError({"half_term_starts": "Give the first day of half-term too, or clear both."})
    if last is None:
        raise ValidationError({"half_term_ends": "Give the last day of half-term too, or clear both."})
    if last < first:
        raise ValidationError({"half_term_ends": "Half-term ends before it starts. Check both dates."})
    if first <= term.starts or last >= term.ends:
        raise ValidationError(
            {"half_term_starts": f"Half-term must lie inside the term ({_words(term.starts, term.ends)})."}
        )


def _check_term(term: Term) -> None:
    _check_order(term.starts, term.ends, "The term")
    _check_half_term(term)
    if other := _overlapping(term):
        span = _words(other.starts, other.ends)
        raise ValidationError({"starts": f"These days overlap with {other.name} ({span}). Change one of them."})
    if term.starts < term.year.starts or term.ends > term.year.ends:
        span = _words(term.year.starts, term.year.ends)
        raise ValidationError({"ends": f"The school year {term.year.name} is {span}: the term must lie inside it."})


def _check_closure(closure: Closure) -> None:
    _check_order(closure.starts, closure.ends, "The closure", one_day=True)
    if other := _overlapping(closure):
        span = _words(other.starts, other.ends)
        raise ValidationError({"starts": f"{other.name} ({span}) covers some of these days already. Change that one."})


def _year_for(school: School, day: date, by: User) -> AcademicYear:
    """The school year that holds `day`; where there is none yet, the usual one from 1 September is made."""
    year = AcademicYear.objects.filter(school=school, starts__lte=day, ends__gte=day).first()
    if year is None:
        name, span = academic_year_of(day)
        year = AcademicYear(school=school, name=name, starts=span.starts, ends=span.ends)
        _check_year(year)
        year.save()
        audit.record("year.add", by=by, target=year, new={"name": name, "starts": span.starts, "ends": span.ends})
    return year


def _write(row: Any, values: Mapping[str, Any], noun: str, by: User) -> None:
    """Save a checked row, new or claimed, and say so in the trail."""
    row.full_clean(validate_unique=False, validate_constraints=False)
    if row.pk is None:
        row.save()
        audit.record(f"{noun}.add", by=by, target=row, new=dict(values))
        return
    old = type(row)._default_manager.get(pk=row.pk)
    before = {name: getattr(old, name) for name in values}
    row.save(update_fields=list(values))
    audit.record(f"{noun}.change", by=by, target=row, old=before, new=dict(values))


def _put(row: models.Model, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


@transaction.atomic
def add_year(*, school: School, values: Mapping[str, Any], with_terms: bool, by: User) -> AcademicYear:
    """Add a school year, with three usual terms to put right where `with_terms`. Raises ValidationError by field."""
    check_can_plan(school, by)
    _lock(school)
    year = AcademicYear(school=school, **values)
    _check_year(year)
    _write(year, values, "year", by)
    for usual in usual_terms(year.starts) if with_terms else []:
        half = usual.half_term
        _save_term(
            school, None,
            {
                "name": usual.name, "starts": usual.starts, "ends": usual.ends,
                "half_term_starts": half.starts if half else None, "half_term_ends": half.ends if half else None,
            },
            by,
        )  # fmt: skip
    return year


@transaction.atomic
def change_year(*, year: AcademicYear, values: Mapping[str, Any], seen: int, by: User) -> AcademicYear:
    """Change a school year's name and days. Raises Stale, or ValidationError by field."""
    check_can_plan(year.school, by)
    _lock(year.school)
    current = claim(year, seen=seen)
    _put(current, values)
    _check_year(current)
    _write(current, values, "year", by)
    return current


@transaction.atomic
def remove_year(*, year: AcademicYear, seen: int, by: User) -> None:
    """Take away a school year that holds no term. Raises NotAllowed otherwise, or Stale."""
    check_can_plan(year.school, by)
    _lock(year.school)
    claim(year, seen=seen)
    if year.terms.exists():
        raise NotAllowed(f"{year.name} still holds terms. Remove its terms first, then the year.")
    audit.record("year.remove", by=by, target=year, old={"name": year.name}, new={"name": ""})
    year.delete()


def _save_term(school: School, term: Term | None, values: Mapping[str, Any], by: User) -> Term:
    row = term or Term(school=school)
    _put(row, values)
    _check_order(row.starts, row.ends, "The term")
    row.year = _year_for(school, row.starts, by)
    _check_term(row)
    _write(row, {**values, "year": row.year}, "term", by)
    return row


@transaction.atomic
def add_term(*, school: School, values: Mapping[str, Any], by: User) -> Term:
    """Add a term to the school year its first day lies in. Raises ValidationError by field."""
    check_can_plan(school, by)
    _lock(school)
    return _save_term(school, None, values, by)


@transaction.atomic
def change_term(*, term: Term, values: Mapping[str, Any], seen: int, by: User) -> Term:
    """Change a term's name and days. Raises Stale, or ValidationError by field."""
    check_can_plan(term.school, by)
    _lock(term.school)
    return _save_term(term.school, claim(term, seen=seen), values, by)


@transaction.atomic
def remove_term(*, term: Term, seen: int, by: User) -> None:
    """Take a term away: its days are no longer teaching days. Raises Stale."""
    check_can_plan(term.school, by)
    _lock(term.school)
    claim(term, seen=seen)
    old = {"name": term.name, "starts": term.starts, "ends": term.ends}
    audit.record("term.remove", by=by, target=term, old=old)
    term.delete()


def _save_closure(school: School, closure: Closure | None, values: Mapping[str, Any], by: User) -> Closure:
    row = closure or Closure(school=school)
    _put(row, values)
    _check_closure(row)
    _write(row, values, "closure", by)
    return row


@transaction.atomic
def add_closure(*, school: School, values: Mapping[str, Any], by: User) -> Closure:
    """Add days on which nobody is taught. Raises ValidationError by field."""
    check_can_plan(school, by)
    _lock(school)
    return _save_closure(school, None, values, by)


@transaction.atomic
def change_closure(*, closure: Closure, values: Mapping[str, Any], seen: int, by: User) -> Closure:
    """Change a closure. Raises Stale, or ValidationError by field."""
    check_can_plan(closure.school, by)
    _lock(closure.school)
    return _save_closure(closure.school, claim(closure, seen=seen), values, by)


@transaction.atomic
def remove_closure(*, closure: Closure, seen: int, by: User) -> None:
    """Take a closure away: its days are taught again. Raises Stale."""
    check_can_plan(closure.school, by)
    _lock(closure.school)
    claim(closure, seen=seen)
    old = {"name": closure.name, "starts": closure.starts, "ends": closure.ends}
    audit.record("closure.remove", by=by, target=closure, old=old)
    closure.delete()


@transaction.atomic
def add_bank_holidays(*, school: School, by: User) -> list[Closure]:
    """Close the school on each bank holiday that would count as taught; a second time adds none."""
    check_can_plan(school, by)
    _lock(school)
    return [
        _save_closure(school, None, {"name": name, "kind": "bank", "starts": day, "ends": day}, by)
        for day, name in missing_bank_holidays(school.calendar_dates())
    ]


@transaction.atomic
def import_dates(
    *, school: School, terms: Iterable[TermWrite], closures: Iterable[Mapping[str, Any]], by: User
) -> tuple[int, int]:
    """Write all the terms and closures of a file, or none. The numbers of each.

    Raises ValidationError when one of them does not fit the calendar as it now is.
    """
    check_can_plan(school, by)
    _lock(school)
    wanted = list(terms)
    held = {term.pk: term for term in Term.objects.filter(school=school, pk__in=[one.pk for one in wanted if one.pk])}
    if any(one.pk and one.pk not in held for one in wanted):
        raise ValidationError("Somebody removed one of these terms meanwhile. Upload the file again.")
    for one in wanted:
        _save_term(school, claim(held[one.pk], seen=held[one.pk].version) if one.pk else None, one.values, by)
    made = [_save_closure(school, None, values, by) for values in closures]
    return len(wanted), len(made)
