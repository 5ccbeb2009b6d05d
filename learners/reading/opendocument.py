"""Pupil lists as OpenDocument spreadsheets, read in bounds. Pure.

A cell and a row may say that they stand for a million of their kind, and a file of 2 kB for a thousand billion cells.
What is repeated is counted; it is written out only where it holds something, and never past the last row and column
that are looked at. All sheets stand in one part: it is read once for what they are, again for the one that is taken.
"""

import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

from learners.reading.archive import LINKS, MACROS, PASSWORD
from learners.reading.header import A_FEW, Known, likeliest, split_header, with_choices
from learners.reading.markup import Broken, Enough, Silent, read_markup
from learners.reading.sheet import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Cell, Clock, Sheet, check_size, tidy
from learners.reading.values import BEYOND, MOST_SHEETS, SPARE_ROWS, fill_down, formulas_without_result, number, words
from provisionmap.web.text_file import Refused

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
COUNT = re.compile(r"[1-9]\d{0,7}", re.ASCII)  # a sheet has a million rows: eight figures are more than any count
TIME = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2}(?:[.,]\d{1,9})?)S", re.ASCII)
DAY = 24 * 60 * 60
FOLDED = re.compile(r"[ \t\r\n]+")  # as the format has it: what is meant stands in elements
NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
TABLE, OFFICE, STYLE, TEXT = (f"{NAMES}{name}:1.0}}" for name in ("table", "office", "style", "text"))
NUMBERS = frozenset({"float", "percentage", "currency"})
# Elements whose text and cells are none of the list's: remarks, drawings, what was there before a change.
ASIDE = frozenset({"annotation", "tracked-changes", "shapes", "frame", "custom-shape", "forms", "ruby-text", "note"})
# What makes a file do something, or look elsewhere, by the sentence it is refused with.
ACTS = {"script": MACROS, "event-listener": MACROS, "table-source": LINKS, "dde-source": LINKS, "dde-link": LINKS}
NO_SHEET = ("This workbook has no visible sheet with cells.", "Save the list as CSV and upload that.")


def read_opendocument(archive: zipfile.ZipFile, clock: Clock, known: Known, *, choices: bool = False) -> Sheet:
    """The list in a spreadsheet whose archive has been measured: of its visible sheets, the likeliest.

    With `choices`, the others that may be chosen come as well. Raises Refused for one that cannot be
    read, or Broken.
    """
    if MANIFEST in archive.namelist():
        _read(archive, MANIFEST, _Manifest(), clock)
    looked_at = _Tables(clock, A_FEW)
    _read(archive, CONTENT, looked_at, clock)
    shown = [table for table in looked_at.tables if table.style not in looked_at.hidden][:MOST_SHEETS]
    if not shown:
        raise Refused(*NO_SHEET)
    place, told = likeliest([(table.name, table.rows) for table in shown], known)

    def whole(at: int) -> Sheet:
        tables = _Tables(clock, MOST_ROWS + SPARE_ROWS, only=shown[at].place)
        _read(archive, CONTENT, tables, clock)
        return _sheet(tables.tables[0], known, clock)

    sheet = whole(place)
    if choices:
        sheet = with_choices(sheet, place, len(shown), whole, known)
    return replace(sheet, warnings=[*sheet.warnings, *told])


def _read(archive: zipfile.ZipFile, path: str, reader: Silent, clock: Clock) -> None:
    with archive.open(path) as stream:
        read_markup(stream, reader, clock)


def _sheet(table: "_Table", known: Known, clock: Clock) -> Sheet:
    headers, header_row, below = split_header(table.rows, known)
    check_size(len(below), len(headers))
    places = dict(below)
    for column, top, bottom in table.merged:
        clock.check()
        fill_down(places, column, top, bottom)
    warnings = [BEYOND] * table.beyond
    if empty := sum(row > header_row for row in table.formulas):
        warnings.append(formulas_without_result(empty))
    return Sheet(table.name, "ods", headers, header_row, below, warnings)


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something stands, or how far it reaches; once where nothing is said. Raises Broken for no count."""
    text = attributes.get(name, "1")
    if not COUNT.fullmatch(text):
        raise Broken(0)
    return int(text)


class _Manifest(Silent):
    """What the parts are; one that is encrypted has no list to read."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Raises Refused at the first word of a password."""
        if name == "encryption-data":
            raise Refused(*PASSWORD)


class _Table:
    """One sheet: its rows with the numbers people see, and what is to be told about it."""

    def __init__(self, place: int, name: str, style: str) -> None:
        self.place, self.name, self.style = place, name, style
        self.rows: list[tuple[int, list[Cell]]] = []
        self.number = 0
        self.beyond = False
        self.formulas: list[int] = []  # the rows of formulas without a stored result
        self.merged: list[tuple[int, int, int]] = []  # column, first row, last row


