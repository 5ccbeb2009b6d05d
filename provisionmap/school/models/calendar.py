"""The school's calendar as rows; the arithmetic is in the pure `provisionmap.school.calendar`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from provisionmap.school.calendar import Span, TermDates
from provisionmap.school.models.school import School


class AcademicYear(models.Model):
    """A school year, such as 2026/27."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="years")
    name = models.CharField(max_length=9)
    starts = models.DateField()
    ends = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["starts"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "name"], name="one_year_a_name"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="year_ends_after_start"),
        ]

    class Privacy:
        plain = ("school", "name", "starts", "ends", "version")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """A term from its first to its last day, with the half-term holiday inside it."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="terms")
    year = models.ForeignKey(AcademicYear, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=40)
    starts = models.DateField()
    ends = models.DateField()
    half_term_starts = models.DateField(null=True, blank=True)
    half_term_ends = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["starts"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "starts"], name="one_term_a_start"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="term_ends_after_start"),
            models.CheckConstraint(
                condition=Q(half_term_starts=None, half_term_ends=None)
                | Q(half_term_starts__gt=F("starts"), half_term_ends__lt=F("ends"))
                & Q(half_term_ends__gte=F("half_term_starts")),
                name="half_term_inside_its_term",
            ),
        ]

    class Privacy:
        plain = ("school", "year", "name", "starts", "ends", "half_term_starts", "half_term_ends", "version")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name

    @property
    def half_term(self) -> Span | None:
        """The half-term holiday, where the term has one."""
        if self.half_term_starts is None or self.half_term_ends is None:
            return None
        return Span(self.half_term_starts, self.half_term_ends)

    @property
    def dates(self) -> TermDates:
        """This term for the rules of `calendar`."""
        return TermDates(self.name, self.starts, self.ends, self.half_term)


class Closure(models.Model):
    """Days inside a term on which nobody is taught: bank holidays, INSET days, snow."""

    KINDS: ClassVar = [
        ("bank", "Bank holiday"),
        ("inset", "INSET day"),
        ("closed", "School closed"),
        ("holiday", "Holiday"),
    ]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="closures")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=KINDS, default="inset")
    starts = models.DateField()
    ends = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["starts", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "starts", "name"], name="one_closure_a_day_and_name"),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="closure_ends_after_start"),
        ]

    class Privacy:
        plain = ("school", "name", "kind", "starts", "ends", "version")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> Span:
        """The days of this closure for the rules of `calendar`."""
        return Span(self.starts, self.ends)
