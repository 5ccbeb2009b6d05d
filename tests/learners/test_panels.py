"""The learner page's register of panels."""

from datetime import date

import pytest

from learners import panels


@pytest.fixture
def empty(monkeypatch):
    """A register of panels with nothing in it."""
    monkeypatch.setattr(panels, "_entries", {})


def test_panels_stand_in_order_and_silent_ones_are_left_out(empty):
    panels.register("late", "Late", lambda learner, user, today: ("late.html", {}), order=90)
    panels.register("none", "None", lambda learner, user, today: None, order=50)
    panels.register("early", "Early", lambda learner, user, today: ("early.html", {"day": today}), order=10)

    shown = panels.panels_for(None, None, date(2026, 11, 23))

    assert [panel.name for panel in shown] == ["early", "late"]
    assert (shown[0].title, shown[0].template, shown[0].context) == ("Early", "early.html", {"day": date(2026, 11, 23)})


def test_the_same_name_again_replaces_the_panel(empty):
    panels.register("one", "First", lambda learner, user, today: ("a.html", {}))
    panels.register("one", "Second", lambda learner, user, today: ("b.html", {}))

    assert [panel.title for panel in panels.panels_for(None, None, date(2026, 11, 23))] == ["Second"]
