"""What the rows of a list say."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.mapping import FIELDS
from learners.reading.sheet import ContactRow, Sheet
from learners.rows import Reading, read_rows

TODAY = date(2026, 11, 23)
UPN = "R201100018042"
OTHER = "P207000016049"


def reading(columns: str, *rows: list[object], **options) -> Reading:
    """What a list with these fields, in words, says; rows number from 2."""
    fields = columns.split()
    sheet = Sheet("", "csv", [FIELDS[name] for name in fields], 1, list(enumerate(rows, start=2)))
    return read_rows(sheet, dict(enumerate(fields)), TODAY, **options)


def said(problems) -> list[tuple[int, str, str, str]]:
    """Where problems are, and the first words of each."""
    return [(one.row, one.field, one.value, " ".join(one.message.split()[:4])) for one in problems]


def test_a_row_says_only_what_stands_in_it():
    found = reading(
        "upn surname forename middle_names preferred_name date_of_birth sex nc_year group joined left sen_code "
        "sen_from need_1 need_2 pupil_premium fsm eal enrol_status former_upn",
        [UPN.lower(), "Bee", "Ada", None, "Addy", "12/3/15", "f", "Year 6", "6 Kestrel", "1/9/19", None, "K", "1/9/24",
         "SLCN", None, "Y", "N", "PAN", "C", OTHER],
    )  # fmt: skip

    assert (found.problems, found.notices) == ([], [])
    assert found.rows[0].values == {
        "upn": UPN, "former_upn": OTHER, "surname": "Bee", "forename": "Ada", "preferred_name": "Addy",
        "date_of_birth": date(2015, 3, 12), "sex": "F", "nc_year": "6", "group": "6 Kestrel",
        "joined": date(2019, 9, 1),
        "sen_code": "K", "sen_from": date(2024, 9, 1), "pupil_premium": True, "fsm": False, "eal": True,
        "enrol_status": "C", "needs": ("SLCN",),
    }  # fmt: skip


def test_every_bad_value_is_told_at_once_with_its_place_and_remedy():
    found = reading(
        "upn surname forename date_of_birth sex nc_year sen_code fsm group enrol_status need_1",
        [UPN, "Bee", "Ada", "31/2/15", "Z", "99", "S", "perhaps", "x" * 41, "Q", "ADHD"],
        ["A1", "Cee", "Ben", "1/9/2027", "M", "4", "K", "N", "4A", "C", "SPLD"],
    )

    assert said(found.problems) == [
        (2, "date_of_birth", "31/2/15", "This is not a"),
        (2, "sex", "Z", "This is not a"),
        (2, "nc_year", "99", "This is not a"),
        (2, "group", "x" * 41, "This is longer than"),
        (2, "sen_code", "S", "S (statement) is no"),
        (2, "need_1", "ADHD", "ADHD has no census"),
        (2, "fsm", "perhaps", "This is neither yes"),
        (2, "enrol_status", "Q", "This is not an"),
        (3, "upn", "A1", "A UPN has 13"),
        (3, "date_of_birth", "1/9/2027", "This day lies in"),
        (3, "", "", "This row has neither"),
    ]
    assert all(one.remedy for one in found.problems)
    assert found.problems[0].column == "Date of birth"
    assert found.rows == []
    assert found.leavable_rows == {3}
    assert (2, "sex") in found.leavable
    assert (3, "") not in found.leavable


def test_a_value_or_a_row_can_be_left_out():
    rows = [[UPN, "Bee", "Ada", "S", "Z"], [None, "Cee", "Ben", "N", "M"]]

    found = reading(
        "upn surname forename sen_code sex", *rows, leave_out={(2, "sen_code"), (2, "sex")}, leave_out_rows={3}
    )

    assert (found.problems, found.notices) == ([], [])
    assert [row.values for row in found.rows] == [{"upn": UPN, "surname": "Bee", "forename": "Ada"}]


def test_types_of_need_can_be_left_out_together():
    columns = "upn surname forename sen_code need_1 need_2"
    row = [UPN, "Bee", "Ada", "N", "SPLD", "MLD"]

    assert said(reading(columns, row).problems) == [(2, "needs", "SPLD, MLD", "A learner with no")]
    left = reading(columns, row, leave_out={(2, "needs")})
    assert left.problems == []
    assert "needs" not in left.rows[0].values


@pytest.mark.parametrize(
    ("cells", "field"),
    [([UPN, None, "Ada"], "surname"), ([UPN, "Bee", None], "forename"), ([UPN, "Bee", "x" * 81], "forename")],
)
def test_a_name_that_is_missing_or_too_long_stops_the_row(cells, field):
    found = reading("upn surname forename", cells)

    assert [(one.row, one.field, one.column.lower()) for one in found.problems] == [(2, "", field)]


def test_names_may_stand_in_one_column():
    found = reading("upn full_name", [UPN, "Bee, Ada"], [OTHER, "Ben Cee"], ["H801200001001", None])

    assert found.rows[0].values == {"upn": UPN, "surname": "Bee", "forename": "Ada"}
    assert said(found.problems) == [(3, "", "Ben Cee", "It can't be told"), (4, "", "", "The full name is")]


def test_a_row_without_upn_is_known_by_its_date_of_birth():
    found = reading("surname forename date_of_birth", ["Bee", "Ada", "12/3/15"], ["Cee", "Ben", None])

    assert found.rows[0].proposed == {"nc_year": "7"}
    assert said(found.problems) == [(3, "", "", "This row has neither")]


def test_the_same_upn_twice_is_told_for_each_row():
    rows = [[UPN, "Bee", "Ada"], [OTHER, "Cee", "Ben"], [UPN.lower(), "Dee", "Cy"]]

    found = reading("upn surname forename", *rows)

    assert [one.row for one in found.rows] == [3]
    assert [(one.row, one.value, one.message) for one in found.problems] == [
        (2, UPN, "The same UPN stands in row 4."),
        (4, UPN, "The same UPN stands in row 2."),
    ]


def test_a_upn_that_stands_very_often_names_the_first_rows():
    found = reading("upn surname forename", *[[UPN, "Bee", "Ada"]] * 8)

    assert found.problems[7].message == "The same UPN stands in rows 2, 3, 4, 5, 6 and 2 more."
    assert reading("upn surname forename", *[[UPN, "Bee", "Ada"]] * 8, leave_out_rows=range(3, 10)).problems == []


def test_dates_with_the_month_first_are_read_so_for_the_whole_column_and_told():
    found = reading("upn date_of_birth", [UPN, "1/2/05"], [OTHER, "3/20/05"])

    assert [row.values["date_of_birth"] for row in found.rows] == [date(2005, 1, 2), date(2005, 3, 20)]
    assert said(found.notices)[0] == (1, "date_of_birth", "", "The dates of this")


def test_leaving_a_row_out_does_not_turn_the_dates_of_the_others():
    found = reading("upn date_of_birth", [UPN, "1/2/05"], [OTHER, "3/20/05"], leave_out_rows={3})

    assert found.rows[0].values["date_of_birth"] == date(2005, 1, 2)


@pytest.mark.parametrize(
    ("columns", "cells", "words"),
    [
        ("upn surname forename sex", [UPN, "Bee", "Ada", None], "The sex is empty."),
        ("upn surname forename", ["A201100018042", "Bee", "Ada"], "The check letter should"),
        ("upn surname forename sen_code", [UPN, "Bee", "Ada", "K"], "The list gives no"),
        ("upn surname forename enrol_status", [UPN, "Bee", "Ada", "P"], "Marked as a former"),
        ("upn date_of_birth", [UPN, "1/1/1990"], "This would be an"),
        ("upn date_of_birth", [UPN, "1/11/2026"], "This would be an"),
        ("upn sen_code needs", [UPN, "K", "SPLD; MLD; SLD; HI; VI"], "More than four types"),
    ],
)
def test_what_is_odd_but_can_be_kept_is_told(columns, cells, words):
    found = reading(columns, cells)

    assert found.problems == []
    assert len(found.rows) == 1
    assert [" ".join(one.message.split()[:4]) for one in found.notices] == [words]


def test_types_are_awaited_where_a_list_gives_none():
    rows = reading("upn sen_code", [UPN, "K"], [OTHER, "N"]).rows

    assert [row.types_awaited for row in rows] == [True, False]


def test_leaving_before_joining_is_a_problem():
    found = reading("upn joined left", [UPN, "1/9/2020", "31/8/2020"], [OTHER, "1/9/2020", "1/9/2020"])

    assert said(found.problems) == [(2, "left", "31/08/2020", "This is before the")]
    assert [row.row for row in found.rows] == [3]


def test_a_row_longer_than_the_headings_is_a_problem_unless_the_rest_is_empty():
    found = reading("upn surname forename", [UPN, "Bee", "Ada", "x"], [OTHER, "Cee", "Ben", None], [OTHER[:-1] + "8"])

    assert said(found.problems)[0] == (2, "", "", "This row has 4")
    assert [row.row for row in found.rows] == [3]


def test_a_list_of_headings_only_says_so():
    assert [one.message for one in reading("upn surname").notices] == ["The list has headings but no pupils."]


def test_a_flag_the_list_does_not_know_is_left_alone():
    assert reading("upn fsm", [UPN, "U"]).rows[0].values == {"upn": UPN}


def test_contacts_stay_with_their_row():
    people = {2: (ContactRow("Mrs Bee"),)}
    sheet = Sheet("", "ctf", ["UPN"], 0, [(2, [UPN])], [], people)

    assert read_rows(sheet, {0: "upn"}, TODAY).rows[0].contacts == people[2]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "upn": st.sampled_from([UPN, OTHER, "H801200001001", "A1", None]),
            "surname": st.sampled_from(["Bee", "Ó Brien", None, "x" * 90]),
            "forename": st.sampled_from(["Ada", "Zoë", None]),
            "date_of_birth": st.sampled_from(["12/3/15", "3/20/15", "2015-03-12", "x", None]),
            "sen_code": st.sampled_from(["N", "K", "E", "S", None]),
            "need_1": st.sampled_from(["SPLD", "NSA", "ADHD", None]),
            "need_2": st.sampled_from(["SPLD", "HI", None]),
            "fsm": st.sampled_from(["Y", "N", "U", "x", None]),
        }
    ),
    max_size=6,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_columns_makes_no_difference(rows, chance):
    fields = ["upn", "surname", "forename", "date_of_birth", "sen_code", "need_1", "need_2", "fsm"]
    shuffled = chance.sample(fields, len(fields))

    first = reading(" ".join(fields), *[[row[name] for name in fields] for row in rows])
    second = reading(" ".join(shuffled), *[[row[name] for name in shuffled] for row in rows])

    assert first == second


@given(ROWS)
def test_leaving_out_everything_bad_leaves_nothing_bad(rows):
    fields = list(rows[0]) if rows else ["upn"]
    cells = [[row[name] for name in fields] for row in rows]
    values: set[tuple[int, str]] = set()
    left: set[int] = set()
    for _ in range(6):
        found = reading(" ".join(fields), *cells, leave_out=values, leave_out_rows=left)
        values |= found.leavable
        left |= found.leavable_rows

    assert found.problems == []


@pytest.mark.parametrize("text", ["Total: 2 pupils", "30 learners", "Printed on 12/11/2026", "End of report"])
def test_the_line_that_closes_a_printed_list_is_left_out_and_told(text):
    found = reading("upn surname forename", [UPN, "Bee", "Ada"], [None, text, None])

    assert [one.row for one in found.rows] == [2]
    assert said(found.notices) == [(3, "", text, "This line closes the")]
    assert found.problems == []


def test_a_pupil_whose_name_begins_like_a_total_is_a_pupil():
    found = reading("upn surname forename", [UPN, "Total", "Ada"], [None, "Count", "Basil"])

    assert [one.values["surname"] for one in found.rows] == ["Total"]
    assert [one.row for one in found.problems] == [3]


def test_leaving_out_every_row_of_a_doubled_upn_is_told():
    rows = [[UPN, "Bee", "Ada"], [UPN, "Bee", "Adah"], [OTHER, "Cee", "Ben"]]

    both = reading("upn surname forename", *rows, leave_out_rows=[2, 3])
    one = reading("upn surname forename", *rows, leave_out_rows=[3])

    assert said(both.notices) == [(2, "upn", UPN, "All 2 rows with")]
    assert one.notices == []


def test_a_list_that_knows_the_primary_need_only_says_so():
    alone = reading("upn sen_code need_1", [UPN, "K", "SLCN"])
    more = reading("upn sen_code need_1 need_2", [UPN, "K", "SLCN", None])

    assert [one.rows[0].primary_only for one in (alone, more)] == [True, False]


def test_a_bad_value_in_a_column_without_a_heading_is_told_with_the_columns_number():
    sheet = Sheet("", "csv", ["Surname", ""], 1, [(2, ["Bee", "12345"])])

    found = read_rows(sheet, {0: "surname", 1: "upn"}, TODAY)

    assert {(one.row, one.column) for one in found.problems} == {(2, "Column 2")}
