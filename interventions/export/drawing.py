"""A view of the map as a table on paper or in a workbook: headings, lines, and what stands in a cell. Pure.

Each view of the screen is turned into this once; every format draws from it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

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
NARROWEST, WORDIEST = 16, 32  # characters of a column that lists things, of one that holds words
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
    """A heading: its words, its width in characters, its tier where it stands for one, and the word for the tier
    where its own words are others."""

    words: str
    width: int = 14
    tier: int = 0
    under: str = ""


@dataclass(frozen=True)
class Note:
    """One thing that stands in a cell: what ("" where the heading says it), how much, and what else is to be said."""

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
    beside: int = 1  # how many things stand beside each other in a cell: one column of lists would leave a page empty


ROOM = {"A3": 260, "A4": 220}  # characters side by side that can be read on paper
LONGEST_RUN = 24  # characters without a space that a narrow column may have to hold
LETTER, EDGES = 1.2, 3  # of that room: a bold letter, and what a cell has beside its words
BESIDE = 3
SQUEEZED = 0.75  # of their width that lists may be left with, for all columns to stand on one page
_WORD = re.compile(r"[^\s-]+-?")


def _longest(cell: Cell) -> int:
    """Characters of the longest word in a cell; a dose is one."""
    if isinstance(cell, tuple):
        return 1 + max((len(word) for note in cell for word in (*_words(note.what), note.dose)), default=0)
    return max(map(len, _words(cell)), default=0) if isinstance(cell, str) else len(f"{cell:,}")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def fitted(drawing: Drawing, paper: str) -> Drawing:
    """The view with columns that no word of theirs is broken in; lists give way, so that what fits one page does.

    >>> drawn = Drawing("Map", (Head("Class", 4), Head("Wave 1", 216)), (Line(("Kingfishers", ())),))
    >>> [head.width for head in fitted(drawn, "A4").heads]
    [17, 203]
    """
    rows = [line.cells for line in drawing.lines if line.kind == "row"]
    longest = [
        max(map(_longest, (head.words, head.under, *(cells[at] for cells in rows))))
        for at, head in enumerate(drawing.heads)
    ]
    least = [ceil(LETTER * min(LONGEST_RUN, most)) + EDGES for most in longest]
    widths = [max(head.width, need) for head, need in zip(drawing.heads, least, strict=True)]
    over = sum(widths) - ROOM[paper]
    spare = [
        max(0, width - max(need, int(width * SQUEEZED))) if at >= drawing.fixed else 0
        for at, (width, need) in enumerate(zip(widths, least, strict=True))
    ]
    if 0 < over <= sum(spare):
        widths = [width - -(-over * more // sum(spare)) for width, more in zip(widths, spare, strict=True)]
    return replace(
        drawing, heads=tuple(replace(head, width=width) for head, width in zip(drawing.heads, widths, strict=True))
    )


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
    """How much there is to draw: cells, empty ones too, and what is listed in them, which takes as long as six.

    >>> marks(Drawing("Map", (Head("Learner"), Head("Wave 1")), (Line(("Ann", (Note("Phonics"),))),)))
    8
    """
    listed = sum(len(cell) for line in drawing.lines for cell in line.cells if isinstance(cell, tuple))
    return len(drawing.lines) * len(drawing.heads) + 6 * listed


def portions(line: Line, drawing: Drawing, lines_of: Callable[[Note, int], int], tallest: int) -> list[Line]:
    """The line as one row, or as several where it is taller than `tallest` lines; those after the first say so.

    `lines_of` says how many lines a note takes in a column of so many characters.
    """
    held = [
        _portions(cell, head.width, lines_of, tallest) for cell, head in zip(line.cells, drawing.heads, strict=True)
    ]
    tall = max(map(len, held))
    if tall == 1:
        return [line]
    own = [cells[0] for cells in held[1 : drawing.fixed]]
    return [
        replace(
            line,
            cells=(
                f"{line.cells[0]} (continued)" if at else line.cells[0],
                *own,
                *(cells[at] if at < len(cells) else () for cells in held[drawing.fixed :]),
            ),
        )
        for at in range(tall)
    ]


def _portions(cell: Cell, width: int, lines_of: Callable[[Note, int], int], tallest: int) -> list[Cell]:
    """What a cell lists, in portions that are not too tall."""
    if not isinstance(cell, tuple):
        return [cell]
    found: list[list[Note]] = [[]]
    used = 0
    for note in cell:
        lines = lines_of(note, width)
        if found[-1] and used + lines > tallest:
            found.append([])
            used = 0
        found[-1].append(note)
        used += lines
    return [tuple(portion) for portion in found]


def initials(*names: str) -> str:
    """A name as initials: each word's first letter.

    >>> initials("Maya", "O'Neill-Brown"), initials("de la", "Cruz")
    ('M.O.B.', 'D.L.C.')
    """
    words = " ".join(names).replace("-", " ").split()
    return "".join(f"{word[0].upper()}." for word in words)


def note_of(thing: Item | Entry, shown: Shown) -> Note:
    """What a cell lists as a copy writes it, as far as `shown` lets it."""
    dose = thing.dose.words_at(thing.tier) if "dose" in shown.kept else ""
    return Note(thing.name, dose, tuple(thing.about(shown.kept)), thing.confidential, thing.tier)


def _who_heads(shown: Shown) -> tuple[Head, ...]:
    heads = [Head("Year", 11), Head("Class", 12)] if "class" in shown.parts else []
    if "needs" in shown.kept:
        heads += [Head("SEN", 16), Head("Needs", 14)]
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
    if column.kind == "text":
        at = table.columns.index(column)
        return min(WORDIEST, max([8, *(len(str(line.cells[at])) for line in table.lines)]) + 2)
    if column.kind != "listed":
        return 11
    listed = sum(one.kind == "listed" for one in table.columns)
    return max(NARROWEST, 132 // listed) if listed > 1 else 80


def _cell(cell: tables.Cell, column: Column, shown: Shown, labels: Mapping[int, str], head: str = "") -> Cell:
    if isinstance(cell, tuple):
        notes = (_under(note_of(thing, shown), column.label, head) for thing in cell)
        # Colour is never the only word for a tier: where the column has another one, or none, the note says its own.
        return tuple(
            note if note.tier == column.tier else replace(note, about=(_tier(note.tier, labels), *note.about))
            for note in notes
        )
    return tables.hours(cell) if column.kind == "hours" and isinstance(cell, int) else cell


def _tier(tier: int, labels: Mapping[int, str]) -> str:
    return labels.get(tier, f"Tier {tier}")


def _head(column: Column, table: Table, labels: Mapping[int, str]) -> Head:
    word = _tier(column.tier, labels) if column.tier else ""
    return Head(column.label, _width(column, table), column.tier, word if word != column.label else "")


def _under(note: Note, label: str, head: str) -> Note:
    """A note without what its column or its line says already: the name of the provision, or of who delivers it."""
    about = tuple(words for words in note.about if words != head)
    if note.what == label:
        return replace(note, what="", dose=note.dose or "yes", about=about)
    return replace(note, about=about)


def drawing_of(table: Table, shown: Shown, labels: Mapping[int, str]) -> Drawing:
    """A view as a copy draws it: learners' own columns beside their names, sections under their headings.

    `labels` are the school's words for its tiers.
    """
    of_learners = any(line.who for line in table.lines)
    own = _who_heads(shown) if of_learners else ()
    heads = (
        Head(table.first, 24 if of_learners else 30),
        *own,
        *(_head(column, table, labels) for column in table.columns),
    )
    spare: tuple[Cell, ...] = ("",) * len(own)

    def cells(values: Sequence[tables.Cell], head: str = "") -> tuple[Cell, ...]:
        said = tables.with_own_doses(values, table.columns)
        return tuple(
            _cell(value, column, shown, labels, head) for value, column in zip(said, table.columns, strict=True)
        )

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
    listed = sum(column.kind == "listed" for column in table.columns)
    beside = BESIDE if listed == 1 and not of_learners else 1
    return Drawing(table.name, heads, tuple(lines), 1 + len(own), table.confidential, beside)


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
