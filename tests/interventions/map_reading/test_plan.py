"""What bringing a map in would do: who is who, what is one provision, what is there already."""

from datetime import date

import pytest

from interventions.dose import Dose
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.people import Named, whole
from interventions.map_reading.plan import Adult, Choices, Held, Known, Pupil, Shelved
from interventions.map_reading.planning import plan_of
from learners.rows import Problem

TODAY = date(2026, 11, 23)
UPN, OTHER = "R201100018042", "P207000016049"
ADA = Pupil(1, UPN, "Bee", "Ada", "Addy", "4", "4K", "SLCN")
TWIN = Pupil(2, OTHER, "Bee", "Ada", "", "5", "5M")
BEN = Pupil(3, "", "Cee", "Ben", "", "4", "4K", "SPLD")
TERM = Choices(starts=date(2026, 9, 1), ends=date(2026, 12, 18))


def plan(*entries, known=None, choices=TERM, problems=()):
    reading = Reading("provisions", list(entries), list(problems))
    return plan_of(reading, known or Known([ADA, TWIN, BEN]), choices, today=TODAY)


def entry(name="Nessy", row=2, **fields):
    return Entry(row, "Provision", name, **({"tier": 2, "area": "cognition"} | fields))


def who(**fields):
    return (Named(**fields),)


def test_a_upn_says_who_is_meant_and_a_name_only_proposes():
    found = plan(entry(learners=who(upn=UPN)), entry(row=3, learners=who(words="ada bee")))

    assert [place.learner for place in found.provisions[0].places] == [1]
    assert [(doubt.rows, doubt.candidates) for doubt in found.doubts] == [((3,), (ADA, TWIN))]
    assert not found.ready


@pytest.mark.parametrize(
    ("named", "candidates"),
    [
        ({"words": "Addy Bee"}, (ADA,)), ({"words": "Bee Ada"}, (ADA, TWIN)),
        ({"words": "Ada Bee", "year": "5"}, (TWIN,)),
        ({"words": "Ada Bee", "group": "4k"}, (ADA,)), ({"words": "Ben"}, (BEN,)), ({"words": "Ben C."}, (BEN,)),
        ({"surname": "Cee", "forename": "Ben"}, (BEN,)), ({"words": "Zoe"}, ()), ({"upn": "X999000016049"}, ()),
        ({"words": "Ada Bee", "year": "9"}, (ADA, TWIN)),
    ],
)  # fmt: skip
def test_a_name_proposes_those_it_may_mean_of_the_same_year_or_class_first(named, candidates):
    assert plan(entry(learners=who(**named))).doubts[0].candidates == candidates


@pytest.mark.parametrize(
    ("named", "proposed"),
    [
        ({"words": "Ben Cee"}, BEN), ({"words": "Ben Cee (PP)"}, BEN), ({"words": "ben  cee", "year": "4"}, BEN),
        ({"surname": "Cee", "forename": "Ben"}, BEN), ({"words": "Addy Bee"}, ADA),
        ({"words": "Ada Bee"}, None), ({"words": "Ada Bee", "year": "5"}, TWIN),
        ({"words": "Ben Cee", "year": "5"}, None),
        ({"words": "Ben Cee", "group": "5M"}, None), ({"words": "Ben"}, None), ({"words": "Ben C"}, None),
        ({"surname": "Cee", "forename": "Ben", "upn": "X999000016049"}, None),
    ],
)  # fmt: skip
def test_a_whole_name_that_one_learner_has_is_proposed_and_never_taken_by_itself(named, proposed):
    found = plan(entry(learners=who(**named)))

    assert [doubt.exact for doubt in found.doubts] == [proposed]
    assert not found.ready


def test_a_description_is_no_learner_to_add():
    one = Named(words="all Y3 PP")

    found = plan(entry(learners=(one,)), choices=Choices(starts=TERM.starts, who={one.key: "new"}))

    assert ([doubt.who for doubt in found.doubts], found.learners) == ([one], {})


def test_what_a_person_decides_settles_a_doubt():
    lines = [
        entry(row=row, learners=who(words=words)) for row, words in enumerate(("Ada Bee", "Zoe Dee", "Cai", "Ned"))
    ]
    keys = {one.learners[0].words: one.learners[0].key for one in lines}
    choices = Choices(
        who={keys["Ada Bee"]: 2, keys["Zoe Dee"]: "new", keys["Cai"]: "out", keys["Ned"]: "new"}, starts=TODAY
    )

    found = plan(*lines, choices=choices)

    assert [place.learner for place in found.provisions[0].places] == [2, keys["Zoe Dee"]]
    assert found.learners == {keys["Zoe Dee"]: Named(surname="Dee", forename="Zoe")}
    assert [doubt.who.words for doubt in found.doubts] == ["Ned"]  # a forename alone makes no learner


