"""The locks: complete, with hashes, and without an address."""

import os
import re
import subprocess
import tomllib
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(lines: list[str]) -> set[str]:
    """The packages that lines name, without extras, versions and comments."""
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {name[0].lower() for name in found if name}


def lock(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_a_lock_pins_everything_with_hashes_and_names_no_address(name):
    text = lock(name)

    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())

    pinned = re.compile(r"[\w.-]+(\[[\w,-]+\])?==\S+ \\\n    --hash=sha256:[0-9a-f]{64}")
    assert [entry for entry in entries if not pinned.match(entry)] == []
    assert re.findall(r"https?://|--index-url|--find-links|not pinned", text) == []


def test_what_is_locked_is_what_the_project_asks_for():
    asked = names(PROJECT["dependencies"])

    assert names((ROOT / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()) == asked
    assert asked <= names(lock("base.txt").splitlines())
    assert names(PROJECT["optional-dependencies"]["dev"]) <= names(lock("dev.txt").splitlines())


def test_python_3_11_of_debian_12_finds_all_it_needs():
    assert "async-timeout" in names(lock("base.txt").splitlines())


def test_python_3_12_which_brings_no_setuptools_finds_all_it_needs():
    assert {"pip", "setuptools"} <= names(lock("dev.txt").splitlines())


def test_what_is_asked_for_with_extras_is_locked_with_them():
    """pip takes `coverage[toml]` for another package than `coverage`: unlocked, the next release stops each install."""
    asked = {
        (match[1].lower(), match[2])
        for installed in distributions()
        for line in installed.requires or ()
        if (match := re.match(r"([\w.-]+)\[([\w,-]+)\]", line)) and "extra ==" not in line
    }

    locked = set(re.findall(r"^([\w.-]+)\[([\w,-]+)\]==", lock("dev.txt"), re.MULTILINE))
    assert ("coverage", "toml") in asked
    assert asked - locked == set()


def floors() -> list[tuple[str, str]]:
    """Each package with a known hole, and the version that has none."""
    lines = [line.partition("#")[0].split() for line in lock("floors.txt").splitlines()]
    return [(line[0], line[1]) for line in lines if line]


@pytest.mark.parametrize(("name", "floor"), floors())
def test_what_is_installed_has_no_hole_that_we_know_of(name, floor):
    assert Version(version(name)) >= Version(floor)


def test_a_floor_is_compared_as_a_version_and_not_as_words():
    assert len(floors()) >= 3
    assert Version("5.2.9") < Version("5.2.13")


def audited(tmp_path: Path, said: str, ended: int) -> subprocess.CompletedProcess[str]:
    """What script/audit makes of an audit that says `said`."""
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "pip-audit"
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit {ended}\n", encoding="utf-8")
    tool.chmod(0o755)
    environment = os.environ | {"AUDIT_TOOLS": str(tmp_path)}
    return subprocess.run([ROOT / "script" / "audit"], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("said", "ended", "code"),
    [
        ("No known vulnerabilities found", 0, 0),
        ("Found 1 known vulnerability\nName Version ID Fix Versions\ndjango 5.2.1 X 5.2.2", 1, 1),
        ("ERROR: django: Dependency not found on PyPI", 1, 2),
        ("", 0, 2),
    ],
)
def test_an_audit_that_looked_nothing_up_never_says_that_all_is_well(tmp_path, said, ended, code):
    done = audited(tmp_path, said, ended)

    assert done.returncode == code
    assert ("NOT CHECKED" in done.stderr) == (code == 2)
    assert code != 2 or "No known" not in done.stdout
