"""The values of the views hold together: nothing lost, nothing counted twice. Their worked examples are run as well."""

import doctest
import importlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.dose import Dose
from interventions.grid import (
    Adult,
    Item,
    Line,
    Place,
    Running,
    Section,
    Sums,
    Table,
    Who,
    areas,
    groups,
    matrix,
    staff,
)
from interventions.grid import learners as learner_rows
from interventions.grid.sections import BY, Key, in_sections, sums_of
from interventions.grid.values import entries

TIERS = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
PEOPLE = (Adult("Ann Bell", "Teacher", 7), Adult("Bo Carr", "Other"), Adult("bo carr", "Therapist"))
provisions = st.lists(
    st.builds(
        Running,
        pk=st.integers(1, 40),
        name=st.sampled_from(["Phonics", "Lego club", "Clear font"]),
        tier=st.integers(1, 4),
        area=st.sampled_from(["cognition", "communication", "semh", "sensory", "other"]),
        dose=st.sampled_from([Dose(3, 20), Dose(None, None)]),
        subject=st.sampled_from(["", "phonics", "maths"]),
        people=st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple),
        group=st.sampled_from(["", "Kestrel"]),
        year=st.just("4"),
        confidential=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.pk,
)
keys = st.lists(
    st.builds(
        Key,
        st.integers(1, 20),
        st.sampled_from(["", "R", "4", "10"]),
        st.sampled_from(["", "Kestrel", "robin"]),
        st.sampled_from(["", "N", "K", "E"]),
        st.sampled_from(["", "SPLD", "OLD"]),
    ),
    max_size=12,
    unique_by=lambda one: one.pk,
)


@st.composite
def schools(draw):
    """Learners, provisions, and placements of the one in the other."""
    known, running = draw(keys), draw(provisions)
    pairs = st.builds(
        Place, st.sampled_from([one.pk for one in known] or [1]), st.sampled_from([one.pk for one in running] or [1]),
        st.integers(0, 300), st.booleans(),
    )  # fmt: skip
    return known, running, draw(st.lists(pairs, max_size=30)) if known and running else []


@pytest.mark.parametrize(
    "name", ["areas", "groups", "learners", "matrix", "sections", "shown", "staff", "tables", "timeline", "values"]
)
def test_the_worked_examples_are_true(name):
    result = doctest.testmod(importlib.import_module(f"interventions.grid.{name}"))

    assert result.failed == 0


@given(schools())
def test_entries_keep_every_minute_and_every_provision(school):
    _, running, places = school

    found = entries(running, places)

    assert sum(one.minutes for one in found) == sum(place.minutes for place in places)
    assert sum(one.groups for one in found) == len(running)
    assert all(one.provision == 0 for one in found if one.groups > 1)
    hidden = any(one.confidential for one in [*running, *places])
    assert any(one.confidential for one in found) == hidden


@given(schools())
def test_every_provision_stands_in_one_cell_of_the_areas(school):
    _, running, places = school

    table = areas.table(running, places, TIERS)

    listed = [entry for line in table.lines for cell in line.cells for entry in cell]
    assert sum(entry.groups for entry in listed) == len(running)
    assert [line.head for line in table.lines][:4] == [
        "Cognition and learning", "Communication and interaction", "Social, emotional and mental health",
        "Sensory and/or physical",
    ]  # fmt: skip


@given(schools(), st.sampled_from(sorted(groups.BY)))
def test_subtotals_of_placements_and_minutes_add_up_and_a_learner_counts_once_in_all(school, by):
    known, running, places = school

    table = groups.table(known, running, places, TIERS, by)

    learners, placements, minutes = table.sums[-3:]
    assert placements == sum(section.sums[-2] for section in table.sections) == len(places)
    assert minutes == sum(section.sums[-1] for section in table.sections) == sum(place.minutes for place in places)
    assert learners == len({place.learner for place in places}) <= sum(section.sums[-3] for section in table.sections)
    for section in table.sections:
        assert section.sums[-2] == sum(line.cells[-2] for line in section.lines)


@given(schools())
def test_every_provision_has_somebody_or_stands_under_nobody(school):
    _, running, places = school

    table = staff.table(running, places)

    listed = sum(entry.groups for line in table.lines for entry in line.cells[0])
    people = [max(1, len({(one.user, one.name.casefold()) for one in held.people})) for held in running]
    assert listed == sum(people)
    assert [line.head for line in table.lines][-1:] == (
        ["Nobody yet"] if any(not one.people for one in running) else [line.head for line in table.lines][-1:]
    )
    assert all(line.head != "Nobody yet" for line in table.lines[:-1])


@given(keys, st.sampled_from(["", *BY]))
def test_every_learner_stands_under_one_heading_in_the_order_given(known, by):
    parts = in_sections(known, by)

    assert sorted(pk for _, pks in parts for pk in pks) == sorted(one.pk for one in known)
    order = {one.pk: place for place, one in enumerate(known)}
    for _, pks in parts:
        assert pks == sorted(pks, key=order.get)
    labels = [heading.label for heading, _ in parts]
    assert len(labels) == len(set(labels)) or by == "need"  # needs no longer known share their words


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), st.integers(1, 3)), max_size=60))
def test_pages_of_columns_hold_each_name_once_and_the_fullest_come_first(names):
    counts = Counter(names)
    first = matrix.heads(counts, 1)
    pages = [matrix.heads(counts, page) for page in range(1, first.pages + 1)]

    shown = [name for page in pages for name in page.names]
    assert sorted(shown) == sorted(set(names))
    assert [counts[name] for name in shown] == sorted(counts.values(), reverse=True)
    assert all(len(page.names) <= matrix.ACROSS for page in pages)
    assert [page.last for page in pages][-1] == first.total


def test_the_whole_matrix_has_a_cell_for_every_column():
    item = Item(5, 1, 2, "Phonics", Dose(3, 20), confidential=True)
    names = [("Lego club", 2), ("Phonics", 2)]

    table = matrix.table([("Year 4", [Who(1, "Maya")], Sums(1, 1, 60))], matrix.cells([item], names), names)

    assert table.lines == [Line("Maya", ((), (item,)), "", Who(1, "Maya"))]
    assert table.sections[0].sums == ("1 learner · 1 placement · 1 h a week", "")
    assert table.confidential is True


def test_learners_by_tier_for_a_copy():
    item = Item(5, 1, 2, "Phonics", Dose(3, 20))
    rows = learner_rows.arrange([Who(1, "Maya", "4", "Kestrel")], [item], list(TIERS))

    table = learner_rows.table([("", rows, Sums())], TIERS)

    assert table == Table(
        "Learners by tier",
        "Learner",
        table.columns,
        (Section("", (Line("Maya", ((), (item,), ()), "Year 4 · Kestrel", Who(1, "Maya", "4", "Kestrel")),)),),
    )
    assert [(column.label, column.tier) for column in table.columns] == [("Wave 1", 1), ("Wave 2", 2), ("Wave 3", 3)]


def test_sums_of_nobody_are_nothing():
    assert sums_of([], {}) == Sums()
