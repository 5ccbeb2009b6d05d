"""Two people, one record."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

MOST = 2**31 - 1  # what a version column holds

Record = TypeVar("Record", bound=models.Model)


class Stale(Exception):
    """Somebody saved in between: nothing was written. `current` is the record as it now is."""

    def __init__(self, current: Any) -> None:
        super().__init__("changed meanwhile")
        self.current = current


def claim(record: Record, *, seen: int) -> Record:
    """Take `record` for a write if it is still at version `seen`, and return it as the database has it.

    Call it first in the transaction: the update takes the row on PostgreSQL and the write lock on
    SQLite, so what is read next is true until the commit. Raises Stale, with nothing written.
    """
    rows: Any = type(record)._default_manager
    # A form may send any number; one that no column holds is no version of anything.
    taken = 0 <= seen < MOST and rows.filter(pk=record.pk, version=seen).update(version=seen + 1)
    current: Record = rows.get(pk=record.pk)
    if not taken:
        raise Stale(current)
    return current
