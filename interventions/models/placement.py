"""Placements: one learner's place in a provision. A cell of the map shows them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q

from interventions.models.provision import Provision, taken_since, tier_on
from learners.models import Learner
from provisionmap.school.access import schools_where
from provisionmap.school.history import Records
from provisionmap.school.models import School
from provisionmap.school.roles import Capability


class PlacementQuerySet(models.QuerySet["Placement"]):
    """Placements, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Placements this person may see: their learners', less confidential ones not shared with them.

        Subqueries only, so it composes with any filter and never doubles a row; a governor, or somebody
        signed out, sees none.
        """
        maps = schools_where(user, Capability.SEE_MAP)
        cleared = schools_where(user, Capability.SEE_CONFIDENTIAL)
        seen = self.filter(school__in=maps, learner__in=Learner.objects.visible_to(user))
        if isinstance(maps, list) and isinstance(cleared, list) and set(maps) <= set(cleared):
            return seen  # cleared for every school they see: nothing is hidden, so nothing is asked
        shared = Placement.shared_with.through.objects.filter(user=user.pk).values("placement")
        part_of = Provision.objects.visible_to(user).filter(confidential=True).values("pk")
        return seen.filter(
            Q(confidential=False) | Q(school__in=cleared) | Q(pk__in=shared),
            Q(provision__confidential=False) | Q(school__in=cleared) | Q(pk__in=shared) | Q(provision__in=part_of),
        )

    def logged_by(self, user: Any, provision: Provision, *, took: bool) -> Self:
        """Those of a provision whom a card may name to this person: what they see, and whom they took then.

        `took` says that they delivered it on the day of the card, within the last fortnight. Of those only what is not
        confidential: that was shared with whoever has a part in it now.
        """
        rows = self.filter(provision=provision)
        theirs = Q(confidential=False) if took and not provision.confidential else Q(pk__in=())
        return rows.filter(Q(pk__in=rows.visible_to(user).order_by().values("pk")) | theirs)

    def logged_since(self, user: Any, day: date) -> Self:
        """Those whom cards from `day` on may tell this person of, each with `seen`: whether by name or by letters."""
        seen = Q(pk__in=self.visible_to(user).order_by().values("pk"))
        theirs = taken_since(user, day, "provision") & Q(confidential=False, provision__confidential=False)
        return self.annotate(seen=seen).filter(seen | theirs)

    def on(self, day: date) -> Self:
        """Placements running on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def between(self, first: date, last: date) -> Self:
        """Placements with a day from `first` to `last`."""
        return self.filter(Q(ends=None) | Q(ends__gte=first), starts__lte=last)

    def with_tier(self, day: date) -> Self:
        """Each with `tier_then`, the tier of its provision on `day`."""
        return self.annotate(tier_then=tier_on(day, "provision"))

    def with_last_tier(self) -> Self:
        """Each with `tier_then`, the tier of its provision on its own last day, or today's while it runs."""
        return self.annotate(tier_then=tier_on(OuterRef("ends"), "provision"))

    def for_map(self) -> Self:
        """What a cell of the map shows, in reading order."""
        return self.select_related("provision", "provision__responsible").order_by(
            "provision__tier", "provision__name", "pk"
        )


class Placement(models.Model):
    """One learner's place in a provision, with the dose they get and what it is for."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="placements")
    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="placements")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="placements")
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("minutes a session", null=True, blank=True)
    sessions = models.PositiveSmallIntegerField("sessions a week", null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    baseline = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True)
    review_on = models.DateField("review date", null=True, blank=True)
    confidential = models.BooleanField(default=False)
    shared_with = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="placements_shared")
    version = models.PositiveIntegerField(default=1)

    objects = PlacementQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="placement_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=600), name="placement_minutes_1_to_600"
            ),
            models.CheckConstraint(
                condition=Q(sessions=None) | Q(sessions__gte=1, sessions__lte=35), name="placement_sessions_1_to_35"
            ),
            models.UniqueConstraint(
                fields=["provision", "learner", "starts"], name="one_placement_a_learner_and_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school", "learner"], name="placement_of_learner"),
            models.Index(fields=["school", "starts", "ends"], name="placement_by_dates"),
        ]

    class Privacy:
        plain = ("school", "provision", "learner", "starts", "ends", "minutes", "sessions", "review_on",
                 "confidential", "shared_with", "version")  # fmt: skip
        personal = ()
        special = ("outcome", "baseline", "target")

    def __str__(self) -> str:
        return f"Placement {self.pk}"
