"""Files of ours opened and saved by a real spreadsheet program: nothing runs, nothing changes, and they print whole."""

import csv
import io
from datetime import date, datetime, time
from decimal import Decimal

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
from interventions.sheet import EXAMPLE, HEADINGS, KEYS, SHEET, unguarded, writable
from learners.reading.gate import open_upload
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


def small_map(senco):
    """Three learners in a group each; gives what our export says of them."""
    for number in range(3):
        learner = LearnerFactory(school=senco.school, surname=f"Bee{number}", nc_year="4")
        SenProvisionFactory(learner=learner, code="K", need_1="SLCN")
        provision = ProvisionFactory(school=senco.school, name="Nessy", note="=1+1", subject="reading")
        DelivererFactory(provision=provision, user=None, name="NHS therapist", role="therapist")
        PlacementFactory(provision=provision, learner=learner, outcome="Reads 60 words", review_on=date(2026, 12, 1))
    return rows_of(senco.school, senco)


@pytest.mark.django_db
@pytest.mark.parametrize("saved_again", [False, True])
def test_a_map_as_opendocument_brought_into_an_empty_school_goes_out_the_same(office, saved_again):
    """As we wrote it, and as LibreOffice opened and saved it."""
    told = small_map(member(Role.SENCO))
    content = ods(map_book(ABOUT, Shown(), view(3, "Bee"), told))
    empty = School.objects.create(name="Empty")

    sheet, mapping = read_file("map.ods", office(content, "map.ods", "ods:calc8") if saved_again else content, empty)
    apply_file(school=empty, sheet=sheet, mapping=mapping, choices=Choices(create=True), today=date(2026, 11, 23))

    assert rows_of(empty, member(Role.SENCO, empty)) == told


@pytest.mark.parametrize("saved_again", [False, True])
def test_the_opendocument_template_is_in_the_shape_that_is_read(office, saved_again):
    content = ods(template_book(LABELS))

    sheet = open_upload("t.ods", office(content, "t.ods", "ods:calc8") if saved_again else content, known)

    assert (sheet.name, tuple(sheet.headers)) == (SHEET, HEADINGS)
    assert [row[0] for _, row in sheet.rows] == [EXAMPLE]
    assert sheet.rows[0][1][KEYS.index("starts")] == date(2026, 9, 7)


def test_what_libreoffice_writes_reads_as_its_excel_workbook_does(office):
    book = openpyxl.Workbook()
    page = book.active
    page.append(list(HEADINGS[:9]))
    page.append(["A1", date(2015, 3, 12), time(9, 30), 0.25, True, "=1+1", "=NA()", " two  spaces ", "two\nlines"])
    page["D2"].number_format = "0%"
    page.merge_cells("A2:A4")
    page["B4"] = 7
    stream = io.BytesIO()
    book.save(stream)

    sheets = [open_upload("x", office(stream.getvalue(), "all.xlsx", kind), known) for kind in ("ods", "xlsx")]

    assert [sheet.kind for sheet in sheets] == ["ods", "xlsx"]
    as_ods, as_xlsx = ([rounded(row) for _, row in sheet.rows] for sheet in sheets)
    assert as_ods == as_xlsx
    assert as_ods[0] == [
        "A1", date(2015, 3, 12), Decimal("0.39583"), Decimal("0.25"), True, Decimal(2), None, "two  spaces",
        "two\nlines",
    ]  # fmt: skip


def rounded(row):
    return [round(cell, 5) if isinstance(cell, Decimal) else cell for cell in row]


def known(headings):
    """Any heading of ours is known."""
    return {place: heading for place, heading in enumerate(headings) if heading in HEADINGS}


@pytest.mark.django_db
def test_a_map_that_was_opened_saved_and_brought_into_an_empty_school_goes_out_the_same(office):
    """Export, LibreOffice's own format and back, import, export: identical rows."""
    told = small_map(member(Role.SENCO))
    content = xlsx(map_book(ABOUT, Shown(), view(3, "Bee"), told))
    saved = office(office(content, "map.xlsx", "ods"), "map.ods", "xlsx")
    empty = School.objects.create(name="Empty")

    sheet, mapping = read_file("map.xlsx", saved, empty)
    apply_file(school=empty, sheet=sheet, mapping=mapping, choices=Choices(create=True), today=date(2026, 11, 23))

    assert rows_of(empty, member(Role.SENCO, empty)) == told
