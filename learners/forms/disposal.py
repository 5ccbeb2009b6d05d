"""What a SENCO sends to keep a record, and to dispose of several."""

from __future__ import annotations

from typing import Any

from django import forms


class HoldForm(forms.Form):
    """Why a record must stay."""

    reason = forms.CharField(
        max_length=300,
        label="Why it must stay",
        help_text="For example: a claim was announced, or an inquiry asked for its papers to be kept.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """The number of records that will be gone, typed by hand."""

    count = forms.IntegerField(
        label="Type the number of records that will be gone",
        min_value=0,
        error_messages={"required": "Type the number.", "invalid": "Type the number in digits."},
        widget=forms.NumberInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, expected: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_count(self) -> int:
        """The right number, so that nobody confirms what they have not looked at."""
        count: int = self.cleaned_data["count"]
        if count != self.expected:
            raise forms.ValidationError(f"Type {self.expected}: that many records will be gone.")
        return count
