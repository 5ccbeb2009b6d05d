"""What was really delivered: sessions, who was there, and every entry that said so."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from interventions.areas import AREA_CHOICES
from interventions.ledger import REASONS
from interventions.models.intervention import Intervention
from interventions.models.placement import Placement
from interventions.models.provision import Deliverer, Provision
from interventions.models.slot import Slot
from learners.models import Learner
from provisionmap.school.models import TIERS, School

PRESENT = "present"


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Sessions of the provisions this person may see."""
        return self.filter(provision__in=Provision.objects.visible_to(user))

    def read_by(self, user: Any) -> Self:
        """Sessions whose log this person may read: of the provisions they see, and of the learners they see.

        A class teacher reads what a colleague delivered to a learner of the class, without a part in the provision.
        """
        theirs = Attendance.objects.visible_to(user).order_by().values("session")
        return self.filter(Q(provision__in=Provision.objects.visible_to(user)) | Q(pk__in=theirs))

    def attended(self) -> Self:
        """Delivered sessions with somebody there: where nobody was, nobody got anything."""
        there = Attendance.objects.filter(session=OuterRef("pk"), outcome=PRESENT).order_by()
        return self.filter(Exists(there), state="delivered")

    def with_nobody(self) -> Self:
        """Each with `nobody`: whether it was taken, and every learner noted for it was absent."""
        rows = Attendance.objects.filter(session=OuterRef("pk")).order_by()
        there = Exists(rows.filter(outcome=PRESENT))
        return self.annotate(nobody=Q(Exists(rows), ~there, state="delivered"))

    def with_learners(self, user: Any, **wanted: Any) -> Self:
        """Sessions with a learner whom this person may see and who is as `wanted`."""
        return self.filter(pk__in=Attendance.objects.visible_to(user).filter(**wanted).order_by().values("session"))

    def naming(self, text: str, user: Any) -> Self:
        """Sessions found by words, each in the provision's name or in that of a learner whom this person may see."""
        rows = self
        for word in text.split():
            named = Attendance.objects.visible_to(user).order_by().filter(
                Q(learner__surname__icontains=word) | Q(learner__forename__icontains=word)
                | Q(learner__preferred_name__icontains=word)
            )  # fmt: skip
            rows = rows.filter(Q(provision__name__icontains=word) | Q(pk__in=named.values("session")))
        return rows


