"""History of records: one row for each version, with who made it and why."""

from __future__ import annotations

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords


class Records(HistoricalRecords):
    """History whose reason can be looked up, and whose rows of a deletion may be written together.

    The reason is "map" for one placement on the map, "undo:…", or the change of several records it belongs to.
    """

    def __init__(self) -> None:
        super().__init__(history_change_reason_field=models.CharField(max_length=100, null=True, db_index=True))

    def post_delete(self, instance: models.Model, using: str | None = None, **kwargs: Any) -> None:
        """Keep that the record is gone, unless whoever deletes many keeps it for all at once."""
        if not hasattr(instance, "skip_history_when_saving"):
            super().post_delete(instance, using=using, **kwargs)
