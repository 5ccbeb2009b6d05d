"""Days on which the timetable does not hold: adults who are away, and trips."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from learners.models import Learner
from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class StaffAbsenceQuerySet(models.QuerySet["StaffAbsence"]):
    """Absences of staff, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """All of a school's for those who log any session there; anybody's own."""
        return self.filter(Q(school__in=schools_where(user, Capability.LOG_ALL)) | Q(user=user.pk))


class StaffAbsence(models.Model):
    """An adult is away from a day to a day. Why is nobody's business here, so there is no place to write it."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="staff_absences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    starts = models.DateField()
    ends = models.DateField()
    version = models.PositiveIntegerField(default=1)

    objects = StaffAbsenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="absence_ends_after_start"),
            models.UniqueConstraint(fields=["school", "user", "starts"], name="one_absence_a_person_and_start"),
        ]

    class Privacy:
        plain = ("school", "user", "starts", "ends", "version")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Absence {self.pk}"


class TripQuerySet(models.QuerySet["Trip"]):
    """Trips, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """A school's trips, for those who see its map; who goes is asked through the learners they see."""
        return self.filter(school__in=schools_where(user, Capability.SEE_MAP))


class Trip(models.Model):
    """Learners are out on a trip or at an event from a day to a day. Who they are is fixed when it is entered."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="trips")
    name = models.CharField(max_length=80)
    starts = models.DateField()
    ends = models.DateField()
    learners = models.ManyToManyField(Learner, related_name="trips")
    version = models.PositiveIntegerField(default=1)

    objects = TripQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["starts", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="trip_ends_after_start"),
        ]

    class Privacy:
        plain = ("school", "name", "starts", "ends", "learners", "version")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name
