"""On a real disk: after a disposal no file of the data folder holds a word of the learner, the database neither."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = (b"Zqokafor", b"Zqmaya", b"Zqword", b"Zqundo", b"Z80120000100", b"1990-05-17")
BEGIN = """
import django; django.setup()
from datetime import date
from django.core.management import call_command
call_command("migrate", verbosity=0)
from provisionmap.celery import app
from provisionmap.school.roles import Role
from tests.factories import LearnerFactory, member
from tests.learners.disposal_ground import filled, leaver, traces
senco = member(Role.SENCO)
learner = leaver(senco.school)
filled(learner, senco)
traces(learner, senco)
LearnerFactory(school=senco.school, surname="Zqneighbour")
from django.utils import timezone
from learners.actions import disposing
from provisionmap.school.sealing import seal
from provisionmap.school.anchors import write_anchor
made = disposing.choose(school=senco.school, learners=[learner.pk], today=date(2026, 11, 23), by=senco)
disposing.confirm(disposal=made, count=1, texts=[], now=timezone.now(), by=senco)
seal(); write_anchor()
from learners.tasks import dispose_records
dispose_records.delay(made.pk)
"""
WORK = """
import django; django.setup()
from learners.models import Disposal
from learners.tasks import dispose_records
dispose_records(Disposal.objects.get().pk)
print(Disposal.objects.get().state)
"""


def run(source: str, data: Path) -> str:
    """A process of the product over files in `data`, and nothing else; what it said."""
    kept = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env = {**kept, "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "provisionmap.settings"}
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout + done.stderr


def holding(data: Path, words: tuple[bytes, ...]) -> list[str]:
    """The files in which one of `words` stands."""
    files = [path for path in sorted(data.rglob("*")) if path.is_file()]
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


def test_no_file_holds_a_word_of_the_learner(tmp_path):
    said = run(BEGIN, tmp_path)
    assert holding(tmp_path, WORDS) != []
    queued = [path.read_bytes() for path in (tmp_path / "queue" / "messages").iterdir()]
    assert len(queued) == 1

    said += run(WORK, tmp_path)

    assert said.split()[-1] == "done"
    assert holding(tmp_path, WORDS) == []
    assert holding(tmp_path, (b"Zqneighbour",)) == ["provision-map.sqlite3"]
    assert [word for word in WORDS if word.decode() in said] == []
