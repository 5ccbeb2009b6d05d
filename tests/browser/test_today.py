"""Logging on a phone: a tap a session, without a network, through a closed browser, from two devices."""

import re
import shutil
from datetime import time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from interventions.actions.grants import sync_grants
from interventions.models import Attendance, Entry, Session
from provisionmap.school.roles import Role
from tests.browser.conftest import sign_in, with_password
from tests.browser.test_terms import RULES
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SlotFactory,
    TermFactory,
    member,
)

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "en-GB"}
NAMES = [f"Group {letter}" for letter in "ABCDEF"]


def last_school_day():
    """The last weekday before today: nobody said anything about it yet."""
    day = timezone.localdate() - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


@pytest.fixture
def phone(transactional_db):
    """An assistant who delivers six groups of two learners, all on the last school day."""
    day = last_school_day()
    assistant = with_password(member(Role.TEACHING_ASSISTANT))
    school = assistant.memberships.get().school
    year = AcademicYearFactory(school=school, name="now", starts=day - timedelta(90), ends=day + timedelta(90))
    TermFactory(year=year, starts=day - timedelta(60), ends=day + timedelta(60), half_term_starts=None,
                half_term_ends=None)  # fmt: skip
    for place, name in enumerate(NAMES):
        provision = ProvisionFactory(school=school, name=name, starts=day - timedelta(30), ends=day + timedelta(30))
        for surname in ("Adeyemi", "Bright"):
            learner = LearnerFactory(school=school, forename="Zara", surname=f"{surname}{name[-1]}")
            PlacementFactory(provision=provision, learner=learner, starts=provision.starts, ends=provision.ends)
        SlotFactory(provision=provision, weekday=day.weekday(), at=time(9 + place), minutes=20, starts=day, ends=day)
        DelivererFactory(provision=provision, user=assistant)
        sync_grants([provision.pk])
    return assistant


