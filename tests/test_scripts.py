"""The scripts an administrator runs: a copy of everything, and the way back into an empty place."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from script import archive

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [path for path in sorted((ROOT / "script").iterdir()) if path.suffix == "" and path.is_file()]


def run(name: str, *arguments: object, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script, as somebody runs it from another folder, with nothing of the test's own database."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [ROOT / "script" / name, *map(str, arguments)],
        cwd=data.parent,
        env={**inherited, "DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def make_school(folder: Path) -> Path:
    """A DATA_DIR with a small database and one file, in a folder with a space in its name."""
    data = folder / "a school" / "data"
    (data / "media").mkdir(parents=True)
    (data / "media" / "map of rooms.txt").write_text("ground floor", encoding="utf-8")
    (data / "queue").mkdir()
    (data / "queue" / "message").write_text("made anew", encoding="utf-8")
    with closing(sqlite3.connect(data / "provision-map.sqlite3")) as link, link:
        link.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE django_migrations (app TEXT, name TEXT);"
            "INSERT INTO django_migrations VALUES ('school', '0001_initial');"
            "CREATE TABLE learner (name TEXT);"
        )
        link.executemany("INSERT INTO learner VALUES (?)", [(f"Maya {number}",) for number in range(100)])
    return data


@pytest.fixture
def school(tmp_path):
    """A school that a test may change."""
    return make_school(tmp_path)


def backup_of(data: Path) -> Path:
    """A copy made by the script."""
    to = data.parent / "copies"
    done = run("backup", to, data=data)
    assert (done.returncode, done.stderr) == (0, "")
    return max(to.iterdir())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A school and a copy of it, made once; to be read only."""
    data = make_school(tmp_path_factory.mktemp("made"))
    return data, backup_of(data)


@pytest.fixture
def copy(made, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(made[1], tmp_path / "copy")


def learners(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "provision-map.sqlite3")) as link:
        return [name for (name,) in link.execute("SELECT name FROM learner ORDER BY rowid")]


def test_a_backup_goes_back_into_an_empty_place_row_for_row_and_file_for_file(made, tmp_path):
    school, copy = made

    done = run("restore", copy, data=tmp_path / "new")

    assert (done.returncode, done.stderr) == (0, "")
    assert "101 rows" in done.stdout
    assert learners(tmp_path / "new") == learners(school) == [f"Maya {number}" for number in range(100)]
    assert (tmp_path / "new" / "media" / "map of rooms.txt").read_text(encoding="utf-8") == "ground floor"


def test_a_backup_says_what_it_holds_and_leaves_out_what_every_start_makes_anew(made):
    _, copy = made

    about = json.loads((copy / "about.json").read_text(encoding="utf-8"))
    names = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())

    assert (about["engine"], about["rows"], about["migrations"]) == (
        "sqlite",
        {"django_migrations": 1, "learner": 100},
        ["school.0001_initial"],
    )
    assert names == ["SHA256SUMS", "about.json", "database.sqlite3", "files/media/map of rooms.txt"]


def test_a_backup_is_readable_by_its_owner_alone(made):
    _, copy = made

    assert {oct(path.stat().st_mode & 0o077) for path in [copy, *copy.rglob("*")]} == {"0o0"}


def test_the_standard_tool_agrees_with_the_checksums(made):
    _, copy = made

    done = subprocess.run(
        ["sha256sum", "--check", "--strict", archive.SUMS], cwd=copy, capture_output=True, check=False
    )

    assert done.returncode == 0


def test_a_copy_is_taken_while_somebody_is_writing(school):
    with closing(sqlite3.connect(school / "provision-map.sqlite3")) as writer:
        writer.execute("INSERT INTO learner VALUES ('not yet saved')")

        copy = backup_of(school)

        writer.commit()
    assert json.loads((copy / "about.json").read_text(encoding="utf-8"))["rows"]["learner"] == 100


def test_nothing_is_overwritten(made):
    school, copy = made

    done = run("restore", copy, data=school)

    assert done.returncode == 1
    assert "nothing is overwritten" in done.stderr
    assert len(learners(school)) == 100


def test_a_log_left_beside_a_removed_database_stops_the_restore(made, tmp_path):
    (tmp_path / "provision-map.sqlite3-wal").write_bytes(b"of another database")

    done = run("restore", made[1], data=tmp_path)

    assert done.returncode == 1
    assert not (tmp_path / "provision-map.sqlite3").exists()


def spoil_a_byte(copy: Path) -> None:
    path = copy / "database.sqlite3"
    spoilt = bytearray(path.read_bytes())
    spoilt[5000] ^= 1
    path.write_bytes(spoilt)


def cut_short(copy: Path) -> None:
    path = copy / "database.sqlite3"
    path.write_bytes(path.read_bytes()[:4096])


def remove_a_file(copy: Path) -> None:
    (copy / "files" / "media" / "map of rooms.txt").unlink()


def add_a_file(copy: Path) -> None:
    (copy / "files" / "media" / "extra").write_text("slipped in", encoding="utf-8")


def remove_the_sums(copy: Path) -> None:
    (copy / "SHA256SUMS").unlink()


