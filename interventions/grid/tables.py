"""A view as a table of plain values, whatever it is drawn with. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from interventions.dose import read_dose
from interventions.grid.values import Entry, Item, Who

Cell = str | int | tuple[Item, ...] | tuple[Entry, ...]
KINDS = ("text", "count", "minutes", "hours", "listed")
NUMBERS = frozenset({"count", "minutes", "hours"})


@dataclass(frozen=True)
class Column:
    """A column after the first: its words, what its cells hold (one of KINDS), and the tier it stands for."""

    label: str
    kind: str = "text"
    tier: int = 0


@dataclass(frozen=True)
class Line:
    """A row: what its first cell says, with small words under it, and a cell for each column.

    `who` is the learner it is about, `provision` the provision whose page opens, `person` a member of staff by id;
    `tier` where the line as a whole has one.
    """

    head: str
    cells: tuple[Cell, ...]
    under: str = ""
    who: Who | None = None
    provision: int = 0
    person: int = 0
    tier: int = 0
    confidential: bool = False


@dataclass(frozen=True)
class Section:
    """Lines under one heading ("" where the table has one section only), with their sums as a line of cells."""

    label: str
    lines: tuple[Line, ...]
    sums: tuple[Cell, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A whole view: its name, the heading of its first column, columns, sections, and the sums of all of them."""

    name: str
    first: str
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]
    sums: tuple[Cell, ...] = ()

    @property
    def confidential(self) -> bool:
        """Whether anything in it is confidential provision."""
        return any(
            line.confidential
            or any(thing.confidential for cell in line.cells if isinstance(cell, tuple) for thing in cell)
            for line in self.lines
        )

    @property
    def says_something(self) -> bool:
        """Whether anything stands in it beside the headings of its lines."""
        return any(cell for line in self.lines for cell in line.cells)

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of all sections."""
        return [line for section in self.sections for line in section.lines]


def hours(minutes: int) -> float:
    """Minutes as hours, to a tenth and never less than there are.

    >>> hours(90), hours(1), hours(0)
    (1.5, 0.1, 0.0)
    """
    return -(-minutes // 6) / 10


OWN_DOSES = "; learners’ own doses differ"


def dose_said(words: str, placements: int, minutes: int) -> str:
    """A provision's dose, which says so where the minutes of its placements are not those of it.

    A learner may have a dose of their own, and minutes are the learners' (docs/map.md).

    >>> dose_said("3 × 20 min", 2, 120), dose_said("3 × 20 min", 1, 80), dose_said("every lesson", 2, 0)
    ('3 × 20 min', '3 × 20 min; learners’ own doses differ', 'every lesson')
    """
    try:
        planned = read_dose(words).minutes_a_week
    except ValueError:  # sessions or minutes alone: no minutes a week
        planned = 0
    return words if planned * placements == minutes or words.endswith(OWN_DOSES) else f"{words}{OWN_DOSES}"


def with_own_doses(cells: Sequence[Cell], columns: Sequence[Column]) -> Sequence[Cell]:
    """The cells of a line, its dose as `dose_said` says it; as they are where the table has no such columns."""
    places = {column.label: place for place, column in enumerate(columns)}
    if not {"Dose", "Placements", "Minutes a week"} <= set(places):
        return cells
    at = places["Dose"]
    dose, placements, minutes = cells[at], cells[places["Placements"]], cells[places["Minutes a week"]]
    if not (dose and isinstance(dose, str) and isinstance(placements, int) and isinstance(minutes, int)):
        return cells
    return [*cells[:at], dose_said(dose, placements, minutes), *cells[at + 1 :]]
