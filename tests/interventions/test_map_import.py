"""Importing a provision map: the pages, the rules of who may, and all or nothing."""

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from interventions.actions import changes
from interventions.actions import importing as actions
from interventions.actions.placements import change_placement
from interventions.management.commands import import_map
from interventions.map_reading.plan import Choices
from interventions.models import Deliverer, Intervention, MapChange, MapColumn, MapImport, Placement, Provision
from interventions.sheet import HEADINGS
from interventions.tasks import forget_maps
from learners.models import Grant, Group, Learner, SenProvision
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    member,
)
from tests.interventions.map_pages import rows_of

pytestmark = pytest.mark.django_db
START = reverse("interventions:map-import")
TODAY = date(2026, 11, 23)
MAP = "Pupil,Year,Wave 1,Wave 2\n{},Year 4,Seating plan,Nessy 3 x 20 mins TA\nZoe Dee,Year 4,,Lego therapy 20-30 mins\n"


def at(name, run):
    return reverse(f"interventions:map-import-{name}", args=[run.pk])


def send(client, text, name="map.csv"):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    answer = client.post(START, {"file": file})
    return answer, MapImport.objects.order_by("-pk").first()


@pytest.fixture
def ada(senco):
    return LearnerFactory(school=senco.school, surname="Bee", forename="Ada", nc_year="4")


def settle(client, run, **sent):
    return client.post(at("check", run), {"starts": "2026-09-07", "ends": "2026-12-18"} | sent)


def apply(client, run):
    seen = client.get(at("check", run)).context["plan"].fingerprint
    return client.post(at("apply", run), {"seen": seen}, follow=True)


def test_a_map_goes_from_file_to_the_schools_map_and_back(client, senco, ada):
    answer, run = send(client, MAP.format(ada.upn))
    assert answer.url == at("columns", run)
    page = client.get(at("columns", run))
    assert [column["field"].value() for column in page.context["columns"]] == ["learner", "year", "tier:1", "tier:2"]
    client.post(at("columns", run), {f"column-{place}": name for place, name in enumerate(
        ["learner", "year", "tier:1", "tier:2"])})  # fmt: skip

    page = client.get(at("check", run))
    zoe = page.context["doubts"][0]
    assert (zoe["who"].shown, page.context["worded"], page.context["whole"]) == ("Zoe Dee", 2, 1)
    assert "20 to 30 minutes: a range, so neither is chosen." in page.text
    assert page.context["plan"].no_area == ["Seating plan", "Nessy", "Lego therapy"]
    settle(
        client, run, **{"who-name-0": zoe["who"].key, "who-0": "new", "area-all": "semh", "area-name-1": "Nessy",
                        "area-1": "cognition", "dose-name-0": "Lego therapy 20-30 mins", "dose-0": "2 x 25"},
    )  # fmt: skip
    done = apply(client, run)

    assert "Imported a map: 3 provisions, 3 placements" in done.text
    assert sorted(Provision.objects.values_list("name", "tier", "area", "starts", "sessions", "minutes")) == [
        ("Lego therapy", 2, "semh", date(2026, 9, 7), 2, 25),
        ("Nessy", 2, "cognition", date(2026, 9, 7), 3, 20),
        ("Seating plan", 1, "semh", date(2026, 9, 7), None, None),
    ]
    assert Deliverer.objects.get().name == "TA"
    assert Learner.objects.get(surname="Dee").nc_year == "4"
    assert Provision.objects.get(name="Lego therapy").note == "Dose as written: Lego therapy 20-30 mins"
    run.refresh_from_db()
    assert (run.state, run.upload, run.decisions, run.shape) == ("applied", None, {}, "learners")

    back = client.post(at("result", run), follow=True)
    assert "Undone: Imported a map" in back.text
    assert [model.objects.count() for model in (Provision, Placement, Deliverer)] == [0, 0, 0]
    assert list(Learner.objects.all()) == [ada]
    assert "taken back already" in client.post(at("result", run), follow=True).text