@pytest.mark.parametrize("harm", [spoil_a_byte, cut_short, remove_a_file, add_a_file, remove_the_sums])
def test_a_backup_that_is_not_as_it_was_made_is_refused(copy, harm):
    archive.check_sums(copy)
    harm(copy)

    with pytest.raises(archive.Refused):
        archive.check_sums(copy)


def test_a_spoilt_backup_puts_nothing_anywhere(copy, tmp_path):
    spoil_a_byte(copy)

    done = run("restore", copy, data=tmp_path / "new")

    assert done.returncode == 1
    assert done.stderr.startswith("NOT RESTORED. This backup can't be trusted: database.sqlite3 is not as it was")
    assert not (tmp_path / "new" / "provision-map.sqlite3").exists()
    assert not (tmp_path / "new" / "media").exists()


def about(**changes: object) -> dict[str, object]:
    usual = {"format": 1, "version": "0.1.0", "engine": archive.engine(), "migrations": ["school.0001_initial"]}
    return usual | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"migrations": ["school.9999_of_next_year"]}, "newer version"),
        ({"format": 2}, "newer version"),
        ({"engine": "another"}, "This backup is of another"),
    ],
)
def test_a_backup_that_this_version_can_not_take_is_refused_with_what_to_do(changes, reason):
    with pytest.raises(archive.Refused, match=reason):
        archive.check_fits(about(**changes))


def test_a_backup_of_this_version_fits():
    archive.check_fits(about())


def test_a_restore_that_lost_rows_says_so():
    with pytest.raises(archive.Refused, match="Not all rows arrived: learner, need"):
        archive.check_rows({"learner": 99, "school": 1}, {"learner": 100, "school": 1, "need": 3})


def test_a_backup_without_a_database_fails_aloud_and_leaves_nothing(tmp_path):
    done = run("backup", tmp_path / "copies", data=tmp_path / "nothing")

    assert done.returncode == 1
    assert done.stderr.startswith("NO BACKUP WAS MADE. There is no database at ")
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_backup_inside_the_data_is_refused(school):
    done = run("backup", school / "copies", data=school)

    assert done.returncode == 1
    assert "lies inside DATA_DIR" in done.stderr


def test_only_the_newest_backups_are_kept(school):
    to = school.parent / "copies"
    for day in ("20260101T000000Z", "20260102T000000Z"):
        (to / f"provision-map-{day}").mkdir(parents=True)
        (to / f"provision-map-{day}" / "SHA256SUMS").touch()
    (to / "holiday photographs").mkdir()

    run("backup", to, "--keep", 2, data=school)

    left = sorted(path.name for path in to.iterdir())
    assert left[:2] == ["holiday photographs", "provision-map-20260102T000000Z"]
    assert len(left) == 3


def test_the_health_check_misses_a_backup(school):
    empty = school.parent / "none"
    empty.mkdir()

    without = run("health", "backup", data=school, BACKUP_DIR=str(empty))
    copy = backup_of(school)
    with_one = run("health", "backup", data=school, BACKUP_DIR=str(copy.parent))

    assert (without.returncode, with_one.returncode) == (1, 0)
    assert without.stderr == "No backup of the last 26 hours\n"


if "postgresql" in settings.DATABASES["default"]["ENGINE"]:  # the suite runs once on each database

    def test_postgresql_goes_back_into_an_empty_database_row_for_row(tmp_path):
        url = os.environ["DATABASE_URL"]
        old, new = (f"{settings.DATABASES['default']['NAME']}_{word}" for word in ("copied", "restored"))
        with psycopg.connect(url, autocommit=True) as link:
            for name in (old, new):
                link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
                link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            here, there = (f"{url.rpartition('/')[0]}/{name}" for name in (old, new))
            with psycopg.connect(here) as link:
                link.execute("CREATE TABLE django_migrations (app text, name text)")
                link.execute("CREATE TABLE learner (id bigint GENERATED BY DEFAULT AS IDENTITY, name text)")
                link.execute("INSERT INTO learner (name) SELECT 'Maya ' || n FROM generate_series(1, 100) n")
            made = run("backup", tmp_path / "copies", data=tmp_path / "data", DATABASE_URL=here)
            copy = max((tmp_path / "copies").iterdir())

            done = run("restore", copy, data=tmp_path / "new", DATABASE_URL=there)
            again = run("restore", copy, data=tmp_path / "new", DATABASE_URL=there)

            assert (made.returncode, done.returncode, again.returncode) == (0, 0, 1)
            with psycopg.connect(there) as link:
                link.execute("INSERT INTO learner (name) VALUES ('the next')")
                assert link.execute("SELECT count(*), max(id) FROM learner").fetchone() == (101, 101)
        finally:
            with psycopg.connect(url, autocommit=True) as link:
                for name in (old, new):
                    link.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_executable_says_what_it_does_and_is_sound_shell(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    checked = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)

    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# ")
    assert "set -euo pipefail" in lines
    assert os.access(path, os.X_OK)
    assert (checked.returncode, checked.stderr) == (0, "")
