"""Areas of need × tiers: what the school offers, in the tables of a whole-school map. Pure."""

from collections.abc import Iterable, Mapping

from interventions.areas import AREAS
from interventions.grid.learners import tier_column
from interventions.grid.tables import Column, Line, Section, Table
from interventions.grid.values import Place, Running, entries


def table(
    running: Iterable[Running], places: Iterable[Place], tiers: Mapping[int, str], *, by_dose: bool = True
) -> Table:
    """A line an area, a column a tier; every area stands there, filled or not, but "other" only when filled.

    A provision nobody is placed in is listed too: support of a whole class has no names. Where doses are not shown
    (`by_dose` False) they tell no entries apart.
    """
    codes = list(tiers)
    held: dict[tuple[str, int], list[Running]] = {}
    for one in running:
        held.setdefault((one.area, tier_column(one.tier, codes)), []).append(one)
    everything = list(places)
    lines = tuple(
        Line(label, tuple(entries(held.get((area, tier), ()), everything, by_dose=by_dose) for tier in codes))
        for area, label in AREAS.items()
        if area != "other" or any((area, tier) in held for tier in codes)
    )
    columns = tuple(Column(label, "listed", tier) for tier, label in tiers.items())
    return Table("Areas of need by tier", "Area of need", columns, (Section("", lines),))
