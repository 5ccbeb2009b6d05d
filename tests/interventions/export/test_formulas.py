"""No file of ours runs anything, and each gives back what was written (SECURITY.md of the project, "Files")."""

import csv
import io
import zipfile

import openpyxl
import pytest
from defusedxml import ElementTree

from interventions.export.csv_file import csv_file
from interventions.export.drawing import Shown
from interventions.export.ods import ods
from interventions.export.sheets import flat, map_book
from interventions.export.xlsx import xlsx
from interventions.sheet import HEADINGS, KEYS, unguarded, writable
from tests.interventions.export.made import ABOUT, rows, view
from tests.interventions.export.payloads import PAYLOADS

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
FREE = ("surname", "forename", "class", "provision", "responsible", "place", "group", "outcome", "baseline", "target",
        "library", "note")  # fmt: skip
LIVE = frozenset("=+-@\t\r\n＝＋－＠")


def book(text):
    return map_book(ABOUT, Shown(), view(text=text), rows(text))


def cells_of_csv(content):
    headings, *found = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(headings) == HEADINGS
    return found


def said(paragraph):
    """The text of a paragraph of an OpenDocument file, its spaces and tabs among it."""
    parts = [paragraph.text or ""]
    for inner in paragraph:
        parts.append("\t" if inner.tag == f"{TEXT}tab" else " " * int(inner.get(f"{TEXT}c", 1)))
        parts.append(inner.tail or "")
    return "".join(parts)


def sheets_of_ods(content):
    """Every sheet's rows of (kind, text), and whether any cell is a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    live = [cell for cell in root.iter(f"{TABLE}table-cell") if cell.get(f"{TABLE}formula")]
    return live, {
        table.get(f"{TABLE}name"): [
            [
                (cell.get(f"{OFFICE}value-type"), "\n".join(said(line) for line in cell.iter(f"{TEXT}p")))
                for cell in row.iter(f"{TABLE}table-cell")
            ]
            for row in table.iter(f"{TABLE}table-row")
        ]
        for table in root.iter(f"{TABLE}table")
    }


@pytest.mark.parametrize("payload", PAYLOADS)
class TestWhatPeopleWrite:
    def test_a_workbook_holds_it_as_text(self, payload):
        made = openpyxl.load_workbook(io.BytesIO(xlsx(book(payload))), rich_text=False)

        assert [cell for sheet in made for line in sheet.rows for cell in line if cell.data_type == "f"] == []
        found = dict(zip(KEYS, [cell.value for cell in made["Placements"][3]], strict=True))
        expected = writable(payload)
        assert {key: found[key] for key in FREE} == dict.fromkeys(FREE, expected)
        assert found["deliverers"] == f"{expected} (Teaching assistant)"

    def test_an_opendocument_sheet_holds_it_as_text(self, payload):
        live, sheets = sheets_of_ods(ods(book(payload)))

        assert live == []
        found = dict(zip(KEYS, sheets["Placements"][2], strict=True))
        assert {key: found[key] for key in FREE} == dict.fromkeys(FREE, ("string", writable(payload)))

    def test_plain_text_holds_it_behind_a_quote(self, payload):
        [row] = cells_of_csv(csv_file(*flat(Shown(), rows(payload))))

        found = dict(zip(KEYS, row, strict=True))
        assert [key for key in KEYS if found[key] and found[key].lstrip(" \u00a0\u200b\ufeff\u2060")[0] in LIVE] == []
        assert {key: unguarded(found[key]) for key in FREE} == dict.fromkeys(FREE, writable(payload))

    def test_the_words_above_a_sheet_are_text_too(self, payload):
        about = type(ABOUT)(payload, payload, payload, payload, (payload,), {2: payload})
        made = openpyxl.load_workbook(io.BytesIO(xlsx(map_book(about, Shown(), view(), rows()))))

        assert [cell for sheet in made for line in sheet.rows for cell in line if cell.data_type == "f"] == []


def test_without_the_guard_plain_text_is_live(monkeypatch):
    monkeypatch.setattr("interventions.export.csv_file.guarded", lambda text: text)

    [row] = cells_of_csv(csv_file(*flat(Shown(), rows("=1+1"))))

    assert dict(zip(KEYS, row, strict=True))["note"][0] in LIVE


def test_without_text_written_as_text_a_workbook_is_live(monkeypatch):
    def guessing(self, sheet, number, cells):
        for column, (value, _) in enumerate(cells):
            sheet.write(number, column, value)

    monkeypatch.setattr("interventions.export.xlsx.OPTIONS", {"in_memory": True})
    monkeypatch.setattr("interventions.export.xlsx._Writer.row", guessing)

    made = openpyxl.load_workbook(io.BytesIO(xlsx(book("=1+1"))))

    assert [cell for line in made["Placements"].rows for cell in line if cell.data_type == "f"] != []


def test_a_text_that_looks_like_a_formula_stays_text_when_it_is_edited():
    made = openpyxl.load_workbook(io.BytesIO(xlsx(book("=1+1"))))

    note = made["Placements"].cell(3, KEYS.index("note") + 1)

    assert (note.quotePrefix, note.number_format) == (True, "@")