def test_a_learner_who_was_chosen_and_is_gone_is_in_doubt_again():
    line = entry(learners=who(words="Ada Bee"))

    assert len(plan(line, choices=Choices(who={line.learners[0].key: 99}, starts=TODAY)).doubts) == 1


@pytest.mark.parametrize(
    "named", [{"upn": "12", "surname": "Dee", "forename": "Zoe"}, {"upn": "", "words": "Zoe " + "D" * 81}]
)
def test_a_learner_whom_the_register_cannot_take_stays_in_doubt(named):
    line = entry(learners=who(**named))

    found = plan(line, choices=Choices(who={line.learners[0].key: "new"}, starts=TODAY))

    assert (len(found.doubts), found.learners) == (1, {})


def test_learners_whose_upn_nobody_has_may_be_added_together():
    new = {"upn": "X999000016049", "surname": "Dee", "forename": "Zoe", "year": "4", "sen": "K", "needs": ("SPLD",)}
    found = plan(entry(area="", learners=who(**new)), choices=Choices(create=True, starts=TODAY))

    assert list(found.learners) == ["X999000016049"]
    assert found.provisions[0].area == "cognition"  # of her own first need
    assert found.ready


def test_lines_of_one_name_tier_and_staff_with_a_learner_each_are_one_provision():
    staff = (("Jo Marsh", "ta"),)
    found = plan(
        entry(people=staff, dose=Dose(3, 20), learners=who(upn=UPN)),
        entry("nessy", row=3, people=staff, dose=Dose(3, 20), learners=who(upn=OTHER)),
        entry(row=4, people=staff, dose=Dose(2, 20), learners=who(upn=OTHER), starts=date(2026, 10, 5)),
        entry(row=5, tier=3, learners=who(upn=UPN)),
        entry(row=6, learners=(Named(upn=UPN), Named(upn=OTHER))),
        entry(row=7, learners=(Named(upn=UPN), Named(upn=OTHER))),
    )

    assert [(one.tier, one.rows, len(one.places), one.dose) for one in found.provisions] == [
        (2, (2, 3, 4), 3, Dose(3, 20)), (3, (5,), 1, Dose(None, None)),
        (2, (6,), 2, Dose(None, None)), (2, (7,), 2, Dose(None, None)),
    ]  # fmt: skip


def test_a_learner_named_twice_for_one_provision_gets_one_place():
    found = plan(entry(learners=who(upn=UPN)), entry(row=3, learners=who(upn=UPN)))

    assert len(found.provisions[0].places) == 1


@pytest.mark.parametrize(
    ("fields", "starts", "ends"),
    [
        ({}, date(2026, 9, 1), date(2026, 12, 18)),
        ({"weeks": 6}, date(2026, 9, 1), date(2026, 10, 12)),
        ({"starts": date(2026, 11, 2), "weeks": 2}, date(2026, 11, 2), date(2026, 11, 15)),
        ({"ends": date(2026, 10, 2), "weeks": 30}, date(2026, 9, 1), date(2026, 10, 2)),
        ({"provision_starts": date(2026, 9, 7)}, date(2026, 9, 7), None),
    ],
)
def test_days_come_from_the_line_else_its_weeks_else_the_days_for_all(fields, starts, ends):
    one = plan(entry(learners=who(upn=UPN), **fields)).provisions[0]

    assert (one.starts, one.ends) == (starts, ends)


def test_without_days_for_all_a_line_starts_today_and_has_no_end():
    one = plan(entry(), choices=Choices()).provisions[0]

    assert (one.starts, one.ends) == (TODAY, None)


def test_days_in_the_wrong_order_are_a_problem():
    found = plan(entry(starts=date(2027, 1, 4)))

    assert [one.message for one in found.problems] == ["Nessy would end on 18/12/2026, before it starts on 04/01/2027."]
    assert found.provisions == []


def test_tier_and_area_that_nobody_says_are_asked_for_by_name_or_for_all():
    lines = [entry(tier=None, area=""), entry("Lego", row=3, tier=None, area="")]

    bare = plan(*lines)
    by_name = plan(*lines, choices=Choices(tier={"Nessy": 3, "": 1}, area={"Lego": "semh", "": "other"}, starts=TODAY))

    assert (bare.no_tier, bare.no_area, bare.ready) == (["Nessy", "Lego"], ["Nessy", "Lego"], False)
    assert [(one.tier, one.area) for one in by_name.provisions] == [(3, "other"), (1, "semh")]
    assert by_name.ready


def test_an_area_is_that_of_the_library_entry_else_of_its_learners_needs_where_they_agree():
    known = Known([ADA, BEN], library={"nessy": Shelved(7, "Nessy", "semh")})

    found = plan(
        entry(area="", learners=who(upn=UPN)), entry("Talk", row=3, area="", learners=who(upn=UPN)),
        entry("Mixed", row=4, area="", learners=(Named(upn=UPN), Named(words="Zoe"))), known=known,
    )  # fmt: skip

    assert [(one.name, one.area, one.library) for one in found.provisions] == [
        ("Nessy", "semh", 7), ("Talk", "communication", None), ("Mixed", "", None),
    ]  # fmt: skip


