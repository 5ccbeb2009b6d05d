"""Taking an import back."""

from datetime import date

import pytest

from learners.actions import importing
from learners.actions.contacts import add_contact
from learners.actions.groups import delete_group
from learners.actions.learners import change_learner
from learners.actions.passports import change_passport
from learners.actions.undoing import reason_not_to_undo, undo_import
from learners.models import Contact, Group, ImportRun, Learner, SenProvision
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import (
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    member,
)
from tests.learners.lists import TODAY, UPNS, as_csv, bring, pupil, upload
from tests.learners.reading.test_ctf import PUPIL, ctf

TABLES = (Learner, SenProvision, Group, Contact)


def state() -> list[list[dict]]:
    """Everything the register says, less the versions."""
    tables = [list(model.objects.order_by("pk").values()) for model in TABLES]
    for row in tables[0]:
        del row["version"]
    return tables


def a_school_in_full(senco) -> None:
    """Three learners: one to change, one to leave, one to be put right."""
    group = GroupFactory(school=senco.school, name="4A")
    known = LearnerFactory(school=senco.school, upn=UPNS[0], group=group, fsm=True, sex="F", nc_year="4")
    SenProvisionFactory(learner=known, code="K", need_1="SPLD")
    LearnerFactory(school=senco.school, upn=UPNS[1])
    SenProvisionFactory(learner=LearnerFactory(school=senco.school, upn=UPNS[2]), starts=TODAY)


ROWS = [
    pupil(0, **{"Reg Group": "5A", "FSM": "N", "SEN Provision": "E", "Primary need": "ASD"}),
    pupil(2, **{"Reg Group": "", "FSM": "Y", "SEN Provision": "N"}),
    pupil(3, **{"Reg Group": "5A", "FSM": "Y", "SEN Provision": "K", "Primary need": "HI"}),
]


def test_undoing_restores_exactly_what_was(senco):
    a_school_in_full(senco)
    before = state()
    leaver = Learner.objects.get(upn=UPNS[1])
    run = bring(senco, *ROWS, leavers=[leaver.pk], last_day=date(2026, 10, 23))
    assert state() != before

    undone = undo_import(run=run, by=senco)

    assert state() == before
    assert (undone.state, undone.before) == ("undone", {})
    assert {one.version for one in Learner.objects.all()} == {3}


def test_undoing_leaves_a_trail(senco):
    a_school_in_full(senco)
    run = bring(senco, *ROWS)
    undo_import(run=run, by=senco)

    added = Learner.history.filter(upn=UPNS[3])
    assert [(line.history_type, line.history_user, line.history_change_reason) for line in added] == [
        ("-", senco, f"Undo of import {run.pk}"), ("+", senco, f"Import {run.pk}"),
    ]  # fmt: skip
    assert [line.history_type for line in Learner.objects.get(upn=UPNS[0]).history.all()] == ["~", "~", "+"]
    event = AuditEvent.objects.first()
    assert (event.verb, event.changes) == ("learners.import-undo", {"added": [1, 0], "changed": [2, 0]})


def test_adults_that_came_with_a_transfer_file_go_with_it(senco):
    bring(senco, pupil(0))
    before = state()
    run = bring(senco, data=ctf(PUPIL).encode())
    assert Contact.objects.count() == 2

    undo_import(run=run, by=senco)

    assert state() == before


def test_an_import_can_be_undone_once(senco):
    run = undo_import(run=bring(senco, pupil(0)), by=senco)

    assert reason_not_to_undo(run) == "This import is not in force: there is nothing to undo."
    with pytest.raises(NotAllowed, match="nothing to undo"):
        undo_import(run=run, by=senco)


def test_only_the_last_import_can_be_undone_even_after_it_was(senco):
    first = bring(senco, pupil(0))
    second = bring(senco, pupil(1))
    undo_import(run=second, by=senco)

    assert reason_not_to_undo(first) == "Another import followed: only the last one can be undone."
    assert ImportRun.objects.get(pk=first.pk).before == {}


def test_a_list_that_waits_does_not_stand_in_the_way(senco):
    run = bring(senco, pupil(0))
    upload(senco, as_csv(pupil(1)))

    assert reason_not_to_undo(run) == ""


