"""Row 11 in what is taken out: the fifty scripts through workbooks, OpenDocument sheets and plain text, and back."""

import io
import zipfile

import openpyxl
import pytest
from defusedxml import ElementTree

from interventions.export.csv_file import csv_file
from interventions.export.drawing import Shown
from interventions.export.ods import ods
from interventions.export.sheets import flat
from interventions.export.xlsx import xlsx
from interventions.sheet import KEYS, unguarded, writable
from tests.attacks.test_11_scripts import HOOK, PAYLOADS
from tests.interventions.export.made import rows
from tests.interventions.export.test_formulas import FREE, LIVE, book, cells_of_csv, sheets_of_ods

LIVING = {"script", "object", "event-listener", "macro", "plugin", "applet", "hyperlink", "oleObject", "a"}


def elements(content):
    """The names of every element of a workbook's parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = [name for name in parts.namelist() if name.endswith((".xml", ".rels"))]
        return {one.tag.rpartition("}")[2] for name in names for one in ElementTree.fromstring(parts.read(name)).iter()}


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
class TestScripts:
    def test_a_workbook_holds_them_as_text_and_reads_equal(self, payload):
        made = xlsx(book(payload))

        read = openpyxl.load_workbook(io.BytesIO(made))
        found = dict(zip(KEYS, read["Placements"][3], strict=True))
        assert {key: (found[key].value, found[key].data_type) for key in FREE} == dict.fromkeys(
            FREE, (writable(payload), "s")
        )
        assert [cell for sheet in read for line in sheet.rows for cell in line if cell.hyperlink] == []
        assert elements(made) & LIVING == set()

    def test_an_opendocument_sheet_holds_them_as_text_and_reads_equal(self, payload):
        made = ods(book(payload))

        live, sheets = sheets_of_ods(made)
        found = dict(zip(KEYS, sheets["Placements"][2], strict=True))
        assert (live, {key: found[key] for key in FREE}) == ([], dict.fromkeys(FREE, ("string", writable(payload))))
        assert elements(made) & LIVING == set()

    def test_plain_text_holds_them_and_reads_equal(self, payload):
        [row] = cells_of_csv(csv_file(*flat(Shown(), rows(payload))))

        found = dict(zip(KEYS, row, strict=True))
        assert {key: unguarded(found[key]) for key in FREE} == dict.fromkeys(FREE, writable(payload))
        assert [key for key in KEYS if found[key][:1] in LIVE and found[key]] == []


def test_each_of_them_is_there_to_be_found():
    assert [payload for payload in PAYLOADS if HOOK not in payload] == []
    assert len(set(PAYLOADS)) == 50


def test_a_link_or_an_object_in_a_sheet_would_be_seen():
    made = io.BytesIO(ods(book("x")))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(spoiled := io.BytesIO(), "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "content.xml":
                text = text.replace(b"<text:p>x</text:p>", b"<text:p><text:a>x</text:a></text:p>", 1)
            new.writestr(name, text)

    assert elements(spoiled.getvalue()) & LIVING == {"a"}