def test_people_who_sign_in_are_known_by_name_and_others_stay_names():
    known = Known([ADA], staff=[Adult(9, "Jo Marsh", "ta")])
    line = entry(people=(("Jo Marsh", "ta"), ("TA", "ta")), responsible="JO MARSH")

    one, other = plan(line, entry(row=3, responsible="Miss Oak"), known=known).provisions

    assert one.people == ((9, "", "ta"), (None, "TA", "ta"))
    assert (one.responsible, one.responsible_name) == (9, "")
    assert (other.responsible, other.responsible_name) == (None, "Miss Oak")


def test_a_dose_that_a_person_wrote_stands_for_what_was_not_read():
    line = entry(
        dose_words="20-30 mins", unread=("a range",), notes=("Dose as written: 20-30 mins",), learners=who(upn=UPN)
    )

    one = plan(line, choices=Choices(doses={"20-30 mins": Dose(3, 25)}, starts=TODAY)).provisions[0]

    assert (one.dose, one.places[0].dose, one.note) == (Dose(3, 25), Dose(3, 25), "Dose as written: 20-30 mins")


def test_rows_that_are_left_out_make_nothing_and_stand_in_no_ones_way():
    bad = Problem(3, "Tier", "", "x", "Bad.", "Mend it.")
    lines = [entry(), entry("Lego", row=4)]

    assert not plan(*lines, problems=[bad]).ready
    found = plan(*lines, problems=[bad], choices=Choices(rows=frozenset({3, 4}), starts=TODAY))
    assert ([one.name for one in found.provisions], found.ready) == (["Nessy"], True)


def test_what_is_on_the_map_already_is_recognised_and_only_new_places_are_made():
    same = ("nessy", 2, "cognition", date(2026, 9, 1), date(2026, 12, 18), Dose(None, None))
    held = [
        Held(10, same, {3: [(date(2026, 9, 1), None)]}),
        Held(11, same, {1: [(date(2026, 9, 1), None)]}),
    ]
    line = entry(learners=(Named(upn=UPN), Named(upn=OTHER)))

    found = plan(line, known=Known([ADA, TWIN, BEN], provisions=held))
    others = plan(entry(learners=who(upn=OTHER)), known=Known([ADA, TWIN, BEN], provisions=held))
    again = plan(entry(learners=who(upn=UPN)), known=Known([ADA], provisions=held))

    assert (found.provisions[0].held, found.provisions[0].unchanged, found.placements, found.made) == (11, 1, 1, [])
    assert others.provisions[0].held is None
    assert (again.nothing, again.unchanged) == (True, 1)


@pytest.mark.parametrize(
    ("stands", "made"),
    [
        ((date(2026, 9, 21), date(2026, 12, 18)), 0),
        ((date(2026, 8, 24), date(2026, 9, 1)), 0),
        ((date(2026, 12, 18), None), 0),
        ((date(2026, 8, 24), date(2026, 8, 31)), 1),
        ((date(2026, 12, 19), None), 1),
    ],
)
def test_a_place_is_there_when_the_learner_has_one_on_any_of_its_days(stands, made):
    same = ("nessy", 2, "cognition", date(2026, 9, 1), date(2026, 12, 18), Dose(None, None))
    line = entry(learners=who(upn=UPN))

    found = plan(line, known=Known([ADA], provisions=[Held(10, same, {1: [stands]})]))
    endless = plan(
        entry(learners=who(upn=UPN), provision_starts=date(2026, 9, 1), provision_ends=date(2026, 12, 18)),
        known=Known([ADA], provisions=[Held(10, same, {1: [stands]})]),
    )

    assert (found.provisions[0].held, found.placements, found.unchanged) == (10, made, 1 - made)
    assert endless.unchanged == int(stands[1] is None or stands[1] >= date(2026, 9, 1))


def test_two_plans_that_do_the_same_carry_the_same_mark():
    assert plan(entry()).fingerprint == plan(entry()).fingerprint != plan(entry("Lego")).fingerprint


def test_a_library_entry_is_made_only_where_our_own_sheet_names_one():
    found = plan(entry(number="1", library="Nessy online"), entry("Lego", row=3, library="Lego therapy"))

    assert [one.new_entry for one in found.provisions] == ["Nessy online", ""]


def test_a_name_in_one_piece_ends_with_the_surname():
    assert whole(Named(words="Ada May Bee", year="4")) == Named(surname="Bee", forename="Ada May", year="4")
    assert whole(Named(surname="Bee", forename="Ada")).words == ""
