"""Acts in words."""

import doctest
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from interventions import acts
from interventions.acts import FIELDS, Act, counted, differences, said, values_of
from provisionmap.school import calendar

VERSIONS = st.fixed_dictionaries({
    "sessions": st.none() | st.integers(1, 35), "minutes": st.none() | st.integers(1, 600),
    "starts": st.dates(), "ends": st.none() | st.dates(), "outcome": st.text(max_size=5), "confidential": st.booleans(),
})  # fmt: skip


def test_the_examples_in_the_rules_are_true():
    assert [doctest.testmod(module).failed for module in (acts, calendar)] == [0, 0]


@given(VERSIONS, VERSIONS)
def test_differences_are_the_fields_whose_words_differ_and_no_others(one, other):
    told = {step.field: (step.before, step.after) for step in differences(one, other)}

    old, new = values_of(one), values_of(other)
    assert told == {name: (old[name], new[name]) for name in old if old[name] != new[name]}
    assert differences(one, one) == ()


def test_nothing_before_is_no_difference():
    assert differences(None, {"starts": date(2026, 9, 7)}) == differences({"starts": date(2026, 9, 7)}, None) == ()


def test_every_field_has_its_own_words():
    assert len(set(FIELDS.values())) == len(FIELDS)
    assert said("Reads") == "Reads"


def test_counts_leave_out_what_there_is_none_of():
    assert counted([(0, "placement")]) == ""


def test_an_act_knows_what_it_is():
    at = datetime(2026, 11, 23, tzinfo=UTC)

    assert [(one.pk, one.is_change) for one in (Act("c12", at, "", ""), Act("e7", at, "", ""))] == [
        (12, True), (7, False),
    ]  # fmt: skip
