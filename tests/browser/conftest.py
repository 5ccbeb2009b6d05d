"""A real browser against a live server. A console error or a request to another host fails the test."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import sync_playwright

from provisionmap.school.roles import Role
from tests.factories import member

# The browser's driver keeps an event loop on the test's thread, where Django would refuse to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PASSWORD = "oakfield-is-not-real"
# Answers of ours with both versions, or with what to mend, and a connection a test has cut: Chromium reports them too.
REPORTS = ("Failed to load resource", "htmx:", "Response Status Error")
ANSWERED = ("401", "409", "422", "ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")


@pytest.fixture(autouse=True)
def clock():
    """Real time: a browser cannot travel."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory):
    """SQLite in a file, as the product keeps it: threads that share one connection in memory lock each other out."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "test.sqlite3")


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, live_server):
    """Makes pages of a new browser; at the end none may have complained or asked another host."""
    troubles, contexts = [], []

    def heard(message):
        expected = message.text.startswith(REPORTS) and any(one in message.text for one in ANSWERED)
        if message.type in ("error", "warning") and not expected:
            troubles.append(message.text)

    def asked(request):
        if urlsplit(request.url).netloc not in ("", urlsplit(live_server.url).netloc):
            troubles.append(f"another host: {request.url}")

    def made(**options):
        usual = {"base_url": live_server.url, "locale": "en-GB", "viewport": {"width": 1440, "height": 900}}
        context = browser.new_context(**usual | options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", asked)
        return page

    yield made
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def senco(transactional_db):
    """A SENCO with a password; `.school` is her school."""
    return with_password(member(Role.SENCO))


def with_password(user):
    """Give `user` the password that `sign_in` types."""
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(page, user, to="/map/"):
    """Sign in as a person does, and open `to`; without it, stay where one lands."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    if to:
        page.goto(to)
