"""Provisions: interventions as they run here, and who delivers them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from interventions.areas import AREA_CHOICES
from interventions.models.intervention import Intervention
from interventions.subjects import SUBJECT_CHOICES
from learners.models import Group
from provisionmap.school.access import schools_where
from provisionmap.school.history import Records
from provisionmap.school.models import TIERS, School
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

LOGGED_LATE = timedelta(days=14)  # as long as whoever took a session may say how it went, though they see it no more


def tier_on(day: date | OuterRef, provision: str = "") -> Any:
    """The tier of a provision on `day`, for an annotation; `provision` is the way to it from the row, if it is another.

    The one place that reads a tier for an earlier day. Today and later it is the provision's own, and nothing more
    is asked; earlier it is what the first move after that day went from. `day` may be a date of the row itself.
    """
    now = F(f"{provision}__tier" if provision else "tier")
    if isinstance(day, date) and day >= today():
        return now
    later = TierMove.objects.filter(provision=OuterRef(provision or "pk"), on__gt=day).order_by("on", "pk")
    return Coalesce(Subquery(later.values("old")[:1]), now)


def of_tier(tier: int, day: date) -> Q:
    """Whether a provision is of `tier` on `day`."""
    return Q(Exact(tier_on(day), tier))


def taken_since(user: Any, day: date, provision: str = "") -> Q:
    """Whether this person delivers the provision, or did on `day` or later, within the last fortnight."""
    first = max(day, today() - LOGGED_LATE)
    took = Deliverer.objects.filter(Q(ends=None) | Q(ends__gte=first), user=user.pk).values("provision")
    maps = schools_where(user, Capability.SEE_MAP)
    return Q(**{f"{provision or 'pk'}__in": took, "school__in": maps})


class ProvisionQuerySet(models.QuerySet["Provision"]):
    """Provisions, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Provisions this person may see.

        All of a school's for those who see all its learners; else those they are responsible for or
        deliver, and those of the groups they teach. Confidential ones need clearance or a part in them.
        """
        everywhere = schools_where(user, Capability.SEE_ALL_LEARNERS)
        maps = schools_where(user, Capability.SEE_MAP)
        cleared = schools_where(user, Capability.SEE_CONFIDENTIAL)
        mine = Q(responsible=user.pk) | Q(pk__in=Deliverer.objects.on(today()).filter(user=user.pk).values("provision"))
        taught = Group.objects.filter(teachers=user.pk).values("pk")
        return self.filter(
            Q(school__in=everywhere) | mine | Q(group__in=taught),
            Q(confidential=False) | Q(school__in=cleared) | mine,
            school__in=maps,
        )

    def taken_on(self, user: Any, day: date) -> Self:
        """Those that this person took on `day`, whose sessions they may still log: for a fortnight.

        Sight ends with the day somebody stood in or left; saying how it went takes a little longer.
        """
        if day < today() - LOGGED_LATE:
            return self.none()
        took = Deliverer.objects.on(day).filter(user=user.pk).values("provision")
        return self.filter(pk__in=took, school__in=schools_where(user, Capability.SEE_MAP))

    def taken_since(self, user: Any, day: date) -> Self:
        """Those of which this person may have taken a session on `day` or later: they deliver or answer for them."""
        maps = schools_where(user, Capability.SEE_MAP)
        return self.filter(taken_since(user, day) | Q(responsible=user.pk, school__in=maps))

    def on(self, day: date) -> Self:
        """Provisions running on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def delivered_by(self, user: Any, day: date) -> Self:
        """Those running on `day` that this person delivers or answers for then: they may log more sessions of them."""
        theirs = Deliverer.objects.on(day).filter(user=user.pk).values("provision")
        return self.on(day).filter(Q(responsible=user.pk) | Q(pk__in=theirs))

    def with_tier(self, day: date) -> Self:
        """Each with `tier_then`, its tier on `day`."""
        return self.annotate(tier_then=tier_on(day))


