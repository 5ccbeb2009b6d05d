"""What a SENCO sends to have everything held about a learner made ready."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from learners.forms.learners import DateField


class AskForm(forms.Form):
    """Who asked, and when."""

    asked_by = forms.CharField(
        label="Who asked", max_length=120, help_text="For example: the mother, the learner, a solicitor."
    )
    asked_on = DateField(label="When they asked", help_text="The day on which the request reached the school.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"asked_on": today}, **kwargs)
        self.today = today

    def clean_asked_on(self) -> date:
        """The day. Raises ValidationError for one to come."""
        day: date = self.cleaned_data["asked_on"]
        if day > self.today:
            raise ValidationError("This day lies ahead: enter the day on which they asked.")
        return day
