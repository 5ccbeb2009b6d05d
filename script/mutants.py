"""script/mutants: one line of the rules of access taken away at a time, in a copy; a test must notice each."""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache")
APPS = ("provisionmap", "learners", "interventions", "reviews", "ehcp", "reports")
# The tests that must notice, quickest first: what holds the table, the sight of records, the guards of views.
TESTS = {
    "roles": ["tests/school/test_role_table.py"],
    "sight": [
        "tests/learners/test_visibility.py", "tests/interventions/test_sight.py",
        "tests/interventions/test_confidential.py", "tests/interventions/test_saved_views.py",
        "tests/learners/test_import_pages.py",
        "tests/interventions/test_map_import.py", "tests/interventions/export/test_export_page.py",
        "tests/test_tenancy.py", "tests/matrix",
    ],
    "guards": ["tests/matrix/test_matrix.py", "-k", "capability_of_a_view"],
}  # fmt: skip


class Mutant(NamedTuple):
    """One change: the file, where in it, and what stands there instead."""

    path: Path
    start: int
    end: int
    text: str
    words: str


def _span(source: str, node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Where a node stands, in characters."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    begin, finish = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
    data = source.encode()
    return len(data[:begin].decode()), len(data[:finish].decode())


def roles() -> Iterator[Mutant]:
    """The table without one capability of one role."""
    path = ROOT / "provisionmap/school/roles.py"
    source = path.read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "GRANTS":
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                for held in ast.walk(value):
                    if isinstance(held, ast.Set):
                        for one in held.elts:
                            rest = ", ".join(ast.unparse(other) for other in held.elts if other is not one)
                            text = f"{{{rest}}}" if rest else "set()"
                            words = f"{ast.unparse(key)} without {ast.unparse(one)}"
                            yield Mutant(path, *_span(source, held), text, words)


def sight() -> Iterator[Mutant]:
    """Each `visible_to` without one of its filters, and each that returns everything."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("models/*.py")):
            source = path.read_text()
            for node in ast.walk(ast.parse(source)):
                if not (isinstance(node, ast.FunctionDef) and node.name == "visible_to"):
                    continue
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value is not None and ast.unparse(inner.value) != "self":
                        yield Mutant(path, *_span(source, inner.value), "self", f"{place} returns everything")
                    called = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
                    if called and inner.func.attr in ("filter", "exclude"):
                        kept = ast.unparse(inner.func.value)
                        yield Mutant(path, *_span(source, inner), kept, f"{place} without {ast.unparse(inner)[:70]}")


def guards() -> Iterator[Mutant]:
    """Each view without the capability it names."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("views/*.py")):
            source = path.read_text()
            for node in ast.walk(ast.parse(source)):
                for one in getattr(node, "decorator_list", ()):
                    if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "require" and one.args:
                        kept = ", ".join(f"{word.arg}={ast.unparse(word.value)}" for word in one.keywords)
                        yield Mutant(
                            path, *_span(source, one), f"require({kept})", f"{path.relative_to(ROOT)} {node.name}"
                        )


KINDS = {"roles": roles, "sight": sight, "guards": guards}


def lives(copy: Path, mutant: Mutant, tests: list[str]) -> bool:
    """Whether no test notices it."""
    path = copy / mutant.path.relative_to(ROOT)
    before = path.read_text()
    path.write_text(before[: mutant.start] + mutant.text + before[mutant.end :])
    # -B: a cached file would hide a change made within the same second.
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    finally:
        path.write_text(before)
    if done.returncode not in (0, 1, 2):  # 2: it did not even load
        raise SystemExit(f"The tests did not run: {done.stdout[-600:]}{done.stderr[-600:]}")
    return done.returncode == 0


def main() -> int:
    """Every mutant of the kinds asked for; what lived is named."""
    parser = argparse.ArgumentParser(prog="script/mutants", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=list(KINDS))
    kinds = [chosen] if (chosen := parser.parse_args().kind) else list(KINDS)
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for kind in kinds:
            tests = [one for one in TESTS[kind] if not one.startswith("tests/") or (ROOT / one).exists()]
            made = list(KINDS[kind]())
            alive = 0
            for tried, one in enumerate(made, start=1):
                if lives(copy, one, tests):
                    alive += 1
                    print(f"  lived: {one.words}", flush=True)
                # A long run that is stopped has still said how far it came.
                elif tried % 10 == 0:
                    print(f"  {kind}: {tried} of {len(made)} tried", flush=True)
            print(f"{kind}: {len(made)} taken away, {len(made) - alive} noticed", flush=True)
            survivors += alive
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
