"""Tables of term dates: one term a row, one dated line a row, or a page copied as it stood. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from provisionmap.school.calendar import Span
from provisionmap.school.term_events import TERM, Event, FoundClosure, FoundTerm, kind_of, term_name, trimmed
from provisionmap.school.written_days import WRITE_IT, Day, Unreadable, find_days, is_month_first, without_days
from provisionmap.web.text_file import Refused, find_separator

MOST_ROWS = 2_000
MOST_COLUMNS = 60
LOOK_AT = 15
NOTHING = {"", "-", "–", "—", "n/a", "na", "none", "nil", "tbc", "tba", "to be confirmed", "no half term"}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b]")
ACADEMIC = re.compile(r"\b(20\d{2})\s*(?:[-–/]|to)\s*(?:20)?(\d{2})\b")
SEASON = re.compile(r"\b(autumn|spring|summer|michaelmas|lent|trinity)\b", re.I)

# What a heading says about its column; the first rule that fits counts.
HEADINGS: list[tuple[str, re.Pattern[str]]] = [
    ("", re.compile(r"\btime\b|source|url|oddity|computed|note|kind|location|all day|total|number of|\bweeks?\b")),
    ("half_starts", re.compile(r"half\s?term.*(?:first|start|from|begin)|(?:first|start|begin).*half\s?term")),
    ("half_ends", re.compile(r"half\s?term.*(?:last|end|until|finish|\bto\b)|(?:last|end|finish).*half\s?term")),
    ("half", re.compile(r"half\s?term")),
    ("closed", re.compile(r"inset|closed|closure|training|occasional|non pupil")),
    ("year", re.compile(r"academic year|school year|^year$")),
    ("org", re.compile(r"^org(?:anisation)?$|organisation name|^school(?: name)?$|council|authority|establishment")),
    ("starts", re.compile(r"first day|\bstart|\bbegin|\bopens?\b|^from$|date from|from date|commence")),
    ("ends", re.compile(r"last day|\bend|\bfinish|\bcloses?\b|^(?:to|until)$|date to|to date|break up")),
    ("date", re.compile(r"\bdates?\b|^days?$|^when$")),
    ("name", re.compile(r"term|name|event|title|subject|summary|description|holiday|what|detail|period|item")),
]
DATED = ("starts", "ends", "date", "half", "half_starts", "half_ends")
AUTUMN = Span(date(2026, 9, 1), date(2026, 12, 18))  # any stretch as long as a term
LABELS = {"starts": "first day", "ends": "last day", "half_starts": "half-term from", "half_ends": "half-term until"}


@dataclass(frozen=True)
class Problem:
    """A line that can't be used: where, what stands there, what to do."""

    row: int
    column: str
    value: str
    remedy: str


@dataclass(frozen=True)
class Found:
    """What a file holds before its lines are put together."""

    terms: list[FoundTerm] = field(default_factory=list)
    closures: list[FoundClosure] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)
    left_out: list[tuple[int, str, str]] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


Row = tuple[int, list[str]]


def role_of(heading: str) -> str:
    """What a column is for, by its heading; empty for none we need.

    >>> [role_of(words) for words in ("Start Date", "Half-term (first)", "INSET days", "Start Time", "Term")]
    ['starts', 'half_starts', 'closed', '', 'name']
    """
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", heading.casefold()).split())
    return next((role for role, rule in HEADINGS if words and rule.search(words)), "")


def rows_of(text: str) -> list[Row]:
    """The rows of the table in `text` with the numbers a spreadsheet shows, without blank ones."""
    csv.field_size_limit(32_767)
    found: list[Row] = []
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text))
    try:
        for number, cells in enumerate(lines, start=1):
            if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise Refused(
                    f"This table has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns.",
                    "Save only the term dates and upload that.",
                )
            tidy = [" ".join(CONTROLS.sub("", cell).replace("\xa0", " ").split()) for cell in cells]
            if any(tidy):
                found.append((number, tidy))
    except csv.Error as error:
        raise Refused("A cell of this table is too long to be a date.", "Save only the term dates.") from error
    return found


