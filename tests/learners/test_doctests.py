"""The worked examples in the rules' own words."""

import doctest
import importlib

import pytest

RULES = [
    "age", "cells", "census", "dates", "mapping", "matching", "moving_up", "retention", "rows", "upn", "reading.gate",
    "reading.header", "reading.kept", "reading.sheet", "reading.workbook", "views.previewing",
]  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_the_examples_hold(name):
    found = doctest.testmod(importlib.import_module(f"learners.{name}"))

    assert found.attempted > 0
    assert found.failed == 0
