"""Imports of provision maps: what was uploaded, how its columns were read, and what it made."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from interventions.models.change import MapChange
from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class MapImportQuerySet(models.QuerySet["MapImport"]):
    """Imports of maps, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Imports at the schools where this person may change the whole map and import learners."""
        return self.filter(school__in=schools_where(user, Capability.EDIT_MAP)).filter(
            school__in=schools_where(user, Capability.IMPORT_LEARNERS)
        )

    def waiting_for(self, user: Any, since: datetime) -> Self:
        """Uploads that this person, and nobody else, may still go on with: begun after `since`."""
        return self.visible_to(user).filter(by=user.pk, state="uploaded", created__gte=since)


class MapImport(models.Model):
    """One provision map on its way in: uploaded, columns read, doubts resolved, previewed, applied.

    `upload` holds the table that was read, packed, never the file itself; it is emptied when the import is
    applied, abandoned, or an hour old. What it made is undone through `change`.
    """

    STATES: ClassVar = [("uploaded", "Uploaded"), ("applied", "Applied"), ("abandoned", "Abandoned")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="map_imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="map_imports")
    state = models.CharField(max_length=10, choices=STATES, default="uploaded")
    shape = models.CharField(max_length=20, blank=True)
    upload = models.BinaryField(null=True)
    upload_name = models.CharField(max_length=120, blank=True)
    mapping = models.JSONField(default=dict)
    decisions = models.JSONField(default=dict)
    change = models.OneToOneField(
        MapChange, on_delete=models.SET_NULL, null=True, blank=True, related_name="map_import"
    )
    created = models.DateTimeField(auto_now_add=True)
    applied = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = MapImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["school", "state"], name="map_import_by_state")]

    class Privacy:
        plain = ("school", "by", "state", "shape", "mapping", "change", "created", "applied", "version")
        personal = ("upload_name", "decisions")
        special = ("upload",)

    def __str__(self) -> str:
        return f"Map import {self.pk}"


class MapColumn(models.Model):
    """How a school read a heading of a provision map last time, so that it need not be said twice."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="map_columns")
    heading = models.CharField(max_length=120)
    field = models.CharField(max_length=40, blank=True)  # blank: leave this column out

    class Meta:
        ordering: ClassVar = ["heading"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "heading"], name="one_map_reading_a_heading"),
        ]

    class Privacy:
        plain = ("school", "heading", "field")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.heading
