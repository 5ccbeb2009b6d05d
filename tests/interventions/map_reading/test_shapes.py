"""Provision maps in the shapes that schools use, and what each line of them says."""

from datetime import date
from decimal import Decimal

import pytest

from interventions.dose import Dose
from interventions.map_reading.columns import guess
from interventions.map_reading.people import Named, learner_of, learners_in, staff_of
from interventions.map_reading.shapes import read_map, shape_of
from learners.reading.sheet import Sheet

TODAY = date(2026, 11, 23)
WAVES = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
UPN = "R201100018042"


def read(headings, *rows, mapping=None):
    """What a map with these headings and rows says; rows number from 2."""
    headers = [one.strip() for one in headings.split("|")]
    sheet = Sheet("", "csv", headers, 1, list(enumerate(map(list, rows), start=2)))
    return read_map(sheet, mapping or guess(headers), labels=WAVES, today=TODAY)


def said(problems):
    return [(one.row, one.column, one.value, one.message) for one in problems]


def test_a_learner_a_row_with_a_column_for_each_wave():
    found = read(
        "Pupil | Year | Class | SEN | Need | Wave 1 | Wave 2 | Wave 3",
        ["Bee, Ada", "Year 4", "4K", "K", "SLCN; BESD", "Seating plan",
         "Nessy 3 x 20 mins TA\nLego therapy - weekly", None],
        [None, None, None, None, None, None, None, None],
        ["Ben Cee", "Y5", None, "School Action", "wibble", None, "N/A", "1:1 reading daily (10 mins)"],
    )  # fmt: skip

    assert [(one.row, one.tier, one.name, one.dose, one.people) for one in found.entries] == [
        (2, 1, "Seating plan", Dose(None, None), ()),
        (2, 2, "Nessy", Dose(3, 20), (("TA", "ta"),)),
        (2, 2, "Lego therapy", Dose(1, None), ()),
        (4, 3, "1:1 reading", Dose(5, 10), ()),
    ]
    ada = Named(surname="Bee", forename="Ada", year="4", group="4K", sen="K", needs=("SLCN", "SEMH"))
    assert found.entries[0].learners == (ada,)
    assert found.entries[3].learners == (Named(words="Ben Cee", year="5"),)
    assert found.entries[2].notes == ("Dose as written: Lego therapy - weekly",)
    assert found.doses == (3, 3)
    assert [one.value for one in found.notices] == ["BESD", "School Action", "wibble"]
    assert found.problems == []


def test_a_row_of_waves_that_names_no_learner_is_told():
    found = read("UPN | Wave 1", [None, "Seating plan"], [UPN, "Seating plan"], ["Seating", None])

    assert said(found.problems) == [(2, "", "", "This row names no learner.")]
    assert [one.learners for one in found.entries] == [(Named(upn=UPN),)]


def test_areas_of_need_by_waves_name_provision_for_nobody_yet():
    found = read(
        "Area of need | All Learners (Wave 1: QFT) | Some Learners (Wave 2: Targeted)",
        ["Cognition and learning", "Phonics mats; Bug Club", "Nessy, IDL, Toe by Toe 5 x 10 mins"],
        [None, "Working walls", None],
        ["SEMH", None, "Worry box"],
    )

    assert [(one.tier, one.area, one.name) for one in found.entries] == [
        (1, "cognition", "Phonics mats"), (1, "cognition", "Bug Club"),
        (2, "cognition", "Nessy"), (2, "cognition", "IDL"), (2, "cognition", "Toe by Toe"),
        (1, "cognition", "Working walls"), (2, "semh", "Worry box"),
    ]  # fmt: skip
    assert all(one.learners == () for one in found.entries)


