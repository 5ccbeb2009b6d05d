"""What single cells mean."""

from datetime import date
from decimal import Decimal

import pytest

from learners import cells
from learners.cells import Unreadable
from learners.models import Group, Learner


@pytest.mark.parametrize(
    ("cell", "text"),
    [(Decimal("4"), "4"), (Decimal("4.50"), "4.50"), (True, "Yes"), (False, "No"), ("  a \n b ", "a b"),
     (date(2015, 9, 1), "2015-09-01"), (Decimal("1E+3"), "1000"), (Decimal("1E+3000000"), "1E+3000000"),
     (Decimal("1E-3000000"), "1E-3000000")],
)  # fmt: skip
def test_cells_become_text(cell, text):
    assert cells.as_text(cell) == text


def test_the_longest_words_are_as_long_as_the_register_keeps_them():
    kept = {name: Learner._meta.get_field(name).max_length for name in cells.LENGTHS if name != "group"}

    assert {**kept, "group": Group._meta.get_field("name").max_length} == cells.LENGTHS


def test_a_full_name_is_parted_at_its_comma():
    assert cells.read_full_name("Ó Brien , Zoë Ann") == ("Ó Brien", "Zoë Ann")


def test_words_that_are_too_long_are_refused_with_the_number():
    assert cells.read_words("group", "x" * 40) == "x" * 40
    with pytest.raises(Unreadable, match="longer than 40 characters"):
        cells.read_words("group", "x" * 41)


@pytest.mark.parametrize("text", ["Ada Bee", "Bee,", ", Ada", ","])
def test_a_full_name_without_both_parts_is_not_guessed(text):
    with pytest.raises(Unreadable, match="which part is the surname") as unreadable:
        cells.read_full_name(text)

    assert "Surname, Forename" in unreadable.value.remedy


@pytest.mark.parametrize(("text", "sex"), [("M", "M"), ("f", "F"), ("Female", "F"), ("boy", "M"), ("GIRL", "F")])
def test_sexes_are_read_from_codes_and_words(text, sex):
    assert cells.read_sex(text) == sex


def test_another_word_is_no_sex_code():
    with pytest.raises(Unreadable, match="not a sex code"):
        cells.read_sex("U")


@pytest.mark.parametrize(
    ("field", "text", "flag"),
    [
        ("fsm", "Y", True), ("fsm", "1", True), ("fsm", "T", True), ("fsm", "EFSM", True), ("fsm", "N", False),
        ("fsm", "0", False), ("fsm", "FALSE", False), ("fsm", "-", False), ("fsm", "Unknown", None),
        ("pupil_premium", "Ever 6", True), ("pupil_premium", "Yes", True), ("pupil_premium", "R", None),
        ("eal", "ENG", False), ("eal", "Believed to be English", False), ("eal", "URD", True), ("eal", "Panjabi", True),
        ("eal", "REF", None), ("eal", "OTH", True), ("looked_after", "Currently in care", True),
        ("previously_looked_after", "A", True), ("previously_looked_after", "N", False),
        ("young_carer", "S", True), ("young_carer", "P", True), ("service_child", "U", None),
        ("service_child", "✓", True),
    ],
)  # fmt: skip
def test_flags_are_read_from_codes_and_words(field, text, flag):
    assert cells.read_flag(field, text) is flag


@pytest.mark.parametrize(("field", "text"), [("fsm", "maybe"), ("pupil_premium", "A"), ("eal", "7")])
def test_what_is_neither_yes_nor_no_is_refused(field, text):
    with pytest.raises(Unreadable, match="neither yes nor no"):
        cells.read_flag(field, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("k", "K"), ("E: EHC plan", "E"), ("N – no SEN", "N"), ("SEN Support", "K"), ("EHCP", "E"), ("No SEN", "N"),
     ("Education, Health and Care Plan", "E"), ("K (SEN support)", "K")],
)  # fmt: skip
def test_provisions_are_read_from_codes_and_words(text, code):
    assert cells.read_sen_code(text) == code


@pytest.mark.parametrize(
    ("text", "words"),
    [("S", "use E for a plan"), ("A", "School Action"), ("School Action Plus", "use K"), ("Statement", "use E"),
     ("Z", "not a SEN")],
)  # fmt: skip
def test_codes_of_the_past_say_what_to_use(text, words):
    with pytest.raises(Unreadable, match=words):
        cells.read_sen_code(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("SPLD", ["SPLD"]), ("slcn - Speech", ["SLCN"]), ("SPLD, MLD; SPLD", ["SPLD", "MLD"]), ("NSA*", ["NSA"]),
        ("Speech, Language and Communication Needs", ["SLCN"]), ("Autistic Spectrum Disorder | HI", ["ASD", "HI"]),
        ("Dyslexia/Physical Disability", ["SPLD", "PD"]), ("Hearing Impairment,", ["HI"]), (";", []),
        ("Social, Emotional and Mental Health", ["SEMH"]), ("Specific Learning Difficulties", ["SPLD"]),
        ("Other Difficulty/Disability", ["OTH"]), ("Speech, Language or Communication Need", ["SLCN"]),
        ("Social, Emotional & Mental Health Needs", ["SEMH"]), ("Autism Spectrum Disorder\nVI", ["ASD", "VI"]),
    ],
)  # fmt: skip
def test_types_of_need_are_read_from_codes_and_names(text, codes):
    assert cells.read_needs(text) == codes


@pytest.mark.parametrize(
    ("text", "words"), [("BESD", "SEMH is the nearest"), ("Fidgety", "not a census"), ("PLD", "PLD is not")]
)
def test_types_that_are_none_say_what_to_use(text, words):
    with pytest.raises(Unreadable, match=words):
        cells.read_needs(text)


def test_enrolment_statuses_are_read_and_others_refused():
    assert cells.read_enrolment("M - Main") == "M"
    with pytest.raises(Unreadable, match="not an enrolment status"):
        cells.read_enrolment("Z")
