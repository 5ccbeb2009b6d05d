"""When a school last looked through who may see whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from provisionmap.school.models.person import User


class AccessReview(models.Model):
    """Somebody looked through the roles of a school and what each person sees."""

    school = models.ForeignKey("school.School", on_delete=models.CASCADE, related_name="access_reviews")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="access_reviews")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    class Privacy:
        plain = ("school", "by", "at")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Access review {self.pk}"
