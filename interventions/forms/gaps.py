"""What people send to put a gap right where its list stands."""

from __future__ import annotations

from typing import Any

from django import forms

from provisionmap.school.models import User


class TeacherForm(forms.Form):
    """Who answers for a provision."""

    responsible = forms.ModelChoiceField(
        User.objects.none(),
        label="Responsible teacher",
        empty_label="Choose…",
        widget=forms.Select(attrs={"autofocus": True}),
        error_messages={"required": "Choose who answers for it."},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["responsible"]
        field.queryset = staff
