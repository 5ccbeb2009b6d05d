"""Pupil lists as text with separators. Pure."""

import csv
import io

from learners.mapping import guess
from learners.reading.header import Known, split_header
from learners.reading.sheet import MOST_CHARACTERS, Cell, Clock, Sheet, check_size, tidy
from provisionmap.web.text_file import Refused, find_separator

SPARE_ROWS = 100  # blank rows and titles that a list may hold beside its pupils


def read_csv(text: str, clock: Clock, known: Known = guess) -> Sheet:
    """The table in `text`. Raises Refused with a remedy for one that cannot be read."""
    csv.field_size_limit(MOST_CHARACTERS)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text), strict=True)
    rows: list[tuple[int, list[Cell]]] = []
    try:
        # Numbered by record, blank ones too: the number a spreadsheet shows beside the row.
        for number, cells in enumerate(lines, start=1):
            clock.check()
            check_size(number - SPARE_ROWS, len(cells))
            rows.append((number, [tidy(cell) for cell in cells]))
    except csv.Error as error:
        raise Refused(
            f"Row {len(rows) + 1:,} cannot be read: a quotation mark is opened and not closed, or a cell is too long.",
            "Mend that row in a spreadsheet and save the list as CSV again.",
        ) from error
    headers, header_row, below = split_header(rows, known)
    check_size(len(below), len(headers))
    return Sheet(name="", kind="csv", headers=headers, header_row=header_row, rows=below)
