"""Pupil lists as workbooks."""

import io
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learners.reading.archive import MOST_PARTS
from learners.reading.gate import open_upload
from learners.reading.markup import DEEPEST
from provisionmap.web.text_file import Refused
from tests.learners.reading.files import (
    MAIN,
    PUPILS,
    WORKBOOK,
    archive,
    parts_of,
    sheet_xml,
    text_cell,
    workbook,
)

HEADINGS = f'<row r="1">{text_cell("A1", "UPN")}{text_cell("B1", "DOB")}{text_cell("C1", "Surname")}</row>'


def read(cells: str, **more):
    """The sheet of a small workbook whose rows under the headings are `cells`."""
    return open_upload("x.xlsx", archive(parts_of(HEADINGS + cells, **more)))


def test_an_honest_workbook_reads_like_its_cells():
    sheet = open_upload("x.xlsx", workbook(PUPILS))

    assert (sheet.name, sheet.kind, sheet.headers, sheet.header_row) == ("Pupils", "xlsx", PUPILS[0], 1)
    assert sheet.rows == [(2, PUPILS[1]), (3, PUPILS[2])]
    assert sheet.warnings == []


def test_days_numbers_and_yes_are_read_as_what_they_are():
    rows = [
        ["UPN", "DOB", "Entry date", "NC Year", "FSM"],
        ["A1", date(2015, 3, 12), datetime.combine(date(2020, 9, 1), time(9, 5)), 4, True],
    ]

    sheet = open_upload("x.xlsx", workbook(rows))

    assert sheet.rows == [(2, ["A1", date(2015, 3, 12), date(2020, 9, 1), Decimal("4"), True])]


def test_a_day_number_without_a_date_format_stays_a_number():
    assert read("<row r='2'><c r='B2'><v>42075</v></c></row>").rows == [(2, [None, Decimal(42075)])]


def test_days_count_from_1904_in_workbooks_that_say_so():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["UPN", "DOB"])
    book.active.append(["A1", date(2015, 3, 12)])
    stream = io.BytesIO()
    book.save(stream)

    assert open_upload("x.xlsx", stream.getvalue()).rows == [(2, ["A1", date(2015, 3, 12)])]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<c r='B2' t='b'><v>1</v></c>", True),
        ("<c r='B2' t='b'><v>0</v></c>", False),
        ("<c r='B2' t='e'><v>#N/A</v></c>", None),
        ("<c r='B2' t='str'><f>A1</f><v>#REF!</v></c>", None),
        ("<c r='B2' t='str'><f>A1</f><v>Bee</v></c>", "Bee"),
        ("<c r='B2' t='d'><v>2015-03-12</v></c>", "2015-03-12"),
        ("<c r='B2'><v>1E30</v></c>", Decimal("1E30")),
        ("<c r='B2'><v>1E31</v></c>", "1E31"),
        ("<c r='B2'><v>1E-3000000</v></c>", "1E-3000000"),
        ("<c r='B2'><v>0E3000000</v></c>", "0E3000000"),
        ("<c r='B2'><v>NaN</v></c>", None),
        ("<c r='B2'><v>not a number</v></c>", "not a number"),
        ("<c r='B2' t='s'><v>1</v></c>", "Ada Bee"),
        ("<c r='B2' s='1'><v>42075</v></c>", date(2015, 3, 12)),
        ("<c r='B2' s='2'><v>42075.5</v></c>", date(2015, 3, 12)),
        ("<c r='B2' s='3'><v>42075</v></c>", Decimal(42075)),
        ("<c r='B2' s='1'><v>0.5</v></c>", Decimal("0.5")),
        ("<c r='B2' s='99'><v>7</v></c>", Decimal(7)),
        ("<c r='B2' s='x'><v>7</v></c>", Decimal(7)),
        ("<c r='B2' t='inlineStr'><is><r><t>A</t></r><r><t>da</t></r><rPh><t>no</t></rPh></is></c>", "Ada"),
    ],
)
def test_each_kind_of_cell_is_read(cell, value):
    strings = f"<sst {MAIN}><si><t>x</t></si><si><r><t>Ada </t></r><rPh><t>no</t></rPh><r><t>Bee</t></r></si></sst>"
    styles = (
        f"<styleSheet {MAIN}><numFmts><numFmt numFmtId='164' formatCode='dd/mm/yyyy'/></numFmts>"
        "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='x'/></cellXfs></styleSheet>"
    )
    row = f"<row r='2'><c r='A2' t='str'><v>A1</v></c>{cell}</row>"

    sheet = read(row, strings=strings, styles=styles)

    assert sheet.rows == [(2, ["A1"] if value is None else ["A1", value])]


