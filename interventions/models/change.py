"""Changes of the map that belong together: made at once, told in one sentence, taken back in one step."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models

from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class MapChangeQuerySet(models.QuerySet["MapChange"]):
    """Changes of the map, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Changes at the schools where this person sees every learner and the map."""
        return self.filter(
            school__in=schools_where(user, Capability.SEE_MAP),
        ).filter(school__in=schools_where(user, Capability.SEE_ALL_LEARNERS))

    def standing(self) -> Self:
        """Changes that nobody has taken back."""
        return self.filter(undone_at=None)


class MapChange(models.Model):
    """One act that touched several records. Their history rows carry its `reason`; its words name no learner."""

    KINDS: ClassVar = [
        ("start", "Started a provision"),
        ("change", "Changed a provision"),
        ("end", "Ended a provision"),
        ("learners", "Added learners"),
        ("bulk", "Changed several"),
        ("copy", "Copied a term"),
        ("split", "Split a group"),
        ("merge", "Merged groups"),
        ("year", "Next year"),
        ("import", "Imported a map"),
        ("tiers", "Changed tiers"),
        ("restore", "Restored"),
    ]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="map_changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="map_changes")
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=10, choices=KINDS)
    words = models.CharField(max_length=200)
    # Classes that an import of a map made, by id: they keep no history, and go when it is taken back.
    groups_made = models.JSONField(default=list, blank=True)
    # With whom placements were shared that it removed: pairs of placement and user, for when it is taken back.
    shares = models.JSONField(default=list, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = MapChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["school", "at"], name="map_change_by_time")]

    class Privacy:
        plain = ("school", "by", "at", "kind", "words", "groups_made", "shares", "undone_at", "undone_by")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.words

    @property
    def reason(self) -> str:
        """What the history rows of this change carry as their reason."""
        return f"set:{self.pk}"
