"""Pupil lists and maps as OpenDocument spreadsheets: read as an Excel workbook would be, and in the same bounds."""

import io
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learners.reading.archive import MOST_PARTS
from learners.reading.gate import open_upload
from learners.reading.kept import pack, unpack
from learners.reading.markup import DEEPEST
from learners.reading.sheet import COPY, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS
from provisionmap.web.text_file import Refused
from tests.learners.reading.files import archive
from tests.learners.reading.ods_files import KIND, MANIFEST, blank, content, held, row, said, spreadsheet, table

HEADINGS = row(said("UPN"), said("DOB"), said("Surname"))
MILLION = 1_048_576
NOT_READ = "Cells below row 20,000 or right of column 200 were not read."


def read(*rows: str, **more):
    """The sheet of a spreadsheet whose rows under the headings are `rows`."""
    return open_upload("x.ods", spreadsheet(table(HEADINGS, *rows), **more))


def test_an_honest_spreadsheet_reads_like_its_cells():
    sheet = read(row(said("A1"), held("date", "2015-03-12", "12/03/15"), said("Ó Brien")))

    assert (sheet.name, sheet.kind, sheet.headers, sheet.header_row) == ("List", "ods", ["UPN", "DOB", "Surname"], 1)
    assert sheet.rows == [(2, ["A1", date(2015, 3, 12), "Ó Brien"])]
    assert sheet.warnings == []
    assert unpack(pack(sheet)) == sheet


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (held("float", "4", "4"), Decimal(4)),
        (held("float", "0.5", "1/2"), Decimal("0.5")),
        (held("percentage", "0.25", "25 %", "value"), Decimal("0.25")),
        (held("currency", "12.5", "£12.50", "value"), Decimal("12.5")),
        (held("float", "1E30"), Decimal("1E30")),
        (held("float", "1E31"), "1E31"),
        (held("float", "1E-3000000"), "1E-3000000"),
        (held("float", "NaN"), None),
        (held("float", "not a number"), "not a number"),
        (held("boolean", "true", "TRUE"), True),
        (held("boolean", "false", "FALSE"), False),
        (held("date", "2015-03-12", "12 March"), date(2015, 3, 12)),
        (held("date", "2015-03-12T09:05:00", "12 March"), date(2015, 3, 12)),
        (held("date", "2015-99-12", "12 March"), "12 March"),
        (held("date", "-2015-03-12", ""), None),
        (held("time", "PT12H00M00S", "12:00"), Decimal("0.5")),
        (held("time", "PT09H05M30.5S", "09:05"), Decimal("0.378825231481481")),
        (held("time", "P1Y", "a year"), "a year"),
        (said("#N/A"), None),
        (said("Err:502"), None),
        (said(" Ada "), "Ada"),
        (said("Ada<text:s text:c='3'/>Bee"), "Ada   Bee"),
        (said("Ada<text:tab/>Bee<text:line-break/>Cee"), "Ada\tBee\nCee"),
        (said("Ada\n   Bee"), "Ada Bee"),
        (said("Ada</text:p><text:p>Bee</text:p><text:p>"), "Ada\nBee"),
        (said("<text:a>A<text:span>da</text:span></text:a>"), "Ada"),
        (said("Ada</text:p><office:annotation><text:p>No</text:p></office:annotation><text:p>"), "Ada"),
        (said("Ada</text:p><table:table><table:table-row><table:table-cell><text:p>No</text:p></table:table-cell>"
              "</table:table-row></table:table><text:p>"), "Ada"),
        ('<table:table-cell office:value-type="string" office:string-value="A&#9;B"><text:p>A B</text:p>'
         "</table:table-cell>", "A\tB"),
        ("<table:table-cell><text:p>Ada</text:p></table:table-cell>", "Ada"),
        ("<table:covered-table-cell><text:p>hidden</text:p></table:covered-table-cell>", None),
    ],
)  # fmt: skip
def test_each_kind_of_cell_is_read_as_in_an_excel_workbook(cell, value):
    sheet = read(row(said("A1"), cell))

    assert sheet.rows == [(2, ["A1"] if value is None else ["A1", value])]