@pytest.mark.parametrize("second", ["2", "1"])
def test_two_rows_of_one_number_or_out_of_order_are_refused(second):
    rows = f"<row r='2'>{text_cell('A2', 'A1')}</row><row r='{second}'>{text_cell('A2', 'A2')}</row>"

    with pytest.raises(Refused, match="Two rows of this workbook carry the same number"):
        read(rows)


def test_rows_and_cells_without_a_place_follow_one_another():
    sheet = read("<row><c t='str'><v>A1</v></c><c t='str'><v>x</v></c></row><row/><row><c t='str'><v>A2</v></c></row>")

    assert sheet.rows == [(2, ["A1", "x"]), (4, ["A2"])]


def test_a_formula_counts_with_its_stored_result_and_one_without_is_told():
    row = "<row r='2'><c r='A2' t='str'><f>1</f><v>A1</v></c><c r='B2'><f>2</f></c><c r='C2'><f>3</f></c></row>"

    sheet = read(row)

    assert sheet.rows == [(2, ["A1"])]
    assert sheet.warnings[0].startswith("Formulas without a stored result count as empty (2 of them)")


def test_cells_merged_downwards_hold_their_value_in_each_row():
    book = openpyxl.Workbook()
    page = book.active
    for row in [
        ["Class list", None, None],
        ["UPN", "Surname", "Class"],
        ["A1", "Bee", "4A"],
        ["A2", "Cee"],
        ["A3", "Dee", "4B"],
    ]:
        page.append(row)
    for merged in ("A1:C1", "C3:C4", "B8:C8", "C5:C7", "D3:D4"):
        page.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)

    sheet = open_upload("x.xlsx", stream.getvalue())

    assert (sheet.headers, sheet.header_row) == (["UPN", "Surname", "Class"], 2)
    assert sheet.rows == [(3, ["A1", "Bee", "4A"]), (4, ["A2", "Cee", "4A"]), (5, ["A3", "Dee", "4B"])]


def test_the_sheet_with_the_most_known_headings_is_read_and_the_others_are_told():
    also = {"Staff": [["Name", "Phone"], ["Ms Cee", "1"]], "Pupils": PUPILS, "Empty": []}

    sheet = open_upload("x.xlsx", workbook([["How to use this book"]], title="Read me", also=also))

    assert (sheet.name, len(sheet.rows)) == ("Pupils", 2)
    assert sheet.warnings == ["Read from the sheet “Pupils”; 2 other sheets were left alone."]


def test_one_other_sheet_is_told_in_the_singular():
    sheet = open_upload("x.xlsx", workbook(PUPILS, also={"Staff": [["Phone"]]}))

    assert sheet.warnings == ["Read from the sheet “Pupils”; 1 other sheet was left alone."]


def test_hidden_sheets_are_not_looked_at():
    book = openpyxl.load_workbook(io.BytesIO(workbook([["UPN", "Surname"], ["A1", "Bee"]], also={"Old": PUPILS})))
    book["Old"].sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)

    sheet = open_upload("x.xlsx", stream.getvalue())

    assert (sheet.name, sheet.warnings) == ("Pupils", [])


def test_parts_may_be_named_from_the_root_and_carry_a_prefix():
    parts = parts_of()
    rels = str(parts["xl/_rels/workbook.xml.rels"]).replace("worksheets/sheet1", "/xl/worksheets/sheet1")
    page = sheet_xml(f"<row>{text_cell('A1', 'UPN')}</row>").replace("<", "<x:").replace("<x:/", "</x:")
    parts |= {"xl/_rels/workbook.xml.rels": rels, "xl/worksheets/sheet1.xml": page.replace("xmlns=", "xmlns:x=")}

    assert open_upload("x.xlsx", archive(parts)).headers == ["UPN"]


FAR = f'<row r="1">{text_cell("A1", "UPN")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'


def test_a_cell_at_the_end_of_the_world_is_not_gone_to():
    sheet = open_upload("x.xlsx", archive(parts_of(FAR)))

    assert (sheet.headers, sheet.rows) == (["UPN"], [])
    assert sheet.warnings == ["Cells below row 20,000 or right of column 200 were not read."]


def test_a_cell_far_to_the_right_is_told():
    sheet = read(f"<row r='2'>{text_cell('A2', 'A1')}{text_cell('XFD2', 'x')}</row>")

    assert sheet.rows == [(2, ["A1"])]
    assert "were not read" in sheet.warnings[0]


