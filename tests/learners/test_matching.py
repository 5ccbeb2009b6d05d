"""What a list would change among the learners a school has."""

from datetime import date

import pytest

from learners.matching import Known, match, new_contacts
from learners.reading.sheet import ContactRow
from learners.rows import LearnerRow

UPN = "R201100018042"
OTHER = "P207000016049"
BORN = date(2015, 3, 12)
ADA = {"upn": UPN, "surname": "Bee", "forename": "Ada", "date_of_birth": BORN, "fsm": False}


def row(number: int = 2, contacts: tuple[ContactRow, ...] = (), **values) -> LearnerRow:
    return LearnerRow(number, values, contacts=contacts)


def changes(known: dict, **values) -> list[tuple[str, object, object]]:
    """What a row with these values would change of somebody known."""
    plan = match([Known(7, {"upn": UPN, **known})], [row(upn=UPN, **values)])
    return [(one.field, one.old, one.new) for change in plan.changes for one in change.fields]


def test_a_upn_that_is_known_is_that_learner_and_another_is_new():
    plan = match([Known(7, ADA)], [row(**ADA), row(3, upn=OTHER, surname="Cee", forename="Ben")])

    assert [(one.row, learner.id) for one, learner in plan.unchanged] == [(2, 7)]
    assert [one.values for one in plan.additions] == [{"upn": OTHER, "surname": "Cee", "forename": "Ben"}]
    assert (plan.changes, plan.possible, plan.leavers, plan.ready) == ([], [], [], True)


def test_one_learner_from_two_rows_is_a_problem_and_two_rows_of_one_number_stay_apart():
    ben = {"upn": OTHER, "surname": "Cee", "forename": "Ben"}
    doubled = match([Known(7, ADA)], [row(upn=UPN, surname="Dee"), row(3, upn=UPN, surname="Eff")])
    apart = match([Known(7, ADA), Known(8, ben)], [row(upn=UPN, surname="Dee"), row(upn=OTHER, surname="Eff")])

    assert [one.message for one in doubled.problems] == ["The learner of this row is already row 2."]
    assert [(one.learner.id, one.row.values["surname"]) for one in doubled.changes] == [(7, "Dee")]
    assert [(one.learner.id, one.row.values["surname"]) for one in apart.changes] == [(7, "Dee"), (8, "Eff")]
    assert doubled.ready is False


def test_a_new_learner_gets_the_usual_year_where_the_list_is_silent():
    one = LearnerRow(2, {"surname": "Bee", "forename": "Ada", "enrol_status": "C"}, proposed={"nc_year": "6"})

    assert match([], [one]).additions[0].values == {"nc_year": "6", "surname": "Bee", "forename": "Ada"}


def test_what_differs_is_told_field_by_field_and_what_is_absent_stays():
    found = changes({"surname": "Bee", "fsm": False, "nc_year": "5", "group": "5A"}, surname="Cee", fsm=True, sex="F")

    assert found == [("surname", "Bee", "Cee"), ("fsm", False, True), ("sex", None, "F")]


def test_a_flag_that_is_not_set_and_a_group_in_other_capitals_are_no_change():
    assert changes({"group": "Kestrel"}, group="KESTREL", eal=False) == []
    assert changes({}, group="Kestrel") == [("group", None, "Kestrel")]


@pytest.mark.parametrize(
    ("known", "values", "found"),
    [
        ({"sen_code": "K", "needs": ("SPLD",)}, {"sen_code": "K", "needs": ("SPLD",)}, []),
        ({"sen_code": "K", "needs": ("SPLD",)}, {"sen_code": "K"}, []),
        ({"sen_code": "K", "needs": ("SPLD",)}, {"sen_code": "K", "sen_from": date(2020, 9, 1)}, []),
        ({"sen_code": "K", "needs": ("SPLD",)}, {"sen_code": "E"}, [("sen_code", "K", "E")]),
        ({"sen_code": "K", "needs": ("SPLD",)}, {"needs": ("HI",)}, [("needs", ("SPLD",), ("HI",))]),
        ({"sen_code": "K", "needs": ("SPLD",)}, {"sen_code": "N"}, [("sen_code", "K", "N"), ("needs", ("SPLD",), ())]),
        ({}, {"sen_code": "K"}, [("sen_code", None, "K")]),
        ({}, {"sen_code": "N"}, [("sen_code", None, "N")]),
    ],
)
def test_provision_and_types_change_together(known, values, found):
    assert changes(known, **values) == found


