"""Which column is which, in the headings that systems print."""

import pytest

from learners.mapping import FIELDS, doubles, guess, guess_table, lacking, not_a_pupil_list, plain

# Headings as systems print them: census loads, publishers' forms, aggregators, and reports of the usual MIS.
LISTS = {
    "census": (
        "LEA,Estab,UPN,Surname,Forename,Middlenames,Sex,DOB,NCyearActual,EnrolStatus,FSMeligible,Language,SENProvision",
        ",,upn,surname,forename,middle_names,sex,date_of_birth,nc_year,enrol_status,fsm,eal,sen_code",
    ),
    "school upload": (
        "Surname,Forename,Middle name(s),Date of birth,Sex,UPN",
        "surname,forename,middle_names,date_of_birth,sex,upn",
    ),
    "national pupil data": (
        "UniquePupilNumber,FormerUniquePupilNumber,Surname,Forename,MiddleNames,PreferredSurname,Gender,DOB,Ethnicity,"
        "FreeSchoolMealEligible,EVERFSM_6,Language,EnrolStatus,EntryDate,NationalCurriculumYearActual,"
        "SpecialEducationalNeedsProvision,PrimarySpecialEducationalNeedsType,SecondarySpecialEducationalNeedsType",
        "upn,former_upn,surname,forename,middle_names,,sex,date_of_birth,,fsm,,eal,enrol_status,joined,nc_year,"
        "sen_code,need_1,need_2",
    ),
    "aggregator": (
        "id,year_code,upn,former_upn,mis_id,first_name,legal_first_name,middle_name,last_name,dob,start_date,end_date,"
        "enrolment_status,gender,is_pp,is_eal,sen_category,is_fsm,in_care,ever_in_care,service_child,sen_needs",
        ",nc_year,upn,former_upn,,forename,,middle_names,surname,date_of_birth,joined,left,enrol_status,sex,"
        "pupil_premium,eal,sen_code,fsm,looked_after,previously_looked_after,service_child,needs",
    ),
    "independent schools": (
        "Id,UPN,ULN,AD Username,Title,Forename,Middle Names,Surname,Preferred Name,DOB,Gender,Language,Religion,"
        "NC Year,Form/Tutor Group,Tutor,Academic House,Admissions Date,Leaving Date,Leaving Reason",
        ",upn,,,,forename,middle_names,surname,preferred_name,date_of_birth,sex,eal,,nc_year,group,,,joined,left,",
    ),
    "booking report": (
        "ID,Forename,Surname,ID,Priority,Title,Forename,Surname,Home Email,Class Name",
        ",forename,surname,,,,,,,group",
    ),
    "SIMS report": (
        "Forename,Surname,Legal Surname,Reg,Year,UPN,DOB,Gender,SEN Status,SEN Needs,Pupil Premium Indicator,"
        "FSM Eligible,EAL,In Care,Admission date",
        "forename,surname,,group,nc_year,upn,date_of_birth,sex,sen_code,needs,pupil_premium,fsm,eal,looked_after,joined",
    ),
    "Arbor report": (
        "First name,Last name,UPN,Year group,Registration form,Date of birth,Legal sex,SEN status,Primary SEN need,"
        "Secondary SEN need,Pupil Premium,FSM Eligible,English as an Additional Language,In Care,Service Child",
        "forename,surname,upn,nc_year,group,date_of_birth,sex,sen_code,need_1,need_2,pupil_premium,fsm,eal,"
        "looked_after,service_child",
    ),
    "Bromcom report": (
        "FirstName,LastName,UPN,YearGroup,TutorGroup,DateOfBirth,Gender,SENProvisionType,PP,FSM,EAL,LAC",
        "forename,surname,upn,nc_year,group,date_of_birth,sex,sen_code,pupil_premium,fsm,eal,looked_after",
    ),
    "ScholarPack report": (
        "Pupil Name,UPN,D.O.B,Class,Year,Sex,SEN,SEN Type 1,SEN Type 2,PPI,FSM,First Language,Date of Admission",
        "full_name,upn,date_of_birth,group,nc_year,sex,sen_code,need_1,need_2,pupil_premium,fsm,eal,joined",
    ),
    "iSAMS report": (
        "Pupil Surname,Pupil Forename,Preferred Forename,Date of Birth,NC Year,Form,UPN,SEN Status",
        "surname,forename,preferred_name,date_of_birth,nc_year,group,upn,sen_code",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_the_columns_of_known_systems_are_guessed(name):
    headings, fields = (row.split(",") for row in LISTS[name])

    found = guess(headings)

    assert [found.get(place, "") for place in range(len(headings))] == fields


def test_every_field_that_is_guessed_is_one_a_person_can_choose():
    assert {field for _, row in LISTS.values() for field in row.split(",") if field} <= FIELDS.keys()


def test_sixty_columns_of_which_eight_matter():
    headings = [f"Attendance week {n}" for n in range(52)]
    headings[7:7] = ["UPN", "Surname", "Forename", "DOB"]
    headings += ["Year", "Class", "SEN", "Primary need"]

    assert list(guess(headings).values()) == [
        "upn", "surname", "forename", "date_of_birth", "nc_year", "group", "sen_code", "need_1",
    ]  # fmt: skip


def test_what_the_school_said_before_wins_and_may_leave_a_column_out():
    headings = ["Set", "Class", "Surname"]

    assert guess(headings, {"set": "group"}) == {0: "group", 2: "surname"}
    assert guess(headings, {"class": ""}) == {2: "surname"}
    assert guess(headings, {"set": "no such field"}) == {1: "group", 2: "surname"}


def test_a_column_of_upns_is_known_by_its_values():
    rows = [(2, ["R201100018042", None, "Bee"]), (3, ["P207000016049", "x", "Cee"]), (4, [])]

    assert guess_table(["Ref", "Note", "Surname"], rows) == {0: "upn", 2: "surname"}
    assert guess_table(["Ref", "Note", "Surname"], rows, {"ref": ""}) == {2: "surname"}
    assert guess_table(["UPN", "Surname"], []) == {0: "upn", 1: "surname"}
    assert guess_table(["Note", "Surname"], [(2, ["x", "Bee"])]) == {1: "surname"}


@pytest.mark.parametrize(
    ("mapping", "sentences"),
    [
        ({0: "upn"}, 0), ({0: "surname", 1: "forename", 2: "date_of_birth"}, 0),
        ({0: "full_name", 1: "date_of_birth"}, 0),
        ({0: "full_name"}, 1), ({0: "date_of_birth"}, 1), ({0: "surname"}, 2), ({}, 2),
    ],
)  # fmt: skip
def test_what_is_lacking_is_said(mapping, sentences):
    assert len(lacking(mapping)) == sentences


def test_a_column_that_another_makes_needless_is_told():
    headings = ["UPN", "Unique Pupil Number", "Notes"]

    assert doubles(headings, guess(headings)) == [
        "Column 2 (Unique Pupil Number) is left out: column 1 (UPN) is read as UPN."
    ]


def test_a_school_register_is_no_pupil_list():
    assert not_a_pupil_list(guess(["URN", "LA (code)", "EstablishmentName", "TypeOfEstablishment (name)"]))
    assert not_a_pupil_list(guess(["Surname", "Phone"])) == ""


@pytest.mark.parametrize(
    ("heading", "word"), [("NC Year (code)", "ncyear"), ("  Legal   Surname ", "legalsurname"), ("Ńo ☺", "o"), ("", "")]
)
def test_headings_are_compared_without_what_differs(heading, word):
    assert plain(heading) == word
