"""Logging a session of six learners: one device at a time and twenty at once."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPException
from itertools import count
from statistics import median
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benches import ground
from benches.client import Link
from benches.race import Race, race
from benches.report import Report
from interventions.actions.logging import Target
from interventions.actions.provisions import Plan, start_provision
from interventions.models import Provision, Session
from provisionmap.school.models import School
from provisionmap.school.today import today

RATIO = 7
QUERIES = 12
LEARNERS = 6
AT_ONCE = 20
POSTS = 5  # each device's, a round
ACCEPT = {"Accept": "application/json", "HX-Request": "true"}


def provision_of(school: School) -> Provision:
    """A provision of six learners; made once."""
    found = Provision.objects.filter(school=school, name="Bench of the log").first()
    if found:
        return found
    plan = Plan(name="Bench of the log", tier=2, area="cognition", minutes=20, sessions=5,
                starts=today() - timedelta(days=30), ends=today() + timedelta(days=30))  # fmt: skip
    learners = list(school.learners.order_by("pk")[:LEARNERS])
    return start_provision(school=school, plan=plan, deliverers=[], learners=learners, by=ground.senco())


class Device:
    """Somebody who logs one session after another."""

    def __init__(self, link: Link, provision: Provision, user: int) -> None:
        self.link, self.provision, self.user = link, provision, user
        self.key = Target("new", provision.pk, today()).key
        self.who = list(provision.placements.order_by("pk").values_list("pk", "learner"))
        self.turn = count()

    def fields(self) -> list[tuple[str, object]]:
        """What a card sends, another time of the day each time."""
        turn = next(self.turn)
        fixed = [("key", self.key), ("client", uuid4()), ("state", "delivered"), ("length", 20),
                 ("at", f"00:{turn % 60:02}")]  # fmt: skip
        return [*fixed, *(("who", pk) for pk, _ in self.who), *(("here", pk) for pk, _ in self.who)]

    def ours(self) -> None:
        """As Today sends it."""
        self._sent("/today/log/", self.fields())

    def limit(self) -> None:
        """The same in bare statements."""
        one = self.provision
        bare = [*self.fields(), ("school", one.school_id), ("provision", one.pk), ("user", self.user),
                ("on", today()), *(("learner", pk) for _, pk in self.who)]  # fmt: skip
        self._sent("/log/", bare)

    def _sent(self, path: str, fields: list[tuple[str, object]]) -> None:
        answer = self.link.ask("POST", path, fields, **ACCEPT)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")


def together(devices: list[Device], side: str) -> tuple[list[float], int]:
    """Everybody logs a few sessions at the same time: seconds of each, and how many failed."""

    def work(device: Device) -> tuple[list[float], int]:
        took, failed = [], 0
        for _ in range(POSTS):
            began = time.perf_counter()
            try:
                getattr(device, side)()
            except (RuntimeError, OSError, HTTPException) as error:
                print(f"{side}: {error!r}", file=sys.stderr)
                failed += 1
            took.append(time.perf_counter() - began)
        return took, failed

    with ThreadPoolExecutor(len(devices)) as pool:
        found = list(pool.map(work, devices))
    return [one for took, _ in found for one in took], sum(failed for _, failed in found)


def log(report: Report, school: School, rounds: int) -> None:
    """One at a time, then twenty at once, then the statements of one post."""
    client, cookie = ground.signed_in()
    provision, user = provision_of(school), int(client.session["_auth_user_id"])
    with ground.serving("provisionmap.wsgi", "/today/", cookie) as port, ground.serving("benches.limits", "/") as bare:
        ours = [Device(Link(port, cookie), provision, user) for _ in range(AT_ONCE)]
        limit = [Device(Link(bare), provision, user) for _ in range(AT_ONCE)]
        report.ratio("log of six, one at a time", race(ours[0].ours, limit[0].limit, rounds=rounds, each=10), RATIO)
        many, errors = Race(), 0
        for number in range(rounds + 1):
            mine, failed = together(ours, "ours")
            bare_times, _ = together(limit, "limit")
            errors += failed
            if number:  # the first is the warm-up
                many.ours += mine
                many.limit += bare_times
                many.ratios.append(median(mine) / median(bare_times))
        report.ratio(f"log of six, {AT_ONCE} at once", many, RATIO)
        report.count(f"errors at {AT_ONCE} at once", errors, 0)
    with CaptureQueriesContext(connection) as seen:
        fields: dict[str, list[object]] = {}
        for name, value in ours[0].fields():
            fields.setdefault(name, []).append(value)
        client.post("/today/log/", fields, headers=ACCEPT)
    asked = [one for one in seen if one["sql"] not in ("BEGIN", "COMMIT")]
    report.count("queries, one log (BEGIN and COMMIT apart)", len(asked), QUERIES)
    # What was made up is taken away again; nobody ever logs as much.
    Session.objects.filter(provision=provision).delete()