class Provision(models.Model):
    """An intervention or adaptation running here from a day to a day. Tier 1 may cover a whole group."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="provisions")
    intervention = models.ForeignKey(
        Intervention, on_delete=models.PROTECT, null=True, blank=True, related_name="provisions"
    )
    name = models.CharField(max_length=120)
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    area = models.CharField("area of need", max_length=13, choices=AREA_CHOICES)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("minutes a session", null=True, blank=True)
    sessions = models.PositiveSmallIntegerField("sessions a week", null=True, blank=True)
    subject = models.CharField(max_length=10, choices=SUBJECT_CHOICES, blank=True)  # blank: across subjects
    place = models.CharField(max_length=80, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="provisions_answered_for",
        verbose_name="responsible teacher",
    )
    responsible_name = models.CharField(max_length=120, blank=True)  # as a list wrote it: nobody who signs in
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="provisions")
    note = models.TextField(max_length=1000, blank=True)
    confidential = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    objects = ProvisionQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["tier", "name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="provision_tier_1_to_4"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="provision_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=600), name="provision_minutes_1_to_600"
            ),
            models.CheckConstraint(
                condition=Q(sessions=None) | Q(sessions__gte=1, sessions__lte=35), name="provision_sessions_1_to_35"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "starts", "ends"], name="provision_by_dates")]

    class Privacy:
        plain = (
            "school", "intervention", "name", "tier", "area", "starts", "ends", "minutes", "sessions", "subject",
            "place", "responsible", "group", "confidential", "version",
        )  # fmt: skip
        personal = ("responsible_name",)
        special = ("note",)

    def __str__(self) -> str:
        return self.name

    @property
    def answers(self) -> str:
        """Who answers for it, by name; "" where nobody does yet."""
        return self.responsible.name if self.responsible else self.responsible_name


class DelivererQuerySet(models.QuerySet["Deliverer"]):
    """Deliverers, dated."""

    def on(self, day: date) -> Self:
        """Deliverers on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), Q(starts=None) | Q(starts__lte=day))

    def lasting(self) -> Self:
        """Without those who stand in for one day: they are no part of who delivers it from now on."""
        return self.exclude(starts__isnull=False, starts=F("ends"))


class Deliverer(models.Model):
    """Somebody who delivers a provision: a person who signs in, or somebody from outside by name."""

    ROLES: ClassVar = [
        ("teacher", "Teacher"),
        ("ta", "Teaching assistant"),
        ("hlta", "Higher level teaching assistant"),
        ("senco", "SENCO"),
        ("specialist", "Specialist teacher"),
        ("therapist", "Therapist"),
        ("other", "Other"),
    ]

    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="deliverers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=12, choices=ROLES, default="ta")
    adults = models.PositiveSmallIntegerField(default=1)
    preparation_minutes = models.PositiveSmallIntegerField(default=0)
    starts = models.DateField(null=True, blank=True)  # blank: as long as the provision
    ends = models.DateField(null=True, blank=True)

    objects = DelivererQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(user=None) | ~Q(name=""), name="deliverer_is_somebody")
        ]

    class Privacy:
        plain = ("provision", "user", "role", "adults", "preparation_minutes", "starts", "ends")
        personal = ("name",)
        special = ()

    def __str__(self) -> str:
        return self.user.name if self.user else self.name

    @property
    def stands_in(self) -> bool:
        """Whether it is for one day."""
        return self.starts is not None and self.starts == self.ends

    def lasts(self, day: date) -> bool:
        """Whether they deliver it on `day` or later, and not for a day in place of somebody."""
        return (self.ends is None or self.ends >= day) and not self.stands_in


class TierMove(models.Model):
    """A provision went from one tier to another on a day. The tier in force now stands on the provision."""

    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="tier_moves")
    on = models.DateField()
    old = models.PositiveSmallIntegerField(choices=TIERS)
    new = models.PositiveSmallIntegerField(choices=TIERS)

    history = Records()

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        indexes: ClassVar = [models.Index(fields=["provision", "on"], name="tier_move_by_day")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(old__gte=1, old__lte=4, new__gte=1, new__lte=4) & ~Q(old=F("new")),
                name="tier_move_between_two_of_1_to_4",
            )
        ]

    class Privacy:
        plain = ("provision", "on", "old", "new")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.old} to {self.new} on {self.on:%d/%m/%Y}"
