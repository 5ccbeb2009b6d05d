"""Where a name could be left behind: what the database holds of people, and everything a day leaves beside it."""

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import redis
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from pypdf import PdfReader

CHILDREN = ("learners", "interventions")
SHORTEST = 4  # characters; "Amy" stands in any long enough file
OWN_FILES = re.compile(r"provision-map\.sqlite3.*|schedule.*")  # the database itself, and when jobs ran last


def _words(value: Any) -> Iterator[str]:
    """What would be found of a value: text as it is, a day in the three ways it is written."""
    if isinstance(value, date):
        yield from (f"{value:{form}}" for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d"))
    elif isinstance(value, str):
        yield value.strip()


def secrets(labels: Iterable[str] = (*CHILDREN, "school")) -> dict[str, str]:
    """What every personal and special field of the database holds, with the field it is of."""
    found: dict[str, str] = {}
    for model in (model for label in labels for model in apps.get_app_config(label).get_models()):
        if not hasattr(model, "Privacy"):
            continue
        for name in (*model.Privacy.personal, *model.Privacy.special):
            field = model._meta.get_field(name)
            text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if text or name == "date_of_birth":
                for value in model._default_manager.values_list(name, flat=True).distinct():
                    for words in _words(value):
                        if len(words) >= SHORTEST:
                            found[words] = f"{model._meta.label}.{name}"
    return found


def hits(texts: dict[str, str], hidden: dict[str, str]) -> list[str]:
    """Where something hidden stands: the place and the field, never the words themselves. Whole words count."""
    marks = {words: re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE) for words in hidden}
    return sorted(
        {
            f"{place}: {field}"
            for place, text in texts.items()
            for words, field in hidden.items()
            if marks[words].search(text)
        }
    )


def pdf_about(content: bytes) -> str:
    """What lists and searches show of a PDF that nobody opened: its metadata and its attachments' names."""
    read = PdfReader(io.BytesIO(content))
    packet = read.xmp_metadata
    raw = packet.stream.get_data().decode("utf-8", "replace") if packet else ""
    return f"{dict(read.metadata or {})} {raw} {list(read.attachments)}"


def files_in(folder: Path) -> dict[str, str]:
    """Every file under a folder and its name, apart from the database."""
    return {
        f"{folder.name}/{path.suffix or 'file'} {number}": f"{path.name} {path.read_bytes().decode('utf-8', 'replace')}"
        for number, path in enumerate(sorted(folder.rglob("*")))
        if path.is_file() and not OWN_FILES.fullmatch(path.name) and "static" not in path.parts
    }


def queue() -> dict[str, str]:
    """Jobs that wait, decoded: files, or every key of Redis."""
    if not settings.REDIS_URL:
        waiting = sorted((settings.QUEUE_DIR / "messages").glob("*"))
        return {f"job {number}": path.read_text() for number, path in enumerate(waiting)}
    link = redis.Redis.from_url(settings.REDIS_URL)
    found = {}
    for number, key in enumerate(link.scan_iter()):
        value = link.lrange(key, 0, -1) if link.type(key) == b"list" else link.dump(key)
        found[f"redis key {number}"] = f"{key!r} {value!r}"
    return found


def bodies_of(jobs: dict[str, str]) -> dict[str, str]:
    """The same with the bodies of messages as they are read: they travel in base 64."""
    found = dict(jobs)
    for name, text in jobs.items():
        for body in re.findall(r'"body": "([A-Za-z0-9+/=]+)"', text):
            found[f"{name}, body"] = b64decode(body).decode("utf-8", "replace")
    return found


def database_log() -> dict[str, str]:
    """The log of PostgreSQL, where this role may read it and the server keeps one."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT pg_read_file(pg_current_logfile())")
            return {"PostgreSQL log": cursor.fetchone()[0] or ""}
        except Exception:
            return {}


def lines_of(log: str) -> int:
    """How many lines of a log are ours, so that an empty one is noticed."""
    return sum(1 for line in log.splitlines() if line.startswith("{") and json.loads(line).get("message"))
