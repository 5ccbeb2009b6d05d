# ruff: noqa: E501
"""Rows 13 and 30: PDFs that fetch nothing, uploads that are too much, files that are not what they say."""

import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts
from weasyprint.urls import FatalURLFetchingError, URLFetchingError

from provisionmap.web.pdf import NotOurs, draw, written
from tests.attacks.walking import browser, everything
from tests.factories import LearnerFactory

SECRET = "http://127.0.0.1:9/zqsecret"
CHANNELS = [
    f'<link rel="stylesheet" href="{SECRET}">', f'<link rel="attachment" href="{SECRET}">',
    '<link rel="attachment" href="file:///etc/passwd">', f'<a rel="attachment" href="{SECRET}">a</a>',
    f'<img alt="" src="{SECRET}">', '<img alt="" src="file:///etc/passwd">', '<img alt="" src="//127.0.0.1/zqsecret">',
    f'<img alt="" srcset="{SECRET} 2x">', f'<object data="{SECRET}"></object>', f'<embed src="{SECRET}">',
    f"<style>@import '{SECRET}';</style>", f"<p style=\"background:url('{SECRET}')\">a</p>",
    f"<style>@font-face{{font-family:x;src:url('{SECRET}')}}p{{font-family:x}}</style><p>a</p>",
    f"<style>li{{list-style-image:url('{SECRET}')}}</style><ul><li>a</ul>", f"<p style=\"content:url('{SECRET}')\">a</p>",
    f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{SECRET}" width="9" height="9"/></svg>',
    "<img alt='' src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>\">",
    '<base href="file:///etc/"><img alt="" src="passwd">', '<img alt="" src="\\\\127.0.0.1\\share\\x.png">',
]  # fmt: skip


@pytest.mark.parametrize("channel", CHANNELS, ids=range(len(CHANNELS)))
def test_nothing_is_fetched_whichever_way_a_page_asks(channel):
    refusal, pdf = None, b""
    disable_socket()
    try:
        pdf = written(draw(f'<html lang="en"><title>t</title><body>{channel}'))
    except (NotOurs, URLFetchingError, FatalURLFetchingError) as refused:
        refusal = refused
    finally:
        enable_socket()
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)

    # Ours must be what refused it: a socket that was closed to the test proves nothing of the product.
    assert refusal is None or NotOurs in {type(refusal), type(refusal.__cause__), type(refusal.__context__)}
    assert [word for word in (b"root:x", b"/EmbeddedFile", b"x()") if word in pdf] == []


@pytest.mark.parametrize("payload", CHANNELS[:4] + CHANNELS[10:11], ids=range(5))
def test_a_passport_with_markup_in_it_prints_it_as_words(world, payload):
    world.own.passport.helps = payload
    world.own.passport.save()
    pk = world.own.learner.pk

    answer = browser(world).get(reverse("learners:passport-pdf", args=[pk]))

    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert b"/EmbeddedFile" not in answer.content


UPLOADS = ("learners:import", "interventions:map-import", "school:calendar-import")
NAMES = [
    "../../etc/passwd",
    "a\0b.csv",
    "n" * 300 + ".csv",
    "\u202evsc.exe",
    "CON",
    "C:\\x.csv",
    "'; DROP.csv",
    "<script>.csv",
]
BODIES = {
    "a program": b"MZ\x90\x00" + b"\0" * 400,
    "a PDF": b"%PDF-1.7\n" + b"x" * 400,
    "a PDF that is a page too": b"%PDF-1.7\n<html><script>alert(1)</script>",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 400,
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a document type": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "half a workbook": b"PK\x03\x04" + b"\0" * 400,
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 400,
    "nothing": b"",
    "eleven megabytes": b"x" * (11 * 1024 * 1024),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("name", UPLOADS)
def test_what_is_no_list_is_refused_in_words_and_leaves_nothing(world, settings, name, body):
    before, folder = everything(), sorted(settings.DATA_DIR.rglob("*"))

    answer = browser(world).post(reverse(name), {"file": SimpleUploadedFile("list.xlsx", body)})

    assert answer.status_code in {413, 422}
    assert "root:x" not in answer.text
    assert everything() == before
    assert sorted(settings.DATA_DIR.rglob("*")) == folder


@pytest.mark.parametrize("given", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("name", UPLOADS[:2])
def test_no_name_of_a_file_breaks_anything_or_leads_anywhere(world, settings, name, given):
    folder = sorted(settings.DATA_DIR.rglob("*"))

    answer = browser(world).post(reverse(name), {"file": SimpleUploadedFile(given, b"UPN,Surname\n,x\n")})

    assert answer.status_code < 500
    assert sorted(settings.DATA_DIR.rglob("*")) == folder


def test_ten_thousand_fields_are_refused(world):
    before = everything()

    answer = browser(world).post(reverse("school:details"), {f"f{at}": "x" for at in range(10_000)})

    assert answer.status_code == 400
    assert everything() == before


def test_no_line_of_the_log_holds_what_was_typed_or_sent(world, caplog):
    """Row 36: what was searched for, saved wrongly and sent as a file stands in no line."""
    LearnerFactory(school=world.school, upn="A801200001001")
    with caplog.at_level(logging.INFO):
        client = browser(world)
        client.post(reverse("learners:register"), {"q": "Zqcanary", "text": "Zqcanary"})
        client.get(reverse("learners:register"), {"q": "Zqcanary"})
        client.post(reverse("learners:add"), {"forename": "Zqcanary", "surname": "", "upn": "A801200001001"})
        client.post(reverse("learners:import"), {"file": SimpleUploadedFile("Zqcanary.xlsx", b"PK\x03\x04Zqcanary")})
        client.get("/Zqcanary/")

    formatter = next(one for one in logging.getLogger().handlers if type(one.formatter).__name__ == "JsonFormatter")
    lines = [formatter.format(record) for record in caplog.records]
    assert len(lines) >= 5
    assert [line for line in lines if "Zqcanary" in line or "A801200001001" in line] == []