def test_what_is_repeated_stands_as_often_as_it_says():
    sheet = read(
        row(said("A1", number_columns_repeated="2")),
        row(blank(), repeated=3),
        row(blank(2), said("Bee"), blank(1000), repeated=2),
        row(blank(1024), repeated=MILLION - 8),
    )

    assert sheet.rows == [(2, ["A1", "A1"]), (6, [None, None, "Bee"]), (7, [None, None, "Bee"])]
    assert sheet.warnings == []


def test_a_formula_counts_with_its_stored_result_and_one_without_is_told():
    formula = 'table:formula="of:=1+1"'
    worked = (
        f'<table:table-cell {formula} office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>'
    )

    sheet = read(row(said("A1"), worked, f"<table:table-cell {formula}/>"))

    assert sheet.rows == [(2, ["A1", Decimal(2)])]
    assert sheet.warnings[0].startswith("Formulas without a stored result count as empty (1 of them)")


def test_cells_merged_downwards_hold_their_value_in_each_row():
    hidden = "<table:covered-table-cell/>"
    sheet = read(
        row(said("A1"), blank(), said("Bee", number_rows_spanned="2", number_columns_spanned="1")),
        row(said("A2"), blank(), hidden),
        row(said("A3", number_rows_spanned="2", number_columns_spanned="2"), hidden, said("Cee")),
        row(hidden, hidden, said("Dee")),
    )

    assert sheet.rows == [
        (2, ["A1", None, "Bee"]), (3, ["A2", None, "Bee"]), (4, ["A3", None, "Cee"]), (5, [None, None, "Dee"]),
    ]  # fmt: skip


def test_the_sheet_with_the_most_known_headings_is_read_and_the_others_are_told():
    tables = [
        table(row(said("How to use this book")), name="Read me"),
        table(row(said("Name")), row(said("Ms Cee")), name="Staff"),
        table(HEADINGS, row(said("A1")), name="Pupils"),
        table(name="Empty"),
    ]

    sheet = open_upload("x.ods", spreadsheet("".join(tables)))

    assert (sheet.name, sheet.rows) == ("Pupils", [(2, ["A1"])])
    assert sheet.warnings == ["Read from the sheet “Pupils”; 2 other sheets were left alone."]


def test_hidden_sheets_are_not_looked_at():
    styles = (
        '<style:style style:name="unseen" style:family="table"><style:table-properties table:display="false"/>'
        '</style:style><style:style style:name="seen" style:family="table"><style:table-properties '
        'table:display="true"/></style:style>'
    )
    tables = table(HEADINGS, row(said("A9")), name="Old", style="unseen") + table(row(said("UPN")), row(said("A1")))

    sheet = open_upload("x.ods", spreadsheet(tables, styles=styles))

    assert (sheet.name, sheet.rows, sheet.warnings) == ("List", [(2, ["A1"])], [])


def test_what_was_deleted_is_not_read():
    was = f"<table:tracked-changes>{table(HEADINGS, row(said('A9')))}</table:tracked-changes>"

    assert open_upload("x.ods", spreadsheet(was + table(HEADINGS, row(said("A1"))))).rows == [(2, ["A1"])]


