"""What a database holds, as one number; a copy of it, and the way back to the copy."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from drills.trail import unguarded

# Sessions say who is signed in, not what the school holds.
NEVER = frozenset({"django_session", "django_migrations"})
# What differs between two runs of one act: keys, times, who asked, and texts that name a key.
PASSING = re.compile(
    r"id|.*_id|at|.*_at|created|applied|.*_date|history_change_reason|source|groups_made|before|upload|old|new"
    r"|target.*|request.*"
)
Rows = list[tuple[Any, ...]]


def tables(without: Iterable[str] = ()) -> list[str]:
    """Every table of the product, by name."""
    left_out = NEVER | set(without)
    every = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    return sorted(name for name, model in every.items() if model._meta.managed and name not in left_out)


@cache
def _every_column(table: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        return tuple(column.name for column in connection.introspection.get_table_description(cursor, table))


def _columns(table: str, without: Iterable[str] = ()) -> list[str]:
    left_out = set(without)
    return [name for name in _every_column(table) if name not in left_out]


def rows_of(table: str, without: Iterable[str] = ()) -> Rows:
    """Every row, in an order that depends on the rows alone."""
    quoted = ", ".join(map(connection.ops.quote_name, _columns(table, without)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(table)}")
        found = [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in cursor.fetchall()]
    return sorted(found, key=repr)


def checksum(*, without: Iterable[str] = (), columns_left_out: Iterable[str] = ()) -> str:
    """A number for every row of every table but those in `without`; the same for the same rows."""
    digest = hashlib.sha256()
    left_out = list(columns_left_out)
    for table in tables(without):
        digest.update(table.encode())
        for row in rows_of(table, left_out):
            digest.update(repr(row).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def shape(*, without: Iterable[str] = ()) -> str:
    """A number for what tables hold beside keys and times: two runs of one act have the same."""
    digest = hashlib.sha256()
    for table in tables(without):
        names = [name for name in _columns(table) if not PASSING.fullmatch(name)]
        with connection.cursor() as cursor:
            quoted = ", ".join(map(connection.ops.quote_name, names)) or "1"
            cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(table)}")
            found = sorted(repr(row) for row in cursor.fetchall())
        digest.update(f"{table} {len(found)} {found}".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def copy() -> dict[str, Rows]:
    """Every row of every table."""
    return {table: rows_of(table) for table in tables()}


def put_back(kept: dict[str, Rows]) -> None:
    """Make the database what it was when `copy` was made."""
    different = [table for table in tables() if rows_of(table) != kept[table]]
    with transaction.atomic(), unguarded(), connection.cursor() as cursor:
        for table in different:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        for table in different:
            names = _columns(table)
            quoted, marks = ", ".join(map(connection.ops.quote_name, names)), ", ".join(["%s"] * len(names))
            words = f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({marks})"
            cursor.executemany(words, kept[table])


@contextmanager
def statements(seen: list[str]) -> Iterator[None]:
    """Every statement that is sent while the block runs."""

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield
