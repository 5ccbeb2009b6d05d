"""Every pupil list and transfer file we have, as it was exported: what its preview says."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from learners.actions import importing
from learners.models import ImportRun, Learner, SenProvision
from provisionmap.web.text_file import Refused
from tests.learners.lists import TODAY
from tests.real.places import DATA

MTC = DATA / "mis" / "mtc"
CENSUS = ["upn", "surname", "forename", "middle_names", "sex", "date_of_birth", "nc_year", "enrol_status", "fsm", "eal"]
FORM = ["surname", "forename", "middle_names", "date_of_birth", "sex", "upn"]
AWAITED = "The list gives no type of need for this provision."
MONTH_FIRST = "The dates of this column are read with the month first: one of them can't be day-first."
DOUBLE = "The same UPN stands in row"
S_CODE = "S (statement) is no longer valid: use E for a plan, or K for SEN support."


def draft_of(path: Path) -> importing.Draft:
    """The list against an empty register."""
    sheet = importing.read_list(path.name, path.read_bytes(), None)
    return importing.draft(sheet=sheet, mapping=importing.columns_of(sheet, None), school=None, today=TODAY)


def tally(found: list) -> Counter:
    """Messages by how often they stand, the numbers of other rows cut off."""
    return Counter(DOUBLE if one.message.startswith(DOUBLE) else one.message for one in found)


def doubts(draft: importing.Draft) -> int:
    """How many UPNs are odd."""
    return sum(one.field == "upn" for one in draft.notices)


CENSUS_LISTS = {
    # File: rows, added, problems beside the two statements, notices about UPNs, other notices.
    "fixtures_pupil-census-data": (79, 77, {}, 15, {AWAITED: 13, MONTH_FIRST: 1}),
    "fixtures_pupil-census-data_error": (79, 75, {DOUBLE: 2}, 15, {AWAITED: 13, MONTH_FIRST: 1}),
    "fixtures_pupilCensusDataEmptyForname": (
        79, 76, {"The forename is missing.": 1}, 15, {AWAITED: 13, MONTH_FIRST: 1},
    ),
    "fixtures_pupilCensusDataEmptyGender": (
        79, 77, {}, 15, {AWAITED: 13, MONTH_FIRST: 1, "The sex is empty.": 1},
    ),
    "fixtures_pupilCensusDataEmptyLastname": (
        79, 75, {"The surname is missing.": 1, DOUBLE: 2}, 15, {AWAITED: 13, MONTH_FIRST: 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CENSUS_LISTS)
def test_census_loads_of_79_pupils(name):
    rows, added, problems, odd_upns, notices = CENSUS_LISTS[name]

    draft = draft_of(MTC / f"test_admin-hpa_data_{name}.csv")

    assert [draft.mapping.get(place, "") for place in range(13)] == ["", "", *CENSUS, "sen_code"]
    assert (len(draft.sheet.rows), len(draft.plan.additions)) == (rows, added)
    assert tally(draft.problems) == {S_CODE: 2, **problems}
    assert doubts(draft) == odd_upns
    assert tally([one for one in draft.notices if one.field != "upn"]) == notices


def test_the_79_pupils_as_they_would_be_kept():
    draft = draft_of(MTC / "test_admin-hpa_data_fixtures_pupil-census-data.csv")
    kept = {one.row.row: one.values for one in draft.plan.additions}

    assert kept[2] == {
        "upn": "A999999609170", "surname": "Surname9991001", "forename": "Mohsen", "date_of_birth": date(2005, 1, 1),
        "sex": "M", "nc_year": "6", "sen_code": "K", "fsm": False, "eal": True,
    }  # fmt: skip
    assert Counter(values["sen_code"] for values in kept.values()) == {"N": 64, "K": 10, "E": 3}
    assert Counter(values["eal"] for values in kept.values()) == {True: 71, False: 6}
    days = [values["date_of_birth"] for values in kept.values()]
    assert (min(days), max(days), len(set(days))) == (date(2005, 1, 1), date(2005, 3, 20), 77)


def test_two_figure_years_with_the_month_first():
    draft = draft_of(MTC / "admin_spec_back-end_files_Pupil-Census-Data.csv")

    assert [one.values["date_of_birth"] for one in draft.plan.additions] == [
        date(2005, 1, 1), date(2005, 1, 2), date(2005, 1, 3), date(2005, 3, 20),
    ]  # fmt: skip
    assert [(one.row, one.value, one.message) for one in draft.problems] == [(5, "S", S_CODE)]
    assert "middle_names" not in draft.plan.additions[0].values
    assert doubts(draft) == 4


def test_columns_are_matched_by_name_and_not_by_place():
    draft = draft_of(MTC / "test_admin-hpa_data_multiple_pupils_column_order.csv")

    both = {"nc_year": "12", "forename": "FYFSURJU", "date_of_birth": date(2009, 12, 3), "sex": "F"}
    assert [one.values for one in draft.plan.additions] == [
        {**both, "upn": "R662332011222", "surname": "FYSFSURJU"},
        {**both, "upn": "Z205210200010", "surname": "FYQFSURJU"},
    ]
    assert (draft.problems, draft.notices) == ([], [])


def test_one_upn_on_two_pupils():
    draft = draft_of(MTC / "test_admin-hpa_data_multiple_pupils_duplicate_upn.csv")

    assert [(one.row, one.column, one.value, one.message) for one in draft.problems] == [
        (2, "UPN", "R662332011222", "The same UPN stands in row 3."),
        (3, "UPN", "R662332011222", "The same UPN stands in row 2."),
    ]
    assert len(draft.plan.additions) == 1


def test_a_upn_that_begins_with_a_digit_is_kept_and_told():
    draft = draft_of(MTC / "test_admin-hpa_data_multiple_pupils_wrong_check_letter.csv")

    assert (len(draft.plan.additions), draft.problems) == (3, [])
    assert [(one.row, one.value) for one in draft.notices] == [(3, "0381021010022")]


def test_300_rows_of_which_most_share_a_upn():
    draft = draft_of(MTC / "test_admin-hpa_data_multiple_pupils_template_moreThan300Rows.csv")

    assert [draft.mapping[place] for place in range(6)] == FORM
    assert (len(draft.sheet.rows), len(draft.plan.additions), len(draft.problems)) == (300, 31, 269)
    assert {one.field for one in draft.problems} == {""}
    assert {one.values["sex"] for one in draft.plan.additions} == {"F", "M"}


@pytest.mark.parametrize(
    ("name", "columns"),
    [("mtc-census-headers", 6), ("mtc-pupil-details-template-sheet-1", 6)],
)
def test_headings_only_are_no_mistake(name, columns):
    draft = draft_of(MTC / f"admin_assets_csv_{name}.csv")

    assert (len(draft.mapping), draft.plan.additions, draft.problems) == (columns, [], [])
    assert [one.message for one in draft.notices] == ["The list has headings but no pupils."]


def test_a_transfer_file_written_by_a_government_service():
    draft = draft_of(DATA / "ctf" / "mtc_writer_output.xml")

    assert [one.values for one in draft.plan.additions] == [
        {"nc_year": "11", "upn": "R674123101121", "surname": "ROOSTER", "forename": "ALBERT",
         "date_of_birth": date(2010, 11, 20), "sex": "M"}
    ]  # fmt: skip
    assert (draft.problems, draft.notices) == ([], [])


CBUK = [DATA / "mis" / "cbuk" / f"{name}_mis_data.json" for name in ("input", "output")]


@pytest.mark.parametrize("path", CBUK, ids=["input", "output"])
def test_a_pupil_as_programs_hand_one_on(path):
    draft = draft_of(path)

    (found,) = draft.plan.additions
    assert found.values.items() >= {
        "upn": "U502400200093", "surname": "Newhart", "forename": "Vicki", "date_of_birth": date(1999, 6, 9),
        "sex": "F", "joined": date(2010, 9, 1), "eal": False, "service_child": False,
    }.items()  # fmt: skip
    assert draft.problems == []


NO_LISTS = {
    "mis/mtc/test_admin-hpa_data_school-data.csv": "This is not a pupil list: no column holds a UPN",
    "mis/header_rows.tsv": "This is not a pupil list: no column holds a UPN",
    "ctf/behaviour_cases.tsv": "This is not a pupil list: no column holds a UPN",
    "ctf/schema_facts.tsv": "This is not a pupil list: no column holds a UPN",
}


@pytest.mark.parametrize("name", NO_LISTS)
def test_what_is_no_pupil_list_is_refused(name):
    with pytest.raises(Refused, match=NO_LISTS[name]) as refused:
        draft_of(DATA / name)

    assert refused.value.remedy


def test_every_file_is_looked_at_here():
    looked_at = {DATA / name for name in NO_LISTS} | {DATA / "ctf" / "mtc_writer_output.xml", *CBUK, *MTC.glob("*.csv")}
    there = {path for folder in ("mis", "ctf") for path in (DATA / folder).rglob("*") if path.is_file()}

    assert {path.name for path in there - looked_at} == {"SOURCES.md"}
    assert len(list(MTC.glob("*.csv"))) == 13


HEADERS = [line.split("\t") for line in (DATA / "mis" / "header_rows.tsv").read_text(encoding="utf-8").splitlines()[1:]]
PRINTED = {row[0]: row[4].split(",") for row in HEADERS}
# What each printed row of headings must give at least; XML elements and nested keys are left to their own readers.
EXPECTED = {
    "M01": {"upn", "surname", "forename", "middle_names", "sex", "date_of_birth"},
    "M02": {*CENSUS, "sen_code"},
    "M03": set(FORM),
    "M04": set(),
    "M05": {
        "upn", "former_upn", "surname", "forename", "middle_names", "sex", "date_of_birth", "fsm", "eal",
        "enrol_status", "joined", "nc_year", "sen_code", "need_1", "need_2",
    },
    "M06": {"upn", "surname", "forename", "date_of_birth", "joined", "sex", "group", "nc_year", "former_upn", "eal"},
    "M07": {"nc_year", "upn", "former_upn", "forename", "surname", "date_of_birth", "joined", "left", "fsm"},
    "M08": {"surname", "forename", "middle_names", "sex"},
    "M10": {"upn", "forename", "middle_names", "surname", "preferred_name", "date_of_birth", "sex", "eal", "nc_year",
            "group", "joined", "left"},
    "M14": {"forename", "surname", "sex", "date_of_birth", "group", "upn"},
    "M15": {"forename", "surname", "group"},
    "M17": {"forename", "surname", "upn", "nc_year", "group"},
    "M18": {"forename", "surname", "upn", "nc_year", "group"},
    "M19": {"forename", "surname", "upn", "nc_year", "group"},
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_headings_that_systems_print_are_guessed(name):
    found = importing.guess_table(PRINTED[name], [])

    assert EXPECTED[name] - set(found.values()) == set()
    assert bool(found) == bool(EXPECTED[name])


def test_the_79_pupils_from_the_page_to_the_register_and_back(client, senco):
    data = (MTC / "test_admin-hpa_data_fixtures_pupil-census-data.csv").read_bytes()
    client.post(reverse("learners:import"), {"file": SimpleUploadedFile("list.csv", data)})
    run = ImportRun.objects.get()
    preview = reverse("learners:import-preview", args=[run.pk])
    client.post(preview, {"do": "leave-all"})
    seen = client.get(preview).context["fingerprint"]

    client.post(reverse("learners:import-apply", args=[run.pk]), {"seen": seen})

    assert Learner.objects.filter(school=senco.school).count() == 79
    assert Counter(SenProvision.objects.values_list("code", flat=True)) == {"N": 64, "K": 10, "E": 3}
    again = importing.draft(
        sheet=importing.read_list("list.csv", data, senco.school),
        mapping={int(place): name for place, name in run.mapping.items()},
        school=senco.school,
        today=TODAY,
    )
    assert (again.plan.additions, again.plan.changes, again.plan.leavers) == ([], [], [])
    client.post(reverse("learners:import-undo", args=[run.pk]))
    assert not Learner.objects.exists()
