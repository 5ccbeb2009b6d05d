"""A described workbook as OpenDocument. Pure.

Written as text: the two libraries there are take seconds, or a minute, for what this writes at once
(docs/decisions/2026-11-23-opendocument-as-text.md). Text is written as text: no cell of ours is a formula.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain
from xml.sax.saxutils import quoteattr

from interventions.export.book import EDGE, Book, Choice, Look, Row, Sheet, height_of
from interventions.sheet import writable

KIND = "application/vnd.oasis.opendocument.spreadsheet"
PAPERS = {"A3": ("42cm", "29.7cm"), "A4": ("29.7cm", "21cm")}
CHARACTER, EDGES = 0.1852, 0.13  # centimetres of a column for each character of its width, and beyond them
STAMP = (2026, 1, 1, 0, 0, 0)  # of the parts in the archive: they say nothing about when, the sheet does
_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "of": "urn:oasis:names:tc:opendocument:xmlns:of:1.2",
    "ooo": "http://openoffice.org/2004/office",
}
_SPACES = re.compile(r"^ | {2,}| $|\t")


def _document(name: str, inside: str) -> bytes:
    names = "".join(f' xmlns:{key}="{url}"' for key, url in _NAMES.items())
    version = "manifest:version" if name.startswith("manifest") else "office:version"
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}{names} {version}="1.3">{inside}</{name}>'.encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _spaced(found: re.Match[str]) -> str:
    return "<text:tab/>" if found[0] == "\t" else f'<text:s text:c="{len(found[0])}"/>'


def _paragraphs(text: str) -> str:
    """Text with its lines, tabs and spaces as they are: left to itself, the format folds them."""
    return "".join(f"<text:p>{_SPACES.sub(_spaced, _escaped(line))}</text:p>" for line in text.split("\n"))


def _look_xml(name: str, look: Look) -> str:
    box = f'fo:border="0.5pt solid {EDGE}" ' if look.border else ""
    ground = f'fo:background-color="{look.ground}" ' if look.ground else ""
    bold = ' fo:font-weight="bold" style:font-weight-asian="bold"' if look.bold else ""
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="{look.holds}">'
        f'<style:table-cell-properties {box}{ground}style:vertical-align="top" '
        f'fo:wrap-option="{"wrap" if look.wrap else "no-wrap"}" fo:padding="0.06cm"/>'
        f'<style:text-properties fo:font-size="{look.size}pt" fo:color="{look.ink}" style:font-name="Arial"{bold}/>'
        "</style:style>"
    )


_KINDS = (
    '<number:text-style style:name="text"><number:text-content/></number:text-style>'
    '<number:number-style style:name="count"><number:number number:decimal-places="0" '
    'number:min-integer-digits="1"/></number:number-style>'
    '<number:number-style style:name="tenth"><number:number number:decimal-places="1" '
    'number:min-integer-digits="1"/></number:number-style>'
    '<number:date-style style:name="day" number:language="en" number:country="GB">'
    '<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/></number:date-style>'
)


def _cell(value: object, look: str, extra: str) -> str:
    if value == "":
        return f'<table:table-cell table:style-name="{look}"{extra}/>'
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        inside = f"<text:p>{value:%d/%m/%Y}</text:p>"
    elif isinstance(value, int | float):
        kind, inside = f'office:value-type="float" office:value="{value}"', f"<text:p>{value}</text:p>"
    else:
        text = writable(str(value))
        exact = f" office:string-value={quoteattr(text)}" if "\t" in text else ""
        kind, inside = f'office:value-type="string"{exact}', _paragraphs(text)
    return f'<table:table-cell table:style-name="{look}"{extra} {kind}>{inside}</table:table-cell>'


def _rows(rows: Iterable[Row], extra_of: Callable[[int, int], str], first: int, widths: Sequence[int] = ()) -> str:
    """Rows from the row `first` on; those without `widths` are as high as their letters."""
    return "".join(
        f'<table:table-row table:style-name="tall{height_of(cells, widths) if widths else 0}">'
        + "".join(_cell(value, look, extra_of(number, column)) for column, (value, look) in enumerate(cells))
        + "</table:table-row>"
        for number, cells in enumerate(rows, start=first)
    )


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _condition(choice: Choice) -> str:
    if choice.source is None:
        return f'<table:help-message table:display="true">{_paragraphs(choice.prompt)}</table:help-message>'
    return (
        '<table:error-message table:display="true" table:message-type="stop" table:title="Not in the list">'
        "<text:p>Choose from the list, or leave the cell empty.</text:p></table:error-message>"
    )


def _listed(choice: Choice) -> str:
    if choice.source is None:
        return ""
    sheet, column, count = choice.source
    letter = chr(ord("A") + column)
    cells = f"[${_quoted(sheet)}.${letter}$2:.${letter}${count + 1}]"
    return f' table:condition={quoteattr(f"of:cell-content-is-in-list({cells})")} table:display-list="unsorted"'


def _validations(book: Book) -> str:
    found = "".join(
        f'<table:content-validation table:name="list{number}-{place}" table:allow-empty-cell="true"'
        f"{_listed(choice)}>{_condition(choice)}</table:content-validation>"
        for number, sheet in enumerate(book.sheets)
        for place, choice in enumerate(sheet.choices)
    )
    return f"<table:content-validations>{found}</table:content-validations>" if found else ""


def _table(number: int, sheet: Sheet) -> str:
    """One sheet; its cells with lists to choose from name their list."""
    lists = {
        (row, choice.column): f' table:content-validation-name="list{number}-{place}"'
        for place, choice in enumerate(sheet.choices)
        for row in range(choice.first, choice.last + 1)
    }

    def extra_of(row: int, column: int) -> str:
        return lists.get((row, column), "")

    top = len(sheet.above)
    columns = [
        f'<table:table-column table:style-name="wide{width}" table:default-cell-style-name="plain"/>'
        for width in sheet.widths
    ]
    if sheet.across > 1:  # pages side by side: the first columns stand on each
        columns.insert(sheet.fixed, "</table:table-header-columns>")
        columns.insert(0, "<table:table-header-columns>")
    head = f"<table:table-header-rows>{_rows([sheet.head], extra_of, top, sheet.widths)}</table:table-header-rows>"
    return (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="page{number}">{"".join(columns)}'
        f"{_rows(sheet.above, extra_of, 0)}{head}"
        f"{_rows(sheet.rows, extra_of, top + 1, sheet.widths)}"
        "</table:table>"
    )


def _letters(place: int) -> str:
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)


def _ranges(book: Book) -> str:
    found = "".join(
        f'<table:database-range table:name="filter{number}" table:display-filter-buttons="true" '
        f"table:target-range-address="
        + quoteattr(
            f"{_quoted(sheet.name)}.A{len(sheet.above) + 1}:{_quoted(sheet.name)}."
            f"{_letters(len(sheet.head) - 1)}{len(sheet.above) + 1 + len(sheet.rows)}"
        )
        + "/>"
        for number, sheet in enumerate(book.sheets)
        if sheet.narrowed and sheet.rows
    )
    return f"<table:database-ranges>{found}</table:database-ranges>" if found else ""


def _content(book: Book) -> bytes:
    widths = sorted(set(chain.from_iterable(sheet.widths for sheet in book.sheets)))
    heights = {height_of(cells, sheet.widths) for sheet in book.sheets for cells in chain([sheet.head], sheet.rows)}
    styles = "".join(
        [
            *(_look_xml(name, look) for name, look in book.looks.items()),
            *(
                f'<style:style style:name="wide{width}" style:family="table-column"><style:table-column-properties '
                f'style:column-width="{width * CHARACTER + EDGES:.2f}cm"/></style:style>'
                for width in widths
            ),
            '<style:style style:name="tall0" style:family="table-row"><style:table-row-properties '
            'style:use-optimal-row-height="true"/></style:style>',
            *(
                f'<style:style style:name="tall{height}" style:family="table-row"><style:table-row-properties '
                f'style:row-height="{height}pt" style:use-optimal-row-height="false"/></style:style>'
                for height in sorted(heights)
            ),
            *(
                f'<style:style style:name="page{number}" style:family="table" style:master-page-name="sheet{number}">'
                '<style:table-properties table:display="true"/></style:style>'
                for number, _ in enumerate(book.sheets)
            ),
        ]
    )
    tables = "".join(_table(number, sheet) for number, sheet in enumerate(book.sheets))
    return _document(
        "office:document-content",
        f"<office:automatic-styles>{_KINDS}{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{_validations(book)}{tables}{_ranges(book)}</office:spreadsheet></office:body>",
    )


def _styles(book: Book) -> bytes:
    """Paper, and what is printed at the head and foot of each page."""
    width, height = PAPERS[book.paper]
    box = '<style:header-footer-properties fo:min-height="0.6cm" fo:margin="0cm"/>'
    layout = "".join(
        f'<style:page-layout style:name="paper{number}"><style:page-layout-properties fo:page-width="{width}" '
        f'fo:page-height="{height}" style:print-orientation="landscape" fo:margin="1cm" '
        f'style:scale-to-X="{sheet.across}" style:scale-to-Y="0" style:print-page-order="ttb"/>'
        f"<style:header-style>{box}</style:header-style>"
        f"<style:footer-style>{box}</style:footer-style></style:page-layout>"
        for number, sheet in enumerate(book.sheets)
    )
    masters = "".join(
        f'<style:master-page style:name="sheet{number}" style:page-layout-name="paper{number}"><style:header>'
        f"{_paragraphs(writable(book.heading))}</style:header><style:footer><style:region-left>"
        f"{_paragraphs(writable(sheet.footer))}</style:region-left><style:region-right><text:p>Page "
        "<text:page-number>1</text:page-number> of <text:page-count>1</text:page-count></text:p>"
        "</style:region-right></style:footer></style:master-page>"
        for number, sheet in enumerate(book.sheets)
    )
    return _document(
        "office:document-styles",
        f"<office:automatic-styles>{layout}</office:automatic-styles>"
        f"<office:master-styles>{masters}</office:master-styles>",
    )


def _item(name: str, kind: str, value: object) -> str:
    return f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'


def _settings(book: Book) -> bytes:
    """Headings and first columns that stay in sight."""
    tables = "".join(
        f"<config:config-item-map-entry config:name={quoteattr(sheet.name)}>"
        + _item("HorizontalSplitMode", "short", 2 if sheet.fixed else 0)
        + _item("HorizontalSplitPosition", "int", sheet.fixed)
        + _item("VerticalSplitMode", "short", 2)
        + _item("VerticalSplitPosition", "int", len(sheet.above) + 1)
        + _item("ActiveSplitRange", "short", 3 if sheet.fixed else 2)
        + _item("PositionRight", "int", sheet.fixed)
        + _item("PositionBottom", "int", len(sheet.above) + 1)
        + "</config:config-item-map-entry>"
        for sheet in book.sheets
    )
    return _document(
        "office:document-settings",
        '<office:settings><config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed '
        'config:name="Views"><config:config-item-map-entry><config:config-item-map-named config:name="Tables">'
        f"{tables}</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
        "</config:config-item-set></office:settings>",
    )


def ods(book: Book) -> bytes:
    """The workbook as a file. It names nobody as its author."""
    meta = (
        f"<office:meta><meta:generator>Provision Map</meta:generator><dc:title>{_escaped(writable(book.title))}"
        "</dc:title></office:meta>"
    )
    parts = {
        "content.xml": _content(book),
        "styles.xml": _styles(book),
        "settings.xml": _settings(book),
        "meta.xml": _document("office:document-meta", meta),
    }
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in [("/", KIND), *((path, "text/xml") for path in parts)]
    )
    parts["META-INF/manifest.xml"] = _document("manifest:manifest", entries)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", STAMP), KIND, zipfile.ZIP_STORED)
        for path, content in parts.items():
            entry = zipfile.ZipInfo(path, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
