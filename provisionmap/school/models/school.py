"""The school and what it calls its tiers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from django.db import models

from provisionmap.school.calendar import CalendarDates
from provisionmap.school.history import Records
from provisionmap.school.periods import LEAST_YEARS, MOST_YEARS, PUPIL_YEARS, SEN_YEARS

WAVES = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
LAYERS = {1: "Universal", 2: "Targeted", 3: "Targeted Plus", 4: "Specialist"}
TIER_SETS = {"waves": WAVES, "layers": LAYERS}
TIERS = [(1, "Tier 1"), (2, "Tier 2"), (3, "Tier 3"), (4, "Tier 4")]


@dataclass(frozen=True)
class TierNames:
    """What a school calls its tiers through time: the names of its set, and its own from their first days on."""

    usual: dict[int, str]
    own: tuple[tuple[int, str, date], ...] = ()  # code, label and first day, in the order of the days

    def on(self, day: date) -> dict[int, str]:
        """The tiers of `day`, code to label, in order; an empty label says that the school does not use the tier."""
        labels = self.usual | {code: label for code, label, starts in self.own if starts <= day}
        return {code: label for code, label in sorted(labels.items()) if label}


class School(models.Model):
    """A school that keeps its map here. Each school's data is walled off from every other's."""

    TIER_SET_CHOICES: ClassVar = [
        ("waves", "Wave 1, Wave 2, Wave 3"),
        ("layers", "Universal, Targeted, Targeted Plus, Specialist"),
    ]

    name = models.CharField(max_length=120)
    urn = models.CharField("URN", max_length=6, blank=True)
    la_code = models.CharField("local authority code", max_length=3, blank=True)
    estab = models.CharField("establishment number", max_length=4, blank=True)
    tier_set = models.CharField(max_length=10, choices=TIER_SET_CHOICES, default="waves")
    set_up_done = models.BooleanField(default=False)
    # How long records are kept, in years from birth: of learners with SEN, and of the others.
    sen_years = models.PositiveSmallIntegerField(default=SEN_YEARS)
    pupil_years = models.PositiveSmallIntegerField(default=PUPIL_YEARS)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    sen_years__gte=LEAST_YEARS, sen_years__lte=MOST_YEARS,
                    pupil_years__gte=LEAST_YEARS, pupil_years__lte=MOST_YEARS,
                ),
                name="records_are_kept_25_to_40_years",
            )
        ]  # fmt: skip

    class Privacy:
        plain = (
            "name", "urn", "la_code", "estab", "tier_set", "set_up_done", "sen_years", "pupil_years", "version"
        )  # fmt: skip
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name

    def calendar_dates(self) -> CalendarDates:
        """The school's terms and closures for the rules of `calendar`: two queries."""
        terms = tuple(term.dates for term in self.terms.all())
        return CalendarDates(terms, tuple(closure.span for closure in self.closures.all()))

    def tiers_on(self, day: date) -> dict[int, str]:
        """The school's tiers on `day`, code to label, in order: one query.

        A label the school has not written itself is the one of its tier set; an empty label says that the
        school does not use the tier from that day on.
        """
        return self._names(self.tier_labels.on(day)).on(day)

    def tier_names(self) -> TierNames:
        """What the tiers are called on any day: one query."""
        return self._names(self.tier_labels.order_by("starts", "pk"))

    def _names(self, rows: Iterable[TierLabel]) -> TierNames:
        return TierNames(TIER_SETS[self.tier_set], tuple((row.code, row.label, row.starts) for row in rows))


class TierLabelQuerySet(models.QuerySet["TierLabel"]):
    """What tiers were called, when."""

    def on(self, day: date) -> Self:
        """Labels in force by `day`, oldest first, so that the last one of a code wins."""
        return self.filter(starts__lte=day).order_by("starts", "pk")


class TierLabel(models.Model):
    """What a school calls one tier from a day on; earlier names stay for earlier days. Empty: not used."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="tier_labels")
    code = models.PositiveSmallIntegerField(choices=TIERS)
    label = models.CharField(max_length=40, blank=True)
    starts = models.DateField()

    objects = TierLabelQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["starts", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "code", "starts"], name="one_label_a_tier_a_day"),
            models.CheckConstraint(condition=models.Q(code__gte=1, code__lte=4), name="tier_label_code_1_to_4"),
        ]

    class Privacy:
        plain = ("school", "code", "label", "starts")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.label