def read_table(text: str, *, only: str = "") -> Found:
    """Terms, closures and dated lines of the table in `text`; `only` names one of several schools in it."""
    rows = rows_of(text)
    place, roles = _headings(rows)
    if not roles:
        turned = _turned(rows)
        if turned is None:
            return _Lines(rows).read()
        rows = turned
        place, roles = _headings(rows)
    return _Table(rows[place][1], roles, rows[:place], rows[place + 1 :]).read(only)


def _headings(rows: Sequence[Row]) -> tuple[int, dict[str, list[int]]]:
    """Which row holds the headings, and the columns of each role; none where no row names its dates."""
    best: tuple[int, int, dict[str, list[int]]] = (0, 0, {})
    for place, (_, cells) in enumerate(rows[:LOOK_AT]):
        roles: dict[str, list[int]] = {}
        for column, cell in enumerate(cells):
            # A heading is a few words and holds no day itself.
            if len(cell) <= 60 and not _has_day(cell) and (role := role_of(cell)):
                roles.setdefault(role, []).append(column)
        dated = roles.keys() & {"starts", "ends", "date", "half", "half_starts"}
        if dated and len(roles) > max(best[0], 1):
            best = (len(roles), place, roles)
    return best[1], best[2]


def _has_day(cell: str) -> bool:
    try:
        return bool(find_days(cell, year=Span(*_any_year())))
    except Unreadable:
        return True


def _any_year() -> tuple[date, date]:
    return date(2000, 9, 1), date(2001, 8, 31)


def _turned(rows: Sequence[Row]) -> list[Row] | None:
    """A table whose terms are columns, turned so that they are rows; None for any other table."""
    for place, (number, cells) in enumerate(rows[:LOOK_AT]):
        if sum(bool(SEASON.search(cell)) for cell in cells[1:]) < 2:
            continue
        below = [row for row in rows[place + 1 :] if row[1] and role_of(row[1][0])]
        if not any(role_of(row[1][0]) in LABELS for row in below):
            continue
        heads = ["Term", *(row[1][0] for row in below)]
        # The corner often names the school year.
        turned: list[Row] = [*rows[:place], (number, cells[:1]), (number, heads)]
        for column in range(1, len(cells)):
            values = [row[1][column] if column < len(row[1]) else "" for row in below]
            turned.append((number, [cells[column], *values]))
        return turned
    return None


def _school_year(texts: Iterable[str]) -> Span | None:
    """The school year named in `texts`, a month wider at its start: some schools begin in August."""
    for text in texts:
        if named := ACADEMIC.search(text):
            first = int(named[1])
            if int(named[2]) == (first + 1) % 100:
                return Span(date(first, 8, 1), date(first + 1, 8, 31))
    return None


class _Reader:
    """What both ways of reading share: the findings so far, and how a cell becomes days."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.found = Found()
        self.month_first = is_month_first(texts)

    def problem(self, row: int, column: str, value: str, remedy: str) -> None:
        """A line that can't be used."""
        self.found.problems.append(Problem(row, column, value[:80], remedy))

    def days(self, row: int, column: str, text: str, year: Span | None) -> list[Day] | None:
        """The days in a cell; None after a problem was noted."""
        try:
            found = find_days(text, year=year, month_first=self.month_first)
        except Unreadable as error:
            self.problem(row, column, text, str(error))
            return None
        self.found.doubts.extend((row, f"“{text[:60]}”: {day.doubt}") for day in found if day.doubt)
        return found

    def closures(self, row: int, name: str, days: Sequence[Day]) -> None:
        """Each of `days` as a closure by itself."""
        for day in days:
            span = Span(day.day, day.day)
            kind = kind_of(name, span)
            self.found.closures.append(
                FoundClosure(row, name[:80], kind if kind in {"inset", "bank", "closed"} else "inset", span)
            )

    def term(self, row: int, starts: date, ends: date, half: Span | None, column: str, value: str) -> None:
        """A term that stands as such in the file, once its days make sense."""
        if ends <= starts:
            remedy = f"The term ends on {ends:%d/%m/%Y}, not after its first day {starts:%d/%m/%Y}. Check both."
            return self.problem(row, column, value, remedy)
        if half and not (starts < half.starts <= half.ends < ends):
            remedy = f"Half-term ({half.starts:%d/%m/%Y} to {half.ends:%d/%m/%Y}) must lie inside the term. Check it."
            return self.problem(row, column, value, remedy)
        self.found.terms.append(FoundTerm(row, term_name(starts, ends), starts, ends, half and trimmed(half)))
        return None


