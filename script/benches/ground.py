"""What every measurement stands on: a school of the size asked for, sign-in, and servers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.db import connection
from django.test import Client

from benches.database import ROOT, SCRIPTS
from interventions.models import Attendance, Placement
from provisionmap.demo.build import Size, build, fictional, remove, take_stock
from provisionmap.demo.sign_ins import email_of
from provisionmap.demo.stages import Stage
from provisionmap.school.models import School, User
from provisionmap.school.today import today

FIRST_ANSWER = 60  # seconds a server may take to come up on a busy machine


ROWS_EACH = 120  # of attendance a learner: 60,000 with five hundred


def school_of(learners: int) -> School:
    """The school to measure: all `learners` on the map, four placements each, running today, and a year's log.

    Kept between runs.
    """
    school = fictional().first()
    if school:
        running = Placement.objects.filter(school=school).on(today()).count()
        logged = Attendance.objects.filter(school=school).count() >= ROWS_EACH * learners
        if (school.learners.count(), running, logged) == (learners, 4 * learners, True):
            take_stock()
            return school
    print(f"Making a school of {learners} learners …", file=sys.stderr)
    remove()
    size = Size(learners, learners, Stage.AUTUMN, each=(2, 1, 1), logs=ROWS_EACH * learners)
    school = build(size=size, number=1, seed=7, today=today())
    take_stock()
    return school


def senco() -> User:
    """The school's SENCO."""
    return User.objects.get(email=email_of("senco", 1))


def signed_in(user: User | None = None) -> tuple[Client, str]:
    """A test client signed in as `user` or the school's SENCO, and the cookies a browser would send."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user or senco())
    return client, f"sessionid={client.cookies['sessionid'].value}; csrftoken={'b' * 32}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(app: str, *, port: int, folder: Path = ROOT, apart: bool = False, **settings: str) -> subprocess.Popen:
    """gunicorn as script/server runs it, for the product or for a limit; `apart`, so that all of it can be killed."""
    environment = os.environ | {"PORT": str(port), "ANNOUNCE": "", "PYTHONPATH": f"{ROOT}:{SCRIPTS}"} | settings
    command = [sys.executable, "-m", "gunicorn", app, "--config", str(ROOT / "deploy" / "gunicorn.py")]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet, start_new_session=apart)


def wait_for(port: int, path: str, cookie: str = "", wanted: int = 200) -> None:
    """Ask until the answer is `wanted`."""
    until = time.monotonic() + FIRST_ANSWER
    while time.monotonic() < until:
        try:
            link = HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("GET", path, headers={"Cookie": cookie})
            if link.getresponse().status == wanted:
                return
        except OSError:
            pass
        time.sleep(0.005)
    raise SystemExit(f"No answer from port {port} for {path} within {FIRST_ANSWER} s.")


@contextmanager
def serving(app: str, path: str, cookie: str = "", **settings: str) -> Iterator[int]:
    """A server for as long as the block runs; gives its port."""
    port = free_port()
    server = start_server(app, port=port, **settings)
    try:
        wait_for(port, path, cookie)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def database_name() -> str:
    """Which database, for the heading."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"
