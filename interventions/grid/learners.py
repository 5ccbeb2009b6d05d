"""Learners × tiers: the map as everybody knows it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from interventions.grid.sections import Sums
from interventions.grid.shown import time_words
from interventions.grid.tables import Column, Line, Section, Table
from interventions.grid.values import Item, Who
from learners.census import YEARS


@dataclass(frozen=True)
class Row:
    """A learner and, for each tier of the school, their placements in reading order."""

    who: Who
    cells: Mapping[int, tuple[Item, ...]] = field(default_factory=dict)


def tier_column(tier: int, tiers: Sequence[int]) -> int:
    """The tier of the school under which something of `tier` stands: itself, or the nearest below it.

    Nothing that runs is ever left out because the school no longer uses its tier.

    >>> tier_column(4, [1, 2, 3]), tier_column(1, [2, 3])
    (3, 2)
    """
    return max((code for code in tiers if code <= tier), default=tiers[0])


def arrange(learners: Iterable[Who], items: Iterable[Item], tiers: Sequence[int]) -> list[Row]:
    """Rows in the order of `learners`, each with a cell for every one of `tiers`.

    Items of learners who are not on the page are passed over.

    >>> from interventions.dose import Dose
    >>> rows = arrange([Who(1, "Maya")], [Item(7, 1, 4, "Therapy", Dose(1, 30))], [1, 2, 3])
    >>> [item.pk for item in rows[0].cells[3]]
    [7]
    """
    places: dict[tuple[int, int], list[Item]] = {}
    for item in items:
        places.setdefault((item.learner, tier_column(item.tier, tiers)), []).append(item)
    return [Row(who, {code: tuple(places.get((who.pk, code), ())) for code in tiers}) for who in learners]


def under(who: Who) -> str:
    """Year group and class, in words.

    >>> under(Who(1, "Maya", "4", "Kestrel"))
    'Year 4 · Kestrel'
    """
    return " · ".join(part for part in (YEARS.get(who.year, ""), who.group) if part)


def table(sections: Iterable[tuple[str, Sequence[Row], Sums]], tiers: Mapping[int, str]) -> Table:
    """The whole view for a copy: for each section its heading, its rows and their totals."""
    return Table(
        "Learners by tier",
        "Learner",
        tuple(Column(label, "listed", tier) for tier, label in tiers.items()),
        tuple(
            Section(label, tuple(Line(row.who.name, tuple(row.cells[tier] for tier in tiers), under(row.who), row.who)
                                 for row in rows), sums_cells(sums, len(tiers)) if label else ())
            for label, rows, sums in sections
        ),
    )  # fmt: skip


def sums_cells(sums: Sums, columns: int) -> tuple[str, ...]:
    """Totals as the line under a section: words in its first cell."""
    return (words(sums), *[""] * (columns - 1))


def words(sums: Sums) -> str:
    """Totals in words.

    >>> words(Sums(2, 5, 90))
    '2 learners · 5 placements · 1 h 30 min a week'
    """
    learners = f"{sums.learners} learner{'' if sums.learners == 1 else 's'}"
    placements = f"{sums.placements} placement{'' if sums.placements == 1 else 's'}"
    return f"{learners} · {placements} · {time_words(sums.minutes)} a week"
