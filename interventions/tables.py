"""The HTML of the views that are tables: areas, classes, staff; and of the sparse grid of interventions.

Built by string like the map's cells (cells.py); everything that people wrote passes `escape`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

from interventions.cells import CONFIDENTIAL, Above, above_html, pick_html, who_html
from interventions.grid import Cell, Column, Entry, Item, Line, Section, Table, Who
from interventions.grid.shown import time_words
from interventions.grid.tables import NUMBERS


class Ways(NamedTuple):
    """Where names lead to under the filters of the page, "{}" standing for an id; "" where they lead nowhere.

    And what the school calls its tiers: a colour is never the only word for one.
    """

    staff: str = ""  # the learners of a member of staff
    learners: str = ""  # the learners of provisions like one
    tiers: Mapping[int, str] = MappingProxyType({})


def _way(entry: Entry, ways: Ways) -> str:
    """A provision's own page where it opens to this person; else its learners, or where it has none, the list."""
    if entry.provision:
        return f"/provisions/{entry.provision}/"
    if not ways.learners:
        return ""
    return (
        ways.learners.format(entry.like)
        if entry.learners
        else f"/provisions/?state=&area={entry.area}&tier={entry.tier}"
    )


def entry_html(entry: Entry, shown: Collection[str], ways: Ways, tier: int = 0) -> str:
    """A provision as a cell lists it; its name leads on. It names its tier where its column is not of that `tier`."""
    name, way = escape(entry.name), escape(_way(entry, ways))
    what = f'<a class="what" href="{way}">{name}</a>' if way else f'<span class="what">{name}</span>'
    dose = f'<span class="dose">{entry.dose.words_at(entry.tier)}</span>' if "dose" in shown else ""
    said = [*([ways.tiers.get(entry.tier, "")] if entry.tier != tier else []), *entry.about(shown)]
    about = " · ".join([CONFIDENTIAL] * entry.confidential + [escape(" · ".join(filter(None, said)))])
    return f'<div class="placement t{entry.tier}">{what}{dose}<span class="out">{about}</span></div>'


def cell_html(cell: Cell, column: Column, shown: Collection[str], ways: Ways) -> str:
    """What stands in a cell, as its column says."""
    if isinstance(cell, tuple):
        return "".join(entry_html(one, shown, ways, column.tier) for one in cell if isinstance(one, Entry))
    if isinstance(cell, int):
        return time_words(cell) if column.kind == "hours" else f"{cell:,}"
    return escape(cell)


def _data_cell(cell: Cell, column: Column, shown: Collection[str], ways: Ways) -> str:
    looks = " ".join([*["number"] * (column.kind in NUMBERS), *[f"t{column.tier}"] * bool(column.tier)])
    css = f' class="{looks}"' if looks else ""
    return f'<td{css} data-label="{escape(column.label)}">{cell_html(cell, column, shown, ways)}</td>'


def _head_html(line: Line, ways: Ways) -> str:
    name = escape(line.head)
    if line.provision:
        name = f'<a href="/provisions/{line.provision}/">{name}</a>'
    elif line.person:
        name = f'<a href="{escape(ways.staff.format(line.person))}">{name}</a>'
    tag = f" {CONFIDENTIAL}" if line.confidential else ""
    below = f' <span class="soft small under">{escape(line.under)}</span>' if line.under else ""
    css = f' class="tiered t{line.tier}"' if line.tier else ""
    return f'<th scope="row"{css}>{name}{tag}{below}</th>'


def _sums_html(label: str, sums: Sequence[Cell], columns: Sequence[Column], shown: Collection[str], ways: Ways) -> str:
    cells = "".join(_data_cell(cell, column, shown, ways) for cell, column in zip(sums, columns, strict=True))
    return f'<tr class="sums"><th scope="row">{escape(label)}</th>{cells}</tr>'


def _section_html(section: Section, columns: Sequence[Column], shown: Collection[str], ways: Ways) -> str:
    parts = []
    if section.label:
        parts.append(
            f'<tr class="section"><th scope="rowgroup" colspan="{len(columns) + 1}">{escape(section.label)}</th></tr>'
        )
    for line in section.lines:
        cells = "".join(_data_cell(cell, column, shown, ways) for cell, column in zip(line.cells, columns, strict=True))
        parts.append(f"<tr>{_head_html(line, ways)}{cells}</tr>")
    if section.label and section.sums:
        parts.append(_sums_html(f"{section.label}: in all", section.sums, columns, shown, ways))
    return f"<tbody>{''.join(parts)}</tbody>"


def table_html(table: Table, shown: Collection[str], ways: Ways) -> SafeString:
    """The whole table; `ways` are where its names lead to."""
    heads = "".join(
        f'<th scope="col"{_looks(column)}>{escape(column.label)}</th>' for column in table.columns
    )  # fmt: skip
    body = "".join(_section_html(section, table.columns, shown, ways) for section in table.sections)
    foot = f"<tfoot>{_sums_html('All together', table.sums, table.columns, shown, ways)}</tfoot>" if table.sums else ""
    return SafeString(
        f'<table class="table cards view"><thead><tr><th scope="col">{escape(table.first)}</th>{heads}</tr></thead>'
        f"{body}{foot}</table>"
    )


def _looks(column: Column) -> str:
    if column.tier:
        return f' class="t{column.tier}"'
    return ' class="number"' if column.kind in NUMBERS else ""


def filled_html(items: Iterable[Item], shown: Collection[str], *, picking: bool = False) -> str:
    """A filled cell of the interventions view: the dose, which leads to the editor for those who may change it."""
    parts = []
    for item in items:
        words = item.dose.words_at(item.tier) if "dose" in shown else "yes"
        dose = (
            pick_html("placement", item.pk, words)
            if picking
            else f'<a class="dose" href="/map/placements/{item.pk}/" aria-label="{escape(item.name)}, {words}. Change">'
            f"{words}</a>"
            if item.editable
            else f'<span class="dose">{words}</span>'
        )
        about = " · ".join([CONFIDENTIAL] * item.confidential + [escape(one) for one in item.about(shown)])
        out = f'<span class="out">{about}</span>' if about else ""
        parts.append(f'<div class="placement t{item.tier}">{dose}{out}</div>')
    return "".join(parts)


def matrix_html(
    rows: Iterable[Who | Above],
    filled: Mapping[int, Mapping[int, Sequence[Item]]],
    names: Sequence[tuple[str, int]],
    shown: Collection[str],
    *,
    picking: bool = False,
) -> SafeString:
    """Rows of learners with their filled cells alone; each says in which column it stands (class, `aria-colindex`)."""
    parts = []
    labels = [escape(name) for name, _ in names]
    for who in rows:
        if isinstance(who, Above):
            parts.append(above_html(who, len(names) + 1))
            continue
        cells = "".join(
            f'<td role="cell" class="k{place} t{names[place][1]}" aria-colindex="{place + 2}"'
            f' data-label="{labels[place]}">{filled_html(items, shown, picking=picking)}</td>'
            for place, items in sorted(filled.get(who.pk, {}).items())
        )
        head = who_html(who, f"/learners/{who.pk}/", shown, picking=picking)
        parts.append(f'<tr role="row" id="learner-{who.pk}">{head}{cells}</tr>')
    return SafeString("".join(parts))
