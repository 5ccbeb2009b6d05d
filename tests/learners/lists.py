"""Pupil lists for tests of importing, and the shortest way through an import."""

import csv
import io
from datetime import date

from django.utils import timezone

from learners.actions import importing
from learners.actions.importing import Choices
from learners.models import ImportRun

TODAY = date(2026, 11, 23)
HEADINGS = [
    "UPN", "Surname", "Forename", "DOB", "Sex", "NC Year", "Reg Group", "SEN Provision", "SEN start date",
    "Primary need", "Secondary need", "PP", "FSM", "First language", "Entry date", "Leaving date",
]  # fmt: skip
UPNS = ["R201100018042", "P207000016049", "H801200001001", "B801200005001", "T801200001007", "G801200001010"]


def pupil(number: int = 0, **more: str) -> dict[str, str]:
    """One row, by heading."""
    names = {"Surname": ["Bee", "Ó Brien", "Cee", "Dee", "Eff", "Gee"][number], "Forename": "Ada"}
    return {"UPN": UPNS[number], **names, "DOB": f"{number + 1:02d}/03/2016", "NC Year": "5", **more}


def as_csv(*pupils: dict[str, str], headings: list[str] | None = None) -> bytes:
    """A list as the MIS would export it."""
    used = headings or [name for name in HEADINGS if any(name in one for one in pupils)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, used)
    writer.writeheader()
    writer.writerows({name: one.get(name, "") for name in used} for one in pupils)
    return stream.getvalue().encode()


def upload(user, data: bytes) -> ImportRun:
    """A list that waits for `user`."""
    sheet = importing.read_list("list.csv", data, user.school)
    return importing.keep_upload(school=user.school, sheet=sheet, name="list.csv", now=timezone.now(), by=user)


def bring(user, *pupils: dict[str, str], data: bytes = b"", leavers=(), last_day=None, choices=None) -> ImportRun:
    """Import a list from upload to the end."""
    run = upload(user, data or as_csv(*pupils))
    if choices:
        importing.decide(run=run, choices=Choices(**choices), by=user)
        run.refresh_from_db()
    return importing.apply_upload(
        run=run,
        seen=importing.draft_of(run, TODAY).plan.fingerprint,
        leavers=leavers,
        last_day=last_day,
        now=timezone.now(),
        today=TODAY,
        by=user,
    )
