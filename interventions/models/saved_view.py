"""Views of the map that a person keeps for themselves."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """This person's own, at the schools whose map they still see."""
        return self.filter(user=user.pk, school__in=schools_where(user, Capability.SEE_MAP))


class SavedView(models.Model):
    """An address of the map under a name: codes and ids only, never what somebody searched for."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="saved_views")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["school", "user", "name"], name="one_view_a_name")]

    class Privacy:
        plain = ("school", "user", "query")
        personal = ("name",)
        special = ()

    def __str__(self) -> str:
        return self.name
