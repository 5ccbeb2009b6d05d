"""What was mailed to whom, so that nobody is written to twice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from provisionmap.school.models import School


class Reminder(models.Model):
    """When somebody was last sent a mail of a kind at a school. Claimed before the mail leaves, so two never do."""

    NUDGE, WEEKLY = "nudge", "weekly"
    KINDS: ClassVar = [(NUDGE, "Asked to log sessions"), (WEEKLY, "Weekly e-mail")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=6, choices=KINDS)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reminders_sent"
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "user", "kind"], name="one_reminder_of_a_kind_and_person")
        ]

    class Privacy:
        plain = ("school", "user", "kind", "at", "by")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Reminder {self.pk}"
