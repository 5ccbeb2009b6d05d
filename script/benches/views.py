"""The map's other views: the slowest of them, by class, against one query and one join of strings."""

import json
import os
import re
import time
from pathlib import Path
from statistics import median

from benches import ground
from benches.client import Link
from benches.map import check_same, count_statements
from benches.race import race
from benches.report import Report
from provisionmap.school.models import School
from provisionmap.school.today import today

RATIO = 6
OTHERS = ("areas", "interventions", "groups", "groups&by=subject", "staff", "learners&by=need")
SLOWEST = "/map/?view=groups"
TABLE = re.compile(r'(?s)^(.*<table class="table cards view"><thead>.*?</thead>)(.*)(</table>.*)$')


def views(report: Report, school: School, rounds: int) -> None:
    """Each view's time for a look; the ratio of the one that sends most."""
    _, cookie = ground.signed_in()
    with ground.serving("provisionmap.wsgi", "/map/", cookie) as port, ground.serving("benches.limits", "/") as bare:
        ours, limit = Link(port, cookie), Link(bare)
        for view in OTHERS:
            report.note(f"view={view}: {took(ours, f'/map/?view={view}', rounds):.0f} ms")
        page = ours.get(SLOWEST)
        before, _, after = TABLE.match(page.decode()).groups()
        (Path(os.environ["DATA_DIR"]) / "shell.json").write_text(json.dumps([before, after]))
        path = f"/classes/?school={school.pk}&day={today()}"
        found = race(lambda: ours.get(SLOWEST), lambda: limit.get(path), rounds=rounds)
        report.ratio("views, the slowest: by class", found, RATIO)
        check_same(report, len(page), len(limit.get(path)))
    for view in OTHERS:
        count_statements(report, f"view={view}", f"/map/?view={view}")


def took(link: Link, path: str, rounds: int) -> float:
    """Milliseconds of one answer, the median of as many as `rounds`."""
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        link.get(path)
        found.append(time.perf_counter() - begin)
    return median(found) * 1000
