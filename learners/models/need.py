"""Dated SEN provision with its ranked types of need, under the census rules."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from learners.census import NEED_CHOICES, PROVISION_CHOICES
from learners.models.learner import Learner
from provisionmap.school.history import Records

RANKS = ("need_1", "need_2", "need_3", "need_4")
NEED_CODES = [code for code, _ in NEED_CHOICES]


def _no_gap_and_no_double() -> Q:
    """Ranks run from 1 without a gap and no type stands twice."""
    rule = Q()
    for place, field in enumerate(RANKS[1:], start=1):
        earlier = RANKS[:place]
        distinct = Q()
        for other in earlier:
            distinct &= ~Q(**{field: F(other)})
        rule &= Q(**{field: ""}) | (~Q(**{RANKS[place - 1]: ""}) & distinct)
    return rule


class SenProvisionQuerySet(models.QuerySet["SenProvision"]):
    """SEN provision records, dated."""

    def visible_to(self, user: Any) -> Self:
        """Records of the learners this person may see."""
        return self.filter(learner__in=Learner.objects.visible_to(user))

    def on(self, day: date) -> Self:
        """Records in force on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def with_need(self, code: str) -> Self:
        """Records that name the type of need `code` at any rank."""
        named = Q()
        for field in RANKS:
            named |= Q(**{field: code})
        return self.filter(named)


class SenProvision(models.Model):
    """A learner's SEN provision (N, K or E) from a day to a day, with up to four ranked types of need.

    The ranks are columns, so that the database itself holds the census rules: a type for K and E,
    none for N, ranks from 1 without a gap, no type twice, NSA with K only, one open record.
    `types_awaited` marks a record from a list that had no types, so that nothing is invented for it.
    """

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="sen_provisions")
    code = models.CharField("SEN provision", max_length=1, choices=PROVISION_CHOICES)
    need_1 = models.CharField("primary need", max_length=4, blank=True, choices=NEED_CHOICES)
    need_2 = models.CharField("second need", max_length=4, blank=True, choices=NEED_CHOICES)
    need_3 = models.CharField("third need", max_length=4, blank=True, choices=NEED_CHOICES)
    need_4 = models.CharField("fourth need", max_length=4, blank=True, choices=NEED_CHOICES)
    types_awaited = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)

    objects = SenProvisionQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["-starts", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["learner"], condition=Q(ends=None), name="one_open_sen_provision"),
            models.CheckConstraint(condition=Q(code__in=["N", "K", "E"]), name="sen_provision_is_n_k_or_e"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="sen_provision_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(code="N", need_1="", types_awaited=False)
                | Q(code__in=["K", "E"]) & (~Q(need_1="") | Q(types_awaited=True)),
                name="k_and_e_have_a_type_and_n_has_none",
            ),
            models.CheckConstraint(condition=_no_gap_and_no_double(), name="need_ranks_from_1_no_type_twice"),
            models.CheckConstraint(
                condition=Q(code="K") | ~(Q(need_1="NSA") | Q(need_2="NSA") | Q(need_3="NSA") | Q(need_4="NSA")),
                name="nsa_with_k_only",
            ),
            *[
                models.CheckConstraint(condition=Q(**{f"{field}__in": ["", *NEED_CODES]}), name=f"{field}_is_a_code")
                for field in RANKS
            ],
        ]

    class Privacy:
        plain = ("learner", "starts", "ends")
        personal = ()
        special = ("code", "need_1", "need_2", "need_3", "need_4", "types_awaited", "note")

    def __str__(self) -> str:
        return f"{self.code} from {self.starts:%d/%m/%Y}"

    @property
    def needs(self) -> list[str]:
        """The types of need, primary first."""
        return [code for field in RANKS if (code := getattr(self, field))]
