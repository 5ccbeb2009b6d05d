"""Secret addresses of people's timetables for their own calendars."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from provisionmap.school.models import School


class Feed(models.Model):
    """Somebody's timetable at a school as a calendar can fetch it. Only the digest of its secret is kept."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="feeds")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "user"], name="one_feed_a_person_and_school")
        ]

    class Privacy:
        plain = ("school", "user", "made_at")
        personal = ("digest",)
        special = ()

    def __str__(self) -> str:
        return f"Feed {self.pk}"
