"""Our own workbook, changed by hand and brought in again: what it says of placements is written, the rest is told."""

import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from interventions.actions import importing as actions
from interventions.actions.placements import change_placement
from interventions.actions.undoing import undo_change
from interventions.areas import AREAS
from interventions.map_reading.plan import Choices
from interventions.models import MapChange, MapImport, Placement, Provision
from interventions.sheet import COLUMNS, HEADINGS, KEYS
from provisionmap.school.access import NotAllowed
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    InterventionFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
)
from tests.interventions.export.payloads import PAYLOADS
from tests.interventions.map_pages import rows_of
from tests.interventions.sent import sent_by

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
START = reverse("interventions:map-import")
HEADING = dict(COLUMNS)


@pytest.fixture
def nessy(senco):
    """Ada has a place in Nessy, with everything that our sheet says of one."""
    school = senco.school
    group = GroupFactory(school=school, name="4K")
    ada = LearnerFactory(school=school, group=group, nc_year="4", surname="Bee", forename="Ada")
    SenProvisionFactory(learner=ada, code="K", need_1="SLCN")
    provision = ProvisionFactory(school=school, name="Nessy", responsible=senco, note="Room 4\nquiet", group=group,
                                 intervention=InterventionFactory(school=school, name="Nessy online"),
                                 starts=date(2026, 9, 7), ends=date(2026, 12, 18))  # fmt: skip
    DelivererFactory(provision=provision, user=None, name="Jo Marsh", role="ta")
    return PlacementFactory(provision=provision, learner=ada, outcome="Reads 60 words", baseline="40", target="60",
                            review_on=date(2026, 12, 1), ends=date(2026, 12, 18))  # fmt: skip


def book_of(rows, headings=HEADINGS):
    book = openpyxl.Workbook()
    for row in [headings, *rows]:
        book.active.append([None if value == "" else value for value in row])
    for line in book.active.iter_rows():
        for cell in line:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def edited(rows, **values):
    """The rows as exported, each with other `values`."""
    return [tuple(values.get(key, value) for key, value in zip(KEYS, row, strict=True)) for row in rows]


def drafted(school, user, content):
    sheet, mapping = actions.read_file("map.xlsx", content, school)
    return actions.draft_from(sheet, mapping, Choices(create=True), school, TODAY, user)


def plan_of(senco, rows, headings=HEADINGS):
    return drafted(senco.school, senco, book_of(rows, headings)).plan


def fields_of(plan):
    return [change.fields for one in plan.provisions for change in one.changed]


def told(draft):
    return [(one.column, one.value, one.message) for one in draft.notices]


def upload(client, content):
    client.post(START, {"file": SimpleUploadedFile("map.xlsx", content)})
    return MapImport.objects.order_by("-pk").first()


def at(name, run):
    return reverse(f"interventions:map-import-{name}", args=[run.pk])


def test_a_workbook_that_nobody_changed_changes_and_tells_nothing(senco, nessy):
    draft = drafted(senco.school, senco, book_of(rows_of(senco.school, senco)))

    assert (draft.plan.nothing, draft.plan.unchanged, draft.notices, draft.plan.problems) == (True, 1, [], [])


@pytest.mark.parametrize("text", PAYLOADS)
def test_no_text_comes_back_as_a_change(senco, nessy, text):
    Placement.objects.update(outcome=text, baseline=text[:60], target=text[:60])
    Provision.objects.update(note=text, place=text[:80])

    draft = drafted(senco.school, senco, book_of(rows_of(senco.school, senco)))

    assert (fields_of(draft.plan), draft.notices) == ([], [])


