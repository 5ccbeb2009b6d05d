"""A view of the map as a table on paper or in a workbook: headings, lines, and what stands in a cell. Pure.

Each view of the screen is turned into this once; every format draws from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interventions.grid import Column, Entry, Item, Table, Who, tables
from interventions.grid.shown import USUAL
from learners.census import YEARS

# What a reader may choose to leave out, and its name on the export page; the keys are the sheet's columns they cover.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "upn": ("UPN", ("upn",)),
    "class": ("Year group and class", ("year", "class")),
    "sen": ("SEN provision, needs and flags", ("sen", "needs")),
    "dose": ("Dose", ("sessions", "minutes", "provision_sessions", "provision_minutes")),
    "staff": ("Delivered by, responsible teacher, place", ("deliverers", "responsible", "place", "group")),
    "dates": ("Dates", ("starts", "ends", "review_on", "provision_starts", "provision_ends")),
    "outcome": ("Outcome, baseline and target", ("outcome", "baseline", "target")),
    "note": ("Subject, library entry and note", ("subject", "library", "note")),
}
ALL_PARTS = frozenset(PARTS)
SEN_WORDS = {"": "", "N": "", "K": "K SEN support", "E": "E EHC plan"}  # short: every row of a page has one
NARROWEST = 16  # characters of a column that lists things
NAMES = {"full": "Full names", "initials": "Initials only"}


# The parts of a view (interventions/grid/shown.py) that each part of a copy covers.
COVERS = {
    "dose": ("dose",),
    "staff": ("staff",),
    "dates": ("starts", "ends", "review"),
    "outcome": ("outcome",),
    "sen": ("needs", "flags"),
}


@dataclass(frozen=True)
class Shown:
    """What a copy of the map shows: names in full or as initials, which parts, and of those what the view shows."""

    names: str = "full"
    parts: frozenset[str] = ALL_PARTS
    of_view: frozenset[str] = USUAL

    @property
    def whole(self) -> bool:
        """Whether nothing is left out of the placements, so that an import gives all of it back."""
        return self.names == "full" and self.parts == ALL_PARTS

    @property
    def kept(self) -> frozenset[str]:
        """The parts of the view that are left.

        >>> sorted(Shown(parts=frozenset({"staff", "dates"})).kept)
        ['ends', 'staff']
        """
        covered = {code for part in self.parts for code in COVERS.get(part, ())}
        return self.of_view & covered


@dataclass(frozen=True)
class Head:
    """A heading: its words, its tier where it stands for one, and its width in characters."""

    words: str
    width: int = 14
    tier: int = 0


@dataclass(frozen=True)
class Note:
    """One thing that stands in a cell: what, how much of it, and what else is to be said."""

    what: str
    dose: str = ""
    about: tuple[str, ...] = ()
    confidential: bool = False
    tier: int = 0


Cell = str | int | float | tuple[Note, ...]


@dataclass(frozen=True)
class Line:
    """A row of the table; `kind` is "row", "group" (a heading over those that follow) or "sum"."""

    cells: tuple[Cell, ...]
    kind: str = "row"
    tier: int = 0


@dataclass(frozen=True)
class Drawing:
    """A whole view. The first `fixed` columns stay in sight."""

    name: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    fixed: int = 1
    confidential: bool = False


ROOM = {"A3": 260, "A4": 220}  # characters side by side that can be read on paper


def across(drawing: Drawing, paper: str) -> list[Drawing]:
    """The view in parts that fit beside each other on `paper`, each with the first columns; of more than one part,
    each has only the lines that say something in it.

    >>> heads = (Head("Learner", 24), *(Head(str(at), 44) for at in range(6)))
    >>> wide = Drawing("Map", heads, (Line(("Ann", *[(Note("yes"),)] * 6)),))
    >>> [[head.words for head in part.heads] for part in across(wide, "A3")]
    [['Learner', '0', '1', '2', '3', '4'], ['Learner', '5']]
    """
    first = sum(head.width for head in drawing.heads[: drawing.fixed])
    groups: list[list[int]] = [[]]
    used = first
    for place, head in enumerate(drawing.heads[drawing.fixed :], start=drawing.fixed):
        if groups[-1] and used + head.width > ROOM[paper]:
            groups.append([])
            used = first
        groups[-1].append(place)
        used += head.width
    if len(groups) == 1:
        return [drawing]
    parts = [_part(drawing, [*range(drawing.fixed), *places]) for places in groups]
    return [part for part in parts if part.lines] or parts[:1]


def pages_across(widths: Sequence[int], paper: str) -> int:
    """How many pages of `paper` side by side columns of these widths need to be read.

    >>> pages_across([30] * 20, "A3"), pages_across([10], "A4")
    (3, 1)
    """
    return max(1, -(-sum(widths) // ROOM[paper]))


def _part(drawing: Drawing, places: Sequence[int]) -> Drawing:
    own = places[drawing.fixed :]
    lines = [
        replace(line, cells=tuple(line.cells[place] for place in places))
        for line in drawing.lines
        if line.kind == "group" or any(line.cells[place] not in ("", ()) for place in own)
    ]
    filled = [
        line
        for at, line in enumerate(lines)
        if line.kind != "group" or (at + 1 < len(lines) and lines[at + 1].kind == "row")
    ]
    return replace(drawing, heads=tuple(drawing.heads[place] for place in places), lines=tuple(filled))


def marks(drawing: Drawing) -> int:
    """How much there is to draw: lines, and what stands in their cells."""
    return sum(1 + sum(len(cell) for cell in line.cells if isinstance(cell, tuple)) for line in drawing.lines)


def initials(*names: str) -> str:
    """A name as initials: each word's first letter.

    >>> initials("Maya", "O'Neill-Brown"), initials("de la", "Cruz")
    ('M.O.B.', 'D.L.C.')
    """
    words = " ".join(names).replace("-", " ").split()
    return "".join(f"{word[0].upper()}." for word in words)


def note_of(thing: Item | Entry, shown: Shown) -> Note:
    """What a cell lists as a copy writes it, as far as `shown` lets it."""
    dose = thing.dose.words if "dose" in shown.kept else ""
    return Note(thing.name, dose, tuple(thing.about(shown.kept)), thing.confidential, thing.tier)


def _who_heads(shown: Shown) -> tuple[Head, ...]:
    heads = [Head("Year", 11), Head("Class", 9)] if "class" in shown.parts else []
    if "needs" in shown.kept:
        heads += [Head("SEN", 15), Head("Needs", 14)]
    if "flags" in shown.kept:
        heads.append(Head("Flags", 10))
    return tuple(heads)


def _who_cells(who: Who, shown: Shown) -> tuple[Cell, ...]:
    cells = [YEARS.get(who.year, who.year), who.group] if "class" in shown.parts else []
    if "needs" in shown.kept:
        cells += [SEN_WORDS.get(who.sen, who.sen), ", ".join(who.needs)]
    if "flags" in shown.kept:
        cells.append(", ".join(who.flags))
    return tuple(cells)


def _width(column: Column, table: Table) -> int:
    """Wide enough for what the column holds: what is listed shares what a page has."""
    if column.kind != "listed":
        return {"text": 22}.get(column.kind, 11)
    listed = sum(one.kind == "listed" for one in table.columns)
    return max(NARROWEST, 132 // listed) if listed > 1 else 80


def _cell(cell: tables.Cell, column: Column, shown: Shown, head: str = "") -> Cell:
    if isinstance(cell, tuple):
        return tuple(_under(note_of(thing, shown), column.label, head) for thing in cell)
    return tables.hours(cell) if column.kind == "hours" and isinstance(cell, int) else cell


def _under(note: Note, label: str, head: str) -> Note:
    """A note without what its column or its line says already: the name of the provision, or of who delivers it."""
    about = tuple(words for words in note.about if words != head)
    if note.what == label:
        return replace(note, what=note.dose or "yes", dose="", about=about)
    return replace(note, about=about)


def drawing_of(table: Table, shown: Shown) -> Drawing:
    """A view as a copy draws it: learners' own columns beside their names, sections under their headings."""
    of_learners = any(line.who for line in table.lines)
    own = _who_heads(shown) if of_learners else ()
    heads = (
        Head(table.first, 24 if of_learners else 30),
        *own,
        *(Head(column.label, _width(column, table), column.tier) for column in table.columns),
    )
    spare: tuple[Cell, ...] = ("",) * len(own)

    def cells(values: Sequence[tables.Cell], head: str = "") -> tuple[Cell, ...]:
        return tuple(_cell(value, column, shown, head) for value, column in zip(values, table.columns, strict=True))

    def line_of(line: tables.Line) -> Line:
        if line.who:
            head = initials(line.head) if shown.names == "initials" else line.head
            return Line((head, *_who_cells(line.who, shown), *cells(line.cells)), tier=line.tier)
        words = [line.head, *[line.under] * bool(line.under), *["CONFIDENTIAL"] * line.confidential]
        return Line(("\n".join(words), *spare, *cells(line.cells, line.head)), tier=line.tier)

    lines: list[Line] = []
    for section in table.sections:
        if section.label:
            lines.append(Line((section.label, *("",) * (len(heads) - 1)), "group"))
        lines += map(line_of, section.lines)
        if section.sums:
            lines.append(Line(("Together", *spare, *cells(section.sums)), "sum"))
    if table.sums:
        lines.append(Line(("In all", *spare, *cells(table.sums)), "sum"))
    return Drawing(table.name, heads, tuple(lines), 1 + len(own), table.confidential)


def note_words(note: Note) -> str:
    """A cell's note as one piece of text, for a workbook.

    >>> note_words(Note("Phonics", "3 × 20 min", ("Jo Marsh", "to 17 Jul 2027")))
    'Phonics, 3 × 20 min · Jo Marsh · to 17 Jul 2027'
    """
    first = ", ".join(part for part in (note.what, note.dose) if part)
    return " · ".join([first, *note.about, *["CONFIDENTIAL"] * note.confidential])


def cell_words(cell: Cell) -> str | int | float:
    """A cell as a workbook holds it: a line a note."""
    if not isinstance(cell, tuple):
        return cell
    return "\n".join(f"• {note_words(note)}" for note in cell) if len(cell) > 1 else "".join(map(note_words, cell))


def columns_shown(keys: Sequence[str], shown: Shown) -> list[int]:
    """The places of the sheet's columns that `shown` keeps.

    >>> columns_shown(["upn", "surname"], Shown(parts=frozenset()))
    [1]
    """
    hidden = {key for part, (_, covered) in PARTS.items() if part not in shown.parts for key in covered}
    return [place for place, key in enumerate(keys) if key not in hidden]
