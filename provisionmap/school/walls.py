"""A wall between schools, in the database: no record points to one of another school, and none changes its school.

Actions refuse it first, in words; this is for whatever goes round them. Triggers, because a foreign key of two columns
can't be added to a table of SQLite. They are made after every migration rather than in one: SQLite drops the triggers
of a table that a migration rebuilds. A name holds a digest of what the trigger does, so a changed one replaces the old.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

REFUSAL = "a record of one school can not point to one of another, or move there"
PREFIX = "wall_"


class Wall(NamedTuple):
    """A table whose rows belong to a school, and its columns that lead to tables whose rows do."""

    table: str
    links: tuple[tuple[str, str], ...]  # column, and the table it leads to


def _of_a_school(model: type[Model]) -> bool:
    return any(field.name == "school" and field.is_relation for field in model._meta.concrete_fields)


def walls() -> Iterator[Wall]:
    """Every table of a school; tables of history repeat what was, so they are left as they are."""
    for model in apps.get_models():
        if _of_a_school(model) and not hasattr(model, "history_id"):
            links = [
                (str(field.column), field.related_model._meta.db_table)
                for field in model._meta.concrete_fields
                if isinstance(field.related_model, type) and _of_a_school(field.related_model)
            ]
            yield Wall(model._meta.db_table, tuple(links))


def _crossing(wall: Wall) -> str:
    """The condition under which a new row crosses the wall. Names are of our own models, quoted."""
    tests = (
        ["EXISTS (SELECT 1 FROM", f'"{table}"', "there WHERE there.id =", f'NEW."{column}"',
         "AND there.school_id <> NEW.school_id)"]
        for column, table in wall.links
    )  # fmt: skip
    return " OR ".join(" ".join(words) for words in tests)


def _sqlite(wall: Wall, name: str) -> list[str]:
    body = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    made = [
        f'CREATE TRIGGER "{name}_moved" BEFORE UPDATE OF school_id ON "{wall.table}" '
        f"WHEN NEW.school_id <> OLD.school_id {body}"
    ]
    if wall.links:
        columns = ", ".join(f'"{column}"' for column, _ in wall.links)
        for act, word in (("INSERT", "new"), (f"UPDATE OF {columns}", "changed")):
            made.append(f'CREATE TRIGGER "{name}_{word}" BEFORE {act} ON "{wall.table}" WHEN {_crossing(wall)} {body}')
    return made


def _postgresql(wall: Wall, name: str) -> list[str]:
    crossing = f" OR {_crossing(wall)}" if wall.links else ""
    moved = "(TG_OP = 'UPDATE' AND NEW.school_id <> OLD.school_id)"
    columns = ", ".join(f'"{column}"' for column in ("school_id", *(column for column, _ in wall.links)))
    # After, not before: a trigger before an update holds the row against everybody who wants to point to it.
    refuse = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'"
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ '
        f"BEGIN IF {moved}{crossing} THEN {refuse}; END IF; RETURN NEW; END $$",
        f'CREATE TRIGGER "{name}" AFTER INSERT OR UPDATE OF {columns} ON "{wall.table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    ]


KNOWN = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}
DROPS = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP FUNCTION "{name}"() CASCADE'}


def build(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Put up the walls that are missing and take down those of an earlier definition; nothing when all stand."""
    connection = connections[using]
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        cursor.execute(KNOWN[connection.vendor])
        known = {(name, table) for name, table in cursor.fetchall() if name.startswith(PREFIX)}
        for wall in walls():
            if not {wall.table, *(table for _, table in wall.links)} <= present:
                continue  # migrated up to somewhere only
            digest = sha256(repr((wall, make(wall, ""))).encode()).hexdigest()[:12]
            name = f"{PREFIX}{digest}"
            standing = {found for found, table in known if table == wall.table}
            if any(found.startswith(name) for found in standing):
                continue
            for found in standing:
                cursor.execute(DROPS[connection.vendor].format(name=found))
            for statement in make(wall, name):
                cursor.execute(statement)