@pytest.mark.parametrize(
    ("column", "value", "field", "old", "new"),
    [
        ("outcome", "Reads 90 words", "outcome", "Reads 60 words", "Reads 90 words"),
        ("baseline", "45", "baseline", "40", "45"),
        ("target", 90, "target", "60", "90"),
        ("review_on", date(2026, 12, 8), "review_on", date(2026, 12, 1), date(2026, 12, 8)),
        ("sessions", 5, "sessions", 3, 5),
        ("minutes", 20, "minutes", 10, 20),
        ("starts", date(2026, 9, 14), "starts", date(2026, 9, 7), date(2026, 9, 14)),
        ("ends", date(2026, 11, 27), "ends", date(2026, 12, 18), date(2026, 11, 27)),
        ("outcome", "", "outcome", "Reads 60 words", ""),
        ("review_on", "", "review_on", date(2026, 12, 1), None),
        ("sessions", "", "sessions", 3, None),
    ],
)
def test_what_a_line_says_otherwise_of_a_placement_is_a_change(senco, nessy, column, value, field, old, new):
    plan = plan_of(senco, edited(rows_of(senco.school, senco), **{column: value}))

    assert fields_of(plan) == [((field, old, new),)]
    assert (plan.changed, plan.placements, plan.made, plan.unchanged, plan.problems) == (1, 0, [], 0, [])


def test_a_column_that_was_taken_out_changes_nothing(senco, nessy):
    kept = [at for at, key in enumerate(KEYS) if key not in ("outcome", "sessions", "review_on", "class", "note")]
    rows = [[row[at] for at in kept] for row in rows_of(senco.school, senco)]

    plan = plan_of(senco, rows, [HEADINGS[at] for at in kept])

    assert (plan.nothing, plan.unchanged, plan.notices) == (True, 1, [])


def test_changes_are_shown_from_and_to_written_as_one_change_and_taken_back_whole(client, senco, nessy):
    rows = edited(rows_of(senco.school, senco), outcome="Reads 90 words", target="", sessions=5)
    run = upload(client, book_of(rows))

    page = client.get(at("check", run))
    client.post(at("apply", run), sent_by(page))

    assert "<b>1</b> to change" in page.text
    assert [
        words in page.text
        for words in (
            "Outcome: <del>Reads 60 words</del> → <ins>Reads 90 words</ins>",
            "Target: <del>60</del> → <ins>nothing</ins>",
            "Sessions a week: <del>3</del> → <ins>5</ins>",
        )
    ] == [True, True, True]
    nessy.refresh_from_db()
    assert (nessy.outcome, nessy.target, nessy.sessions, nessy.baseline, nessy.version) == (
        "Reads 90 words", "", 5, "40", 2,
    )  # fmt: skip
    change = MapChange.objects.get()
    assert change.words == "Imported a map: 0 provisions, 0 placements, 1 placement changed"
    undo_change(change=change, by=senco)
    nessy.refresh_from_db()
    assert (nessy.outcome, nessy.target, nessy.sessions) == ("Reads 60 words", "60", 3)


def test_a_placement_that_moved_since_the_preview_is_shown_again_and_nothing_is_written(client, senco, nessy):
    run = upload(client, book_of(edited(rows_of(senco.school, senco), outcome="Reads 90 words")))
    sent = sent_by(client.get(at("check", run)))
    change_placement(placement=nessy, changes={"target": "70"}, seen=1, by=senco)

    answer = client.post(at("apply", run), sent)

    assert answer.status_code == 409
    nessy.refresh_from_db()
    assert (nessy.outcome, nessy.target) == ("Reads 60 words", "70")
    assert not MapChange.objects.exists()


def test_a_placement_that_moves_while_the_map_is_written_is_not_written_over(senco, nessy, monkeypatch):
    draft = drafted(senco.school, senco, book_of(edited(rows_of(senco.school, senco), outcome="Reads 90 words")))
    Placement.objects.update(version=2)

    with pytest.raises(actions.Moved):
        actions._write(senco.school, draft.plan, senco, TODAY)

    assert not MapChange.objects.exists()


