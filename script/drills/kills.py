"""The web process is killed again and again while many log: is each entry that was acknowledged there, and once?

With a control that takes every entry as new, which must count some of them twice.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benches import ground
from benches.client import TOKEN
from django.db import connection

from interventions.actions.logging import Target
from interventions.actions.provisions import Delivery, Plan, start_provision
from interventions.actions.weeks import sums_of
from interventions.models import Attendance, DeliveryWeek, Entry, Provision, Session
from provisionmap.demo.build import Size, build
from provisionmap.demo.sign_ins import email_of
from provisionmap.demo.stages import Stage
from provisionmap.school.models import School, User
from provisionmap.school.today import today

LEARNERS = 6
LOST_ANSWERS = 0.1  # of the posts, the device hangs up before it hears that they were kept
PATIENCE = 120  # seconds that a device goes on trying
UP_AGAIN = 5  # seconds within which the server must answer after a kill
ROUNDS = {"as it is": "provisionmap.wsgi", "control": "drills.forgetful"}


class Server:
    """One server that can be killed with all its processes and started again on its port."""

    def __init__(self, app: str, cookie: str) -> None:
        self.app, self.cookie, self.port = app, cookie, ground.free_port()
        self.up_after: list[float] = []
        self.start()

    def start(self) -> None:
        """Start, and wait for the first answer."""
        self.process = ground.start_server(self.app, port=self.port, apart=True)
        began = time.monotonic()
        ground.wait_for(self.port, "/today/", self.cookie)
        self.up_after.append(time.monotonic() - began)

    def kill(self) -> None:
        """End every process of it at once, as a failing machine does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Devices:
    """Phones that send their entries until each was acknowledged; what they heard stands in a file of its own."""

    def __init__(self, server: Server, forms: list[dict[str, Any]], seed: int, folder: Path) -> None:
        self.server, self.forms, self.chance = server, forms, random.Random(seed)
        self.heard = (folder / "heard").open("a", encoding="ascii")
        self.lock, self.done, self.tries = threading.Lock(), 0, Counter[str]()

    def send(self, form: dict[str, Any]) -> None:
        """One entry, sent until it is acknowledged."""
        until, body = time.monotonic() + PATIENCE, urlencode(form, doseq=True)
        while time.monotonic() < until:
            with self.lock:
                hangs_up = self.chance.random() < LOST_ANSWERS
            status = self._post(body, hangs_up)
            with self.lock:
                self.tries[str(status)] += 1
                if status == 200:
                    self.heard.write(f"{form['client']}\n")
                    self.heard.flush()
                    os.fsync(self.heard.fileno())
                    self.done += 1
                    return
            time.sleep(0.02)

    def _post(self, body: str, hangs_up: bool) -> int:
        """What was answered; 0 where nothing was heard."""
        link = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            link.request("POST", "/today/log/", body, {
                "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
                "HX-Request": "true", "X-CSRFToken": TOKEN, "Cookie": self.server.cookie,
            })  # fmt: skip
            if hangs_up:
                time.sleep(0.1)  # long enough to be kept, and then the answer goes nowhere
                return 0
            return link.getresponse().status
        except OSError:
            return 0
        finally:
            link.close()


def provision_of(school: School, word: str) -> Provision:
    """A provision of six learners that the SENCO may log."""
    plan = Plan(name=f"Drill {word}", tier=2, area="cognition", minutes=20, sessions=5,
                starts=today() - timedelta(days=60), ends=today() + timedelta(days=60))  # fmt: skip
    helper = Delivery(user=User.objects.get(email=email_of("teaching_assistant", 1)))
    learners = list(school.learners.order_by("pk")[:LEARNERS])
    return start_provision(school=school, plan=plan, deliverers=[helper], learners=learners, by=ground.senco())