def test_the_same_map_twice_changes_nothing(client, senco, ada):
    text = f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n"
    for _ in range(2):
        _, run = send(client, text)
        settle(client, run, **{"area-all": "semh"})
        answer = apply(client, run)

    assert "Nothing was imported: the map says all of this already." in answer.text
    assert (Provision.objects.count(), Placement.objects.count(), MapChange.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This file is empty"), (b"%PDF-1.7", "This is a PDF"), (b"a,b\n1,2\n", "This is not a provision map"),
        (b"PK\x03\x04rubbish", ""), (b'{"a": 1}', ""), (b"<html>", "This is a web page"),
    ],
)  # fmt: skip
def test_what_is_no_map_is_refused_beside_its_field_and_changes_nothing(client, senco, content, words):
    answer, run = send(client, content)

    assert (answer.status_code, run) == (422, None)
    assert words in answer.text
    assert "field-error" in answer.text or "errorlist" in answer.text


def test_columns_that_make_no_map_are_refused_and_what_is_chosen_is_remembered(client, senco):
    _, run = send(client, "What,Wave\nNessy,2\nLego,3\n".replace("What", "Provision"))

    wrong = client.post(at("columns", run), {"column-0": "", "column-1": "tier"})
    twice = client.post(at("columns", run), {"column-0": "provision", "column-1": "provision"})
    client.post(at("columns", run), {"column-0": "provision", "column-1": ""})

    assert (wrong.status_code, twice.status_code) == (422, 422)
    assert "Choose the column that names the provision" in wrong.text
    assert "Column 1 is read as this already: leave one out." in twice.text
    assert list(MapColumn.objects.values_list("heading", "field")) == [("wave", "")]
    _, again = send(client, "Provision,Wave\nNessy,2\n")
    assert again.mapping == {"0": "provision"}
    client.post(at("columns", again), {"column-0": "provision", "column-1": "tier"})
    assert not MapColumn.objects.exists()


def test_everything_bad_is_told_at_once_and_stops_the_import_until_it_is_left_out(client, senco):
    lines = ((1, "Wave 2", "Cognition and learning"), (2, "Autumn", "Sums"), (3, "", ""))
    rows = [
        dict.fromkeys(HEADINGS, "") | {"Provision no.": n, "Provision": "Nessy", "Tier": tier, "Area of need": area}
        for n, tier, area in lines
    ]
    book = openpyxl.Workbook()
    book.active.append(list(HEADINGS))
    for row in rows:
        book.active.append(list(row.values()))
    file = io.BytesIO()
    book.save(file)
    _, run = send(client, file.getvalue(), "map.xlsx")

    page = client.get(at("check", run))
    refused = client.post(at("apply", run), {"seen": page.context["plan"].fingerprint})
    settle(client, run, leave=["3", "4", "x", "99999999999"])
    done = apply(client, run)

    assert sorted({(one.row, one.column) for one in page.context["plan"].problems}) == [
        (3, "Area of need"), (3, "Tier"), (4, "Tier"),
    ]  # fmt: skip
    assert (refused.status_code, "Nothing was imported." in refused.text) == (409, True)
    assert "Imported a map: 1 provision, 0 placements" in done.text