def test_a_provision_a_row_with_its_learners_staff_dose_and_days():
    found = read(
        "Wave | Area of need | Subject | Intervention | Pupils | Led by | Responsible teacher | Time | Weeks | Room | "
        "Start date | End date | Baseline | Target | Outcome | Review date | Group size | Notes",
        ["Wave 2", "C&L", "Reading", "Booster", "Ada Bee, Ben Cee", "Mrs Hill (TA)", "Miss Oak", "3 x 20 mins", "12",
         "Nest", "1/9/2026", date(2026, 12, 18), "RA 6:2", "RA 7:0", "Reads 60 words", "13/11/26", "4", "New"],
        [None, None, None, "Speech", "6 pupils", None, None, "45 mins with SALT fortnightly", "ongoing", None,
         "soon", Decimal(46374), None, None, None, None, None, None],
    )  # fmt: skip

    one, two = found.entries
    assert (one.tier, one.area, one.subject, one.name, one.dose, one.weeks) == (
        2, "cognition", "reading", "Booster", Dose(3, 20), 12,
    )  # fmt: skip
    assert (one.starts, one.ends, one.review_on) == (date(2026, 9, 1), date(2026, 12, 18), date(2026, 11, 13))
    assert (one.people, one.responsible, one.place) == ((("Mrs Hill", "ta"),), "Miss Oak", "Nest")
    assert (one.baseline, one.target, one.outcome) == ("RA 6:2", "RA 7:0", "Reads 60 words")
    assert [who.shown for who in one.learners] == ["Ada Bee", "Ben Cee"]
    assert one.notes == ("New", "Group size: 4")
    assert (two.tier, two.area, two.dose, two.ends) == (2, "cognition", Dose(None, None), date(2026, 12, 18))
    assert two.people == (("SALT", "therapist"),)
    assert two.notes == (
        "Dose as written: 45 mins with SALT fortnightly", "Weeks: ongoing", "Start date: soon", "Pupils: 6 pupils",
    )  # fmt: skip
    assert said(found.notices) == [(3, "Start date", "soon", "This is not a date.")]


def test_an_area_that_is_none_two_in_a_cell_and_an_old_code_are_told():
    found = read(
        "Area of need | Subject | Intervention",
        ["C+L", None, "A"], ["Transition", "Cookery", "B"], [None, None, "C"], ["BESD", "Reading", "D"],
        ["C&L / SEMH", None, "E"],
    )  # fmt: skip

    assert [one.area for one in found.entries] == ["cognition", "", "", "semh", "cognition"]
    assert [one.notes for one in found.entries] == [
        (), ("Area of need: Transition", "Subject: Cookery"), ("Area of need: Transition",), (),
        ("Area of need: C&L / SEMH",),
    ]  # fmt: skip
    assert said(found.notices) == [
        (3, "Area of need", "Transition", "This names no area of need."),
        (3, "Subject", "Cookery", "This is no subject of the list."),
        (5, "Area of need", "BESD", "An old code, read as SEMH."),
        (6, "Area of need", "C&L / SEMH", "This names two areas of need, and the first is taken."),
    ]


@pytest.mark.parametrize(
    "filler", ["—", "–", "-", "--", "TBC", "tbc", "tbc.", "?", "??", "n/a", "N/A", "None", "nil", "TBA"]
)
def test_what_says_that_there_is_nothing_is_no_provision_and_nothing_else_either(filler):
    waves = read("Pupil | Wave 1 | Wave 2", ["Ada Bee", f"Seating plan\n{filler}", filler], [filler, filler, filler])
    rows = read(
        "Intervention | Area | Tier | Subject | Pupils | Led by | Time | Start date | Review date | Outcome | Room",
        ["Nessy", "C&L", "Wave 2", None, "Ada Bee", None, None, None, None, None, None], ["Lego", *[filler] * 10],
        [filler] * 11,
    )  # fmt: skip

    assert [one.name for one in waves.entries] == ["Seating plan"]
    assert [one.name for one in rows.entries] == ["Nessy", "Lego"]
    lego = rows.entries[1]
    assert (lego.area, lego.tier, lego.subject, lego.learners, lego.people, lego.dose) == (
        "", None, "", (), (), Dose(None, None),
    )  # fmt: skip
    assert (lego.starts, lego.review_on, lego.outcome, lego.place) == (None, None, "", "")
    assert (said(waves.problems + waves.notices), said(rows.problems + rows.notices)) == ([], [])
    assert lego.notes in ((), (f"Dose as written: {filler}",))


def test_an_area_of_a_row_of_tiers_is_told_once_however_many_its_provisions():
    found = read("Area | Wave 1 | Wave 2", ["Wibble", "A; B", "C"])

    assert [one.notes for one in found.entries] == [("Area: Wibble",)] * 3
    assert said(found.notices) == [(2, "Area", "Wibble", "This names no area of need.")]


