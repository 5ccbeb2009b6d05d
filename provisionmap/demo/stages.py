"""How far the fictional school has got: its terms up to today, and the blocks in which support runs. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from provisionmap.school.calendar import DAY, WEEK, Span, TermDates, academic_year_of, usual_terms

HALF = 7  # weeks: an intervention that takes longer runs for the whole term
SPARE = timedelta(days=7)  # what runs today must not end tomorrow


class Stage(StrEnum):
    """How many terms the map has been kept, counted back from the term of today."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"

    @property
    def terms(self) -> int:
        """Terms of history, the present one included."""
        return list(Stage).index(self) + 1


@dataclass(frozen=True)
class Period:
    """One term of the map: its name, its days and the school year it belongs to."""

    name: str
    span: Span
    year: str
    half_term: Span

    @property
    def halves(self) -> tuple[Span, Span]:
        """The blocks before and after half-term."""
        return Span(self.span.starts, self.half_term.starts - 3 * DAY), Span(
            self.half_term.ends + 3 * DAY, self.span.ends
        )


def terms_round(day: date) -> list[TermDates]:
    """The terms of last school year, this one and the next."""
    return [term for years in (-1, 0, 1) for term in usual_terms(_same_day(day, years))]


def _same_day(day: date, years: int) -> date:
    """A day in the school year that many years away; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=min(day.day, 28))


def periods(day: date, stage: Stage) -> list[Period]:
    """The terms the map covers, oldest first; the last one holds `day` and runs on for at least a week.

    In a holiday that is the term before it, drawn out to the end of the next, so that a map is never empty.

    >>> [(one.name, one.span.ends.isoformat()) for one in periods(date(2026, 11, 23), Stage.SPRING)]
    [('Summer term 2026', '2026-07-24'), ('Autumn term 2026', '2026-12-18')]
    """
    terms = terms_round(day)
    begun = [term for term in terms if term.starts <= day]
    chosen = begun[-stage.terms :]
    last = chosen[-1]
    if last.ends < day + SPARE:
        coming = next(term for term in terms if term.ends >= day + SPARE)
        chosen[-1] = replace(last, ends=coming.ends)
    return [
        Period(term.name, Span(term.starts, term.ends), academic_year_of(term.starts)[0], _half_term(term))
        for term in chosen
    ]


def _half_term(term: TermDates) -> Span:
    return term.half_term or Span(term.starts + HALF * WEEK, term.starts + HALF * WEEK + 4 * DAY)


def end_of_year(period: Period, day: date) -> date:
    """The last day of the school year of `period`: classroom adaptations run until then."""
    ends = [term.ends for term in terms_round(day) if academic_year_of(term.starts)[0] == period.year]
    return max(max(ends), period.span.ends)


def block(period: Period, weeks: int | None, half: int) -> Span:
    """When an intervention of so many weeks runs within `period`: all of it, or its first or second half."""
    return period.halves[half] if weeks is not None and weeks <= HALF else period.span
