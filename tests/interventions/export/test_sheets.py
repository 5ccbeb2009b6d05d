"""Workbooks: how they look, print, narrow; what a copy for sharing leaves out; the template."""

import doctest
import importlib
import io
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from defusedxml import ElementTree

from interventions.dose import Dose
from interventions.export.book import LOOKS, TALLEST
from interventions.export.csv_file import csv_file
from interventions.export.drawing import PARTS, Drawing, Head, Line, Note, Shown, across, drawing_of
from interventions.export.ods import ods
from interventions.export.sheets import CONFIDENTIAL, KEEP_SAFE, LONGEST_LINE, flat, map_book
from interventions.export.template import ROWS, SAMPLE, template_book
from interventions.export.xlsx import xlsx
from interventions.grid import Adult, Column, Entry, Place, Running, Section, Table, groups, staff, tables
from interventions.grid.sections import Key
from interventions.grid.shown import USUAL
from interventions.sheet import EXAMPLE, HEADINGS, KEYS
from learners.reading.gate import open_upload
from learners.reading.sheet import COPY
from provisionmap.web.text_file import Refused
from tests.interventions.export.made import ABOUT, LABELS, rows, view

RULES = ["book", "csv_file", "drawing", "paper"]
SHARED = Shown("initials", frozenset(PARTS) - {"upn", "note"})


@pytest.fixture
def made():
    """The workbook of thirty learners, as a library reads it."""
    return openpyxl.load_workbook(io.BytesIO(xlsx(map_book(ABOUT, Shown(), view(30), rows()))))


def opened(book):
    return openpyxl.load_workbook(io.BytesIO(xlsx(book)))


@pytest.mark.parametrize("name", RULES)
def test_the_examples_hold(name):
    found = doctest.testmod(importlib.import_module(f"interventions.export.{name}"))

    assert found.attempted > 0
    assert found.failed == 0