@pytest.mark.parametrize(
    ("time", "often", "long", "dose", "told"),
    [
        (None, "3", "20", Dose(3, 20), ""),
        (None, "5 x TA", "20 mins", Dose(5, 20), ""),
        (None, "daily", "20", Dose(5, 20), ""),
        (None, "1-2", "20", Dose(None, 20), "a range"),
        (None, "3", "20 to 30", Dose(3, None), "a range"),
        ("2 x 20 mins", "3", None, Dose(None, 20), "2 and 3 sessions: two columns do not agree"),
        ("2 x 20 mins", "2", "20", Dose(2, 20), ""),
        (None, "as needed", None, Dose(None, None), "No minutes"),
    ],
)
def test_a_dose_in_several_columns_is_put_together_where_they_agree(time, often, long, dose, told):
    entry = read("Provision | Time | Frequency per week | Session length", ["Booster", time, often, long]).entries[0]

    assert entry.dose == dose
    assert told in " ".join(entry.unread)
    assert bool(told) == bool(entry.unread)


def test_a_dose_in_the_provisions_own_name_is_read_where_no_column_gives_one():
    assert read("Provision | Area", ["Nessy 3 x 20 mins", "C&L"]).entries[0].dose == Dose(3, 20)
    assert read("Provision | Area", ["Wave 3 reading daily", "C&L"]).entries[0].dose == Dose(None, None)


def test_lines_that_are_headings_sections_or_totals_name_no_provision():
    found = read(
        "Intervention | Staff | Time",
        ["Wave 2", None, None],
        ["Nessy", "TA", "3 x 20 mins"],
        ["Intervention", "Staff", "Time"],
        ["Cognition and learning", None, None],
        ["Booster", "TA", None],
        ["Wave 3: Specialist support", None, None],
        ["Reading", None, None],
        ["Total: 3 interventions", None, None],
        [None, "TA", "3 x 20"],
        [None, None, None],
    )

    assert [(one.name, one.tier, one.area) for one in found.entries] == [
        ("Nessy", 2, ""), ("Booster", 2, "cognition"), ("Reading", 3, "cognition"),
    ]  # fmt: skip
    assert said(found.problems) == [(10, "Intervention", "", "This row names no provision.")]
    assert [one.message for one in found.notices] == ["This line closes the map and names no provision."]


def test_a_tier_that_is_none_and_days_in_the_wrong_order_are_told():
    found = read("Wave | Provision | Start | End", ["Autumn", "Nessy", "1/9/2026", "1/8/2026"], ["II", "B", None, None])

    assert [one.tier for one in found.entries] == [None, None]
    assert [one.message for one in found.notices] == ["This names no tier."] * 2
    assert [one.message for one in found.problems] == ["The last day is before the first day."]


def test_names_longer_than_a_provisions_name_are_kept_whole_in_the_note():
    long = "Adult support " * 12

    whole = read("Provision | Time", [long, None]).entries[0]
    item = read("Area | Wave 1", ["C&L", long]).entries[0]

    assert [len(whole.name), len(item.name)] == [120, 120]
    assert (whole.notes, item.notes) == ((long.strip(),), (long.strip(),))


def test_words_longer_than_their_field_are_kept_whole_in_the_note():
    entry = read("Provision | Baseline | Outcome", ["Nessy", "b" * 61, "Reads"]).entries[0]

    assert (entry.baseline, entry.outcome, entry.notes) == ("b" * 60, "Reads", ("Baseline: " + "b" * 61,))


def test_an_item_whose_words_begin_with_its_dose_keeps_them_as_its_name():
    names = [one.name for one in read("Area | Wave 2", ["C&L", "20 mins\nDaily talk time\n3 x 20 mins Nessy"]).entries]

    assert names == ["20 mins", "Daily talk time", "3 x 20 mins Nessy"]


def test_a_formula_that_our_export_made_harmless_is_read_as_it_was():
    assert read("Provision | Time", ["'=1+1 club", None]).entries[0].name == "=1+1 club"


def test_always_is_no_dose_that_somebody_failed_to_write():
    one, two = read(
        "Wave | Provision | Time", ["1", "Seating plan", "every lesson"], ["3", "TA", "every lesson"]
    ).entries

    assert (one.dose, one.dose_words, one.unread, one.notes) == (Dose(None, None), "", (), ())
    # Above tier 1 no numbers mean that no dose was said, so the words stay.
    assert (two.dose, two.dose_words, two.unread) == (Dose(None, None), "", ())
    assert two.notes == ("Dose as written: every lesson",)


