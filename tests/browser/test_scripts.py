"""Row 11 in a real browser: scripts in every field of text, every page and every fragment shown; nothing runs."""

import pytest
from django.conf import settings
from django.test import Client

from tests.attacks.test_11_scripts import HOOK, PAYLOADS, plant
from tests.attacks.walking import addresses
from tests.matrix.world import build

pytestmark = pytest.mark.django_db(transaction=True)
# Before any script of a page: what the payloads call, and what the content policy stopped.
TRAP = f"""
window.__stopped = [];
window.{HOOK} = () => {{ window.__xss = true; }};
document.addEventListener("securitypolicyviolation", (event) => window.__stopped.push(event.violatedDirective));
"""
# As the product's own scripts ask for a fragment, into the page that is open.
SWAP = "(address) => htmx.ajax('GET', address, {target: 'main', swap: 'innerHTML'})"
FOUND = f"() => [Boolean(window.__xss), window.__stopped, document.body.innerText.includes('{HOOK}')]"


def as_many_as_fit(which, most):
    """Payloads one after another from the one that is this field's turn."""
    text = ""
    for payload in PAYLOADS[which % 50 :] + PAYLOADS[: which % 50]:
        if len(text) + len(payload) < most:
            text += f" {payload}" if text else payload
    return text or HOOK[:most]


@pytest.fixture
def planted(transactional_db):
    """Two schools with a script in every field; the cookie of a SENCO, and what she can open: is it a whole page?"""
    world = build()
    client = Client()
    client.force_login(world.users["senco"])
    plant(as_many_as_fit)
    found = {
        address: "<html" in answer.text
        for _name, address, _body, route in addresses(world)
        if route.get == 200 and (answer := client.get(address)).status_code == 200
        and "text/html" in answer.headers["Content-Type"]
        and "Content-Disposition" not in answer.headers
    }  # fmt: skip
    return client.cookies[settings.SESSION_COOKIE_NAME].value, found


def trapped(page, session, live_server):
    """A page of the SENCO's in which a script that ran would leave its trace."""
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.add_init_script(TRAP)
    traces = []  # a dialog, or a request that a payload asked for
    page.on("dialog", lambda one: (traces.append(one.message), one.dismiss()))
    page.on("request", lambda one: traces.append(one.url) if HOOK in one.url else None)
    return traces


def test_no_script_runs_on_any_page_or_in_any_fragment(visit, live_server, planted):
    session, pages = planted
    page = visit()
    traces = trapped(page, session, live_server)
    wrong, shown = [], 0

    for address in (address for address, whole in pages.items() if whole):
        page.goto(address)
        ran, stopped, there = page.evaluate(FOUND)
        shown += there
        if ran or stopped or traces:
            wrong.append((address, ran, stopped, list(traces)))
    for address in pages:
        page.goto("/account/")
        page.evaluate(SWAP, address)
        ran, stopped, there = page.evaluate(FOUND)
        shown += there
        if ran or stopped or traces:
            wrong.append((f"fragment {address}", ran, stopped, list(traces)))

    assert len(pages) > 60
    assert shown > 60
    assert wrong == []


@pytest.mark.parametrize("bypass", [False, True], ids=["stopped by the policy", "run without it"])
def test_a_script_that_came_through_would_be_seen(browser, live_server, planted, bypass):
    session, _ = planted
    context = browser.new_context(base_url=live_server.url, bypass_csp=bypass)
    page = context.new_page()
    trapped(page, session, live_server)
    page.goto("/account/")

    page.evaluate(f"() => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror={HOOK}()>')")
    page.wait_for_function("() => window.__xss || window.__stopped.length")
    ran, stopped, _there = page.evaluate(FOUND)
    context.close()

    assert (ran, bool(stopped)) == (bypass, not bypass)
