"""Who was given sight of which learner, from when to when, and why."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_migrate
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from learners.models.learner import SEE, Learner
from provisionmap.school.today import today

SHARED = "shared"  # the source of a grant that a SENCO gave by hand


@cache
def sight() -> int:
    """The permission that every grant gives, asked for once a process."""
    app, codename = SEE.split(".")
    return Permission.objects.get_by_natural_key(codename, app, "learner").pk


def _forget(**kwargs: Any) -> None:
    sight.cache_clear()


post_migrate.connect(_forget, dispatch_uid="the number of a permission belongs to one database")


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants, dated."""

    def on(self, day: date) -> Self:
        """Grants that hold on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class Running(UserObjectPermissionManager.from_queryset(GrantQuerySet)):  # type: ignore[misc]  # made at run time
    """Grants that hold today: those by which the library lists. (Its `has_perm` goes round this; it is not used.)"""

    def get_queryset(self) -> GrantQuerySet:
        """Those of today; the rest is history, and found by `ever`."""
        rows: GrantQuerySet = super().get_queryset()
        return rows.on(today())


class Grant(UserObjectPermissionBase):
    """Sight of one learner (`content_object`, as the library of grants calls it) given to one person."""

    content_object = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="grants")
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, default=sight, related_name="+")
    source = models.CharField(max_length=40)  # "provision:12" or "shared": who made it takes it away
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="grants_given"
    )

    ever = GrantQuerySet.as_manager()
    objects: ClassVar = Running()

    class Meta:  # not the library's: one person sees one child for several reasons, each with its own days
        ordering: ClassVar = ["pk"]
        default_manager_name = "ever"
        base_manager_name = "ever"
        indexes: ClassVar = [models.Index(fields=["user", "content_object"], name="grant_of_user")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="grant_ends_after_start"),
            models.CheckConstraint(condition=~Q(source=SHARED) | Q(ends__isnull=False), name="share_has_a_last_day"),
        ]

    class Privacy:
        plain = ("content_object", "permission", "user", "source", "starts", "ends", "given_by")
        personal = ()
        special = ("reason",)

    @property
    def learner_id(self) -> int:
        """Whose record this belongs to, as the audit trail asks."""
        return self.content_object_id

    def __str__(self) -> str:
        return f"{self.user_id} sees {self.content_object_id}"
