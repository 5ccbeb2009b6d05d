"""A class or tutor group."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet

from learners.actions.groups import state_of
from learners.census import YEAR_CHOICES
from learners.models import Group, Learner
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import LABELS, Capability, Role, roles_with
from provisionmap.web.forms import TickedField

# A group says something only about people who see learners at all.
MAY_TEACH = roles_with(Capability.SEE_ALL_LEARNERS) | roles_with(Capability.SEE_OWN_LEARNERS)


class Staff(TickedField):
    """People with their roles, so that two of one name are told apart."""

    def label_from_instance(self, obj: User) -> str:
        """The name, and what the person is at the school."""
        held = dict.fromkeys(LABELS[Role(row.role)] for row in obj.here if row.role in MAY_TEACH)
        return f"{obj.name} · {', '.join(held)}"


CHANGED = "The list changed while you were looking at it: look again, then tick."


class JoinForm(forms.Form):
    """Which learners move into a group; `seen` holds the version each of those listed was read at."""

    learners = TickedField(
        Learner.objects.none(),
        error_messages={"required": "Tick at least one learner.", "invalid_choice": CHANGED},
    )
    seen = forms.RegexField(r"[0-9]+:[0-9]+(,[0-9]+:[0-9]+)*", max_length=20_000, error_messages={"invalid": CHANGED})

    def __init__(self, *args: Any, offered: QuerySet[Learner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["learners"].queryset = offered

    @staticmethod
    def versions_of(learners: Iterable[Learner]) -> str:
        """What `seen` is for those listed."""
        return ",".join(f"{one.pk}:{one.version}" for one in learners)

    @property
    def ticked(self) -> dict[Learner, int]:
        """The learners who move, each with the version that was read."""
        read = dict(pair.split(":") for pair in self.cleaned_data["seen"].split(","))
        return {one: int(read.get(str(one.pk), "0")[:9]) for one in self.cleaned_data["learners"]}


class GroupForm(forms.Form):
    """Name, year and teachers; `seen` is what the group was when the form was read."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    name = forms.CharField(max_length=40)
    nc_year = forms.ChoiceField(label="Year group", choices=[("", "Mixed or not set"), *YEAR_CHOICES], required=False)
    teachers = Staff(
        User.objects.none(),
        required=False,
        label="Teachers and staff",
        widget=forms.CheckboxSelectMultiple,
        help_text="They see the learners of this group.",
    )

    def __init__(self, *args: Any, school: School, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Membership.objects.filter(school=school, role__in=MAY_TEACH).on(today)
        here = Prefetch("memberships", queryset=held.order_by("starts", "role"), to_attr="here")
        people = User.objects.at(school, today).filter(pk__in=held.values("user"))
        self.fields["teachers"].queryset = people.prefetch_related(here)

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
