"""A view of the map as a table on paper or in a workbook: headings, lines, and what stands in a cell. Pure.

Each view of the screen is turned into this once; every format draws from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from interventions.grid import Item, Row, Who
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
NAMES = {"full": "Full names", "initials": "Initials only"}


@dataclass(frozen=True)
class Shown:
    """What a copy of the map shows: names in full or as initials, and which parts."""

    names: str = "full"
    parts: frozenset[str] = ALL_PARTS

    @property
    def whole(self) -> bool:
        """Whether nothing is left out, so that an import gives all of it back."""
        return self.names == "full" and self.parts == ALL_PARTS


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


Cell = str | int | tuple[Note, ...]


@dataclass(frozen=True)
class Line:
    """A row of the table; `kind` is "row", "group" (a heading over those that follow) or "sum"."""

    cells: tuple[Cell, ...]
    kind: str = "row"


@dataclass(frozen=True)
class Drawing:
    """A whole view. The first `fixed` columns stay in sight."""

    name: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    fixed: int = 1

    @property
    def confidential(self) -> bool:
        """Whether anything in it is confidential provision."""
        return any(
            note.confidential for line in self.lines for cell in line.cells if isinstance(cell, tuple) for note in cell
        )


def initials(*names: str) -> str:
    """A name as initials: each word's first letter.

    >>> initials("Maya", "O'Neill-Brown"), initials("de la", "Cruz")
    ('M.O.B.', 'D.L.C.')
    """
    words = " ".join(names).replace("-", " ").split()
    return "".join(f"{word[0].upper()}." for word in words)


def day_words(day: date | None) -> str:
    """A day as the map writes it; "" for none.

    >>> day_words(date(2026, 9, 3))
    '3 Sep 2026'
    """
    return f"{day.day} {day:%b %Y}" if day else ""


def note_of(item: Item, shown: Shown) -> Note:
    """A placement as a cell shows it, as far as `shown` lets it."""
    about = []
    if "staff" in shown.parts and item.people:
        about.append(", ".join(item.people))
    if "dates" in shown.parts and item.ends:
        about.append(f"to {day_words(item.ends)}")
    if "outcome" in shown.parts:
        about += [text for text in (item.outcome, item.target and f"target {item.target}") if text]
    dose = item.dose.words if "dose" in shown.parts else ""
    return Note(item.name, dose, tuple(about), item.confidential, item.tier)


def who_heads(shown: Shown) -> tuple[Head, ...]:
    """The headings of a learner's own columns."""
    heads = [Head("Learner", 24)]
    if "class" in shown.parts:
        heads += [Head("Year", 11), Head("Class", 9)]
    if "sen" in shown.parts:
        heads += [Head("SEN", 13), Head("Needs and flags", 16)]
    return tuple(heads)


def who_cells(who: Who, shown: Shown) -> tuple[Cell, ...]:
    """A learner's own columns."""
    cells: list[Cell] = [initials(who.name) if shown.names == "initials" else who.name]
    if "class" in shown.parts:
        cells += [YEARS.get(who.year, who.year), who.group]
    if "sen" in shown.parts:
        cells += [SEN_WORDS.get(who.sen, who.sen), ", ".join((*who.needs, *who.flags))]
    return tuple(cells)


def by_tier(rows: Iterable[Row], tiers: Mapping[int, str], shown: Shown) -> Drawing:
    """Learners × tiers: the map as everybody knows it."""
    own = who_heads(shown)
    heads = own + tuple(Head(label, 44, tier) for tier, label in tiers.items())
    lines = tuple(
        Line(
            who_cells(row.who, shown) + tuple(tuple(note_of(item, shown) for item in row.cells[tier]) for tier in tiers)
        )
        for row in rows
    )
    return Drawing("Learners by tier", heads, lines)


def note_words(note: Note) -> str:
    """A cell's note as one piece of text, for a workbook.

    >>> note_words(Note("Phonics", "3 × 20 min", ("Jo Marsh", "to 17 Jul 2027")))
    'Phonics, 3 × 20 min · Jo Marsh · to 17 Jul 2027'
    """
    first = ", ".join(part for part in (note.what, note.dose) if part)
    return " · ".join([first, *note.about, *["CONFIDENTIAL"] * note.confidential])


def cell_words(cell: Cell) -> str | int:
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