def test_answers_that_will_not_do_are_told_beside_their_field(client, senco, ada):
    _, run = send(client, MAP.format("Ada Bee"))
    doubts = client.get(at("check", run)).context["doubts"]
    ada_, zoe = (one["mark"] for one in doubts)
    sent = {f"who-name-{one['mark']}": one["key"] for one in doubts}

    answer = settle(
        client, run, **sent, **{f"upn-{ada_}": "X", f"who-{zoe}": "9" * 30, "dose-name-0": "Lego therapy 20-30 mins",
                                "dose-0": "lots", "area-all": "sums", "tier-all": "9", "starts": "soon"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "No learner here has this UPN. Check it against the register." in answer.text
    assert "Write sessions × minutes, such as 3 × 10" in answer.text
    assert "Write the date as 14/09/2026." in answer.text
    assert settle(client, run, starts="2026-12-18", ends="2026-09-01").status_code == 422
    settle(client, run, **sent, **{f"upn-{ada_}": ada.upn.lower(), f"who-{zoe}": str(ada.pk), "area-all": "semh"})
    assert client.get(at("check", run)).context["plan"].ready
    client.post(at("check", run), {"do": "reset"})
    assert len(client.get(at("check", run)).context["doubts"]) == 2


def test_what_changed_meanwhile_is_shown_again_before_it_is_written(client, senco, ada):
    _, run = send(client, f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n")
    settle(client, run, **{"area-all": "semh"})
    seen = client.get(at("check", run)).context["plan"].fingerprint
    provision = ProvisionFactory(school=senco.school, name="Nessy", area="semh", starts=date(2026, 9, 7),
                                 ends=date(2026, 12, 18), sessions=None, minutes=None)  # fmt: skip
    PlacementFactory(provision=provision, learner=ada)

    answer = client.post(at("apply", run), {"seen": seen})

    assert answer.status_code == 409
    assert Provision.objects.count() == 1
    assert client.get(at("apply", run)).url == at("check", run)


def test_an_upload_is_its_persons_alone_for_an_hour_and_until_it_is_settled(client, senco, ada, clock):
    _, run = send(client, f"UPN,Wave 2\n{ada.upn},Nessy\n")
    assert "You have a map waiting." in client.get(START).text
    client.force_login(member(Role.SENCO, senco.school))
    assert client.get(at("check", run)).status_code == 404
    client.force_login(senco)
    _, second = send(client, f"UPN,Wave 2\n{ada.upn},Nessy\n")
    assert client.get(at("check", run)).url == START
    client.get(at("cancel", second))
    client.post(at("cancel", second))
    assert client.get(at("check", second)).url == START
    _, third = send(client, f"UPN,Wave 2\n{ada.upn},Nessy\n")
    clock.shift(timedelta(hours=1, minutes=1))
    client.force_login(senco)
    assert client.get(at("check", third)).url == START
    forget_maps()
    forget_maps()
    assert set(MapImport.objects.values_list("state", "upload")) == {("abandoned", None)}


def test_only_who_may_edit_the_whole_map_and_import_learners_brings_one_in(client, db):
    teacher = member(Role.CLASS_TEACHER)
    client.force_login(teacher)
    assert client.get(START).status_code == 403
    sheet, mapping = actions.read_file("map.csv", b"UPN,Wave 2\nA,B\n", teacher.school)
    with pytest.raises(NotAllowed, match="does not bring whole maps in"):
        actions.keep_upload(school=teacher.school, sheet=sheet, mapping=mapping, choices=Choices(), name="map.csv",
                            now=timezone.now(), by=teacher)  # fmt: skip


def test_taking_a_map_back_takes_its_new_classes_with_it_but_not_those_that_are_used_since(client, senco):
    GroupFactory(school=senco.school, name="4K")
    lines = [f"X9990000160{number},Dee,Zoe,{name},Nessy," for number, name in ((49, "4K"), (50, "5L"), (51, "6M"))]
    _, run = send(client, "\n".join(["UPN,Surname,Forename,Class,Wave 2,Area", *lines]))
    settle(client, run, create="1", **{"area-all": "semh"})
    apply(client, run)
    made = list(Group.objects.values_list("name", flat=True))
    LearnerFactory(school=senco.school, group=Group.objects.get(name="6M"))

    client.post(at("result", run))

    assert made == ["4K", "5L", "6M"]
    assert list(Group.objects.values_list("name", flat=True)) == ["4K", "6M"]


def test_a_settled_upload_is_written_no_more(client, senco, ada):
    _, run = send(client, f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n")
    actions.cancel(run=run, by=senco)
    for act in (
        lambda: actions.cancel(run=run, by=senco),
        lambda: actions.draft_of(MapImport.objects.get(pk=run.pk), TODAY),
    ):
        with pytest.raises(actions.Settled):
            act()


def test_an_upload_whose_person_has_gone_is_read_for_nobody(client, senco, ada):
    _, run = send(client, f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n")
    MapImport.objects.update(by=None)

    with pytest.raises(actions.Settled):
        actions.draft_of(MapImport.objects.get(pk=run.pk), TODAY)


def test_a_fault_at_any_point_of_writing_leaves_nothing(client, senco, ada, monkeypatch):
    DelivererFactory(provision=ProvisionFactory(school=senco.school))
    before = [model.objects.count() for model in (Provision, Placement, Deliverer, Learner, MapChange)]
    for fails_at in range(1, 7):
        _, run = send(client, MAP.format(ada.upn))
        doubt = client.get(at("check", run)).context["doubts"][0]
        settle(client, run, **{"who-name-0": doubt["who"].key, "who-0": "new", "area-all": "semh"})
        seen = client.get(at("check", run)).context["plan"].fingerprint
        calls = iter(range(1, 100))

        def broken(rows, *, change, calls=calls, fails_at=fails_at):
            if next(calls) == fails_at:
                raise RuntimeError("killed")
            return changes.add_rows(rows, change=change)

        monkeypatch.setattr(actions, "add_rows", broken)
        with pytest.raises(RuntimeError):
            actions.apply_upload(run=run, seen=seen, now=timezone.now(), today=TODAY, by=senco)
        monkeypatch.undo()
        run.refresh_from_db()
        assert run.state == "uploaded"
        assert [model.objects.count() for model in (Provision, Placement, Deliverer, Learner, MapChange)] == before


def test_what_was_exported_comes_into_an_empty_school_and_out_again_the_same(senco, tmp_path, capsys):
    school = senco.school
    entry = InterventionFactory(school=school, name="Nessy online")
    group = GroupFactory(school=school, name="4K")
    for number in range(3):
        one = LearnerFactory(school=school, group=group, nc_year="4", surname=f"Bee{number}")
        SenProvisionFactory(learner=one, code="K", need_1="SLCN")
        provision = ProvisionFactory(school=school, name="Nessy", responsible=senco, intervention=entry, note="=1+1",
                                     group=group, subject="reading", confidential=number == 2)  # fmt: skip
        DelivererFactory(provision=provision, user=None, name="Therapist", role="therapist")
        PlacementFactory(provision=provision, learner=one, outcome="Reads", review_on=date(2026, 12, 1))
    ProvisionFactory(school=school, name="Seats", tier=1, sessions=None, minutes=None, ends=None)
    told = rows_of(school, senco)
    empty = School.objects.create(name="Empty")
    reader = member(Role.SENCO, empty)
    book = openpyxl.Workbook()
    for row in [HEADINGS, *told]:
        book.active.append([None if value == "" else value for value in row])
    path = tmp_path / "map.xlsx"
    for sheet_row in book.active.iter_rows():
        for cell in sheet_row:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(path)

    call_command("import_map", str(path), "--school", "Empty", "--create-learners", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["provisions"], answer["placements"], answer["learners"]) == ("applied", 4, 3, 3)
    assert rows_of(empty, reader) == told
    assert Intervention.objects.filter(school=empty).count() == 1
    assert Group.objects.filter(school=empty).count() == 1
    assert SenProvision.objects.filter(learner__school=empty).count() == 3
    call_command("import_map", str(path), "--school", "Empty", "--create-learners")
    assert (
        "0 provisions and 0 placements made, 0 placements changed, 0 learners added; 3 placements there already."
        in (capsys.readouterr().out)
    )


def test_the_command_tells_every_doubt_and_writes_nothing(senco, tmp_path, capsys):
    path = tmp_path / "map.csv"
    path.write_text("Pupil,Intervention,Time,Start,Notes\nZoe,Nessy,20-30 mins,soon,\n,,3 x 20,,\n")

    with pytest.raises(SystemExit) as ended:
        call_command("import_map", str(path))

    told = capsys.readouterr()
    assert ended.value.code == 1
    for words in ("Dose, row 2, “20-30 mins”: 20 to 30 minutes", "Note, row 2, Start “soon”: This is not a date.",
                  "Nothing was changed."):  # fmt: skip
        assert words in told.out
    for words in ("Problem, row 3", "Unknown learner, row 2: Zoe.", "No tier: Nessy.", "No area of need: Nessy."):
        assert words in told.err
    assert not Provision.objects.exists()


def test_the_command_takes_what_lines_do_not_say_from_its_options(senco, tmp_path, capsys):
    path = tmp_path / "map.csv"
    path.write_text("Intervention,Time\nNessy,3 x 20 mins\n")

    call_command("import_map", str(path), "--tier", "2", "--area", "semh", "--dry-run", "--json")
    dry = json.loads(capsys.readouterr().out)
    call_command("import_map", str(path), "--tier", "2", "--area", "semh")

    assert (dry["status"], dry["applied"], dry["doses"][0]["sessions"]) == ("ready", False, 3)
    assert Provision.objects.get().area == "semh"
    assert Grant.ever.count() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.csv"], "The file can't be read"), (["map.csv", "--school", "Nowhere"], "which school is meant"),
        (["map.csv"], "This is not a provision map"), (["map.csv", "--json"], '"status": "refused"'),
    ],
)  # fmt: skip
def test_the_command_refuses_in_words(senco, tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.csv").write_text("a,b\n1,2\n")

    with pytest.raises(SystemExit) as ended:
        call_command("import_map", *arguments)

    told = capsys.readouterr()
    assert ended.value.code == 2
    assert words in told.out + told.err


def test_the_command_asks_for_a_school_first(db, capsys):
    with pytest.raises(SystemExit):
        call_command("import_map", "map.csv")

    assert "There is no school yet." in capsys.readouterr().err


@pytest.mark.parametrize("many", [1, 30])
def test_an_import_costs_the_same_for_one_line_and_for_thirty(senco, many, django_assert_num_queries):
    learners = LearnerFactory.create_batch(many, school=senco.school)
    text = "UPN,Wave 2,Area\n" + "".join(f"{one.upn},Nessy,\n" for one in learners)
    sheet, mapping = actions.read_file("map.csv", text.encode(), senco.school)

    with django_assert_num_queries(23):
        actions.apply_file(school=senco.school, sheet=sheet, mapping=mapping, choices=Choices(area={"": "semh"}),
                           today=TODAY)  # fmt: skip


def test_a_map_of_more_lines_than_a_school_has_is_refused(senco, monkeypatch):
    monkeypatch.setattr(actions, "MOST_ENTRIES", 1)
    sheet, mapping = actions.read_file("map.csv", b"Provision\nNessy\nLego\n", senco.school)

    with pytest.raises(actions.Refused, match="more than 1 lines"):
        actions.draft_from(sheet, mapping, Choices(), senco.school, TODAY)


def test_a_map_of_too_many_lines_is_refused_beside_its_field(client, senco, monkeypatch):
    monkeypatch.setattr(actions, "MOST_ENTRIES", 1)

    answer, run = send(client, "Provision\nNessy\nLego\n")

    assert (answer.status_code, run) == (422, None)
    assert "This map has more than 1 lines. Bring it in year by year." in answer.text


def test_columns_that_make_too_many_lines_lead_back_to_the_columns(client, senco, monkeypatch):
    _, run = send(client, "Provision\nNessy\nLego\n")
    monkeypatch.setattr(actions, "MOST_ENTRIES", 1)

    answer = client.get(at("check", run), follow=True)

    assert answer.redirect_chain == [(at("columns", run), 302)]
    assert "This map has more than 1 lines." in answer.text
    assert client.post(at("apply", run), {"seen": ""}).url == at("columns", run)


def test_a_map_with_a_doubt_is_not_written_from_the_command_line_either(senco, tmp_path, monkeypatch, capsys):
    sheet, mapping = actions.read_file("map.csv", b"Provision\nNessy\n", senco.school)
    with pytest.raises(actions.Moved):
        actions.apply_file(school=senco.school, sheet=sheet, mapping=mapping, choices=Choices(), today=TODAY)
    path = tmp_path / "map.csv"
    path.write_text("Provision\nNessy\n")

    def moved(**_):
        raise actions.Moved

    monkeypatch.setattr(import_map, "apply_file", moved)
    with pytest.raises(SystemExit):
        call_command("import_map", str(path), "--tier", "2", "--area", "semh")

    assert "The map changed while the file was read. Run the command again." in capsys.readouterr().err


def test_a_column_without_a_heading_is_remembered_as_nothing(client, senco):
    _, run = send(client, "Provision,,Wave\nNessy,x,2\n")
    client.post(at("columns", run), {"column-0": "provision", "column-1": "note", "column-2": "tier"})

    assert not MapColumn.objects.exists()
    run.refresh_from_db()
    assert run.mapping == {"0": "provision", "1": "note", "2": "tier"}


def test_an_import_and_a_remembered_heading_are_named_without_their_contents(senco):
    column = MapColumn(school=senco.school, heading="Wave", field="tier")
    run = MapImport.objects.create(school=senco.school, upload_name="Ada Bee.csv")

    assert (str(column), str(run)) == ("Wave", f"Map import {run.pk}")


def test_a_file_larger_than_the_limit_is_refused_in_words(client, senco, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    file = SimpleUploadedFile("map.csv", b"Provision\n" + b"x" * (11 * 1024 * 1024))

    answer = client.post(START, {"file": file})

    assert answer.status_code == 422
    assert "larger than 10 MB" in answer.text


def test_a_class_that_the_school_has_is_not_made_twice_and_an_unanswered_doubt_stays(client, senco, ada):
    GroupFactory(school=senco.school, name="4K")
    _, run = send(client, "UPN,Surname,Forename,Class,Wave 2,Area\nX999000016049,Dee,Zoe,4k,Nessy,\n,Cee,Ben,,Nessy,\n")
    ben = client.get(at("check", run)).context["doubts"][-1]
    settle(client, run, **{f"who-name-{ben['mark']}": ben["who"].key, "create": "1", "area-all": "semh"})
    assert [one["who"].shown for one in client.get(at("check", run)).context["doubts"]] == ["Ben Cee"]
    settle(client, run, **{"who-name-0": ben["who"].key, "who-0": "out"})
    apply(client, run)

    assert Learner.objects.get(surname="Dee").group.name == "4K"
    assert Group.objects.count() == 1


def nessy(school, **fields):
    return ProvisionFactory(school=school, name="Nessy", area="semh", ends=date(2026, 12, 18), sessions=None,
                            minutes=None, **fields)  # fmt: skip


@pytest.fixture
def assistant(client, senco):
    """Changes the whole map and brings maps in, and is cleared for nothing confidential."""
    user = member(Role.SENCO_ASSISTANT, senco.school)
    client.force_login(user)
    return user


def test_a_provision_that_somebody_may_not_see_is_not_there_for_what_they_bring_in(client, senco, ada, assistant):
    hidden = nessy(senco.school, confidential=True)
    PlacementFactory(provision=hidden, learner=ada, ends=date(2026, 12, 18))
    other = LearnerFactory(school=senco.school)
    _, run = send(client, f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n{other.upn},Nessy,\n")
    settle(client, run, **{"area-all": "semh"})

    page = client.get(at("check", run))
    apply(client, run)

    plan = page.context["plan"]
    assert (plan.unchanged, len(plan.made), plan.placements) == (0, 1, 2)
    assert list(hidden.placements.values_list("learner", flat=True)) == [ada.pk]
    made = Provision.objects.exclude(pk=hidden.pk).get()
    assert (made.confidential, set(made.placements.values_list("learner", flat=True))) == (False, {ada.pk, other.pk})


def test_a_place_that_somebody_may_not_see_is_neither_counted_nor_doubled(client, senco, ada, assistant):
    seen = nessy(senco.school)
    PlacementFactory(provision=seen, learner=ada, starts=date(2026, 10, 5), ends=date(2026, 12, 18), confidential=True)
    _, run = send(client, f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n")
    settle(client, run, **{"area-all": "semh"})

    plan = client.get(at("check", run)).context["plan"]
    answer = apply(client, run)

    assert (plan.unchanged, plan.placements) == (0, 1)
    assert "Ada Bee cannot be placed there: ask your SENCO." in answer.text
    assert (Placement.objects.count(), MapChange.objects.count()) == (1, 0)
    run.refresh_from_db()
    assert run.state == "uploaded"


def test_whoever_is_cleared_is_told_of_what_is_confidential_and_so_is_the_command(client, senco, ada, tmp_path, capsys):
    PlacementFactory(provision=nessy(senco.school, confidential=True), learner=ada, ends=date(2026, 12, 18))
    _, run = send(client, f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n")
    settle(client, run, **{"area-all": "semh"})
    path = tmp_path / "map.csv"
    path.write_text(f"UPN,Provision,Wave,Area,From,To\n{ada.upn},Nessy,2,SEMH,07/09/2026,18/12/2026\n")

    plan = client.get(at("check", run)).context["plan"]
    call_command("import_map", str(path))

    assert (plan.unchanged, plan.nothing) == (1, True)
    assert "; 1 placement there already." in capsys.readouterr().out


def test_a_learner_whose_days_were_changed_since_keeps_one_place(client, senco, ada):
    sent = f"UPN,Wave 2,Area\n{ada.upn},Nessy,\n"
    _, run = send(client, sent)
    settle(client, run, **{"area-all": "semh"})
    apply(client, run)
    place = Placement.objects.get()
    change_placement(placement=place, changes={"starts": date(2026, 9, 21)}, seen=1, by=senco)

    _, run = send(client, sent)
    settle(client, run, **{"area-all": "semh"})
    again = apply(client, run)

    assert "the map says all of this already" in again.text
    assert list(Placement.objects.values_list("pk", "starts")) == [(place.pk, date(2026, 9, 21))]
