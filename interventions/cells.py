"""The HTML of the map's cells, built by string: templates, not SQL, are what makes a map slow.

Everything that people wrote passes `escape`. One row of 500 costs a few microseconds, so the page's
template places the finished rows without looking inside (docs/performance.md).
"""

from collections.abc import Mapping
from datetime import date

from django.utils.html import escape
from django.utils.safestring import SafeString

from interventions.grid import Item, Row
from learners.census import NEEDS, PROVISIONS, YEARS


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def placement_html(item: Item, *, focus: bool = False) -> SafeString:
    """One placement: what, how much, who, until when, what for."""
    about = ['<span class="tag" title="Only people it is shared with see this">Confidential</span>'] * item.confidential
    if item.people:
        about.append(escape(", ".join(item.people)))
    if item.ends:
        about.append(f"to {_day(item.ends)}")
    if item.outcome:
        about.append(escape(item.outcome))
    if item.target:
        about.append(f"target {escape(item.target)}")
    name = escape(item.name)
    what = (
        f'<a class="what" href="/map/placements/{item.pk}/" data-edit{" autofocus" if focus else ""}'
        f' aria-label="{name}, {item.dose.words}. Change">{name}</a>'
        if item.editable
        else f'<span class="what">{name}</span>'
    )
    out = f'<span class="out">{" · ".join(about)}</span>' if about else ""
    return SafeString(
        f'<div class="placement t{item.tier}" id="placement-{item.pk}">{what}'
        f'<span class="dose">{item.dose.words}</span>{out}</div>'
    )


def _who_html(row: Row, url: str) -> str:
    who = row.who
    tags = []
    if who.sen and who.sen != "N":
        tags.append((who.sen, PROVISIONS[who.sen]))
    tags += [(code, NEEDS.get(code, code)) for code in who.needs]
    tags += [(tag, "") for tag in who.flags]
    shown = "".join(
        f'<span class="tag"{f" title={chr(34)}{title}{chr(34)}" if title else ""}>{tag}</span>' for tag, title in tags
    )
    place = " · ".join(escape(part) for part in (YEARS.get(who.year, ""), who.group) if part)
    return (
        f'<th scope="row" role="rowheader"><a class="name" href="{url}">{escape(who.name)}</a> '
        f'<span class="soft small">{place}</span><br>{shown}</th>'
    )


def cell_html(row: Row, tier: int, label: str, *, may_add: bool, focus: int = 0) -> SafeString:
    """The inside of one cell: its placements and, for those who may, the way to add one.

    The placement `focus` takes the focus once it is swapped in.
    """
    inside = "".join(placement_html(item, focus=item.pk == focus) for item in row.cells[tier])
    add = (
        f'<a class="add" href="/map/learners/{row.who.pk}/tier/{tier}/add/" data-add'
        f' aria-label="+ add {escape(label)} for {escape(row.who.name)}">+ add</a>'
        if may_add
        else ""
    )
    return SafeString(inside + add)


def rows_html(rows: list[Row], tiers: Mapping[int, str], may_add: frozenset[int]) -> SafeString:
    """Table rows, one a learner; `may_add` holds the tiers this person may add to.

    Their roles are written out: drawn as grids (map.css), rows and cells would lose them.
    """
    parts = []
    for row in rows:
        who = row.who
        cells = "".join(
            f'<td role="cell" class="t{tier}" data-label="{escape(label)}" id="cell-{who.pk}-{tier}">'
            f"{cell_html(row, tier, label, may_add=tier in may_add)}</td>"
            for tier, label in tiers.items()
        )
        parts.append(f'<tr role="row" id="learner-{who.pk}">{_who_html(row, f"/learners/{who.pk}/")}{cells}</tr>')
    return SafeString("".join(parts))
