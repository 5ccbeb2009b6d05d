"""The map in headless Chromium: drawing all rows, making htmx look at them, and one edit."""

import shutil
from pathlib import Path

import django_htmx
from playwright.sync_api import Browser, Page, sync_playwright

from benches import ground
from benches.client import Link
from benches.map import keep_shell, whole
from benches.race import race
from benches.report import Report
from provisionmap.school.models import School

RATIO = 2
ELEMENTS = 7_000
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx"
# Draw the rows in an emptied table, let htmx look at them, then change one dose in the middle; milliseconds.
DRAW = """(rows) => {
  const body = document.querySelector("#rows");
  body.replaceChildren();
  document.body.offsetHeight;
  const began = performance.now();
  body.innerHTML = rows;
  document.body.offsetHeight;
  htmx.process(body);
  const doses = body.querySelectorAll(".dose");
  doses[Math.floor(doses.length / 2)].textContent = "4 × 15 min";
  document.body.offsetHeight;
  return performance.now() - began;
}"""
# The same rows with their filled cells only, and nothing else in them.
SPARSE = """(rows) => {
  const box = document.createElement("table");
  box.innerHTML = rows;
  return [...box.querySelectorAll("tr[id]")].map((row) => {
    const cells = [...row.children].map((cell, place) => {
      cell.querySelectorAll(".add").forEach((link) => link.remove());
      return cell.textContent.trim() ? `<div role="cell" aria-colindex="${place + 1}">${cell.innerHTML}</div>` : "";
    });
    return `<div role="row">${cells.join("")}</div>`;
  }).join("");
}"""
LIMIT_PAGE = """<!doctype html><title>limit</title><style>
[role=row]{display:grid;grid-template-columns:15rem 1fr 1fr 1fr;content-visibility:auto;
  contain-intrinsic-size:auto 9rem}
[aria-colindex="2"]{grid-column:2}[aria-colindex="3"]{grid-column:3}[aria-colindex="4"]{grid-column:4}
.visually-hidden{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
</style><div role="table" id="rows"></div>"""


def open_map(browser: Browser, port: int, cookie: str) -> Page:
    """The map as the product serves it, signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    address = f"http://127.0.0.1:{port}"
    pairs = (one.split("=", 1) for one in cookie.split("; "))
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in pairs])
    page = context.new_page()
    page.goto(f"{address}/map/", wait_until="load")
    return page


def open_limit(browser: Browser) -> Page:
    """An empty page with htmx and room for rows."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_content(LIMIT_PAGE)
    page.add_script_tag(path=str(next(HTMX.glob("htmx*.min.js"))))
    return page


def browser(report: Report, school: School, rounds: int) -> None:
    """Drawing, processing and one edit, against filled cells only."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("Chromium is needed: sudo apt-get install chromium")
    _, cookie = ground.signed_in()
    with ground.serving("provisionmap.wsgi", "/map/", cookie) as port, sync_playwright() as tools:
        answers = whole(Link(port, cookie))
        rows = "".join([keep_shell(answers[0]), *answers[1:]])
        running = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        ours, limit = open_map(running, port, cookie), open_limit(running)
        elements = ours.evaluate("document.querySelectorAll('*').length")
        sparse = limit.evaluate(SPARSE, rows)
        found = race(
            lambda: ours.evaluate(DRAW, rows) / 1000,
            lambda: limit.evaluate(DRAW, sparse) / 1000,
            rounds=rounds,
            each=3,
        )
        report.ratio("map in the browser: layout, htmx.process, one edit", found, RATIO)
        report.note(f"elements with all rows: {ours.evaluate('document.querySelectorAll(`*`).length'):,}")
        report.count("elements at first paint", elements, ELEMENTS)
        running.close()
