"""Provision maps that schools published, brought into spreadsheets of the shapes schools use."""

import csv
import io
from collections import defaultdict
from datetime import date

import pytest

from interventions.actions.importing import apply_file, draft_from, read_file
from interventions.map_reading.dose_words import read_dose_words
from interventions.map_reading.plan import Choices
from interventions.models import Provision
from provisionmap.school.models import School
from tests.real.places import DATA

TODAY = date(2026, 11, 23)
HEADINGS = {
    "area_as_printed": "Area of Need", "year_group": "Year group", "wave_or_level": "Wave", "provision": "Provision",
    "staff_or_resource": "Staff", "pupils": "Pupils", "group_size": "Group size", "time_as_printed": "Time",
    "term_or_duration_as_printed": "No of weeks",
}  # fmt: skip


def rows_of(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def maps():
    found = defaultdict(list)
    for row in rows_of("provision_maps/school_maps.tsv"):
        found[row["map"]].append(row)
    return dict(found)


def as_csv(headings, rows):
    text = io.StringIO()
    out = csv.writer(text)
    out.writerows([["Provision map"], [], headings, *rows])
    return text.getvalue().encode()


def read(school, headings, rows):
    sheet, mapping = read_file("map.csv", as_csv(headings, rows), school)
    return draft_from(sheet, mapping, Choices(area={"": "other"}, tier={"": 1}), school, TODAY)


@pytest.fixture
def school(db):
    return School.objects.create(name="Real")


@pytest.mark.parametrize("name", maps())
def test_a_published_map_of_one_provision_a_row_comes_in_whole(school, name):
    rows = maps()[name]

    draft = read(school, list(HEADINGS.values()), [[row[key] for key in HEADINGS] for row in rows])

    assert (draft.plan.problems, draft.plan.doubts, draft.plan.ready) == ([], [], True)
    assert sum(len(one.rows) for one in draft.plan.provisions) >= len(rows)
    timed = [row for row in rows if row["time_as_printed"]]
    worded, _ = draft.reading.doses
    unread = [one for one in draft.reading.entries if one.dose_words and not (one.dose.sessions or one.dose.minutes)]
    assert worded == len(timed)
    assert all(one.unread and any("Dose as written" in note for note in one.notes) for one in unread)
    sheet, mapping = read_file(
        "map.csv", as_csv(list(HEADINGS.values()), [[r[k] for k in HEADINGS] for r in rows]), school
    )
    apply_file(school=school, sheet=sheet, mapping=mapping, choices=draft.choices, today=TODAY)
    assert Provision.objects.filter(school=school).count() == len(draft.plan.made)


@pytest.mark.parametrize(
    "name", [name for name, rows in maps().items() if any("ave" in r["wave_or_level"] for r in rows)]
)
def test_a_published_map_of_areas_by_waves_comes_in_whole(school, name):
    cells = defaultdict(lambda: defaultdict(list))
    for row in maps()[name]:
        words = " ".join(part for part in (row["provision"], row["time_as_printed"]) if part)
        cells[row["area_as_printed"]][row["wave_or_level"]].append(words)
    waves = sorted({row["wave_or_level"] for row in maps()[name]})

    draft = read(
        school, ["Area", *waves], [[area, *["\n".join(by[wave]) for wave in waves]] for area, by in cells.items()]
    )

    assert (draft.reading.shape, draft.plan.problems) == ("areas", [])
    assert len(draft.reading.entries) == len(maps()[name])


def test_nine_of_ten_doses_that_real_maps_print_are_read():
    printed = [row for rows in maps().values() for row in rows if row["time_as_printed"]]
    read_ = [row for row in printed if read_dose_words(row["time_as_printed"]).says_something]

    assert len(read_) >= 0.9 * len(printed), [row["time_as_printed"] for row in printed if row not in read_]


@pytest.mark.parametrize("row", rows_of("section_f/dose_phrases.tsv"), ids=lambda row: row["id"])
def test_no_number_is_read_that_a_person_did_not_read(row):
    found = read_dose_words(row["phrase"]).dose
    minutes = (
        {row["minutes_min"], row["total_minutes_per_period"]} if row["minutes_min"] == row["minutes_max"] else set()
    )
    times = {row["freq_min"]} if row["freq_min"] == row["freq_max"] else set()
    if row["period"] == "day":
        times = {str(5 * int(row["freq_min"] or 1))}

    assert found.minutes is None or str(found.minutes) in minutes
    assert found.sessions is None or str(found.sessions) in times | ({"1"} if row["basis"] == "total" else set())
