"""What every reader hands on: headings and rows of plain values, or a refusal. Pure."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Kind = Literal["csv", "xlsx", "ctf"]
Cell = str | date | Decimal | bool | None

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 32_767  # what a workbook cell may hold
MOST_SECONDS = 5.0
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b]")


class Refused(Exception):
    """A file that cannot be taken: why, and what to do. Never holds a value from the file."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


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


class Clock:
    """Stops a reading that takes too long."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self.until = time.monotonic() + seconds

    def check(self) -> None:
        """Raises Refused once the time is over."""
        if time.monotonic() > self.until:
            raise Refused("This file takes too long to read.", "Save only the pupil list, as CSV, and upload that.")


def tidy(value: object) -> Cell:
    """`value` as a cell: trimmed text without control characters, date, Decimal, bool, or None for nothing.

    >>> tidy("  Ada\\x00 "), tidy(" "), tidy(12), tidy(datetime(2015, 3, 12, 0, 0))
    ('Ada', None, Decimal('12'), datetime.date(2015, 3, 12))
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    text = str(value)
    if len(text) > MOST_CHARACTERS:
        raise Refused(
            f"A cell holds more than {MOST_CHARACTERS:,} characters.",
            "Remove long notes from the list: only the pupils' details are needed.",
        )
    return CONTROLS.sub("", text).replace("\xa0", " ").strip() or None


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
