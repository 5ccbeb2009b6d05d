"""Copies of all that a school has entered, and the way back. Called by script/backup and script/restore.

A copy is a folder: the database, the files, `about.json` (what it is, and the rows of each table) and
`SHA256SUMS`, which `sha256sum --check` reads too. It is written under another name and renamed when it
is whole, so a copy that can be seen is complete.
"""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "provisionmap.settings")

import django
import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

FORMAT = 1
PREFIX = "provision-map-"
PARTIAL = ".partial"
SUMS = "SHA256SUMS"
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# Of DATA_DIR: what is made anew at every start, so it is neither copied nor in the way of a restore.
MADE_ANEW = ("static", "queue", "schedule", "cache")
STALE = timedelta(days=1)
NO_BACKUP = "NO BACKUP WAS MADE"


class Refused(Exception):
    """Why nothing was done, as sentences for the person at the keyboard."""


def target() -> dict[str, Any]:
    """The database as settings have it."""
    return dict(settings.DATABASES["default"])


def engine() -> str:
    """Which of the two databases it is."""
    return "sqlite" if target()["ENGINE"].endswith("sqlite3") else "postgresql"


def login() -> dict[str, str]:
    """How to reach PostgreSQL, as psycopg names it."""
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    found = {ours: str(target()[key]) for ours, key in names.items() if target().get(key)}
    return found | {key: value for key, value in target()["OPTIONS"].items() if key.startswith("ssl")}


def environment() -> dict[str, str]:
    """The same for PostgreSQL's tools: not as arguments, because a list of processes shows those."""
    return os.environ | {f"PG{name.upper().replace('DBNAME', 'DATABASE')}": value for name, value in login().items()}


# --- What stands in a database.


