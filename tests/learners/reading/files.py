"""Workbooks and other files made by hand, honest and hostile."""

import io
import zipfile

import openpyxl

CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
BOOK_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/>{more}</Relationships>'
)
STRINGS_REL = (
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    'Target="sharedStrings.xml"/>'
)
STYLES_REL = (
    '<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
    'Target="styles.xml"/>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PUPILS = [
    ["UPN", "Surname", "Forename", "DOB"],
    ["R201100018042", "Okafor", "Zoë", "12/03/2015"],
    ["P207000016049", "Ó Brien", "Łukasz", "01/09/2014"],
]


def sheet_xml(data: str) -> str:
    """A worksheet whose sheetData is `data`."""
    return f"<worksheet {MAIN}><sheetData>{data}</sheetData></worksheet>"


def text_cell(at: str, text: str) -> str:
    """A cell that holds its own text."""
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def archive(parts: dict[str, bytes | str], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of `parts`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return stream.getvalue()


def parts_of(data: str = "", **more: bytes | str) -> dict[str, bytes | str]:
    """The parts of a small workbook; `more` adds strings or styles."""
    extra = (STRINGS_REL if "strings" in more else "") + (STYLES_REL if "styles" in more else "")
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": BOOK_RELS.format(more=extra),
        "xl/worksheets/sheet1.xml": sheet_xml(data),
    }
    if "strings" in more:
        parts["xl/sharedStrings.xml"] = more["strings"]
    if "styles" in more:
        parts["xl/styles.xml"] = more["styles"]
    return parts


def workbook(
    rows: list[list[object]], *, title: str = "Pupils", also: dict[str, list[list[object]]] | None = None
) -> bytes:
    """An honest workbook; `also` holds further sheets."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(row)
    for name, others in (also or {}).items():
        other = book.create_sheet(name)
        for row in others:
            other.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
