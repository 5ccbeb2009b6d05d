"""The SENCO's first hour, from an empty database to a map that two people edit."""

import pytest
from playwright.sync_api import expect

from interventions.models import Placement
from learners.models import Learner
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(number):
    """A UPN whose check letter is right."""
    digits = f"8013201{number:05d}"
    return LETTERS[sum(int(digit) * place for place, digit in enumerate(digits, start=2)) % 23] + digits


def pupil_list(count):
    rows = [
        f"{upn(n)},Berry{n:02d},Robin{n:02d},{n % 28 + 1:02d}/0{n % 9 + 1}/2017,{'MF'[n % 2]},Year 4,Kestrel,"
        + ("K,SPLD" if n % 3 == 0 else "N,")
        for n in range(1, count + 1)
    ]
    headings = "UPN,Legal Surname,Legal Forename,DOB,Gender,Year Group,Reg Group,SEN Provision,Primary Need"
    return "\r\n".join([headings, *rows]).encode()


def set_the_school_up(page):
    page.goto("/")
    page.locator("[name=school_name]").fill("Oakfield Primary School")
    page.locator("[name=name]").fill("Priya Nair")
    page.locator("[name=email]").fill("priya@oakfield.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.get_by_role("button", name="Make the school").click()
    expect(page.get_by_role("heading", name="Set up Oakfield Primary School")).to_be_visible()


def make_terms(page):
    page.goto("/settings/calendar/years/add/")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text("Autumn")


def add_a_colleague(page):
    page.goto("/settings/people/add/")
    page.locator("[name=name]").fill("Ann Bell")
    page.locator("[name=email]").fill("ann@oakfield.example")
    page.locator("[name=role]").select_option("teaching_assistant")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text("Ann Bell")


def import_the_list(page):
    page.goto("/learners/import/")
    page.locator("input[type=file]").set_input_files(
        {"name": "pupils.csv", "mimeType": "text/csv", "buffer": pupil_list(30)}
    )
    page.get_by_role("button", name="Read the list").click()
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("main")).to_contain_text("30")
    page.locator("form[action$='/apply/'] button.main, button.main").first.click()
    page.wait_for_url("**/learners/import/*/")
    assert Learner.objects.count() == 30


def start_a_provision(page):
    page.goto("/library/")
    page.get_by_role("button", name="Fill the library").click()
    page.goto("/provisions/new/")
    page.locator("#from").select_option(index=45)
    expect(page.get_by_label("Name", exact=True)).not_to_have_value("")
    page.get_by_label("Name", exact=True).fill("Reading boost")
    page.locator("[name=tier]").select_option("2")
    page.locator("[name=dose]").fill("3 x 20")
    page.locator("[name=deliverer]").select_option(label="Ann Bell")
    for name in ("Berry01", "Berry02"):
        page.locator("#find").press_sequentially(name)
        page.locator("#matches input").first.click()
        expect(page.locator("#picked")).to_contain_text(name)
        page.locator("#find").fill("")
    page.locator("[name=upns]").fill("\n".join(upn(n) for n in (3, 4, 5, 6)))
    page.get_by_role("button", name="Start it").click()
    expect(page.get_by_role("status").first).to_contain_text("Reading boost is on the map for 6 learners.")


def type_a_dose(page, dose):
    """Open the placement in focus, type, save; the focus comes back to it."""
    page.keyboard.press("Enter")
    expect(page.locator(".editing [name=dose]")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(dose)
    page.keyboard.press("Enter")
    expect(page.locator(".editing")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("Saved")


def test_the_sencos_first_hour(visit):
    page = visit()
    set_the_school_up(page)
    make_terms(page)
    add_a_colleague(page)
    import_the_list(page)
    start_a_provision(page)

    page.goto("/map/")
    page.locator("td.t2 a.what").first.focus()
    for dose in ("5 x 15", "2 x 30", "daily 10"):
        type_a_dose(page, dose)
        page.keyboard.press("ArrowDown")
        while page.evaluate("!document.activeElement.matches('a.what')"):
            page.keyboard.press("ArrowDown")
    doses = page.locator("td.t2 .dose")
    expect(doses.nth(0)).to_have_text("5 × 15 min")
    expect(doses.nth(1)).to_have_text("2 × 30 min")
    expect(doses.nth(2)).to_have_text("5 × 10 min")

    page.keyboard.press("Enter")
    expect(page.locator(".editing [name=dose]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".editing")).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('a.what')")

    other = visit()
    other.goto("/sign-in/")
    other.get_by_label("E-mail").fill("priya@oakfield.example")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.goto("/map/")

    page.locator("td.t2 a.what").first.click()
    page.locator(".editing [name=dose]").fill("4 x 25")
    other.locator("td.t2 a.what").first.focus()
    type_a_dose(other, "1 x 45")
    expect(page.locator(".elsewhere")).to_contain_text("Changed elsewhere", timeout=10_000)
    expect(page.locator(".editing [name=dose]")).to_have_value("4 x 25")
    page.locator(".editing button.main").click()
    expect(page.get_by_role("alert")).to_contain_text("You typed 4 × 25 min. Meanwhile Priya Nair made it 1 × 45 min")
    page.get_by_role("button", name="Keep mine").click()
    expect(doses.nth(0)).to_have_text("4 × 25 min")
    expect(other.locator("td.t2 .dose").nth(0)).to_have_text("4 × 25 min", timeout=10_000)

    page.keyboard.press("Control+z")
    expect(doses.nth(0)).to_have_text("1 × 45 min")
    page.get_by_role("button", name="Undo the last change").click()
    expect(doses.nth(0)).to_have_text("5 × 15 min")

    phone = visit(viewport={"width": 390, "height": 844}, storage_state=page.context.storage_state())
    phone.goto("/map/")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.locator("td.t2 a.what").nth(1).click()
    phone.locator(".editing [name=dose]").fill("3 x 15")
    phone.locator(".editing button.main").click()
    expect(phone.locator("td.t2 .dose").nth(1)).to_have_text("3 × 15 min")
    assert Placement.objects.filter(sessions=3, minutes=15).count() == 1
