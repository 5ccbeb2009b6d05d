"""Importing term dates: what the preview promises is what happens, all of it or nothing."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from provisionmap.school.actions.calendar import TermWrite, import_dates
from provisionmap.school.models import AcademicYear, AuditEvent, Closure, Term
from provisionmap.school.roles import Role
from tests.factories import AcademicYearFactory, TermFactory, member

UPLOAD, CONFIRM = reverse("school:calendar-import"), reverse("school:calendar-confirm")
YEAR = b"""Term,First day,Half term starts,Half term ends,Last day,INSET days
Autumn,02/09/2026,26/10/2026,30/10/2026,18/12/2026,01/09/2026;27/11/2026
Spring,04/01/2027,15/02/2027,19/02/2027,25/03/2027,
"""


def sent(client, data):
    return client.post(UPLOAD, {"file": SimpleUploadedFile("dates.csv", data)})


def confirm(client, preview, **changes):
    keys = ("kept", "only", "seen")
    return client.post(CONFIRM, {key: preview.context[key] for key in keys if preview.context.get(key)} | changes)


def test_a_file_is_shown_first_and_imported_then(client, senco):
    assert client.get(UPLOAD).status_code == 200
    preview = sent(client, YEAR)

    plan = preview.context["plan"]
    assert ([term.name for term in plan.terms], len(plan.closures)) == (["Autumn term 2026", "Spring term 2027"], 1)
    assert "01/09/2026 is no school day anyway" in preview.text
    assert not Term.objects.exists()
    assert confirm(client, preview).url == reverse("school:calendar")

    assert [(str(term), str(term.starts), str(term.half_term_ends)) for term in Term.objects.all()] == [
        ("Autumn term 2026", "2026-09-02", "2026-10-30"),
        ("Spring term 2027", "2027-01-04", "2027-02-19"),
    ]
    assert (AcademicYear.objects.get().name, Closure.objects.get().name) == ("2026/27", "INSET day")
    assert AuditEvent.objects.filter(verb__in=["term.add", "closure.add"]).count() == 3


def test_the_same_file_twice_changes_nothing(client, senco):
    confirm(client, sent(client, YEAR))

    again = sent(client, YEAR)

    assert (again.context["plan"].writes, again.context["plan"].same) == (0, 3)
    assert "nothing to import" in again.text


def test_a_term_that_is_there_is_changed_field_by_field(client, senco):
    term = TermFactory(year__school=senco.school, name="Michaelmas", ends=date(2026, 12, 17))

    preview = sent(client, YEAR)
    confirm(client, preview)

    assert preview.context["plan"].terms[0].fields == [("Last day", date(2026, 12, 17), date(2026, 12, 18))]
    term.refresh_from_db()
    assert (term.name, term.ends, term.version, Term.objects.count()) == ("Michaelmas", date(2026, 12, 18), 2, 2)


def test_a_file_that_knows_no_half_term_leaves_the_schools_own(client, senco):
    term = TermFactory(year__school=senco.school)

    confirm(client, sent(client, b"Term,Start,End\nAutumn term,02/09/2026,17/12/2026\n"))

    term.refresh_from_db()
    assert (term.ends, term.half_term_ends) == (date(2026, 12, 17), date(2026, 10, 30))


def test_one_bad_row_imports_nothing(client, senco):
    preview = sent(client, YEAR.replace(b"04/01/2027", b"soon"))

    assert preview.status_code == 422
    assert [(one.row, one.column, one.value) for one in preview.context["plan"].problems] == [(3, "First day", "soon")]
    assert confirm(client, preview).status_code == 422
    assert not Term.objects.exists()


def test_a_term_over_two_of_the_schools_terms_is_a_problem(client, senco):
    year = AcademicYearFactory(school=senco.school)
    for number, month in enumerate((9, 11)):
        TermFactory(year=year, name=f"Term {number}", starts=date(2026, month, 2), ends=date(2026, month, 20),
                    half_term_starts=None, half_term_ends=None)  # fmt: skip

    preview = sent(client, YEAR)

    assert "This covers days of Term 0 and Term 1" in preview.context["plan"].problems[0].remedy


def test_one_of_several_schools_is_chosen_without_uploading_again(client, senco):
    rows = b"School,Term,First day,Half term,Last day\n" + b"".join(
        b"%s,Autumn,0%d/09/2026,26-30 October 2026,18/12/2026\n" % (name, day)
        for name, day in ((b"Oak", 2), (b"Ash", 3))
    )
    choose = sent(client, rows)
    assert choose.context["choices"] == ["Oak", "Ash"]

    preview = client.post(CONFIRM, {"kept": choose.context["kept"], "only": "Ash"})
    confirm(client, preview)

    assert Term.objects.get().starts == date(2026, 9, 3)
    assert client.post(CONFIRM, {"kept": choose.context["kept"], "only": "Elm"}).context["choices"] == ["Oak", "Ash"]


def test_closures_are_added_once_and_only_where_they_change_a_day(client, senco):
    TermFactory(year__school=senco.school)
    Closure.objects.create(school=senco.school, name="INSET", starts=date(2026, 11, 27), ends=date(2026, 11, 27))

    plan = sent(
        client,
        b"Date,Event\n27/11/2026,INSET day\n26/10/2026,Training day\n4/12/2026,INSET day\n4/12/2026,Staff training\n"
        b"25/12/2026,Christmas Day bank holiday\n",
    ).context["plan"]

    assert [str(one["starts"]) for one in plan.closures] == ["2026-12-04"]
    assert plan.same == 1
    assert [row for row, _, _ in plan.left_out] == [3, 5]


def test_a_calendar_changed_meanwhile_is_looked_at_again(client, senco):
    preview = sent(client, YEAR)
    TermFactory(year__school=senco.school, ends=date(2026, 12, 17))

    answer = confirm(client, preview)

    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert Term.objects.count() == 1
    assert confirm(client, answer).status_code == 302


def test_what_the_calendar_refuses_is_said_and_nothing_is_written(client, senco):
    AcademicYearFactory(school=senco.school, starts=date(2026, 9, 1), ends=date(2026, 12, 1))

    answer = confirm(client, sent(client, YEAR))

    assert answer.status_code == 422
    assert "the term must lie inside it. Nothing was imported." in answer.context["clash"]
    assert not Term.objects.exists()


def test_a_term_removed_meanwhile_stops_the_whole_import(senco):
    term = TermFactory(year__school=senco.school)
    Term.objects.all().delete()

    with pytest.raises(ValidationError, match="Upload the file again"):
        import_dates(school=senco.school, terms=[TermWrite({}, term.pk)], closures=[], by=senco)


def test_a_preview_is_one_persons_and_an_hour_old_at_most(client, senco, time_machine_hour):
    preview = sent(client, YEAR)
    client.force_login(member(Role.SENCO, senco.school))
    assert confirm(client, preview).url == UPLOAD
    client.force_login(senco)
    assert client.post(CONFIRM, {"kept": "forged"}).url == UPLOAD
    time_machine_hour()

    assert confirm(client, preview).url == UPLOAD
    assert client.get(CONFIRM).url == UPLOAD
    assert not Term.objects.exists()


@pytest.fixture
def time_machine_hour(clock, client, senco):
    """Lets an hour and a minute go by; she signs in again."""

    def passes():
        clock.shift(3661)
        client.force_login(senco)

    return passes


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "This is a PDF"),
        (b"", "This file is empty"),
        (b"x" * 1_048_577, "larger than 1 MB"),
        (b"x" * 11_000_000, "larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_beside_the_field(client, senco, data, words):
    answer = sent(client, data)

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["file"][0]


def test_without_a_file_the_form_asks_for_one(client, senco):
    answer = client.post(UPLOAD, {})

    assert (answer.status_code, answer.context["form"].errors["file"]) == (422, ["Choose a file first."])


def test_a_teacher_imports_no_dates(client, db):
    client.force_login(member(Role.CLASS_TEACHER))

    assert sent(client, YEAR).status_code == 403
