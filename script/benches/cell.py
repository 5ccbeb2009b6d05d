"""Saving a cell: one at a time and twenty at once."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import count
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from benches import ground
from benches.client import Link
from benches.race import Race, race
from benches.report import Report
from interventions.models import Placement
from provisionmap.school.models import School

RATIO = 6
QUERIES = 8
AT_ONCE = 20
SAVES = 10  # each person's, a round


class Editor:
    """Somebody who changes the dose of one placement again and again; keeps the version it was left at."""

    def __init__(self, link: Link, placement: Placement, user: int = 0) -> None:
        self.link, self.placement, self.user = link, placement, user
        self.seen = placement.version
        self.turn = count(placement.sessions or 1)  # never the dose it has: that would save nothing

    def fields(self) -> dict[str, object]:
        """What the cell's form sends, a new dose each time."""
        one = self.placement
        sessions = next(self.turn) % 5 + 1
        return {
            "dose": f"{sessions} × {one.minutes}", "starts": one.starts, "ends": one.ends or "", "seen": self.seen,
            "outcome": one.outcome, "baseline": one.baseline, "target": one.target,
            "sessions": sessions, "user": self.user,
        }  # fmt: skip

    def save(self, path: str) -> None:
        """One save. Raises RuntimeError when it was refused."""
        before = self.seen
        self.link.post(path, **self.fields())
        self.seen = before + 1

    def ours(self) -> None:
        """As the map saves it."""
        self.save(f"/map/placements/{self.placement.pk}/")

    def limit(self) -> None:
        """The same in bare statements."""
        self.save(f"/cell/{self.placement.pk}/")


def all_at_once(editors: list[Editor], side: str) -> tuple[list[float], int]:
    """Everybody saves a few times at the same time: seconds of each save, and how many failed."""

    def work(editor: Editor) -> tuple[list[float], int]:
        took, failed = [], 0
        for _ in range(SAVES):
            began = time.perf_counter()
            try:
                getattr(editor, side)()
            except (RuntimeError, OSError, HTTPException) as error:
                print(f"{side}: {error!r}", file=sys.stderr)
                failed += 1
            took.append(time.perf_counter() - began)
        return took, failed

    with ThreadPoolExecutor(len(editors)) as pool:
        found = list(pool.map(work, editors))
    return [one for took, _ in found for one in took], sum(failed for _, failed in found)


def cell(report: Report, school: School, rounds: int) -> None:
    """One at a time, then twenty at once, then the statements of one save."""
    client, cookie = ground.signed_in()
    rows = list(Placement.objects.filter(school=school).exclude(minutes=None).order_by("pk")[: 2 * AT_ONCE])
    user, began = int(client.session["_auth_user_id"]), now()
    with ground.serving("provisionmap.wsgi", "/map/", cookie) as port, ground.serving("benches.limits", "/") as bare:
        ours = [Editor(Link(port, cookie), row) for row in rows[:AT_ONCE]]
        limit = [Editor(Link(bare), row, user) for row in rows[AT_ONCE:]]
        report.ratio("cell save, one at a time", race(ours[0].ours, limit[0].limit, rounds=rounds, each=10), RATIO)
        together, errors = Race(), 0
        for number in range(rounds + 1):
            mine, failed = all_at_once(ours, "ours")
            bare_times, _ = all_at_once(limit, "limit")
            if number:  # the first is the warm-up
                together.ours += mine
                together.limit += bare_times
                together.ratios.append(median(mine) / median(bare_times))
            errors += failed
        report.ratio(f"cell save, {AT_ONCE} at once", together, RATIO)
        report.count(f"errors at {AT_ONCE} at once", errors, 0)
        for editor in ours:  # nothing lost, nothing saved twice
            if Placement.objects.get(pk=editor.placement.pk).version != editor.seen:
                report.count("saves lost or doubled", 1, 0)
    editor = ours[0]
    with CaptureQueriesContext(connection) as seen:
        client.post(f"/map/placements/{editor.placement.pk}/", editor.fields(), HTTP_HX_REQUEST="true")
    asked = [one for one in seen if one["sql"] not in ("BEGIN", "COMMIT")]
    report.count("queries, one save (BEGIN and COMMIT apart)", len(asked), QUERIES)
    # Nobody changes a dose eighty times a day: what is measured next finds the past as it was.
    Placement.history.filter(id__in=[row.pk for row in rows], history_type="~", history_date__gte=began).delete()
