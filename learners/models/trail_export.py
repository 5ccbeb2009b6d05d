"""That the audit trail was taken out as a file, and why where it named many children."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from provisionmap.school.models import School


class TrailExport(models.Model):
    """One file of the trail. `reason` is asked for above 100 learners and is forgotten after half a year."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="trail_exports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="trail_exports")
    created = models.DateTimeField(auto_now_add=True)
    since = models.DateField()
    until = models.DateField()
    rows = models.PositiveIntegerField()
    learners = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    class Privacy:
        plain = ("school", "by", "created", "since", "until", "rows", "learners")
        personal = ("reason",)
        special = ()

    def __str__(self) -> str:
        return f"Export of the trail {self.pk}"
