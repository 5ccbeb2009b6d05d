"""Microsoft and Google: there where the environment names them, with what protects the way there."""

import json
import os
import subprocess
import sys
import time
from html import unescape
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from provisionmap import urls
from provisionmap.school.forms.sign_in import NO_MATCH
from provisionmap.school.models import AuditEvent, User
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.sign_in.outside import providers
from provisionmap.school.sign_in.outside import urls as outside_urls

ASK = """
import django, json
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
found = {}
for name in ("microsoft", "google"):
    answer = Client().post(f"/{name}/login/")
    found[name] = [answer.status_code, answer.headers.get("Location", "")]
found["csp"] = Client().get("/health/").headers["Content-Security-Policy"]
print("FOUND" + json.dumps(found))
"""


def test_nothing_is_offered_unless_it_is_named(client, db):
    for name in ("microsoft", "google"):
        assert client.post(f"/{name}/login/").url.startswith("/sign-in/")


def test_the_way_there_is_the_school_s_own_and_cannot_be_forged(tmp_path):
    named = {"MICROSOFT_TENANT": "oakfield.example", "MICROSOFT_CLIENT_ID": "one", "MICROSOFT_CLIENT_SECRET": "two"}
    named |= {"GOOGLE_CLIENT_ID": "three", "GOOGLE_CLIENT_SECRET": "four", "DATA_DIR": str(tmp_path)}
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    settings = {"DJANGO_SETTINGS_MODULE": "provisionmap.settings", "ALLOWED_HOSTS": "localhost,127.0.0.1"}
    code = ASK.replace("Client()", "Client(headers={'host': 'localhost'})")

    done = subprocess.run(
        [sys.executable, "-c", code], env=inherited | named | settings, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr[-1500:]
    found = json.loads(done.stdout.partition("FOUND")[2])
    for name, start in (
        ("microsoft", "https://login.microsoftonline.com/oakfield.example/oauth2/"),
        ("google", "https://accounts.google.com/"),
    ):
        status, where = found[name]
        assert (status, where.startswith(start)) == (302, True)
        assert all(f"{word}=" in where for word in ("state", "code_challenge", "client_id"))
    assert "form-action 'self' https://login.microsoftonline.com https://accounts.google.com" in found["csp"]


@pytest.mark.parametrize(
    ("tenant", "microsoft", "google"),
    [
        ("common", ("a", "b"), ("", "")),
        ("", ("a", "b"), ("", "")),
        ("school.example", ("a", ""), ("", "")),
        ("", ("", ""), ("a", "")),
    ],
)
def test_half_of_it_and_a_door_for_everybody_stop_the_start(tenant, microsoft, google):
    with pytest.raises(ImproperlyConfigured):
        providers(tenant=tenant, microsoft=microsoft, google=google)


@pytest.fixture
def google(settings, monkeypatch):
    """Google, named in the environment, with its addresses; only what it answers our server is made up."""
    settings.SOCIALACCOUNT_PROVIDERS = providers(tenant="", microsoft=("", ""), google=("one", "two"))
    monkeypatch.setitem(registry.provider_map, "google", GoogleProvider)
    named = ModuleType("tests.school.with_google")
    vars(named).update(vars(urls) | {"urlpatterns": [*urls.urlpatterns, *outside_urls()]})
    monkeypatch.setitem(sys.modules, named.__name__, named)
    settings.ROOT_URLCONF = named.__name__


def come_back(client, monkeypatch, *, sub="google-7", **sent):
    """Somebody goes to Google and comes back with Maya's address, which their directory says is theirs."""
    said = {"sub": sub, "email": "maya@oakfield.example", "email_verified": True, "iss": "https://accounts.google.com",
            "aud": "one", "iat": time.time(), "exp": time.time() + 600}  # fmt: skip
    token = {"access_token": "three", "id_token": jwt.encode(said, "their own key, which nobody here knows")}
    monkeypatch.setattr(OAuth2Client, "get_access_token", lambda *asked, **more: token)
    there = client.post("/google/login/", sent)
    [state] = parse_qs(urlsplit(there.url).query)["state"]
    return client.get("/google/login/callback/", {"state": state, "code": "four"})


def test_a_directory_opens_no_account_by_an_address(client, maya, google, monkeypatch):
    for _ in range(2):
        refused = come_back(client, monkeypatch)
        assert (refused.status_code, "_auth_user_id" in client.session) == (200, False)
        assert "not connected to one here" in refused.text
    assert client.get(reverse("socialaccount_signup")).url == reverse("account_login")
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)

    SocialAccount.objects.create(user=maya, provider="google", uid="google-7")

    assert come_back(client, monkeypatch).url == reverse("home")
    assert client.session["_auth_user_id"] == str(maya.pk)


def test_the_second_step_stays_whatever_a_directory_says(client, maya, app, google, monkeypatch):
    SocialAccount.objects.create(user=maya, provider="google", uid="google-7")

    assert come_back(client, monkeypatch).url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_connecting_and_disconnecting_stand_in_the_trail(client, maya, google, monkeypatch, settings):
    settings.SECOND_STEP_OPTIONAL = True
    client.force_login(maya)

    come_back(client, monkeypatch, process="connect")
    account = SocialAccount.objects.get(user=maya)
    client.post(reverse("socialaccount_connections"), {"account": account.pk})

    assert not SocialAccount.objects.exists()
    events = AuditEvent.objects.filter(target_id=maya.pk, verb__endswith="connect").order_by("pk")
    assert [(one.verb, one.changes) for one in events] == [
        ("account.connect", {"directory": [None, "google"]}),
        ("account.disconnect", {"directory": [None, "google"]}),
    ]


@pytest.mark.parametrize(("sent", "shared"), [({"shared": "on"}, True), ({}, False)])
def test_a_shared_computer_is_one_whichever_way_somebody_comes_in(client, maya, google, monkeypatch, sent, shared):
    SocialAccount.objects.create(user=maya, provider="google", uid="google-7")

    come_back(client, monkeypatch, **sent)

    assert (client.session["_auth_user_id"], client.session["shared"]) == (str(maya.pk), shared)
    client.post("/google/login/", {"process": "connect"} | ({} if shared else {"shared": "on"}))
    assert client.session["shared"] is shared


def test_its_button_takes_the_tick_along_without_a_script(client, maya, google):
    page = client.get(reverse("account_login")).text

    assert 'form="sign-in" formaction="/google/login/" formnovalidate' in page
    form = page.partition('<form id="sign-in"')[2].partition("</form>")[0]
    assert 'name="shared"' in form


def test_somebody_switched_off_hears_the_same_from_outside(client, maya, google, monkeypatch):
    SocialAccount.objects.create(user=maya, provider="google", uid="google-7")
    User.objects.filter(pk=maya.pk).update(is_active=False)

    answer = come_back(client, monkeypatch)

    assert answer.url == reverse("account_login")
    assert NO_MATCH in unescape(client.get(answer.url).text)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit Version/18.0 Mobile Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Something (Windows)", "A browser on Windows"),
        ("Firefox", "Firefox"),
        ("", "An unknown browser"),
    ],
)
def test_a_device_is_told_in_words(agent, words):
    assert device_of(agent) == words
