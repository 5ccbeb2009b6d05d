"""What a SENCO sends to share a learner."""

from __future__ import annotations

from typing import Any

from django import forms

from learners.forms.learners import DateField
from provisionmap.school.models import User


class ShareForm(forms.Form):
    """With whom, until when, and what for."""

    person = forms.ModelChoiceField(queryset=User.objects.none(), label="External professional")
    ends = DateField(label="Last day", help_text="They see the learner up to and with this day.")
    reason = forms.CharField(max_length=200, label="What for", help_text="For example: assessment of speech.")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


class ShareChangeForm(forms.Form):
    """A new last day."""

    ends = DateField(label="Last day")
