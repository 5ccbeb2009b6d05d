"""The drills of what is left behind and of bodies that are too much, at small size, each with its control."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from drills.traces import hits, pdf_about, secrets

from provisionmap.web.pdf import draw, written
from tests.factories import LearnerFactory

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 400  # seconds; half a minute by itself, many more beside all other tests


def drilled(folder, *words):
    """A drill as a person runs it, with a database of its own."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    own = {"DATA_DIR": str(folder), "OWN_DATABASE": "drill", "WORKERS": "1", "SECOND_STEP_OPTIONAL": "true"}
    command = [sys.executable, ROOT / "script" / "drill.py", *words, "--json"]
    run = subprocess.run(
        command, env=inherited | own, cwd="/", capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    return json.loads(run.stdout)


def test_a_day_leaves_no_name_beside_the_database_and_a_log_that_talks_is_found(tmp_path):
    ours, control = drilled(tmp_path, "logs", "--learners", "1")["rounds"].values()

    assert ours["found"] == []
    assert (ours["errors provoked"], ours["mails"]) == (2, 1)
    assert "server.log: learners.Learner.surname" in control["found"]


def test_bodies_that_are_too_much_are_refused_at_little_cost(tmp_path):
    found = drilled(tmp_path, "bodies", "--slow", "1", "--many", "2", "--proxied", "0", "--seconds", "2")["bodies"]

    assert [name for name, one in found.items() if isinstance(one, dict) and not one.get("held", True)] == []
    assert (found["nothing written"], found["control"]["seen"]) == (True, True)


def test_whole_words_are_found_and_told_by_their_field_alone(db):
    LearnerFactory(surname="Okafor", forename="Mayabel", date_of_birth=date(2017, 2, 3))
    texts = {"a log": "asked for Okafor, 03/02/2017", "a job": "Mayabelle 2017"}

    assert hits(texts, secrets()) == ["a log: learners.Learner.date_of_birth", "a log: learners.Learner.surname"]


def test_what_a_pdf_says_of_itself_is_read():
    page = draw('<html lang="en-GB"><title>Zqtitle</title><meta name="author" content="Zqauthor"><p>Zqshown</p>')

    told = pdf_about(written(page))

    assert [word for word in ("Zqtitle", "Zqauthor", "Zqshown") if word in told] == ["Zqtitle", "Zqauthor"]
