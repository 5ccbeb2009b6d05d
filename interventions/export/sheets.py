"""The sheets of an exported map: the view as shown, and "Placements". Pure."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interventions import sheet as placements
from interventions.export import book
from interventions.export.drawing import (
    Drawing,
    Head,
    Line,
    Note,
    Shown,
    across,
    cell_words,
    columns_shown,
    initials,
    note_words,
    pages_across,
    portions,
)
from interventions.sheet import COLUMNS, KEYS, Row
from learners.reading.sheet import COPY

SHARED = "For sharing"  # what the second sheet is called where something was left out
DAYS = frozenset({"starts", "ends", "review_on", "provision_starts", "provision_ends"})
COUNTS = frozenset({"number", "sessions", "minutes", "provision_sessions", "provision_minutes"})
WIDTHS = {
    "upn": 15, "surname": 16, "forename": 14, "year": 11, "class": 12, "sen": 10, "needs": 14, "number": 10,
    "provision": 28, "tier": 14, "area": 26, "subject": 18, "sessions": 10, "minutes": 10, "starts": 11, "ends": 11,
    "deliverers": 30, "responsible": 20, "place": 14, "group": 9, "outcome": 36, "baseline": 16, "target": 16,
    "review_on": 11, "provision_starts": 11, "provision_ends": 11, "provision_sessions": 10, "provision_minutes": 10,
    "library": 24, "confidential": 14, "note": 44,
}  # fmt: skip
LONGEST_LINE = 110  # characters of a line above the headings: a longer one is cut at the edge of a page or a pane


@dataclass(frozen=True)
class About:
    """What is said on every sheet and page: whose map, of when, narrowed to what, taken out by whom."""

    school: str
    day: str
    by: str
    at: str
    filters: tuple[str, ...] = ()
    tiers: Mapping[int, str] | None = None
    paper: str = "A3"
    confidential: bool = False

    @property
    def scope(self) -> str:
        """The day and the filters, in words."""
        return " · ".join((f"As of {self.day}", *(self.filters or (f"No filters: all that {self.by} may see",))))

    @property
    def mark(self) -> str:
        """Who took it out, and when."""
        return f"Exported by {self.by} on {self.at}"


KEEP_SAFE = "Personal data of children: keep it safe, share only what is needed, delete it when done."
CONFIDENTIAL = "Contains confidential provision."


def _said(look: str, *lines: str) -> list[book.Row]:
    """Lines above the headings, none longer than can be seen."""
    return [[(words, look)] for line in lines if line for words in textwrap.wrap(line, LONGEST_LINE)]


def _note_lines(note: Note, width: int) -> int:
    return book.lines_of(f"• {note_words(note)}", width)


def _head_cell(head: Head) -> book.Cell:
    return "\n".join(filter(None, (head.words, head.under))), f"head-{head.tier}" if head.tier else "head"


def sheet_of(about: About, drawing: Drawing, whole: bool = True) -> book.Sheet:
    """The view as shown, with its key; `whole` says that nothing was left out of the copy."""
    tiers = about.tiers or {}
    key: list[book.Cell] = [("Key", "about"), *((label, f"head-{tier}") for tier, label in tiers.items())]
    above: list[book.Row] = [
        [(f"Provision map of {about.school}", "title")],
        *_said("about", f"{drawing.name} · {about.scope}", about.mark),
        *_said("warn", CONFIDENTIAL if about.confidential else ""),
        *_said("about", KEEP_SAFE, "" if whole else COPY),
        key,
    ]
    rows = [part for line in drawing.lines for part in portions(line, drawing, _note_lines, book.MOST_LINES)]
    grouped = any(line.kind != "row" for line in drawing.lines)
    return book.Sheet(
        drawing.name,
        [head.width for head in drawing.heads],
        above,
        [_head_cell(head) for head in drawing.heads],
        [_line(line, drawing) for line in rows],
        drawing.fixed,
        not grouped,  # narrowing by a column would tear groups from their headings
        footer=about.mark,
        across=len(across(drawing, about.paper)),
    )


def _line(line: Line, drawing: Drawing) -> book.Row:
    if line.kind != "row":
        return [(cell_words(cell), _look(line.kind, cell)) for cell in line.cells]
    cells: list[book.Cell] = []
    for place, (cell, head) in enumerate(zip(line.cells, drawing.heads, strict=True)):
        tiers = {note.tier for note in cell} if isinstance(cell, tuple) else set()
        tier = head.tier or (tiers.pop() if len(tiers) == 1 else 0)  # of several, none has the cell's colour
        plain = "who" if place == 0 else _holds(cell)
        look = f"tier-{tier}" if tier else f"word-{line.tier}" if place == 0 and line.tier else plain
        cells.append((cell_words(cell), look))
    return cells


def _holds(cell: object) -> str:
    return "count" if isinstance(cell, int) else "tenth" if isinstance(cell, float) else "text"


def _look(kind: str, cell: object) -> str:
    held = _holds(cell)
    return f"{kind}-{held}" if kind == "sum" and held != "text" else kind


def placements_of(about: About, shown: Shown, rows: Iterable[Row]) -> book.Sheet:
    """The flat rows under their headings; what `shown` leaves out is not there."""
    kept = columns_shown(KEYS, shown)
    tiers = {label: tier for tier, label in (about.tiers or {}).items()} | {
        f"Tier {tier}": tier for tier in (1, 2, 3, 4)
    }
    at_tier = KEYS.index("tier")
    looks = ["day" if key in DAYS else "count" if key in COUNTS else "text" for key in KEYS]
    drawn: list[book.Row] = []
    for row in rows:
        named = _short(row) if shown.names == "initials" else row
        word = f"word-{tiers[str(row[at_tier])]}" if row[at_tier] in tiers else "text"
        drawn.append([(named[at] or "", word if at == at_tier else looks[at]) for at in kept])
    widths = [WIDTHS[KEYS[at]] for at in kept]
    head: list[book.Cell] = [(COLUMNS[at][1], "head") for at in kept]
    if not shown.whole:
        widths, head = [*widths, len(COPY)], [*head, (COPY, "head")]
    return book.Sheet(
        placements.SHEET if shown.whole else SHARED,
        widths,
        [[(f"{about.mark} · {about.scope}", "about")]],
        head,
        drawn,
        len({"upn", "surname", "forename"} & {KEYS[at] for at in kept}),
        True,
        footer=about.mark,
        across=pages_across(widths, about.paper),
    )


def _short(row: Row) -> Row:
    """The row with initials in the place of the learner's names."""
    named = {"surname", "forename"}
    return tuple(initials(str(value)) if key in named else value for key, value in zip(KEYS, row, strict=True))


def flat(shown: Shown, rows: Iterable[Row]) -> tuple[list[str], list[list[placements.Value]]]:
    """Headings and rows of "Placements" as a file of plain text has them; one for sharing says so in its headings."""
    kept = columns_shown(KEYS, shown)
    named = (_short(row) if shown.names == "initials" else row for row in rows)
    marked = [] if shown.whole else [COPY]
    return [*(COLUMNS[at][1] for at in kept), *marked], [
        [*(row[at] for at in kept), *("",) * len(marked)] for row in named
    ]


def map_book(about: About, shown: Shown, drawing: Drawing, rows: Sequence[Row]) -> book.Book:
    """The workbook of a view: the view as shown, then its placements."""
    return book.Book(
        title="Provision map",
        sheets=[sheet_of(about, drawing, shown.whole), placements_of(about, shown, rows)],
        paper=about.paper,
        heading=f"Provision map of {about.school} · {about.scope}"
        + (f" · {CONFIDENTIAL}" if about.confidential else ""),
    )
