"""Which sheet of a workbook is read as the map, or which of the same headings together. Pure."""

from dataclasses import dataclass, replace

from learners.mapping import plain
from learners.reading.sheet import Sheet

STEP = 1_000  # rows of the next sheet are numbered from the next thousand on, so that a person finds them again


@dataclass(frozen=True)
class Way:
    """A sheet, or sheets of the same headings, to read: `value` names it in a form."""

    value: str
    names: tuple[str, ...]
    rows: int
    places: tuple[int, ...]


def ways(sheet: Sheet) -> list[Way]:
    """Every way to read the workbook that `sheet` is from; none where there is nothing to choose."""
    if len(sheet.choices) < 2:
        return []
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, one in enumerate(sheet.choices):
        alike.setdefault(tuple(plain(heading) for heading in one.headers), []).append(place)
    several = [places for places in alike.values() if len(places) > 1]
    return [_way(sheet, places) for places in ([place] for place in range(len(sheet.choices)))] + [
        _way(sheet, places) for places in several
    ]


def _way(sheet: Sheet, places: list[int]) -> Way:
    taken = [sheet.choices[place] for place in places]
    value = "-".join(map(str, places))
    return Way(value, tuple(one.name for one in taken), sum(len(one.rows) for one in taken), tuple(places))


def chosen(sheet: Sheet, way: Way) -> Sheet:
    """The table to read: one sheet, or several under the headings of the first, each with rows numbered for itself.

    >>> one, two = (Sheet(name, "xlsx", ["Pupil"], 1, [(2, ["Ada"])]) for name in ("4K", "5M"))
    >>> book = Sheet("4K", "xlsx", ["Pupil"], 1, [(2, ["Ada"])], choices=(one, two), taken=(0,))
    >>> [number for number, _ in chosen(book, ways(book)[2]).rows]
    [2, 1002]
    """
    first, *others = (sheet.choices[place] for place in way.places)
    rows, warnings = list(first.rows), list(first.warnings)
    names = " and ".join(f"“{name}”" for name in way.names)
    warnings.append(f"Read from the sheet{'s' if others else ''} {names}.")
    for one in others:
        before = (rows[-1][0] // STEP + 1) * STEP
        rows += [(before + number, cells) for number, cells in one.rows]
        warnings += [warning for warning in one.warnings if warning not in warnings]
        number = one.rows[0][0]
        warnings.append(f"Row {number:,} of “{one.name}” is called row {before + number:,} here, and so on.")
    return replace(
        first, rows=rows, warnings=warnings, choices=sheet.choices, taken=way.places,
    )  # fmt: skip
