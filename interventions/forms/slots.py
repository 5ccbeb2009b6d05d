"""What people send to plan a time of the week."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from interventions.actions.slots import Time
from interventions.forms.placements import day_field
from interventions.models import Provision, Slot
from provisionmap.school.models import User


class SlotForm(forms.Form):
    """When a provision happens, and where, and with whom."""

    weekday = forms.TypedChoiceField(label="Day", choices=Slot.WEEKDAYS, coerce=int)
    at = forms.TimeField(
        label="Time",
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as 09:15."},
    )
    minutes = forms.IntegerField(min_value=1, max_value=600)
    week = forms.ChoiceField(choices=Slot.WEEKS, required=False)
    place = forms.CharField(max_length=80, required=False)
    deliverer = forms.ModelChoiceField(
        User.objects.none(), label="Who takes it", required=False, empty_label="Whoever delivers it"
    )
    joins = forms.BooleanField(
        label="Let them deliver it",
        required=False,
        help_text="For somebody who does not deliver it yet: they see its learners then.",
    )
    starts = day_field("From")
    ends = day_field("Until", required=False, help_text="Empty: as long as the provision.")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial.get("deliverer")
        held = User.objects.filter(Q(pk__in=staff.order_by().values("pk")) | Q(pk=chosen.pk if chosen else 0))
        field: Any = self.fields["deliverer"]
        field.queryset = held.order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "The last day is before the first day.")
        return data

    @property
    def time(self) -> Time:
        """The time as an action takes it."""
        return Time(**{name: value for name, value in self.cleaned_data.items() if name != "seen"})

    @staticmethod
    def fresh(provision: Provision, first: date) -> dict[str, Any]:
        """What a new time starts with: the provision's own dose and place."""
        return {
            "weekday": 0,
            "minutes": provision.minutes,
            "place": provision.place,
            "starts": max(provision.starts, first),
        }

    @staticmethod
    def reading(slot: Slot, first: date) -> dict[str, Any]:
        """What the form shows of a slot; a change counts from `first`, or from its own first day if that is later."""
        same = ("weekday", "at", "minutes", "week", "place", "deliverer", "ends")
        return {
            **{name: getattr(slot, name) for name in same},
            "joins": False,
            "starts": max(slot.starts, first),
            "seen": slot.version,
        }
