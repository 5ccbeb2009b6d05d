"""Whom of the staff a name with an initial may mean."""

import pytest

from interventions.map_reading.plan import Adult
from interventions.map_reading.staff_names import proposed

STAFF = [
    Adult(1, "Kay Flynn"), Adult(2, "Faisal Vik"), Adult(3, "Mrs Gill Yarrowacre"), Adult(4, "Sam Oak"),
    Adult(5, "Sid Oak"), Adult(6, "Admin"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("K Flynn", 1), ("K. Flynn", 1), ("K.Flynn", 1), ("k flynn", 1), ("Faisal V", 2), ("Faisal V.", 2),
        ("G Yarrowacre", 3), ("Mrs Yarrowacre", 3), ("Mrs G Yarrowacre", 3), ("Miss Flynn", 1), ("Sam O", 4),
        ("S Oak", None), ("Mr Oak", None), ("J Flynn", None), ("Flynn", None), ("Kay", None), ("K F", None),
        ("Faisal Vi", None), ("A Admin", None), ("Kay May Flynn", None), ("", None), ("Mr O", None),
    ],
)  # fmt: skip
def test_an_initial_or_a_title_proposes_whom_alone_it_fits(name, meant):
    found = proposed(name, STAFF)

    assert (found and found.id) == meant
