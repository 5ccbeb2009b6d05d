"""The map of an earlier day: the year group and class that a learner had then, as far as the records go back."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learners.models import Group, Learner
from tests.factories import GroupFactory, LearnerFactory, PlacementFactory

pytestmark = pytest.mark.django_db
LAST_YEAR = datetime(2025, 9, 1, 8, tzinfo=UTC)
THIS_YEAR = datetime(2026, 9, 1, 8, tzinfo=UTC)


def moved_up(school, surname, *, starts=date(2026, 1, 5)):
    """A learner of Year 4, Heron, until this September, and of Year 5, Egret, since; with a place since January."""
    groups = {
        name: Group.objects.filter(school=school, name=name).first()
        or GroupFactory(school=school, name=name, nc_year=year)
        for name, year in (("Heron", "4"), ("Egret", "5"))
    }
    learner = LearnerFactory(school=school, surname=surname, nc_year="4", group=groups["Heron"])
    learner.history.update(history_date=LAST_YEAR)
    learner.nc_year, learner.group = "5", groups["Egret"]
    learner.save()
    learner.history.filter(nc_year="5").update(history_date=THIS_YEAR)
    PlacementFactory(learner=learner, provision__school=school, provision__starts=starts, starts=starts)
    return learner, groups


def test_the_class_of_then_stands_beside_the_name_over_the_section_and_in_the_filter(client, senco):
    learner, groups = moved_up(senco.school, "Zuck")

    spring = client.get("/map/?as_of=2026-03-02&by=class").text
    now = client.get("/map/?by=class").text

    assert "Year 4 · Heron" in spring
    assert "Egret " not in spring.split("<tbody")[1]
    assert "Year 5 · Egret" in now
    for query, found in (
        (f"?as_of=2026-03-02&group={groups['Heron'].pk}", True),
        (f"?as_of=2026-03-02&group={groups['Egret'].pk}", False),
        ("?as_of=2026-03-02&year=4", True), ("?as_of=2026-03-02&year=5", False),
        (f"?year=5&group={groups['Egret'].pk}", True), ("?year=4", False),
    ):  # fmt: skip
        assert (learner.name in client.get(f"/map/{query}").text) is found, query
    assert "begin later" not in spring


def test_who_was_recorded_later_has_the_class_of_today_and_the_page_says_so(client, senco):
    learner, _ = moved_up(senco.school, "Zuck")
    learner.history.filter(nc_year="4").delete()

    spring = client.get("/map/?as_of=2026-03-02").text

    assert "Year 5 · Egret" in spring
    assert "The records of 1 learner begin later: this one has the year group and class of today." in spring
    assert "begin later" not in client.get("/map/?as_of=2026-10-01").text


def test_the_number_of_queries_does_not_grow(client, senco):
    counts = []
    for count in (1, 10):
        for place in range(count):
            moved_up(senco.school, f"Zuck{chr(97 + place)}")
        with CaptureQueriesContext(connection) as done:
            client.get("/map/?as_of=2026-03-02&by=class")
        counts.append(len(done.captured_queries))

    assert Learner.objects.count() == 11
    assert counts[0] == counts[1]