@pytest.mark.parametrize(
    ("known", "values"),
    [
        ({"sen_code": "K", "needs": ("NSA",)}, {"sen_code": "E"}),
        ({"sen_code": "N"}, {"needs": ("SPLD",)}),
        ({}, {"needs": ("SPLD",)}),
    ],
)
def test_what_the_census_would_refuse_stays_as_it_is_and_is_told(known, values):
    plan = match([Known(7, {"upn": UPN, **known})], [row(upn=UPN, **values)])

    assert plan.changes == []
    assert ["they stay" in one.message for one in plan.notices] == [True]


def test_types_without_a_provision_are_left_out_for_a_new_learner():
    plan = match([], [row(surname="Bee", forename="Ada", needs=("SPLD",), sen_from=BORN)])

    assert plan.additions[0].values == {"surname": "Bee", "forename": "Ada"}
    assert "left out for a new learner" in plan.notices[0].message


def test_a_new_learner_gets_their_provision_with_its_first_day():
    values = {"surname": "Bee", "forename": "Ada", "sen_code": "K", "needs": ("SPLD",), "sen_from": date(2024, 9, 1)}

    assert match([], [row(**values)]).additions[0].values == values


def test_a_new_learner_needs_both_names():
    plan = match([], [row(upn=UPN, surname="Bee")])

    assert (plan.additions, plan.ready) == ([], False)
    assert "gives no surname and forename" in plan.problems[0].message


def test_the_same_name_and_birthday_only_proposes():
    known = [Known(7, ADA), Known(8, {**ADA, "upn": "", "surname": "BEE"})]

    plan = match(known, [row(upn=OTHER, surname="bee", forename="ADA", date_of_birth=BORN)])

    assert [(one.row.row, [learner.id for learner in one.learners]) for one in plan.possible] == [(2, [7, 8])]
    assert (plan.changes, plan.additions, plan.leavers, plan.ready) == ([], [], [], False)


@pytest.mark.parametrize(
    ("known", "values"),
    [({"upn": OTHER, "former_upn": UPN}, {"upn": UPN}), ({"upn": UPN}, {"upn": OTHER, "former_upn": UPN})],
)
def test_a_former_upn_only_proposes(known, values):
    plan = match([Known(7, known)], [row(**values)])

    assert [one.reason for one in plan.possible] == ["A former UPN is the same."]


def test_a_learner_whom_a_upn_names_is_not_proposed_for_another_row():
    plan = match([Known(7, ADA)], [row(2, **{**ADA, "upn": OTHER}), row(3, **ADA)])

    assert (plan.possible, len(plan.additions), len(plan.unchanged)) == ([], 1, 1)


def test_a_person_decides_who_a_row_is():
    rows = [row(2, upn=OTHER, surname="Bee", forename="Ada", date_of_birth=BORN)]

    same = match([Known(7, ADA)], rows, {2: 7})
    new = match([Known(7, ADA)], rows, {2: None})

    assert [(one.field, one.old, one.new) for one in same.changes[0].fields] == [
        ("upn", UPN, OTHER), ("former_upn", None, UPN),
    ]  # fmt: skip
    assert [learner.id for learner in new.leavers] == [7]
    assert len(new.additions) == 1


def test_a_former_upn_the_list_gives_is_taken_as_it_is():
    values = {"upn": OTHER, "former_upn": "H801200001001", "surname": "Bee", "forename": "Ada"}

    plan = match([Known(7, ADA)], [row(**values)], {2: 7})

    assert [(one.field, one.new) for one in plan.changes[0].fields] == [
        ("upn", OTHER), ("former_upn", "H801200001001"),
    ]  # fmt: skip


