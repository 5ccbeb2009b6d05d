"""Pupil lists as Excel workbooks, read in bounds. Pure.

A workbook of 5 kB may claim a cell at XFD1048576, and libraries that believe it take minutes and gigabytes. Its
parts are read here as a stream of tags: rows and columns past the limits are never built.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from learners.mapping import guess
from learners.reading.archive import DAMAGED, SAVE_AGAIN, UNREADABLE, is_opendocument, open_archive
from learners.reading.header import A_FEW, Known, likeliest, split_header, with_choices
from learners.reading.markup import Broken, Enough, Reader, Silent, read_markup
from learners.reading.opendocument import read_opendocument
from learners.reading.sheet import MOST_COLUMNS, MOST_ROWS, Cell, Clock, Sheet, check_size
from learners.reading.values import BEYOND, MOST_SHEETS, SPARE_ROWS, fill_down, formulas_without_result, number, words
from provisionmap.web.text_file import Refused

START = date(1899, 12, 30)  # day 0 of day numbers from March 1900 on
START_1904 = date(1904, 1, 1)  # in workbooks that began on an old Macintosh
DATE_FORMATS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})  # built in; 18 to 21 are times
LAST_DAY = 2_000_000  # more days than dates can hold
NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # literal text, colours and fillings of a number format
REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
OUT_OF_ORDER = ("Two rows of this workbook carry the same number, or they stand out of order.", SAVE_AGAIN)
Rows = list[tuple[int, list[Cell]]]


def read_workbook(data: bytes, clock: Clock, known: Known = guess, *, choices: bool = False) -> Sheet:
    """The pupil list in a workbook: of its visible sheets, the one with the most known headings.

    With `choices`, the others that may be chosen come as well. Raises Refused for one that cannot be read.
    """
    try:
        with open_archive(data) as archive:
            if is_opendocument(archive):
                return read_opendocument(archive, clock, known, choices=choices)
            return _Book(archive, clock, known).best(choices=choices)
    except (*UNREADABLE, Broken) as error:
        raise Refused(*DAMAGED) from error


class _Book:
    """A workbook whose archive has been measured."""

    def __init__(self, archive: zipfile.ZipFile, clock: Clock, known: Known) -> None:
        self.archive = archive
        self.known = known
        self.clock = clock
        path = next(iter(self._targets("", "officeDocument").values()), "xl/workbook.xml")
        self.listing = _Listing()
        self._read(path, self.listing)
        self.pages = self._targets(path, "worksheet")
        self.strings = _Strings()
        for part in self._targets(path, "sharedStrings").values():
            self._read(part, self.strings)
        styles = _Styles()
        for part in self._targets(path, "styles").values():
            self._read(part, styles)
        self.date_styles = styles.dates

    def best(self, *, choices: bool) -> Sheet:
        """The visible sheet that looks most like a pupil list, with a word about the others."""
        shown = [(name, self.pages[key]) for name, key in self.listing.visible if key in self.pages]
        if not shown:
            raise Refused("This workbook has no visible sheet with cells.", SAVE_AGAIN)
        looked_at = [(name, self._page(path, A_FEW).rows) for name, path in shown[:MOST_SHEETS]]
        place, told = likeliest(looked_at, self.known)
        sheet = self._sheet(*shown[place])
        if choices:
            sheet = with_choices(sheet, place, len(looked_at), lambda at: self._sheet(*shown[at]), self.known)
        return replace(sheet, warnings=[*sheet.warnings, *told])

    def _sheet(self, name: str, path: str) -> Sheet:
        page = self._page(path, MOST_ROWS + SPARE_ROWS)
        headers, header_row, below = split_header(page.rows, self.known)
        check_size(len(below), len(headers))
        page.fill_merged(below)
        warnings = []
        if page.beyond:
            warnings.append(BEYOND)
        if empty := sum(row > header_row for row in page.formulas):
            warnings.append(formulas_without_result(empty))
        return Sheet(name, "xlsx", headers, header_row, below, warnings)

    def _page(self, path: str, last_row: int) -> "_Page":
        page = _Page(self, last_row)
        self._read(path, page)
        return page

    def _targets(self, path: str, kind: str) -> dict[str, str]:
        """The parts of a kind that the part at `path` points to, by their key."""
        folder, name = posixpath.split(path)
        links = _Links(kind)
        self._read(posixpath.join(folder, "_rels", f"{name}.rels"), links)
        return {
            key: target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            for key, target in links.targets.items()
        }

    def _read(self, path: str, reader: Reader) -> None:
        with self.archive.open(path) as stream:
            read_markup(stream, reader, self.clock)


class _Links(Silent):
    """Where a part points to."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep a relationship of our kind."""
        if name == "Relationship" and attributes.get("Type", "").endswith(f"/{self.kind}"):
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Listing(Silent):
    """The sheets of a workbook, and how it counts days."""

    def __init__(self) -> None:
        self.visible: list[tuple[str, str]] = []
        self.first_day = START

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the name and key of a sheet that people see."""
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.first_day = START_1904
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            key = next((value for word, value in attributes.items() if word.endswith("}id")), "")
            self.visible.append((attributes.get("name", ""), key))


class _Strings(Silent):
    """The texts that cells share."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.inside = self.aloud = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a text, or a piece of one; how it is pronounced is not part of it."""
        if name == "si":
            self.pieces = []
        self.aloud = self.aloud or name == "rPh"
        self.inside = name == "t" and not self.aloud

    def end(self, name: str) -> None:
        """Keep a text that is whole."""
        self.inside = False
        self.aloud = self.aloud and name != "rPh"
        if name == "si":
            self.texts.append("".join(self.pieces))

    def text(self, text: str) -> None:
        """A piece of a text."""
        if self.inside:
            self.pieces.append(text)


