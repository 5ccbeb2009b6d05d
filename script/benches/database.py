"""Importing this points everything at a database of the bench's own, or the drill's, and sets Django up."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.apps import apps
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ROOT / "script"
OWN = os.environ.get("OWN_DATABASE", "bench")  # script/drill has one of its own
SUFFIX = f"_{OWN}"


def own(named: str) -> str:
    """The address of a database beside the one named, so that a measurement touches no real data.

    >>> own("postgres://postgres@127.0.0.1/school?sslmode=disable")
    'postgres://postgres@127.0.0.1/school_bench?sslmode=disable'
    """
    parts = urlsplit(named)
    name = parts.path.strip("/").removesuffix(SUFFIX) or "provisionmap"
    return urlunsplit(parts._replace(path=f"/{name}{SUFFIX}"))


def empty() -> None:
    """Remove the database, so that `make` begins with nothing."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        for path in Path(os.environ["DATA_DIR"]).glob("provision-map.sqlite3*"):
            path.unlink()
        return
    parts = urlsplit(address)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres", query="")), autocommit=True) as link:
        name = sql.Identifier(parts.path.strip("/"))
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def make() -> None:
    """The database when it is missing, its tables, and the static files."""
    address = os.environ.get("DATABASE_URL", "")
    if address:
        parts = urlsplit(address)
        name = parts.path.strip("/")
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres", query="")), autocommit=True) as link:
            if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    for words in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([sys.executable, str(ROOT / "manage.py"), *words], check=True, cwd=ROOT)


if not apps.ready:  # a test that tries a drill has its own database, and its log
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "provisionmap.settings"
    os.environ["DATA_DIR"] = str(Path(os.environ.get("DATA_DIR") or ROOT / "var") / OWN)
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = own(os.environ["DATABASE_URL"])
    else:
        os.environ.pop("DATABASE_URL", None)  # SQLite under DATA_DIR
    django.setup()
    logging.disable(logging.INFO)  # the line a request belongs to the server's log
