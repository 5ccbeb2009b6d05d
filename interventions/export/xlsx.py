"""A described workbook as XLSX. Pure.

Text is written as text, whatever it begins with: no cell of ours is a formula, and one that looks like one carries the
mark with which spreadsheet programs keep it text when it is edited (docs/exports.md, "Formulas").
"""

import io
from datetime import date
from typing import Any

from xlsxwriter import Workbook

from interventions.export.book import Book, Choice, Look, Sheet, height_of
from interventions.sheet import is_live, writable

PAPERS = {"A3": 8, "A4": 9}
MOST_TEXT = 32_767  # characters of a cell
MOST_HEADER = 255  # characters that a workbook's page header or footer may have
EPOCH = date(1899, 12, 30)
FORMATS = {"text": "@", "day": "dd/mm/yyyy", "count": "0", "tenth": "0.0"}
FONT = "Arial"  # on every machine that opens workbooks; our own font is not
OPTIONS = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    # Columns are measured in figures of this font: of one that a machine lacks, every program makes them as it likes.
    "default_format_properties": {"font_name": FONT, "font_size": 10},
}  # fmt: skip


def _properties(look: Look) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "font_name": FONT,
        "font_size": look.size,
        "font_color": look.ink,
        "bold": look.bold,
        "text_wrap": look.wrap,
        "valign": "top",
        "num_format": FORMATS[look.holds],
    }
    if look.ground:
        properties["bg_color"] = look.ground
    if look.border:
        properties |= {"border": 1, "border_color": "#d5dae2"}
    return properties


class _Writer:
    """Formats of one workbook, each made once, and the writing of a cell."""

    def __init__(self, book: Workbook, looks: dict[str, Look]) -> None:
        self.formats = {name: book.add_format(_properties(look)) for name, look in looks.items()}
        self.quoted = {
            name: book.add_format(_properties(look) | {"quote_prefix": True}) for name, look in looks.items()
        }

        self.plain = book.add_format({"font_name": FONT})

    def row(self, sheet: Any, number: int, cells: Any) -> None:
        """One row; every value goes through the writer of its own kind, none is guessed at."""
        formats = self.formats
        for column, (value, look) in enumerate(cells):
            if value == "":
                sheet.write_blank(number, column, None, formats[look])
            elif isinstance(value, str):
                text = writable(value)[:MOST_TEXT]
                held = (self.quoted if is_live(text) else formats)[look]
                if text.startswith("<r>") and text.endswith("</r>"):
                    # The library takes such a text for markup of its own, and lets it through as it stands.
                    sheet.write_rich_string(number, column, text[:1], self.plain, text[1:], held)
                else:
                    sheet.write_string(number, column, text, held)
            elif isinstance(value, date):
                sheet.write_number(number, column, (value - EPOCH).days, formats[look])
            else:
                sheet.write_number(number, column, value, formats[look])


def _printed(words: str) -> str:
    """Words for a page's header or footer, where & begins a command."""
    return writable(words).replace("&", "&&")


def _set_up(paper: Any, book: Book, sheet: Sheet, top: int) -> None:
    paper.set_landscape()
    paper.set_paper(PAPERS[book.paper])
    paper.fit_to_pages(sheet.across, 0)
    paper.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    paper.set_header(f"&L&9{_printed(book.heading)}"[:MOST_HEADER])
    tail = "&R&9Page &P of &N"
    paper.set_footer(f"&L&9{_printed(sheet.footer)}"[: MOST_HEADER - len(tail)] + tail)
    paper.repeat_rows(top)
    if sheet.across > 1:
        paper.repeat_columns(0, sheet.fixed - 1)
    paper.freeze_panes(top + 1, sheet.fixed)
    if sheet.narrowed and sheet.rows:
        paper.autofilter(top, 0, top + len(sheet.rows), len(sheet.head) - 1)
    for column, width in enumerate(sheet.widths):
        paper.set_column(column, column, width)
    for choice in sheet.choices:
        paper.data_validation(choice.first, choice.column, choice.last, choice.column, _validation(choice))


def _validation(choice: Choice) -> dict[str, str]:
    if choice.source is None:
        return {"validate": "any", "input_message": choice.prompt}
    name, column, count = choice.source
    letter = chr(ord("A") + column)
    return {
        "validate": "list",
        "source": f"='{name}'!${letter}$2:${letter}${count + 1}",
        "error_title": "Not in the list",
        "error_message": "Choose from the list, or leave the cell empty.",
    }


def xlsx(book: Book) -> bytes:
    """The workbook as a file. It names nobody as its author."""
    out = io.BytesIO()
    with Workbook(out, OPTIONS) as made:
        made.set_properties({"title": book.title, "author": "Provision Map", "company": "", "comments": ""})
        writer = _Writer(made, book.looks)
        for sheet in book.sheets:
            paper = made.add_worksheet(sheet.name)
            top = len(sheet.above)
            rows: list[Any] = [*sheet.above, sheet.head, *sheet.rows]
            for number, cells in enumerate(rows):
                # Above the heading stand titles, which do not wrap.
                paper.set_row(number, height_of(cells, sheet.widths) if number >= top else 14 if number else 22)
                writer.row(paper, number, cells)
            _set_up(paper, book, sheet, top)
    return out.getvalue()
