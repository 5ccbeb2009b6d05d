"""Delivery of a week, added up: what pages about a whole school read in place of the log."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from interventions.areas import AREA_CHOICES
from interventions.models.intervention import Intervention
from provisionmap.school.models import TIERS, School


class DeliveryWeek(models.Model):
    """Minutes of learners in one week, by intervention, tier and area. Kept in the transaction that logs.

    Always equal to the sum of the attendance it stands for; `recount` makes it anew from there.
    """

    FIGURES = (
        "sessions", "planned", "delivered", "catch_up",
        "learner_absent", "closed", "staff_absent", "trip", "room", "other",
    )  # fmt: skip

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="delivery_weeks")
    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, null=True, related_name="delivery_weeks")
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    area = models.CharField("area of need", max_length=13, choices=AREA_CHOICES)
    monday = models.DateField()
    sessions = models.IntegerField(default=0)  # that were delivered
    planned = models.IntegerField(default=0)
    delivered = models.IntegerField(default=0)
    catch_up = models.IntegerField(default=0)
    learner_absent = models.IntegerField(default=0)
    closed = models.IntegerField(default=0)
    staff_absent = models.IntegerField(default=0)
    trip = models.IntegerField(default=0)
    room = models.IntegerField(default=0)
    other = models.IntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["monday", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "monday", "tier", "area", "intervention"], name="one_delivery_week_an_intervention"
            ),
            models.UniqueConstraint(
                fields=["school", "monday", "tier", "area"],
                condition=Q(intervention=None),
                name="one_delivery_week_without_intervention",
            ),
        ]

    class Privacy:
        plain = ("school", "intervention", "tier", "area", "monday", "sessions", "planned", "delivered", "catch_up",
                 "learner_absent", "closed", "staff_absent", "trip", "room", "other")  # fmt: skip
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Delivery {self.pk}"
