"""Who did what to which record, when. No foreign keys: it outlives what it speaks of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class AuditEvent(models.Model):
    """One event. `changes` holds old and new values of plain fields, and only the names of others."""

    at = models.DateTimeField(auto_now_add=True)
    user_id = models.BigIntegerField(null=True)
    school_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    target_model = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["school_id", "target_model", "target_id"], name="audit_of_target")]

    class Privacy:
        plain = ("at", "user_id", "school_id", "verb", "target_model", "target_id", "changes", "request_id")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.target_model} {self.target_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append only: an event that exists is never changed."""
        if self.pk is not None:
            raise TypeError("audit events are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Append only: refuses."""
        raise TypeError("audit events are append-only")
