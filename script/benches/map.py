"""The map: its first fifty rows, all its rows, and what the browser does with them."""

import gzip
import json
import os
import re
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benches import ground
from benches.client import Link
from benches.race import race
from benches.report import Report
from provisionmap.school.models import School
from provisionmap.school.today import today

FIRST = 50
QUERIES = 12
RATIO_FIRST, RATIO_ALL = 5, 6
MOST_BYTES = 200_000  # of the first answer, compressed
SAME = 0.10  # the limit draws what the map draws, give or take
ROWS = re.compile(r'(?s)^(.*<tbody id="rows"[^>]*>)(.*)(</tbody>.*)$')
MORE = re.compile(r'hx-get="(\?[^"]*page=\d+[^"]*)"')


def keep_shell(page: str) -> str:
    """Leave the page round the rows for the limit to use; return the rows."""
    before, rows, after = ROWS.match(page).groups()
    (Path(os.environ["DATA_DIR"]) / "shell.json").write_text(json.dumps([before, after]))
    return rows


def whole(link: Link, path: str = "/map/") -> list[str]:
    """The first answer and, one after another, those that scrolling asks for."""
    answers = [link.get(path).decode()]
    while more := MORE.search(answers[-1]):
        answers.append(link.get(f"/map/{more[1].replace('&amp;', '&')}", **{"HX-Request": "true"}).decode())
    return answers


def limit_path(school: School, learners: int) -> str:
    """The limit's address for as many rows."""
    return f"/map/?school={school.pk}&learners={learners}&day={today()}"


def count_statements(
    report: Report, name: str, path: str = "/map/", client: Client | None = None, most: int = QUERIES, **headers: str
) -> None:
    """Statements of one answer, sign-in included."""
    client = client or ground.signed_in()[0]
    client.get(path, **headers)
    with CaptureQueriesContext(connection) as seen:
        client.get(path, **headers)
    report.count(f"queries, {name}", len(seen), most)


def check_same(report: Report, ours: int, limit: int) -> None:
    """The limit must do the same work: about the same bytes."""
    report.note(f"bytes: ours {ours:,}, limit {limit:,}")
    if abs(ours - limit) > SAME * ours:
        raise SystemExit("The limit no longer draws what the page draws: bring script/benches/limit*.py up to date.")


def first_rows(report: Report, school: School, rounds: int) -> None:
    """The first response."""
    _, cookie = ground.signed_in()
    with ground.serving("provisionmap.wsgi", "/map/", cookie) as port, ground.serving("benches.limits", "/") as bare:
        ours, limit = Link(port, cookie), Link(bare)
        page = ours.get("/map/")
        keep_shell(page.decode())
        path = limit_path(school, FIRST)
        found = race(lambda: ours.get("/map/"), lambda: limit.get(path), rounds=rounds)
        report.ratio("map, first 50 rows", found, RATIO_FIRST)
        check_same(report, len(page), len(limit.get(path)))
    report.count("bytes of the first answer, compressed", len(gzip.compress(page, 6)), MOST_BYTES)
    count_statements(report, "first 50 rows")


def whole_map(report: Report, school: School, rounds: int) -> None:
    """All rows, as scrolling to the end fetches them."""
    learners = school.learners.count()
    _, cookie = ground.signed_in()
    with ground.serving("provisionmap.wsgi", "/map/", cookie) as port, ground.serving("benches.limits", "/") as bare:
        ours, limit = Link(port, cookie), Link(bare)
        answers = whole(ours)
        keep_shell(answers[0])
        path = limit_path(school, learners)
        found = race(lambda: whole(ours), lambda: limit.get(path), rounds=rounds, each=3)
        report.ratio("map, all rows", found, RATIO_ALL, answers=len(answers))
        check_same(report, sum(len(one.encode()) for one in answers), len(limit.get(path)))
    if len(answers) > 1:
        rest = MORE.search(answers[0])[1].replace("&amp;", "&")
        count_statements(report, "the rows after", f"/map/{rest}", HTTP_HX_REQUEST="true")
