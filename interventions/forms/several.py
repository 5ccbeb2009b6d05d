"""What people send to change several placements at once: a form for each act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from interventions.actions.provisions import Delivery
from interventions.actions.several import Act
from interventions.actions.several_acts import (
    AddTo,
    ChangeDates,
    ChangeDose,
    ChangeStaff,
    End,
    Move,
    SetReview,
    staff_of,
)
from interventions.dose import says_always
from interventions.forms.placements import SUCH_AS, DoseField, day_field, everyday_in
from interventions.models import Deliverer, Provision
from interventions.telling import told_apart
from provisionmap.school.models import School, User
from provisionmap.school.today import today


class GroupField(forms.ModelChoiceField):
    """A provision that still runs, told from others of its name."""

    def label_from_instance(self, obj: Any) -> str:
        """Name, class, dose, people."""
        return staff_of(obj)


class ActForm(forms.Form):
    """The values of one act."""

    def __init__(self, *args: Any, school: School, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("deliverer", "responsible"):
            if name in self.fields:
                self._queryset(name, User.objects.at(school, today()))
        if "dose" in self.fields:
            self.fields["dose"].help_text = f"{SUCH_AS}{everyday_in(school.tiers_on(today()))}"
        if "into" in self.fields:
            running = Provision.objects.visible_to(user).filter(Q(ends=None) | Q(ends__gte=today()), school=school)
            self._queryset("into", told_apart(running).order_by("name", "starts", "pk"))

    def _queryset(self, name: str, rows: Any) -> None:
        field: Any = self.fields[name]
        field.queryset = rows


class EndForm(ActForm):
    """The last day."""

    on = day_field("Last day", initial=today)

    @property
    def act(self) -> Act:
        """What the action takes."""
        return End(self.cleaned_data["on"])


class DatesForm(ActForm):
    """The first and the last day."""

    starts = day_field("From (empty: as it is)", required=False)
    ends = day_field("To (empty: as it is)", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            vars(field)["depends"] = True  # its label says what an empty one means

    def clean(self) -> dict[str, Any]:
        """At least one of them, and in their order."""
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", "The last day is before the first day.")
        elif not (starts or ends or self.errors):
            self.add_error("starts", "Write a first day, a last day, or both.")
        return data

    @property
    def act(self) -> Act:
        """What the action takes."""
        return ChangeDates(self.cleaned_data["starts"], self.cleaned_data["ends"])


class DoseForm(ActForm):
    """The dose."""

    dose = DoseField()

    def clean(self) -> dict[str, Any]:
        """Nothing written is no dose here: it would take the dose of all of them away."""
        data = super().clean() or {}
        if not self.data.get("dose", "").strip():
            self.add_error("dose", "Write a dose, such as 3 × 10.")
        return data

    @property
    def act(self) -> Act:
        """What the action takes."""
        return ChangeDose(self.cleaned_data["dose"], always=says_always(self.data["dose"]))


class ReviewForm(ActForm):
    """The review date."""

    on = day_field("Review date")
    all_of_them = forms.BooleanField(label="Also where there is a review date already", required=False)

    def clean_on(self) -> date:
        """A day to come: what was due before is not made so by many at once."""
        on: date = self.cleaned_data["on"]
        if on < today():
            raise forms.ValidationError("That day is over. Choose today or a later one.")
        return on

    @property
    def act(self) -> Act:
        """What the action takes."""
        return SetReview(self.cleaned_data["on"], only_empty=not self.cleaned_data["all_of_them"])


class MoveForm(ActForm):
    """Which group, from when."""

    into = GroupField(Provision.objects.none(), label="To the group", empty_label="Choose a group")
    on = day_field("From", initial=today)

    @property
    def act(self) -> Act:
        """What the action takes."""
        return Move(self.cleaned_data["into"].pk, self.cleaned_data["on"])


class StaffForm(ActForm):
    """Who delivers from today on, and who answers for it."""

    deliverer = forms.ModelChoiceField(
        User.objects.none(), label="Delivered by", required=False, empty_label="As it is, or somebody from outside"
    )
    outside = forms.CharField(label="Somebody from outside", max_length=120, required=False)
    role = forms.ChoiceField(label="As", choices=Deliverer.ROLES, initial="ta")
    how = forms.ChoiceField(
        label="In whose place",
        choices=[("instead", "Instead of those who deliver it now"), ("beside", "Beside those who deliver it now")],
        initial="instead",
        widget=forms.RadioSelect,
    )
    responsible = forms.ModelChoiceField(
        User.objects.none(), label="Responsible teacher", required=False, empty_label="As it is"
    )

    def clean(self) -> dict[str, Any]:
        """Somebody."""
        data = super().clean() or {}
        if not self.errors and not any(data.get(name) for name in ("deliverer", "outside", "responsible")):
            self.add_error("deliverer", "Choose who delivers it, or who is responsible.")
        return data

    @property
    def act(self) -> Act:
        """What the action takes."""
        data = self.cleaned_data
        people = [Delivery(user=data["deliverer"], role=data["role"])] if data["deliverer"] else []
        if data["outside"]:
            people.append(Delivery(name=data["outside"], role="other" if people else data["role"]))
        return ChangeStaff(people, data["how"] == "beside", data["responsible"])


class AddForm(ActForm):
    """Which provision, from when."""

    into = GroupField(Provision.objects.none(), label="Provision", empty_label="Choose a provision")
    on = day_field("From", initial=today)

    @property
    def act(self) -> Act:
        """What the action takes."""
        return AddTo(self.cleaned_data["into"].pk, self.cleaned_data["on"])


@dataclass(frozen=True)
class Kind:
    """An act as the page offers it: its name, what its button says, its form, and whether it is about learners."""

    name: str
    does: str
    form: Callable[..., Any]
    learners: bool = False


ACTS: dict[str, Kind] = {
    "end": Kind("End", "End them", EndForm),
    "dates": Kind("Change dates", "Change the dates", DatesForm),
    "dose": Kind("Change dose", "Change the dose", DoseForm),
    "review": Kind("Set a review date", "Set the review date", ReviewForm),
    "move": Kind("Move to another group", "Move them", MoveForm),
    "staff": Kind("Change staff", "Change the staff", StaffForm),
    "add": Kind("Add to a provision", "Add them", AddForm, learners=True),
}
