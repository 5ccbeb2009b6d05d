"""OpenDocument spreadsheets made by hand, honest and hostile."""

from tests.learners.reading.files import archive

KIND = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest:manifest>'
)


def said(text: str, **more: str) -> str:
    """A cell that holds a text; `more` are attributes of tables, such as number_rows_spanned."""
    extra = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<table:table-cell office:value-type="string"{extra}><text:p>{text}</text:p></table:table-cell>'


def held(kind: str, value: str, shown: str = "", name: str = "") -> str:
    """A cell that holds a value of a kind."""
    given = f'office:{name or {"float": "value"}.get(kind, f"{kind}-value")}="{value}"'
    return f'<table:table-cell office:value-type="{kind}" {given}><text:p>{shown}</text:p></table:table-cell>'


def row(*cells: str, repeated: int | str = 1) -> str:
    """A row of cells."""
    often = "" if repeated == 1 else f' table:number-rows-repeated="{repeated}"'
    return f"<table:table-row{often}>{''.join(cells)}</table:table-row>"


def blank(repeated: int | str = 1) -> str:
    """A cell, or many, without anything."""
    return f'<table:table-cell table:number-columns-repeated="{repeated}"/>'


def table(*rows: str, name: str = "List", style: str = "seen") -> str:
    """A sheet."""
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


def content(inside: str, before: str = "", styles: str = "") -> str:
    """The part that holds the sheets."""
    return (
        f"{before}<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{inside}</office:spreadsheet></office:body></office:document-content>"
    )


def spreadsheet(inside: str, *, before: str = "", styles: str = "", **parts: str | bytes) -> bytes:
    """A file; `parts` replace or add to its parts by name."""
    usual: dict[str, str | bytes] = {
        "mimetype": KIND,
        "content.xml": content(inside, before, styles),
        "META-INF/manifest.xml": MANIFEST.format(""),
    }
    return archive(usual | parts)
