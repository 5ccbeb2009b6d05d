"""Real term dates and bank holidays: each file of the folder reads as its own notes say."""

import csv
import io
from datetime import date

import pytest

from provisionmap.school.calendar import (
    CalendarDates,
    Span,
    TermDates,
    bank_holidays,
    missing_bank_holidays,
    teaching_days,
)
from provisionmap.school.term_dates import read_term_dates
from provisionmap.school.term_plan import plan_for
from tests.real.places import DATA

FOLDER = DATA / "term_dates"
TABLE = FOLDER / "term_dates.tsv"
ROWS = list(csv.DictReader(io.StringIO(TABLE.read_text(encoding="utf-8")), delimiter="\t")) if TABLE.exists() else []
SCHOOLS = list(dict.fromkeys(row["org"] for row in ROWS))
HOLIDAYS = sorted(FOLDER.glob("bank-holidays*.json"))


def test_a_file_of_several_organisations_asks_which():
    assert read_term_dates(TABLE.read_bytes()).choices == SCHOOLS


@pytest.mark.parametrize("school", SCHOOLS)
def test_every_term_of_every_school_is_read_day_for_day(school):
    reading = read_term_dates(TABLE.read_bytes(), only=school)

    wanted = [
        (row["first_day"], row["half_term_first"], row["half_term_last"], row["last_day"])
        for row in ROWS
        if row["org"] == school and row["last_day"]
    ]
    assert reading.problems == []
    assert [
        (str(term.starts), str(term.half_term.starts), str(term.half_term.ends), str(term.ends))
        for term in reading.terms
    ] == wanted


@pytest.mark.parametrize("school", SCHOOLS)
def test_the_teaching_days_come_out_as_counted_by_hand(school):
    reading = read_term_dates(TABLE.read_bytes(), only=school)
    plan = plan_for(reading, [], [])
    spans = [Span(one["starts"], one["ends"]) for one in plan.closures]
    terms = tuple(TermDates(term.name, term.starts, term.ends, term.half_term) for term in reading.terms)
    holidays = [Span(day, day) for day, _ in missing_bank_holidays(CalendarDates(terms, tuple(spans)))]
    dates = CalendarDates(terms, (*spans, *holidays))

    counted = [len(teaching_days(dates, Span(term.starts, term.ends))) for term in terms]

    wanted = [int(row["pupil_days_computed"]) for row in ROWS if row["org"] == school and row["last_day"]]
    assert counted == wanted


@pytest.mark.parametrize("path", HOLIDAYS, ids=lambda path: path.name)
def test_the_library_knows_the_bank_holidays_the_government_lists(path):
    listed = {closure.days.starts for closure in read_term_dates(path.read_bytes()).closures}
    years = Span(min(listed), max(listed))

    known = {day for day, _ in bank_holidays(Span(date(years.starts.year, 1, 1), date(years.ends.year, 12, 31)))}

    assert listed == known
