"""A table between upload and import: what was read, packed; the file itself is kept nowhere. Pure."""

import json
import zlib
from dataclasses import astuple
from datetime import date
from decimal import Decimal

from learners.reading.sheet import Cell, ContactRow, Sheet


def pack(sheet: Sheet) -> bytes:
    """`sheet` as bytes for `unpack`."""
    table = {
        "name": sheet.name,
        "kind": sheet.kind,
        "headers": sheet.headers,
        "header_row": sheet.header_row,
        "rows": [[number, [_out(cell) for cell in cells]] for number, cells in sheet.rows],
        "warnings": sheet.warnings,
        "contacts": [[number, [astuple(one) for one in people]] for number, people in sheet.contacts.items()],
    }
    return zlib.compress(json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"), 1)


def unpack(packed: bytes) -> Sheet:
    """The sheet that `pack` packed.

    >>> sheet = Sheet("", "csv", ["DOB", "Year"], 1, [(2, [date(2015, 9, 1), Decimal("4")])])
    >>> unpack(pack(sheet)) == sheet
    True
    """
    table = json.loads(zlib.decompress(packed))
    return Sheet(
        name=table["name"],
        kind=table["kind"],
        headers=table["headers"],
        header_row=table["header_row"],
        rows=[(number, [_in(cell) for cell in cells]) for number, cells in table["rows"]],
        warnings=table["warnings"],
        contacts={number: tuple(ContactRow(*one) for one in people) for number, people in table["contacts"]},
    )


def _out(cell: Cell) -> str | bool | list[str] | None:
    """Text, truth and nothing as they are; a day or a number in a list that says which it is."""
    if cell is None or isinstance(cell, str | bool):
        return cell
    return ["day", cell.isoformat()] if isinstance(cell, date) else ["number", str(cell)]


def _in(kept: str | bool | list[str] | None) -> Cell:
    if not isinstance(kept, list):
        return kept
    kind, text = kept
    return date.fromisoformat(text) if kind == "day" else Decimal(text)
