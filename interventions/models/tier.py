"""A change of all tiers at once: from one set to the other on a day, planned or made."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from interventions.models.change import MapChange
from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class TierPlanQuerySet(models.QuerySet["TierPlan"]):
    """Changes of all tiers, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Those of the schools whose settings this person manages."""
        return self.filter(school__in=schools_where(user, Capability.MANAGE_SETTINGS))

    def planned(self) -> Self:
        """Those that wait for their day."""
        return self.filter(state="planned")

    def due(self, day: date) -> Self:
        """Those whose day has come."""
        return self.planned().filter(on__lte=day)


class TierPlan(models.Model):
    """A school's change from one set of tiers to another on a day: the rules, what was chosen by hand, how it stands.

    `rules` hold a rule for each present tier, `by_hand` a tier for each provision ("p12") or entry ("e7") that
    goes another way than its rule. What it wrote is undone through `change`.
    """

    STATES: ClassVar = [("planned", "Planned"), ("applied", "Applied"), ("cancelled", "Cancelled")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="tier_plans")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="tier_plans")
    on = models.DateField()
    old_set = models.CharField(max_length=10, choices=School.TIER_SET_CHOICES)
    new_set = models.CharField(max_length=10, choices=School.TIER_SET_CHOICES)
    rules = models.JSONField(default=dict)
    by_hand = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="planned")
    trouble = models.CharField(max_length=300, blank=True)  # why it could not be applied on its day
    change = models.OneToOneField(MapChange, on_delete=models.SET_NULL, null=True, blank=True, related_name="tier_plan")
    created = models.DateTimeField(auto_now_add=True)

    objects = TierPlanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(state="planned"), name="one_planned_change_of_tiers_a_school"
            )
        ]

    class Privacy:
        plain = (
            "school",
            "by",
            "on",
            "old_set",
            "new_set",
            "rules",
            "by_hand",
            "state",
            "trouble",
            "change",
            "created",
        )
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Tiers from {self.on:%d/%m/%Y}"
