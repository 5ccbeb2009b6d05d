"""The sheets of a workbook that may be read in the stead of the likeliest one."""

import pytest

from learners.mapping import guess
from learners.reading import header
from learners.reading.gate import open_upload
from learners.reading.header import with_choices
from learners.reading.kept import pack, unpack
from learners.reading.markup import Broken
from learners.reading.sheet import Sheet
from provisionmap.web.text_file import Refused
from tests.learners.reading.test_opendocument import row, said, spreadsheet, table

BEST = Sheet("4K", "xlsx", ["UPN", "Surname"], 1, [(2, ["A1", "Bee"])])
OTHER = Sheet("5M", "xlsx", ["UPN"], 1, [(2, ["A2"])])


def names(sheet):
    return [one.name for one in sheet.choices]


def test_every_sheet_with_rows_under_known_headings_may_be_chosen_in_its_order():
    sheets = [OTHER, BEST, Sheet("Notes", "xlsx", ["Call"], 1, [(2, ["x"])]), Sheet("Empty", "xlsx", ["UPN"], 1, [])]

    found = with_choices(BEST, 1, 4, sheets.__getitem__, guess)

    assert (names(found), found.taken, found.rows) == (["5M", "4K"], (1,), BEST.rows)
    assert unpack(pack(found)) == found


@pytest.mark.parametrize("wrong", [Refused("Too long.", "Save it."), Broken(0), KeyError("xl/sheet2.xml")])
def test_a_sheet_that_cannot_be_read_is_no_choice_and_costs_nothing(wrong):
    def read(_at):
        raise wrong

    assert with_choices(BEST, 0, 2, read, guess) == BEST


def test_sheets_for_which_there_is_no_room_are_no_choice(monkeypatch):
    monkeypatch.setattr(header, "MOST_ROWS", 1)

    assert with_choices(BEST, 0, 2, [BEST, OTHER].__getitem__, guess) == BEST


def test_a_spreadsheet_gives_its_sheets_where_they_are_asked_for():
    tables = table(row(said("UPN"), said("Surname")), row(said("A1"), said("Bee")), name="4K")
    tables += table(row(said("UPN")), row(said("A2")), name="5M")

    asked = open_upload("x.ods", spreadsheet(tables), choices=True)

    assert (names(asked), asked.taken, [one.rows for one in asked.choices]) == (
        ["4K", "5M"], (0,), [[(2, ["A1", "Bee"])], [(2, ["A2"])]],
    )  # fmt: skip
    assert open_upload("x.ods", spreadsheet(tables)).choices == ()