@pytest.mark.parametrize(
    ("values", "column", "value", "message"),
    [
        ({"starts": date(2026, 9, 1)}, "From", "01/09/2026", "Nessy itself starts on 07/09/2026."),
        ({"ends": date(2027, 1, 8)}, "To", "08/01/2027", "Nessy itself ends on 18/12/2026."),
        ({"ends": ""}, "To", "", "Nessy itself ends on 18/12/2026."),
    ],
)
def test_days_outside_the_provisions_are_a_problem_of_their_row(senco, nessy, values, column, value, message):
    plan = plan_of(senco, edited(rows_of(senco.school, senco), **values))

    assert [(one.row, one.column, one.value, one.message) for one in plan.problems] == [(2, column, value, message)]
    assert plan.problems[0].remedy.startswith("Write a ")
    assert not plan.ready


def test_days_that_meet_another_place_of_the_learner_are_a_problem_of_their_row(senco, nessy):
    Placement.objects.update(ends=date(2026, 10, 2))
    PlacementFactory(provision=nessy.provision, learner=nessy.learner, starts=date(2026, 11, 2),
                     ends=date(2026, 12, 18))  # fmt: skip
    rows = edited(rows_of(senco.school, senco), starts=date(2026, 10, 1))

    plan = plan_of(senco, rows)

    assert [(one.row, one.column, one.value) for one in plan.problems] == [(2, "From", "01/10/2026")]
    assert plan.problems[0].message == ("The learner has another place in Nessy from 07/09/2026 on, in that time.")


def test_two_places_of_a_learner_are_told_apart_by_their_days(senco, nessy):
    Placement.objects.update(ends=date(2026, 12, 4))
    later = PlacementFactory(provision=nessy.provision, learner=nessy.learner, starts=date(2026, 12, 7),
                             ends=date(2026, 12, 18))  # fmt: skip
    first = rows_of(senco.school, senco)
    second = edited(first, starts=date(2026, 12, 9), ends=date(2026, 12, 18), outcome="", baseline="", target="",
                    review_on="")  # fmt: skip

    plan = plan_of(senco, [*second, *first])

    assert [change.placement for one in plan.provisions for change in one.changed] == [later.pk]
    assert fields_of(plan) == [(("starts", date(2026, 12, 7), date(2026, 12, 9)),)]
    assert (plan.unchanged, plan.problems) == (1, [])


def test_what_all_rows_of_a_provision_say_is_told_once(senco, nessy):
    PlacementFactory(provision=nessy.provision, learner=LearnerFactory(school=senco.school), ends=date(2026, 12, 18))

    draft = drafted(senco.school, senco, book_of(edited(rows_of(senco.school, senco), place="Hall")))

    assert told(draft) == [("Place", "Hall", "The map says nothing there, and keeps it so.")]


def test_a_second_row_for_the_same_days_is_a_problem_where_it_says_otherwise(senco, nessy):
    rows = rows_of(senco.school, senco)

    twice = plan_of(senco, [*rows, *rows])
    otherwise = plan_of(senco, [*rows, *edited(rows, outcome="Other")])

    assert (twice.nothing, twice.problems) == (True, [])
    assert [one.row for one in otherwise.problems] == [3]


def test_a_new_row_for_a_learner_is_a_new_place_within_the_provisions_days(senco, nessy):
    ben = LearnerFactory(school=senco.school, surname="Cee", forename="Ben")
    rows = rows_of(senco.school, senco)
    new = edited(rows, upn=ben.upn, surname="Cee", forename="Ben", ends="", starts=date(2026, 11, 2))

    plan = plan_of(senco, [*rows, *new])

    [one] = plan.provisions
    assert [(place.learner, place.starts, place.ends) for place in one.places] == [
        (ben.pk, date(2026, 11, 2), date(2026, 12, 18))
    ]
    assert (one.held, one.unchanged, plan.problems) == (nessy.provision_id, 1, [])


def test_a_first_day_that_was_emptied_stays_and_is_told(senco, nessy):
    draft = drafted(senco.school, senco, book_of(edited(rows_of(senco.school, senco), starts="", outcome="Other")))

    assert fields_of(draft.plan) == [(("outcome", "Reads 60 words", "Other"),)]
    assert told(draft) == [("From", "", "The map says “07/09/2026”, and keeps it.")]


