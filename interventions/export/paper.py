"""A view of the map as the HTML of its printed pages. Pure.

Built by string, as the map's cells are: a template would take longer than everything but the drawing itself. All that
people wrote passes `_text`.
"""

import re
from html import escape

from interventions.export.drawing import Cell, Drawing, Line, Note
from interventions.export.sheets import CONFIDENTIAL, KEEP_SAFE, About

LONGEST_RUN = 24  # characters without a space that a narrow column may have to hold
_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
NOTHING = '<span class="none" aria-label="nothing">–</span>'


def _broken(run: re.Match[str]) -> str:
    text = run[0]
    return "\u200b".join(text[at : at + LONGEST_RUN] for at in range(0, len(text), LONGEST_RUN))


def _text(words: str) -> str:
    """Words made safe, with places to break in runs longer than a column."""
    return escape(_RUN.sub(_broken, words)).replace("\n", "<br>")


def _note(note: Note) -> str:
    dose = f" <span>{_text(note.dose)}</span>" if note.dose else ""
    secret = '<em class="secret">Confidential</em> ' * note.confidential
    about = " · ".join(map(_text, note.about))
    below = f"<small>{secret}{about}</small>" if secret or about else ""
    return f'<div class="n t{note.tier}"><b>{_text(note.what)}</b>{dose}{below}</div>'


def _inside(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return "".join(map(_note, cell)) or NOTHING
    return _text(str(cell)) if cell != "" else NOTHING


def _row(line: Line, drawing: Drawing) -> str:
    if line.kind == "group":
        return (
            f'<tr class="group"><th scope="rowgroup" colspan="{len(drawing.heads)}">{_inside(line.cells[0])}</th></tr>'
        )
    first, *rest = line.cells
    cells = "".join(
        f'<td class="t{head.tier}">{_inside(cell)}</td>' if head.tier else f"<td>{_inside(cell)}</td>"
        for cell, head in zip(rest, drawing.heads[1:], strict=True)
    )
    tier = f' class="w{line.tier}"' if line.tier else ""
    return f'<tr class="{line.kind}"><th scope="row"{tier}>{_inside(first)}</th>{cells}</tr>'


def _key(about: About) -> str:
    tiers = "".join(f'<span class="k t{tier}">{_text(label)}</span>' for tier, label in (about.tiers or {}).items())
    return f'<span class="key">Key: {tiers}</span>'


def pages_of(about: About, drawing: Drawing) -> str:
    """The whole document. Its stylesheet is a static file, as the PDF library of ours asks (web/pdf.py)."""
    whole = sum(head.width for head in drawing.heads) or 1
    columns = "".join(f'<col style="width: {head.width * 100 / whole:.2f}%">' for head in drawing.heads)
    heads = "".join(
        f'<th scope="col"{f" class={chr(34)}t{head.tier}{chr(34)}" if head.tier else ""}>{_text(head.words)}</th>'
        for head in drawing.heads
    )
    body = "".join(_row(line, drawing) for line in drawing.lines)
    empty = "" if drawing.lines else '<p class="empty">Nothing on the map fits these filters on this day.</p>'
    secret = f'<strong class="secret">{CONFIDENTIAL}</strong> ' if about.confidential else ""
    title = f"Provision map of {about.school}"
    key = f"<p>{secret}{_key(about)}</p>"
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="css/map-print.css"></head>'
        f'<body class="{about.paper.lower()}"><div class="top"><p><b>{_text(title)}</b> · {_text(drawing.name)} · '
        f'{_text(about.scope)}</p>{key}</div><div class="start">{key}</div>'
        f'<div class="foot"><p>{_text(about.mark)}. {KEEP_SAFE}</p></div>'
        f'<h1>{_text(title)}</h1><p class="scope">{_text(drawing.name)} · {_text(about.scope)}</p>'
        f"<table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{empty}"
        "</body></html>"
    )
