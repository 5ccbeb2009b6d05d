"""Finding the headings in a table that may begin with titles, blank rows or two rows of headings. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from learners.mapping import guess
from learners.reading.archive import UNREADABLE
from learners.reading.markup import Broken
from learners.reading.sheet import COPY, MOST_ROWS, Cell, Sheet, is_blank
from provisionmap.web.text_file import Refused

LOOK_AT = 15
A_FEW = 4 * LOOK_AT  # rows that tell what a sheet is
SHARED = (
    "This is a copy for sharing: names or columns were left out, so it cannot be read back.",
    "Upload an export with full names and every column.",
)
Rows = list[tuple[int, list[Cell]]]
# From headings to the fields they name, by place: learners.mapping.guess, or that of another kind of list.
Known = Callable[[Sequence[str]], Mapping[int, str]]


def split_header(rows: Sequence[tuple[int, list[Cell]]], known: Known = guess) -> tuple[list[str], int, Rows]:
    """The headings, the number of their (last) row, and the rows under them without blank ones.

    The row with the most known headings among the first fifteen wins; two rows are joined where that
    names more columns. Where nothing is known, the first row is taken. `known` says which headings it knows.
    Raises Refused for a map's copy for sharing, whose initials would be taken for names.

    >>> split_header([(1, ["Class list", None]), (3, ["UPN", "DOB"]), (4, ["A", "B"])])
    (['UPN', 'DOB'], 3, [(4, ['A', 'B'])])
    >>> split_header([(1, ["Legal", None, "Date of"]), (2, ["Surname", "Forename", "birth"])])
    (['Legal Surname', 'Forename', 'Date of birth'], 2, [])
    """
    full = [(number, cells) for number, cells in rows if not is_blank(cells)]
    if not full:
        return [], 0, []
    if any(cell == COPY for _, cells in full[:LOOK_AT] for cell in cells):
        raise Refused(*SHARED)
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


def with_choices(best: Sheet, place: int, count: int, read: Callable[[int], Sheet], known: Known) -> Sheet:
    """`best`, which stands at `place` of `count`, with every sheet that may be chosen in its stead.

    That is each with rows under a heading that is known. One that can't be read, or for which there is no time or no
    room left, is none of them: the one that was taken must not be lost through another.
    """
    found, rows = {place: best}, len(best.rows)
    for at in range(count):
        if at == place:
            continue
        try:
            one = read(at)
        except (Refused, Broken, *UNREADABLE):
            continue
        rows += len(one.rows)
        if one.rows and known(one.headers) and rows <= MOST_ROWS:
            found[at] = one
    order = sorted(found)
    return replace(best, choices=tuple(found[at] for at in order), taken=(order.index(place),)) if order[1:] else best


def likeliest(tables: Sequence[tuple[str, Sequence[tuple[int, list[Cell]]]]], known: Known) -> tuple[int, list[str]]:
    """The place of the table that looks most like a list, and a word about the others, where there are any.

    `tables` are the names of visible sheets with their first rows.

    >>> likeliest([("Read me", [(1, ["How to"])]), ("List", [(1, ["UPN", "DOB"]), (2, ["A1", None])])], guess)
    (1, ['Read from the sheet “List”; 1 other sheet was left alone.'])
    """
    looks = []
    for _, rows in tables:
        headers, _, below = split_header(rows, known)
        looks.append((len(known(headers)), bool(below), bool(headers)))
    place = looks.index(max(looks))
    others = len(looks) - 1 - sum(not headed for _, _, headed in looks) + (not looks[place][2])
    if not others:
        return place, []
    left_alone = "1 other sheet was" if others == 1 else f"{others} other sheets were"
    return place, [f"Read from the sheet “{tables[place][0]}”; {left_alone} left alone."]
