"""Whatever a list says: applied it is what was read, undone it is what was, and its form makes no difference."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learners.actions import importing
from learners.actions.importing import NothingToDo
from learners.actions.undoing import undo_import
from learners.mapping import guess
from learners.reading.gate import open_upload
from learners.rows import read_rows
from tests.factories import LearnerFactory, SenProvisionFactory
from tests.learners.lists import HEADINGS, TODAY, UPNS, as_csv, bring, upload
from tests.learners.reading.files import workbook
from tests.learners.test_import_undo import state

NAMES = st.sampled_from(["Bee", "Ó Brien", "Łukasz-Cee", "de la Dee", "O'Eff", "雪"])
DATES = st.dates(date(2012, 1, 1), date(2020, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}")
SEN = st.sampled_from(
    [("", "", ""), ("N", "", ""), ("K", "", ""), ("K", "SPLD", "HI"), ("E", "ASD", ""), ("K", "NSA", "")]
)
FLAG = st.sampled_from(["Y", "N", ""])


@st.composite
def lists(draw) -> list[dict[str, str]]:
    """A list of pupils without a doubt."""
    chosen = draw(st.lists(st.sampled_from(UPNS), unique=True, min_size=1, max_size=5))
    rows = []
    for upn in chosen:
        code, first, second = draw(SEN)
        rows.append(
            {
                "UPN": upn, "Surname": draw(NAMES), "Forename": draw(NAMES), "DOB": draw(DATES),
                "Sex": draw(st.sampled_from(["F", "M", ""])),
                "NC Year": draw(st.sampled_from(["R", "1", "Year 5", ""])),
                "Reg Group": draw(st.sampled_from(["5A", "5a", "Kestrel", ""])), "SEN Provision": code,
                "Primary need": first, "Secondary need": second, "PP": draw(FLAG), "FSM": draw(FLAG),
                "First language": draw(st.sampled_from(["ENG", "PAN", ""])),
            }
        )  # fmt: skip
    return rows


@pytest.fixture
def school(senco):
    """A school with some of the learners already."""
    for number, code in ((0, "K"), (2, "N")):
        known = LearnerFactory(school=senco.school, upn=UPNS[number])
        SenProvisionFactory(learner=known, code=code, need_1="SPLD" if code == "K" else "")
    return senco


SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOW
@given(lists())
def test_what_was_applied_reads_as_no_change_and_undone_as_never_applied(school, rows):
    before = state()
    try:
        run = bring(school, *rows)
    except NothingToDo:
        return

    again = importing.draft_of(upload(school, as_csv(*rows)), TODAY).plan
    assert (again.additions, again.changes, len(again.unchanged)) == ([], [], len(rows))

    undo_import(run=run, by=school)
    assert state() == before


@settings(max_examples=40, deadline=None)
@given(lists(), st.permutations(HEADINGS), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_neither_the_order_of_columns_nor_the_format_makes_a_difference(rows, shuffled, encoding):
    def said(data: bytes):
        sheet = open_upload("x", data)
        reading = read_rows(sheet, guess(sheet.headers), TODAY)
        return [row.values for row in reading.rows], [(one.row, one.message) for one in reading.problems]

    plain = as_csv(*rows, headings=HEADINGS)
    columns = as_csv(*rows, headings=list(shuffled)).decode().encode(encoding)
    book = workbook([list(shuffled), *[[row.get(name) or None for name in shuffled] for row in rows]])

    assert said(plain) == said(columns) == said(book)
