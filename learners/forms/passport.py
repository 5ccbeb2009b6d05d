"""One section of a passport, and when it was agreed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms

from learners.forms.learners import DateField
from learners.models.passport import MOST_LETTERS

MOST_LINES = 12  # six sections of this length still print on one page


class SectionForm(forms.Form):
    """What the learner says under one heading."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        max_length=MOST_LETTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=f"In the learner's own words. Up to {MOST_LETTERS} characters in {MOST_LINES} lines.",
    )

    @property
    def was(self) -> str:
        """What stood there when the person began."""
        return str(self.data.get("initial-text", "")).replace("\r", "")

    def clean_text(self) -> str:
        """Empty lines that only make room are taken out; what is left must fit the page."""
        text = re.sub(r"\s*\n\s*", "\n", self.cleaned_data["text"].replace("\r", ""))
        if text.count("\n") >= MOST_LINES:
            raise forms.ValidationError(f"Use {MOST_LINES} lines at most, so that the passport fits one page.")
        return text


class AgreedForm(forms.Form):
    """The day the learner agreed the passport."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    agreed_on = DateField(label="Agreed with the learner on", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_agreed_on(self) -> date | None:
        """Not in the future."""
        agreed: date | None = self.cleaned_data["agreed_on"]
        if agreed and agreed > self.today:
            raise forms.ValidationError("Choose today or an earlier day.")
        return agreed
