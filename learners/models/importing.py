"""Imports of pupil lists: what was uploaded, what it changed, and how a school's columns were read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Imports, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Imports of the schools where this person may import."""
        return self.filter(school__in=schools_where(user, Capability.IMPORT_LEARNERS))

    def finished(self) -> Self:
        """Imports that changed the register, the last one first, those taken back included."""
        return self.filter(state__in=["applied", "undone"]).order_by("-applied", "-pk")

    def waiting_for(self, user: Any, since: datetime) -> Self:
        """Uploads that this person, and nobody else, may still go on with: begun after `since`."""
        return self.visible_to(user).filter(by=user.pk, state="uploaded", created__gte=since)


class ImportRun(models.Model):
    """One pupil list on its way in: uploaded, previewed, then applied and perhaps undone.

    `upload` holds the table that was read, packed, never the file itself; it is emptied when the run is applied,
    abandoned, or an hour old. `before` holds what undo needs: the old values of every learner that was changed,
    and the ids of those added. It is emptied when the run is undone or another one follows.
    """

    STATES: ClassVar = [
        ("uploaded", "Uploaded"),
        ("applied", "Applied"),
        ("undone", "Undone"),
        ("abandoned", "Abandoned"),
    ]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="imports")
    state = models.CharField(max_length=10, choices=STATES, default="uploaded")
    kind = models.CharField(max_length=10, blank=True)
    upload = models.BinaryField(null=True)
    upload_name = models.CharField(max_length=120, blank=True)
    mapping = models.JSONField(default=dict)
    decisions = models.JSONField(default=dict)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    leavers = models.PositiveIntegerField(default=0)
    before = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    applied = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["school", "state"], name="import_by_state")]

    class Privacy:
        plain = (
            "school", "by", "state", "kind", "mapping", "added", "changed", "unchanged", "leavers",
            "created", "applied", "version",
        )  # fmt: skip
        personal = ("upload_name", "decisions")
        special = ("upload", "before")

    def __str__(self) -> str:
        return f"Import {self.pk}"


class ColumnMapping(models.Model):
    """How a school read a column heading last time, so that it need not be said twice."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="column_mappings")
    heading = models.CharField(max_length=120)
    field = models.CharField(max_length=40, blank=True)  # blank: leave this column out

    class Meta:
        ordering: ClassVar = ["heading"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "heading"], name="one_reading_a_heading"),
        ]

    class Privacy:
        plain = ("school", "heading", "field")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.heading
