"""What people send to keep a view of the map."""

from __future__ import annotations

from django import forms


class SavedViewForm(forms.Form):
    """The name of a view."""

    name = forms.CharField(
        label="Name of this view",
        max_length=60,
        error_messages={"required": "Write a name, such as “Year 4, review dates”."},
    )
