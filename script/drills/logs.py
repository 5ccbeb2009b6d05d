"""After a day of searching, saving, mistyping and breaking: is a name left anywhere beside the database?"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benches import ground
from benches.client import TOKEN, Answer, Link
from benches.database import ROOT, SCRIPTS
from django.conf import settings
from django.db import connection
from django.urls import reverse

from drills.traces import CHILDREN, bodies_of, database_log, files_in, hits, lines_of, pdf_about, queue, secrets
from learners.models import Contact, Learner, Passport
from provisionmap.demo.build import Size, build
from provisionmap.demo.stages import Stage
from provisionmap.school.today import today

APPS = {"as it is": "provisionmap.wsgi", "control": "drills.talking"}
WORKER = [sys.executable, "-m", "celery", "--quiet", "-A", "provisionmap.celery", "worker", "--pool=solo",
          "--loglevel=info", "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
PATIENCE = 90  # seconds a worker may take to start and to send what waits
FORMATS = ("xlsx", "ods", "csv", "pdf")


@contextmanager
def running(command: list[str], log: Path, **more: str) -> Iterator[None]:
    """A process for as long as the block runs, all that it says kept in a file."""
    environment = os.environ | {"ANNOUNCE": "", "PYTHONPATH": f"{ROOT}:{SCRIPTS}"} | more
    with log.open("wb") as kept:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=kept, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def upload(link: Link, path: str, name: str, content: bytes) -> Answer:
    """A file sent as a browser sends it, under a name of a child."""
    edge = "drillboundary"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{TOKEN}\r\n',
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n',
    ]
    body = "".join(parts).encode() + content + f"\r\n--{edge}--\r\n".encode()
    kind = f"multipart/form-data; boundary={edge}"
    cookie = "; ".join(f"{name}={value}" for name, value in link.cookies.items())
    link.link.close()
    link.link.request("POST", path, body, {"Content-Type": kind, "Cookie": cookie})
    answer = link.link.getresponse()
    return Answer(answer.status, dict(answer.headers), answer.read())


def a_day(link: Link, learners: list[Learner], person: str) -> list[Answer]:
    """What people do who look, search, save, mistype and guess addresses."""
    done = [link.ask("GET", reverse(f"{name}")) for name in ("interventions:map", "learners:register", "school:people")]
    for one in learners:
        for name in ("learner", "passport", "access-log", "sight", "edit", "passport-pdf"):
            done.append(link.ask("GET", reverse(f"learners:{name}", args=[one.pk])))
        done.append(link.ask("GET", reverse("interventions:timeline", args=[one.pk])))
        for page in ("interventions:map", "learners:register"):
            done.append(link.ask("POST", reverse(page), {"q": one.surname, "text": one.surname}))
            done.append(link.ask("GET", f"{reverse(page)}?q={quote(one.surname)}"))
        twice = {"forename": one.forename, "surname": one.surname, "upn": one.upn, "date_of_birth": "not a day"}
        done.append(link.ask("POST", reverse("learners:add"), twice))
        done.append(link.ask("POST", reverse("learners:add"), twice | {"date_of_birth": ""}))
        done.append(link.ask("POST", reverse("learners:edit", args=[one.pk]), twice | {"seen": 99}))
        done.append(link.ask("GET", f"/{quote(one.surname)}/{one.upn}/"))
        sheet = f"UPN,Surname,Forename\n{one.upn},{one.surname},{one.forename}\nX,{one.surname},?\n".encode()
        for page in ("learners:import", "interventions:map-import"):
            done.append(upload(link, reverse(page), f"{one.surname}.csv", sheet))
            done.append(upload(link, reverse(page), f"{one.surname}.xlsx", b"PK\x03\x04" + sheet))
    wanted = {"paper": "A3", "names": "full", "parts": "note"}
    done += [link.ask("POST", reverse("interventions:export"), wanted | {"format": one}) for one in FORMATS]
    for page, field in (("account_login", "login"), ("school:forgotten", "email")):
        done += [
            Link(link.link.port, f"csrftoken={TOKEN}").ask("POST", reverse(page), {field: person, "password": "x"})
        ]
    return done


def breaking(link: Link, pages: list[str]) -> list[Answer]:
    """The same pages while a table is not where it was: what an error page and its log line say."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE learners_learner RENAME TO learners_away")
    try:
        return [link.ask("GET", page) for page in pages]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE learners_away RENAME TO learners_learner")


