"""Legal holds: somebody said that a learner's record must stay, whatever its age."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from learners.models.learner import Learner


class HoldQuerySet(models.QuerySet["Hold"]):
    """Holds, as pages and rules ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Holds on the learners this person may see."""
        return self.filter(learner__in=Learner.objects.visible_to(user))

    def standing(self) -> Self:
        """Holds that nobody has lifted."""
        return self.filter(lifted=None)


class Hold(models.Model):
    """Why a record must stay, since when and by whose word; lifted on a day, or still standing."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=300)
    since = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="holds_set")
    lifted = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="holds_lifted"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-since", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner"], condition=Q(lifted=None), name="one_standing_hold"),
            models.CheckConstraint(condition=Q(lifted=None) | Q(lifted__gte=F("since")), name="hold_lifted_after_set"),
        ]

    class Privacy:
        plain = ("learner", "since", "by", "lifted", "lifted_by")
        personal = ()
        special = ("reason",)

    def __str__(self) -> str:
        return f"Hold on learner {self.learner_id}"
