"""What importing term dates would do to a school's calendar: added, changed field by field, left alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from provisionmap.school.calendar import CalendarDates, Span, TermDates, is_teaching_day
from provisionmap.school.term_dates import Reading
from provisionmap.school.term_events import FoundTerm
from provisionmap.school.term_tables import Problem

FIELDS = {
    "starts": "First day",
    "ends": "Last day",
    "half_term_starts": "Half-term from",
    "half_term_ends": "Half-term until",
}


@dataclass(frozen=True)
class HeldTerm:
    """A term the school has, with the number its row goes by."""

    pk: int
    dates: TermDates


@dataclass(frozen=True)
class TermChange:
    """A term to write: a new one, or one that gets other days. `fields` lists title, before and after."""

    name: str
    pk: int | None
    values: dict[str, Any]
    fields: list[tuple[str, date | None, date | None]]


@dataclass
class Plan:
    """Everything an import would do, and why it can't where there are problems."""

    terms: list[TermChange] = field(default_factory=list)
    closures: list[dict[str, Any]] = field(default_factory=list)
    same: int = 0
    left_out: list[tuple[int, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """How many rows it would write."""
        return len(self.terms) + len(self.closures)


def plan_for(reading: Reading, held: Sequence[HeldTerm], closed: Sequence[Span]) -> Plan:
    """What `reading` would do to a school that has the terms `held` and the closures `closed`.

    A term of the file that shares days with one of the school's is that term, with other dates.
    """
    plan = Plan(left_out=list(reading.left_out), problems=list(reading.problems))
    after = {term.pk: term.dates for term in held}
    new: list[TermDates] = []
    for found in reading.terms:
        own = [term for term in held if term.dates.starts <= found.ends and found.starts <= term.dates.ends]
        if len(own) > 1:
            names = " and ".join(term.dates.name for term in own)
            remedy = f"This covers days of {names}. Change or remove one of those in the calendar first."
            plan.problems.append(Problem(found.row, found.name, _days(found), remedy))
            continue
        dates = TermDates(found.name, found.starts, found.ends, found.half_term)
        if own:
            after[own[0].pk] = dates
            _change(plan, found, own[0])
        else:
            new.append(dates)
            plan.terms.append(TermChange(found.name, None, {"name": found.name, **_values(dates)}, []))
    _close(plan, reading, CalendarDates((*after.values(), *new), tuple(closed)))
    return plan


def _days(found: FoundTerm) -> str:
    return f"{found.starts:%d/%m/%Y} to {found.ends:%d/%m/%Y}"


def _values(dates: TermDates) -> dict[str, date | None]:
    half = dates.half_term
    return {
        "starts": dates.starts,
        "ends": dates.ends,
        "half_term_starts": half.starts if half else None,
        "half_term_ends": half.ends if half else None,
    }


def _change(plan: Plan, found: FoundTerm, own: HeldTerm) -> None:
    """The fields of a term that differ. A file that knows no half-term leaves the school's own where it is."""
    before = _values(own.dates)
    after = _values(TermDates(own.dates.name, found.starts, found.ends, found.half_term or own.dates.half_term))
    fields = [(title, before[key], after[key]) for key, title in FIELDS.items() if before[key] != after[key]]
    if fields:
        plan.terms.append(TermChange(own.dates.name, own.pk, after, fields))
    else:
        plan.same += 1


def _close(plan: Plan, reading: Reading, dates: CalendarDates) -> None:
    """The closures that change a day; the others are left out with the reason."""
    covered = list(dates.closures)
    for found in reading.closures:
        known = CalendarDates(dates.terms, tuple(covered))
        days = [found.days.starts, found.days.ends]
        if any(span.starts <= days[1] and days[0] <= span.ends for span in dates.closures):
            plan.same += 1
        elif any(span.starts <= days[1] and days[0] <= span.ends for span in covered):
            plan.left_out.append((found.row, found.name, "Another line of the file closes this day already."))
        elif not any(is_teaching_day(known, date.fromordinal(at)) for at in _ordinals(found.days)):
            if found.kind != "bank":
                plan.left_out.append((found.row, found.name, _why(found.days)))
        else:
            covered.append(found.days)
            plan.closures.append({"name": found.name, "kind": found.kind, "starts": days[0], "ends": days[1]})


def _ordinals(span: Span) -> range:
    return range(span.starts.toordinal(), min(span.ends.toordinal(), span.starts.toordinal() + 366) + 1)


def _why(span: Span) -> str:
    return f"{span.starts:%d/%m/%Y} is no school day anyway: outside the terms, in half-term or at a weekend."
