"""What the command tells of maps that say nothing, or cannot be taken."""

from io import StringIO

import pytest
from django.core.management import call_command

from provisionmap.school.models import School


@pytest.fixture
def run(db, tmp_path):
    School.objects.create(name="Oakfield")

    def _run(content, *options):
        path, out, err = tmp_path / "map.csv", StringIO(), StringIO()
        path.write_bytes(content)
        try:
            call_command("import_map", path, *options, stdout=out, stderr=err)
            code = 0
        except SystemExit as stopped:
            code = stopped.code
        return code, out.getvalue(), err.getvalue()

    return _run


def test_a_map_of_headings_alone_would_change_nothing_and_quotes_nothing(run):
    code, out, _ = run(b"Pupil,Wave 1,Wave 2\n")

    assert code == 0
    assert "Note, row 1: The map has headings but no rows. Nothing will change.\n" in out
    assert out.endswith("Nothing would change: the map says nothing that is not here already.\n")


def test_a_note_about_a_child_is_not_repeated_by_the_command(run):
    _, out, err = run(b"Pupil,Wave 1,Comments\nAda Bee,Seating plan,CP concern\n", "--dry-run")
    _, as_json, _ = run(b"Pupil,Wave 1,Comments\nAda Bee,Seating plan,CP concern\n", "--dry-run", "--json")

    assert "Note, row 2, Comments: A note about one learner" in out
    assert "CP concern" not in out + err + as_json


@pytest.mark.parametrize("content", [b"%PDF-1.7", b""])
def test_a_pdf_or_an_empty_file_is_refused_with_what_to_do_for_a_map(run, content):
    code, _, err = run(content)

    assert code == 2
    assert "Save the map as Excel workbook (.xlsx), OpenDocument (.ods) or CSV" in err
    assert "MIS" not in err


def test_columns_that_name_no_provision_are_refused_by_the_command(run):
    code, _, err = run(b"Pupil,Autumn,Spring\nAda Bee,Nessy,Lego\n")

    assert code == 2
    assert "no column" in err


def test_an_area_that_is_only_the_childs_first_need_is_told_by_the_command(run):
    head, row = b"UPN,Surname,Forename,Need,Wave 1\n", b"R201100018042,Bee,Ada,SLCN,Seating plan\n"

    _, out, _ = run(head + row, "--create-learners", "--dry-run")

    assert "Note, row 2" in out
    assert "need" in out.split("Note, row 2")[1]
