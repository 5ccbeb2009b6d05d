"""What holds for every answer: it says what it is, lets nobody else's page read it, and offers the way out."""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.attacks.walking import addresses, browser
from tests.matrix.test_matrix import put_back

BEGINS = {b"PK": ("application/vnd.", "application/zip"), b"%PDF": ("application/pdf",)}


def said_wrongly(answer):
    """What of an answer's kind does not fit what is in it."""
    if answer.streaming or not answer.content:
        return ""
    kind = answer.headers.get("Content-Type", "")
    wanted = next((kinds for first, kinds in BEGINS.items() if answer.content.startswith(first)), ("",))
    if not kind or not kind.startswith(wanted):
        return kind or "no kind"
    if answer.content.lstrip().lower().startswith((b"<!doctype", b"<html")) and not kind.startswith("text/html"):
        return kind
    return kind if kind.startswith("text/") and "charset=utf-8" not in kind.lower() else ""


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_every_answer_says_what_it_is_and_no_other_site_may_read_it(world, headers):
    wrong, asked = [], 0
    for name, address, body, _ in addresses(world):
        for method, data in (("get", None), ("post", body)):
            with put_back():
                answer = getattr(browser(world), method)(
                    address, data, headers=headers | {"origin": "https://evil.example"}
                )
            asked += 1
            if fault := said_wrongly(answer):
                wrong.append(f"{method} {name}: {fault}")
            wrong += [f"{method} {name}: {word}" for word in answer.headers if word.startswith("Access-Control-")]

    assert asked > 200
    assert wrong == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!doctype html>", "text/plain; charset=utf-8"),
        (b"words", "text/html"),
        (b"PK\x03\x04", "text/csv; charset=utf-8"),
        (b"%PDF-1.7", ""),
    ],
)
def test_an_answer_that_said_something_else_would_be_seen(content, kind):
    answer = HttpResponse(content)
    answer.headers["Content-Type"] = kind

    assert said_wrongly(answer)


# What a phone keeps for when it is offline: there is no way out without a connection, and nobody is named on it.
FRAME = "interventions:today-offline"


def test_every_page_of_somebody_signed_in_has_the_way_out(world):
    out, without, asked = f'action="{reverse("school:sign-out")}"', [], 0
    for name, address, _, route in addresses(world):
        answer = browser(world).get(address)
        if name == FRAME or route.public or answer.status_code != 200 or b"<html" not in answer.content:
            continue
        asked += 1
        without += [name] if out not in answer.text else []

    assert asked > 50
    assert without == []


@pytest.mark.parametrize("folder", ["/static/", "/static/css/", "/static/js/", "/media/", "/.git/", "/.git/config"])
def test_no_folder_is_listed(world, folder):
    assert browser(world).get(folder).status_code == 404
