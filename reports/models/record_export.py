"""Requests for everything held about a learner, and the file on its way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from learners.models import Learner
from provisionmap.school.access import schools_where
from provisionmap.school.calendar import Span, bank_holidays
from provisionmap.school.models import School
from provisionmap.school.roles import Capability
from provisionmap.school.waiting import KEPT_FOR
from reports.due import DAY, answer_by


class RecordExportQuerySet(models.QuerySet["RecordExport"]):
    """Requests, as pages and jobs ask for them."""

    def visible_to(self, user: Any) -> Self:
        """This person's own, at the schools where they may take out records, of learners they still see."""
        schools = schools_where(user, Capability.EXPORT_RECORD)
        return self.filter(by=user.pk, school__in=schools, learner__in=Learner.objects.visible_to(user))

    def kept(self, now: datetime) -> Self:
        """Files that can still be fetched, or are on their way: asked for less than an hour before `now`."""
        return self.filter(created__gt=now - KEPT_FOR)


class RecordExport(models.Model):
    """One request for a copy. Who asked, and when, stays; `file` is kept for an hour, for whoever had it made."""

    STATES: ClassVar = [
        ("waiting", "Waiting"),
        ("drawing", "Being made"),
        ("done", "Done"),
        ("failed", "Failed"),
        ("gone", "Gone"),
    ]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="record_exports")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="record_exports")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="record_exports"
    )
    created = models.DateTimeField(auto_now_add=True)
    asked_by = models.CharField("who asked", max_length=120)
    asked_on = models.DateField("when they asked")
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    taken_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField("first fetched", null=True)
    file = models.BinaryField(null=True)

    objects = RecordExportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "created"], name="record_export_by_state")]

    class Privacy:
        plain = ("school", "learner", "by", "created", "asked_on", "state", "taken_at", "fetched_at")
        personal = ("asked_by",)
        special = ("file",)

    def __str__(self) -> str:
        return f"Record {self.pk}"

    @property
    def kept_until(self) -> datetime:
        """When its file is removed."""
        return self.created + KEPT_FOR

    @property
    def due(self) -> date:
        """By when the answer must be there."""
        span = Span(self.asked_on, self.asked_on + 60 * DAY)
        return answer_by(self.asked_on, {day for day, _ in bank_holidays(span)})
