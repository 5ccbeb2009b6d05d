"""One file through the pages of both imports, as a browser sends it: never an error page, whatever the file."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from drills.checksum import statements
from drills.files import File
from drills.reading import WAITING, Reading, note_writes
from provisionmap.school.models import User
from provisionmap.school.today import today

START = {"list": "learners:import", "map": "interventions:map-import"}
PREVIEW = {"list": "learners:import-preview", "map": "interventions:map-import-check"}
SENT = {"list": {"do": "leave-all"}, "map": {"area-all": "semh", "tier-all": "2", "create": "1"}}
TOLD = re.compile(r'class="field-error"[^>]*>\s*<p>[^<]{10,}[.?:][^<]{5,}</p>')  # why, and what to do
EXPECTED = (200, 302, 422)


class Unexpected(Exception):
    """An answer that no page should give; the text says which."""


def signed_in(user: User) -> Client:
    """A browser of `user`."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def through_pages(file: File, client: Client) -> list[dict[str, Any]]:
    """What the pages of both imports answer."""
    done = []
    for which in START:
        reading, seen = Reading(which), []
        with statements(seen):
            _walk(which, file, client, reading)
        waits = WAITING[which] if reading.found["ended"] == "preview" else set()
        note_writes(reading, seen, {"django_session", *waits})
        done.append({**reading.found, "pages": True, "number": file.number, "kind": file.kind, "done": list(file.done)})
    return done


def _walk(which: str, file: File, client: Client, reading: Reading) -> None:
    sent = SimpleUploadedFile(file.name, file.data)
    with reading.measured():
        answer = client.post(reverse(START[which]), {"file": sent})
        _check(answer)
        if answer.status_code == 422:
            reading.found["ended"] = "refused"
            reading.found["mute"] += not TOLD.search(answer.text)
            return
        columns = answer.url
    if reading.found["crash"]:
        return
    reading.found["ended"] = "preview"
    preview = reverse(PREVIEW[which], args=[int(columns.strip("/").split("/")[-2])])
    more = {"starts": f"{today()}"} if which == "map" else {}
    for ask in (
        lambda: client.get(columns),
        lambda: client.get(preview),
        lambda: client.post(preview, SENT[which] | more),
        lambda: client.get(preview),
    ):
        with reading.measured():
            _check(ask())


def _check(answer: Any) -> None:
    if answer.status_code not in EXPECTED:
        raise Unexpected(f"{answer.status_code}")
