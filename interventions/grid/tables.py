"""A view as a table of plain values, whatever it is drawn with. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    def lines(self) -> Sequence[Line]:
        """The lines of all sections."""
        return [line for section in self.sections for line in section.lines]


def hours(minutes: int) -> float:
    """Minutes as hours, to a tenth and never less than there are.

    >>> hours(90), hours(1), hours(0)
    (1.5, 0.1, 0.0)
    """
    return -(-minutes // 6) / 10
