"""Microsoft and Google: there where the environment names them, with what protects the way there."""

import json
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from provisionmap.school.sign_in.adapters import Outside
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.sign_in.outside import providers

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


def test_a_directory_opens_no_account_by_an_address(db):
    outside = Outside(RequestFactory().get("/"))

    assert outside.is_open_for_signup(RequestFactory().get("/"), None) is False
    assert outside.can_authenticate_by_email(None, "senco@oakfield.example") is False


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
