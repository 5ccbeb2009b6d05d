"""Row 29: the headers of every answer, and a production that does not start unsafely."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from tests.attacks.walking import addresses, browser
from tests.factories import LearnerFactory
from tests.matrix.test_matrix import put_back

ROOT = Path(__file__).resolve().parent.parent.parent
MANAGE = [sys.executable, "manage.py"]
CSP = {
    "default-src 'none'", "img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "form-action 'self'",
    "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "manifest-src 'self'", "worker-src 'self'",
    "report-uri /csp/",
}  # fmt: skip
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TELLING = ("Server", "X-Powered-By", "Via")


def faults(answer):
    """What is wrong with the headers of an answer."""
    found = [name for name, value in FIXED.items() if answer.headers.get(name) != value]
    found += [] if "no-store" in answer.headers.get("Cache-Control", "") else ["Cache-Control"]
    found += [name for name in TELLING if name in answer.headers]
    found += [] if {"HX-Request", "Cookie"} <= set(re.split(r",\s*", answer.headers.get("Vary", ""))) else ["Vary"]
    policy = set(answer.headers.get("Content-Security-Policy", "").split("; "))
    found += [] if policy >= CSP else ["Content-Security-Policy"]
    loose = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set(" ".join(policy).split())
    return found + sorted(loose)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_every_answer_to_everybody_carries_every_header(world, headers):
    wrong, asked = [], 0
    for name, address, body, _ in addresses(world):
        for client in (browser(world), Client(raise_request_exception=False)):
            for method, data in (("get", None), ("post", body), ("put", None)):
                with put_back():
                    answer = getattr(client, method)(address, data, headers=headers)
                asked += 1
                wrong += [f"{method} {name}: {fault}" for fault in faults(answer)]

    assert asked > 600
    assert sorted(set(wrong)) == []


def test_static_files_carry_the_headers_of_pages(settings, db):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True  # nothing is collected for tests
    answer = Client().get(static("js/session.js"))

    body = b"".join(answer.streaming_content)
    assert (answer.status_code, b"use strict" in body) == (200, True)
    assert set(answer.headers["Content-Security-Policy"].split("; ")) >= CSP
    assert {name: answer.headers.get(name) for name in FIXED} == FIXED
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_message_about_a_child_is_in_no_cookie(client, senco):
    learner = LearnerFactory(school=senco.school, surname="Quillfeather")
    leaving = reverse("learners:leave", args=[learner.pk])

    answer = client.post(leaving, {"left": "2026-11-23", "seen": learner.version})

    assert answer.status_code == 302
    assert "messages" not in client.cookies
    assert "Quillfeather" in client.get(answer.url).text
    assert "Quillfeather" not in str(client.cookies)


def test_what_is_not_there_and_what_cannot_be_read_carry_them_too(client, senco):
    client.raise_request_exception = False

    answers = [client.get("/nothing/"), client.get("/", headers={"host": "evil.example"})]

    assert [(answer.status_code, faults(answer)) for answer in answers] == [(404, []), (400, [])]


def test_a_header_left_out_would_be_seen(client, senco):
    answer = client.get("/settings/")
    assert faults(answer) == []

    del answer.headers["Referrer-Policy"]
    answer.headers["Content-Security-Policy"] += "; style-src 'unsafe-inline'"

    assert faults(answer) == ["Referrer-Policy", "'unsafe-inline'"]


def test_scripts_and_styles_need_our_host_or_a_nonce_of_this_answer(client, senco):
    pages = [client.get("/settings/").headers["Content-Security-Policy"] for _ in range(2)]

    assert all("script-src 'self'" in page and "style-src 'self'" in page for page in pages)


SAFE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "map.school.example",
    "TRUSTED_PROXY_COUNT": "1",
    "REDIS_URL": "redis://:word@127.0.0.1:6379/0",
    "CSRF_TRUSTED_ORIGINS": "https://map.school.example",
}
SHOWN = """
import json, os, django
from django.conf import settings
os.environ["DJANGO_SETTINGS_MODULE"] = "provisionmap.settings"
django.setup()
from django.test import Client
answer = Client(raise_request_exception=False).get("/health/", secure=True, headers={"host": "map.school.example"})
plain = Client().get("/sign-in/", headers={"host": "map.school.example"})
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
         "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SECURE", "DEBUG", "DEVICE_COOKIE_NAME", "CSRF_COOKIE_SAMESITE")
print(json.dumps({"settings": [getattr(settings, name) for name in names],
                  "hsts": answer.headers.get("Strict-Transport-Security"),
                  "plain": [plain.status_code, plain.headers.get("Location")],
                  "asked by a program": Client().get("/health/", headers={"host": "map.school.example"}).status_code}))
"""


def production(command, tmp_path, **changes):
    """`command` under production's settings; the suite's own database and queue stay out of it."""
    usual = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "DEBUG")}
    environment = usual | SAFE | {"DATA_DIR": str(tmp_path)} | changes
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_check_before_a_deployment_finds_nothing(tmp_path):
    done = production([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], tmp_path)

    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stderr


def test_cookies_and_transport_in_production(tmp_path):
    done = production([sys.executable, "-c", SHOWN], tmp_path)

    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    assert shown.pop("asked by a program") in {200, 503}  # told whether all is well, and never sent elsewhere
    assert shown == {
        "settings": ["__Host-sessionid", "__Host-csrftoken", True, True, "Lax", True, False, "__Host-device", "Lax"],
        "hsts": "max-age=31536000; includeSubDomains; preload",
        "plain": [301, "https://map.school.example/sign-in/"],
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"TRUSTED_PROXY_COUNT": "0"}, "TRUSTED_PROXY_COUNT"),
        ({"CSRF_TRUSTED_ORIGINS": "http://map.school.example"}, "CSRF_TRUSTED_ORIGINS"),
        ({"REDIS_URL": "redis://127.0.0.1:6379/0"}, "REDIS_URL"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL"),
        ({"DATABASE_URL": "sqlite://:memory:"}, "DATABASE_URL"),
    ],
)
def test_production_does_not_start_unsafely(tmp_path, change, words):
    done = production([*MANAGE, "check"], tmp_path, **change)

    assert done.returncode != 0
    assert f"Not safe for production. {words}" in done.stderr


def test_a_refusal_does_not_tell_what_the_settings_hold(tmp_path):
    done = production([*MANAGE, "check"], tmp_path, REDIS_URL="redis://secretname@127.0.0.1/0", SECRET_KEY="hush-hush")

    assert "SECRET_KEY" in done.stderr
    assert [
        word for word in ("secretname", "hush-hush") if word in done.stderr.rpartition("ImproperlyConfigured")[2]
    ] == []
