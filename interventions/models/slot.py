"""The weekly times of a provision, dated: its timetable."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from interventions.models.provision import Provision
from interventions.timetable import Slot as PlannedSlot
from provisionmap.school.history import Records
from provisionmap.school.models import School


class SlotQuerySet(models.QuerySet["Slot"]):
    """Slots, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Slots of the provisions this person may see."""
        return self.filter(provision__in=Provision.objects.visible_to(user))

    def on(self, day: date) -> Self:
        """Slots that count on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)

    def between(self, first: date, last: date) -> Self:
        """Slots with a day from `first` to `last`."""
        return self.filter(Q(ends=None) | Q(ends__gte=first), starts__lte=last)


class Slot(models.Model):
    """A time of the week at which a provision happens, from a day to a day; every week, or in weeks A or B only.

    A slot that is changed ends, and another begins: what was planned for a day that is over stays as it was.
    """

    WEEKDAYS: ClassVar = [(0, "Monday"), (1, "Tuesday"), (2, "Wednesday"), (3, "Thursday"), (4, "Friday")]
    WEEKS: ClassVar = [("", "Every week"), ("A", "Week A"), ("B", "Week B")]

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="slots")
    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    at = models.TimeField("time")
    minutes = models.PositiveSmallIntegerField("minutes a session")
    week = models.CharField(max_length=1, choices=WEEKS, blank=True)
    place = models.CharField(max_length=80, blank=True)  # blank: where the provision is
    deliverer = models.ForeignKey(  # blank: whoever delivers the provision
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="slots"
    )
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)  # blank: as long as the provision
    version = models.PositiveIntegerField(default=1)

    objects = SlotQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["weekday", "at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__gte=0, weekday__lte=4), name="slot_on_a_school_day"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=600), name="slot_minutes_1_to_600"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="slot_ends_after_start"),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "starts", "ends"], name="slot_by_dates")]

    class Privacy:
        plain = ("school", "provision", "weekday", "at", "minutes", "week", "place", "deliverer", "starts", "ends",
                 "version")  # fmt: skip
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.at:%H:%M}"

    @property
    def planned(self) -> PlannedSlot:
        """This slot for the rules of `timetable`."""
        return PlannedSlot(self.weekday, self.at, self.minutes, self.starts, self.ends, self.week, self.pk)
