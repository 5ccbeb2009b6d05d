"""Which column of a map is what."""

import pytest

from interventions.map_reading.columns import FIELDS, area_of, guess, is_own, lacking, no_map, tier_of, weekly_in
from interventions.sheet import COLUMNS, HEADINGS

LAYERS = {1: "Universal", 2: "Targeted", 3: "Targeted Plus", 4: "Specialist"}


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["Pupil", "Year", "Need", "Wave 1", "Wave 2", "Wave 3"],
         ["learner", "year", "needs", "tier:1", "tier:2", "tier:3"]),
        (["Area", "All Learners (Wave 1: QFT)", "Some Learners (Wave 2: Targeted)",
          "Few Learners (Wave 3: Specialist)"],
         ["area", "tier:1", "tier:2", "tier:3"]),
        (["Intervention", "Pupils", "Led by", "Frequency per week", "Session length", "Start date", "End date",
          "Baseline", "Expected outcome", "Review date", "Hourly rate", "Total cost"],
         ["provision", "learners", "deliverers", "sessions", "minutes", "starts", "ends", "baseline", "outcome",
          "review_on", None, None]),
        (["Provision", "COST IN TIME (PER WEEK)", "Cost per week £", "What else"], ["provision", "dose", None, None]),
        (["Whole class", "Small group", "1:1 / individual pupils"], ["tier:1", "tier:2", "tier:3"]),
        (["Pupil", "Provision 1", "Provision 2", "Provision"], ["learner", "tier:0", "tier:0", "provision"]),
        (["Area", "Provision 1", "Provision 2"], ["area", "tier:0", "tier:0"]),
        (["Name", "Reading", "Maths", "SEMH", "Total hrs"], ["learner", "tier:0", "tier:0", "tier:0", None]),
        (["Reading", "Maths"], [None, None]),
        (["Pupil", "Reading", "Wave 2"], ["learner", None, "tier:2"]),
        (["Wave 1", "Wave 1 (continued)"], ["tier:1", "tier:1"]),
        (["Provision: what we do", "Provision"], [None, "provision"]),
    ],
)  # fmt: skip
def test_headings_are_known_by_the_words_that_schools_use(headings, fields):
    found = guess(headings)

    assert [found.get(place) for place in range(len(headings))] == fields


def test_what_a_school_chose_before_is_remembered():
    assert guess(["What we do", "Wave"], {"whatwedo": "provision", "wave": ""}) == {0: "provision"}


def test_our_own_sheet_is_known_by_its_headings_and_read_by_them_alone():
    found = guess(HEADINGS)

    assert is_own(HEADINGS)
    assert [found[place] for place in range(len(COLUMNS))] == [key for key, _ in COLUMNS]
    assert set(found.values()) <= set(FIELDS)
    assert guess([*HEADINGS, "Something else"]) == found


@pytest.mark.parametrize(
    ("words", "labels", "tier"),
    [
        ("Wave 1 (universal)", None, 1), ("Tier Two", None, 2), ("Wave III", None, 3), ("3", None, 3), ("4", None, 4),
        ("Tier 4", None, 4), ("Targeted plus", None, 3), ("Targeted", LAYERS, 2), ("specialist", LAYERS, 4),
        ("Specialist", None, 3), ("Autumn", None, None), ("", LAYERS, None),
    ],
)  # fmt: skip
def test_a_tier_is_known_by_its_label_its_number_or_its_usual_words(words, labels, tier):
    assert tier_of(words, labels) == tier


@pytest.mark.parametrize(
    ("words", "area"),
    [
        ("Cognition and learning", "cognition"), ("C&L", "cognition"), ("SLCN", "communication"),
        ("C+L", "cognition"), ("C + L", "cognition"), ("C/L", "cognition"), ("C and L", "cognition"),
        ("C+I", "communication"), ("C&I", "communication"), ("P&S", "sensory"), ("S+P", "sensory"), ("P/S", "sensory"),
        ("S & P", "sensory"), ("C&A", ""), ("PSHE", ""),
        ("Social and emotional", "semh"), ("BESD", "semh"), ("Physical / medical", "sensory"), ("OT", "sensory"),
        ("Other support (not SEND)", "other"), ("", ""), ("Year 3", ""),
    ],
)  # fmt: skip
def test_an_area_of_need_is_known_by_its_name_or_its_usual_words(words, area):
    assert area_of(words) == area


def test_a_column_counts_by_the_week_unless_it_says_otherwise():
    assert [weekly_in(words) for words in ("Time per week", "Time", "Hours per half term", "Annual hours")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_map_needs_something_that_names_provision():
    assert lacking({0: "provision"}) == lacking({0: "tier:3"}) == []
    assert lacking({0: "learner", 1: "dose"}) == [
        "Choose the column that names the provision, or the columns of the tiers."
    ]


def test_headings_that_name_somebody_or_something_can_be_corrected_by_a_person_and_others_are_no_map():
    mappings = [{}, {0: "note"}, {0: "learner"}, {0: "provision"}, {0: "area", 1: "dose"}]

    assert [no_map(mapping) for mapping in mappings] == [True, True, False, False, False]
