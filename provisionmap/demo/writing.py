"""Writing many rows at once: COPY on PostgreSQL, statements of many rows elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

BATCH = 2_000


def write(rows: Sequence[Any]) -> None:
    """Write new rows of one model and give them their keys. No history, no audit, no signals."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor == "postgresql":
        _number(model, rows)
        _copy(model, rows)
    else:
        model.objects.bulk_create(rows, batch_size=BATCH)


def _number(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Take keys from the table's own sequence, so that whoever writes beside us gets others."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding = False


def _copy(model: type[models.Model], rows: Sequence[Any]) -> None:
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    names = [field.attname for field in fields]
    # What psycopg can't write as it stands: JSON. Everything else of these tables it can.
    odd = [(place, field) for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    statement = f"COPY {quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = [getattr(row, name) for name in names]
            for place, field in odd:
                values[place] = field.get_db_prep_save(values[place], connection)
            copy.write_row(values)
