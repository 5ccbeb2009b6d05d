"""What people send about a learner: details and the last day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from learners.census import YEAR_CHOICES
from learners.models import Group, Learner
from learners.upn import normalise, refusal
from provisionmap.school.models import School
from provisionmap.web.forms import check_year

EARLIEST_BIRTH_YEARS = 26  # the oldest learner with a plan is 25


class DateField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("validators", [check_year])
        super().__init__(**kwargs)


class LearnerForm(forms.Form):
    """A learner's details. Each field carries the value it was read with, so that only what was changed is sent."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    forename = forms.CharField(max_length=80)
    surname = forms.CharField(max_length=80)
    preferred_name = forms.CharField(max_length=80, required=False, help_text="If not the forename.")
    middle_names = forms.CharField(max_length=120, required=False)
    date_of_birth = DateField(required=False, validators=[])  # has years of its own
    sex = forms.ChoiceField(choices=[("", "Not recorded"), *Learner.SEXES], required=False)
    nc_year = forms.ChoiceField(label="Year group", choices=[("", "Not set"), *YEAR_CHOICES], required=False)
    group = forms.ModelChoiceField(Group.objects.none(), required=False, empty_label="No group")
    upn = forms.CharField(
        label="UPN", max_length=20, required=False, help_text="A letter and 12 digits, as in the MIS."
    )
    former_upn = forms.CharField(label="Former UPN", max_length=20, required=False)
    joined = DateField(label="Joined the school", required=False)

    def __init__(self, *args: Any, school: School, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["group"].queryset = Group.objects.filter(school=school)
        for name in Learner.FLAGS:
            label = str(Learner._meta.get_field(name).verbose_name)
            self.fields[name] = forms.BooleanField(label=label[0].upper() + label[1:], required=False)
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "seen"

    @staticmethod
    def reading(learner: Learner) -> dict[str, Any]:
        """The form's initial values, as `learner` is now."""
        names = [name for name in LearnerForm.base_fields if name not in ("seen", "group")]
        values = {name: getattr(learner, name) for name in (*names, *Learner.FLAGS)}
        return {**values, "group": learner.group_id, "seen": learner.version}

    @property
    def names(self) -> list[Any]:
        """The fields that are not flags, for the page."""
        return [field for field in self.visible_fields() if field.name not in Learner.FLAGS]

    @property
    def flags(self) -> list[Any]:
        """The flags, for the page."""
        return [self[name] for name in Learner.FLAGS]

    @property
    def values(self) -> dict[str, Any]:
        """Everything that was sent, for a new learner."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    @property
    def changes(self) -> dict[str, Any]:
        """What the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "seen"}

    def was(self, name: str) -> Any:
        """The value of field `name` that the person had before them when they began."""
        widget = self.fields[name].hidden_widget()
        sent = widget.value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        return self.fields[name].to_python(sent)

    def clashes(self, current: Learner, changes: dict[str, Any]) -> list[dict[str, Any]]:
        """The fields of `changes` that somebody else changed too, to something else: both values in words."""
        rows = []
        for name, typed in changes.items():
            now = getattr(current, name)
            if now not in (typed, self.was(name)):
                words = {"typed": self._words(name, typed), "now": self._words(name, now)}
                rows.append({"name": name, "label": self.fields[name].label or self[name].label, **words})
        return rows

    def _words(self, name: str, value: Any) -> str:
        """A value as a person reads it."""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        choices = dict(getattr(self.fields[name], "choices", ())) if name in ("sex", "nc_year") else {}
        return str(choices.get(value, value) or "nothing")

    def clean_upn(self) -> str:
        """As UPNs are kept."""
        return self._upn("upn")

    def clean_former_upn(self) -> str:
        """As UPNs are kept."""
        return self._upn("former_upn")

    def _upn(self, name: str) -> str:
        upn = normalise(self.cleaned_data[name])
        if upn and (reason := refusal(upn)):
            raise forms.ValidationError(reason)
        return upn

    def clean_date_of_birth(self) -> date | None:
        """A day on which a learner of today can have been born."""
        born: date | None = self.cleaned_data["date_of_birth"]
        if born and not self.today.year - EARLIEST_BIRTH_YEARS <= born.year <= self.today.year:
            raise forms.ValidationError("Check the year of birth: it doesn't fit a child at school today.")
        if born and born > self.today:
            raise forms.ValidationError("A date of birth cannot lie in the future.")
        return born


class LeavingForm(forms.Form):
    """The last day of a learner at the school."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    left = DateField(label="Last day at the school", help_text="They stay on the roll up to and with this day.")

    def __init__(self, *args: Any, joined: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.joined = joined

    def clean_left(self) -> date:
        """Not before the first day."""
        left: date = self.cleaned_data["left"]
        if self.joined and left < self.joined:
            raise forms.ValidationError(f"They joined on {self.joined:%d/%m/%Y}: choose that day or a later one.")
        return left


class ReturnForm(forms.Form):
    """Putting a learner back on the roll needs no words, only the version that was read."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