class Session(models.Model):
    """One occurrence about which something was said: delivered or not, moved, given to somebody else, or added.

    A planned occurrence that nobody said anything about has no row. What a session was for is frozen with it, so that
    no later change of the map moves a figure of the past.
    """

    STATES: ClassVar = [("open", "Nothing said yet"), ("delivered", "Delivered"), ("missed", "Not delivered")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="sessions")
    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="delivered_sessions")
    slot = models.ForeignKey(Slot, on_delete=models.RESTRICT, null=True, blank=True, related_name="sessions")
    on = models.DateField("day")
    at = models.TimeField("time", null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("minutes planned")
    extra = models.BooleanField(default=False)  # beyond the timetable: added, or moved here
    instead_of = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="moved_to")
    state = models.CharField(max_length=9, choices=STATES, default="open")
    reason = models.CharField(max_length=14, choices=list(REASONS.items()), blank=True)
    actual = models.PositiveSmallIntegerField("minutes delivered", null=True, blank=True)
    note = models.TextField(max_length=500, blank=True)
    cover = models.ForeignKey(  # who takes it in place of whoever was to
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions_covered"
    )
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions_delivered"
    )
    role = models.CharField(max_length=12, choices=Deliverer.ROLES, blank=True)  # as whom they delivered it
    intervention = models.ForeignKey(
        Intervention, on_delete=models.SET_NULL, null=True, blank=True, related_name="delivered_sessions"
    )
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    area = models.CharField("area of need", max_length=13, choices=AREA_CHOICES)
    standing = models.UUIDField("entry that counts", null=True, blank=True)
    logged_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["on", "at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["slot", "on"], condition=Q(slot__isnull=False), name="one_session_a_slot_and_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="missed") & Q(reason="") | Q(state="missed") & ~Q(reason=""),
                name="session_missed_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school", "on"], name="session_by_day"),
            models.Index(fields=["provision", "-on"], name="session_of_provision"),
        ]

    class Privacy:
        plain = ("school", "provision", "slot", "on", "at", "minutes", "extra", "instead_of", "state", "reason",
                 "actual", "cover", "delivered_by", "role", "intervention", "tier", "area", "standing", "logged_at",
                 "version")  # fmt: skip
        personal = ()
        special = ("note",)

    def __str__(self) -> str:
        return f"Session {self.pk}"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Who was there, as pages ask for it."""

    def visible_to(self, user: Any) -> Self:
        """Attendance of the placements this person may see."""
        return self.filter(placement__in=Placement.objects.visible_to(user))


class Attendance(models.Model):
    """One learner at one session: there, or not and why. All figures of delivery are sums of these rows."""

    OUTCOMES: ClassVar = [(PRESENT, "Present"), *REASONS.items()]
    ENGAGEMENT: ClassVar = [
        (1, "1, hardly"), (2, "2, a little"), (3, "3, mostly"), (4, "4, well"), (5, "5, fully")
    ]  # fmt: skip

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="attendances")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendances")
    placement = models.ForeignKey(Placement, on_delete=models.RESTRICT, related_name="attendances")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="attendances")
    on = models.DateField("day")
    outcome = models.CharField(max_length=14, choices=OUTCOMES)
    planned = models.PositiveSmallIntegerField("minutes planned")
    minutes = models.PositiveSmallIntegerField("minutes delivered", default=0)
    extra = models.BooleanField(default=False)
    engagement = models.PositiveSmallIntegerField(choices=ENGAGEMENT, null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "placement"], name="one_attendance_a_session_and_placement"),
            models.CheckConstraint(
                condition=Q(outcome=PRESENT) | Q(minutes=0), name="attendance_minutes_only_when_present"
            ),
            models.CheckConstraint(
                condition=Q(engagement=None) | Q(engagement__gte=1, engagement__lte=5), name="engagement_1_to_5"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["school", "on"],
                include=["placement", "outcome", "minutes", "planned", "extra"],
                name="attendance_by_day",
            ),
            models.Index(fields=["learner", "-on"], name="attendance_of_learner"),
        ]

    class Privacy:
        plain = ("school", "session", "placement", "learner", "on", "outcome", "planned", "minutes", "extra")
        personal = ()
        special = ("engagement", "note")

    def __str__(self) -> str:
        return f"Attendance {self.pk}"


class Entry(models.Model):
    """One message that said how a session went, as it was sent; the session shows the one that stands.

    `client` is made by the device before it sends, so that the same entry sent again is known again. Nothing of an
    entry is ever changed: an amendment is another entry, and the earlier one can be read.
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="entries")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="entries")
    client = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64)
    said = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="entries")
    made_at = models.DateTimeField()  # by the device's clock, which may be wrong
    at = models.DateTimeField()  # when it reached the server

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["session", "at"], name="entry_of_session")]

    class Privacy:
        plain = ("school", "session", "client", "digest", "by", "made_at", "at")
        personal = ()
        special = ("said",)

    def __str__(self) -> str:
        return f"Entry {self.pk}"


class Answer(models.Model):
    """What somebody answers to how a session went: a class teacher to the adult who delivered it."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="answers")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="answers")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="session_answers"
    )
    at = models.DateTimeField()
    text = models.TextField(max_length=500)

    class Meta:
        ordering: ClassVar = ["pk"]

    class Privacy:
        plain = ("school", "session", "by", "at")
        personal = ()
        special = ("text",)

    def __str__(self) -> str:
        return f"Answer {self.pk}"