class TestTheView:
    def test_headings_and_names_stay_in_sight_and_can_be_narrowed(self, made):
        sheet = made["Learners by tier"]

        assert sheet.freeze_panes == "G7"
        assert sheet.auto_filter.ref == "A6:I36"
        assert [cell.value for cell in sheet[6]] == [
            "Learner", "Year", "Class", "SEN", "Needs", "Flags", "Wave 1", "Wave 2", "Wave 3",
        ]  # fmt: skip

    def test_it_prints_landscape_with_headings_on_every_page_fitted_to_the_width(self, made):
        sheet = made["Learners by tier"]

        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)  # one wide, as many long
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$6:$6"
        assert "Oakfield && Sons" in sheet.HeaderFooter.oddHeader.left.text
        assert "Year: Year 4" in sheet.HeaderFooter.oddHeader.left.text
        assert sheet.oddFooter.right.text == "Page &P of &N"
        assert sheet.oddFooter.left.text == "Exported by Ana Ruiz on 23 November 2026 at 10:00"

    def test_a_placement_says_what_how_much_who_and_until_when_in_its_tier(self, made):
        cell = made["Learners by tier"]["H7"]

        assert cell.value == "Phonics, 3 × 20 min · Jo Marsh · to 20 Jul 2027 · Phonics · target 80 words"
        assert (cell.fill.fgColor.rgb, cell.alignment.wrap_text) == ("FFFDF1DC", True)
        assert made["Learners by tier"]["H6"].value == "Wave 2"

    def test_it_says_whose_map_of_when_taken_out_by_whom_and_has_a_key(self, made):
        sheet = made["Learners by tier"]

        assert [sheet.cell(row, 1).value for row in range(1, 5)] == [
            "Provision map of Oakfield & Sons",
            "Learners by tier · As of 23 November 2026 · Year: Year 4",
            "Exported by Ana Ruiz on 23 November 2026 at 10:00",
            KEEP_SAFE,
        ]
        assert [cell.value for cell in sheet[5]][:4] == ["Key", "Wave 1", "Wave 2", "Wave 3"]
        assert [cell.fill.fgColor.rgb for cell in sheet[5]][1:4] == ["FF0F6B4F", "FF8A5300", "FF8C2459"]

    def test_it_says_when_something_in_it_is_confidential(self):
        sheet = opened(map_book(replace(ABOUT, confidential=True), Shown(), view(), rows())).worksheets[0]

        assert [sheet["A4"].value, sheet["A5"].value] == [CONFIDENTIAL, KEEP_SAFE]
        assert CONFIDENTIAL in sheet.oddHeader.left.text

    def test_rows_are_as_high_as_what_stands_in_them(self):
        sheet = opened(map_book(ABOUT, Shown(), view(text="word " * 40), rows())).worksheets[0]

        assert sheet.row_dimensions[7].height > 100

    def test_rows_are_no_higher_than_that(self):
        """Eighty words of five letters, in a column of 44 characters: no more than a dozen lines."""
        sheet = opened(map_book(ABOUT, Shown(), view(text="word " * 40), rows())).worksheets[0]

        assert sheet.row_dimensions[7].height < 180

    def test_a_row_taller_than_a_workbook_allows_comes_in_portions_and_loses_nothing(self):
        notes = tuple(Note(f"Provision number {at}", "3 × 20 min", ("Jo Marsh", "word " * 30)) for at in range(40))
        drawn = Drawing("Map", (Head("Learner", 24), Head("Wave 2", 44, 2)), (Line(("Ann", notes)), Line(("Bo", ()))))

        sheet = opened(map_book(ABOUT, Shown(), drawn, rows())).worksheets[0]

        found = [(cell.value, sheet.cell(cell.row, 2).value or "") for (cell,) in sheet.iter_rows(7, max_col=1)]
        assert [name for name, _ in found][:3] == ["Ann", "Ann (continued)", "Ann (continued)"]
        assert found[-1] == ("Bo", "")
        listed = [line.split(",")[0] for _, cell in found for line in cell.split("\n") if line]
        assert listed == [f"• Provision number {at}" for at in range(40)]
        assert max(sheet.row_dimensions[row].height for row in range(7, 7 + len(found))) < TALLEST

    def test_no_line_above_the_headings_is_longer_than_can_be_seen(self):
        about = replace(ABOUT, filters=tuple(f"Filter {at}: value {at}" for at in range(30)), confidential=True)

        sheet = opened(map_book(about, Shown(), view(), rows())).worksheets[0]

        lines = [sheet.cell(row, 1).value for row in range(2, 20)]
        assert "Key" in lines
        assert [line for line in lines[: lines.index("Key")] if len(line) > LONGEST_LINE] == []
        assert "Filter 29: value 29" in " ".join(lines[: lines.index("Key")])

    def test_without_filters_it_says_whose_view_it_is(self):
        sheet = opened(map_book(replace(ABOUT, filters=()), Shown(), view(), rows())).worksheets[0]

        assert sheet["A2"].value == "Learners by tier · As of 23 November 2026 · No filters: all that Ana Ruiz may see"

    def test_groups_have_headings_and_sums_and_no_buttons_that_would_tear_them(self):
        columns = (Column("Learners", "count"), Column("Hours a week", "hours"), Column("Provision", "listed"))
        line = tables.Line("Ann", (2, 90, (Entry("Phonics", 2, "semh", Dose(3, 20), 2),)), "Teacher", tier=2)
        table = Table("By staff", "Staff", columns, (Section("Year 4", (line,), (2, 90, ())),), (2, 90, ()))

        sheet = opened(map_book(ABOUT, Shown(), drawing_of(table, Shown(), LABELS), rows())).worksheets[0]

        assert sheet.auto_filter.ref is None
        assert [[cell.value for cell in row] for row in sheet.iter_rows(7)] == [
            ["Year 4", None, None, None],
            ["Ann\nTeacher", 2, 1.5, "Phonics, 3 × 20 min · Wave 2 · 2 learners"],
            ["Together", 2, 1.5, None],
            ["In all", 2, 1.5, None],
        ]
        assert sheet["A8"].font.color.rgb == "FF8A5300"


class TestATierIsNeverSaidByColourAlone:
    runs = (
        Running(1, "Clear font", 1, "cognition", Dose(None, None), people=(Adult("Jo Marsh", "ta"),)),
        Running(2, "Phonics", 2, "cognition", Dose(3, 20), people=(Adult("Jo Marsh", "ta"),)),
        Running(3, "Therapy", 4, "cognition", Dose(1, 30), people=(Adult("Bo Khan", "therapist"),)),
    )

    def test_a_cell_of_several_tiers_has_the_colour_of_none_and_the_word_of_each(self):
        drawn = drawing_of(staff.table(self.runs, []), Shown(), LABELS)

        sheet = opened(map_book(ABOUT, Shown(), drawn, rows())).worksheets[0]

        words = {sheet.cell(row, 1).value.split("\n")[0]: sheet.cell(row, 2) for row in (7, 8)}
        assert [line.split(" · ")[1] for line in words["Jo Marsh"].value.split("\n")] == ["Wave 1", "Wave 2"]
        assert words["Jo Marsh"].fill.fill_type is None
        assert words["Bo Khan"].value.split(" · ")[1] == "Tier 4"
        assert words["Bo Khan"].fill.fgColor.rgb == "FFEEEBFA"

    def test_a_heading_that_names_a_provision_says_its_tier(self):
        table = Table("Map", "Learner", (Column("Phonics", "listed", 2), Column("Wave 1", "listed", 1)), ())

        sheet = opened(map_book(ABOUT, Shown(), drawing_of(table, Shown(), LABELS), rows())).worksheets[0]

        assert [cell.value for cell in sheet[6]][:3] == ["Learner", "Phonics\nWave 2", "Wave 1"]


