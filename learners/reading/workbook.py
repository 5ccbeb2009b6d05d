"""Pupil lists as Excel workbooks, read in bounds. Pure.

A workbook of 5 kB may claim a cell at XFD1048576, unpack to gigabytes or nest archives: the archive is
measured before it is opened, and rows and columns past the limits are never looked at.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import openpyxl

from learners.mapping import guess
from learners.reading.header import split_header
from learners.reading.sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Clock,
    Refused,
    Sheet,
    check_size,
    tidy,
)

MOST_PARTS = 200
MOST_UNPACKED = 50_000_000
MOST_STRINGS = 20_000_000
MOST_RATIO = 100
TINY = 1_000_000  # a small part may pack very well
SPARE_ROWS = 100
SAVE_AGAIN = 'Open it in a spreadsheet, choose "Save as", Excel workbook (.xlsx) or CSV, and upload the new file.'
# What the archive library raises for broken, truncated or oddly packed archives.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    IndexError,
)
DAMAGED = ("This workbook is damaged or not an Excel workbook.", SAVE_AGAIN)
ERRORS = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)", re.IGNORECASE)
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


def check_archive(data: bytes, clock: Clock) -> None:
    """Raises Refused unless `data` is an Excel workbook of sane size without anything that acts by itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_listing(parts)
            _check_kind(archive)
            _check_parts(archive, parts, clock)
    except UNREADABLE as error:
        raise Refused(*DAMAGED) from error


def _check_listing(parts: list[zipfile.ZipInfo]) -> None:
    """What the archive says about itself."""
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS:
        raise Refused(f"This file holds more than {MOST_PARTS} parts.", SAVE_AGAIN)
    if unpacked > MOST_UNPACKED or (unpacked > TINY and unpacked > MOST_RATIO * packed):
        raise Refused("This file unpacks to far more than a pupil list needs.", SAVE_AGAIN)
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(_strays(name) for name in names):
        raise Refused("The parts of this file are named in a way that is not safe to open.", SAVE_AGAIN)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("This file is protected with a password.", "Save a copy without the password and upload that.")


def _strays(name: str) -> bool:
    """Whether a part's name points outside the archive."""
    return name.startswith("/") or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def _check_kind(archive: zipfile.ZipFile) -> None:
    """Whether this is an Excel workbook, and one without macros and links."""
    names = {name.lower() for name in archive.namelist()}
    if "mimetype" in names and "content.xml" in names:
        raise Refused("This is an OpenDocument file.", SAVE_AGAIN)
    if "word/document.xml" in names:
        raise Refused("This is a Word document, not a pupil list.", "Export the list from your MIS as CSV or Excel.")
    if any(name.endswith(("vbaproject.bin", ".bin.macro")) or "/macrosheets/" in name for name in names):
        raise Refused("This workbook holds macros.", "Save it as an Excel workbook without macros (.xlsx), or as CSV.")
    if any("externallinks/" in name for name in names):
        raise Refused("This workbook draws values from other workbooks.", "Save the list as CSV and upload that.")
    if "xl/workbook.xml" not in names:
        raise Refused("This is an archive (ZIP), not a pupil list.", "Unpack it and upload the list inside.")


def _check_parts(archive: zipfile.ZipFile, parts: Iterable[zipfile.ZipInfo], clock: Clock) -> None:
    """What the parts are when unpacked, counted while reading."""
    total = 0
    for part in parts:
        size, tail, first = 0, b"", True
        with archive.open(part) as stream:
            while chunk := stream.read(1 << 16):
                clock.check()
                total += len(chunk)
                size += len(chunk)
                if total > MOST_UNPACKED or (size > MOST_STRINGS and part.filename.lower().endswith("strings.xml")):
                    raise Refused("This file unpacks to far more than a pupil list needs.", SAVE_AGAIN)
                if first and chunk.startswith(b"PK\x03\x04"):
                    raise Refused("This file holds another archive.", SAVE_AGAIN)
                seen = tail + chunk
                if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                    raise Refused("This workbook holds declarations that no spreadsheet writes.", SAVE_AGAIN)
                tail, first = chunk[-16:], False


def read_workbook(data: bytes, clock: Clock) -> Sheet:
    """The pupil list in a workbook: of its visible sheets, the one with the most known headings.

    Raises Refused with a remedy for one that cannot be read.
    """
    check_archive(data, clock)
    try:
        return _read(data, clock)
    except Refused:
        raise
    except Exception as error:
        # The library meets strangers' bytes and may raise anything; all of it means the same to a person.
        raise Refused(*DAMAGED) from error


def _read(data: bytes, clock: Clock) -> Sheet:
    book = _open(data, values=True)
    sheets = [_read_page(page, clock) for page in book.worksheets if page.sheet_state == "visible"]
    if not sheets:
        raise Refused("This workbook has no visible sheet with cells.", SAVE_AGAIN)
    best = max(sheets, key=lambda sheet: (len(guess(sheet.headers)), len(sheet.rows) > 0))
    others = [sheet.name for sheet in sheets if sheet is not best and sheet.headers]
    if others:
        left_alone = "1 other sheet was" if len(others) == 1 else f"{len(others)} other sheets were"
        best.warnings.append(f"Read from the sheet “{best.name}”; {left_alone} left alone.")
    if _has_formulas(data) and (missing := _without_result(data, best, clock)):
        best.warnings.append(
            f"Formulas without a stored result count as empty ({missing} of them): "
            "open and save the workbook to store their results."
        )
    return best


def _open(data: bytes, *, values: bool) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)


def _read_page(page: Any, clock: Clock) -> Sheet:
    """One worksheet as a table, within the limits; what lies beyond them is told as a warning."""
    warnings = []
    if (page.max_row or 0) > MOST_ROWS + SPARE_ROWS or (page.max_column or 0) > MOST_COLUMNS:
        warnings.append(f"Cells below row {MOST_ROWS:,} or right of column {MOST_COLUMNS} were not read.")
    page.reset_dimensions()
    rows: list[tuple[int, list[Cell]]] = []
    cells = page.iter_rows(max_row=MOST_ROWS + SPARE_ROWS, max_col=MOST_COLUMNS, values_only=True)
    for number, values in enumerate(cells, start=1):
        clock.check()
        row = [_cell(value) for value in values]
        while row and row[-1] is None:
            row.pop()
        if row:
            rows.append((number, row))
    headers, header_row, below = split_header(rows)
    check_size(len(below), len(headers))
    return Sheet(page.title, "xlsx", headers, header_row, below, warnings)


def _cell(value: object) -> Cell:
    """A cell's value; an error such as #N/A is nothing.

    >>> _cell("#N/A"), _cell("Ada")
    (None, 'Ada')
    """
    if isinstance(value, str) and ERRORS.fullmatch(value):
        return None
    return tidy(value)


def _has_formulas(data: bytes) -> bool:
    """Whether any worksheet holds a formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if "worksheets/" in name]
        return any(FORMULA.search(archive.read(name)) for name in names)


def _without_result(data: bytes, sheet: Sheet, clock: Clock) -> int:
    """How many formulas of `sheet` have no stored result."""
    read = dict(sheet.rows)
    page = _open(data, values=False)[sheet.name]
    page.reset_dimensions()
    count = 0
    cells = page.iter_rows(max_row=MOST_ROWS + SPARE_ROWS, max_col=MOST_COLUMNS, values_only=True)
    for number, values in enumerate(cells, start=1):
        clock.check()
        row = read.get(number, [])
        for place, value in enumerate(values):
            if isinstance(value, str) and value.startswith("="):
                count += number > sheet.header_row and (place >= len(row) or row[place] is None)
    return count
