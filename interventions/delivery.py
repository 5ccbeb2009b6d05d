"""The ledger of many placements over some days: the same twelve queries, however many.

What is owed comes from the dose as it was at the end of each week, so that changing it today changes no earlier week.
What is missing by itself is for `falling` to say, and who was to take a session for `taking`, as `occurrences` has it.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from django.db.models import QuerySet

from interventions.calendar_days import owed
from interventions.delivery_rows import Placed, read
from interventions.falling import NOTHING, Planned, fallen_of, on_trips, planned_over
from interventions.ledger import Ledger, ledger
from interventions.models import PRESENT, Placement
from provisionmap.school.calendar import Span
from provisionmap.school.models import School


class Line(NamedTuple):
    """The ledger of one placement, and whether it can be judged."""

    placed: Placed
    ledger: Ledger
    timetabled: bool
    logged: bool

    @property
    def judged(self) -> bool:
        """Whether there is a dose and anything was said at all."""
        return bool(self.ledger.entitled) and self.logged


class Reading:
    """The ledgers of some placements over a span, read once; `by_day` lets them be asked for shorter spans, too."""

    def __init__(self, *, school: School, placements: QuerySet[Placement], span: Span, by_day: bool = False) -> None:
        self.span, self.by_day = span, by_day
        self._read = read(school=school, placements=placements, span=span, by_day=by_day)
        self.rows = self._read.placed
        for pk, course in self._read.courses.items():
            course.fallen = fallen_of(pk, course, self._read.happened)
        # Most placements of a school begin and end with their provision or their term: each such pair is counted once.
        self._weeks, self._planned = cache(self._read.happened.days.weeks), cache(self._planned_over)

    def _planned_over(self, provision: int, starts: date, ends: date) -> Planned:
        return planned_over(self._read.courses[provision], self._read.happened.days, starts, ends)

    def line(self, row: Placed, span: Span) -> Line:
        """The ledger of one placement over days of this reading."""
        starts, ends = max(span.starts, row.starts), min(span.ends, row.ends or span.ends)
        course, happened = self._read.courses[row.provision], self._read.happened
        delivered = catch_up = entitled = 0
        missed: dict[str, int] = {}
        log = self._read.log.get(row.pk, ())
        if self.by_day:
            log = [entry for entry in log if entry[0] and entry[0] in span]
        for _, outcome, extra, minutes, planned in log:
            if outcome == PRESENT:
                delivered += minutes
                catch_up += minutes if extra else 0
            else:
                missed[outcome] = missed.get(outcome, 0) + planned
        times = NOTHING
        if starts <= ends:
            times = self._planned(row.provision, starts, ends)
            for reason, minutes in times.fallen.items():
                missed[reason] = missed.get(reason, 0) + minutes
            if row.learner in happened.out:
                out = on_trips(row.learner, course, times, Span(starts, ends), happened)
                missed["trip"] = missed.get("trip", 0) + out
            known = self._read.doses.get(row.pk)
            entitled = owed(known, happened.days, starts, ends) if known else row.weekly * self._weeks(starts, ends)
        figures = ledger(
            entitled=entitled, delivered=delivered, missed=missed, planned=times.minutes, catch_up=catch_up
        )
        return Line(row, figures, bool(course.slots), bool(log))

    def lines(self, span: Span | None = None) -> list[Line]:
        """The ledger of each placement, over `span` or all that was read."""
        return [self.line(row, span or self.span) for row in self.rows]
