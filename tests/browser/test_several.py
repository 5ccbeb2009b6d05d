"""Changing several at once in a real browser: by mouse, by keyboard alone, through a search, by two people."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from interventions.models import Placement
from provisionmap.school.roles import Role
from tests.browser.conftest import sign_in, with_password
from tests.browser.test_terms import RULES, press_on
from tests.factories import LearnerFactory, PlacementFactory, ProvisionFactory, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def placed(senco):
    """Four learners, each with a place in two provisions of tier 2 and one of tier 3."""
    provisions = [ProvisionFactory(school=senco.school, name=name, tier=tier)
                  for name, tier in (("Phonics", 2), ("Reading", 2), ("Therapy", 3))]  # fmt: skip
    learners = [LearnerFactory(school=senco.school, forename="Ada", surname=f"Bee{letter}") for letter in "abcd"]
    for learner in learners:
        for provision in provisions:
            PlacementFactory(provision=provision, learner=learner)
    return list(Placement.objects.order_by("learner__surname", "provision__name"))


def boxes(page, name):
    return page.get_by_role("checkbox", name=name, exact=True)


def doses():
    return sorted(Placement.objects.values_list("sessions", flat=True))


def test_click_and_shift_select_down_a_column(visit, senco, placed):
    page = visit()
    sign_in(page, senco)
    page.goto("/map/")
    page.get_by_role("link", name="Select several").click()

    boxes(page, "Therapy").first.click()
    page.locator(".placement", has_text="Therapy").nth(2).click(modifiers=["Shift"])
    expect(page.get_by_text("Selected: 3 placements")).to_be_visible()
    page.get_by_label("What to do with them").select_option("Change dose")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Dose").fill("1 x 45")
    page.get_by_role("button", name="Look at what would change").click()
    expect(page.get_by_role("heading", name="3 would change")).to_be_visible()
    assert Axe().run(page, options=RULES).violations_count == 0
    assert doses() == [3] * 12
    page.get_by_role("button", name="Change the dose").click()

    expect(page.get_by_text("Changed the dose of 3 placements to 1 × 45 min")).to_be_visible()
    assert Placement.objects.filter(sessions=1, provision__name="Therapy").count() == 3
    page.get_by_role("button", name="Undo the last change").click()
    expect(page.get_by_text("Undone: Changed the dose")).to_be_visible()
    assert doses() == [3] * 12


def test_by_keyboard_alone(visit, senco, placed):
    page = visit()
    sign_in(page, senco)
    page.goto("/map/?select=1")

    boxes(page, "Phonics").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")  # to Reading of the same learner
    page.keyboard.press("ArrowRight")  # to Therapy
    page.keyboard.press("ArrowDown")  # to Therapy of the next
    page.keyboard.press("Space")
    expect(page.locator("#picked")).to_have_text("Selected: 2 placements")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.locator("#picked")).to_have_text("Selected: 3 placements")
    page.keyboard.press("Escape")
    expect(page.locator("#picked")).to_have_text("Nothing selected yet")
    page.keyboard.press("Enter")  # the form itself says so
    expect(page.get_by_text("Select at least one placement or learner first.")).to_be_visible()
    page.keyboard.press("Control+a")
    expect(page.locator("#picked")).to_have_text("All 12 placements that match")
    page.keyboard.press("Enter")
    page.get_by_label("Last day").fill("2026-12-01")
    press_on(page, page.get_by_role("button", name="Look at what would change"))
    press_on(page, page.get_by_role("button", name="End them"))

    expect(page.get_by_text("Ended 12 placements")).to_be_visible()
    assert {str(day) for day in Placement.objects.values_list("ends", flat=True)} == {"2026-12-01"}


def test_what_is_selected_stays_so_through_a_search(visit, senco, placed):
    page = visit()
    sign_in(page, senco)
    page.goto("/map/?select=1")
    page.get_by_label("Find a learner or provision").fill("Beea")
    expect(boxes(page, "Therapy")).to_have_count(1)
    boxes(page, "Ada Beea").check()
    expect(page.locator("#picked")).to_have_text("Selected: 3 placements, 1 learner with all of theirs")
    page.get_by_label("Find a learner or provision").fill("Beeb")
    expect(boxes(page, "Ada Beeb")).to_be_visible()
    boxes(page, "Therapy").check()
    expect(page.locator("#picked")).to_have_text("Selected: 4 placements, 1 learner with all of theirs")

    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("4 placements of 2 learners selected.")).to_be_visible()


def test_two_people_with_overlapping_selections(visit, senco, placed):
    other = with_password(member(Role.SENCO_ASSISTANT, senco.school))
    mine, theirs = visit(), visit()
    for page, user in ((mine, senco), (theirs, other)):
        sign_in(page, user)
        page.goto("/map/?select=1")
        boxes(page, "Ada Beea").check()
        page.get_by_label("What to do with them").select_option("Change dose")
        page.get_by_role("button", name="Go on").click()
    mine.get_by_label("Dose").fill("1 x 45")
    mine.get_by_role("button", name="Look at what would change").click()
    theirs.get_by_label("Dose").fill("5 x 15")
    theirs.get_by_role("button", name="Look at what would change").click()
    theirs.get_by_role("button", name="Change the dose").click()
    expect(theirs.get_by_text("Changed the dose of 3 placements")).to_be_visible()

    mine.get_by_role("button", name="Change the dose").click()

    expect(mine.get_by_text("Somebody changed the map while you were looking.")).to_be_visible()
    expect(mine.get_by_text(f"Ada Beea, Therapy: changed by {other.name}.")).to_be_visible()
    expect(mine.get_by_role("cell", name="5 × 15 min").first).to_be_visible()
    assert doses() == [3] * 9 + [5] * 3
    mine.get_by_role("button", name="Change the dose").click()
    expect(mine.get_by_text("Changed the dose of 3 placements")).to_be_visible()
    assert doses() == [1] * 3 + [3] * 9


def test_without_scripts(visit, senco, placed):
    page = visit(java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(page, senco)
    page.goto("/map/?select=1")

    boxes(page, "Therapy").first.check()
    page.get_by_label("What to do with them").select_option("Set a review date")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Review date", exact=True).fill("2026-12-11")
    page.get_by_role("button", name="Look at what would change").click()
    page.get_by_role("button", name="Set the review date").click()

    expect(page.get_by_text("Set the review date of 1 placement")).to_be_visible()


def test_all_that_match_less_one_and_the_way_back(visit, senco, placed):
    page = visit()
    sign_in(page, senco)
    page.goto("/map/?select=1")
    page.get_by_label("All that match").check()
    boxes(page, "Therapy").first.uncheck()
    expect(page.locator("#picked")).to_have_text("All 12 placements that match, less 1")

    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("11 placements of 4 learners selected.")).to_be_visible()
    page.get_by_role("link", name="Back to the map").first.click()

    expect(page.locator("#picked")).to_have_text("Selected: 11 placements, 3 learners with all of theirs")
    expect(boxes(page, "Therapy").first).not_to_be_checked()
    assert page.url.endswith("/map/?select=1")


def test_what_is_selected_stays_so_through_a_filter(visit, senco, placed):
    page = visit()
    sign_in(page, senco)
    page.goto("/map/?select=1")
    boxes(page, "Therapy").first.check()

    page.get_by_text("Filters").click()
    page.get_by_label("Tier").select_option("3")
    page.get_by_role("button", name="Apply").click()

    expect(page).to_have_url(re.compile("tier=3"))
    expect(page.locator("#picked")).to_have_text("Selected: 1 placement")
    expect(boxes(page, "Therapy").first).to_be_checked()
