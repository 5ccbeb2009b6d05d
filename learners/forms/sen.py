"""SEN provision and ranked needs, under the census rules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from learners.census import NEED_CHOICES, PROVISION_CHOICES, check_sen
from learners.forms.learners import DateField
from learners.models import SenProvision
from learners.models.need import RANKS

NO_NEED = [("", "–"), *NEED_CHOICES]


class SenForm(forms.Form):
    """One record: code, needs by rank, and the day it holds from."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    code = forms.ChoiceField(label="SEN provision", choices=PROVISION_CHOICES, widget=forms.RadioSelect)
    need_1 = forms.ChoiceField(
        label="Primary need", choices=NO_NEED, required=False, help_text="K and E need at least one type; N has none."
    )
    need_2 = forms.ChoiceField(label="Second need", choices=NO_NEED, required=False)
    need_3 = forms.ChoiceField(label="Third need", choices=NO_NEED, required=False)
    need_4 = forms.ChoiceField(label="Fourth need", choices=NO_NEED, required=False)
    starts = DateField(label="From", help_text="The first day on which this holds.")
    note = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why it changed, or who agreed it. Up to 500 characters.",
    )

    def __init__(self, *args: Any, today: date, notes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["need_1"].depends = True  # on the code: the page does not call it optional
        if not notes:  # somebody who may not read notes may not overwrite them unseen either
            del self.fields["note"]

    @staticmethod
    def reading(record: SenProvision) -> dict[str, Any]:
        """The form's initial values, as `record` is now."""
        return {name: getattr(record, name) for name in ("code", *RANKS, "starts", "note")}

    @property
    def ranks(self) -> list[Any]:
        """The fields of the needs, primary first."""
        return [self[rank] for rank in RANKS]

    @property
    def needs(self) -> list[str]:
        """The types that were chosen, primary first."""
        return [need for rank in RANKS if (need := self.cleaned_data.get(rank))]

    def clean_starts(self) -> date:
        """Today or earlier: what is in force is what the register and the census show."""
        starts: date = self.cleaned_data["starts"]
        if starts > self.today:
            raise forms.ValidationError("Choose today or an earlier day: what is not agreed yet is not in force.")
        return starts

    def clean(self) -> dict[str, Any]:
        """The census rules, each said beside the field that breaks it."""
        values = super().clean() or self.cleaned_data
        gap = next((at for at in range(1, len(RANKS)) if values.get(RANKS[at]) and not values.get(RANKS[at - 1])), 0)
        if gap:
            self.add_error(RANKS[gap - 1], "Fill this one first: ranks run from the primary need.")
            return values
        if "code" in values:
            for sentence in check_sen(values["code"], self.needs):
                self.add_error(self._field_of(sentence), sentence)
        return values

    def _field_of(self, sentence: str) -> str:
        """The field a census sentence is about."""
        if sentence.startswith("NSA"):
            return RANKS[self.needs.index("NSA")]
        if "stands twice" in sentence:
            return next(RANKS[at] for at, need in enumerate(self.needs) if need in self.needs[:at])
        return "need_1"