class _Table(_Reader):
    """A table with headings."""

    def __init__(
        self, heads: list[str], roles: dict[str, list[int]], above: Sequence[Row], rows: Sequence[Row]
    ) -> None:
        dated = {
            column for role in ("starts", "ends", "date", "half_starts", "half_ends") for column in roles.get(role, [])
        }
        super().__init__(cells[column] for _, cells in rows for column in dated if column < len(cells))
        self.heads, self.roles, self.rows = heads, roles, rows
        self.year = _school_year(cell for _, cells in above for cell in cells)

    def cell(self, cells: list[str], role: str) -> str:
        """The text of the first column of a role; empty where it says that there is nothing."""
        column = self.roles.get(role, [MOST_COLUMNS])[0]
        text = cells[column] if column < len(cells) else ""
        return "" if text.casefold().strip(" .") in NOTHING else text

    def head(self, role: str) -> str:
        """The heading of a role's column, as the file has it."""
        return self.heads[self.roles[role][0]] if role in self.roles else LABELS.get(role, role)

    def read(self, only: str) -> Found:
        """Everything in the table, of the named school where there are several."""
        names = list(dict.fromkeys(name for _, cells in self.rows if (name := self.cell(cells, "org"))))
        if len(names) > 1 and only not in names:
            return Found(choices=names)
        for number, cells in self.rows:
            if len(names) > 1 and self.cell(cells, "org") != only:
                continue
            self.row(number, cells)
        return self.found

    def row(self, number: int, cells: list[str]) -> None:
        """One row: a term, a dated line, and the closures beside it."""
        year = _school_year([self.cell(cells, "year"), self.cell(cells, "name")]) or self.year
        is_term = self.roles.keys() & {"half", "half_starts"} and {"starts", "ends"} <= self.roles.keys()
        if is_term and self.is_term_row(cells):
            self.term_row(number, cells, year)
        else:
            self.dated_row(number, cells, year)
        for column in self.roles.get("closed", []) if is_term else []:
            text = cells[column] if column < len(cells) else ""
            days = self.days(number, self.heads[column], text, year)
            if days == [] and text.casefold() not in NOTHING:
                self.found.left_out.append((number, text[:80], "No date stands here."))
            words = "INSET day" if kind_of(self.heads[column].replace("_", " "), AUTUMN) == "inset" else "School closed"
            self.closures(number, words, days or [])

    def is_term_row(self, cells: list[str]) -> bool:
        """Whether a row is a term and not one of the dated lines that some tables mix in."""
        name = self.cell(cells, "name")
        return not name or (
            bool(TERM.search(name)) and kind_of(name, Span(date(2026, 9, 1), date(2026, 12, 18))) == "school"
        )

    def one(self, number: int, cells: list[str], role: str, year: Span | None) -> tuple[bool, date | None]:
        """The one day of a cell: whether the cell is in order, and the day if there is one."""
        text = self.cell(cells, role)
        if not text:
            return True, None
        days = self.days(number, self.head(role), text, year)
        if days is None:
            return False, None
        if not days:
            self.problem(number, self.head(role), text, f"This is not a date. {WRITE_IT}")
            return False, None
        day = days[0].day
        if year and self.cell(cells, "year") and day not in year:
            words = (
                f"This day lies outside the school year {year.starts.year}/{year.ends.year % 100:02}. Check its year."
            )
            self.problem(number, self.head(role), text, words)
            return False, None
        return True, day

    def half(self, number: int, cells: list[str], year: Span | None) -> tuple[bool, Span | None]:
        """Half-term from its own columns, or from one cell that holds both days."""
        fine_first, first = self.one(number, cells, "half_starts", year)
        fine_last, last = self.one(number, cells, "half_ends", year)
        if not (fine_first and fine_last):
            return False, None
        if first and last:
            return True, Span(first, last)
        if first or last:
            role = "half_ends" if first else "half_starts"
            self.problem(number, self.head(role), "", "Give both days of half-term, or neither.")
            return False, None
        text = self.cell(cells, "half")
        days = self.days(number, self.head("half"), text, year) if text else []
        if days is None:
            return False, None
        return True, Span(days[0].day, days[-1].day) if days else None

    def term_row(self, number: int, cells: list[str], year: Span | None) -> None:
        """A row that is a term."""
        fine_start, starts = self.one(number, cells, "starts", year)
        fine_end, ends = self.one(number, cells, "ends", year)
        fine_half, half = self.half(number, cells, year)
        if not (fine_start and fine_end and fine_half):
            return
        name = self.cell(cells, "name") or "This row"
        if starts and ends:
            self.term(number, starts, ends, half, self.head("ends"), self.cell(cells, "ends"))
        elif starts or ends:
            missing = self.head("ends" if starts else "starts")
            self.found.left_out.append((number, name, f"“{missing}” is empty, so this term is not complete."))

    def dated_row(self, number: int, cells: list[str], year: Span | None) -> None:
        """A row that is a line with one day or two."""
        fine_start, starts = self.one(number, cells, "starts", year)
        fine_end, ends = self.one(number, cells, "ends", year)
        if not (fine_start and fine_end):
            return
        text = self.cell(cells, "date")
        named = self.cell(cells, "name") or without_days(text) or self.cell(cells, "closed") or "Closed"
        first = starts or ends
        if first is None:
            self.line(number, named, text, self.head("date"), year)
            return
        last = ends or first
        if last < first:
            remedy = f"This ends on {last:%d/%m/%Y}, before it starts on {first:%d/%m/%Y}. Check both."
            self.problem(number, self.head("ends"), self.cell(cells, "ends"), remedy)
        else:
            self.found.events.append(Event(number, named[:200], Span(first, last)))

    def line(self, number: int, name: str, text: str, column: str, year: Span | None) -> None:
        """A cell with all the days of a line."""
        if not text:
            return
        days = self.days(number, column, text, year)
        if days == []:
            self.problem(number, column, text, f"There is no date here. {WRITE_IT}")
        elif days:
            add_line(self, number, name, text, days)


