"""What somebody at a school should look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from provisionmap.school.alarms import KINDS


class AlarmQuerySet(models.QuerySet["Alarm"]):
    """Alarms, as pages and the watch ask for them."""

    def of(self, school: Any) -> Self:
        """Those of one school, the newest first; whoever may open the page sees them all."""
        return self.filter(school=school).select_related("about", "noticed_by")

    def since(self, moment: datetime) -> Self:
        """Those raised after `moment`: the same is not raised again so soon."""
        return self.filter(at__gt=moment)


class Alarm(models.Model):
    """One alarm. `about` is the colleague whose doing raised it; nobody for what concerns the whole product."""

    school = models.ForeignKey("school.School", on_delete=models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=12, choices=[(key, mail) for key, (_, mail) in KINDS.items()])
    about = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="alarms")
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    noticed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["school", "kind", "at"], name="alarm_by_kind")]

    class Privacy:
        plain = ("school", "kind", "about", "count", "at", "mailed_at", "noticed_at", "noticed_by")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%d/%m/%Y})"

    @property
    def words(self) -> str:
        """What happened, as a sentence goes on after the name."""
        return KINDS[self.kind][0]
