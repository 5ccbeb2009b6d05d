"""Who did or saw what, when, and the seals that show when the trail was touched. No foreign keys: it outlives all."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

REFUSAL = "the audit trail is append-only"


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are added and read. The database refuses the rest as well (migration 0007)."""

    def update(self, **kwargs: Any) -> int:
        """Append only: refuses."""
        raise TypeError(REFUSAL)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Append only: refuses."""
        raise TypeError(REFUSAL)


class AppendOnly(models.Model):
    """A row that is never changed and never deleted."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append only: a row that exists is never changed."""
        if not self._state.adding:
            raise TypeError(REFUSAL)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Append only: refuses."""
        raise TypeError(REFUSAL)


class AuditEvent(AppendOnly):
    """One event. `changes` holds old and new values of plain fields, and only the names of others.

    `learner_id` is the child whose record it is about, where it is about one.
    """

    at = models.DateTimeField(auto_now_add=True)
    user_id = models.BigIntegerField(null=True)
    school_id = models.BigIntegerField(null=True)
    learner_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    target_model = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["school_id", "target_model", "target_id"], name="audit_of_target"),
            models.Index(fields=["school_id", "at"], name="audit_of_day"),
            models.Index(fields=["learner_id", "at"], name="audit_of_learner"),
            # Whether somebody signed in before, without a look through the whole trail.
            models.Index(fields=["user_id"], condition=Q(verb="account.sign_in"), name="audit_of_sign_in"),
        ]

    class Privacy:
        plain = (
            "at",
            "user_id",
            "school_id",
            "learner_id",
            "verb",
            "target_model",
            "target_id",
            "changes",
            "request_id",
        )
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.target_model} {self.target_id}"


class AuditSeal(AppendOnly):
    """The place of one event in the chain: `hash` is over the seal before and everything the event says."""

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 … without a gap
    event_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]

    class Privacy:
        plain = ("event_id", "at", "hash")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.number}: event {self.event_id}"
