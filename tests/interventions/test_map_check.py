"""The check page of a map's import: what would be written, and everything on it a person may decide otherwise."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from interventions.export.csv_file import csv_file
from interventions.export.drawing import Shown
from interventions.export.sheets import flat
from interventions.models import Deliverer, MapImport, Placement, Provision
from learners.reading.sheet import COPY
from provisionmap.school.roles import Role
from tests.factories import GroupFactory, InterventionFactory, LearnerFactory, ProvisionFactory, member
from tests.interventions.map_pages import rows_of
from tests.interventions.sent import sent_by

pytestmark = pytest.mark.django_db
START = reverse("interventions:map-import")
HEAD = "UPN,Provision,Wave,Area,Dose,Staff,Outcome,Baseline,Target,Review date,Learners\n"


def at(name, run):
    return reverse(f"interventions:map-import-{name}", args=[run.pk])


def send(client, text, name="map.csv"):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(START, {"file": file}), MapImport.objects.order_by("-pk").first()


def started(client, text):
    """The upload with its days chosen, and its page."""
    _, run = send(client, text)
    client.post(at("check", run), {"starts": "2026-09-07", "ends": "2026-12-18"})
    return run, client.get(at("check", run))


def keep(client, run, shown, **given):
    """Send the page back with other answers, and the page after that."""
    return client.post(at("check", run), sent_by(shown) | given, follow=True)


def apply(client, run, page):
    return client.post(at("apply", run), sent_by(page), follow=True)


def line(page, name):
    return next(one for one in page.context["lines"] if one["one"].name == name)


@pytest.fixture
def ada(senco):
    group = GroupFactory(school=senco.school, name="4K")
    return LearnerFactory(school=senco.school, surname="Bee", forename="Ada", nc_year="4", group=group)


def test_the_preview_says_everything_that_would_be_written(client, senco, ada):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    text = f"{HEAD}{ada.upn},Nessy,2,C&L,3 x 20 mins,{ta.name},Reads 60 words,40,60,01/12/2026,\n"

    _, page = started(client, text)

    one = line(page, "Nessy")
    assert one["people"] == [(ta.name, "Teaching assistant", True)]
    assert one["places"] == [
        {"name": "Ada Bee", "own": "outcome: Reads 60 words · baseline: 40 · target: 60 · review 1 Dec 2026"}
    ]
    for words in ("Ada Bee", "3 × 20 min", "7 Sep 2026 to 18 Dec 2026", "Cognition and learning", "Wave 2", ta.name):
        assert words in page.text


def test_an_area_that_is_only_guessed_says_so_and_may_be_chosen_otherwise(client, senco, ada):
    run, page = started(client, f"UPN,Primary need,Wave 2\n{ada.upn},SLCN,Nessy\n")
    one = line(page, "Nessy")

    page = keep(client, run, page, **{f"area-{one['mark']}": "semh"})

    assert (one["area"], one["one"].area_from) == ("Communication and interaction", "needs")
    assert "a guess, from the learners’ first need" not in page.text
    assert line(page, "Nessy")["area"] == "Social, emotional and mental health"


def test_a_line_is_left_out_and_put_back(client, senco):
    run, page = started(client, "Provision,Wave,Area\nNessy,2,C&L\nLego,2,C&I\n")
    lego = line(page, "Lego")

    page = keep(client, run, page, **{f"out-{lego['mark']}": "1"})
    left = [one.name for _, one, _ in page.context["left"]]
    names = [one["one"].name for one in page.context["lines"]]
    kept = keep(client, run, page)
    back = keep(client, run, page, **{f"out-{lego['mark']}": []})
    apply(client, run, kept)

    assert (left, names) == (["Lego"], ["Nessy"])
    assert [one.name for _, one, _ in kept.context["left"]] == ["Lego"]
    assert [one["one"].name for one in back.context["lines"]] == ["Nessy", "Lego"]
    assert set(Provision.objects.values_list("name", flat=True)) <= {"Nessy", "Lego"}


def test_a_line_gets_the_name_that_a_person_writes_and_joins_others_of_that_name(client, senco, ada):
    ben = LearnerFactory(school=senco.school)
    run, page = started(client, f"UPN,Wave 2,Area\n{ada.upn},Nessi,C&L\n{ben.upn},Nessy,C&L\n")

    page = keep(client, run, page, **{f"title-{line(page, 'Nessi')['mark']}": "Nessy"})
    apply(client, run, page)

    assert list(Provision.objects.values_list("name", flat=True)) == ["Nessy"]
    assert set(Placement.objects.values_list("learner", flat=True)) == {ada.pk, ben.pk}


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_a_name_that_will_not_do_is_told_at_its_line_with_what_was_typed(client, senco, name):
    run, page = started(client, "Provision,Wave,Area\nNessy,2,C&L\n")
    mark = line(page, "Nessy")["mark"]

    answer = client.post(at("check", run), sent_by(page) | {f"title-{mark}": name})

    assert answer.status_code == 422
    assert (line(answer, "Nessy")["title"], bool(line(answer, "Nessy")["title_error"])) == (name, True)


def test_a_line_is_linked_to_a_library_entry_to_another_or_to_none(client, senco):
    InterventionFactory(school=senco.school, name="Nessy")
    other = InterventionFactory(school=senco.school, name="Toe by Toe")
    run, page = started(client, "Provision,Wave,Area\nNessy,2,C&L\n")
    mark = line(page, "Nessy")["mark"]

    guessed = line(page, "Nessy")["shelf"]
    chosen = line(keep(client, run, page, **{f"library-{mark}": "toe by toe"}), "Nessy")
    wrong = client.post(at("check", run), sent_by(page) | {f"library-{mark}": "Nowhere"})
    page = client.get(at("check", run))
    none = line(keep(client, run, page, **{f"library-{mark}": ""}), "Nessy")

    assert (guessed, chosen["shelf"], chosen["one"].library) == ("Nessy", "Toe by Toe", other.pk)
    assert (wrong.status_code, line(wrong, "Nessy")["shelf_typed"]) == (422, "Nowhere")
    assert "The library has no entry of this name." in wrong.text
    assert none["one"].library is None


def test_a_member_of_staff_who_is_not_known_is_matched_kept_or_left_out(client, senco):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    run, page = started(
        client, "Provision,Wave,Area,Staff\nNessy,2,C&L,Mrs Hill\nLego,2,C&I,Mr Oak\nTalk,2,C&I,Dr Khan\n"
    )
    marks = {one["one"].name: one["mark"] for one in page.context["staff"]}

    page = keep(client, run, page, **{f"staff-{marks['Mrs Hill']}": str(ta.pk), f"staff-{marks['Mr Oak']}": "out"})
    apply(client, run, page)

    assert list(Deliverer.objects.order_by("pk").values_list("provision__name", "user", "name", "role")) == [
        ("Nessy", ta.pk, "", "ta"), ("Talk", None, "Dr Khan", "other"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "written", "kept"),
    [
        (Role.TEACHING_ASSISTANT, "{}", "ta"), (Role.CLASS_TEACHER, "{}", "teacher"), (Role.SENCO, "{}", "senco"),
        (Role.EXTERNAL, "{}", "other"), (Role.TEACHING_ASSISTANT, "{} (HLTA)", "hlta"),
    ],
)  # fmt: skip
def test_somebody_who_signs_in_delivers_as_what_they_are_unless_the_file_says_another_role(
    client, senco, role, written, kept
):
    adult = member(role, senco.school)
    run, page = started(client, f"Provision,Wave,Area,Staff\nNessy,2,C&L,{written.format(adult.name)}\n")

    apply(client, run, page)

    assert list(Deliverer.objects.values_list("user", "role")) == [(adult.pk, kept)]


def test_somebody_whose_role_here_has_ended_delivers_as_nobody_in_particular(client, senco):
    adult = member(Role.TEACHING_ASSISTANT, senco.school)
    adult.memberships.update(ends=date(2026, 10, 2))
    run, page = started(client, f"Provision,Wave,Area,Staff\nNessy,2,C&L,{adult.name}\n")

    apply(client, run, page)

    assert list(Deliverer.objects.values_list("user", "role")) == [(adult.pk, "other")]


def test_an_answer_that_names_nobody_here_and_a_dose_left_empty_decide_nothing(client, senco):
    run, page = started(client, "Provision,Wave,Area,Staff,Dose\nNessy,2,C&L,Mrs Hill,20-30 mins\n")
    [hill], [dose] = page.context["staff"], page.context["unread"]

    page = keep(client, run, page, **{f"staff-{hill['mark']}": "99999", f"dose-{dose['mark']}": " "})

    assert ([one["one"].answer for one in page.context["staff"]], len(page.context["unread"])) == ([None], 1)


def test_a_provision_whose_learners_are_all_left_out_is_not_made(client, senco, ada):
    text = f"UPN,Pupil,Wave 1,Wave 2,Area\n{ada.upn},,Seating plan,Nessy,C&L\n,Zoe Dee,Word mats,Nessy; Lego,C&L\n"
    run, page = started(client, text)
    [zoe] = page.context["doubts"]

    page = keep(client, run, page, **{f"who-{zoe['mark']}": "out"})
    apply(client, run, page)

    assert [one.name for _, one, _ in page.context["left"]] == ["Word mats", "Lego"]
    assert set(Provision.objects.values_list("name", flat=True)) == {"Seating plan", "Nessy"}


def test_what_a_row_says_of_the_whole_class_stays_without_the_learner_it_names(client, senco):
    run, page = started(client, "Provision,Wave,Area,Pupils\nSeating plan,1,C&L,Zoe Dee\nNessy,2,C&L,Zoe Dee\n")
    [zoe] = page.context["doubts"]

    page = keep(client, run, page, **{f"who-{zoe['mark']}": "out"})

    assert [one["one"].name for one in page.context["lines"]] == ["Seating plan"]
    assert line(page, "Seating plan")["one"].without == ("Zoe Dee",)


def test_a_wrong_upn_is_told_beside_its_child_when_others_are_settled_at_once(client, senco, ada):
    run, page = started(client, "Pupil,Wave 2,Area\nAda Bee,Nessy,C&L\nZoe Dee,Nessy,C&L\n")
    first, zoe = (one["mark"] for one in page.context["doubts"])

    answer = client.post(at("check", run), sent_by(page) | {f"who-{first}": str(ada.pk), f"upn-{zoe}": "X999000016049"})

    [doubt] = answer.context["doubts"]
    assert answer.status_code == 422
    assert (doubt["who"].shown, doubt["typed"]) == ("Zoe Dee", "X999000016049")
    assert doubt["error"] == "No learner here has this UPN. Check it against the register."
    assert 'value="X999000016049"' in answer.text


def test_exact_matches_are_accepted_together_only_when_a_person_says_so_and_stay_in_sight(client, senco, ada):
    LearnerFactory(school=senco.school, surname="Cee", forename="Ben", nc_year="4", group=ada.group)
    text = "Pupil,Year,Class,Wave 2,Area\nAda Bee,Year 4,4K,Nessy,C&L\nBen,,,Nessy,C&L\nAda Bee,Year 5,,Lego,C&I\n"
    run, page = started(client, text)

    kept = keep(client, run, page)
    page = keep(client, run, page, do="exact")

    assert [bool(one["exact"]) for one in kept.context["doubts"]] == [True, False, False]
    assert kept.context["settled"] == []
    assert [(one["who"].year, one["answer"]) for one in page.context["settled"]] == [("4", ada.pk)]
    assert len(page.context["doubts"]) == 2
    assert "Learners you decided (1)" in page.text
    again = keep(client, run, page, **{f"who-{page.context['settled'][0]['mark']}": ""})
    assert len(again.context["doubts"]) == 3


def test_an_answer_that_is_not_yet_kept_is_kept_and_shown_before_anything_is_written(client, senco):
    run, page = started(client, "Provision,Wave,Area\nNessy,2,C&L\n")

    answer = client.post(at("apply", run), sent_by(page) | {f"title-{line(page, 'Nessy')['mark']}": "Nessy online"})
    wrong = client.post(at("apply", run), sent_by(answer) | {"starts": "soon"})
    apply(client, run, answer)

    assert (answer.status_code, wrong.status_code) == (409, 422)
    assert line(answer, "Nessy online")
    assert list(Provision.objects.values_list("name", flat=True)) == ["Nessy online"]


def test_many_lines_come_in_pages_and_turning_one_keeps_what_was_typed(client, senco):
    text = "Provision,Wave,Area\n" + "".join(f"P{number:02},2,C&L\n" for number in range(30))
    run, page = started(client, text)

    second = keep(client, run, page, **{f"title-{line(page, 'P03')['mark']}": "Nessy", "page": "2"})

    assert [one["one"].name for one in second.context["lines"]] == ["P25", "P26", "P27", "P28", "P29"]
    assert client.get(at("check", run)).context["lines"][3]["one"].name == "Nessy"


def test_lines_that_change_nothing_stand_behind_a_count(client, senco):
    ProvisionFactory(school=senco.school, name="Nessy", sessions=None, minutes=None, ends=date(2026, 12, 18))
    _, page = started(client, "Provision,Wave,Area\nNessy,2,C&L\nLego,2,C&I\n")

    assert [one["one"].name for one in page.context["lines"]] == ["Lego"]
    assert "1 provision stays as it is" in page.text


def test_what_was_lost_is_open_to_see_and_said_once_for_the_rows_of_which_it_is_so(client, senco):
    _, page = started(client, "Provision,Wave,Start\nNessy,2,soon\nLego,2,soon\n")

    assert '<details class="panel more" open><summary>Worth knowing (1)</summary>' in page.text
    assert "Rows 2, 3, Start, “soon”: This is not a date." in page.text


def test_times_are_shown_as_times_among_the_first_values_of_a_column(client, senco):
    _, run = send(client, "Provision,Dose\nNessy,0.01388888888888889\nLego,0.5\nTalk,3\n")

    page = client.get(at("columns", run))
    check = client.get(at("check", run))

    assert check.context["unread"][0]["shown"] == "0:20"
    assert [column["samples"] for column in page.context["columns"]][1] == ["0:20", "0.5", "3"]


@pytest.mark.parametrize("names", ["initials", "full"])
def test_a_copy_for_sharing_is_refused(client, senco, ada, names, tmp_path):
    shown = Shown(names, frozenset())
    content = csv_file(*flat(shown, rows_of(senco.school, senco)))

    answer, run = send(client, content)

    assert COPY in content.decode()
    assert (answer.status_code, run) == (422, None)
    assert "This is a copy for sharing" in answer.text


def test_a_workbook_for_sharing_of_before_its_headings_said_so_is_refused(client, senco, ada):
    book = openpyxl.Workbook()
    book.active.title = "For sharing"
    for row in (["Surname", "Forename", "Provision", "Tier"], ["B.", "A.", "Nessy", "Wave 2"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)

    answer, run = send(client, file.getvalue(), "map.xlsx")

    assert (answer.status_code, run) == (422, None)
    assert "This is a copy for sharing" in answer.text
