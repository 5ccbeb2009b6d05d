"""A table between upload and import: what was read, packed; the file itself is kept nowhere. Pure."""

import json
import zlib
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from typing import Any

from learners.reading.sheet import Cell, ContactRow, Sheet


def pack(sheet: Sheet) -> bytes:
    """`sheet` as bytes for `unpack`."""
    return zlib.compress(_written(_table(sheet)), 1)


def _written(table: dict[str, Any]) -> bytes:
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _table(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "kind": sheet.kind,
        "headers": sheet.headers,
        "header_row": sheet.header_row,
        "rows": [[number, [_out(cell) for cell in cells]] for number, cells in sheet.rows],
        "warnings": sheet.warnings,
        "contacts": [[number, [astuple(one) for one in people]] for number, people in sheet.contacts.items()],
        "choices": [_table(one) for one in sheet.choices],
        "taken": sheet.taken,
    }


def unpack(packed: bytes) -> Sheet:
    """The sheet that `pack` packed.

    >>> sheet = Sheet("", "csv", ["DOB", "Year"], 1, [(2, [date(2015, 9, 1), Decimal("4")])])
    >>> unpack(pack(sheet)) == sheet
    True
    """
    return _sheet(json.loads(zlib.decompress(packed)))


def _sheet(table: dict[str, Any]) -> Sheet:
    return Sheet(
        name=table["name"],
        kind=table["kind"],
        headers=table["headers"],
        header_row=table["header_row"],
        rows=[(number, [_in(cell) for cell in cells]) for number, cells in table["rows"]],
        warnings=table["warnings"],
        contacts={number: tuple(ContactRow(*one) for one in people) for number, people in table["contacts"]},
        choices=tuple(_sheet(one) for one in table.get("choices", ())),
        taken=tuple(table.get("taken", ())),
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
