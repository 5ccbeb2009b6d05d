"""What one cell of a tier column lists."""

import pytest

from interventions.map_reading.items import items_in, parted


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
        ("Reading, with a quiet corner", "Reading, with a quiet corner", (), None),
    ],
)  # fmt: skip
def test_an_item_is_parted_into_name_staff_and_dose(text, name, people, dose):
    found = parted(text, weekly=True)

    assert (found.name, found.people) == (name, people)
    assert (found.dose and (found.dose.dose.sessions, found.dose.dose.minutes)) == dose