class TestDosesAndMinutes:
    def drawn(self, *minutes):
        runs = [Running(1, "Phonics", 2, "cognition", Dose(3, 20), group="Kestrel")]
        places = [Place(pk, 1, one) for pk, one in enumerate(minutes, start=1)]
        keys = [Key(pk, "4", "Kestrel") for pk, _ in enumerate(minutes, start=1)]
        drawn = drawing_of(groups.table(keys, runs, places, LABELS, "class"), Shown(), LABELS)
        [line] = [line for line in drawn.lines if line.kind == "row"]
        return dict(zip((head.words for head in drawn.heads), line.cells, strict=True))

    def test_minutes_that_are_the_doses_need_no_word(self):
        assert self.drawn(60, 60)["Dose"] == "3 × 20 min"

    def test_a_line_whose_minutes_are_not_its_doses_says_that_learners_have_their_own(self):
        line = self.drawn(60, 80)

        assert line["Dose"] == "3 × 20 min; learners’ own doses differ"
        assert line["Minutes a week"] == 140


class TestPlacements:
    def test_days_are_days_and_counts_are_numbers(self, made):
        found = dict(zip(KEYS, [cell.value for cell in made["Placements"][3]], strict=True))

        assert found["starts"].date() == date(2026, 9, 14)
        assert (found["number"], found["sessions"], found["provision_ends"]) == (1, 2, None)
        assert [cell.value for cell in made["Placements"][2]] == list(HEADINGS)

    def test_the_tier_has_its_word_and_its_colour(self, made):
        cell = made["Placements"].cell(3, KEYS.index("tier") + 1)

        assert (cell.value, cell.fill.fgColor.rgb) == ("Wave 2", "FFFDF1DC")

    def test_plain_text_has_a_mark_for_excel_and_days_as_every_program_reads_them(self):
        content = csv_file(*flat(Shown(), rows()))

        assert content.startswith(b"\xef\xbb\xbfUPN,Surname")
        assert b",2026-09-14,2027-07-20," in content


class TestForSharing:
    def test_it_has_initials_no_upn_and_another_name(self):
        made = opened(map_book(ABOUT, SHARED, view(2, shown=SHARED), rows("Maya Okafor")))

        assert made.sheetnames == ["Learners by tier", "For sharing"]
        assert made["Learners by tier"]["A8"].value == "M.O.1."
        headings = [cell.value for cell in made["For sharing"][2]]
        assert headings[:2] == ["Surname", "Forename"]
        assert [made["For sharing"].cell(3, column).value for column in (1, 2)] == ["M.O.", "M.O."]
        assert {"UPN", "Note", "Library entry"} & set(headings) == set()
        assert headings[-1] == COPY
        assert made["Learners by tier"]["A5"].value == COPY

    def test_columns_left_out_are_left_out_of_the_view_too(self):
        shown = Shown(parts=frozenset())
        drawn = view(1, shown=shown)

        assert [head.words for head in drawn.heads] == ["Learner", "Wave 1", "Wave 2", "Wave 3"]
        assert drawn.lines[0].cells[2] == (Note("Phonics", "", (), False, 2),)

    def test_plain_text_leaves_out_the_same(self):
        headings, [row] = flat(SHARED, rows("Maya Okafor"))

        assert headings[:2] == ["Surname", "Forename"]
        assert row[:2] == ["M.O.", "M.O."]
        assert (headings[-1], row[-1], len(headings)) == (COPY, "", len(row))

    @pytest.mark.parametrize("shown", [SHARED, Shown("initials"), Shown(parts=frozenset({"dose"}))])
    def test_an_import_refuses_it_in_every_format_with_a_sentence(self, shown):
        made = map_book(ABOUT, shown, view(2, shown=shown), rows("Maya Okafor"))
        files = [xlsx(made), ods(made), csv_file(*flat(shown, rows("Maya Okafor")))]

        for content in files:
            with pytest.raises(Refused, match="This is a copy for sharing") as refused:
                open_upload("copy", content, lambda headings: dict.fromkeys(range(len(headings)), "x"))
            assert "full names" in refused.value.remedy

    def test_an_import_takes_a_whole_copy_in_every_format(self):
        made = map_book(ABOUT, Shown(), view(2), rows("Maya Okafor"))
        files = [xlsx(made), ods(made), csv_file(*flat(Shown(), rows("Maya Okafor")))]

        assert [open_upload("map", content).headers for content in files] == [list(HEADINGS)] * 3

    @pytest.mark.parametrize("shown", [Shown("initials"), Shown(parts=frozenset({"dose"}))])
    def test_only_a_whole_copy_imports_back(self, shown):
        assert (Shown().whole, shown.whole) == (True, False)

    def test_the_views_own_choice_of_columns_makes_no_copy_less_whole(self):
        assert Shown(of_view=USUAL - {"staff"}).whole