class _Styles(Silent):
    """Which cell styles show a number as a day."""

    def __init__(self) -> None:
        self.own: dict[str, bool] = {}  # looked at once each: thousands of styles may share a long one
        self.dates: list[bool] = []
        self.within = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep a number format, or a cell style that uses one."""
        if name == "numFmt":
            self.own[attributes.get("numFmtId", "")] = _is_date(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self.within = True
        elif name == "xf" and self.within:
            number = attributes.get("numFmtId", "0")
            own = self.own.get(number)
            self.dates.append(own if own is not None else number.isdigit() and int(number) in DATE_FORMATS)

    def end(self, name: str) -> None:
        """Only the styles of cells count."""
        self.within = self.within and name != "cellXfs"


def _is_date(code: str) -> bool:
    """Whether a number format shows days.

    >>> _is_date("dd/mm/yyyy;@"), _is_date('0.00" days"'), _is_date("[Red]0"), _is_date("h:mm")
    (True, False, False, False)
    """
    return any(letter in NOT_FORMAT.sub("", code.split(";")[0]).lower() for letter in "dy")


class _Page:
    """The cells of a worksheet, up to the last row and column that are looked at."""

    def __init__(self, book: _Book, last_row: int) -> None:
        self.book = book
        self.last_row = last_row
        self.rows: Rows = []
        self.beyond = False
        self.formulas: list[int] = []  # the rows of formulas without a stored result
        self.merged: list[str] = []
        self.number = self.column = 0
        self.cells: list[Cell] = []
        self.kind = self.style = ""
        self.pieces: list[str] = []
        self.inside = self.aloud = self.formula = self.stored = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell, or what stands in it."""
        if name == "c":
            self._begin(attributes)
        elif name == "v" or name == "t":
            self.inside = not self.aloud
            self.stored = True
        elif name == "f":
            self.formula = True
        elif name == "row":
            given = attributes.get("r", "")
            before, self.number = self.number, int(given) if given.isdigit() else self.number + 1
            if self.number <= before:
                raise Refused(*OUT_OF_ORDER)
            self.column, self.cells = 0, []
            if self.number > self.last_row:
                self.beyond = True
                raise Enough
        elif name == "rPh":
            self.aloud = True
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))

    def _begin(self, attributes: dict[str, str]) -> None:
        place = REFERENCE.fullmatch(attributes.get("r", ""))
        self.column = _column(place[1]) if place else self.column + 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.pieces = []
        self.formula = self.stored = False

    def end(self, name: str) -> None:
        """Keep a cell, or a row."""
        if name == "c":
            self._keep()
        elif name == "v" or name == "t":
            self.inside = False
        elif name == "rPh":
            self.aloud = False
        elif name == "row":
            self.book.clock.check()
            if self.cells:
                self.rows.append((self.number, self.cells))

    def text(self, text: str) -> None:
        """A piece of a value."""
        if self.inside:
            self.pieces.append(text)

    def _keep(self) -> None:
        if self.column > MOST_COLUMNS:
            self.beyond = True
            return
        if self.formula and not self.stored:
            self.formulas.append(self.number)
        if not self.pieces:
            return
        value = self._value("".join(self.pieces))
        if value is not None:
            self.cells += [None] * (self.column - len(self.cells))
            self.cells[self.column - 1] = value

    def _value(self, text: str) -> Cell:
        """What a cell holds; an error such as #N/A is nothing."""
        if self.kind == "s":
            return words(self.book.strings.texts[int(text)])
        if self.kind == "n":
            return self._number(text)
        if self.kind == "b":
            return text.strip() == "1"
        return None if self.kind == "e" else words(text)

    def _number(self, text: str) -> Cell:
        """A number, or the day it stands for in a cell that is shown as one."""
        found = number(text)
        style = int(self.style) if self.style.isdigit() else 0
        dated = style < len(self.book.date_styles) and self.book.date_styles[style]
        if dated and isinstance(found, Decimal) and 1 <= found < LAST_DAY:
            return self.book.listing.first_day + timedelta(days=int(found))
        return found

    def fill_merged(self, below: Rows) -> None:
        """Give cells that are merged downwards the value of the first of them, as a person reads them."""
        places = dict(below)
        for ref in self.merged:
            self.book.clock.check()
            first, _, last = ref.partition(":")
            top, bottom = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last)
            if top and bottom and top[1] == bottom[1]:
                fill_down(places, _column(top[1]), int(top[2]), int(bottom[2]))


def _column(letters: Iterable[str]) -> int:
    """The number of a column.

    >>> _column("A"), _column("AA")
    (1, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
