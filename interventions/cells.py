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
    about = [escape(", ".join(item.people))] if item.people else []
    if item.ends:
        about.append(f"to {_day(item.ends)}")
    if item.outcome:
        about.append(escape(item.outcome))
    if item.target:
        about.append(f"target {escape(item.target)}")
    name = escape(item.name)
    lock = (
        ' <span class="tag" title="Only people it is shared with see this">Confidential</span>'
        if item.confidential
        else ""
    )
    what = (
        f'<a class="what" href="/map/placements/{item.pk}/" data-edit{" autofocus" if focus else ""}>{name}'
        f'<span class="visually-hidden">, {item.dose.words}. Change</span></a>'
        if item.editable
        else f'<span class="what">{name}</span>'
    )
    out = f'<span class="out">{" · ".join(about)}</span>' if about else ""
    return SafeString(
        f'<div class="placement t{item.tier}" id="placement-{item.pk}">{what}{lock}'
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
        f'<th scope="row"><a class="name" href="{url}">{escape(who.name)}</a> '
        f'<span class="soft small">{place}</span><br>{shown}</th>'
    )


def cell_html(row: Row, tier: int, label: str, *, may_add: bool) -> SafeString:
    """The inside of one cell: its placements and, for those who may, the way to add one."""
    inside = "".join(placement_html(item) for item in row.cells[tier])
    add = (
        f'<a class="add" href="/map/learners/{row.who.pk}/tier/{tier}/add/" data-add>+ add'
        f'<span class="visually-hidden"> {escape(label)} for {escape(row.who.name)}</span></a>'
        if may_add
        else ""
    )
    return SafeString(inside + add)


def rows_html(rows: list[Row], tiers: Mapping[int, str], may_add: frozenset[int]) -> SafeString:
    """Table rows, one a learner; `may_add` holds the tiers this person may add to."""
    parts = []
    for row in rows:
        who = row.who
        cells = "".join(
            f'<td class="t{tier}" data-label="{escape(label)}" id="cell-{who.pk}-{tier}">'
            f"{cell_html(row, tier, label, may_add=tier in may_add)}</td>"
            for tier, label in tiers.items()
        )
        parts.append(f'<tr id="learner-{who.pk}">{_who_html(row, f"/learners/{who.pk}/")}{cells}</tr>')
    return SafeString("".join(parts))