def sqlite_state(path: Path) -> dict[str, Any]:
    """Migrations and rows of each table. Raises Refused for a file that is damaged inside."""
    with contextlib.closing(sqlite3.connect(path)) as link:
        try:
            if link.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise Refused(f"{path.name} is damaged: SQLite's integrity check does not pass.")
            names = link.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            tables = sorted(name for (name,) in names)
            rows = {name: link.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
            done = link.execute("SELECT app, name FROM django_migrations").fetchall() if rows else []
        except sqlite3.DatabaseError as error:
            raise Refused(f"{path.name} is damaged: {error}.") from error
    return {"migrations": sorted(f"{app}.{name}" for app, name in done), "rows": rows}


def postgresql_state(link: psycopg.Connection[Any]) -> dict[str, Any]:
    """Migrations and rows of each table, as this connection sees them."""
    names = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
    tables = [name for (name,) in names]
    count = sql.SQL("SELECT count(*) FROM {}")
    rows = {name: link.execute(count.format(sql.Identifier(name))).fetchone()[0] for name in tables}
    done = link.execute("SELECT app, name FROM django_migrations").fetchall() if rows else []
    return {"migrations": sorted(f"{app}.{name}" for app, name in done), "rows": rows}


# --- Making a copy.


def copy_sqlite(to: Path) -> dict[str, Any]:
    """Copy the database file as one moment has it, while the product goes on writing."""
    source = Path(target()["NAME"])
    if not source.is_file():
        raise Refused(f"There is no database at {source}. Is DATA_DIR right?")
    with contextlib.closing(sqlite3.connect(source, timeout=60)) as link:
        link.execute("VACUUM INTO ?", (str(to),))
    return sqlite_state(to)


def copy_postgresql(to: Path) -> dict[str, Any]:
    """Dump the database; the rows are counted in the very moment that is dumped."""
    with psycopg.connect(**login()) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (snapshot,) = link.execute("SELECT pg_export_snapshot()").fetchone()
        run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={to}")
        return postgresql_state(link)


def run(*command: str) -> None:
    """One of PostgreSQL's tools. Raises Refused with its last line."""
    try:
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refused(f"{command[0]} is missing. On Debian: sudo apt-get install postgresql-client") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it says nothing"]
        raise Refused(f"{command[0]} failed: {lines[-1]}")


def kept_files(folder: Path) -> Iterator[Path]:
    """The files under DATA_DIR that no start makes anew; the database has a way of its own."""
    own = Path(target()["NAME"]).name if engine() == "sqlite" else ""
    for path in sorted(folder.rglob("*")):
        first = path.relative_to(folder).parts[0]
        if not path.is_file() or path.is_symlink() or first.startswith(MADE_ANEW):
            continue
        if not (own and path.parent == folder and path.name.startswith(own)):
            yield path


def sum_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def back_up(folder: Path) -> Path:
    """Make a copy in a new folder under `folder`; return it."""
    data = settings.DATA_DIR
    if folder.resolve().is_relative_to(data):
        raise Refused(f"{folder} lies inside DATA_DIR: what destroys the data would destroy the copy. Choose another.")
    now = datetime.now(UTC)
    whole = folder / f"{PREFIX}{now:%Y%m%dT%H%M%SZ}"
    part = whole.with_name(whole.name + PARTIAL)
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{PREFIX}*{PARTIAL}"):  # of a copy that was killed
        if now - datetime.fromtimestamp(left.stat().st_mtime, UTC) > STALE:
            shutil.rmtree(left)
    part.mkdir()
    try:
        copy = copy_sqlite if engine() == "sqlite" else copy_postgresql
        state = copy(part / NAMES[engine()])
        for path in kept_files(data):
            to = part / "files" / path.relative_to(data)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
        about = {"format": FORMAT, "made": now.isoformat(), "version": settings.VERSION, "engine": engine(), **state}
        (part / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        paths = sorted(path for path in part.rglob("*") if path.is_file())
        lines = [f"{sum_of(path)}  {path.relative_to(part).as_posix()}\n" for path in paths]
        (part / SUMS).write_text("".join(lines), encoding="utf-8")
        os.sync()
        part.rename(whole)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    print(f"Backup made: {whole} ({sum(state['rows'].values()):,} rows, {len(paths)} files)", flush=True)
    return whole


def thin_out(folder: Path, keep: int) -> None:
    """Remove all but the newest `keep` copies."""
    copies = sorted(path for path in folder.glob(f"{PREFIX}*Z") if (path / SUMS).is_file())
    for old in copies[: -keep or None] if keep else ():
        shutil.rmtree(old)
        print(f"Old backup removed: {old}", flush=True)


# --- The way back.


def check_sums(copy: Path) -> None:
    """Raises Refused unless every file of the copy is there and as it was, and none was added."""
    if not (copy / SUMS).is_file():
        raise Refused(f"{copy} is no backup of Provision Map: it has no {SUMS}.")
    lines = (copy / SUMS).read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()} - {SUMS}
    wrong = sorted(name for name in listed.keys() & there if sum_of(copy / name) != listed[name])
    for what, names in (
        ("missing", sorted(listed.keys() - there)),
        ("not part of it", sorted(there - listed.keys())),
        ("not as it was when the backup was made", wrong),
    ):
        if names:
            raise Refused(f"This backup can't be trusted: {', '.join(names[:5])} is {what}. Use another backup.")


def check_fits(about: dict[str, Any]) -> None:
    """Raises Refused for a copy of another kind of database, or of a newer version than this one."""
    if about["engine"] != engine():
        raise Refused(f"This backup is of {about['engine']}, and DATABASE_URL names {engine()}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if about["format"] > FORMAT or set(about["migrations"]) - known:
        raise Refused(f"This backup was made by a newer version ({about['version']}). Install that version first.")


def check_empty() -> None:
    """Raises Refused when anything would be overwritten."""
    for path in kept_files(settings.DATA_DIR):
        raise Refused(
            f"DATA_DIR ({settings.DATA_DIR}) holds {path.name}. Name an empty folder: nothing is overwritten."
        )
    if engine() == "sqlite":
        there = Path(target()["NAME"])
        for path in there.parent.glob(there.name + "*"):  # the log beside a database would be played into ours
            raise Refused(f"There is {path}. Name an empty folder as DATA_DIR: nothing is overwritten.")
        return
    with psycopg.connect(**login()) as link:
        if postgresql_tables(link):
            raise Refused("The database of DATABASE_URL holds tables. Make an empty one: nothing is overwritten.")


def postgresql_tables(link: psycopg.Connection[Any]) -> bool:
    """Whether anything stands in the database."""
    found = link.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema())").fetchone()
    return bool(found and found[0])


def put_back_sqlite(copy: Path, rows: dict[str, int]) -> None:
    """The database file into its place, once it is known to be sound."""
    there = Path(target()["NAME"])
    there.parent.mkdir(parents=True, exist_ok=True)
    part = there.with_name(there.name + PARTIAL)
    try:
        shutil.copyfile(copy, part)
        check_rows(sqlite_state(part)["rows"], rows)
        part.replace(there)
    finally:
        part.unlink(missing_ok=True)


def put_back_postgresql(copy: Path, rows: dict[str, int]) -> None:
    """The dump into the empty database, all of it or nothing."""
    whole = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-acl")
    run("pg_restore", *whole, f"--dbname={login()['dbname']}", str(copy))
    with psycopg.connect(**login()) as link:
        check_rows(postgresql_state(link)["rows"], rows)


def check_rows(there: dict[str, int], wanted: dict[str, int]) -> None:
    """Raises Refused unless each table has the rows it had."""
    wrong = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    if wrong:
        raise Refused(f"Not all rows arrived: {', '.join(wrong)}. Do not use this database.")


def restore(copy: Path) -> None:
    """Put `copy` into an empty database and DATA_DIR, and see that all rows arrived."""
    check_sums(copy)
    about = json.loads((copy / "about.json").read_text(encoding="utf-8"))
    check_fits(about)
    check_empty()
    kept = sorted((copy / "files").glob("*"))
    try:
        for path in kept:
            (shutil.copytree if path.is_dir() else shutil.copyfile)(path, settings.DATA_DIR / path.name)
        put_back = put_back_sqlite if engine() == "sqlite" else put_back_postgresql
        put_back(copy / NAMES[engine()], about["rows"])
    except BaseException:
        for path in kept:
            there = settings.DATA_DIR / path.name
            shutil.rmtree(there) if there.is_dir() else there.unlink(missing_ok=True)
        raise
    os.sync()
    rows = sum(about["rows"].values())
    print(f"Restored: {rows:,} rows of {about['made'][:16]} UTC, every table as it was. Start script/server.")


# --- The command line.


def main() -> int:
    """0 when all is well, 1 with a sentence when not."""
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("backup", prog="script/backup")
    making.add_argument("folder", nargs="?", default=os.environ.get("BACKUP_DIR"), help="default: BACKUP_DIR")
    making.add_argument("--every", type=float, metavar="HOURS", help="go on making one, this often")
    making.add_argument("--keep", type=int, default=0, metavar="COUNT", help="remove older ones; default: keep all")
    verbs.add_parser("restore", prog="script/restore").add_argument("folder")
    wanted = parser.parse_args()
    if not wanted.folder:
        making.error("say where to: script/backup FOLDER, or set BACKUP_DIR")
    os.umask(0o077)  # copies hold what the database holds: for nobody else's eyes
    try:
        django.setup()
        if wanted.verb == "restore":
            restore(Path(wanted.folder))
            return 0
        while True:
            well = attempt(Path(wanted.folder), wanted.keep)
            if not wanted.every:
                return 0 if well else 1
            time.sleep(wanted.every * 3600)
    except (Refused, ImproperlyConfigured, OSError, psycopg.Error, sqlite3.Error) as error:
        print(f"{'NOT RESTORED' if wanted.verb == 'restore' else NO_BACKUP}. {error}", file=sys.stderr)
        return 1


def attempt(folder: Path, keep: int) -> bool:
    """One backup; a failure is said, and the next one is tried at its time."""
    try:
        back_up(folder)
        thin_out(folder, keep)
    except (Refused, OSError, psycopg.Error, sqlite3.Error) as error:
        print(f"{NO_BACKUP}. {error}", file=sys.stderr, flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
