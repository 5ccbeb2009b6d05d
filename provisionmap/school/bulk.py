"""Rows written in bulk, with lines of history that the database itself copies: one statement a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from django.db import connection, models
from django.utils import timezone
from simple_history.utils import get_history_manager_for_model

from provisionmap.school.models import User

BATCH = 500
Kind = Literal["+", "~", "-"]


class Trail(TypedDict):
    """Who writes, and why, as history keeps it."""

    by: User | None
    reason: str


def create_rows(model: Any, rows: Sequence[Any], *, by: User | None, reason: str) -> list[int]:
    """Write new rows with their history; their ids."""
    model.objects.bulk_create(rows)
    ids = [row.pk for row in rows]
    keep_history(model, ids, "+", by=by, reason=reason)
    return ids


def update_rows(model: Any, rows: Sequence[Any], names: Sequence[str], *, by: User | None, reason: str) -> None:
    """Write the fields `names` of rows that the caller has locked, with their history.

    An insert that meets its own row and updates it: twice as fast as one long CASE a column.
    """
    if rows:
        model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=names)
        keep_history(model, [row.pk for row in rows], "~", by=by, reason=reason)


def keep_history(model: type[models.Model], ids: Sequence[int], kind: Kind, *, by: User | None, reason: str) -> None:
    """Add a line of history for each of `ids` as the rows now stand; before they are deleted, for "-".

    What simple-history would write one by one: a school's list is thousands of lines.
    """
    history = get_history_manager_for_model(model).model
    quote = connection.ops.quote_name
    own = ", ".join(quote(field.column) for field in history.tracked_fields)
    about = {
        "history_date": connection.ops.adapt_datetimefield_value(timezone.now()),
        "history_type": kind,
        "history_change_reason": reason,
        "history_user_id": by.pk if by else None,
    }
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    # Names come from the models, values go as parameters.
    into = f"{quote(history._meta.db_table)} ({own}, {', '.join(map(quote, about))})"
    with connection.cursor() as cursor:
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            marks = ", ".join(["%s"] * len(batch))
            copied = f"{own}, %s, %s, %s, %s FROM {table} WHERE {key} IN ({marks})"
            cursor.execute(" ".join(["INSERT INTO", into, "SELECT", copied]), [*about.values(), *batch])
