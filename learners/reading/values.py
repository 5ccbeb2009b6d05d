"""What a cell of a workbook holds, whichever kind of workbook it is. Pure."""

import re
from decimal import Decimal, InvalidOperation

from learners.cells import MOST_DIGITS
from learners.reading.sheet import MOST_COLUMNS, MOST_ROWS, Cell, tidy

SPARE_ROWS = 100  # blank rows and titles that a list may hold beside its pupils
MOST_SHEETS = 30
BEYOND = f"Cells below row {MOST_ROWS:,} or right of column {MOST_COLUMNS} were not read."
ERRORS = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}", re.IGNORECASE)


def words(text: str) -> Cell:
    """Text, or nothing where it is an error.

    >>> words("#N/A"), words("Err:502"), words(" Ada ")
    (None, None, 'Ada')
    """
    return None if ERRORS.fullmatch(text) else tidy(text)


def number(text: str) -> Cell:
    """A number; text where it is none, or one of more digits than we reckon with; nothing where it is no real number.

    >>> number("4"), number("NaN"), number("1E3000000"), number("four")
    (Decimal('4'), None, '1E3000000', 'four')
    """
    try:
        found = Decimal(text)
    except InvalidOperation:
        return words(text)
    if not found.is_finite():
        return None
    return words(text) if abs(found.adjusted()) > MOST_DIGITS else found


def formulas_without_result(count: int) -> str:
    """What is said of formulas that were never worked out."""
    return (
        f"Formulas without a stored result count as empty ({count} of them): "
        "open and save the workbook to store their results."
    )


def fill_down(rows: dict[int, list[Cell]], column: int, top: int, bottom: int) -> None:
    """The value at the top of a column, down to `bottom`; rows that hold nothing else stay as they are."""
    above = rows.get(top, [])
    if column > min(len(above), MOST_COLUMNS):
        return
    for at in range(top + 1, min(bottom, MOST_ROWS + SPARE_ROWS) + 1):
        if cells := rows.get(at):
            cells += [None] * (column - len(cells))
            cells[column - 1] = above[column - 1]
