"""Maps of a learner a row: what stands beside the tier columns, and what is about one child alone."""

from datetime import date

import pytest

from interventions.dose import Dose
from tests.interventions.map_reading.test_shapes import UPN, read, said


def test_outcome_staff_and_days_of_a_learners_row_reach_every_provision_of_it():
    found = read(
        "Pupil | Wave 1 | Wave 2 | Outcome | Staff | Responsible teacher | Room | Start | End | Review | Baseline | "
        "Target",
        ["Bee, Ada", "Wobble cushion", "Nessy 3 x 20 mins; Lego weekly 45 min", "Blends CVC words", "Mrs Hill (TA)",
         "Miss Oak", "Nest", "14/09/2026", date(2026, 12, 11), "4.12.26", "6:2", "7:0"],
    )  # fmt: skip

    assert [(one.name, one.dose) for one in found.entries] == [
        ("Wobble cushion", Dose(None, None)), ("Nessy", Dose(3, 20)), ("Lego", Dose(1, 45)),
    ]  # fmt: skip
    assert {(one.outcome, one.people, one.responsible, one.place) for one in found.entries} == {
        ("Blends CVC words", (("Mrs Hill", "ta"),), "Miss Oak", "Nest")
    }
    assert {(one.starts, one.ends, one.review_on) for one in found.entries} == {
        (date(2026, 9, 14), date(2026, 12, 11), date(2026, 12, 4))
    }
    assert {(one.baseline, one.target) for one in found.entries} == {("6:2", "7:0")}
    assert (found.notices, found.problems) == ([], [])


def test_a_day_of_a_learners_row_that_is_none_is_told_once_and_put_on_no_shared_provision():
    found = read(
        "Pupil | Wave 2 | Start | Finish | Review",
        ["Bee, Ada", "Nessy; Lego", "soon", None, "Dec 2026, CP meeting"],
        ["Cee, Ben", "Nessy; Lego", "1/9/2026", "1/8/2026", None],
    )

    assert said(found.notices) == [
        (2, "Start", "soon", "This is not a date."), (2, "Review", "Dec 2026, CP meeting", "This is not a date."),
    ]  # fmt: skip
    assert said(found.problems) == [(3, "Finish", "1/8/2026", "The last day is before the first day.")]
    assert [(one.starts, one.ends, one.notes) for one in found.entries] == [
        *[(None, None, ())] * 2, *[(date(2026, 9, 1), None, ())] * 2,
    ]  # fmt: skip


def test_staff_in_an_items_own_words_stay_where_the_row_names_others_too():
    found = read(
        "Pupil | Wave 2 | Staff",
        ["Ada", "Nessy 3 x 20 mins TA; Lego 20 mins", "Mrs Hill"],
        ["Ben", "A 5 x 10 TA", None],
    )

    assert [(one.people, one.notes[:1]) for one in found.entries] == [
        ((("Mrs Hill", "other"),), ("As written: Nessy 3 x 20 mins TA",)),
        ((("Mrs Hill", "other"),), ("Dose as written: Lego 20 mins",)),
        ((("TA", "ta"),), ()),
    ]


def test_words_about_one_child_are_put_on_no_provision_and_told_without_being_repeated():
    learners = read("Pupil | Wave 2 | Comments", ["Ada", "Nessy; Lego", "CP concern"], ["Ben", "Nessy", None])
    one_a_row = read("Pupil | Intervention | Comments", ["Ada", "Nessy", "CP concern"])
    in_a_cell = read("Intervention | Pupils | Comments", ["Nessy", "Ada", "CP concern"])

    for found in (learners, one_a_row, in_a_cell):
        assert {one.notes for one in found.entries} == {()}
        assert said(found.notices) == [
            (2, "Comments", "", "A note about one learner: a provision is shared by others, so it is left out.")
        ]
    assert "CP concern" not in repr((learners, one_a_row, in_a_cell))


def test_a_note_of_a_group_or_of_nobody_stays_the_provisions():
    found = read(
        "Intervention | Pupils | Comments", ["Nessy", "Ada Bee, Ben Cee", "Mornings"], ["Lego", None, "In the hall"]
    )

    assert [one.notes for one in found.entries] == [("Mornings",), ("In the hall",)]
    assert found.notices == []


def test_long_words_of_a_learners_row_are_cut_and_told():
    found = read("Pupil | Wave 2 | Outcome", ["Ada", "Nessy", "o" * 301])

    assert (found.entries[0].outcome, found.entries[0].notes) == ("o" * 300, ())
    assert said(found.notices) == [
        (2, "Outcome", "o" * 301, "This is longer than 300 characters: the rest is left out.")
    ]


def test_a_dose_of_the_row_belongs_to_its_one_provision_or_is_told():
    found = read(
        "Pupil | Wave 2 | Time | Weeks",
        ["Ada", "Nessy", "3 x 20 mins", "6"],
        ["Ben", "Nessy; Lego 2 x 10 mins; Talk", "3 x 20 mins", None],
        ["Cai", "Lego 2 x 10 mins", "3 x 20 mins", None],
    )

    assert [(one.name, one.dose, one.weeks) for one in found.entries] == [
        ("Nessy", Dose(3, 20), 6), ("Nessy", Dose(None, None), None), ("Lego", Dose(2, 10), None),
        ("Talk", Dose(None, None), None), ("Lego", Dose(2, 10), None),
    ]  # fmt: skip
    why = "It is not said which provision of the row this dose is of."
    assert [one.unread for one in found.entries] == [(), (why,), (), (why,), ()]
    assert [one.notes for one in found.entries][1::2] == [("Dose as written: 3 x 20 mins",)] * 2
    assert said(found.notices) == [(4, "Time", "3 x 20 mins", "The provisions of this row give their own doses.")]


