"""Applying a pupil list: whole or not at all."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from learners.actions import importing
from learners.actions.importing import Choices, LastDayTooEarly, Moved, NothingToDo, Settled
from learners.models import ColumnMapping, Contact, Group, ImportRun, Learner, SenProvision
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import GroupFactory, LearnerFactory, SchoolFactory, SenProvisionFactory, member
from tests.learners.lists import TODAY, UPNS, as_csv, bring, pupil, upload
from tests.learners.reading.test_ctf import PUPIL, ctf

DAY = timedelta(days=1)


def learner(number: int = 0) -> Learner:
    return Learner.objects.get(upn=UPNS[number])


def sen(number: int = 0) -> list[tuple]:
    rows = SenProvision.objects.filter(learner=learner(number)).order_by("starts", "pk")
    return list(rows.values_list("code", "need_1", "need_2", "types_awaited", "starts", "ends"))


def test_a_new_learner_is_added_with_everything_the_list_says(senco):
    row = pupil(
        0, Sex="F", **{"Reg Group": "5 Kestrel", "SEN Provision": "K", "SEN start date": "01/09/2024",
        "Primary need": "SLCN", "Secondary need": "HI", "PP": "Y", "FSM": "N", "First language": "PAN",
        "Entry date": "01/09/2020", "Leaving date": ""},
    )  # fmt: skip

    run = bring(senco, row)

    one = learner()
    assert (one.school, one.surname, one.forename, one.sex, one.nc_year) == (senco.school, "Bee", "Ada", "F", "5")
    assert (one.date_of_birth, one.joined, one.left) == (date(2016, 3, 1), date(2020, 9, 1), None)
    assert (one.group.name, one.group.nc_year, one.group.school) == ("5 Kestrel", "5", senco.school)
    assert (one.pupil_premium, one.fsm, one.eal, one.version) == (True, False, True, 1)
    assert sen() == [("K", "SLCN", "HI", False, date(2024, 9, 1), None)]
    assert (run.state, run.added, run.changed, run.unchanged, run.leavers) == ("applied", 1, 0, 0, 0)


def test_the_upload_is_let_go_when_it_is_applied(senco):
    run = bring(senco, pupil(0))

    run.refresh_from_db()
    assert (run.upload, run.upload_name, run.decisions) == (None, "", {})
    assert run.applied is not None


def test_a_provision_without_a_first_day_starts_today_and_without_types_awaits_them(senco):
    bring(senco, pupil(0, **{"SEN Provision": "E"}))

    assert sen() == [("E", "", "", True, TODAY, None)]


def test_a_changed_learner_keeps_what_the_list_does_not_say(senco):
    known = LearnerFactory(school=senco.school, upn=UPNS[0], preferred_name="Addy", sex="F", fsm=True)

    bring(senco, pupil(0, Sex="", FSM="", PP="Y"))

    known.refresh_from_db()
    assert (known.surname, known.preferred_name, known.sex, known.fsm, known.pupil_premium) == (
        "Bee",
        "Addy",
        "F",
        True,
        True,
    )
    assert known.version == 2


def test_the_same_list_twice_changes_nothing(senco):
    rows = [pupil(0, **{"SEN Provision": "K", "Primary need": "SPLD", "Reg Group": "5K"}), pupil(1, PP="Y")]
    run = bring(senco, *rows)
    before = list(Learner.objects.order_by("pk").values())

    with pytest.raises(NothingToDo):
        bring(senco, *rows)

    assert list(Learner.objects.order_by("pk").values()) == before
    assert (Learner.history.count(), SenProvision.history.count(), Group.objects.count()) == (2, 1, 1)
    assert ImportRun.objects.get(pk=run.pk).before["added"] == [one["id"] for one in before]


@pytest.mark.parametrize("since", ["", "01/09/2026"])
def test_a_changed_provision_ends_the_current_one_and_starts_the_next(senco, since):
    SenProvisionFactory(learner=LearnerFactory(school=senco.school, upn=UPNS[0]), code="K", need_1="SPLD")

    bring(senco, pupil(0, **{"SEN Provision": "E", "Primary need": "ASD", "SEN start date": since}))

    starts = date(2026, 9, 1) if since else TODAY
    assert sen() == [
        ("K", "SPLD", "", False, date(2025, 10, 1), starts - DAY), ("E", "ASD", "", False, starts, None),
    ]  # fmt: skip


def test_a_first_day_before_the_current_provision_began_is_not_gone_back_to(senco):
    SenProvisionFactory(learner=LearnerFactory(school=senco.school, upn=UPNS[0]), code="K", need_1="SPLD")

    bring(senco, pupil(0, **{"SEN Provision": "E", "Primary need": "ASD", "SEN start date": "01/09/2020"}))

    assert [row[4] for row in sen()] == [date(2025, 10, 1), TODAY]


def test_a_provision_that_began_today_is_put_right_and_not_ended(senco):
    known = LearnerFactory(school=senco.school, upn=UPNS[0])
    SenProvisionFactory(learner=known, code="K", need_1="SPLD", starts=TODAY)

    bring(senco, pupil(0, **{"SEN Provision": "N"}))

    assert sen() == [("N", "", "", False, TODAY, None)]


def test_a_provision_after_one_that_ended_starts_the_day_after_it(senco):
    known = LearnerFactory(school=senco.school, upn=UPNS[0])
    SenProvisionFactory(learner=known, code="K", need_1="SPLD", ends=TODAY + 3 * DAY)

    bring(senco, pupil(0, **{"SEN Provision": "E", "Primary need": "ASD"}))

    assert [row[4] for row in sen()] == [date(2025, 10, 1), TODAY + 4 * DAY]


def test_groups_are_made_as_named_and_found_however_they_are_written(senco):
    known = GroupFactory(school=senco.school, name="Kestrel", nc_year="4")
    GroupFactory(school=SchoolFactory(), name="Heron")

    bring(
        senco,
        pupil(0, **{"Reg Group": "KESTREL"}),
        pupil(1, **{"Reg Group": "Heron"}),
        pupil(2, **{"Reg Group": "heron", "NC Year": "6"}),
    )

    made = Group.objects.exclude(pk=known.pk).get(school=senco.school)
    assert learner(0).group == known
    assert (made.name, made.nc_year) == ("Heron", "")
    assert (learner(1).group, learner(2).group) == (made, made)


def test_moving_to_another_group_takes_the_year_of_those_in_it(senco):
    LearnerFactory(school=senco.school, upn=UPNS[0], nc_year="4", group=GroupFactory(school=senco.school, name="4A"))

    bring(senco, pupil(0, **{"Reg Group": "5A"}))

    assert (learner().group.name, learner().group.nc_year) == ("5A", "5")


def test_adults_in_a_transfer_file_are_added_once(senco):
    data = ctf(PUPIL).encode()
    bring(senco, data=data)
    one = Learner.objects.get()
    assert list(
        one.contacts.values_list("name", "relationship", "phone", "email", "parental_responsibility", "priority")
    ) == [
        ("Mrs Ann Ó Brien", "Mother", "01234 567890", "ann@home.example", True, 1),
        ("Hill", "Neighbour", "", "", False, 2),
    ]

    with pytest.raises(NothingToDo):
        bring(senco, data=data)
    Contact.objects.filter(name="Hill").delete()
    bring(senco, data=data)

    assert list(one.contacts.values_list("name", "priority")) == [("Mrs Ann Ó Brien", 1), ("Hill", 2)]


def test_leavers_are_marked_only_where_they_were_ticked(senco):
    left, stays = (LearnerFactory(school=senco.school, upn=UPNS[number]) for number in (1, 2))

    run = bring(senco, pupil(0), leavers=[left.pk, learner_elsewhere().pk], last_day=date(2026, 10, 23))

    left.refresh_from_db()
    stays.refresh_from_db()
    assert (left.left, left.version, stays.left, stays.version) == (date(2026, 10, 23), 2, None, 1)
    assert run.leavers == 1


def learner_elsewhere() -> Learner:
    return LearnerFactory(school=SchoolFactory())


def test_nobody_leaves_before_they_joined(senco):
    known = LearnerFactory(school=senco.school, upn=UPNS[1], joined=date(2026, 9, 1))

    with pytest.raises(LastDayTooEarly, match="1 of those ticked joined after 20/07/2026"):
        bring(senco, pupil(0), leavers=[known.pk], last_day=date(2026, 7, 20))

    assert Learner.objects.count() == 1


def test_a_list_with_a_problem_writes_nothing(senco):
    with pytest.raises(Moved):
        bring(senco, pupil(0), pupil(1, Sex="Z"))

    assert (Learner.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_list_from_the_command_line_is_read_again_before_it_is_written(senco):
    sheet = importing.read_list("list.csv", as_csv(pupil(0)), senco.school)
    mapping = importing.columns_of(sheet, senco.school)
    drafted = importing.draft(sheet=sheet, mapping=mapping, school=senco.school, today=TODAY)
    LearnerFactory(school=senco.school, upn=UPNS[5], surname="Bee", forename="Ada", date_of_birth=date(2016, 3, 1))

    with pytest.raises(Moved):
        importing.apply_list(school=senco.school, drafted=drafted, now=timezone.now(), today=TODAY, by=None)

    assert Learner.objects.count() == 1


def test_a_value_left_out_lets_the_rest_in(senco):
    bring(senco, pupil(0), pupil(1, Sex="Z"), choices={"values": frozenset({(3, "sex")})})

    assert [one.sex for one in Learner.objects.all()] == ["", ""]


def test_what_changed_since_it_was_shown_is_not_applied(senco):
    run = upload(senco, as_csv(pupil(0)))
    seen = importing.draft_of(run, TODAY).plan.fingerprint
    LearnerFactory(school=senco.school, upn=UPNS[0])

    with pytest.raises(Moved):
        importing.apply_upload(run=run, seen=seen, now=timezone.now(), today=TODAY, by=senco)

    run.refresh_from_db()
    assert (run.state, learner().surname) == ("uploaded", Learner.objects.get().surname)


def test_a_second_press_changes_nothing(senco):
    run = bring(senco, pupil(0))

    with pytest.raises(Settled, match="upload it again"):
        importing.apply_upload(run=run, seen="", now=timezone.now(), today=TODAY, by=senco)
    with pytest.raises(Settled):
        importing.sheet_of(run)

    assert Learner.objects.count() == 1


def test_an_error_half_way_leaves_the_register_and_the_upload_as_they_were(senco, monkeypatch):
    run = upload(senco, as_csv(pupil(0, **{"SEN Provision": "K", "Reg Group": "5K"})))
    seen = importing.draft_of(run, TODAY).plan.fingerprint

    def fall(*args, **kwargs):
        raise IntegrityError("half way")

    monkeypatch.setattr(importing.audit, "record", fall)
    with pytest.raises(IntegrityError):
        importing.apply_upload(run=run, seen=seen, now=timezone.now(), today=TODAY, by=senco)

    run.refresh_from_db()
    assert (run.state, bool(run.upload)) == ("uploaded", True)
    assert (Learner.objects.count(), Group.objects.count(), SenProvision.objects.count(), Learner.history.count()) == (
        0,
        0,
        0,
        0,
    )


def test_one_event_tells_of_an_import_in_numbers_only(senco):
    bring(senco, pupil(0), pupil(1))

    event = AuditEvent.objects.get()
    assert (event.verb, event.user_id, event.school_id) == ("learners.import", senco.pk, senco.school.pk)
    assert event.changes == {
        "kind": [None, "csv"], "added": [None, 2], "changed": [None, 0], "unchanged": [None, 0], "leavers": [None, 0],
    }  # fmt: skip


def test_history_is_what_saving_one_by_one_would_have_written(senco):
    bring(senco, pupil(0, **{"SEN Provision": "K", "Primary need": "SPLD"}))
    bring(senco, pupil(0, **{"SEN Provision": "E", "Primary need": "SPLD", "PP": "Y"}))

    for model in (Learner, SenProvision):
        for row in model.objects.all():
            bulk = row.history.first()
            row.save()
            saved = row.history.first()
            assert {field.attname: getattr(bulk, field.attname) for field in model._meta.concrete_fields} == {
                field.attname: getattr(saved, field.attname) for field in model._meta.concrete_fields
            }
    lines = learner().history.order_by("pk").values_list("history_type", "history_user", "history_change_reason")
    runs = list(ImportRun.objects.order_by("pk").values_list("pk", flat=True))
    assert list(lines)[:2] == [("+", senco.pk, f"Import {runs[0]}"), ("~", senco.pk, f"Import {runs[1]}")]


@pytest.mark.parametrize("rows", [1, 30])
def test_applying_takes_as_many_statements_for_one_row_as_for_thirty(senco, rows, django_assert_num_queries):
    numbers = [f"A{n:012d}" for n in range(rows * 2)]
    for number in numbers[:rows]:
        SenProvisionFactory(learner=LearnerFactory(school=senco.school, upn=number, nc_year="3"))
    pupils = [
        {**pupil(0), "UPN": number, "SEN Provision": "E", "Primary need": "HI", "Reg Group": "5K"} for number in numbers
    ]
    for place, one in enumerate(pupils):
        one["Surname"] = f"Bee{place}"
    run = upload(senco, as_csv(*pupils))
    seen = importing.draft_of(run, TODAY).plan.fingerprint

    with django_assert_num_queries(26):
        importing.apply_upload(run=run, seen=seen, now=timezone.now(), today=TODAY, by=senco)

    assert (Learner.objects.count(), Learner.history.count()) == (rows * 2, rows * 3)


def test_an_import_needs_the_capability(senco):
    teacher = member(Role.CLASS_TEACHER, senco.school)
    run = upload(senco, as_csv(pupil(0)))

    with pytest.raises(NotAllowed, match="does not include importing"):
        upload(teacher, as_csv(pupil(0)))
    with pytest.raises(NotAllowed):
        importing.cancel(run=run, by=teacher)


def test_a_second_upload_takes_the_place_of_the_first(senco):
    first = upload(senco, as_csv(pupil(0)))
    other = upload(member(Role.ADMINISTRATOR, senco.school), as_csv(pupil(0)))

    second = upload(senco, as_csv(pupil(1)))

    states = dict(ImportRun.objects.values_list("pk", "state"))
    assert states == {first.pk: "abandoned", other.pk: "uploaded", second.pk: "uploaded"}
    assert ImportRun.objects.get(pk=first.pk).upload is None


def test_columns_chosen_by_hand_are_remembered_and_forgotten_again(senco):
    data = b"UPN,Surname,Forename,Set,Class,Set 2,Set 2\nR201100018042,Bee,Ada,7X,7A,a,b\n"
    run = upload(senco, data)
    assert run.mapping == {"0": "upn", "1": "surname", "2": "forename", "4": "group"}

    importing.choose_columns(run=run, mapping={0: "upn", 1: "surname", 2: "forename", 3: "group", 5: "sex"}, by=senco)

    assert dict(ColumnMapping.objects.values_list("heading", "field")) == {"set": "group", "class": ""}
    assert upload(senco, data).mapping == {"0": "upn", "1": "surname", "2": "forename", "3": "group"}
    assert importing.columns_of(importing.read_list("x", data, SchoolFactory()), SchoolFactory())[4] == "group"

    importing.choose_columns(
        run=upload(senco, data), mapping={0: "upn", 1: "surname", 2: "forename", 4: "group"}, by=senco
    )
    assert not ColumnMapping.objects.exists()


def test_choosing_columns_again_forgets_what_was_decided_about_rows(senco):
    run = upload(senco, as_csv(pupil(0, Sex="Z")))
    importing.decide(run=run, choices=Choices(values=frozenset({(2, "sex")})), by=senco)

    importing.choose_columns(run=run, mapping={0: "upn"}, by=senco)

    run.refresh_from_db()
    assert (run.decisions, run.mapping) == ({}, {"0": "upn"})


def test_decisions_come_back_as_they_were_kept():
    choices = Choices(frozenset({(3, "sex"), (2, "fsm")}), frozenset({9}), {4: 7, 5: None})

    assert Choices.of(choices.kept()) == choices
    assert Choices.of({}) == Choices()


def test_rows_that_read_badly_or_are_left_out_make_no_leavers(senco):
    for number in range(4):
        LearnerFactory(school=senco.school, upn=UPNS[number])
    run = upload(senco, as_csv(pupil(0), pupil(1, Sex="Z"), pupil(2)))
    importing.decide(run=run, choices=Choices(rows=frozenset({4})), by=senco)
    run.refresh_from_db()

    assert [one.text("upn") for one in importing.draft_of(run, TODAY).plan.leavers] == [UPNS[3]]


def test_without_a_upn_column_leavers_follow_from_names(senco):
    LearnerFactory(school=senco.school, surname="Bee", forename="Ada", date_of_birth=date(2016, 3, 1), upn="")
    LearnerFactory(school=senco.school, upn=UPNS[3])
    data = as_csv(pupil(0), headings=["Surname", "Forename", "DOB"])

    plan = importing.draft_of(upload(senco, data), TODAY).plan

    assert ([one.text("upn") for one in plan.leavers], len(plan.possible)) == ([UPNS[3]], 1)


def test_a_school_is_walled_off_from_every_other(senco):
    elsewhere = LearnerFactory(school=SchoolFactory(), upn=UPNS[0], surname="Elsewhere")

    bring(senco, pupil(0))

    elsewhere.refresh_from_db()
    assert elsewhere.surname == "Elsewhere"
    assert Learner.objects.filter(upn=UPNS[0]).count() == 2


def test_the_words_of_a_run_and_of_a_heading_name_no_child(senco):
    assert str(upload(senco, as_csv(pupil(0)))).startswith("Import ")
    assert str(ColumnMapping(heading="set")) == "set"
