"""A small map for tests of the formats, as plain values."""

from datetime import date

from interventions.dose import Dose
from interventions.export.drawing import Drawing, Shown, drawing_of
from interventions.export.sheets import About
from interventions.grid import Item, Sums, Who, arrange
from interventions.grid import learners as by_tier
from interventions.sheet import Place, Planned, Pupil, Row, rows_of

LABELS = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
ABOUT = About("Oakfield & Sons", "23 November 2026", "Ana Ruiz", "23 November 2026 at 10:00", ("Year: Year 4",), LABELS)


def view(count: int = 1, text: str = "Phonics", name: str = "Maya Okafor", shown: Shown | None = None) -> Drawing:
    """Learners by tier: `count` learners with one placement called `text` each, and an empty third tier."""
    whos = [Who(pk, f"{name} {pk}", "4", "Kestrel", "K", ("SLCN",), ("PP",)) for pk in range(1, count + 1)]
    items = [
        Item(pk, pk, 2, text, Dose(3, 20), ("Jo Marsh",), date(2026, 9, 7), date(2027, 7, 20), text, "80 words")
        for pk in range(1, count + 1)
    ]
    table = by_tier.table([("", arrange(whos, items, list(LABELS)), Sums())], LABELS)
    return drawing_of(table, shown or Shown(), LABELS)


def rows(text: str = "Phonics") -> list[Row]:
    """One row of "Placements" that says `text` wherever people write freely."""
    pupil = Pupil("A801200001001", text, text, "4", text, "K", ("SLCN",))
    planned = Planned(
        name=text, tier=2, area="cognition", starts=date(2026, 9, 7), ends=None, dose=Dose(3, 20),
        deliverers=((text, "ta"),), responsible=text, place=text, group=text, library=text, note=text,
    )  # fmt: skip
    place = Place(pupil, date(2026, 9, 14), date(2027, 7, 20), Dose(2, 15), text, text, text, date(2026, 12, 11))
    return rows_of([(planned, [place])], LABELS)