def test_columns_that_a_shape_does_not_read_are_told_where_they_hold_something():
    found = read(
        "Pupil | Wave 2 | Wave | Number", ["Ada", "Nessy", None, None], ["Ben", "Nessy", "2", None],
        mapping={0: "learner", 1: "tier:2", 2: "tier", 3: "number"},
    )  # fmt: skip

    assert said(found.notices) == [(3, "Wave", "2", "This column is not read in a map of this shape.")]


def test_a_year_that_is_none_is_told():
    found = read("Pupil | Year | Wave 2", ["Ada", "99", "Nessy"])

    assert said(found.notices) == [(2, "Year", "99", "This is no year group.")]


def test_a_tick_names_no_provision_and_is_told():
    found = read("Pupil | Wave 1 | Wave 2", ["Ada", "✓", "n/a"], ["Ben", "x", "Nessy"])

    assert [one.name for one in found.entries] == ["Nessy"]
    assert said(found.notices) == [
        (2, "Wave 1", "✓", "A tick names no provision."), (3, "Wave 1", "x", "A tick names no provision."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "Key: TA = teaching assistant",
        "* = new this term",
        "NB – reviewed in May",
        "TA = teaching assistant",
        "Abbreviations: LSA",
    ],
)
def test_a_footnote_is_no_provision_and_no_learner_and_told(line):
    one = read("Intervention | Staff", ["Nessy", "TA"], [line, None])
    two = read("Pupil | Wave 1", ["Ada", "Nessy"], [line, None])

    for found in (one, two):
        assert [entry.name for entry in found.entries] == ["Nessy"]
        assert said(found.notices) == [(3, "", line, "This line is a footnote and names no provision.")]


def test_numbered_provisions_have_no_tier_and_ask_for_one():
    found = read("Pupil | Provision 1 | Provision 2", ["Ada", "Nessy 3 x 20 mins", "ELSA"])

    assert [(one.tier, one.name, one.dose) for one in found.entries] == [
        (None, "Nessy", Dose(3, 20)), (None, "ELSA", Dose(None, None)),
    ]  # fmt: skip


def test_columns_named_by_an_area_or_a_subject_say_it_of_their_provisions():
    found = read("UPN | Mathematics | SEMH | C+I | Reading", [UPN, "Numicon", "Nurture", "Talk Boost", "Nessy"])

    assert [(one.tier, one.area, one.subject, one.name) for one in found.entries] == [
        (None, "", "maths", "Numicon"), (None, "semh", "", "Nurture"), (None, "communication", "", "Talk Boost"),
        (None, "", "reading", "Nessy"),
    ]  # fmt: skip


def test_a_year_group_behind_a_name_is_no_part_of_it():
    found = read("Intervention | Pupils", ["Nessy", "Ada Bee (Y4)\nBen Cee (yr 5)\nCai (Y99)\nBee, Dot (Reception)"])
    rows = read("Pupil | Year | Wave 2", ["Ada Bee (Y4)", None, "Nessy"], ["Ada Bee (Y4)", "5", "Nessy"])

    assert [(one.shown, one.year) for one in found.entries[0].learners] == [
        ("Ada Bee", "4"), ("Ben Cee", "5"), ("Cai (Y99)", ""), ("Dot Bee", "R"),
    ]  # fmt: skip
    assert [(one.learners[0].shown, one.learners[0].year) for one in rows.entries] == [
        ("Ada Bee", "4"),
        ("Ada Bee", "5"),
    ]


def test_a_day_that_is_none_is_told_with_what_holds_instead_in_each_column():
    found = read(
        "Intervention | Pupils | Start | Finish | Review date",
        ["Nessy", "Ada Bee", "ongoing", "Xmas", "soon"], ["Lego", "Ada Bee, Ben Cee", "ongoing", "Xmas", "soon"],
        ["Walk", "all Y3 PP", "ongoing", None, None],
    )  # fmt: skip

    out, kept = "It is left out, as a note is shared by others.", "It is kept in the note."
    first = "The first day chosen below holds: write another as 07/09/2026."
    last = "The last day is worked out from the weeks, or is the one chosen below: write another as 18/12/2026."
    review = "No review date is set: write it as 11/12/2026."
    assert [(one.row, one.value, one.remedy) for one in found.notices] == [
        (2, "ongoing", f"{out} {first}"), (2, "Xmas", f"{out} {last}"), (2, "soon", f"{out} {review}"),
        (3, "ongoing", f"{kept} {first}"), (3, "Xmas", f"{kept} {last}"), (3, "soon", f"{kept} {review}"),
        (4, "ongoing", f"{kept} {first}"),
    ]  # fmt: skip
    assert [one.notes for one in found.entries] == [
        (), ("Start: ongoing", "Finish: Xmas", "Review date: soon"), ("Start: ongoing",),
    ]  # fmt: skip
