"""The school's library of interventions."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from interventions.areas import AREA_CHOICES, AREAS
from provisionmap.school.access import schools_where
from provisionmap.school.history import Records
from provisionmap.school.models import TIERS, School
from provisionmap.school.roles import Capability


class InterventionQuerySet(models.QuerySet["Intervention"]):
    """Library entries, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Entries of the libraries this person may read."""
        return self.filter(school__in=schools_where(user, Capability.SEE_LIBRARY))

    def in_use(self) -> Self:
        """Entries that have not been archived."""
        return self.filter(archived_at=None)

    def in_area(self, code: str) -> Self:
        """Entries for the area of need `code`."""
        return self.filter(pk__in=InterventionArea.objects.filter(area=code).values("intervention"))

    def for_library(self) -> Self:
        """What a row of the library shows, by tier and name."""
        return self.prefetch_related("areas").order_by("tier", "name", "pk")


class Intervention(models.Model):
    """One entry of the library: what it is, for whom, the usual dose, and when it has worked."""

    GRADES: ClassVar = [
        ("strong", "Strong"),
        ("moderate", "Moderate"),
        ("weak", "Weak"),
        ("none", "None found"),
        ("unknown", "Not known"),
    ]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="interventions")
    name = models.CharField(max_length=120)
    summary = models.TextField(max_length=500, blank=True)
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    minutes = models.PositiveSmallIntegerField("minutes a session", null=True, blank=True)
    sessions = models.PositiveSmallIntegerField("sessions a week", null=True, blank=True)
    weeks = models.PositiveSmallIntegerField("weeks", null=True, blank=True)
    group_min = models.PositiveSmallIntegerField("smallest group", null=True, blank=True)
    group_max = models.PositiveSmallIntegerField("largest group", null=True, blank=True)
    entry_criteria = models.TextField(max_length=500, blank=True)
    exit_criteria = models.TextField(max_length=500, blank=True)
    success_measure = models.TextField(max_length=500, blank=True)
    evidence_grade = models.CharField(max_length=10, choices=GRADES, default="unknown")
    evidence_source = models.CharField(max_length=300, blank=True)
    training = models.CharField("training needed", max_length=300, blank=True)
    starter_key = models.CharField(max_length=60, blank=True, editable=False)
    archived_at = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = InterventionQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["tier", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["school", "name", "tier"], condition=Q(archived_at=None), name="one_entry_a_name_and_tier"
            ),
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="intervention_tier_1_to_4"),
            models.CheckConstraint(
                condition=Q(group_min=None) | Q(group_max=None) | Q(group_max__gte=F("group_min")),
                name="intervention_group_sizes_in_order",
            ),
        ]

    class Privacy:
        plain = (
            "school", "name", "summary", "tier", "minutes", "sessions", "weeks", "group_min", "group_max",
            "entry_criteria", "exit_criteria", "success_measure", "evidence_grade", "evidence_source",
            "training", "starter_key", "archived_at", "version",
        )  # fmt: skip
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name

    @property
    def area_codes(self) -> list[str]:
        """Codes of its areas, in the order of the Code of Practice; uses the prefetched rows."""
        held = {row.area for row in self.areas.all()}
        return [code for code in AREAS if code in held]


class InterventionArea(models.Model):
    """One area of need an intervention is for."""

    intervention = models.ForeignKey(Intervention, on_delete=models.CASCADE, related_name="areas")
    area = models.CharField(max_length=13, choices=AREA_CHOICES)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["intervention", "area"], name="one_area_an_intervention")
        ]

    class Privacy:
        plain = ("intervention", "area")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.area
