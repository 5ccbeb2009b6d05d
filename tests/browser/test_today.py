"""Logging on a phone: a tap a session, without a network, through a closed browser, from two devices."""

import re
import shutil
from datetime import datetime, time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session as WebSession
from django.utils import timezone
from playwright.sync_api import expect

from interventions.actions.grants import sync_grants
from interventions.models import Attendance, Deliverer, Entry, Session, Slot
from provisionmap.school.roles import Role
from tests.browser.conftest import PASSWORD, sign_in, with_password
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
    """Opens a phone whose disk outlives its browser; called again it is the same phone. No script may fail on it."""
    opened, troubles = [], []

    def made(name="phone", cookies=()):
        context = browser.browser_type.launch_persistent_context(
            tmp_path / name, executable_path=shutil.which("chromium"), args=["--no-sandbox"],
            base_url=live_server.url, **PHONE,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        context.add_cookies(list(cookies))
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        opened.append(context)
        return context, context.pages[0]

    yield made
    for context in opened:
        context.close()
    assert troubles == []


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


def test_what_somebody_else_said_meanwhile_is_shown_beside_the_last_of_what_was_typed(device, visit, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    context.set_offline(True)
    log_all(page, NAMES[:1])
    card(page, "Group A").get_by_text("Change", exact=True).first.tap()
    card(page, "Group A").get_by_text("Zara BrightA").first.tap()
    card(page, "Group A").get_by_role("button", name="Log: 1 of 2 present").tap()
    expect(page.get_by_text("2 entries wait on this device to be sent.")).to_be_visible()
    other = visit()
    senco = with_password(member(Role.SENCO, phone.memberships.get().school))
    sign_in(other, senco, f"/today/?whose=all&on={last_school_day():%Y-%m-%d}")
    other.get_by_role("article", name="Group A").get_by_label("Zara AdeyemiA").first.uncheck()
    other.get_by_role("article", name="Group A").get_by_label("Zara BrightA").first.uncheck()
    other.get_by_role("article", name="Group A").get_by_role("button", name="Log: 0 of 2 present").click()
    expect(other.get_by_text("Nobody was there", exact=True)).to_be_visible()
    context.set_offline(False)

    both = f"{senco.name} logged this at", "nobody was there.", "You said: "
    for words in (*both, "delivered, 1 of 2 present. Nothing is lost: choose."):
        expect(card(page, "Group A").get_by_role("alert")).to_contain_text(words)
    page.reload()  # and now it is not among those still to log: there is no card for it
    told = page.locator("#waiting .apart")
    for words in ("Group A, ", *both, "Delivered, 1 of 2 present."):
        expect(told).to_contain_text(words)
    assert Attendance.objects.filter(outcome="present").count() == 0
    told.get_by_role("button", name="Use mine").tap()
    assert sent(2) == ["Group A", "Group A"]
    expect(page.locator("#waiting")).to_be_hidden()
    assert Attendance.objects.get(outcome="present").learner.surname == "AdeyemiA"
    assert Entry.objects.count() == 2


def test_what_the_server_will_not_take_is_told_and_does_not_stop_the_rest(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    answers = {Slot.objects.get(provision__name=name).pk: status for name, status in
               (("Group A", 500), ("Group B", 425), ("Group C", 403))}  # fmt: skip

    def answer(route):
        status = answers.get(int(re.search(r"key=slot\.(\d+)\.", route.request.post_data)[1]))
        route.fulfill(status=status, json={"errors": {"form": "Early."}}) if status == 425 else (
            route.fulfill(status=status, body="no") if status else route.continue_()
        )

    context.route("**/today/log/", answer)
    for name in NAMES[:4]:
        card(page, name).get_by_role("button", name="All present, as planned").tap()
        expect(page.get_by_role("button", name="Send now")).to_be_visible()
    page.get_by_role("button", name="Send now").tap()

    expect(card(page, "Group D").get_by_text("Delivered, 2 of 2 present", exact=True)).to_be_visible()
    assert sent(1) == ["Group D"]
    expect(card(page, "Group A").get_by_text("the server can't take it now")).to_be_visible()
    expect(card(page, "Group B").get_by_text("what it amends has not arrived")).to_be_visible()
    expect(card(page, "Group C").get_by_text("You may not log this session any more.")).to_be_visible()
    expect(page.locator("#waiting")).to_contain_text("2 entries wait on this device to be sent.")
    expect(page.get_by_role("button", name="Send now")).to_be_visible()
    context.unroute("**/today/log/")
    page.get_by_role("button", name="Send now").tap()
    assert sent(3) == ["Group D", "Group A", "Group B"]

    gone = Deliverer.objects.get(provision__name="Group C")
    gone.delete()
    sync_grants([gone.provision_id])
    page.reload()
    ready(page)
    expect(card(page, "Group C")).to_have_count(0)
    told = page.locator("#waiting .apart")
    expect(told).to_contain_text(re.compile(r"Group C, .* 11:00 could not be taken\. You may not log this session"))
    expect(told).to_contain_text("You said: Delivered, 2 of 2 present")
    page.once("dialog", lambda dialog: dialog.dismiss())
    told.get_by_role("button", name="Leave it").tap()
    expect(told).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    told.get_by_role("button", name="Leave it").tap()
    expect(page.locator("#waiting")).to_be_hidden()


AGE = """async (which) => {
  const db = await new Promise((ok) => {
    const asked = indexedDB.open("today", 1);
    asked.onsuccess = () => ok(asked.result);
  });
  for (const name of which) await new Promise((ok) => {
    const change = db.transaction(name, "readwrite"), store = change.objectStore(name);
    store.openCursor().onsuccess = ({ target: { result: at } }) => {
      if (!at) return;
      at.update({ ...at.value, at: at.value.at - 3 * 24 * 3600 * 1000 });
      at.continue();
    };
    change.oncomplete = ok;
  });
}"""
LEFT = """async () => {
  const db = await new Promise((ok) => {
    const asked = indexedDB.open("today", 1);
    asked.onsuccess = () => ok(asked.result);
  });
  const count = (name) => new Promise((ok) => {
    const asked = db.transaction(name).objectStore(name).count();
    asked.onsuccess = () => ok(asked.result);
  });
  return [await count("keys"), await count("pages"), await count("queue")];
}"""
BROKEN_TURN = """async (user) => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...all) {
    if (this.name === "queue") throw new Error("full");
    return put.apply(this, all);
  };
  const failed = await window.todayStore.unlock(user, btoa("k".repeat(32))).then(() => false, () => true);
  IDBObjectStore.prototype.put = put;
  return [failed, (await window.todayStore.waiting()).filter((one) => one.said).length];
}"""


def test_what_a_phone_keeps_is_kept_on_every_page_and_for_a_day(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    page.goto(f"/today/?on={last_school_day():%Y-%m-%d}")
    expect(page.locator("#today[data-ready]")).to_have_attribute("data-ready", "kept")
    context.set_offline(True)
    log_all(page, NAMES[:1])
    page.goto("about:blank")
    context.set_offline(False)
    page.goto("/today/")
    assert sent(1) == ["Group A"]

    context.set_offline(True)
    log_all(page, ["Group B"])
    page.evaluate(AGE, ["keys"])
    assert page.evaluate(BROKEN_TURN, phone.pk) == [True, 1]
    page.evaluate(AGE, ["pages", "queue"])
    log_all(page, ["Group C"])
    page.goto("/today/")
    bar = page.locator("#waiting")
    expect(bar).to_contain_text("1 entry waits on this device to be sent.")
    expect(bar).to_contain_text(
        re.compile(r"1 entry older than a day had to be removed\. Log again: Group B, .* 10:00\.")
    )
    expect(page.locator("#cards")).to_contain_text("Nothing is kept on this device.")
    assert page.evaluate(LEFT) == [1, 0, 1]
    context.set_offline(False)
    assert sent(2) == ["Group A", "Group C"]
    expect(page.locator("#today[data-ready=kept][data-kept]")).to_be_visible()
    expect(card(page, "Group B").get_by_role("button", name="All present, as planned")).to_be_visible()

    context.set_offline(True)
    log_all(page, ["Group D"])
    page.evaluate(AGE, ["keys", "pages", "queue"])
    page.goto("/today/")
    expect(bar).to_contain_text("Log again: Group D, ")
    assert page.evaluate(LEFT) == [0, 0, 0]


def test_on_a_shared_computer_the_page_has_to_stay_open_and_says_so(visit, phone):
    page = visit(**PHONE)
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(phone.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Other people use this computer").check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    page.goto("/today/")
    expect(page.locator("#today[data-ready=here]")).to_be_visible()
    page.context.set_offline(True)
    log_all(page, NAMES[:1])
    expect(page.locator("#waiting")).to_contain_text(
        "This is a shared computer: keep this page open until they are sent."
    )
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]

    WebSession.objects.all().delete()
    page.context.set_offline(False)
    link = page.locator("#waiting a", has_text="Sign in to send")
    expect(link).to_have_attribute("target", "_blank")
    other = page.context.new_page()
    other.goto(link.get_attribute("href"))
    other.get_by_label("E-mail").fill(phone.email)
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.get_by_role("button", name="Sign in", exact=True).click()
    assert sent(1) == NAMES[:1]
    expect(page.locator("#waiting")).to_be_hidden()


def test_who_opens_today_after_somebody_else_is_told_what_was_removed(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    context.set_offline(True)
    log_all(page, NAMES[:2])
    page.goto("about:blank")
    context.clear_cookies()
    context.set_offline(False)
    other = with_password(member(Role.TEACHING_ASSISTANT, phone.memberships.get().school))
    sign_in(page, other, None)  # an assistant lands on Today

    told = "2 entries of somebody else waited here and had to be removed"
    expect(page.locator("#waiting")).to_contain_text(told)
    assert page.evaluate(LEFT) == [1, 1, 0]
    assert Entry.objects.count() == 0


def add_session(page, name, at):
    """Log a session of `name` that no timetable plans, from the card that stands for it."""
    spare = page.locator("[data-new]:not([data-added])").filter(has=page.get_by_role("heading", name=name))
    if spare.get_by_text("Log it", exact=True).is_visible() and not spare.get_by_label("Time").is_visible():
        spare.get_by_text("Log it", exact=True).tap()
    spare.get_by_label("Time").fill(at)
    spare.get_by_role("button", name="All present, as planned").tap()


def test_a_session_that_no_timetable_plans_is_added_offline_and_each_is_one_of_its_own(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    assert Axe().run(page, options=RULES).violations_count == 0
    page.reload()
    ready(page)
    context.set_offline(True)
    page.goto("/today/")
    for at in ("06:15", "06:45"):
        page.get_by_text("Add a session", exact=True).tap()
        add_session(page, "Group A", at)
    added = page.locator("[data-added]")
    expect(added).to_have_count(2)
    expect(added.nth(1)).to_contain_text("06:45")
    expect(added.nth(1)).to_contain_text("Delivered, 2 of 2 present · waiting to be sent")
    page.goto("/today/")
    expect(page.locator("[data-added]")).to_have_count(2)
    assert Axe().run(page, options=RULES).violations_count == 0
    late = re.compile(r".*at=06%3A45.*")
    context.route("**/today/log/", lambda route: route.fulfill(
        status=422, json={"errors": {"form": "The hall was shut."}, "theirs": None}
    ) if late.match(route.request.post_data) else route.continue_())  # fmt: skip
    context.set_offline(False)

    mended = page.locator("[data-added]").nth(1)
    expect(mended.get_by_role("alert")).to_contain_text("The hall was shut.")
    assert sent(1) == ["Group A"]
    expect(mended.get_by_label("Time")).to_have_value("06:45")
    mended.get_by_label("Time").fill("06:50")
    context.unroute("**/today/log/")
    mended.get_by_role("button", name="All present, as planned").tap()
    assert sent(2) == ["Group A", "Group A"]
    expect(page.locator('[data-card^="session-"][data-logged]')).to_have_count(2)
    page.goto(f"/today/add/?provision={Deliverer.objects.get(provision__name='Group B').provision_id}")
    expect(page.locator("#today[data-ready=kept]")).to_be_visible()
    add_session(page, "Group B", "07:00")
    expect(page.locator("[data-added]").get_by_text("Delivered, 2 of 2 present", exact=True)).to_be_visible()
    assert sorted(f"{one:%H:%M}" for one in Session.objects.filter(extra=True).values_list("at", flat=True)) == [
        "06:15", "06:50", "07:00"
    ]  # fmt: skip


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


def test_a_session_that_has_not_begun_is_called_off_alone_until_its_time_comes(device, phone):
    provision = Deliverer.objects.get(provision__name="Group A").provision
    today = timezone.localdate()
    made = {"provision": provision, "on": today, "minutes": 20, "tier": 2, "area": provision.area, "extra": True}
    Session.objects.create(school=provision.school, at=time(23, 59), **made)
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    coming = page.locator('[data-card^="session-"]')
    for offline in (False, True):
        if offline:
            context.set_offline(True)
            page.goto("/today/")
        expect(coming.get_by_text("Begins at 23:59", exact=True)).to_be_visible()
        expect(coming.get_by_role("button")).to_have_count(0)
        coming.get_by_text("It will not take place", exact=True).tap()
        expect(coming.get_by_role("button", name="Log: it will not take place", exact=True)).to_be_visible()
        assert Axe().run(page, options=RULES).violations_count == 0

    page.clock.set_system_time(timezone.make_aware(datetime.combine(today, time(23, 45))))
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(coming.get_by_role("button", name="All present, as planned")).to_be_enabled()
    expect(coming.get_by_text("Begins at 23:59", exact=True)).to_be_hidden()
    expect(coming.get_by_text("It was not delivered", exact=True)).to_be_visible()


def test_called_off_without_a_reason_is_asked_for_it_beside_the_reasons_without_a_round_trip(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    context.set_offline(True)
    one = card(page, "Group A")
    one.get_by_text("It was not delivered", exact=True).tap()
    one.get_by_role("button", name="Log: not delivered").tap()

    first = one.get_by_role("radio").first
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    expect(one.get_by_text("Say why it was not delivered.", exact=True)).to_be_in_viewport()
    expect(first).to_have_accessible_description("Say why it was not delivered.")
    assert Axe().run(page, options=RULES).violations_count == 0
    one.get_by_role("radio", name="No room").check()
    expect(one.get_by_text("Say why it was not delivered.", exact=True)).to_have_count(0)
    one.get_by_role("button", name="Log: not delivered").tap()
    expect(one.get_by_text("waiting to be sent")).to_be_visible()


def test_what_is_left_counts_down_and_a_session_taken_back_is_asked_for_again(visit, phone):
    page = visit(**PHONE)
    sign_in(page, phone, "/today/")
    ready(page)
    late = page.get_by_role("heading", name="Still to log")
    expect(late).to_have_text("Still to log 6")
    one = card(page, "Group A")
    one.get_by_role("button", name="All present, as planned").tap()
    expect(late).to_have_text("Still to log 5")
    expect(one.get_by_text("Delivered, 2 of 2 present", exact=True)).to_be_visible()

    one.get_by_text("Change", exact=True).tap()
    one.get_by_role("button", name="Take it back").tap()
    expect(one.get_by_text("Taken back: nothing is said about this session now", exact=True)).to_be_visible()
    expect(late).to_have_text("Still to log 6")
    expect(one.get_by_role("button", name="Take it back")).to_be_hidden()
    one.get_by_role("button", name="All present, as planned").tap()
    expect(one.get_by_text("Delivered, 2 of 2 present", exact=True)).to_be_visible()
    expect(late).to_have_text("Still to log 5")
    assert Session.objects.get().state == "delivered"
    assert sent(3) == ["Group A"] * 3


def test_signing_out_without_a_connection_is_refused_and_removes_nothing(device, phone):
    context, page = device()
    sign_in(page, phone, "/today/")
    ready(page)
    context.set_offline(True)
    page.locator("details.who summary").tap()
    page.get_by_role("button", name="Sign out").tap()
    expect(page.get_by_text("You can't sign out without a connection.", exact=True)).to_be_visible()
    page.locator("details.who summary").tap()
    log_all(page, NAMES[:1])
    page.locator("details.who summary").tap()
    page.get_by_role("button", name="Sign out").tap()

    expect(page.get_by_text("You can't sign out without a connection. 1 entry waits.", exact=True)).to_be_visible()
    expect(page.get_by_text("1 entry waits on this device to be sent.")).to_be_visible()
    context.set_offline(False)
    assert sent(1) == NAMES[:1]


def test_a_session_is_added_as_begun_just_now_and_logged_below_its_minutes(visit, phone):
    page = visit(**PHONE)
    sign_in(page, phone, "/today/add/")
    ready(page)
    page.get_by_label("Provision").select_option(label="Group B")
    button = page.get_by_role("button", name="All present, as planned")
    expect(button).to_be_in_viewport()
    at = page.get_by_label("Time").input_value()
    assert re.fullmatch(r"[0-2][0-9]:[0-5][05]", at)
    page.goto("/today/")
    ready(page)
    page.clock.set_system_time(timezone.make_aware(datetime.combine(timezone.localdate(), time(11, 59))))
    page.get_by_text("Add a session", exact=True).tap()
    new = page.locator("[data-new]").filter(has=page.get_by_role("heading", name="Group A"))
    new.get_by_text("Log it", exact=True).tap()
    expect(new.get_by_label("Time")).to_have_value("11:55")

    one = page.locator('[data-card^="slot-"]').filter(has=page.get_by_role("heading", name="Group A"))
    one.get_by_text("Minutes, notes and more", exact=True).tap()
    one.get_by_label("Minutes it took").fill("15")
    expect(one.get_by_role("button", name="All present", exact=True)).to_be_visible()
    assert Axe().run(page, options=RULES).violations_count == 0
    one.get_by_role("button", name="Log with this").tap()
    expect(one.get_by_text("Delivered, 2 of 2 present, 15 minutes", exact=True)).to_be_visible()
