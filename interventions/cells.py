"""The HTML of the map's cells, built by string: templates, not SQL, are what makes a map slow.

Everything that people wrote passes `escape`. One row of 500 costs a few microseconds, so the page's
template places the finished rows without looking inside (docs/performance.md).
"""

from collections.abc import Collection, Iterable, Mapping
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString

from interventions.grid import Item, Row, Who
from interventions.grid.learners import under
from interventions.grid.shown import USUAL
from learners.census import NEEDS, PROVISIONS

CONFIDENTIAL = '<span class="tag" title="Only people it is shared with see this">Confidential</span>'


class Above(NamedTuple):
    """A heading over the rows of a section: where it stands among the sections, its words, its totals in words."""

    place: int
    label: str
    sums: str


# Boxes of the form `several`, which stands beside the table. They are ticked where they are, so the form is named.
PICK = '<input type="checkbox" class="pick" form="several" name="{}" value="{}">'


def pick_html(name: str, pk: int, words: str) -> str:
    """A box to select something by, under `words`, which are escaped already."""
    return f'<label class="what pickable">{PICK.format(name, pk)} {words}</label>'


def placement_html(
    item: Item, *, focus: bool = False, shown: Collection[str] = USUAL, picking: bool = False
) -> SafeString:
    """One placement: what, how much and, as far as `shown` says, who, until when, what for."""
    about = [CONFIDENTIAL] * item.confidential
    if said := item.about(shown):
        about.append(escape(" · ".join(said)))
    name = escape(item.name)
    what = (
        pick_html("placement", item.pk, name)
        if picking
        else f'<a class="what" href="/map/placements/{item.pk}/" data-edit{" autofocus" if focus else ""}'
        f' aria-label="{name}, {item.dose.words_at(item.tier)}. Change">{name}</a>'
        if item.editable
        else f'<span class="what">{name}</span>'
    )
    dose = f'<span class="dose">{item.dose.words_at(item.tier)}</span>' if "dose" in shown else ""
    if item.given:
        meter = f'<meter min="0" max="100" value="{item.share}" aria-hidden="true"></meter> ' * (item.share is not None)
        dose += f'<span class="given">{meter}{item.given}</span>'
    out = f'<span class="out">{" · ".join(about)}</span>' if about else ""
    return SafeString(
        f'<div class="placement t{item.tier}" id="placement-{item.pk}">{what}{dose}{out}</div>'
    )  # fmt: skip


def who_html(who: Who, url: str, shown: Collection[str] = USUAL, *, picking: bool = False) -> str:
    """The first cell of a learner's row; the name leads to `url`, or is a box to select the learner by."""
    tags = []
    if "needs" in shown:
        if who.sen and who.sen != "N":
            tags.append((who.sen, PROVISIONS[who.sen]))
        tags += [(code, NEEDS.get(code, code)) for code in who.needs]
    if "flags" in shown:
        tags += [(tag, "") for tag in who.flags]
    labels = "".join(
        f'<span class="tag"{f" title={chr(34)}{title}{chr(34)}" if title else ""}>{tag}</span>' for tag, title in tags
    )
    name = escape(who.name)
    if picking:
        return (
            f'<th scope="row" role="rowheader">{pick_html("learner", who.pk, name)} '
            f'<span class="soft small">{escape(under(who))}</span><br>{labels}</th>'
        )
    return (
        f'<th scope="row" role="rowheader"><a class="name" href="{url}">{name}</a> '
        f'<span class="soft small">{escape(under(who))}</span><br>{labels}'
        f'<a class="time" href="/map/learners/{who.pk}/" aria-label="{name} through time">Through time</a></th>'
    )


def cell_html(
    row: Row,
    tier: int,
    label: str,
    *,
    may_add: bool,
    focus: int = 0,
    shown: Collection[str] = USUAL,
    picking: bool = False,
) -> SafeString:
    """The inside of one cell: its placements and, for those who may, the way to add one.

    The placement `focus` takes the focus once it is swapped in.
    """
    inside = "".join(
        placement_html(item, focus=item.pk == focus, shown=shown, picking=picking) for item in row.cells[tier]
    )
    add = (
        f'<a class="add" href="/map/learners/{row.who.pk}/tier/{tier}/add/" data-add'
        f' aria-label="+ add {escape(label)} for {escape(row.who.name)}">+ add</a>'
        if may_add
        else ""
    )
    return SafeString(inside + add)


def above_html(above: Above, columns: int) -> str:
    """The row that heads a section, with its totals; a save replaces them by their id."""
    return (
        f'<tr role="row" class="section"><th role="rowheader" scope="rowgroup" colspan="{columns}">'
        f"{escape(above.label)} "
        f'<span class="soft small" id="sums-{above.place}">{above.sums}</span></th></tr>'
    )


def rows_html(
    rows: Iterable[Row | Above],
    tiers: Mapping[int, str],
    may_add: frozenset[int],
    shown: Collection[str] = USUAL,
    *,
    picking: bool = False,
) -> SafeString:
    """Table rows, one a learner, with the headings of sections among them; `may_add` holds the tiers one may add to.

    Their roles are written out: drawn as grids (map.css), rows and cells would lose them.
    """
    parts = []
    labels = {tier: escape(label) for tier, label in tiers.items()}
    for row in rows:
        if isinstance(row, Above):
            parts.append(above_html(row, len(tiers) + 1))
            continue
        who = row.who
        cells = "".join(
            f'<td role="cell" class="t{tier}" data-label="{label}" id="cell-{who.pk}-{tier}">'
            f"{cell_html(row, tier, tiers[tier], may_add=tier in may_add, shown=shown, picking=picking)}</td>"
            for tier, label in labels.items()
        )
        head = who_html(who, f"/learners/{who.pk}/", shown, picking=picking)
        parts.append(f'<tr role="row" id="learner-{who.pk}">{head}{cells}</tr>')
    return SafeString("".join(parts))
