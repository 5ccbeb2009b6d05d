"""Classes and tutor groups."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from learners.census import YEAR_CHOICES
from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class GroupQuerySet(models.QuerySet["Group"]):
    """Groups, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Groups of the schools where this person sees all learners, and the groups they teach."""
        everywhere = schools_where(user, Capability.SEE_ALL_LEARNERS)
        own = schools_where(user, Capability.SEE_OWN_LEARNERS)
        taught = Group.teachers.through.objects.filter(user=user.pk).values("group")
        return self.filter(models.Q(school__in=everywhere) | models.Q(school__in=own, pk__in=taught))


class Group(models.Model):
    """A registration group: a class or tutor group, with its teachers."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=40)
    nc_year = models.CharField("year group", max_length=2, blank=True, choices=YEAR_CHOICES)
    teachers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="groups_taught", blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "name"], name="one_group_a_name"),
        ]

    class Privacy:
        plain = ("school", "name", "nc_year", "teachers")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name