@pytest.fixture
def device(browser, live_server, tmp_path):
    """Opens a phone whose disk outlives its browser; called again it is the same phone."""
    opened = []

    def made(name="phone", cookies=()):
        context = browser.browser_type.launch_persistent_context(
            tmp_path / name, executable_path=shutil.which("chromium"), args=["--no-sandbox"],
            base_url=live_server.url, **PHONE,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        context.add_cookies(list(cookies))
        opened.append(context)
        return context, context.pages[0]

    yield made
    for context in opened:
        context.close()


def ready(page):
    """Wait until the page has kept what it needs."""
    expect(page.locator("#today[data-ready]")).to_be_visible()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")


def card(page, name):
    return page.get_by_role("article", name=name)


def log_all(page, names=NAMES):
    """One tap a card."""
    for name in names:
        card(page, name).get_by_role("button", name="All present, as planned").tap()
        expect(card(page, name).get_by_text("waiting to be sent")).to_be_visible()


def sent(count=6):
    """Wait until the server has them."""
    for _ in range(100):
        if Entry.objects.count() >= count:
            break
        expect_nothing = timezone.now() + timedelta(milliseconds=150)
        while timezone.now() < expect_nothing:
            pass
    return list(Entry.objects.order_by("pk").values_list("session__provision__name", flat=True))


def test_one_tap_logs_a_group_and_two_a_group_with_one_absence(visit, phone):
    page = visit(**PHONE)
    sign_in(page, phone, "/today/")
    ready(page)
    assert Axe().run(page, options=RULES).violations_count == 0

    card(page, "Group A").get_by_role("button", name="All present, as planned").tap()
    expect(card(page, "Group A").get_by_text("Delivered, 2 of 2 present", exact=True)).to_be_visible()
    card(page, "Group B").get_by_text("Zara BrightB").first.tap()
    card(page, "Group B").get_by_role("button", name="Log: 1 of 2 present").tap()
    expect(card(page, "Group B").get_by_text("Delivered, 1 of 2 present", exact=True)).to_be_visible()

    assert sent(2) == ["Group A", "Group B"]
    assert Attendance.objects.filter(outcome="present").count() == 3
    assert Attendance.objects.get(outcome="learner_absent").learner.surname == "BrightB"


def test_six_sessions_logged_offline_survive_a_closed_browser(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    page.reload()
    ready(page)
    context.set_offline(True)
    log_all(page)
    expect(page.get_by_text("6 entries wait on this device to be sent.")).to_be_visible()
    before = timezone.now()
    cookies = context.cookies()
    context.close()

    context, page = device(cookies=cookies)
    context.set_offline(True)
    page.goto("/today/")
    expect(page.get_by_text("6 entries wait on this device to be sent.")).to_be_visible()
    expect(card(page, "Group A").locator("span", has_text="Z.A.")).to_have_count(1)
    assert "AdeyemiA" not in page.content()
    assert Entry.objects.count() == 0
    context.set_offline(False)

    assert sent() == NAMES
    assert Session.objects.filter(state="delivered").count() == 6
    assert Attendance.objects.count() == 12
    made = list(Entry.objects.order_by("pk").values_list("made_at", flat=True))
    assert made == sorted(made)
    assert made[-1] <= before
    expect(page).to_have_url(re.compile(r"/today/$"))
    expect(page.locator("#waiting")).to_be_hidden()


def test_a_sign_in_that_ended_meanwhile_is_asked_for_and_then_they_are_sent(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    page.reload()
    ready(page)
    context.set_offline(True)
    log_all(page)
    context.close()  # and with it the session

    context, page = device()
    context.set_offline(True)
    page.goto("/today/")
    expect(page.get_by_text("6 entries wait on this device to be sent.")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("Your sign-in has ended. 6 entries wait")).to_be_visible()
    assert Entry.objects.count() == 0
    page.get_by_role("link", name="Sign in to send").tap()
    page.get_by_label("E-mail").fill(phone.email)
    page.get_by_label("Password", exact=True).fill("oakfield-is-not-real")
    page.get_by_role("button", name="Sign in", exact=True).click()

    assert sent() == NAMES
    assert Attendance.objects.count() == 12


def test_the_same_queue_sent_twice_and_from_two_devices_counts_once(device, phone, tmp_path):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    page.reload()
    ready(page)
    context.set_offline(True)
    log_all(page)
    cookies = context.cookies()
    context.close()
    shutil.copytree(tmp_path / "phone", tmp_path / "copy")  # the same queue on another device

    for name in ("phone", "copy", "phone"):
        context, page = device(name, cookies=cookies)
        page.goto("/today/")
        assert sent() == NAMES
        expect(page.locator("#waiting")).to_be_hidden()
        context.close()

    assert Entry.objects.count() == 6
    assert Attendance.objects.count() == 12


def test_what_somebody_else_said_meanwhile_is_shown_beside_it(device, visit, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    context.set_offline(True)
    log_all(page, NAMES[:1])
    other = visit()
    senco = with_password(member(Role.SENCO, phone.memberships.get().school))
    sign_in(other, senco, f"/today/?whose=all&on={last_school_day():%Y-%m-%d}")
    other.get_by_role("article", name="Group A").get_by_label("Zara AdeyemiA").first.uncheck()
    other.get_by_role("article", name="Group A").get_by_role("button", name="Log: 1 of 2 present").click()
    expect(other.get_by_text("Delivered, 1 of 2 present", exact=True)).to_be_visible()
    context.set_offline(False)

    expect(card(page, "Group A").get_by_text(f"{senco.name} logged this at")).to_be_visible()
    assert Attendance.objects.filter(outcome="present").count() == 1
    card(page, "Group A").get_by_role("button", name="Use mine").tap()
    expect(card(page, "Group A").get_by_role("alert")).to_be_hidden()
    assert sent(2) == ["Group A", "Group A"]
    assert Attendance.objects.filter(outcome="present").count() == 2
    assert Entry.objects.count() == 2


def test_nothing_is_kept_after_signing_out(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    context.set_offline(True)
    log_all(page, NAMES[:1])
    context.set_offline(False)
    assert sent(1) == NAMES[:1]
    page.reload()
    ready(page)
    page.locator("details.who summary").tap()
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_label("E-mail")).to_be_visible()

    assert page.evaluate("() => indexedDB.databases().then((all) => all.length)") == 0
    assert page.evaluate("() => navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