def test_words_that_hold_no_name_and_years_that_are_none_are_left_as_they_stand():
    found = read("Pupil | Year | Wave 2", ["Ada Bee", "99", "12 - 3 x 20 mins"])

    assert (found.entries[0].name, found.entries[0].learners[0].year) == ("12 - 3 x 20 mins", "")


def test_a_map_of_headings_alone_changes_nothing():
    assert [one.message for one in read("Provision | Time").notices] == ["The map has headings but no rows."]


@pytest.mark.parametrize(
    ("fields", "shape"),
    [
        (["number", "provision_starts"], "own"), (["provision"], "provisions"), (["surname", "tier:1"], "learners"),
        (["tier:1"], "areas"),
    ],
)  # fmt: skip
def test_the_columns_make_the_shape(fields, shape):
    assert shape_of(dict(enumerate(fields))) == shape


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Bee; Ben Cee", ["Ada Bee", "Ben Cee"]), ("Bee, Ada", ["Ada Bee"]),
        ("Ada, Ben, Cai", ["Ada", "Ben", "Cai"]),
        ("Ada Bee and Ben Cee", ["Ada Bee", "Ben Cee"]), ("6", []), ("Whole class", []), ("Y3 and Y4", []), ("", []),
        (f"{UPN}\nAda Bee\nAda Bee", [UPN, "Ada Bee"]), ("1. Ada Bee", ["1. Ada Bee"]),
    ],
)  # fmt: skip
def test_a_cell_names_its_learners_in_many_ways(text, names):
    assert [one.shown for one in learners_in(text)] == names


def test_one_learner_is_known_again_by_upn_else_by_name_year_and_class():
    assert Named(upn=UPN, surname="Bee").key == UPN
    assert Named(surname="Bee", forename="Ada").key == learner_of("Ada  BEE").key
    assert Named(words="Ada", year="4").key != Named(words="Ada", year="5").key


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("TA / CT", [("TA", "ta"), ("CT", "teacher")]), ("HLTA", [("HLTA", "hlta")]),
        ("Mrs Hill", [("Mrs Hill", "other")]),
        ("Jo Marsh (Teaching assistant); Dr Khan (Therapist)", [("Jo Marsh", "ta"), ("Dr Khan", "therapist")]),
        ("Mrs Hill (mornings)", [("Mrs Hill (mornings)", "other")]),
        ("Teacher of the Deaf", [("Teacher of the Deaf", "specialist")]),
        ("TA, TA", [("TA", "ta")]), ("N/A", []), ("", []), ("EP", [("EP", "specialist")]),
        ("LSA + volunteer", [("LSA", "ta"), ("volunteer", "other")]),
    ],
)  # fmt: skip
def test_adults_are_named_with_the_role_that_the_words_say(text, people):
    assert staff_of(text) == people


def test_a_map_of_too_many_lines_is_read_no_further_than_to_know_it():
    sheet = Sheet("", "csv", ["Provision"], 1, [(number, ["Nessy"]) for number in range(2, 100)])

    found = read_map(sheet, {0: "provision"}, labels=WAVES, today=TODAY, most=5)

    assert [one.row for one in found.entries] == [2, 3, 4, 5, 6, 7]


class Looked(list):
    """Rows that count how often somebody goes through all of them."""

    times = 0

    def __iter__(self):
        self.times += 1
        return super().__iter__()


def test_thousands_of_dates_are_read_without_going_through_the_rows_for_each():
    def looks(many):
        rows = Looked((number, ["Nessy", f"{number % 28 + 1}/09/2026"]) for number in range(2, many + 2))
        read_map(Sheet("", "csv", ["Provision", "Start"], 1, rows), {0: "provision", 1: "starts"}, labels=WAVES,
                 today=TODAY)  # fmt: skip
        return rows.times

    assert looks(3) == looks(30)


def test_a_column_without_a_heading_is_told_by_its_number():
    sheet = Sheet("", "csv", ["Provision", ""], 1, [(2, ["Nessy", "soon"])])

    found = read_map(sheet, {0: "provision", 1: "starts"}, labels=WAVES, today=TODAY)

    assert [(one.row, one.column, one.value) for one in found.notices] == [(2, "Column 2", "soon")]
