"""What the check page of a map's import asks and proposes, and what becomes of the answers."""

import io

import openpyxl
import pytest
from django.urls import reverse

from interventions.models import Deliverer, Provision
from interventions.sheet import HEADINGS
from provisionmap.school.roles import Role
from tests.factories import InterventionFactory, LearnerFactory, member
from tests.interventions.test_map_check import ada, apply, at, keep, line, send, started

pytestmark = pytest.mark.django_db
__all__ = ["ada"]  # a fixture


def test_a_line_parted_at_a_comma_is_shown_and_can_be_kept_together(client, senco, ada):
    InterventionFactory(school=senco.school, name="sensory diet")
    text = f'UPN,Wave 2,Area\n{ada.upn},"Pre-teaching 4x10 (AR), Nurture group - 2 hrs weekly",SEMH\n'
    text += f'{ada.upn},"Wobble cushion, sensory diet",SEMH\n'
    run, page = started(client, text)
    first, second = page.context["parted"]

    one = keep(client, run, page, **{f"parted-{first['mark']}": "1"})
    two = keep(client, run, one, **{f"parted-{first['mark']}": ""})
    apply(client, run, keep(client, run, two, **{f"out-{line(two, 'Wobble cushion')['mark']}": "1"}))

    assert "Lines parted at commas (2)" in page.text
    assert [each["one"].pieces for each in (first, second)] == [
        ("Pre-teaching 4x10 (AR)", "Nurture group - 2 hrs weekly"), ("Wobble cushion", "sensory diet"),
    ]  # fmt: skip
    assert (first["rows"], one.context["parted"][0]["one"].kept) == ("row 2", True)
    assert sorted(each["one"].name for each in one.context["lines"]) == [
        "Pre-teaching", "Wobble cushion", "sensory diet",
    ]  # fmt: skip
    assert sorted(Provision.objects.values_list("name", "sessions", "minutes")) == [
        ("Nurture group", 1, 120), ("Pre-teaching", 4, 10), ("sensory diet", None, None),
    ]  # fmt: skip


def test_the_doses_that_are_counted_and_those_that_are_listed_add_up(client, senco):
    text = "Provision,Wave,Area,Dose\n" + "".join(
        f"{name},2,SEMH,{dose}\n"
        for name, dose in [
            ("Nessy", "3 x 20 mins"), ("Lego", "twice a week"), ("Talk", "20-30 mins"), ("Toast", "20-30 mins"),
            ("Walk", "TBC"), ("Sing", "daily 10 mins"), ("Rest", "as and when"),
        ]
    )  # fmt: skip
    run, page = started(client, text)

    typed = keep(client, run, page, **{f"dose-{page.context['unread'][1]['mark']}": "2 x 25"})
    one = line(typed, "Lego")
    left = keep(client, run, typed, **{f"out-{one['mark']}": "1"})

    shown = [(one["words"], one["lines"], one["rows"]) for one in page.context["unread"]]
    assert shown == [("twice a week", 1, "row 3"), ("20-30 mins", 2, "rows 4, 5"), ("as and when", 1, "row 8")]
    assert [(each.context["worded"], each.context["whole"]) for each in (page, typed, left)] == [(6, 2), (6, 4), (5, 4)]
    assert "<b>2 of 6</b> doses read whole" in page.text
    assert "Doses that were not read whole (4)" in page.text


def test_whole_names_are_proposed_and_accepted_one_by_one_or_all_together(client, senco, ada):
    ben = LearnerFactory(school=senco.school, surname="Cee", forename="Ben", nc_year="1")
    text = "Provision,Wave,Area,Pupils\nNessy,2,SEMH,Ada Bee; Ben Cee (Y1); all Y3 PP; Zoe Dee\n"
    run, page = started(client, text)
    first, _, described, zoe = page.context["doubts"]

    looked = keep(client, run, page)
    one = keep(client, run, page, accept=first["mark"])
    both = keep(client, run, page, do="exact")

    assert [each["exact"] and each["exact"][0] for each in page.context["doubts"]] == [ada.pk, ben.pk, None, None]
    assert page.text.count("Proposed: Ada Bee · Year 4 · 4K") == page.text.count("Proposed: Ben Cee · Year 1") == 1
    assert "Accept all 2 proposals" in page.text
    assert (len(looked.context["doubts"]), looked.context["settled"]) == (4, [])
    assert [each["answer"] for each in one.context["settled"]] == [ada.pk]
    assert "Accept the 1 proposal" in one.text
    assert [each["answer"] for each in both.context["settled"]] == [ada.pk, ben.pk]
    assert (described["describes"], described["may_add"], zoe["describes"], zoe["may_add"]) == (
        True,
        False,
        False,
        True,
    )
    assert "This reads like a description, not like a name" in page.text


