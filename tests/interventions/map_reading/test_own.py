"""Our own sheet "Placements", read back as it was written."""

from datetime import date
from decimal import Decimal

import pytest

from interventions.dose import Dose
from interventions.map_reading.columns import guess
from interventions.map_reading.shapes import read_map
from interventions.sheet import HEADINGS, KEYS, Place, Planned, Pupil, rows_of
from learners.reading.sheet import Sheet

TODAY = date(2026, 11, 23)
WAVES = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
UPN = "R201100018042"
BOOSTER = Planned(
    "Booster", 2, "cognition", date(2026, 9, 7), date(2026, 12, 18), Dose(3, 20), "reading",
    (("Jo Marsh", "ta"), ("Dr Khan", "therapist")), "Miss Oak", "Nest", "4K", "Reading booster", True, "New room",
)  # fmt: skip
PLACE = Place(
    Pupil(UPN, "Bee", "Ada", "4", "4K", "K", ("SLCN", "SEMH")), date(2026, 9, 14), None, Dose(5, None), "Reads",
    "RA 6:2", "=RA 7:0", date(2026, 11, 13), True,
)  # fmt: skip
ROW = {"provision": "Booster", "tier": "2", "area": "Cognition and learning", "number": 1}


def read(*rows, headings=HEADINGS):
    cells = [[None if value == "" else value for value in row] for row in rows]
    sheet = Sheet("Placements", "xlsx", list(headings), 1, list(enumerate(cells, start=2)))
    return read_map(sheet, guess(headings), labels=WAVES, today=TODAY)


def line(**values):
    return [(ROW | values).get(key, "") for key in KEYS]


def test_what_export_wrote_is_read_without_loss():
    rows = rows_of([(BOOSTER, [PLACE]), (Planned("Seats", 1, "other", date(2026, 9, 7)), [])], WAVES)

    found = read(*rows)

    assert (found.problems, found.notices, found.shape) == ([], [], "own")
    one, two = found.entries
    who = one.learners[0]
    assert Pupil(who.upn, who.surname, who.forename, who.year, who.group, who.sen, who.needs) == PLACE.pupil
    assert (one.starts, one.ends, one.dose, one.outcome, one.baseline, one.target, one.review_on, one.hidden) == (
        PLACE.starts, None, PLACE.dose, "Reads", "RA 6:2", "=RA 7:0", PLACE.review_on, True,
    )  # fmt: skip
    assert (one.name, one.tier, one.area, one.subject, one.people, one.responsible, one.place, one.group) == (
        "Booster", 2, "cognition", "reading", BOOSTER.deliverers, "Miss Oak", "Nest", "4K",
    )  # fmt: skip
    assert (one.provision_starts, one.provision_ends, one.provision_dose, one.library, one.confidential, one.notes) == (
        BOOSTER.starts, BOOSTER.ends, BOOSTER.dose, "Reading booster", True, ("New room",),
    )  # fmt: skip
    assert (two.name, two.learners, two.dose, two.number != one.number) == ("Seats", (), Dose(None, None), True)


@pytest.mark.parametrize(
    ("values", "column", "message"),
    [
        ({"tier": "Autumn"}, "Tier", "This names no tier."),
        ({"tier": ""}, "Tier", "The tier is missing."),
        ({"area": "Sums"}, "Area of need", "This is no area of need."),
        ({"subject": "Latin"}, "Subject", "This is no subject of the list."),
        ({"sessions": "many"}, "Sessions a week", "This number does not fit here."),
        ({"upn": UPN, "sessions": "36"}, "Sessions a week", "This number does not fit here."),
        ({"upn": UPN, "minutes": Decimal("0")}, "Minutes a session", "This number does not fit here."),
        ({"provision_minutes": "601"}, "Provision minutes", "This number does not fit here."),
        ({"starts": "soon"}, "From", "This is not a date."),
        ({"starts": "2026-09-07", "ends": "2026-09-01"}, "To", "The last day is before the first day."),
        ({"deliverers": "Jo Marsh"}, "Delivered by", "This cannot be read."),
        ({"confidential": "Perhaps"}, "Confidential", "This is not read."),
        ({"upn": UPN, "sen": "S"}, "SEN provision", "S (statement)"),
        ({"upn": UPN, "year": "99"}, "Year group", "This cannot be read."),
        ({"upn": UPN, "needs": "SLCN, ADHD"}, "Needs", "This is no type of need of the census."),
        ({"provision": ""}, "Provision", "This row names no provision."),
        ({"deliverers": "x" * 121 + " (Teacher)"}, "Delivered by", "A name is longer than 120 characters."),
        ({"library": "x" * 121}, "Library entry", "This is longer than 120 characters."),
        ({"note": "x" * 1001}, "Note", "This is longer than 1000 characters."),
    ],
)
def test_a_bad_cell_is_told_with_its_row_and_column(values, column, message):
    found = read(line(**{"starts": "2026-09-07", "upn": UPN} | values), line(starts="2026-09-07"))

    assert [(one.row, one.column) for one in found.problems] == [(2, column)]
    assert found.problems[0].message.startswith(message)
    assert [one.row for one in found.entries] == [3]


@pytest.mark.parametrize(
    ("values", "tier", "hidden"),
    [
        ({"tier": "Wave 3", "confidential": "yes"}, 3, (True, False)),
        ({"tier": "Tier 4", "confidential": "No"}, 4, (False, False)),
        ({"tier": Decimal(2), "confidential": "Placement"}, 2, (False, True)),
    ],
)
def test_tiers_and_confidential_are_read_in_words_and_numbers(values, tier, hidden):
    entry = read(line(**values, subject="reading", area="semh")).entries[0]

    assert (entry.tier, (entry.confidential, entry.hidden), entry.subject, entry.area) == (
        tier, hidden, "reading", "semh",
    )  # fmt: skip


def test_the_templates_example_is_passed_over():
    assert read(line(upn="EXAMPLE", tier="nonsense")).entries == []
    assert read(line(upn="EXAMPLE", tier="nonsense")).problems == []
