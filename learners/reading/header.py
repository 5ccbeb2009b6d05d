"""Finding the headings in a table that may begin with titles, blank rows or two rows of headings. Pure."""

from collections.abc import Callable, Mapping, Sequence

from learners.mapping import guess
from learners.reading.sheet import Cell, is_blank

LOOK_AT = 15
Rows = list[tuple[int, list[Cell]]]
# From headings to the fields they name, by place: learners.mapping.guess, or that of another kind of list.
Known = Callable[[Sequence[str]], Mapping[int, str]]


def split_header(rows: Sequence[tuple[int, list[Cell]]], known: Known = guess) -> tuple[list[str], int, Rows]:
    """The headings, the number of their (last) row, and the rows under them without blank ones.

    The row with the most known headings among the first fifteen wins; two rows are joined where that
    names more columns. Where nothing is known, the first row is taken. `known` says which headings it knows.

    >>> split_header([(1, ["Class list", None]), (3, ["UPN", "DOB"]), (4, ["A", "B"])])
    (['UPN', 'DOB'], 3, [(4, ['A', 'B'])])
    >>> split_header([(1, ["Legal", None, "Date of"]), (2, ["Surname", "Forename", "birth"])])
    (['Legal Surname', 'Forename', 'Date of birth'], 2, [])
    """
    full = [(number, cells) for number, cells in rows if not is_blank(cells)]
    if not full:
        return [], 0, []
    best = (-1, 0, 0, [""])
    for place in range(min(LOOK_AT, len(full))):
        for height, headings in _candidates(full, place):
            score = len(known(headings))
            # One row beats two of the same score; an earlier row beats a later one.
            if score > best[0]:
                best = (score, place, height, headings)
    _, place, height, headings = best
    last = place + height - 1
    while headings and not headings[-1]:
        headings.pop()
    return headings, full[last][0], full[last + 1 :]


def _candidates(rows: Rows, place: int) -> list[tuple[int, list[str]]]:
    """Ways of reading headings from row `place`: alone, or joined with the next one."""
    upper = [_text(cell) for cell in rows[place][1]]
    found = [(1, upper)]
    if place + 1 < len(rows):
        lower = [_text(cell) for cell in rows[place + 1][1]]
        width = max(len(upper), len(lower))
        over, under = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
        found.append((2, [f"{high} {low}".strip() for high, low in zip(over, under, strict=True)]))
        found.append((2, [low or high for high, low in zip(over, under, strict=True)]))
    return found


def _text(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""