def test_initials_propose_the_one_member_of_staff_whom_they_fit_and_keep_as_written_until_accepted(client, senco):
    kay = member(Role.TEACHING_ASSISTANT, senco.school, name="Kay Flynn")
    vik = member(Role.TEACHING_ASSISTANT, senco.school, name="Faisal Vik")
    text = "Provision,Wave,Area,Staff\nNessy,2,SEMH,K Flynn/Faisal V/NHS SALT/A Nother\n"
    run, page = started(client, text)

    kept = keep(client, run, page)
    page = keep(client, run, kept, do="staff")
    apply(client, run, page)

    told = [(each["one"].name, each["one"].proposed and each["one"].proposed.id) for each in kept.context["staff"]]
    assert told == [("K Flynn", kay.pk), ("Faisal V", vik.pk), ("NHS SALT", None), ("A Nother", None)]
    assert line(kept, "Nessy")["people"] == [
        ("K Flynn", "Other", False), ("Faisal V", "Other", False), ("NHS SALT", "Therapist", False),
        ("A Nother", "Other", False),
    ]  # fmt: skip
    assert "Accept all 2 proposals" in kept.text
    assert "proposals" not in page.text
    assert sorted(Deliverer.objects.values_list("user", "name", "role"), key=str) == sorted(
        [(kay.pk, "", "ta"), (vik.pk, "", "ta"), (None, "NHS SALT", "therapist"), (None, "A Nother", "other")], key=str
    )


def test_an_empty_template_is_told_apart_from_a_map_that_is_there_already(client, senco):
    template = client.get(reverse("interventions:export-template"))
    _, run = send(client, b"".join(template) if template.streaming else template.content, "map.xlsx")

    page = client.get(at("check", run))
    tried = apply(client, run, page)

    assert page.context["empty"]
    assert "Nothing is in this file yet" in page.text
    assert "Nothing was imported: no line of the file names a provision." in tried.text
    assert "says all of this already" not in page.text + tried.text


def book(**sheets):
    """A workbook with these sheets, each with its rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


HEAD = ["Pupil", "Wave 1", "Wave 2"]


def test_another_sheet_of_the_workbook_can_be_chosen_or_several_of_the_same_headings_together(client, senco, ada):
    content = book(
        Aut=[["Provision", "Wave", "Area", "Dose"], ["Nessy", 2, "SEMH", "3 x 20 mins"]],
        Notes=[["Call the EP"], ["x"]],
        Egret=[["Egret class"], HEAD, ["Ada Bee", "Seating plan", None]], Heron=[HEAD, ["Ben Cee", None, "Lego"]],
    )  # fmt: skip
    _, run = send(client, content, "map.xlsx")
    page = client.get(at("columns", run))
    client.post(at("check", run), {"starts": "2026-09-07", "ends": "2026-12-18", "area-all": "semh"})

    one = client.post(at("columns", run), {"do": "sheets", "sheets": "1"}, follow=True)
    single = client.get(at("check", run))
    both = client.post(at("columns", run), {"do": "sheets", "sheets": "1-2"}, follow=True)
    joined = client.get(at("check", run))
    wrong = client.post(at("columns", run), {"do": "sheets", "sheets": "7"})

    assert [label for _, label in page.context["sheets"].fields["sheets"].choices] == [
        "“Aut”: 1 row", "“Egret”: 1 row", "“Heron”: 1 row", "“Egret” and “Heron”, together: 2 rows",
    ]  # fmt: skip
    initial = [each.context["sheets"].fields["sheets"].initial for each in (page, one, both)]
    assert initial == ["0", "1", "1-2"]
    assert [each["who"].shown for each in single.context["doubts"]] == ["Ada Bee"]
    assert single.context["plan"].no_area == ["Seating plan"]  # the answer was about the sheet before
    assert 'value="2026-09-07"' in single.text
    assert "Choose another of the workbook’s 3 sheets" in single.text
    assert [(each["who"].shown, each["rows"]) for each in joined.context["doubts"]] == [
        ("Ada Bee", "row 3"), ("Ben Cee", "row 1,002"),
    ]  # fmt: skip
    assert joined.context["warnings"] == [
        "Read from the sheets “Egret” and “Heron”.", "Row 2 of “Heron” is called row 1,002 here, and so on.",
    ]  # fmt: skip
    assert (wrong.status_code, "Select a valid choice" in wrong.text) == (422, True)


def test_a_workbook_with_one_map_in_it_and_our_own_sheet_ask_for_none(client, senco, ada):
    _, run = send(
        client, book(Map=[HEAD, ["Ada Bee", "Seating plan", None]], Notes=[["Call the EP"], ["x"]]), "map.xlsx"
    )

    own = book(Placements=[list(HEADINGS), ["1"]], Map=[HEAD, ["Ada Bee", "Seating plan", None]])
    _, exported = send(client, own, "map.xlsx")

    for each in (run, exported):
        assert "Sheets of this workbook" not in client.get(at("columns", each)).text
