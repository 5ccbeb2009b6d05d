"""A view of the map as the HTML of its printed pages. Pure.

Built by string, as the map's cells are: a template would take longer than everything but the drawing itself. All that
people wrote passes `_text`.
"""

import re
from html import escape
from math import ceil

from interventions.export.drawing import (
    LONGEST_RUN,
    Cell,
    Drawing,
    Head,
    Line,
    Note,
    across,
    fitted,
    portions,
)
from interventions.export.sheets import CONFIDENTIAL, KEEP_SAFE, About

_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
NOTHING = '<span class="none" aria-label="nothing">–</span>'


TALLEST = {"A3": 52, "A4": 38}  # lines of text that a row may have: more than a page holds would tear it apart
HELD = {"A3": 62, "A4": 50}  # lines of text that a page holds under its headings
RULED = 0.5  # of a line, what a row's edges take
MOST_SCOPE = 240  # characters of the filters at the head of a page


def _lines_of(note: Note, width: int) -> int:
    return 1 + len(note.what) // width + -(-len(" · ".join(note.about)) // width)


def portioned(line: Line, drawing: Drawing, paper: str) -> list[Line]:
    """The line as one row, or as several where it is taller than a page; those after the first say so.

    >>> many = Line(("Ann", tuple(Note(str(at), about=("x" * 80,)) for at in range(30))))
    >>> rows = portioned(many, Drawing("Map", (Head("Learner", 24), Head("Wave 1", 44)), ()), "A3")
    >>> [(row.cells[0], len(row.cells[1])) for row in rows]
    [('Ann', 17), ('Ann (continued)', 13)]
    """
    beside = drawing.beside

    def lines_of(note: Note, width: int) -> int:
        return _lines_of(note, width // beside)

    return portions(line, drawing, lines_of, TALLEST[paper] * beside)


def _height(cell: Cell, width: int, beside: int = 1) -> float:
    if isinstance(cell, tuple):
        lines = [_lines_of(note, width // beside) * 0.94 + 0.2 for note in cell]
        return sum(max(lines[at : at + beside]) for at in range(0, len(lines), beside))
    return -(-len(str(cell)) // width)


def pages_expected(drawing: Drawing, paper: str) -> int:
    """About how many pages a print will have, by the lines of text in its rows.

    >>> pages_expected(Drawing("Map", (Head("Learner", 24),), (Line(("Ann",)),) * 90), "A3")
    3
    """
    pages = 0
    for part in across(fitted(drawing, paper), paper):
        widths = [head.width for head in part.heads]
        tall = sum(max(_height(cell, width, part.beside) for cell, width in zip(line.cells, widths, strict=True))
                   + RULED for line in part.lines)  # fmt: skip
        pages += ceil(tall / HELD[paper]) or 1
    return pages


def _broken(run: re.Match[str]) -> str:
    text = run[0]
    return "\u200b".join(text[at : at + LONGEST_RUN] for at in range(0, len(text), LONGEST_RUN))


def _text(words: str) -> str:
    """Words made safe, with places to break in runs longer than a column."""
    return escape(_RUN.sub(_broken, words)).replace("\n", "<br>")


def _note(note: Note) -> str:
    dose = f'<span class="dose">{_text(note.dose)}</span>' if note.dose else ""
    first = f"<b>{_text(note.what)}</b> {dose}" if note.what else f"<b>{dose}</b>"
    secret = '<em class="secret">Confidential</em> ' * note.confidential
    about = " · ".join(map(_text, note.about))
    below = f"<small>{secret}{about}</small>" if secret or about else ""
    return f'<div class="n t{note.tier}">{first}{below}</div>'


def _inside(cell: Cell, kind: str = "row") -> str:
    nothing = NOTHING if kind == "row" else ""
    if isinstance(cell, tuple):
        return "".join(map(_note, cell)) or nothing
    if isinstance(cell, str):
        return _text(cell) if cell else nothing
    return f"{cell:,}"


def _looks(cell: Cell, head: Head) -> str:
    looks = [f"t{head.tier}"] * bool(head.tier) + ["number"] * isinstance(cell, int | float)
    return f' class="{" ".join(looks)}"' if looks else ""


def _row(line: Line, drawing: Drawing) -> str:
    if line.kind == "group":
        return (
            f'<tr class="group"><th scope="rowgroup" colspan="{len(drawing.heads)}">{_inside(line.cells[0])}</th></tr>'
        )
    first, *rest = line.cells
    cells = "".join(
        f"<td{_looks(cell, head)}>{_inside(cell, line.kind)}</td>"
        for cell, head in zip(rest, drawing.heads[1:], strict=True)
    )
    tier = f' class="w{line.tier}"' if line.tier else ""
    return f'<tr class="{line.kind}"><th scope="row"{tier}>{_inside(first)}</th>{cells}</tr>'


def _key(about: About) -> str:
    tiers = "".join(f'<span class="k t{tier}">{_text(label)}</span>' for tier, label in (about.tiers or {}).items())
    return f'<span class="key">Key: {tiers}</span>'


def _head(head: Head) -> str:
    tier = f' class="t{head.tier}"' if head.tier else ""
    under = f"<small>{_text(head.under)}</small>" if head.under else ""
    return f'<th scope="col"{tier}>{_text(head.words)}{under}</th>'


def _table(drawing: Drawing, paper: str) -> str:
    whole = sum(head.width for head in drawing.heads) or 1
    columns = "".join(f'<col style="width: {head.width * 100 / whole:.2f}%">' for head in drawing.heads)
    heads = "".join(map(_head, drawing.heads))
    body = "".join(_row(part, drawing) for line in drawing.lines for part in portioned(line, drawing, paper))
    beside = ' class="beside"' if drawing.beside > 1 else ""
    return f"<table{beside}><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def pages_of(about: About, drawing: Drawing) -> str:
    """The whole document. Its stylesheet is a static file, as the PDF library of ours asks (web/pdf.py)."""
    tables = "".join(_table(part, about.paper) for part in across(fitted(drawing, about.paper), about.paper))
    scope = about.scope if len(about.scope) <= MOST_SCOPE else f"{about.scope[:MOST_SCOPE]}…"
    if not drawing.lines:
        tables = '<p class="empty">Nothing on the map fits these filters on this day.</p>'
    secret = f'<strong class="secret">{CONFIDENTIAL}</strong> ' if about.confidential else ""
    title = f"Provision map of {about.school}"
    key = f"<p>{secret}{_key(about)}</p>"
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="css/map-print.css"></head>'
        f'<body class="{about.paper.lower()}"><div class="top"><p><b>{_text(title)}</b> · {_text(drawing.name)} · '
        f"{_text(scope)}</p>{key}</div>"
        f'<div class="foot"><p>{_text(about.mark)}. {KEEP_SAFE}</p></div>'
        f'<h1>{_text(title)}</h1><p class="scope">{_text(drawing.name)} · {_text(about.scope)}</p>'
        f'<div class="start">{key}</div>{tables}'
        "</body></html>"
    )
