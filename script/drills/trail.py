"""The audit trail with its triggers set aside: to put a database back, to tamper with it, or to clear it away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLES = ("school_auditevent", "school_auditseal")


def run(*statements: str) -> None:
    """Plain SQL, as somebody at the database would type it."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def unguarded() -> Iterator[None]:
    """The two tables like any others, for as long as the block runs."""
    if connection.vendor == "postgresql":
        run(*(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES))
        yield
        run(*(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES))
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    run(*(f"DROP TRIGGER {name}" for name, _ in triggers))
    yield
    run(*(made for _, made in triggers))
