"""From an invitation to a lost phone, and what becomes of typed text when a session ends."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from interventions.models import Provision
from provisionmap.school.actions.account import tokens
from provisionmap.school.roles import Role
from tests.browser.conftest import PASSWORD, sign_in, with_password
from tests.conftest import passed_every_step
from tests.factories import ProvisionFactory, member

pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = "kettle orbit marmalade"
CODE = re.compile(r"^\d{8}$")


@pytest.fixture
def really(stepped):
    """Nobody is taken to have passed a step."""
    user_logged_in.disconnect(passed_every_step)
    cache.clear()


def code_of(secret):
    """What an authenticator app shows now."""
    near = sorted(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, near[len(near) // 2]))


def invited(page):
    """Ann follows her invitation and chooses a password."""
    ann = member(Role.SENCO, name="Ann Bell", email="ann@oakfield.example")
    page.goto(reverse("school:welcome", args=[ann.pk, tokens.make_token(ann)]))
    page.get_by_label("New password").fill(CHOSEN)
    page.get_by_label("The same password again").fill(CHOSEN)
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", name="Set up a second step")).to_be_visible()
    return ann


def by_password(page):
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("ann@oakfield.example")
    page.get_by_label("Password", exact=True).fill(CHOSEN)
    page.get_by_role("button", name="Sign in", exact=True).click()


def out(page):
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_invitation_app_recovery_code(visit, really):
    page = visit()
    invited(page)

    page.get_by_role("link", name="Use an authenticator app").click()
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("code").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = [text for text in page.locator(".codes code").all_inner_texts() if CODE.match(text)]
    assert len(codes) == 10
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_role("link", name="Map")).to_be_visible()
    out(page)

    by_password(page)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("code").fill(codes[3])  # the phone is lost
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Map")).to_be_visible()
    out(page)

    by_password(page)
    page.get_by_label("code").fill(codes[3])
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("That code is not right")).to_be_visible()


def test_a_passkey_opens_without_the_password(visit, really, live_server):
    page = visit()
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": device | {"isUserVerified": True}})
    invited(page)

    page.get_by_role("link", name="Use this device").click()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_role("link", name="Map")).to_be_visible()
    out(page)

    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="Map")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-idle", "1200")
    out(page)

    page.get_by_label("Other people use this computer").check()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("link", name="Map")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-idle", "300")


def writing(page, senco):
    """A provision's page with a note half written."""
    provision = ProvisionFactory(school=senco.school)
    sign_in(page, senco, reverse("interventions:provision-edit", args=[provision.pk]))
    page.locator("[name=note]").fill("She read the whole page alone today.")
    return provision


def again(page, button):
    """Show in another tab who one is."""
    with page.context.expect_page() as opened:
        page.locator("#cover-again").click()
    other = opened.value
    if button == "Sign in":
        other.get_by_label("E-mail").fill(other.context.pages[0].evaluate("() => window.mail"))
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name=button, exact=True).click()
    expect(other.get_by_role("heading", name="You are signed in again")).to_be_visible()
    other.wait_for_load_state()
    other.close()


def test_a_session_that_ends_while_somebody_types_loses_nothing(visit, senco):
    page = visit()
    page.clock.install()
    provision = writing(page, senco)
    page.evaluate("(mail) => { window.mail = mail; }", senco.email)
    page.clock.fast_forward("18:30")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_visible()
    Session.objects.all().delete()  # nobody said so, and the server ended it

    page.clock.fast_forward("05:00")
    cover = page.get_by_role("dialog")
    expect(cover).to_contain_text("You have been signed out")
    expect(page.locator("main")).to_have_attribute("inert", "")
    again(page, "Sign in")
    expect(cover).to_be_hidden()

    assert page.locator("[name=note]").input_value() == "She read the whole page alone today."
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_load_state()
    provision = Provision.objects.get(pk=provision.pk)
    assert (provision.note, provision.version) == ("She read the whole page alone today.", 2)


def test_a_session_that_ends_without_a_connection_loses_nothing_and_saves_once(visit, senco):
    page = visit()
    page.clock.install()
    provision = writing(page, senco)
    page.evaluate("(mail) => { window.mail = mail; }", senco.email)
    before = page.url
    page.context.set_offline(True)
    Session.objects.all().delete()
    page.clock.fast_forward("25:00")

    for _ in range(2):
        page.get_by_role("button", name="Save").first.click()
        expect(page.locator("#status")).to_contain_text("No connection. What you typed is still here")
    assert (page.url, page.locator("[name=note]").input_value()) == (before, "She read the whole page alone today.")

    page.context.set_offline(False)
    expect(page.get_by_role("dialog")).to_contain_text("You have been signed out")
    again(page, "Sign in")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_load_state()

    saved = Provision.objects.get(pk=provision.pk)
    assert (saved.note, saved.version) == ("She read the whole page alone today.", 2)
    assert Provision.history.filter(id=provision.pk, note=saved.note).count() == 1
    out(page)
    assert_nothing_is_left(page)


def test_a_form_long_typed_at_asks_before_it_is_sent_and_loses_nothing(visit, senco):
    page = visit()
    page.clock.install()
    provision = writing(page, senco)
    page.evaluate("(mail) => { window.mail = mail; }", senco.email)
    Session.objects.all().delete()  # as signing out everywhere does
    page.clock.fast_forward("00:30")

    page.get_by_role("button", name="Save").first.click()

    expect(page.get_by_role("dialog")).to_contain_text("You have been signed out")
    again(page, "Sign in")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward("00:30")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url("**/provisions/*/")
    provision = Provision.objects.get(pk=provision.pk)
    assert (provision.note, provision.version) == ("She read the whole page alone today.", 2)


def test_a_part_of_a_page_refused_for_a_session_that_ended_covers_the_page(visit, senco):
    page = visit()
    sign_in(page, senco)
    Session.objects.all().delete()

    page.get_by_placeholder("Find a learner").fill("reading")

    expect(page.get_by_role("dialog")).to_contain_text("You have been signed out")
    assert "/sign-in/" not in page.url


def test_escape_twice_hides_the_screen_until_it_is_known_who_asks(visit, senco):
    page = visit()
    writing(page, senco)

    with page.expect_response("**/session/hide/"):  # the session itself closes after the cover is there
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_contain_text("The screen is hidden")
    assert page.title() == "Provision Map"
    other = page.context.new_page()
    other.goto("/map/")
    expect(other.get_by_role("heading", name="Is it you")).to_be_visible()
    other.close()
    again(page, "Go on")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.locator("[name=note]").input_value() == "She read the whole page alone today."


def assert_nothing_is_left(page):
    """Nothing of the browser's storage holds anything."""
    left = page.evaluate(
        "async () => [Object.values(sessionStorage), localStorage.length, (await indexedDB.databases()).length,"
        " (await caches.keys()).length]"
    )
    # All there is: where the library of fragments thinks it is.
    assert ([one.partition("?")[0] for one in left[0]], *left[1:]) == (["/sign-in/"], 0, 0, 0)


def test_after_signing_out_nothing_is_left_and_back_shows_nothing(visit, senco):
    page = visit()
    sign_in(page, senco)
    page.goto("/learners/")
    out(page)

    page.go_back()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert_nothing_is_left(page)


def test_somebody_else_signing_in_elsewhere_gets_nothing_of_this_page(visit, senco):
    page = visit()
    writing(page, senco)
    head = with_password(member(Role.HEAD, senco.school))
    other = page.context.new_page()
    other.goto("/account/")
    out(other)
    sign_in(other, head, "/signed-in/")

    page.bring_to_front()

    expect(page.locator("[name=note]")).to_have_count(0)
