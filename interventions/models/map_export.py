"""Exports of the map: who took out what, and large prints on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability
from provisionmap.school.waiting import KEPT_FOR


class MapExportQuerySet(models.QuerySet["MapExport"]):
    """Exports, as pages and jobs ask for them."""

    def visible_to(self, user: Any) -> Self:
        """This person's own, at the schools whose map they still see."""
        return self.filter(by=user.pk, school__in=schools_where(user, Capability.SEE_MAP))

    def kept(self, now: datetime) -> Self:
        """Prints that can still be fetched, or are on their way: asked for less than an hour before `now`."""
        return self.exclude(state="recorded").filter(created__gt=now - KEPT_FOR)


class MapExport(models.Model):
    """One export. It keeps what was asked for; `file` and `text` only for a print on its way, and for an hour.

    States: "recorded" was handed over at once; a large print is "waiting", "drawing", then "done" or "failed", and
    "gone" once its hour is over.
    """

    FORMATS: ClassVar = [
        ("xlsx", "Excel workbook"),
        ("ods", "OpenDocument spreadsheet"),
        ("csv", "CSV, the rows of placements"),
        ("pdf", "PDF to print"),
    ]
    STATES: ClassVar = [
        ("recorded", "Recorded"),
        ("waiting", "Waiting"),
        ("drawing", "Drawing"),
        ("done", "Done"),
        ("failed", "Failed"),
        ("gone", "Gone"),
    ]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="map_exports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="map_exports")
    created = models.DateTimeField(auto_now_add=True)
    format = models.CharField(max_length=4, choices=FORMATS)
    query = models.CharField(max_length=600, blank=True)  # filters as an address holds them: codes and ids
    searched = models.BooleanField(default=False)
    options = models.JSONField(default=dict)  # paper, names, parts
    learners = models.PositiveIntegerField(default=0)
    placements = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=STATES, default="recorded")
    taken_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)  # pages, as far as can be told before they are drawn
    text = models.CharField(max_length=80, blank=True)  # what was searched for
    reason = models.CharField(max_length=200, blank=True)  # asked for where it holds many children
    file = models.BinaryField(null=True)

    objects = MapExportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "created"], name="map_export_by_state")]

    class Privacy:
        plain = ("school", "by", "created", "format", "query", "searched", "options", "learners", "placements", "state",
                 "taken_at", "pages", "expected")  # fmt: skip
        personal = ("text", "reason")
        special = ("file",)

    def __str__(self) -> str:
        return f"Export {self.pk}"

    @property
    def kept_until(self) -> datetime:
        """When its file is removed."""
        return self.created + KEPT_FOR
