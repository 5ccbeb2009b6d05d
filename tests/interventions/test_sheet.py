"""The rows of "Placements": what export writes and import reads."""

import doctest
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions import sheet
from interventions.dose import Dose
from interventions.models import Deliverer
from interventions.sheet import (
    COLUMNS,
    HEADINGS,
    KEYS,
    ROLES,
    Place,
    Planned,
    Pupil,
    guarded,
    is_live,
    people_words,
    read_people,
    rows_of,
    unguarded,
    writable,
)
from tests.interventions.export.payloads import PAYLOADS

LABELS = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
PHONICS = Planned("Phonics", 2, "cognition", date(2026, 9, 7), date(2027, 7, 20), Dose(3, 20))
MAYA = Pupil("A801200001001", "Okafor", "Maya", "4", "Kestrel", "K", ("SLCN", "ASD"))
words = st.text(max_size=12)
names = st.text(min_size=1, max_size=20).filter(lambda name: ")" not in name)
pupils = st.builds(Pupil, upn=words, surname=words, forename=words, year=st.sampled_from(["R", "4", ""]))
places = st.builds(Place, pupil=pupils, starts=st.dates(), ends=st.none() | st.dates(), outcome=words)
plans = st.builds(
    Planned,
    name=words,
    tier=st.integers(1, 4),
    area=st.just("semh"),
    starts=st.dates(),
    ends=st.none() | st.dates(),
    note=words,
    confidential=st.booleans(),
)
maps = st.lists(st.tuples(plans, st.lists(places, max_size=3)), max_size=4)


def one(row):
    """A row by the keys of its columns."""
    return dict(zip(KEYS, row, strict=True))


def test_the_examples_hold():
    found = doctest.testmod(sheet)

    assert found.attempted > 0
    assert found.failed == 0


def test_the_columns_are_the_contract_with_the_import():
    assert HEADINGS == (
        "UPN", "Surname", "Forename", "Year group", "Class", "SEN provision", "Needs", "Provision no.", "Provision",
        "Tier", "Area of need", "Subject", "Sessions a week", "Minutes a session", "From", "To", "Delivered by",
        "Responsible teacher", "Place", "Group", "Outcome", "Baseline", "Target", "Review date", "Provision from",
        "Provision to", "Provision sessions", "Provision minutes", "Library entry", "Confidential", "Note",
    )  # fmt: skip
    assert len(set(KEYS)) == len(COLUMNS)


def test_the_roles_are_those_of_deliverers():
    assert list(ROLES.items()) == Deliverer.ROLES


def test_a_placement_is_one_row_with_its_learner_and_its_provision():
    place = Place(MAYA, date(2026, 9, 14), None, Dose(2, 15), "Reads", "48", "80", date(2026, 12, 11))
    planned = replace(PHONICS, deliverers=(("Jo Marsh", "ta"),), subject="phonics", library="Phonics", place="Library")

    [row] = rows_of([(planned, [place])], LABELS)

    assert one(row) == {
        "upn": "A801200001001", "surname": "Okafor", "forename": "Maya", "year": "Year 4", "class": "Kestrel",
        "sen": "K", "needs": "SLCN, ASD", "number": 1, "provision": "Phonics", "tier": "Wave 2",
        "area": "Cognition and learning", "subject": "Phonics", "sessions": 2, "minutes": 15,
        "starts": date(2026, 9, 14), "ends": "", "deliverers": "Jo Marsh (Teaching assistant)", "responsible": "",
        "place": "Library", "group": "", "outcome": "Reads", "baseline": "48", "target": "80",
        "review_on": date(2026, 12, 11), "provision_starts": date(2026, 9, 7), "provision_ends": date(2027, 7, 20),
        "provision_sessions": 3, "provision_minutes": 20, "library": "Phonics", "confidential": "", "note": "",
    }  # fmt: skip


def test_a_provision_that_nobody_is_in_has_one_row_at_the_end():
    rows = rows_of([(replace(PHONICS, name="A club"), []), (PHONICS, [Place(MAYA, PHONICS.starts)])], LABELS)

    assert [(one(row)["surname"], one(row)["provision"]) for row in rows] == [("Okafor", "Phonics"), ("", "A club")]


@pytest.mark.parametrize(
    ("provision", "placement", "said"),
    [
        (False, False, ""),
        (True, False, "Provision"),
        (False, True, "Placement"),
        (True, True, "Provision and placement"),
    ],
)
def test_confidential_says_what_is(provision, placement, said):
    place = Place(MAYA, PHONICS.starts, confidential=placement)

    [row] = rows_of([(replace(PHONICS, confidential=provision), [place])], LABELS)

    assert one(row)["confidential"] == said


def test_a_tier_without_a_name_is_named_by_its_number():
    [row] = rows_of([(replace(PHONICS, tier=4), [])], LABELS)

    assert one(row)["tier"] == "Tier 4"


@given(maps, st.randoms(use_true_random=False))
def test_rows_depend_on_content_and_not_on_the_order_of_records(held, luck):
    shuffled = [(planned, luck.sample(own, len(own))) for planned, own in luck.sample(held, len(held))]

    assert rows_of(shuffled, LABELS) == rows_of(held, LABELS)


@given(maps)
def test_every_placement_and_every_provision_is_there_once(held):
    rows = rows_of(held, LABELS)

    assert len(rows) == sum(max(1, len(own)) for _, own in held)
    assert {one(row)["number"] for row in rows} == set(range(1, len(held) + 1))


@given(st.lists(st.tuples(names, st.sampled_from(list(ROLES))), max_size=4))
def test_who_delivers_is_read_back_as_it_was(people):
    assert read_people(people_words(people)) == tuple(people)


def test_names_may_hold_what_stands_between_people():
    people = (("Marsh; J (Jo)", "ta"), ("Dr Khan", "therapist"))

    assert read_people(people_words(people)) == people


def test_a_text_that_is_not_ours_is_refused_in_words():
    with pytest.raises(ValueError, match="Name \\(role\\)"):
        read_people("Jo Marsh")


@given(st.text(alphabet=st.sampled_from("'=+-@ \t\r\n\0a1\u200b＝")) | st.text())
def test_a_guarded_text_is_not_live_and_is_given_back(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text) == text or guarded(text).startswith("'")
    assert not is_live(text) or guarded(text)[0] == "'"


@pytest.mark.parametrize(
    "payload", [text for text in PAYLOADS if text.strip("' \t\r\n\u00a0\u200b\ufeff\u2060")[0] in "=+-@＝＋－＠"]
)
def test_what_could_run_gets_a_quote(payload):
    assert guarded(payload) == f"'{payload}"


@given(st.text())
def test_what_is_written_is_the_same_the_second_time(text):
    assert writable(writable(text)) == writable(text)
