"""What people send to split a group or to merge groups."""

from __future__ import annotations

from typing import Any

from django import forms

from interventions.actions.provisions import Delivery
from interventions.actions.regrouping import NewGroup
from interventions.dose import Dose
from interventions.forms.placements import DoseField, day_field
from interventions.models import Deliverer, Provision
from interventions.regrouping import next_name
from provisionmap.school.models import User


class SplitForm(forms.Form):
    """The second group: its name, from when, what and who."""

    name = forms.CharField(label="Name of the new group", max_length=120)
    on = day_field("From")
    dose = DoseField(help_text="Sessions a week × minutes. Learners with a dose of their own keep it.")
    deliverer = forms.ModelChoiceField(
        User.objects.none(), label="Delivered by", required=False, empty_label="The same people as now"
    )
    outside = forms.CharField(label="Or somebody from outside", max_length=120, required=False)
    role = forms.ChoiceField(label="As", choices=Deliverer.ROLES, initial="ta")
    responsible = forms.ModelChoiceField(
        User.objects.none(), label="Responsible teacher", required=False, empty_label="Not chosen yet"
    )
    place = forms.CharField(max_length=80, required=False)

    def __init__(self, *args: Any, staff: Any, tier: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dose: Any = self.fields["dose"]
        dose.tier = tier
        for name in ("deliverer", "responsible"):
            field: Any = self.fields[name]
            field.queryset = staff

    @staticmethod
    def reading(provision: Provision, today: Any) -> dict[str, Any]:
        """What the form suggests before anybody types."""
        return {
            "name": next_name(provision.name),
            "on": max(today, provision.starts),
            "dose": Dose(provision.sessions, provision.minutes),
            "responsible": provision.responsible,
            "place": provision.place,
            "role": "ta",
        }

    @property
    def group(self) -> NewGroup:
        """The second group as the action takes it."""
        chosen = self.cleaned_data
        people = [Delivery(user=chosen["deliverer"], role=chosen["role"])] if chosen["deliverer"] else []
        if chosen["outside"]:
            people.append(Delivery(name=chosen["outside"], role="other" if people else chosen["role"]))
        return NewGroup(
            name=chosen["name"],
            on=chosen["on"],
            sessions=chosen["dose"].sessions,
            minutes=chosen["dose"].minutes,
            place=chosen["place"],
            responsible=chosen["responsible"],
            staff=people or None,
        )


class MergeForm(forms.Form):
    """Which group takes the others in, and from when."""

    into = forms.IntegerField(error_messages={"required": "Choose the group that takes the others in."})
    on = day_field("From")

    def __init__(self, data: Any, *, ticked: set[int]) -> None:
        super().__init__(data)
        self.ticked = ticked

    def clean(self) -> dict[str, Any]:
        """The group that stays is one of those ticked."""
        cleaned = super().clean() or {}
        if "into" in cleaned and cleaned["into"] not in self.ticked:
            self.add_error("into", "The group that takes the others in has to be ticked as well.")
        return cleaned

    @property
    def others(self) -> set[int]:
        """The groups that end."""
        return self.ticked - {self.cleaned_data["into"]}
