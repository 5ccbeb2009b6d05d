"""Files of ours opened and saved by a real spreadsheet program: nothing runs, nothing changes, and they print whole."""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest
from pypdf import PdfReader

from interventions.actions.importing import apply_file, read_file
from interventions.export.csv_file import csv_file
from interventions.export.drawing import Shown
from interventions.export.ods import ods
from interventions.export.sheets import flat, map_book
from interventions.export.template import template_book
from interventions.export.xlsx import xlsx
from interventions.map_reading.plan import Choices
from interventions.sheet import HEADINGS, KEYS, unguarded, writable
from provisionmap.school.models import School
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    member,
)
from tests.interventions.export.made import ABOUT, LABELS, rows, view
from tests.interventions.export.payloads import PAYLOADS
from tests.interventions.map_pages import rows_of

WRITERS = {"xlsx": xlsx, "ods": ods}
ROWS = [row for text in PAYLOADS for row in rows(text)]


def read(content):
    """The sheet "Placements": its rows under the headings as our import would see them, and all live cells."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    live = [cell for sheet in book for line in sheet.rows for cell in line if cell.data_type == "f"]
    found = [[cell.value for cell in line] for line in book["Placements"].rows]
    at = next(place for place, line in enumerate(found) if line[0] == "UPN")
    assert tuple(found[at]) == HEADINGS
    return live, [tuple(map(plain, line)) for line in found[at + 1 :]]


def plain(value):
    if isinstance(value, datetime):
        return value.date()
    return "" if value is None else value


def expected():
    return [tuple(writable(value) if isinstance(value, str) else value for value in row) for row in ROWS]


@pytest.mark.parametrize("format", list(WRITERS))
def test_opened_and_saved_nothing_is_live_and_every_row_is_as_it_was(office, format):
    content = WRITERS[format](map_book(ABOUT, Shown(), view(3, "=1+1"), ROWS))

    live, found = read(office(content, f"map.{format}", "xlsx"))

    assert live == []
    assert found == expected()
    assert found[0][KEYS.index("starts")] == date(2026, 9, 14)


def test_plain_text_opened_and_saved_runs_nothing(office):
    content = csv_file(*flat(Shown(), ROWS))

    opened = office(content, "map.csv", "xlsx")

    book = openpyxl.load_workbook(io.BytesIO(opened))
    assert [cell for sheet in book for line in sheet.rows for cell in line if cell.data_type == "f"] == []


def test_without_the_guard_plain_text_does_run(office, monkeypatch):
    monkeypatch.setattr("interventions.export.csv_file.guarded", lambda text: text)

    book = openpyxl.load_workbook(io.BytesIO(office(csv_file(*flat(Shown(), rows("=1+1"))), "bare.csv", "xlsx")))

    assert [cell for sheet in book for line in sheet.rows for cell in line if cell.data_type == "f"] != []


@pytest.mark.parametrize("format", list(WRITERS))
def test_a_workbook_prints_its_headings_on_every_page(office, format):
    content = WRITERS[format](map_book(ABOUT, Shown(), view(90), []))

    pages = PdfReader(io.BytesIO(office(content, f"print.{format}", "pdf"))).pages

    words = [page.extract_text() for page in pages]
    with_learners = [text for text in words if "Maya" in text]
    assert len(with_learners) > 1
    assert [text for text in with_learners if "Wave 3" not in text] == []
    assert [text for text in with_learners if "Provision map of Oakfield & Sons" not in text] == []
    assert f"of {len(pages)}" in words[0]
    assert {round(float(side)) for page in pages for side in page.mediabox[2:]} == {1191, 842}  # A3, landscape


@pytest.mark.parametrize("format", list(WRITERS))
def test_the_template_offers_its_lists(office, format):
    content = WRITERS[format](template_book(LABELS))

    book = openpyxl.load_workbook(io.BytesIO(office(content, f"template.{format}", "xlsx")))

    offered = {
        HEADINGS[openpyxl.utils.cell.range_boundaries(str(area))[0] - 1]
        for rule in book["Placements"].data_validations.dataValidation
        if rule.type == "list"
        for area in rule.sqref.ranges
    }
    assert offered == {"Tier", "Area of need", "SEN provision", "Subject", "Year group", "Confidential"}


def test_a_list_in_plain_text_is_read_as_it_was(office):
    """What a program takes for a number or a day when it opens plain text is the program's own; see docs/exports.md."""
    kept = [row for row in ROWS if not str(row[KEYS.index("note")])[:1].isdigit()]
    as_csv = office(csv_file(*flat(Shown(), kept)), "again.csv", "csv")

    found = list(csv.reader(io.StringIO(as_csv.decode("utf-8-sig"), newline="")))

    at = KEYS.index("note")
    assert [unguarded(row[at]) for row in found[1:]] == [writable(str(row[at])) for row in kept]


@pytest.mark.django_db
def test_a_map_that_was_opened_saved_and_brought_into_an_empty_school_goes_out_the_same(office):
    """Export, LibreOffice's own format and back, import, export: identical rows."""
    senco = member(Role.SENCO)
    for number in range(3):
        learner = LearnerFactory(school=senco.school, surname=f"Bee{number}", nc_year="4")
        SenProvisionFactory(learner=learner, code="K", need_1="SLCN")
        provision = ProvisionFactory(school=senco.school, name="Nessy", note="=1+1", subject="reading")
        DelivererFactory(provision=provision, user=None, name="NHS therapist", role="therapist")
        PlacementFactory(provision=provision, learner=learner, outcome="Reads 60 words", review_on=date(2026, 12, 1))
    told = rows_of(senco.school, senco)
    content = xlsx(map_book(ABOUT, Shown(), view(3, "Bee"), told))
    saved = office(office(content, "map.xlsx", "ods"), "map.ods", "xlsx")
    empty = School.objects.create(name="Empty")

    sheet, mapping = read_file("map.xlsx", saved, empty)
    apply_file(school=empty, sheet=sheet, mapping=mapping, choices=Choices(create=True), today=date(2026, 11, 23))

    assert rows_of(empty, member(Role.SENCO, empty)) == told
