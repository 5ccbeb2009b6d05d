"""`manage.py import_learners`."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from learners.actions.undoing import undo_import
from learners.management.commands import import_learners
from learners.models import ColumnMapping, ImportRun, Learner
from provisionmap.school.models import AuditEvent, School
from tests.factories import LearnerFactory, SchoolFactory
from tests.learners.lists import UPNS, as_csv, pupil
from tests.learners.reading.files import workbook


@pytest.fixture
def told(tmp_path, capsys):
    """Runs the command on a list: its exit code, and what it wrote."""

    def run(data: bytes, *options: str) -> tuple[int, str, str]:
        file = tmp_path / "list.csv"
        file.write_bytes(data)
        code = 0
        try:
            call_command("import_learners", str(file), *options)
        except SystemExit as ended:
            code = ended.code
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def answer(told, data: bytes, *options: str) -> tuple[int, dict]:
    code, out, _ = told(data, "--json", *options)
    return code, json.loads(out)


def test_a_list_is_imported_into_the_only_school(db, told, senco):
    code, found = answer(told, as_csv(pupil(0), pupil(1)))

    assert code == 0
    assert (found["status"], found["applied"], found["rows"], found["added"], found["problems"]) == (
        "applied",
        True,
        2,
        2,
        [],
    )
    assert found["mapping"] == {
        "UPN": "upn", "Surname": "surname", "Forename": "forename", "DOB": "date_of_birth", "NC Year": "nc_year",
    }  # fmt: skip
    assert Learner.objects.filter(school=senco.school).count() == 2
    assert AuditEvent.objects.get().user_id is None
    undo_import(run=ImportRun.objects.get(), by=senco)
    assert not Learner.objects.exists()


def test_a_second_run_changes_nothing_and_keeps_the_way_back(db, told):
    SchoolFactory()
    told(as_csv(pupil(0)))

    code, found = answer(told, as_csv(pupil(0)))

    assert (code, found["status"], found["added"], found["unchanged"]) == (0, "applied", 0, 1)
    assert (ImportRun.objects.count(), bool(ImportRun.objects.get().before)) == (1, True)


def test_a_dry_run_writes_nothing_and_counts_everything(db, told):
    school = SchoolFactory()
    LearnerFactory(school=school, upn=UPNS[0])
    LearnerFactory(school=school, upn=UPNS[5])

    code, found = answer(told, as_csv(pupil(0), pupil(1)), "--dry-run")

    counts = {name: found[name] for name in ("added", "changed", "unchanged", "leavers_proposed")}
    assert (code, found["status"], found["applied"]) == (0, "ready", False)
    assert counts == {"added": 1, "changed": 1, "unchanged": 0, "leavers_proposed": 1}
    assert (Learner.objects.count(), ImportRun.objects.exists()) == (2, False)


def test_a_dry_run_needs_no_school_and_not_even_a_database(db, told, monkeypatch):
    assert answer(told, as_csv(pupil(0)), "--dry-run")[1]["added"] == 1

    def missing(*args):
        raise DatabaseError("no such table")

    monkeypatch.setattr(School.objects, "order_by", missing)
    assert answer(told, as_csv(pupil(0)), "--dry-run")[1]["added"] == 1
    assert answer(told, as_csv(pupil(0)))[0] == 2


def test_problems_are_told_with_row_column_value_and_remedy_and_nothing_is_written(db, told):
    SchoolFactory()

    code, found = answer(told, as_csv(pupil(0, Sex="Z"), pupil(1, **{"SEN Provision": "S"}), pupil(2)))

    assert (code, found["status"], found["applied"], found["added"]) == (1, "problems", False, 1)
    assert found["problems"] == [
        {"row": 2, "column": "Sex", "field": "sex", "value": "Z", "message": "This is not a sex code of the census.",
         "remedy": "Write F or M, or leave it empty."},
        {"row": 3, "column": "SEN Provision", "field": "sen_code", "value": "S",
         "message": "S (statement) is no longer valid: use E for a plan, or K for SEN support.",
         "remedy": "Change the code in the MIS, or leave this value out."},
    ]  # fmt: skip
    assert {one["row"] for one in found["notices"]} == {3, 4}
    assert not Learner.objects.exists()


def test_possible_matches_are_for_a_person_to_decide(db, told):
    LearnerFactory(school=SchoolFactory(), upn=UPNS[5], surname="Bee", forename="Ada", date_of_birth="2016-03-01")

    code, found = answer(told, as_csv(pupil(0)))
    text = told(as_csv(pupil(0)))[2]

    assert (code, found["possible_matches"][0]["row"]) == (1, 2)
    assert "row 2: Name and date of birth are the same, the UPN is not. Decide it in the browser." in text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7", "This is a PDF, whatever its name says."),
        (b"URN,Name of establishment\n1,Oakfield\n", "This is not a pupil list: no column holds a UPN, a name"),
        (b"Surname,Forename\nBee,Ada\n", "The columns of this list are not clear: Choose the column with the UPN"),
    ],
)
def test_what_is_no_list_is_refused(db, told, data, message):
    SchoolFactory()

    code, found = answer(told, data)
    _, out, err = told(data)

    assert (code, found["status"], found["applied"]) == (2, "refused", False)
    assert found["message"].startswith(message)
    assert found["remedy"]
    assert (out, "Nothing was changed." in err) == ("", True)


def test_a_file_that_is_not_there_is_refused(db, capsys):
    SchoolFactory()

    with pytest.raises(SystemExit) as ended:
        call_command("import_learners", "/no/such/list.csv")

    assert ended.value.code == 2
    assert "No such file" in capsys.readouterr().err


def test_the_school_is_named_where_there_are_several(db, told):
    first, second = SchoolFactory(name="Oakfield", urn="100001"), SchoolFactory(name="Ashfield")

    code, found = answer(told, as_csv(pupil(0)))
    assert code == 2
    assert f"{first.pk} Oakfield; {second.pk} Ashfield" in found["remedy"]
    assert answer(told, as_csv(pupil(0)), "--school", "Nowhere")[0] == 2

    for name in ("100001", str(second.pk), "Ashfield"):
        assert answer(told, as_csv(pupil(0)), "--school", name)[0] == 0
    assert set(Learner.objects.values_list("school", flat=True)) == {first.pk, second.pk}


def test_without_a_school_nothing_can_be_written(db, told):
    code, found = answer(told, as_csv(pupil(0)))

    assert (code, found["message"]) == (2, "There is no school yet.")


def test_the_answer_for_a_person_says_columns_notes_problems_and_figures(db, told):
    SchoolFactory()
    data = as_csv(pupil(0, **{"SEN Provision": "K"}), pupil(1, Sex="Z")).replace(b"DOB", b"Surname", 1)

    code, out, err = told(data)

    assert code == 1
    assert "  UPN: UPN\n" in out
    assert "  Surname (column 4): left out\n" in out
    assert "Note, row 2, SEN Provision “K”: The list gives no type of need" in out
    assert (
        "1 would be added, 0 would be changed, 0 left alone, 0 on roll and not in the list.\nNothing was changed."
        in out
    )
    assert "Problem, row 3, Sex “Z”: This is not a sex code of the census. Write F or M, or leave it empty." in err
    done = told(as_csv(pupil(0)))[1]
    assert "1 added, 0 changed, 0 left alone, 0 on roll and not in the list.\nDone." in done


def test_warnings_about_the_file_are_told(db, told):
    SchoolFactory()
    data = workbook([["UPN", "Surname", "Forename"], [UPNS[0], "Bee", "Ada"]], also={"Staff": [["Phone"]]})

    assert answer(told, data, "--dry-run")[1]["notices"][0]["message"].startswith("Read from the sheet “Pupils”")
    assert "Read from the sheet “Pupils”" in told(data, "--dry-run")[1]


def test_columns_chosen_in_the_browser_hold_here_too(db, told):
    ColumnMapping.objects.create(school=SchoolFactory(), heading="pupilcode", field="upn")

    assert answer(told, b"Pupil code,Surname,Forename\nR201100018042,Bee,Ada\n")[1]["mapping"]["Pupil code"] == "upn"


def test_a_register_that_moved_while_the_list_was_read_is_told(db, told, monkeypatch):
    SchoolFactory()

    def moved(**options):
        raise import_learners.Moved

    monkeypatch.setattr(import_learners, "apply_list", moved)
    with pytest.raises(CommandError, match="run the command again"):
        told(as_csv(pupil(0)))
