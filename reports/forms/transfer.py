"""What a SENCO sends about files that go with a learner to another school."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from learners.forms.learners import DateField

TOO_LARGE = "This file is larger than 10 MB: no transfer file is. Choose the one the other school sent."
MISSING = "Choose the file first."


class SendForm(forms.Form):
    """Where the file goes, and what it may hold."""

    to = forms.CharField(label="To which school", max_length=120)
    notes = forms.BooleanField(
        label="With notes", required=False, help_text="Notes of SEN provision and of provisions, as they were written."
    )
    confidential = forms.BooleanField(
        label="With confidential provision",
        required=False,
        help_text="The safeguarding file goes separately, by its own way: leave this unticked unless you mean it.",
    )


class ReceiptForm(forms.Form):
    """Who received it, and when."""

    received_by = forms.CharField(label="Received by", max_length=120)
    received_on = DateField(label="On")
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_received_on(self) -> date:
        """The day. Raises ValidationError for one to come."""
        day: date = self.cleaned_data["received_on"]
        if day > self.today:
            raise ValidationError("This day lies ahead: enter the day on which they had it.")
        return day


class ArrivingForm(forms.Form):
    """The file of another school. What it is, the gate finds out from its bytes."""

    file = forms.FileField(
        label="Transfer file",
        help_text="The .json file that the other school made with Provision Map, up to 10 MB.",
        error_messages={"required": MISSING, "empty": "This file is empty. Ask for it again."},
        widget=forms.FileInput(attrs={"accept": ".json"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE


class TakeInForm(forms.Form):
    """Yes to what was shown; for a learner who is new here, their first day."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    joined = DateField(label="First day at this school", required=False)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not new:
            del self.fields["joined"]
