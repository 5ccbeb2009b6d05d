"""Disposals: which records went, by whose decision, under which rule. Nothing here tells who the children were."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q

from learners.retention import Rule
from provisionmap.school.access import schools_where
from provisionmap.school.models import School
from provisionmap.school.roles import Capability

DRAFT_FOR = timedelta(hours=1)  # a choice that nobody confirmed is let go after this


class DisposalQuerySet(models.QuerySet["Disposal"]):
    """Disposals, as pages and jobs ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Disposals at the schools where this person may dispose of records."""
        return self.filter(school__in=schools_where(user, Capability.DISPOSE_RECORDS))

    def drafts_of(self, user: Any, now: datetime) -> Self:
        """What this person, and nobody else, chose within the last hour and has not confirmed."""
        return self.visible_to(user).filter(by=user.pk, state="draft", created__gt=now - DRAFT_FOR)

    def confirmed(self) -> Self:
        """The log: every disposal that somebody confirmed, the last one first."""
        return self.exclude(state="draft").order_by("-confirmed", "-pk")

    def for_log(self) -> Self:
        """What a line of the log shows: who, and how many records went and stayed."""
        return self.select_related("by").annotate(
            gone=Count("items", filter=Q(items__state="gone")),
            left=Count("items", filter=Q(items__state="kept")),
            all=Count("items"),
        )


class Disposal(models.Model):
    """One decision about several records, and how far its job is.

    States: "draft" was chosen and waits for its person, then "waiting", "working" and "done". The periods are those
    that counted when it was confirmed. `texts` are texts of other records out of which lone names are to be taken
    as well: model, id and field, never what they say.
    """

    STATES: ClassVar = [("draft", "Draft"), ("waiting", "Waiting"), ("working", "Working"), ("done", "Done")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="disposals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="disposals")
    state = models.CharField(max_length=8, choices=STATES, default="draft")
    created = models.DateTimeField(auto_now_add=True)
    confirmed = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    sen_years = models.PositiveSmallIntegerField()
    pupil_years = models.PositiveSmallIntegerField()
    texts = models.JSONField(default=list, blank=True)

    objects = DisposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "taken_at"], name="disposal_by_state")]

    class Privacy:
        plain = (
            "school", "by", "state", "created", "confirmed", "finished", "taken_at", "sen_years", "pupil_years", "texts"
        )  # fmt: skip
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Disposal {self.pk}"


class DisposalItem(models.Model):
    """One record of a disposal. `record` is the number the learner had here, which says nothing about who it was.

    Never the day from which it was due: that is a birthday, some years later.
    """

    STATES: ClassVar = [("waiting", "Waiting"), ("gone", "Disposed of"), ("kept", "Kept")]
    WHY: ClassVar = [
        ("held", "A hold was set meanwhile"),
        ("on_roll", "Back on the roll"),
        ("kept", "Its time is not over"),
        ("unknown", "A day is missing"),
        ("missing", "No longer here"),
    ]
    RULES: ClassVar = [(Rule.SEN.value, "SEN"), (Rule.PUPIL.value, "No SEN")]

    disposal = models.ForeignKey(Disposal, on_delete=models.CASCADE, related_name="items")
    place = models.PositiveSmallIntegerField()
    record = models.BigIntegerField()
    rule = models.CharField(max_length=5, choices=RULES)
    state = models.CharField(max_length=7, choices=STATES, default="waiting")
    why = models.CharField(max_length=8, choices=WHY, blank=True)  # why it was kept
    at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["disposal", "record"], name="one_item_a_record"),
        ]

    class Privacy:
        plain = ("disposal", "place", "record", "rule", "state", "why", "at")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"Record {self.disposal_id}-{self.place}"
