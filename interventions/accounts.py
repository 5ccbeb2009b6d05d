"""The ledger of a school under headings: over which days, by what, and as rows of a file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from interventions.calendar_days import finished
from interventions.ledger import REASONS, Ledger, total
from interventions.timetable import DAY
from provisionmap.school.calendar import CalendarDates, Span, academic_year_of, teaching_days, teaching_weeks

OVER = {
    "week": "Last full week",
    "half-term": "This half-term",
    "last-half-term": "Last half-term",
    "term": "This term",
    "last-term": "Last term",
    "year": "This school year",
    "last-year": "Last school year",
}
USUAL = "half-term"
WHOLE = 100  # per cent
MORE = "more than the dose"  # why it can be more than the whole of what was owed
LONGEST_HOLIDAY = 30 * DAY
BY = {"provision": "Provision", "learner": "Learner", "area": "Area of need", "tier": "Tier", "year": "Year group"}
UNDER = {"provision": "Given by, class, times, dates", "learner": "Class"}  # what stands small beside a heading
STAFF = "staff"
HEADINGS = ("Owed (min)", "Delivered (min)", "Of this in added sessions (min)", "% of what was owed",
            "% of what was possible", *(f"{reason} (min)" for reason in REASONS.values()), "Not accounted for (min)",
            "Of this in sessions shorter than planned (min)", "Still to catch up (min)")  # fmt: skip


def halves_of(dates: CalendarDates) -> list[Span]:
    """Half-terms in order: a term before its holiday and after it, or all of it."""
    found = []
    for term in sorted(dates.terms, key=lambda one: one.starts):
        half = term.half_term
        if half:
            found += [Span(term.starts, half.starts - DAY), Span(half.ends + DAY, term.ends)]
        else:
            found.append(Span(term.starts, term.ends))
    return found


def days_over(over: str, dates: CalendarDates, today: date) -> Span | None:
    """The days of one of OVER as far as their weeks are over; None where there are none.

    >>> from provisionmap.school.calendar import TermDates
    >>> term = TermDates("Autumn", date(2026, 9, 2), date(2026, 12, 18), Span(date(2026, 10, 26), date(2026, 10, 30)))
    >>> dates = CalendarDates((term,))
    >>> for over in ("week", "half-term", "last-half-term", "term"):
    ...     days = days_over(over, dates, date(2026, 11, 26))
    ...     print(over, days.starts, days.ends)
    week 2026-11-16 2026-11-22
    half-term 2026-10-31 2026-11-22
    last-half-term 2026-09-02 2026-10-25
    term 2026-09-02 2026-11-22
    >>> days_over("last-term", dates, date(2026, 11, 26)) is None
    True
    """
    if over == "week":
        year = finished(dates, academic_year_of(today)[1], today)
        known = teaching_weeks(dates, Span(max(year.starts, year.ends - LONGEST_HOLIDAY), year.ends)) if year else []
        return Span(known[-1][0], known[-1][0] + 6 * DAY) if known else None
    if over.endswith("year"):
        year = academic_year_of(today)[1]
        if over.startswith("last"):
            year = academic_year_of(year.starts - DAY)[1]
        return finished(dates, year, today)
    spans = halves_of(dates) if over.endswith("half-term") else [Span(one.starts, one.ends) for one in dates.terms]
    begun = sorted(one for one in spans if one.starts <= today)
    place = -2 if over.startswith("last") else -1
    return finished(dates, begun[place], today) if len(begun) >= -place else None


def taught(dates: CalendarDates, span: Span) -> Span:
    """`span` from its first day of teaching to its last, as people name it; as it is where nobody is taught.

    >>> from provisionmap.school.calendar import TermDates
    >>> dates = CalendarDates((TermDates("Autumn", date(2026, 11, 2), date(2026, 12, 18)),))
    >>> taught(dates, Span(date(2026, 10, 31), date(2026, 11, 22)))
    Span(starts=datetime.date(2026, 11, 2), ends=datetime.date(2026, 11, 20))
    """
    days = teaching_days(dates, span)
    return Span(days[0], days[-1]) if days else span


@dataclass(frozen=True)
class Account:
    """One row of the page: a heading, its ledger, and how much of it can be judged."""

    key: str
    name: str
    ledger: Ledger
    placements: int
    silent: int  # placements of which nothing was said
    untimed: int  # placements with a dose and no timetable
    under: str = ""
    short: int = 0  # of what is not accounted for: in sessions that were shorter than planned
    before: bool = False  # of days before anybody logged anything

    @property
    def doubt(self) -> str:
        """Why it can't be judged, or ""."""
        if not self.ledger.entitled:
            return "No dose is written down, so nothing can be judged."
        if self.before:
            return "Nothing was logged yet: this is not known."
        if self.silent == self.placements:
            return "No timetable and nothing logged: this can't be judged." if self.untimed else (
                "Nothing was logged: this can't be judged."
            )  # fmt: skip
        if 2 * self.silent > self.placements:
            return f"Nothing was logged for {self.silent} of {self.placements} placements: this can't be judged."
        return ""

    @property
    def excess(self) -> int:
        """By how many minutes the parts come to more than what was owed, because they belong to different learners."""
        one = self.ledger
        return max(0, one.accounted + one.unaccounted - one.entitled)

    @property
    def beyond(self) -> str:
        """Why a percentage is over a hundred, or ""."""
        if (self.ledger.of_entitlement or 0) > WHOLE:
            return MORE
        return "absence or closures caught up" if (self.ledger.of_possible or 0) > WHOLE else ""

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why minutes were missed, in words, the most first."""
        missed = [(REASONS[reason].lower(), minutes) for reason, minutes in self.ledger.missed.items()]
        return sorted(missed, key=lambda one: -one[1])

    @property
    def percent(self) -> int:
        """How much of the bar is full."""
        return min(100, int(self.ledger.of_entitlement or 0))

    @property
    def cells(self) -> list[int | str]:
        """Its figures for a file, under HEADINGS."""
        one, known = self.ledger, not self.doubt
        shares = [str(share) if known and share is not None else "" for share in (one.of_entitlement, one.of_possible)]
        return [one.entitled, one.delivered, one.catch_up, *shares,
                *(one.missed.get(reason, 0) for reason in REASONS), one.unaccounted, self.short,
                one.owed if known else ""]  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """One placement for `accounts`: what it is counted under, its ledger, anything said, and a timetable."""

    key: str
    ledger: Ledger
    logged: bool
    timetabled: bool
    short: int = 0  # minutes by which its sessions were shorter than planned


def account(key: str, name: str, rows: Sequence[Counted], under: str = "", *, before: bool = False) -> Account:
    """Several placements together; `before` says that these days are over before anybody logged anything."""
    dosed = [row for row in rows if row.ledger.entitled]
    return Account(
        key, name, total(row.ledger for row in rows), len(dosed), sum(not row.logged for row in dosed),
        sum(not row.timetabled for row in dosed), under, sum(min(row.short, row.ledger.unaccounted) for row in rows),
        before,
    )  # fmt: skip


def accounts(
    rows: Iterable[Counted], names: Mapping[str, tuple[str, str]], order: Callable[[Account], Any], *,
    before: bool = False,
) -> list[Account]:  # fmt: skip
    """Placements under their headings; those whose heading has no name in `names` are left out."""
    under: dict[str, list[Counted]] = {}
    for row in rows:
        if row.key in names:
            under.setdefault(row.key, []).append(row)
    found = [account(key, names[key][0], known, names[key][1], before=before) for key, known in under.items()]
    return sorted(found, key=order)