class TestBounds:
    def test_empty_rows_and_columns_to_the_end_of_the_world_cost_nothing(self):
        sheet = read(row(said("A1"), blank(16_381)), row(blank(16_384), repeated=MILLION), row(blank(99_999_999)))

        assert (sheet.rows, sheet.warnings) == ([(2, ["A1"])], [])

    def test_a_cell_at_the_end_of_the_world_is_not_gone_to(self):
        sheet = read(row(said("A1")), row(blank(), repeated=MILLION), row(blank(16_383), said("x")), row(said("A2")))

        assert (sheet.rows, sheet.warnings) == ([(2, ["A1"])], [NOT_READ])

    @pytest.mark.parametrize(
        "cells", [[blank(199), said("x", number_columns_repeated="16384")], [blank(200), said("x")]]
    )
    def test_cells_far_to_the_right_are_told(self, cells):
        sheet = read(row(*cells), row(said("A2")))

        assert max(len(held) for _, held in sheet.rows) <= MOST_COLUMNS
        assert (sheet.rows[-1], sheet.warnings) == ((3, ["A2"]), [NOT_READ])

    def test_as_many_rows_as_a_list_may_have_are_read(self):
        assert len(read(row(said("A1"), repeated=MOST_ROWS)).rows) == MOST_ROWS

    @pytest.mark.parametrize("often", [MOST_ROWS + 1, MILLION, 99_999_999])
    def test_more_are_refused_though_the_file_writes_one(self, often):
        with pytest.raises(Refused, match="more than 20,000 rows"):
            read(row(said("A1"), repeated=often))

    def test_a_sheet_that_is_full_is_left_alone_when_another_is_the_list(self):
        full = table(row(said("x", number_columns_repeated="16384"), repeated=MILLION), name="Full")

        sheet = open_upload("x.ods", spreadsheet(full + table(HEADINGS, row(said("A1")))))

        assert (sheet.name, sheet.rows) == ("List", [(2, ["A1"])])

    @pytest.mark.parametrize("spaces", [MOST_CHARACTERS, 99_999_999])
    def test_spaces_that_are_counted_are_bounded_like_those_that_are_written(self, spaces):
        with pytest.raises(Refused, match="more than 32,767 characters"):
            read(row(said(f"a<text:s text:c='{spaces}'/>b")))