def forms_of(provision: Provision, posts: int) -> list[dict[str, Any]]:
    """What the devices will say: each a session that no timetable plans, so that nothing else tells them apart."""
    placements = list(provision.placements.values_list("pk", flat=True))
    key = Target("new", provision.pk, today()).key
    return [
        {"key": key, "client": str(uuid4()), "state": "delivered", "who": placements, "here": placements,
         "at": f"00:{place % 60:02}", "length": 20}
        for place in range(posts)
    ]  # fmt: skip


def one_round(school: School, name: str, app: str, asked: argparse.Namespace) -> dict[str, Any]:
    """The figures of a round on a provision of its own."""
    provision = provision_of(school, name)
    forms = forms_of(provision, asked.posts)
    _, cookie = ground.signed_in(ground.senco())
    connection.close()
    server, chance = Server(app, cookie), random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.clients) as pool:
        devices = Devices(server, forms, asked.seed, Path(folder))
        jobs = [pool.submit(devices.send, form) for form in forms]
        for number in range(asked.kills):
            share = (number + chance.uniform(0.3, 0.9)) / asked.kills
            while devices.done < asked.posts * share and not all(job.done() for job in jobs):
                time.sleep(0.01)
            server.kill()
            server.start()
        for job in jobs:
            job.result()
        heard = (Path(folder) / "heard").read_text().split()
    os.killpg(server.process.pid, signal.SIGTERM)
    server.process.wait(timeout=30)
    sessions = Session.objects.filter(provision=provision)
    times = Counter(str(one) for one in Entry.objects.filter(session__in=sessions).values_list("client", flat=True))
    sent = [form["client"] for form in forms]
    right = sums_of(school)
    return {
        "entries": len(sent),
        "kills": asked.kills,
        "posts tried": sum(devices.tries.values()),
        "without an answer": devices.tries["0"],
        "acknowledged": len(heard),
        "acknowledged, not there": len([one for one in heard if not times[one]]),
        "there twice": sum(number > 1 for number in times.values()) + max(0, sessions.count() - len(sent)),
        "half a session": sum(one.attendances.count() != LEARNERS for one in sessions.prefetch_related("attendances")),
        "minutes too many": sum(Attendance.objects.filter(session__in=sessions).values_list("minutes", flat=True))
        - 20 * LEARNERS * sessions.count(),
        "sums that differ from the log": sum(
            right.get((row.school_id, row.monday, row.tier, row.area, row.intervention_id), {}).get(name, 0)
            != getattr(row, name)
            for row in DeliveryWeek.objects.filter(school=school)
            for name in DeliveryWeek.FIGURES
        ),
        "longest until it answered again (s)": round(max(server.up_after[1:], default=0), 1),
    }


def kills(asked: argparse.Namespace) -> dict[str, Any]:
    """As it is, then with entries that are not known again."""
    school = build(size=Size(10, 10, Stage.AUTUMN), number=1, seed=7, today=today())
    found = {name: one_round(school, name, app, asked) for name, app in ROUNDS.items()}
    ours, control = found.values()
    broken = ("acknowledged, not there", "there twice", "half a session", "minutes too many",
              "sums that differ from the log")  # fmt: skip
    held = not any(ours[key] for key in broken) and ours["acknowledged"] == ours["entries"]
    seen = control["there twice"] > 0
    if not asked.json:
        print(f"\nKills on {ground.database_name()}: {asked.clients} devices, {asked.posts} entries, seed {asked.seed}")
        print(f"  {'':<50}" + "".join(f"{name:>12}" for name in found))
        for key in ours:
            print(f"  {key:<50}" + "".join(f"{one[key]:>12,}" for one in found.values()))
        print("  As it is:", "each entry is there, once." if held else "NOT HELD.")
        print(
            "  Control:", "it counted twice, and the drill saw it." if seen else "NOTHING: this drill proves nothing."
        )
    if ours["longest until it answered again (s)"] > UP_AGAIN:
        print(f"  Up again later than within {UP_AGAIN} s.", file=sys.stderr)
    return {"rounds": found, "held": held and seen}