def add_line(reader: _Reader, number: int, name: str, text: str, days: Sequence[Day]) -> None:
    """Words with days: one day, from one to another, a term with its half-term, or a list of closures."""
    first, last = days[0].day, days[-1].day
    single = Span(first, first)
    if len(days) > 1 and kind_of(name, single) in {"inset", "bank"} and not RANGE.search(text):
        reader.closures(number, name, days)
    elif len(days) == 4 and TERM.search(name) and [day.day for day in days] == sorted(day.day for day in days):
        reader.term(number, first, last, Span(days[1].day, days[2].day), "", text)
    elif len(days) > 2:
        reader.problem(number, "", text, "There are more than two dates here. Put each of them in a row of its own.")
    elif last < first:
        reader.problem(number, "", text, f"This ends on {last:%d/%m/%Y}, before it starts. Check both dates.")
    else:
        reader.found.events.append(Event(number, name[:200], Span(first, last)))


RANGE = re.compile(r"\d\S*\s*(?:-|–|—|\bto\b|\buntil\b)\s*\S*\s*\d")


class _Lines(_Reader):
    """A page copied as it stood: lines with words and days under headings such as "Autumn term 2026"."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [(number, ", ".join(cell for cell in cells if cell)) for number, cells in rows]
        super().__init__(text for _, text in self.rows)

    def read(self) -> Found:
        """Every line that holds a day; lines without one are headings."""
        under, year = "", None
        for number, text in self.rows:
            days = self.days(number, "", text, year)
            if days is None:
                continue
            if not days:
                year = _school_year([text]) or year
                under = text[:60] if SEASON.search(text) and len(text) <= 60 else under
                continue
            name = without_days(text)
            season = SEASON.search(under)
            by_itself = kind_of(name, Span(days[0].day, days[-1].day)) in {"inset", "bank", "closed", "half"}
            if season and not by_itself and not SEASON.search(name):
                name = f"{season[0]} term: {name}" if name else under
            add_line(self, number, name or "Closed", text, days)
        return self.found
