"""What one cell of a tier column lists."""

import pytest

from interventions.map_reading.items import cell_of, items_in, parted


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("One\nTwo", ["One", "Two"]), ("• One • Two", ["One", "Two"]), ("- One - Two", ["One", "Two"]),
        ("One | Two", ["One", "Two"]), ("A (b, c), D, E, F", ["A (b, c)", "D", "E", "F"]), ("A, b", ["A, b"]), ("", []),
        ("Nurture group, 4 x afternoons, TA", ["Nurture group, 4 x afternoons, TA"]),
        ("Fine motor, 10 mins, daily", ["Fine motor, 10 mins, daily"]),
        ("Fine motor, 10 mins, daily, Nessy, Lego, weekly",
         ["Fine motor, 10 mins, daily", "Nessy", "Lego, weekly"]),
        ("Talk Boost, group of 4, 3 x 20 mins, Mrs Hill", ["Talk Boost, group of 4, 3 x 20 mins, Mrs Hill"]),
        ("Phonics, small group, teaching assistant", ["Phonics, small group, teaching assistant"]),
        ("Phonics, 1:1, with TA, 6 weeks", ["Phonics, 1:1, with TA, 6 weeks"]),
        ("Fine motor\n10 mins daily\nTA\nNessy", ["Fine motor, 10 mins daily, TA", "Nessy"]),
        ("Speech programme, 20 mins weekly, SALT", ["Speech programme, 20 mins weekly, SALT"]),
        ("Nurture, ELSA, SALT", ["Nurture", "ELSA", "SALT"]),
        ("Nessy, ELSA weekly 45 mins, Lego", ["Nessy", "ELSA weekly 45 mins", "Lego"]),
        ("ELSA\nSALT\nEP", ["ELSA", "SALT", "EP"]),
        ("TA support, visual timetable, group work", ["TA support", "visual timetable", "group work"]),
        ("Lego, Mon, Weds, Fri 20 min", ["Lego, Mon, Weds, Fri 20 min"]),
        ("3 x 20 mins", ["3 x 20 mins"]),
    ],
)  # fmt: skip
def test_a_cell_lists_its_provisions_in_many_ways_and_a_dose_or_a_person_is_none(text, items):
    assert items_in(text) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Pre-teaching 4x10 (AR), Nurture group - 2 hrs weekly",
         ["Pre-teaching 4x10 (AR)", "Nurture group - 2 hrs weekly"]),
        ("Pre-teaching 4x10 (AR), Nurture group", ["Pre-teaching 4x10 (AR)", "Nurture group"]),
        ("Nessy, Lego therapy", ["Nessy", "Lego therapy"]),
        ("Visual timetable, precision teaching 5x10", ["Visual timetable", "precision teaching 5x10"]),
        ("Nessy (AR), sensory breaks (KF)", ["Nessy (AR)", "sensory breaks (KF)"]),
        ("Wobble cushion, sensory diet", ["Wobble cushion", "sensory diet"]),
        ("Visual timetable, now/next board", ["Visual timetable, now/next board"]),
        ("Nessy 5x10, in the library", ["Nessy 5x10, in the library"]),
        ("Reading, using IDL 20 mins", ["Reading, using IDL 20 mins"]),
        ("Reading, Writing and Maths", ["Reading, Writing and Maths"]),
        ("TA support in Maths, English", ["TA support in Maths, English"]),
        ("Accelerated Reader, KS2", ["Accelerated Reader, KS2"]),
        ("Speech programme, NHS therapist", ["Speech programme, NHS therapist"]),
        ("Speech programme, SALT", ["Speech programme, SALT"]),
        ("Over-learning, e.g. Precision Teaching", ["Over-learning, e.g. Precision Teaching"]),
        ("Talk Boost, Everything that a very long sentence has to say of it and of whom it is for",
         ["Talk Boost, Everything that a very long sentence has to say of it and of whom it is for"]),
        ("Nessy, Lego\nTalk Boost", ["Nessy, Lego", "Talk Boost"]),
        ("Nessy 5x10, Lego 1x45\nTalk Boost", ["Nessy 5x10", "Lego 1x45", "Talk Boost"]),
    ],
)  # fmt: skip
def test_a_comma_parts_two_provisions_where_each_side_is_one(text, items):
    assert cell_of(text, {"sensory diet"})[0] == items


def test_a_line_that_was_parted_is_told_and_a_person_may_keep_it_together():
    text = "Pre-teaching 4x10, Nurture group\nNessy 3 x 20 mins, TA"
    (one,) = cell_of("Pre-teaching 4x10, Nurture group")[1]

    items, told = cell_of("Pre-teaching 4x10, Nurture group", kept={one.key})

    assert (one.line, one.pieces, one.kept) == (
        "Pre-teaching 4x10, Nurture group", ("Pre-teaching 4x10", "Nurture group"), False,
    )  # fmt: skip
    assert (items, [line.kept for line in told]) == (["Pre-teaching 4x10, Nurture group"], [True])
    assert cell_of(text)[1] == []


@pytest.mark.parametrize(
    ("text", "name", "people", "dose"),
    [
        ("Nurture group, 4 x afternoons, TA", "Nurture group", (("TA", "ta"),), (4, None)),
        ("Fine motor, 10 mins, daily", "Fine motor", (), (5, 10)),
        ("Nurture group, TA, 3 x 20 mins", "Nurture group", (("TA", "ta"),), (3, 20)),
        ("Nurture group, Mrs Hill, 3 x 20 mins", "Nurture group", (("Mrs Hill", "other"),), (3, 20)),
        ("Talk Boost, group of 4, TA", "Talk Boost", (("TA", "ta"),), None),
        ("1:1 reading 5x10 mins (Mrs Flynn)", "1:1 reading", (("Mrs Flynn", "other"),), (5, 10)),
        ("Lego 45 mins (Mrs Hill, TA)", "Lego", (("Mrs Hill", "ta"),), (None, 45)),
        ("Mrs Hill's club, 3 x 20 mins", "Mrs Hill's club", (), (3, 20)),
        ("SALT 30 mins wkly w/ NHS therapist", "SALT", (("NHS therapist", "therapist"),), (1, 30)),
        ("Talk 20 mins PM TA", "Talk", (("TA", "ta"),), (None, 20)),
        ("Reading, with a quiet corner", "Reading, with a quiet corner", (), None),
    ],
)  # fmt: skip
def test_an_item_is_parted_into_name_staff_and_dose(text, name, people, dose):
    found = parted(text, weekly=True)

    assert (found.name, found.people) == (name, people)
    assert (found.dose and (found.dose.dose.sessions, found.dose.dose.minutes)) == dose
