"""The grid of the map: plain values arranged into rows and cells. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from interventions.dose import Dose


@dataclass(frozen=True)
class Item:
    """One placement as its cell shows it."""

    pk: int
    learner: int
    tier: int
    name: str
    dose: Dose
    people: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None
    outcome: str = ""
    target: str = ""
    confidential: bool = False
    editable: bool = False


@dataclass(frozen=True)
class Who:
    """One learner as the first column shows them."""

    pk: int
    name: str
    year: str = ""
    group: str = ""
    sen: str = ""
    needs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A learner and, for each tier of the school, their placements in reading order."""

    who: Who
    cells: Mapping[int, tuple[Item, ...]] = field(default_factory=dict)


def arrange(learners: Iterable[Who], items: Iterable[Item], tiers: Sequence[int]) -> list[Row]:
    """Rows in the order of `learners`, each with a cell for every one of `tiers`.

    An item of a tier the school no longer uses goes into the nearest tier below it, so that nothing
    running is ever left out. Items of learners who are not on the page are passed over.

    >>> rows = arrange([Who(1, "Maya")], [Item(7, 1, 4, "Therapy", Dose(1, 30))], [1, 2, 3])
    >>> [item.pk for item in rows[0].cells[3]]
    [7]
    """
    places: dict[tuple[int, int], list[Item]] = {}
    for item in items:
        tier = max((code for code in tiers if code <= item.tier), default=tiers[0])
        places.setdefault((item.learner, tier), []).append(item)
    return [Row(who, {code: tuple(places.get((who.pk, code), ())) for code in tiers}) for who in learners]