@pytest.mark.parametrize(("choice", "words"), [(9, "no longer here"), (7, "already row 3")])
def test_a_decision_that_no_longer_holds_is_a_problem(choice, words):
    plan = match([Known(7, ADA)], [row(2, surname="Bee", forename="Ada"), row(3, **ADA)], {2: choice})

    assert [words in one.message for one in plan.problems] == [True]


def test_a_learner_cannot_be_chosen_for_two_rows():
    rows = [row(2, surname="Bee", forename="Ada"), row(3, surname="Bee", forename="Ada")]

    plan = match([Known(7, ADA)], rows, {2: 7, 3: 7})

    assert [one.message for one in plan.problems] == ["The learner chosen for this row is already row 2."]


def test_those_on_roll_whom_the_list_leaves_out_are_proposed_as_leavers():
    known = [Known(7, ADA), Known(8, {"upn": OTHER}), Known(9, {"upn": "H801200001001"}, current=False)]

    assert [learner.id for learner in match(known, [row(**ADA)]).leavers] == [8]


def test_leaving_before_joining_across_list_and_register_is_a_problem():
    plan = match([Known(7, {"upn": UPN, "joined": date(2020, 9, 1)})], [row(upn=UPN, left=date(2020, 8, 1))])

    assert "before the day of joining" in plan.problems[0].message
    assert plan.changes == []


def test_somebody_who_left_and_stands_in_the_list_stays_marked_and_is_told():
    left = Known(7, {**ADA, "left": date(2026, 7, 20)}, current=False)

    plan = match([left], [row(**ADA)])

    assert (len(plan.unchanged), ["marked as left here" in one.message for one in plan.notices]) == (1, [True])
    assert match([left], [row(**ADA, left=date(2026, 7, 20))]).notices == []


def test_a_upn_that_seems_to_be_another_childs_is_told():
    other = {"upn": UPN, "surname": "Cee", "forename": "Ben", "date_of_birth": date(2014, 1, 1)}

    plan = match([Known(7, ADA)], [row(**other)])

    assert ["all different" in one.message for one in plan.notices] == [True]
    assert match([Known(7, ADA)], [row(**{**other, "forename": "Ada"})]).notices == []


def test_adults_who_are_not_known_are_added_once():
    people = (ContactRow("Mrs Bee", "Mother"), ContactRow("MR BEE"), ContactRow("mrs bee", "Aunt"))
    known = Known(7, {"upn": UPN}, contacts=frozenset({"mr bee"}))

    plan = match([known], [row(upn=UPN, contacts=people)])

    assert [(one.field, one.new) for one in plan.changes[0].fields] == [("contacts", ("Mrs Bee",))]
    assert new_contacts(row(contacts=people)) == [people[0], people[1]]


def test_plans_that_would_do_the_same_have_one_fingerprint():
    known = [Known(7, ADA)]
    rows = [row(**{**ADA, "sex": "F"}), row(3, upn=OTHER, surname="Cee", forename="Ben")]

    assert match(known, rows).fingerprint == match(known, rows).fingerprint
    assert match(known, rows).fingerprint != match(known, rows[:1]).fingerprint
    assert match(known, rows).fingerprint != match([Known(7, {**ADA, "sex": "M"})], rows).fingerprint


@pytest.mark.parametrize(
    ("listed", "kept"), [("SPLD", ("SPLD", "SLCN", "SEMH")), ("SEMH", ("SEMH", "SPLD", "SLCN")), ("HI", ("HI", "SPLD"))]
)
def test_a_list_with_the_primary_need_only_keeps_the_others_behind_it(listed, kept):
    old = ("SPLD", "SLCN", "SEMH") if len(kept) == 3 else ("SPLD",)
    one = LearnerRow(2, {"upn": UPN, "sen_code": "K", "needs": (listed,)}, primary_only=True)

    plan = match([Known(7, {"upn": UPN, "sen_code": "K", "needs": old})], [one])

    changed = [(field.old, field.new) for change in plan.changes for field in change.fields]
    assert changed == ([] if kept == old else [(old, kept)])