def hostile() -> dict[str, tuple[bytes, str]]:
    """Workbooks that are to be refused, and a word of the message."""
    good = parts_of(HEADINGS)
    many = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="none"/>' for n in range(2, 9))
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]>'
    protected = bytearray(archive(good))
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    return {
        "a bomb": (archive({**good, "xl/media/a.bin": b"0" * 60_000_000}), "unpacks to far more"),
        "a ratio": (archive({**good, "xl/media/a.bin": b"0" * 2_000_000}), "unpacks to far more"),
        "many parts": (archive({**good, **{f"xl/{n}.xml": "" for n in range(MOST_PARTS)}}), "more than 200 parts"),
        "nested": (archive({**good, "xl/embeddings/a.xlsx": archive(good)}), "another archive"),
        "a path up": (archive({**good, "../a.xml": ""}), "not safe to open"),
        "a path from the root": (archive({**good, "/etc/a": ""}), "not safe to open"),
        "a Windows path": (archive({**good, "C:\\a": ""}), "not safe to open"),
        "a password": (bytes(protected), "protected with a password"),
        "OpenDocument": (archive({"mimetype": "x", "content.xml": "x"}), "OpenDocument"),
        "Word": (archive({"word/document.xml": "x"}), "Word document"),
        "binary": (archive({"xl/workbook.bin": "x"}), r"\.xlsb"),
        "macros": (archive({**good, "xl/vbaProject.bin": "x"}), "macros"),
        "old macros": (archive({**good, "xl/macrosheets/sheet1.xml": "x"}), "macros"),
        "links": (archive({**good, "xl/externalLinks/externalLink1.xml": "x"}), "other workbooks"),
        "another archive": (archive({"a.csv": "UPN"}), "an archive"),
        "no workbook": (archive({"[Content_Types].xml": "x", "xl/a.xml": "x"}), "damaged"),
        "cut short": (archive(good)[:900], "damaged"),
        "a broken part": (archive({**good, "xl/worksheets/sheet1.xml": "<worksheet><row>"}), "damaged"),
        "a document type": (archive({**good, "xl/worksheets/sheet1.xml": doctype + "<a/>"}), "document type"),
        "a document type of strings": (archive(parts_of(HEADINGS, strings=doctype + "<sst/>")), "document type"),
        "no sheet": (archive({**good, "xl/workbook.xml": WORKBOOK.replace("rId1", "none")}), "no visible sheet"),
        "all hidden": (
            archive({**good, "xl/workbook.xml": WORKBOOK.replace("<sheet ", '<sheet state="hidden" ')}),
            "no vis",
        ),
        "sheets that are not there": (
            archive(
                {**good, "xl/workbook.xml": WORKBOOK.replace("rId1", "x").replace("</sheets>", many + "</sheets>")}
            ),
            "no visible sheet",
        ),
        "deep": (archive({**good, "xl/worksheets/sheet1.xml": "<a>" * (DEEPEST + 1)}), "nested or filled"),
        "attributes": (archive({**good, "xl/worksheets/sheet1.xml": f"<a {_attributes()}/>"}), "nested or filled"),
        "a wrong string": (archive(parts_of("<row><c t='s'><v>5</v></c></row>")), "damaged"),
        "many rows": (archive(parts_of(HEADINGS + "<row><c><v>1</v></c></row>" * 20_050)), "more than 20,000 rows"),
    }


def _attributes() -> str:
    return " ".join(f'a{n * 7919}="{n}"' for n in range(30_000))


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_with_a_remedy(name):
    data, words = HOSTILE[name]

    with pytest.raises(Refused, match=words) as refused:
        open_upload("x.xlsx", data)

    assert refused.value.remedy


VALUES = (
    st.none()
    | st.booleans()
    | st.dates(date(1901, 1, 1), date(2100, 1, 1))
    | st.integers(-(10**9), 10**9)
    | st.text("abcÄß雪 -_.'é<&>\"", max_size=12)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=6))
def test_our_reader_and_the_library_agree(rows):
    data = workbook([["UPN", "Surname", "DOB"], *rows])
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    theirs = []
    for number, cells in enumerate(page.iter_rows(min_row=2, values_only=True), start=2):
        row = [_plain(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if row:
            theirs.append((number, row))

    assert open_upload("x.xlsx", data).rows == theirs


def _plain(cell):
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Decimal(cell)
    return (cell.strip() or None) if isinstance(cell, str) else cell


WHOLE = workbook(PUPILS)  # made once: a workbook holds the time it was written


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data):
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))

    with suppress(Refused):
        open_upload("x.xlsx", bytes(broken))


def test_tags_of_many_names_are_passed_over():
    odd = "".join(f"<odd{number}/>" for number in range(1_000))

    sheet = read(f"{odd}<row r='2'>{text_cell('A2', 'A1')}</row>")

    assert sheet.rows == [(2, ["A1"])]
