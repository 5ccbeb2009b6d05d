"""Learners × interventions: a column a name of provision, as many at a time as can be read. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from interventions.grid.learners import sums_cells, under
from interventions.grid.sections import Sums
from interventions.grid.tables import Column, Line, Section, Table
from interventions.grid.values import Item, Who

ACROSS = 10  # columns of one page: more, and their headings cannot be read


@dataclass(frozen=True)
class Heads:
    """The columns of one page, each a name and its tier; `page` of `pages`, and how many columns there are in all."""

    names: tuple[tuple[str, int], ...]
    page: int
    pages: int
    total: int

    @property
    def code(self) -> str:
        """Says which columns these are: rows that scrolling asks for must belong to the same.

        >>> Heads((("Phonics", 2),), 1, 1, 1).code == Heads((("Lego club", 2),), 1, 1, 1).code
        False
        """
        return sha256(repr(self.names).encode()).hexdigest()[:8]

    @property
    def first(self) -> int:
        """Which column of all the first one of this page is, counted from 1."""
        return (self.page - 1) * ACROSS + 1

    @property
    def before(self) -> int:
        """The page before this one."""
        return self.page - 1

    @property
    def after(self) -> int:
        """The page after this one."""
        return self.page + 1

    @property
    def last(self) -> int:
        """Which column of all the last one of this page is."""
        return self.first + len(self.names) - 1


def order(column: tuple[str, int]) -> tuple[int, str, str]:
    """Where a column, a name and its tier, stands: by tier, then by name."""
    return column[1], column[0].casefold(), column[0]


def heads(counts: Mapping[tuple[str, int], int], page: int) -> Heads:
    """The columns of `page`, fullest first; the nearest page for one that is not there.

    `counts` holds the placements of each name at its tier: one that runs at two tiers has a column for each.

    >>> found = heads({("Phonics", 2): 4, ("Lego club", 2): 1, ("Clear font", 1): 1}, 9)
    >>> found.names, found.page, found.total
    ((('Phonics', 2), ('Clear font', 1), ('Lego club', 2)), 1, 3)
    """
    every = sorted(counts, key=lambda column: (-counts[column], *order(column)))
    pages = max(1, -(-len(every) // ACROSS))
    page = min(max(1, page), pages)
    return Heads(tuple(every[(page - 1) * ACROSS : page * ACROSS]), page, pages, len(every))


def cells(items: Iterable[Item], names: Sequence[tuple[str, int]]) -> dict[int, dict[int, tuple[Item, ...]]]:
    """For each learner the filled cells alone: column, counted from 0, to the placements in it."""
    column = {name: place for place, name in enumerate(names)}
    found: dict[int, dict[int, tuple[Item, ...]]] = {}
    for item in items:
        place = column.get((item.name, item.tier))
        if place is not None:
            row = found.setdefault(item.learner, {})
            row[place] = (*row.get(place, ()), item)
    return found


def table(
    sections: Iterable[tuple[str, Sequence[Who], Sums]],
    filled: Mapping[int, Mapping[int, tuple[Item, ...]]],
    names: Sequence[tuple[str, int]],
) -> Table:
    """The view with these columns: for each section its heading, its learners and their totals."""
    return Table(
        "Learners by intervention",
        "Learner",
        tuple(Column(name, "listed", tier) for name, tier in names),
        tuple(
            Section(
                label,
                tuple(
                    Line(who.name, tuple(filled.get(who.pk, {}).get(place, ()) for place in range(len(names))),
                         under(who), who)
                    for who in learners
                ),
                sums_cells(sums, len(names)) if label and names else (),
            )
            for label, learners, sums in sections
        ),
    )  # fmt: skip
