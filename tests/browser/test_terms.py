"""A new term, new groups, a new year in a real browser: by keyboard, on a narrow screen, without scripts, and back."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

from interventions.models import Placement, Provision
from learners.models import Learner
from provisionmap.school.models import School, User
from provisionmap.school.today import today
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def priya(transactional_db, capsys):
    """The SENCO of the fictional school, small."""
    call_command("seed_demo", learners=60)
    capsys.readouterr()
    return User.objects.get(email="senco@oakfield.example")


def ending():
    """The terms round what last ended, and one provision that two learners share."""
    terms = School.objects.get().terms.filter(starts__lte=today()).order_by("-starts")[:2]
    return f"/map/copy/?source={terms[1].pk}&target={terms[0].pk}"


def group():
    return next(one for one in Provision.objects.on(today()) if one.placements.on(today()).count() > 1)


def press_on(page, element):
    """What somebody with a keyboard does: come to it and press Enter."""
    element.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1440, 320])
def test_the_pages_are_accessible_and_fit(visit, priya, width):
    page = visit(viewport={"width": width, "height": 900})
    sign_in(page, priya)

    for address in (ending(), f"/provisions/{group().pk}/split/", "/provisions/merge/",
                    f"/provisions/merge/?provision={group().pk}", "/learners/next-year/"):  # fmt: skip
        page.goto(address)
        assert Axe().run(page, options=RULES).violations_count == 0, address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_term_is_copied_by_keyboard_and_taken_back(visit, priya):
    page = visit()
    sign_in(page, priya)
    before = Provision.objects.count(), Placement.objects.count()
    page.goto(ending())

    press_on(page, page.get_by_role("button", name="Tick all").first)
    first = page.locator("[name=provision]").first
    first.focus()
    page.keyboard.press("Space")
    expect(first).not_to_be_checked()
    press_on(page, page.get_by_role("button", name="Look at what would be copied"))
    press_on(page, page.get_by_role("button", name="Copy", exact=False))
    expect(page.get_by_text("takes all of it back")).to_be_visible()
    assert Provision.objects.count() > before[0]
    press_on(page, page.get_by_role("button", name="Undo the last change"))

    expect(page.get_by_text("Undone: Copied")).to_be_visible()
    assert (Provision.objects.count(), Placement.objects.count()) == before


def test_learners_are_ticked_with_their_provision(visit, priya):
    page = visit()
    sign_in(page, priya)
    page.goto(ending())
    value = page.locator(".goes:has([name=place]:checked) [name=provision]").first.get_attribute("value")
    row = page.locator(f".goes:has([name=provision][value='{value}'])")
    provision, learners = row.locator("[name=provision]"), row.locator("[name=place]:not(:disabled)")
    ticked = "all => all.map(one => one.checked)"
    before = learners.evaluate_all(ticked)

    provision.uncheck()
    assert set(learners.evaluate_all(ticked)) == {False}
    provision.check()
    assert learners.evaluate_all(ticked) == before
    provision.uncheck()
    learners.first.check()
    expect(provision).to_be_checked()
    learners.first.uncheck()
    expect(provision).not_to_be_checked()
    page.get_by_role("button", name="Tick none").first.click()

    assert page.locator(".tier-part").first.locator("[name=place]:checked").count() == 0


def test_a_group_is_split_without_scripts(visit, priya):
    page = visit(java_script_enabled=False)
    sign_in(page, priya)
    one = group()
    page.goto(f"/provisions/{one.pk}/")

    page.get_by_role("link", name="Split").click()
    page.locator("[name=goes]").first.check()
    page.get_by_role("button", name="Look at what would change").click()
    page.get_by_role("button", name="Back to choosing").click()
    expect(page.locator("[name=goes]").first).to_be_checked()
    page.get_by_role("button", name="Look at what would change").click()
    page.get_by_role("button", name="Split the group").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"{one.name} B")


def test_a_year_begins_and_is_taken_back(visit, priya):
    page = visit()
    sign_in(page, priya)
    before = sorted(Learner.objects.values_list("pk", "nc_year", "group", "left"))
    page.goto("/learners/next-year/")

    press_on(page, page.get_by_role("button", name="Look at what would change"))
    press_on(page, page.get_by_role("button", name="Move everybody into"))
    expect(page.get_by_text("takes all of it back")).to_be_visible()
    assert sorted(Learner.objects.values_list("pk", "nc_year", "group", "left")) != before
    press_on(page, page.get_by_role("button", name="Undo the last change"))

    expect(page.get_by_text("Undone: Moved into")).to_be_visible()
    assert sorted(Learner.objects.values_list("pk", "nc_year", "group", "left")) == before
