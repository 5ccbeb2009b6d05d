"""Files that go with a learner to another school: sent, taken in, and what earlier schools provided."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from interventions.areas import AREA_CHOICES
from interventions.subjects import SUBJECT_CHOICES
from learners.models import Learner
from provisionmap.school.access import schools_where
from provisionmap.school.models import TIERS, School
from provisionmap.school.roles import Capability
from provisionmap.school.waiting import KEPT_FOR


class Transfer(models.Model):
    """One transfer file that was made for another school, and the receipt of whoever got it. The file is not kept."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="transfers")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="transfers")
    made = models.DateTimeField(auto_now_add=True)
    to = models.CharField("to which school", max_length=120)
    confidential = models.BooleanField("with confidential provision", default=False)
    notes = models.BooleanField("with notes", default=False)
    received_by = models.CharField("received by", max_length=120, blank=True)
    received_on = models.DateField("received on", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-pk"]

    class Privacy:
        plain = ("learner", "by", "made", "confidential", "notes", "received_on", "version")
        personal = ("to", "received_by")
        special = ()

    def __str__(self) -> str:
        return f"Transfer {self.pk}"


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    """Files on their way in, as pages ask for them."""

    def waiting_for(self, user: Any, now: datetime) -> Self:
        """Those this person, and nobody else, may still go on with."""
        schools = schools_where(user, Capability.EXPORT_RECORD)
        return self.filter(by=user.pk, school__in=schools, state="uploaded", created__gt=now - KEPT_FOR)


class Arrival(models.Model):
    """One transfer file on its way in. `upload` is emptied when it is taken in, abandoned, or an hour old."""

    STATES: ClassVar = [("uploaded", "Uploaded"), ("applied", "Taken in"), ("abandoned", "Abandoned")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="arrivals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="arrivals")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, null=True, related_name="arrivals")
    state = models.CharField(max_length=9, choices=STATES, default="uploaded")
    upload = models.BinaryField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    applied = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]

    class Privacy:
        plain = ("school", "by", "learner", "state", "created", "applied", "version")
        personal = ()
        special = ("upload",)

    def __str__(self) -> str:
        return f"Arrival {self.pk}"


class EarlierProvision(models.Model):
    """Provision that a learner had at an earlier school, as its file told: to be read, never on this school's map."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="earlier_provision")
    school = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    tier_name = models.CharField(max_length=40)
    area = models.CharField("area of need", max_length=13, choices=AREA_CHOICES)
    subject = models.CharField(max_length=10, choices=SUBJECT_CHOICES, blank=True)
    place = models.CharField(max_length=80, blank=True)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("minutes a session", null=True, blank=True)
    sessions = models.PositiveSmallIntegerField("sessions a week", null=True, blank=True)
    staff = models.JSONField(default=list, blank=True)  # names and roles, as the file had them
    confidential = models.BooleanField(default=False)
    note = models.TextField(max_length=1000, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    baseline = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True)
    review_on = models.DateField("review", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["starts", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="earlier_tier_1_to_4"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=models.F("starts")), name="earlier_ends_after_start"
            ),
        ]

    class Privacy:
        plain = ("learner", "tier", "area", "subject", "starts", "ends", "minutes", "sessions",
                 "confidential", "review_on")  # fmt: skip
        personal = ("school", "staff")
        special = ("name", "tier_name", "place", "note", "outcome", "baseline", "target")

    @property
    def people(self) -> list[str]:
        """Who delivered it and who answered for it, each once: the file has a line for each role of theirs."""
        return list(dict.fromkeys(one["name"] for one in self.staff))

    def __str__(self) -> str:
        return f"Earlier provision {self.pk}"