class TestWhatAFileGivesAway:
    def test_no_workbook_names_a_person_or_hides_a_sheet(self, made):
        about = made.properties

        assert {about.creator, about.lastModifiedBy} <= {"Provision Map", None}
        assert (about.title, about.description, about.keywords) == ("Provision map", None, None)
        assert {sheet.sheet_state for sheet in made} == {"visible"}
        assert list(made.defined_names) == []

    def test_no_opendocument_file_names_a_person(self):
        content = ods(map_book(ABOUT, Shown(), view(), rows()))

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            meta = archive.read("meta.xml").decode()
            assert archive.namelist()[0] == "mimetype"
            for name in archive.namelist()[1:]:
                ElementTree.fromstring(archive.read(name))
        assert "Ruiz" not in meta
        assert "Provision Map" in meta


class TestTheTemplate:
    def test_it_has_the_columns_an_example_and_empty_rows(self):
        sheet = opened(template_book(LABELS))["Placements"]

        assert [cell.value for cell in sheet[1]] == list(HEADINGS)
        assert (sheet["A2"].value, sheet["J2"].value) == (EXAMPLE, "Wave 2")
        assert sheet["O2"].value.date() == SAMPLE["starts"] == date(2026, 9, 7)
        assert sheet.max_row == ROWS + 2
        assert {cell.value for row in sheet.iter_rows(3) for cell in row} == {None}

    def test_lists_offer_the_schools_tiers_and_our_words(self):
        made = opened(template_book({1: "Universal", 4: "Specialist"}))
        rules = {
            HEADINGS[openpyxl.utils.cell.range_boundaries(str(rule.sqref))[0] - 1]: rule.formula1
            for rule in made["Placements"].data_validations.dataValidation
            if rule.type == "list"
        }

        assert set(rules) == {"Tier", "Area of need", "SEN provision", "Subject", "Year group", "Confidential"}
        assert rules["Tier"] == "'Lists'!$A$2:$A$3"
        assert [made["Lists"].cell(row, 1).value for row in (1, 2, 3, 4)] == ["Tier", "Universal", "Specialist", None]

    def test_it_says_how_to_fill_it_in(self):
        made = opened(template_book(LABELS))

        words = " ".join(str(cell.value) for row in made["How to fill this in"].rows for cell in row)
        assert made.sheetnames == ["Placements", "How to fill this in", "Lists"]
        assert EXAMPLE in words
        assert "Name (role)" in words

    def test_the_example_is_complete_enough_to_show_how(self):
        assert set(SAMPLE) <= set(KEYS)
        assert SAMPLE["starts"] == date(2026, 9, 7)


class TestWideViews:
    wide = Drawing(
        "Learners by intervention",
        (Head("Learner", 24), *(Head(f"Club {at}", 40, 2) for at in range(12))),
        (
            Line(("Year 4", *[""] * 12), "group"),
            Line(("Ann", (Note("yes"),), *[()] * 11)),
            Line(("Year 5", *[""] * 12), "group"),
            Line(("Bo", *[()] * 11, (Note("yes"),))),
            Line(("Together", "2 learners", *[""] * 11), "sum"),
        ),
    )

    def test_paper_takes_as_many_columns_as_can_be_read_with_the_lines_that_say_something(self):
        parts = across(self.wide, "A3")

        assert [len(part.heads) for part in parts] == [6, 3]
        assert [[line.cells[0] for line in part.lines] for part in parts] == [
            ["Year 4", "Ann", "Together"], ["Year 5", "Bo"],
        ]  # fmt: skip

    def test_a_workbook_prints_them_on_pages_side_by_side_with_the_names_on_each(self):
        sheet = opened(map_book(ABOUT, Shown(), self.wide, rows())).worksheets[0]

        assert (sheet.page_setup.fitToWidth, sheet.print_title_cols) == (2, "$A:$A")

    def test_a_view_that_fits_is_one_part(self):
        drawn = view(1)

        assert across(drawn, "A4") == [drawn]


def test_every_look_has_a_kind_that_every_writer_knows():
    assert {look.holds for look in LOOKS.values()} == {"text", "day", "count", "tenth"}
