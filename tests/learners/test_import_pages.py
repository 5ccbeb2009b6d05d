"""The pages of an import, from upload to undo."""

import html
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from learners.models import ColumnMapping, ImportRun, Learner
from learners.views import previewing
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import LearnerFactory, SchoolFactory, SenProvisionFactory, member
from tests.learners.lists import UPNS, as_csv, bring, pupil, upload
from tests.learners.reading.test_ctf import PUPIL, ctf

UPLOAD = reverse("learners:import")
HX = {"HX-Request": "true"}


def url(name: str, run: ImportRun) -> str:
    return reverse(f"learners:import-{name}", args=[run.pk])


def send(client, data: bytes, name: str = "list.csv"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, data)})


def words(answer) -> str:
    """The page as a person reads it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def seen(client, run) -> str:
    return client.get(url("preview", run)).context["fingerprint"]


def test_a_list_goes_from_upload_to_register_and_back(client, senco):
    answer = send(client, as_csv(pupil(0, **{"SEN Provision": "K", "Primary need": "SPLD"}), pupil(1)))
    run = ImportRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url("columns", run))

    page = client.get(url("columns", run))
    assert "“list.csv” has 2 pupils" in words(page)
    chosen = {name: field.value() for name, field in ((f.name, f) for f in page.context["form"])}
    assert client.post(url("columns", run), chosen)["Location"] == url("preview", run)

    page = client.get(url("preview", run))
    assert "2 to add 0 to change 0 left alone" in words(page)
    assert "Ó Brien, Ada" in words(page)
    answer = client.post(url("apply", run), {"seen": page.context["fingerprint"]})
    assert answer["Location"] == url("result", run)

    assert "2 added 0 changed 0 left alone" in words(client.get(url("result", run)))
    assert Learner.objects.count() == 2
    answer = client.post(url("undo", run), follow=True)
    assert "The import is undone: the register is as it was before." in words(answer)
    assert Learner.objects.count() == 0


def test_nothing_is_written_before_import_is_pressed(client, senco):
    send(client, as_csv(pupil(0)))
    run = ImportRun.objects.get()
    for name in ("columns", "preview"):
        client.get(url(name, run))

    assert (Learner.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.4", "This is a PDF, whatever its name says. Export the list as CSV"),
        (b"", "This file is empty. Export the list again."),
        (b"URN,EstablishmentName\n1,Oakfield\n", "This is not a pupil list: no column holds a UPN"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field(client, senco, data, sentence):
    answer = send(client, data)

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not ImportRun.objects.exists()


def test_no_file_at_all_is_asked_for(client, senco):
    answer = client.post(UPLOAD)

    assert (answer.status_code, "Choose the file first." in words(answer)) == (422, True)


def test_a_file_that_is_too_large_is_let_go_while_it_comes(client, senco, settings):
    settings.UPLOAD_LIMIT = 1000

    answer = send(client, b"UPN\n" + b"x" * 2000)

    assert answer.status_code == 422
    assert "This file is larger than 10 MB." in words(answer)


def test_a_list_that_waits_is_offered_again_and_can_be_let_go(client, senco):
    run = upload(senco, as_csv(pupil(0)))

    assert "You have a list waiting." in words(client.get(UPLOAD))
    assert client.get(url("cancel", run))["Location"] == UPLOAD
    assert ImportRun.objects.get().state == "uploaded"
    assert "nothing was changed" in words(client.post(url("cancel", run), follow=True))

    run.refresh_from_db()
    assert (run.state, run.upload) == ("abandoned", None)
    assert "You have a list waiting." not in words(client.get(UPLOAD))


def test_columns_can_be_corrected_and_are_remembered(client, senco):
    data = b"UPN,Surname,Forename,Set\n" + f"{UPNS[0]},Bee,Ada,5A\n".encode()
    run = upload(senco, data)

    client.post(
        url("columns", run), {"column-0": "upn", "column-1": "surname", "column-2": "forename", "column-3": "group"}
    )

    assert list(ColumnMapping.objects.values_list("heading", "field")) == [("set", "group")]
    assert "as you chose before" in words(client.get(url("columns", upload(senco, data))))


def test_a_field_chosen_twice_and_a_list_without_a_upn_are_explained(client, senco):
    run = upload(senco, as_csv(pupil(0), headings=["UPN", "Surname", "Forename", "DOB"]))

    answer = client.post(url("columns", run), {"column-1": "surname", "column-2": "surname"})

    assert answer.status_code == 422
    assert "Column 2 is read as this already: leave one of them out." in words(answer)
    assert "Choose the columns with surname and forename." in words(answer)
    assert "Choose the column with the UPN, or the one with the date of birth." in words(answer)


def test_sixty_columns_show_the_eight_that_matter_first(client, senco):
    headings = ["UPN", "Surname", *[f"Week {n}" for n in range(58)]]
    data = ",".join(headings) + "\n" + ",".join([UPNS[0], "Bee", *["x"] * 57, "y" * 60]) + "\n"

    page = client.get(url("columns", upload(senco, data.encode())))

    assert [column["heading"] for column in page.context["used"]] == ["UPN", "Surname"]
    assert len(page.context["unused"]) == 58
    assert page.context["unused"][-1]["samples"] == ["y" * 39 + "…"]
    assert "58 columns are left out" in words(page)


def test_doubled_headings_are_explained(client, senco):
    run = upload(senco, b"UPN,Surname,Forename,Forename\n" + f"{UPNS[0]},Bee,Ada,Ann\n".encode())

    assert "Column 4 (Forename) is left out" in words(client.get(url("columns", run)))


def test_problems_are_shown_all_at_once_and_left_out_one_by_one(client, senco):
    run = upload(senco, as_csv(pupil(0, Sex="Z", FSM="perhaps"), pupil(1), {**pupil(2), "Surname": ""}))
    page = client.get(url("preview", run))

    assert [one["key"] for one in page.context["problems"]] == ["2:sex", "2:fsm", "4:"]
    assert "3 things to mend" in words(page)
    assert "First settle what stands in the way above." in words(page)

    client.post(url("preview", run), {"do": "leave", "leave": ["2:sex", "4:", "3:sex", "9:"]})
    page = client.get(url("preview", run))
    assert [one["key"] for one in page.context["problems"]] == ["2:fsm"]
    assert "You decided: 1 value left out, 1 row left out." in words(page)

    client.post(url("preview", run), {"do": "leave-all"})
    page = client.get(url("preview", run))
    assert (page.context["problems"], page.context["draft"].ready) == ([], True)

    client.post(url("preview", run), {"do": "reset"})
    assert len(client.get(url("preview", run)).context["problems"]) == 3


def test_very_many_problems_are_cut_and_point_to_the_columns(client, senco, monkeypatch):
    monkeypatch.setattr(previewing, "MOST_PROBLEMS", 2)
    run = upload(senco, as_csv(*[pupil(number, Sex="Z") for number in range(4)]))

    page = client.get(url("preview", run))

    assert len(page.context["problems"]) == 2
    assert "4 things to mend" in words(page)
    assert "The first 2 are shown." in words(page)


def test_a_possible_match_is_decided_by_a_person(client, senco):
    known = LearnerFactory(school=senco.school, upn=UPNS[5], surname="Bee", forename="Ada", date_of_birth="2016-03-01")
    run = upload(senco, as_csv(pupil(0), pupil(1)))

    page = client.get(url("preview", run))
    assert "Row 2: Bee, Ada, born 01/03/2016" in words(page)
    assert "Name and date of birth are the same, the UPN is not." in words(page)

    for answer, counts in ((str(known.pk), (1, 1)), ("new", (2, 0)), ("out", (1, 0)), ("999999", None), ("", None)):
        client.post(url("preview", run), {"do": "reset"})
        client.post(url("preview", run), {"do": "who", "who-2": answer})
        plan = client.get(url("preview", run)).context["draft"].plan
        if counts is None:
            assert len(plan.possible) == 1
        else:
            assert (len(plan.additions), len(plan.changes)) == counts


def test_each_part_of_the_preview_is_a_page_and_a_fragment(client, senco):
    known = LearnerFactory(school=senco.school, upn=UPNS[0], surname="Bee", forename="Ada", nc_year="4", fsm=True)
    SenProvisionFactory(learner=known)
    same = LearnerFactory(school=senco.school, upn=UPNS[1], surname="Ó Brien", forename="Ada", nc_year="5")
    Learner.objects.filter(pk=same.pk).update(date_of_birth=date(2016, 3, 2))
    run = upload(
        senco,
        as_csv(
            pupil(0, FSM="N", **{"SEN Provision": "N", "Entry date": "01/09/2021"}), pupil(1),
            pupil(2, **{"SEN Provision": "K", "Leaving date": "01/09/2030", "PP": "Y"}),
        ),
    )  # fmt: skip

    whole = client.get(url("preview", run), {"show": "changed"})
    part = client.get(url("preview", run), {"show": "changed"}, headers=HX)
    assert "FSM" not in words(part)
    for text in ("Date of birth 15/01/2018 → becomes 01/03/2016", "Year group Year 4 → becomes Year 5",
                 "Free school meals Yes → becomes No", "SEN provision SEN support → becomes No SEN",
                 "Types of need SPLD → becomes nothing", "Joined 01/09/2022 → becomes 01/09/2021"):  # fmt: skip
        assert text in words(part)
    assert part.text.strip() in whole.text
    assert "<h1>" not in part.text
    assert "Ó Brien, Ada" in words(client.get(url("preview", run), {"show": "unchanged"}, headers=HX))
    added = words(client.get(url("preview", run), {"show": "added"}, headers=HX))
    assert "4 Cee, Ada left 01/09/2030 03/03/2016 Year 5 K PP H801200001001" in added
    assert "The list gives no type of need" in words(client.get(url("preview", run), {"show": "notices"}, headers=HX))


def test_the_preview_opens_where_something_happens(client, senco):
    assert client.get(url("preview", upload(senco, as_csv(pupil(0))))).context["tab"] == "added"
    bring(senco, pupil(0))
    changed = upload(senco, as_csv(pupil(0, Sex="F")))
    assert client.get(url("preview", changed)).context["tab"] == "changed"
    page = client.get(url("preview", upload(senco, as_csv(pupil(0)))))
    assert page.context["tab"] == "unchanged"
    assert "There is nothing to change." in words(page)
    empty = upload(senco, as_csv(headings=["UPN", "Surname"]))
    assert client.get(url("preview", empty)).context["tab"] == "added"
    for tab, text in [
        ("added", "Nobody is added."),
        ("changed", "Nobody is changed."),
        ("unchanged", "Nobody is left alone"),
    ]:
        assert text in words(client.get(url("preview", empty), {"show": tab}))
    assert "headings but no pupils" in words(client.get(url("preview", empty), {"show": "notices"}))


def test_long_lists_are_paged(client, senco):
    rows = [{**pupil(0), "UPN": f"A{n:012d}", "Surname": f"Bee{n}"} for n in range(120)]
    run = upload(senco, as_csv(*rows))

    page = client.get(url("preview", run), {"show": "added", "page": "3"})

    assert len(page.context["rows"]) == 20
    assert "Page 3 of 3" in words(page)


def test_contacts_of_a_transfer_file_are_shown_with_who_they_come_to(client, senco):
    run = upload(senco, ctf(PUPIL).encode())
    assert "Ó Brien, Zoë 2 contacts" in words(client.get(url("preview", run)))
    client.post(url("apply", run), {"seen": seen(client, run)})
    Learner.objects.get().contacts.all().delete()

    page = client.get(url("preview", upload(senco, ctf(PUPIL).encode())))

    assert "Contacts to add Mrs Ann Ó Brien, Hill" in words(page)


def test_leavers_are_proposed_and_only_those_ticked_are_marked(client, senco):
    left = LearnerFactory(school=senco.school, upn=UPNS[4], surname="Zed")
    stays = LearnerFactory(school=senco.school, upn=UPNS[5], surname="Yes")
    run = upload(senco, as_csv(pupil(0)))
    assert "2 learners on roll are not in this list" in words(client.get(url("preview", run)))

    client.post(url("apply", run), {"seen": seen(client, run), "leavers": [left.pk], "last_day": "2026-10-23"})

    left.refresh_from_db()
    stays.refresh_from_db()
    assert (left.left, stays.left) == (date(2026, 10, 23), None)
    assert "1 marked as left" in words(client.get(url("result", run)))


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"last_day": ""}, "Give the last day of those you ticked."),
        ({"last_day": "2020-01-01"}, "1 of those ticked joined after 01/01/2020"),
        ({"last_day": "soon"}, "Enter a valid date."),
        ({"leavers": ["999999"]}, "The list of leavers changed: look at it again."),
    ],
)
def test_leavers_need_a_day_that_can_be(client, senco, sent, sentence):
    left = LearnerFactory(school=senco.school, upn=UPNS[4])
    run = upload(senco, as_csv(pupil(0)))

    answer = client.post(url("apply", run), {"seen": seen(client, run), "leavers": [left.pk], **sent})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert Learner.objects.count() == 1


def test_a_list_with_nothing_new_needs_a_tick(client, senco):
    bring(senco, pupil(0))
    LearnerFactory(school=senco.school, upn=UPNS[4])
    run = upload(senco, as_csv(pupil(0)))
    assert "Mark those ticked as left" in words(client.get(url("preview", run)))

    answer = client.post(url("apply", run), {"seen": seen(client, run)})

    assert answer.status_code == 422
    assert "There is nothing to import: tick those who have left, or cancel." in words(answer)


def test_what_moved_meanwhile_is_shown_again_and_not_applied(client, senco):
    run = upload(senco, as_csv(pupil(0)))
    before = seen(client, run)
    LearnerFactory(school=senco.school, upn=UPNS[0])

    answer = client.post(url("apply", run), {"seen": before})

    assert answer.status_code == 409
    assert "Nothing was imported. The register or the list changed" in words(answer)
    assert ImportRun.objects.get().state == "uploaded"


def test_applying_is_a_press_and_not_an_address(client, senco):
    run = upload(senco, as_csv(pupil(0)))

    assert client.get(url("apply", run))["Location"] == url("preview", run)
    assert client.get(url("undo", bring(senco, pupil(0)))).status_code == 302
    assert Learner.objects.count() == 1


@pytest.mark.parametrize("name", ["columns", "preview", "apply", "cancel"])
def test_a_list_that_is_settled_sends_its_person_back_to_the_start(client, senco, name):
    run = bring(senco, pupil(0))

    answer = client.post(url(name, run), follow=True)

    assert answer.redirect_chain[-1][0] == UPLOAD
    assert "upload it again" in words(answer)


def test_a_list_left_for_more_than_an_hour_is_gone(client, senco):
    run = upload(senco, as_csv(pupil(0)))

    with time_machine.travel(run.created + timedelta(hours=2)):
        client.force_login(senco)
        answer = client.get(url("preview", run), follow=True)
        assert "This list was left too long" in words(answer)
        assert "You have a list waiting." not in words(answer)


def test_an_upload_belongs_to_its_person_and_its_school(client, senco):
    run = upload(senco, as_csv(pupil(0)))
    colleague = member(Role.ADMINISTRATOR, senco.school)
    stranger = member(Role.SENCO, SchoolFactory())

    for user in (colleague, stranger):
        client.force_login(user)
        for name in ("columns", "preview", "apply", "cancel"):
            assert client.get(url(name, run)).status_code == 404
        assert "list.csv" not in client.get(UPLOAD).text


def test_finished_imports_are_for_those_who_may_import_at_the_school(client, senco):
    run = bring(senco, pupil(0))
    client.force_login(member(Role.ADMINISTRATOR, senco.school))
    assert "1 added" in words(client.get(url("result", run)))
    assert senco.name in words(client.get(reverse("learners:import-history")))

    client.force_login(member(Role.SENCO, SchoolFactory()))
    assert client.get(url("result", run)).status_code == 404
    assert "No list has been imported yet" in words(client.get(reverse("learners:import-history")))

    client.force_login(member(Role.CLASS_TEACHER, senco.school))
    for address in (UPLOAD, url("result", run), url("undo", run), reverse("learners:import-history")):
        assert client.get(address).status_code == 403


def test_an_import_that_cannot_be_undone_says_why_beside_the_button(client, senco):
    run = bring(senco, pupil(0))
    Learner.objects.update(version=5)

    page = words(client.get(url("result", run)))
    answer = client.post(url("undo", run), follow=True)

    assert "1 learner has been worked on since this import" in page
    assert "1 learner has been worked on since this import" in words(answer)
    assert Learner.objects.count() == 1


def test_the_history_tells_what_was_undone_and_what_came_from_the_command_line(client, senco):
    run = bring(senco, pupil(0))
    ImportRun.objects.update(by=None)
    client.post(url("undo", run))

    page = words(client.get(reverse("learners:import-history")))

    assert "Command line" in page
    assert "Undone" in page
    assert "This import was undone" in words(client.get(url("result", run)))
    assert ", undone." in words(client.get(UPLOAD))


@pytest.mark.parametrize("rows", [1, 60])
def test_pages_take_as_many_queries_for_one_row_as_for_sixty(client, senco, rows, django_assert_num_queries):
    pupils = [{**pupil(0), "UPN": f"A{n:012d}", "Surname": f"Bee{n}", "Reg Group": f"G{n}"} for n in range(rows)]
    for number in range(rows):
        LearnerFactory(school=senco.school, upn=f"B{number:012d}")
        SenProvisionFactory(learner=LearnerFactory(school=senco.school, upn=f"A{number:012d}", surname="Cee"))
    run = upload(senco, as_csv(*pupils))

    with django_assert_num_queries(3):
        client.get(url("columns", run))
    with django_assert_num_queries(6):
        client.get(url("preview", run))


@pytest.mark.parametrize("runs", [1, 30])
def test_the_history_takes_as_many_queries_for_one_import_as_for_thirty(client, senco, runs, django_assert_num_queries):
    for _ in range(runs):
        ImportRun.objects.create(school=senco.school, by=senco, state="applied", applied=timezone.now())

    with django_assert_num_queries(4):
        client.get(reverse("learners:import-history"))


def test_nothing_of_a_list_stands_in_addresses_or_logs(client, senco, caplog):
    caplog.set_level("DEBUG")
    run = upload(senco, as_csv(pupil(0, Sex="Z"), pupil(1)))

    client.post(url("preview", run), {"do": "leave-all"})
    client.post(url("apply", run), {"seen": seen(client, run)})

    logged = "\n".join(
        f"{record.getMessage()} {record.__dict__}" for record in caplog.records if "django.db" not in record.name
    )
    assert Learner.objects.count() == 2
    for secret in ("Bee", "Ó Brien", UPNS[0], "list.csv"):
        assert secret not in logged


def test_values_are_said_as_people_read_them():
    assert previewing.words("sex", "F") == "Female"
    assert previewing.words("needs", ("SPLD", "HI")) == "SPLD, HI"
    assert previewing.words("group", "5A") == "5A"
    assert (previewing.label_of("eal"), previewing.label_of("nc_year")) == ("EAL", "Year group")
