"""The map printed from the browser: whole, or it says on the paper what it lacks and where the whole is."""

import io
import re
import shutil
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from tests.factories import LearnerFactory, PlacementFactory, ProvisionFactory

pytestmark = pytest.mark.django_db
PAGE = "/map/"


def placed(school, count=1, **fields):
    return PlacementFactory.create_batch(count, learner__school=school, **fields)


def left_out(text):
    """The sentences about what the paper lacks; hidden ones are none."""
    found = re.findall(r'<p class="print-only line left-out"([^>]*)>([^<]*)</p>', text)
    return [words for attributes, words in found if " hidden" not in attributes]


def sheets(html):
    """The words of the pages that a browser prints of `html`."""

    def answer(route):
        path = urlsplit(route.request.url).path
        if path == PAGE:
            return route.fulfill(body=html, content_type="text/html")
        found = finders.find(re.sub(r"^/static/", "", path))
        return route.fulfill(path=found) if found else route.fulfill(status=404)

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page()
        page.route("**/*", answer)
        page.goto(f"http://map.test{PAGE}")
        pdf = page.pdf(prefer_css_page_size=True)
        chromium.close()
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_map_that_is_whole_says_nothing_about_what_it_lacks(client, senco):
    placed(senco.school, 3)

    assert [left_out(client.get(f"{PAGE}?view={view}").text) for view in ("", "interventions", "areas", "staff")] == [
        [], [], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize("view", ["learners", "interventions"])
def test_rows_that_are_not_fetched_yet_are_told(client, senco, view):
    provision = ProvisionFactory(school=senco.school)
    placed(senco.school, 53, provision=provision)

    assert left_out(client.get(f"{PAGE}?view={view}").text) == [
        "This paper does not show all of the 53 learners. For all of them use “Print or export” on the map."
    ]


def test_columns_that_are_on_another_page_are_told(client, senco):
    for at in range(12):
        placed(senco.school, provision__name=f"Club {at:02}")

    assert left_out(client.get(f"{PAGE}?view=interventions&across=2").text) == [
        "This paper shows 2 of 12 interventions, the columns 11 to 12. "
        "For all of them use “Print or export” on the map."
    ]


def test_every_sheet_says_whose_map_of_when_printed_by_whom_and_what_it_lacks(client, senco):
    provision = ProvisionFactory(school=senco.school, name="Nessy", tier=2)
    placed(senco.school, 53, provision=provision, confidential=True)

    words = sheets(client.get(PAGE).text)

    assert len(words) > 1
    for number, text in enumerate(words, start=1):
        assert f"Provision map of {senco.school.name}" in text
        assert "As of today, 23 November 2026 · Learners by tier" in text
        assert "This paper shows 50 of 53 learners." in text
        assert "Contains confidential provision" in text
        assert f"Printed by {senco.name} on " in text
        assert f"Page {number} of {len(words)}" in text
        assert "Learner Wave 1 Wave 2 Wave 3" in text
    assert "Key: Wave 1 Wave 2 Wave 3" in words[0]


def test_a_learner_without_provision_stands_on_paper_too(client, senco):
    LearnerFactory(school=senco.school, surname="Zqname", forename="Ann")

    assert "Ann Zqname" in " ".join(sheets(client.get(f"{PAGE}?who=all").text))