def hostile() -> dict[str, tuple[bytes, str]]:
    """Spreadsheets that are to be refused, and a word of the message."""
    good = table(HEADINGS, row(said("A1")))
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"
    protected = bytearray(spreadsheet(good))
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    encrypted = MANIFEST.format(
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    )
    parts = {"mimetype": KIND, "content.xml": content(good)}
    return {
        "an entity bomb": (spreadsheet(table(HEADINGS, row(said("&b;"))), before=bomb), "document type"),
        "a document type": (spreadsheet(good, before="<!DOCTYPE x>"), "document type"),
        "an entity from elsewhere": (spreadsheet(good, before='<!DOCTYPE x SYSTEM "file:///a">'), "document type"),
        "a document type of the manifest": (
            spreadsheet(good, **{"META-INF/manifest.xml": "<!DOCTYPE x>" + MANIFEST.format("")}), "document type"),
        "a bomb": (archive({**parts, "Pictures/a.bin": b"0" * 60_000_000}), "unpacks to far more"),
        "a ratio": (archive({**parts, "Pictures/a.bin": b"0" * 2_000_000}), "unpacks to far more"),
        "many parts": (archive({**parts, **{f"Pictures/{n}": "" for n in range(MOST_PARTS)}}), "more than 200 parts"),
        "nested": (archive({**parts, "Object 1/a.ods": spreadsheet(good)}), "another archive"),
        "a path up": (archive({**parts, "../a.xml": ""}), "not safe to open"),
        "a path from the root": (archive({**parts, "/etc/a": ""}), "not safe to open"),
        "a flagged password": (bytes(protected), "protected with a password"),
        "encrypted": (spreadsheet(good, **{"META-INF/manifest.xml": encrypted, "content.xml": b"\x00\x01\x02" * 90}),
                      "protected with a password"),
        "macros": (spreadsheet(good, **{"Basic/Standard/Module1.xml": "<x/>"}), "macros"),
        "scripts": (spreadsheet(good, **{"Scripts/python/a.py": "x"}), "macros"),
        "a script inside": (spreadsheet(f"<office:script/>{good}"), "macros"),
        "a script within a cell": (spreadsheet(table(HEADINGS, row(said("a<text:script/>")))), "macros"),
        "a listener": (spreadsheet(f"<office:event-listener/>{good}"), "macros"),
        "links": (spreadsheet(table("<table:table-source/>", HEADINGS)), "other workbooks"),
        "DDE": (spreadsheet(f"<table:dde-link><office:dde-source/></table:dde-link>{good}"), "other workbooks"),
        "a text": (spreadsheet(good, mimetype="application/vnd.oasis.opendocument.text"), "not a spreadsheet"),
        "a wrong kind": (spreadsheet(good, mimetype="x" * 5000), "not a spreadsheet"),
        "cut short": (spreadsheet(good)[:-40], "damaged"),
        "content cut short": (spreadsheet(good, **{"content.xml": content(good)[:-60]}), "damaged"),
        "no XML": (spreadsheet(good, **{"content.xml": b"\xff\xfe\x00"}), "damaged"),
        "no manifest of XML": (spreadsheet(good, **{"META-INF/manifest.xml": "x"}), "damaged"),
        "deep": (spreadsheet(table(HEADINGS, row("<table:x>" * (DEEPEST + 1)))), "nested or filled"),
        "a sheet within a sheet": (spreadsheet(table(HEADINGS, table(HEADINGS))), "damaged"),
        "a count of nothing": (spreadsheet(table(HEADINGS, row(said("A1"), repeated=0))), "damaged"),
        "a count below nothing": (spreadsheet(table(HEADINGS, row(blank(-5), said("A1")))), "damaged"),
        "a count without end": (spreadsheet(table(HEADINGS, row(blank("9" * 5000), said("A1")))), "damaged"),
        "a count in other figures": (spreadsheet(table(HEADINGS, row(blank("²"), said("A1")))), "damaged"),
        "no sheet": (spreadsheet(""), "no visible sheet"),
        "all hidden": (
            spreadsheet(good, styles='<style:style style:name="seen" style:family="table"><style:table-properties '
                                     'table:display="false"/></style:style>'), "no visible sheet"),
        "a cell of a book": (spreadsheet(table(HEADINGS, row(said("x" * (MOST_CHARACTERS + 1))))), "32,767 characters"),
        "a copy for sharing": (spreadsheet(table(row(said("UPN"), said("Surname"), said(COPY)), row(said("A1")))),
                               "copy for sharing"),
    }  # fmt: skip


HOSTILE = hostile()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_spreadsheet_is_refused_with_a_remedy(name):
    data, words = HOSTILE[name]

    with pytest.raises(Refused, match=words) as refused:
        open_upload("x.ods", data)

    assert refused.value.remedy


def test_its_name_decides_nothing():
    data = spreadsheet(table(HEADINGS, row(said("A1"))))

    assert [open_upload(name, data).kind for name in ("list.ods", "list.xlsx", "list.csv")] == ["ods"] * 3


def test_a_file_without_a_list_of_its_parts_is_read():
    data = archive({"mimetype": KIND, "content.xml": content(table(HEADINGS, row(said("A1"))))})

    assert open_upload("x.ods", data).rows == [(2, ["A1"])]


WHOLE = spreadsheet(table(HEADINGS, *[row(said(f"A{at}"), held("date", "2015-03-12"), said("Bee")) for at in range(9)]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_spreadsheet_is_read_or_refused_and_nothing_else(data):
    broken = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))

    with suppress(Refused):
        open_upload("x.ods", bytes(broken))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_content_with_damaged_letters_is_read_or_refused_and_nothing_else(data):
    """Inside the archive, whose own sums would have refused most of it."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as whole:
        broken = bytearray(whole.read("content.xml"))
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.sampled_from(b'<>"/=&;:01ae \xff'))

    with suppress(Refused):
        open_upload("x.ods", archive({"mimetype": KIND, "content.xml": bytes(broken)}))
