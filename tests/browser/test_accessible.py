"""Every page a SENCO meets: WCAG 2.2 AA by axe, no scrolling sideways, by keyboard alone, without scripts."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import expect

from interventions.models import Intervention, MapChange, Placement, Provision, SavedView
from learners.models import Group, Learner
from provisionmap.school.models import School, User
from reports.actions.records import ask_for_record
from tests.browser.conftest import sign_in
from tests.factories import LearnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def school(transactional_db, capsys):
    """The fictional school, small; who signs in is its SENCO."""
    call_command("seed_demo", learners=40)
    capsys.readouterr()
    return School.objects.get()


@pytest.fixture
def priya(school):
    return User.objects.get(email="senco@oakfield.example")


def addresses():
    learner = Learner.objects.get(forename="Maya")
    placement = Placement.objects.filter(learner=learner).first()
    priya = User.objects.get(email="senco@oakfield.example")
    kept = SavedView.objects.create(school=learner.school, user=priya, name="Wave 2", query="tier=2")
    at = {
        "interventions": [
            "map", "history", "map-then", "tier-change",
            "views", "export", "provisions", "provision-new", "library", "intervention-new",
            ("provision", Provision), ("provision-edit", Provision), ("intervention", Intervention),
            ("intervention-edit", Intervention), "timetable", "clashes", "away", "absence-add", "trip-add",
            "delivery", "sessions", "session-gaps",
            ("slot-add", Provision),
        ],
        "learners": [
            "register", "add", "groups", "group-add", "import", "import-history", ("group", Group), "due",
            "disposal-log",
        ],
        "school": [
            "set-up", "settings", "details", "keeping", "tiers", "calendar", "year-add", "term-add", "closure-add",
            "calendar-import", "people", "person-add", "people-paste", "roles", "account",
        ],
    }  # fmt: skip
    found = [
        "/map/?tier=2&as_of=2026-10-01",
        *(f"/map/?view={view}" for view in ("areas", "interventions", "groups", "groups&by=subject", "staff")),
        "/map/?by=year&show=name&show=review",
        "/map/?show=delivery",
        "/timetable/?by=class",
        "/delivery/?over=last-term",
        "/sessions/gaps/?by=provision",
        "/map/?select=1",
        "/map/?select=1&view=interventions",
        "/map/several/",
        f"/map/learners/{learner.pk}/",
        f"/map/views/{kept.pk}/",
        f"/map/views/{kept.pk}/delete/",
        f"/map/placements/{placement.pk}/",
        f"/map/placements/{placement.pk}/end/",
        f"/map/placements/{placement.pk}/history/",
        f"/map/history/edits/{Placement.history.filter(history_change_reason='review').earliest().history_id}/",
        f"/map/history/{MapChange.objects.earliest('pk').pk}/",
        "/settings/tiers/change/?to=layers&on=2026-11-24",
    ]
    for app, names in at.items():
        for name in names:
            plain, model = name if isinstance(name, tuple) else (name, None)
            found.append(reverse(f"{app}:{plain}", args=[model.objects.first().pk] if model else []))
    own = ("learner", "edit", "leave", "hold", "sen-change", "contact-add", "passport")
    found += [reverse(f"reports:{name}", args=[learner.pk]) for name in ("everything", "transfer")]
    asked = ask_for_record(learner=learner, asked_by="Mother", asked_on=date(2026, 11, 20), by=priya)
    found += [reverse("reports:arriving"), reverse("reports:record", args=[asked.pk])]
    return found + [reverse(f"learners:{name}", args=[learner.pk]) for name in own]


def doubts(page, address):
    """What axe finds, and whether the page is wider than the screen."""
    page.goto(address)
    found = [
        f"{address}: {one['id']} {[node['target'] for node in one['nodes']][:3]}"
        for one in Axe().run(page, options=RULES).response["violations"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{address}: {wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize(
    ("width", "theme", "easy"),
    [(1440, "light", False), (320, "light", False), (1440, "dark", False), (320, "dark", True)],
)
def test_every_page_passes_axe_and_fits_the_screen(visit, priya, width, theme, easy):
    User.objects.filter(pk=priya.pk).update(theme=theme, easy_reading=easy)
    page = visit(viewport={"width": width, "height": 900})
    found = doubts(page, "/sign-in/")
    sign_in(page, priya)

    for address in addresses():
        found += doubts(page, address)

    assert found == []


def test_the_first_page_of_all_passes_axe(visit, transactional_db):
    page = visit(viewport={"width": 320, "height": 900})

    assert doubts(page, "/first-run/") == []


def test_the_editor_and_both_versions_pass_axe_in_their_cell(visit, priya):
    page = visit()
    sign_in(page, priya)
    page.locator("td.t2 a.what").first.click()
    expect(page.locator(".editing [name=dose]")).to_be_focused()
    open_editor = Axe().run(page, options=RULES).response["violations"]
    Placement.objects.update(version=50)
    page.locator(".editing [name=dose]").fill("4 x 25")
    page.locator(".editing button.main").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this while you were typing.")
    clash = Axe().run(page, options=RULES).response["violations"]

    assert [one["id"] for one in open_editor + clash] == []


def test_the_map_is_reached_and_walked_by_keyboard_alone(visit, priya):
    page = visit()
    sign_in(page, priya)

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        if page.evaluate("document.activeElement.matches('.map a')"):
            break
    here = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowRight")
    there = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowLeft")

    assert here != there
    assert page.evaluate("document.activeElement.matches('.map a')")


def test_the_map_works_without_scripts(visit, priya):
    page = visit(java_script_enabled=False)
    sign_in(page, priya)

    page.locator("td.t2 a.what").first.click()
    page.locator("[name=dose]").fill("4 x 25")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_have_text("Saved")
    assert Placement.objects.filter(sessions=4, minutes=25).count() == 1

    page.get_by_role("button", name="Undo the last change").click()
    expect(page.get_by_role("status").first).to_contain_text("Undone: ")
    assert Placement.objects.filter(sessions=4, minutes=25).count() == 0

    page.locator("#text").fill("Maya")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("a.name")).to_have_count(1)


def test_all_rows_arrive_while_scrolling(visit, school, priya):
    LearnerFactory.create_batch(70, school=school)
    page = visit()
    sign_in(page, priya, "/map/?who=all")

    shown = page.locator("a.name")
    for _ in range(20):
        if not page.locator("tr.more").count():
            break
        page.evaluate("document.querySelector('tr.more')?.scrollIntoView()")
        page.wait_for_timeout(100)

    expect(page.locator("tr.more")).to_have_count(0)
    assert shown.count() == Learner.objects.filter(left=None).count()


def test_typed_text_outlives_a_lost_connection(visit, priya):
    page = visit()
    sign_in(page, priya)
    page.locator("td.t2 a.what").first.click()
    page.locator(".editing [name=dose]").fill("4 x 25")

    page.route("**/map/placements/**", lambda route: route.abort("internetdisconnected"))
    page.locator(".editing button.main").click()

    expect(page.locator("#status")).to_contain_text("No connection. What you typed is still here")
    expect(page.locator(".editing [name=dose]")).to_have_value("4 x 25")
