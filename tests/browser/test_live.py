"""A map that is open while others, or the same person, save: what it says of a cell in which somebody types."""

import pytest
from playwright.sync_api import expect

from interventions.actions.placements import change_placement
from interventions.models import Placement
from provisionmap.school.roles import Role
from tests.browser.conftest import sign_in
from tests.factories import LearnerFactory, PlacementFactory, member

pytestmark = pytest.mark.django_db(transaction=True)


def news(page):
    """Wait until the map has asked what changed, and then what became of the cell that is open."""
    with page.expect_response(lambda answer: "/map/changes/" in answer.url and answer.json()["learners"]):
        pass
    page.wait_for_timeout(1_000)


def test_what_this_tab_saved_itself_is_not_told_as_changed_elsewhere(visit, senco):
    placement = PlacementFactory(learner=LearnerFactory(school=senco.school), provision__school=senco.school)
    other = member(Role.SENCO, senco.school)
    page = visit()
    sign_in(page, senco)
    page.locator("a.what").click()
    page.locator(".editing [name=dose]").fill("5 x 15")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#status")).to_contain_text("Saved")

    page.locator("a.what").click()
    page.locator(".editing [name=dose]").fill("4 x 20")
    news(page)

    expect(page.locator(".elsewhere")).to_have_count(0)

    held = Placement.objects.for_map().select_related("school").get(pk=placement.pk)
    change_placement(placement=held, changes={"sessions": 2}, seen=held.version, by=other)

    expect(page.locator(".elsewhere")).to_contain_text("Saving will show you both versions.", timeout=12_000)
    expect(page.locator(".editing [name=dose]")).to_have_value("4 x 20")
