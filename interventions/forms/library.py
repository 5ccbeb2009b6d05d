"""What people send to change the library."""

from __future__ import annotations

from typing import Any

from django import forms

from interventions.areas import AREA_CHOICES
from interventions.models import Intervention


def _text(label: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}), **kwargs
    )


def _number(label: str, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most)


class InterventionForm(forms.Form):
    """One entry of the library."""

    name = forms.CharField(max_length=120)
    tier = forms.TypedChoiceField(coerce=int)
    areas = forms.MultipleChoiceField(label="Areas of need", choices=AREA_CHOICES, widget=forms.CheckboxSelectMultiple)
    summary = _text("What it is")
    sessions = _number("Sessions a week", 35)
    minutes = _number("Minutes a session", 600)
    weeks = _number("Weeks", 52)
    group_min = _number("Smallest group", 60)
    group_max = _number("Largest group", 60)
    entry_criteria = _text("Who it is for (entry criteria)")
    exit_criteria = _text("When it ends (exit criteria)")
    success_measure = _text("How we will know it worked")
    evidence_grade = forms.ChoiceField(label="Evidence", choices=Intervention.GRADES, initial="unknown")
    evidence_source = forms.CharField(label="Where the evidence is from", max_length=300, required=False)
    training = forms.CharField(label="Training needed", max_length=300, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, tiers: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = list(tiers.items())

    def clean(self) -> dict[str, Any]:
        """The largest group is not smaller than the smallest."""
        data = super().clean() or {}
        if data.get("group_min") and data.get("group_max") and data["group_max"] < data["group_min"]:
            self.add_error("group_max", "The largest group is smaller than the smallest.")
        return data

    @property
    def fields_to_write(self) -> dict[str, Any]:
        """What to write, by field; areas and the version go separately."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("areas", "seen")}

    @staticmethod
    def reading(entry: Intervention) -> dict[str, Any]:
        """What the form shows of an entry before anybody types."""
        names = [name for name in InterventionForm.base_fields if name not in ("areas", "seen")]
        return {**{name: getattr(entry, name) for name in names}, "areas": entry.area_codes, "seen": entry.version}