@pytest.mark.parametrize(
    ("column", "value", "here"),
    [
        ("provision", "Nessy again", "Nessy"), ("tier", "Wave 3", "2"), ("deliverers", "Mo Marsh (Teacher)",
         "Jo Marsh (Teaching assistant)"), ("deliverers", "", "Jo Marsh (Teaching assistant)"), ("class", "5M", "4K"),
        ("sen", "E", "K"), ("needs", "SEMH", "SLCN"), ("surname", "Dee", "Bee"), ("year", "Year 5", "Year 4"),
        ("note", "Room 5", "Room 4\nquiet"), ("library", "", "Nessy online"), ("responsible", "", None),
        ("area", AREAS["sensory"], "Cognition and learning"), ("subject", "Reading", ""),
        ("provision_minutes", 20, "10"), ("provision_ends", date(2027, 1, 8), "18/12/2026"), ("group", "", "4K"),
        ("confidential", "Provision", ""), ("confidential", "Placement", "nothing"),
    ],
)  # fmt: skip
def test_what_an_import_does_not_change_is_told_and_makes_no_second_provision(senco, nessy, column, value, here):
    draft = drafted(senco.school, senco, book_of(edited(rows_of(senco.school, senco), **{column: value})))

    here = senco.name if here is None else here
    says = f"“{here}”, and keeps it." if here else "nothing there, and keeps it so."
    assert [(one, message) for one, _, message in told(draft)] == [(HEADING[column], f"The map says {says}")]
    assert (draft.plan.made, fields_of(draft.plan), draft.plan.unchanged) == ([], [], 1)


def test_a_provision_of_other_days_is_another_one(senco, nessy):
    rows = edited(
        rows_of(senco.school, senco), starts=date(2027, 1, 4), ends=date(2027, 3, 26),
        provision_starts=date(2027, 1, 4), provision_ends=date(2027, 3, 26),
    )  # fmt: skip

    plan = plan_of(senco, rows)

    assert (len(plan.made), plan.placements, plan.changed) == (1, 1, 0)


def test_the_command_changes_placements_too(senco, nessy, tmp_path, capsys):
    path = tmp_path / "map.xlsx"
    path.write_bytes(book_of(edited(rows_of(senco.school, senco), outcome="Reads 90 words", place="Hall")))

    call_command("import_map", str(path), "--json")

    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["changed"], answer["unchanged"]) == ("applied", 1, 0)
    assert [one["column"] for one in answer["notices"]] == ["Place"]
    nessy.refresh_from_db()
    assert nessy.outcome == "Reads 90 words"


@pytest.mark.parametrize("many", [1, 30])
def test_changing_costs_the_same_for_one_placement_and_for_thirty(senco, nessy, many, django_assert_num_queries):
    for _ in range(many - 1):
        PlacementFactory(provision=nessy.provision, learner=LearnerFactory(school=senco.school))
    rows = edited(rows_of(senco.school, senco), outcome="Reads 90 words", ends=date(2026, 12, 11))
    sheet, mapping = actions.read_file("map.xlsx", book_of(rows), senco.school)

    with django_assert_num_queries(25):
        actions.apply_file(school=senco.school, sheet=sheet, mapping=mapping, choices=Choices(), today=TODAY)

    assert Placement.objects.filter(outcome="Reads 90 words").count() == many


def test_what_a_person_does_not_see_is_not_met_by_a_change_either(senco, nessy):
    """A place that is hidden from the one who imports is neither told nor doubled."""
    rows = edited(rows_of(senco.school, senco), ends=date(2026, 12, 18))
    Placement.objects.update(ends=date(2026, 10, 2))
    draft = drafted(senco.school, senco, book_of(rows))
    PlacementFactory(provision=nessy.provision, learner=nessy.learner, starts=date(2026, 11, 2))

    with pytest.raises(NotAllowed, match="cannot be placed there"):
        actions._write(senco.school, draft.plan, senco, TODAY)