def edit(learner, senco):
    change_learner(learner=learner, changes={"sex": "M"}, seen=learner.version, by=senco)


def write_passport(learner, senco):
    change_passport(learner=learner, changes={"strengths": "Maths"}, seen=0, by=senco)


def give_contact(learner, senco):
    add_contact(learner=learner, values={"name": "Mrs Bee"}, by=senco)


def place(learner, senco):
    PlacementFactory(learner=learner, provision=ProvisionFactory(school=senco.school))


@pytest.mark.parametrize("work", [edit, write_passport, give_contact, place])
def test_work_on_an_added_learner_is_not_lost(senco, work):
    run = bring(senco, pupil(0), pupil(1))
    work(Learner.objects.get(upn=UPNS[0]), senco)

    reason = reason_not_to_undo(run)

    assert reason.startswith("1 learner has been worked on since this import, and undoing it would lose that work")
    with pytest.raises(NotAllowed, match="1 learner has been worked on"):
        undo_import(run=run, by=senco)
    assert Learner.objects.count() == 2


def test_later_edits_of_changed_learners_are_counted(senco):
    known = [LearnerFactory(school=senco.school, upn=UPNS[number]) for number in range(3)]
    run = bring(senco, pupil(0), pupil(1), pupil(2))
    for one in known[:2]:
        one.refresh_from_db()
        edit(one, senco)

    assert reason_not_to_undo(run).startswith("2 learners have been worked on")


def test_work_on_others_does_not_stand_in_the_way(senco):
    other = LearnerFactory(school=senco.school, upn=UPNS[1])
    run = bring(senco, pupil(0))
    edit(other, senco)
    write_passport(other, senco)

    assert reason_not_to_undo(run) == ""


def test_a_group_somebody_uses_since_stays(senco):
    teacher = member(Role.CLASS_TEACHER, senco.school)
    run = bring(
        senco, pupil(0, **{"Reg Group": "5A"}), pupil(1, **{"Reg Group": "5B"}), pupil(2, **{"Reg Group": "5C"})
    )
    Group.objects.get(name="5A").teachers.add(teacher)
    LearnerFactory(school=senco.school, group=Group.objects.get(name="5B"))

    undo_import(run=run, by=senco)

    assert list(Group.objects.values_list("name", flat=True)) == ["5A", "5B"]


def test_a_group_that_is_gone_cannot_be_gone_back_to(senco):
    group = GroupFactory(school=senco.school, name="4A")
    LearnerFactory(school=senco.school, upn=UPNS[0], group=group)
    run = bring(senco, pupil(0, **{"Reg Group": "5A"}))
    delete_group(group=group, by=senco)

    assert reason_not_to_undo(run).startswith("A group that learners would go back to has been deleted")


def test_undoing_needs_the_capability(senco):
    run = bring(senco, pupil(0))

    with pytest.raises(NotAllowed, match="does not include importing"):
        undo_import(run=run, by=member(Role.HEAD, senco.school))


@pytest.mark.parametrize("rows", [1, 30])
def test_undoing_takes_as_many_statements_for_one_row_as_for_thirty(senco, rows, django_assert_num_queries):
    numbers = [f"A{n:012d}" for n in range(rows * 2)]
    for number in numbers[:rows]:
        SenProvisionFactory(learner=LearnerFactory(school=senco.school, upn=number))
    pupils = [{**pupil(0), "UPN": number, "SEN Provision": "N", "Reg Group": "5K"} for number in numbers]
    for place_in_list, one in enumerate(pupils):
        one["Surname"] = f"Bee{place_in_list}"
    run = bring(senco, *pupils)

    with django_assert_num_queries(40):
        undo_import(run=run, by=senco)

    assert Learner.objects.count() == rows


def test_an_undone_list_can_be_imported_again(senco):
    undo_import(run=bring(senco, *ROWS), by=senco)

    again = bring(senco, *ROWS)

    assert (again.added, importing.draft_of(upload(senco, as_csv(*ROWS)), TODAY).plan.changes) == (3, [])