def about(answers: list[Answer]) -> dict[str, str]:
    """What leaves beside what is shown on purpose: headers, error pages, and what PDFs say of themselves."""
    told = {}
    for number, one in enumerate(answers):
        told[f"headers {number}"] = " ".join(f"{name}: {value}" for name, value in one.headers.items())
        if one.status >= 400 and one.status not in (409, 422):
            told[f"error page {one.status} {number}"] = one.body.decode("utf-8", "replace")
        if one.body.startswith(b"%PDF-"):
            told[f"about a PDF {number}"] = pdf_about(one.body)
    return told


def work(folder: Path, places: dict[str, str]) -> None:
    """Let the worker do what waits, until its mail is written."""
    with running(WORKER, folder / "worker.log", **places):
        until = time.monotonic() + PATIENCE
        while not list((folder / "mail").iterdir()) and time.monotonic() < until:
            time.sleep(0.5)


def one_round(app: str, learners: list[Learner]) -> dict[str, Any]:
    """A day on one app, and where something was left."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        for name in ("tmp", "mail"):
            (folder / name).mkdir()
        places = {"TMPDIR": str(folder / "tmp"), "EMAIL_URL": f"filemail:///{folder}/mail"}
        user, port = ground.senco(), ground.free_port()
        link = Link(port, ground.signed_in(user)[1])
        server = [sys.executable, "-m", "gunicorn", app, "--config", str(ROOT / "deploy" / "gunicorn.py")]
        pages = [reverse("interventions:map"), reverse("learners:learner", args=[learners[0].pk])]
        with running(server, folder / "server.log", PORT=str(port), **places):
            ground.wait_for(port, reverse("health"))
            connection.close()
            answers = a_day(link, learners, user.email)
            answers += breaking(link, pages)
            link.link.close()
        jobs = bodies_of(queue())
        if app == APPS["as it is"]:
            work(folder, places)
        people, children = secrets(), secrets(CHILDREN)
        letters = files_in(folder / "mail")
        texts = {path.name: path.read_text("utf-8", "replace") for path in sorted(folder.glob("*.log"))}
        read = texts | jobs | about(answers) | database_log() | files_in(folder / "tmp")
        read |= files_in(Path(settings.DATA_DIR))
        return {
            "requests": len(answers),
            "errors provoked": sum(one.status == 500 for one in answers),
            "lines of the log": sum(lines_of(text) for text in texts.values()),
            "jobs that waited": len(jobs),
            "mails": len(letters),
            "places read": len(read) + len(letters),
            "words looked for": len(people),
            "found": hits(read, people) + hits(letters, children),
        }


def marked(learners: list[Learner]) -> None:
    """Words that stand in no dictionary, so that nothing is found by chance."""
    for number, one in enumerate(learners):
        word = f"Zq{'abcdefghij'[number % 10]}{number}"
        Learner.objects.filter(pk=one.pk).update(surname=f"{word}surname", forename=f"{word}forename")
        Passport.objects.update_or_create(learner=one, defaults={"helps": f"{word}helps", "hard": f"{word}hard"})
        Contact.objects.create(
            learner=one, name=f"{word}adult", phone=f"0799{number:07d}", email=f"{word}@home.example"
        )
        one.refresh_from_db()


def logs(asked: argparse.Namespace) -> dict[str, Any]:
    """A day with logs, jobs, mail, temporary files and error pages read afterwards; then with a log that talks."""
    school = build(size=Size(asked.learners, asked.learners, Stage.AUTUMN), number=1, seed=7, today=today())
    learners = list(school.learners.order_by("pk"))
    marked(learners)
    found = {name: one_round(app, learners if name == "as it is" else learners[:1]) for name, app in APPS.items()}
    ours, control = found.values()
    if not asked.json:
        print(f"\nNames left behind, on {ground.database_name()}")
        for key in ours:
            shown = [len(one[key]) if key == "found" else one[key] for one in (ours, control)]
            print(f"  {key:<24}" + "".join(f"{one:>14,}" for one in shown))
        for line in ours["found"][:20]:
            print("  FOUND", line, file=sys.stderr)
    complete = ours["errors provoked"] and ours["lines of the log"] and ours["jobs that waited"] and ours["mails"]
    return {"rounds": found, "held": bool(complete) and not ours["found"] and bool(control["found"])}
