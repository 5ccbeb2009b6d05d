"""What every reader hands on: headings and rows of plain values, or a refusal. Pure."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from provisionmap.web.text_file import Refused

Kind = Literal["csv", "xlsx", "ods", "ctf", "json"]
Cell = str | date | Decimal | bool | None

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 32_767  # what a workbook cell may hold
MOST_SECONDS = 4.0
# What stands in the headings of a map's copy for sharing, whose names or columns were left out: it is no list to read.
COPY = "A copy for sharing, not for import"
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b]")
HALVES = re.compile(r"[\ud800-\udfff]")  # half a character, as JSON can write it; no file or database takes one


@dataclass(frozen=True)
class ContactRow:
    """An adult named beside a learner in a transfer file."""

    name: str
    relationship: str = ""
    phone: str = ""
    email: str = ""
    parental_responsibility: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table of pupils as it stands in the file: headings, then rows with the numbers people see."""

    name: str
    kind: Kind
    headers: list[str]
    header_row: int
    rows: list[tuple[int, list[Cell]]]
    warnings: list[str] = field(default_factory=list)
    contacts: dict[int, tuple[ContactRow, ...]] = field(default_factory=dict)
    # Where others of the workbook were asked for: all that may be chosen, in their order, and which were taken.
    choices: tuple["Sheet", ...] = ()
    taken: tuple[int, ...] = ()


def heading_of(sheet: Sheet, place: int | None) -> str:
    """What a column is called when a problem is told; one without a heading by its number; "" for no column.

    >>> heading_of(Sheet("", "csv", ["UPN", ""], 1, []), 1)
    'Column 2'
    """
    return "" if place is None else sheet.headers[place] or f"Column {place + 1}"


class Clock:
    """Stops a reading that takes too long. It counts this thread's own work: others may keep the machine busy."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self.until = time.thread_time() + seconds

    def check(self) -> None:
        """Raises Refused once the time is over."""
        if time.thread_time() > self.until:
            raise Refused("This file takes too long to read.", "Save only the pupil list, as CSV, and upload that.")


def tidy(text: str) -> str | None:
    """`text` as a cell: trimmed, without control characters and marks nobody sees; None for nothing.

    >>> tidy("  Ada\\x00 "), tidy(" ")
    ('Ada', None)
    """
    if len(text) > MOST_CHARACTERS:
        raise Refused(
            f"A cell holds more than {MOST_CHARACTERS:,} characters.",
            "Remove long notes from the list: only the pupils' details are needed.",
        )
    return HALVES.sub("\ufffd", CONTROLS.sub("", text)).replace("\xa0", " ").strip() or None


def is_blank(cells: Sequence[Cell]) -> bool:
    """Whether a row holds nothing."""
    return all(cell is None for cell in cells)


def check_size(rows: int, columns: int) -> None:
    """Raises Refused for a table larger than any school's pupil list."""
    if rows > MOST_ROWS:
        raise Refused(
            f"The list has more than {MOST_ROWS:,} rows.", "Export one school's pupils, or split the file in two."
        )
    if columns > MOST_COLUMNS:
        raise Refused(
            f"The list has more than {MOST_COLUMNS} columns.", "Export fewer columns: about ten of them are needed."
        )
