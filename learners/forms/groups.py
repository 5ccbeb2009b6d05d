"""A class or tutor group."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from learners.actions.groups import state_of
from learners.census import YEAR_CHOICES
from learners.models import Group
from provisionmap.school.models import School, User


class GroupForm(forms.Form):
    """Name, year and teachers; `seen` is what the group was when the form was read."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    name = forms.CharField(max_length=40)
    nc_year = forms.ChoiceField(label="Year group", choices=[("", "Mixed or not set"), *YEAR_CHOICES], required=False)
    teachers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Teachers of a group see its learners.",
    )

    def __init__(self, *args: Any, school: School, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teachers"].queryset = User.objects.at(school, today)

    @staticmethod
    def reading(group: Group) -> dict[str, Any]:
        """The form's initial values, as `group` is now."""
        return {
            "seen": state_of(group),
            "name": group.name,
            "nc_year": group.nc_year,
            "teachers": list(group.teachers.values_list("pk", flat=True)),
        }

    @property
    def values(self) -> dict[str, Any]:
        """What was sent."""
        return {name: self.cleaned_data[name] for name in ("name", "nc_year", "teachers")}
