"""The worked examples in the rules' own words."""

import doctest
import importlib

import pytest

RULES = [
    "decisions", "impact.ages", "impact.change", "impact.cohort", "impact.goals", "impact.prompt", "impact.strength",
    "impact.trend", "measures", "meetings", "precision", "sdq", "stages",
]  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_the_examples_hold(name):
    found = doctest.testmod(importlib.import_module(f"reviews.{name}"))

    assert found.attempted > 0
    assert found.failed == 0