class _Tables(Silent):
    """The sheets of a spreadsheet, each up to `last_row`; where `only` is given, that one alone."""

    def __init__(self, clock: Clock, last_row: int, only: int | None = None) -> None:
        self.clock, self.last_row, self.only = clock, last_row, only
        self.tables: list[_Table] = []
        self.hidden: set[str] = set()  # styles of sheets that people do not see
        self.style = ""  # of a sheet, the one being described
        self.count = self.aside = 0  # sheets so far; how deep in what stands aside
        self.table: _Table | None = None
        self.cells: list[Cell] = []
        self.column = self.repeated = 0
        self.cell: dict[str, str] | None = None
        self.covered = self.inside = False
        self.pieces: list[str] = []
        self.length = self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a sheet, a row, a cell, or what stands in it."""
        if name in ACTS:
            raise Refused(*ACTS[name])
        if self.aside or name in ASIDE:
            self.aside += 1
        elif self.cell is not None:
            self.depth += 1
            self._within(name, attributes)
        elif name == "table":
            self._sheet_begins(attributes)
        elif self.table is None:
            self._described(name, attributes)
        elif name == "table-row":
            self.cells, self.column = [], 0
            self.repeated = _count(attributes, f"{TABLE}number-rows-repeated")
            self.table.number += 1
        elif name == "table-cell" or name == "covered-table-cell":
            self.cell, self.covered = attributes, name != "table-cell"
            self.pieces, self.length, self.depth, self.inside = [], 0, 0, False

    def _described(self, name: str, attributes: dict[str, str]) -> None:
        """The style of a sheet, which says whether it is seen."""
        if name == "style":
            self.style = attributes.get(f"{STYLE}name", "") if attributes.get(f"{STYLE}family") == "table" else ""
        elif name == "table-properties" and self.style and attributes.get(f"{TABLE}display") == "false":
            self.hidden.add(self.style)

    def _sheet_begins(self, attributes: dict[str, str]) -> None:
        if self.table is not None:  # a sheet within a sheet
            raise Broken(0)
        self.count += 1
        if self.only is None or self.only == self.count:
            style = attributes.get(f"{TABLE}style-name", "")
            self.table = _Table(self.count, attributes.get(f"{TABLE}name", ""), style)

    def _within(self, name: str, attributes: dict[str, str]) -> None:
        """What stands in a cell: its own paragraphs, and what they write with elements."""
        if name == "p" and self.depth == 1:
            if self.pieces:
                self._add("\n")
            self.inside = True
            self._add("")
        elif self.inside and name in ("s", "tab", "line-break"):
            spaces = min(_count(attributes, f"{TEXT}c"), MOST_CHARACTERS + 1)
            self._add({"s": " " * spaces, "tab": "\t"}.get(name, "\n"))

    def text(self, text: str) -> None:
        """A piece of a paragraph."""
        if self.inside and not self.aside:
            self._add(FOLDED.sub(" ", text))

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)
        if self.length > MOST_CHARACTERS:
            tidy("".join(self.pieces))  # which refuses it

    def end(self, name: str) -> None:
        """Keep a cell, a row, a sheet."""
        if self.aside:
            self.aside -= 1
        elif self.cell is not None and self.depth:
            self.depth -= 1
            self.inside = self.inside and self.depth > 0
        elif self.table is None:
            return
        elif self.cell is not None:
            self._keep(self.table, self.cell)
            self.cell = None
        elif name == "table-row":
            self._row_ends(self.table)
        elif name == "table":
            self._sheet_ends(self.table)

    def _keep(self, table: _Table, cell: dict[str, str]) -> None:
        first, repeated = self.column + 1, _count(cell, f"{TABLE}number-columns-repeated")
        self.column += repeated
        value = None if self.covered else self._value(cell)
        if value is None:
            if f"{TABLE}formula" in cell and f"{OFFICE}value-type" not in cell:
                table.formulas.append(table.number)
            return
        last = min(self.column, MOST_COLUMNS)
        table.beyond = table.beyond or self.column > MOST_COLUMNS
        if first > last:
            return
        self.cells += [None] * (first - 1 - len(self.cells))
        self.cells += [value] * (last - first + 1)
        down = _count(cell, f"{TABLE}number-rows-spanned")
        if down > 1 and _count(cell, f"{TABLE}number-columns-spanned") == 1:
            table.merged.append((first, table.number, table.number + down - 1))

    def _value(self, cell: dict[str, str]) -> Cell:
        """What a cell holds, as a cell of an Excel workbook would be read; a time is a part of a day."""
        kind, shown = cell.get(f"{OFFICE}value-type", ""), "".join(self.pieces)
        if kind in NUMBERS:
            return number(cell.get(f"{OFFICE}value", ""))
        if kind == "boolean":
            return cell.get(f"{OFFICE}boolean-value") == "true"
        if kind == "date":
            try:
                return date.fromisoformat(cell.get(f"{OFFICE}date-value", "")[:10])
            except ValueError:
                return words(shown)
        if kind == "time" and (found := TIME.fullmatch(cell.get(f"{OFFICE}time-value", ""))):
            seconds = int(found[1]) * 3600 + int(found[2]) * 60 + Decimal(found[3].replace(",", "."))
            return (seconds / DAY).quantize(Decimal("1e-15")).normalize()
        return words(cell.get(f"{OFFICE}string-value") or shown)

    def _row_ends(self, table: _Table) -> None:
        self.clock.check()
        last = table.number + self.repeated - 1
        if self.cells:
            for at in range(table.number, min(last, self.last_row) + 1):
                table.rows.append((at, list(self.cells)))
            table.beyond = table.beyond or last > self.last_row
        table.number = last
        if table.beyond and self.only and last > self.last_row:
            self._sheet_ends(table)

    def _sheet_ends(self, table: _Table) -> None:
        self.tables.append(table)
        self.table = None
        if self.only:
            raise Enough
