"""Rows are written in actions: what goes round them leaves no history and no trail."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("provisionmap", "learners", "interventions", "reviews", "ehcp", "reports")
BULK = frozenset({"update", "delete", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "_raw_delete"})
# Where rows are written outside actions, and why that is right.
ALLOWED = {
    "provisionmap/school/bulk.py": "the machinery of actions: rows with their history",
    "provisionmap/school/stale.py": "the claim of a version, first thing in an action",
    "provisionmap/school/throttle.py": "tries to sign in: a counter without a person",
    "provisionmap/school/sealing.py": "seals of the trail itself",
}


def receiver_is_rows(call: ast.Call) -> bool:
    """Whether a call such as `x.update(…)` may be one of a queryset: a dict's takes a mapping or nothing by name."""
    name = call.func.attr
    if name == "update":
        return bool(call.keywords) and not call.args
    return not (name == "delete" and call.args)


def bulk_writes(source: str) -> list[int]:
    """Lines that write rows without their models."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in BULK
        and receiver_is_rows(node)
    ]


def outside_actions() -> dict[str, list[int]]:
    """Every such line that stands in no action, by file."""
    found = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if {"migrations", "actions", "demo"} & set(path.parts):
                continue
            if lines := bulk_writes(path.read_text(encoding="utf-8")):
                found[name] = lines
    return found


def test_rows_are_written_in_bulk_in_actions_only():
    assert set(outside_actions()) == set(ALLOWED)


def test_the_search_sees_what_it_looks_for():
    source = "rows.filter(pk=1).update(left=None)\nrows.delete()\nModel.objects.bulk_create(rows)\nattrs.update({})"

    assert bulk_writes(source) == [1, 2, 3]
