"""What people send about who is away."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from interventions.actions.away import Outing
from interventions.forms.placements import day_field
from learners.census import YEAR_CHOICES
from learners.models import Group, Learner
from provisionmap.school.models import User
from provisionmap.web.forms import TickedField


class DaysForm(forms.Form):
    """From a day to a day; one day where the last is left empty."""

    starts = day_field("From")
    ends = day_field("Until", required=False, help_text="Empty: that day only.")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "The last day is before the first day.")
        return data

    @property
    def days(self) -> dict[str, date]:
        """Both days, as an action takes them."""
        data = self.cleaned_data
        return {"starts": data["starts"], "ends": data["ends"] or data["starts"]}


class AbsenceForm(DaysForm):
    """Who is away, and when. There is no field for why."""

    user = forms.ModelChoiceField(User.objects.none(), label="Who", empty_label="Choose")
    field_order = ("user", "starts", "ends")

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        """`staff` is None where the person can't be chosen."""
        super().__init__(*args, **kwargs)
        if staff is None:
            del self.fields["user"]
        else:
            field: Any = self.fields["user"]
            field.queryset = staff


class TripForm(DaysForm):
    """A trip or an event, and who goes."""

    name = forms.CharField(
        label="What", max_length=80, help_text="Such as “Museum, Year 4”. No learner’s name: colleagues read it."
    )
    whole = forms.BooleanField(label="The whole school", required=False)
    years = forms.MultipleChoiceField(
        label="Year groups", choices=YEAR_CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = TickedField(Group.objects.none(), label="Classes", required=False, widget=forms.CheckboxSelectMultiple)
    learners = TickedField(Learner.objects.none(), required=False)
    field_order = ("name", "starts", "ends")

    def __init__(self, *args: Any, here: Any, learners: Any, groups: Any, **kwargs: Any) -> None:
        """`here` are the learners of today, for whole classes; `learners` those who may be ticked by name."""
        super().__init__(*args, **kwargs)
        self.here = here
        fields: Any = self.fields
        fields["learners"].queryset = learners
        fields["groups"].queryset = groups
        years = set(here.order_by().values_list("nc_year", flat=True).distinct())
        fields["years"].choices = [(code, label) for code, label in YEAR_CHOICES if code in years]

    @property
    def chosen(self) -> list[Learner]:
        """Everybody named in any of the ways, once."""
        data = self.cleaned_data
        several = list(data["learners"])
        if data["whole"]:
            several += self.here
        if data["years"]:
            several += self.here.filter(nc_year__in=data["years"])
        if data["groups"]:
            several += self.here.filter(group__in=data["groups"])
        return list({one.pk: one for one in several}.values())

    @property
    def outing(self) -> Outing:
        """The trip as an action takes it."""
        return Outing(self.cleaned_data["name"], **self.days, learners=self.chosen)
