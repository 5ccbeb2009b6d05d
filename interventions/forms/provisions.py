"""What people send to start or change a provision."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q

from interventions.actions.provisions import Delivery, Plan
from interventions.areas import AREA_CHOICES
from interventions.dose import Dose
from interventions.forms.placements import SUCH_AS, DoseField, day_field, dose_in, everyday_in
from interventions.models import Deliverer, Intervention, Provision
from interventions.subjects import SUBJECT_CHOICES
from learners.models import Group, Learner
from learners.upn import normalise
from provisionmap.school.models import School, User
from provisionmap.school.today import today
from provisionmap.web import typed

MOST_LEARNERS = 200  # in one provision at one go


class ProvisionForm(forms.Form):
    """A provision and who delivers it."""

    intervention = forms.ModelChoiceField(
        Intervention.objects.none(), label="From the library", required=False, empty_label="None: write it here"
    )
    name = forms.CharField(max_length=120)
    tier = forms.TypedChoiceField(coerce=int)
    area = forms.ChoiceField(label="Area of need", choices=AREA_CHOICES)
    dose = DoseField()
    starts = day_field("From")
    ends = day_field("To", required=False)
    deliverer = forms.ModelChoiceField(
        User.objects.none(), label="Delivered by", required=False, empty_label="Nobody yet, or somebody from outside"
    )
    outside = forms.CharField(label="Somebody from outside", max_length=120, required=False)
    role = forms.ChoiceField(label="As", choices=Deliverer.ROLES, initial="ta")
    responsible = forms.ModelChoiceField(
        User.objects.none(), label="Responsible teacher", required=False, empty_label="Not chosen yet"
    )
    subject = forms.ChoiceField(choices=[("", "Across subjects"), *SUBJECT_CHOICES], required=False)
    place = forms.CharField(max_length=80, required=False)
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    confidential = forms.BooleanField(
        required=False, help_text="Only people who deliver it, and those cleared for it, see it."
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, school: School, staff: Any, tiers: dict[int, str], clears: bool = True, **kwargs: Any
    ) -> None:
        """`clears`: whether this person would still see the provision once it is confidential."""
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = list(tiers.items())
        self.fields["dose"].help_text = f"{SUCH_AS}{everyday_in(tiers)}"
        entries = Intervention.objects.filter(school=school)
        # What was chosen once stays to choose: an entry archived since, somebody who has left.
        for name, rows, offered in (
            ("deliverer", User.objects.all(), staff),
            ("responsible", User.objects.all(), staff),
            ("intervention", entries, entries.in_use()),
        ):
            chosen = self.initial.get(name)
            held = rows.filter(Q(pk__in=offered.order_by().values("pk")) | Q(pk=chosen.pk)) if chosen else offered
            self.fields[name].queryset = held.order_by("name", "pk") if chosen else held
        if not clears:
            del self.fields["confidential"]

    def clean_dose(self) -> Dose:
        """“Every lesson” is a dose in the first tier alone."""
        return dose_in(self.data.get("dose", ""), self.cleaned_data.get("tier"))

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "The last day is before the first day.")
        return data

    @property
    def plan(self) -> Plan:
        """The provision as an action takes it."""
        data = {"confidential": self.initial.get("confidential", False)} | self.cleaned_data
        own = (
            "name", "tier", "area", "subject", "starts", "ends", "place", "responsible", "note", "confidential",
            "intervention",
        )  # fmt: skip
        dose: Dose = data["dose"]
        return Plan(sessions=dose.sessions, minutes=dose.minutes, **{name: data[name] for name in own})

    @property
    def deliverers(self) -> list[Delivery]:
        """Who delivers it: one of the school's people, somebody from outside, or both."""
        data = self.cleaned_data
        people = [Delivery(user=data["deliverer"], role=data["role"])] if data["deliverer"] else []
        if data["outside"]:
            people.append(Delivery(name=data["outside"], role="other" if people else data["role"]))
        return people

    def deliverers_beside(self, provision: Provision) -> list[Delivery]:
        """As `deliverers`, with those whom the form has no room to show: they go on as they are."""
        shown = {(getattr(self.initial["deliverer"], "pk", None), ""), (None, self.initial["outside"])}
        people = [*self.deliverers]
        named = {(one.user.pk if one.user else None, one.name) for one in people}
        for row in provision.deliverers.lasting().on(today()).select_related("user"):
            if (row.user_id, row.name) not in shown | named:
                people.append(Delivery(user=row.user, name=row.name, role=row.role))
        return people

    @staticmethod
    def reading(provision: Provision) -> dict[str, Any]:
        """What the form shows of a provision before anybody types."""
        people = list(provision.deliverers.lasting().on(today()))
        inside = next((row for row in people if row.user_id), None)
        outside = next((row for row in people if not row.user_id), None)
        own = (
            "intervention", "name", "tier", "area", "subject", "starts", "ends", "responsible", "place", "note",
            "confidential",
        )  # fmt: skip
        return {
            **{name: getattr(provision, name) for name in own},
            "dose": Dose(provision.sessions, provision.minutes),
            "deliverer": inside.user if inside else None,
            "outside": outside.name if outside else "",
            "role": people[0].role if people else "ta",
            "seen": provision.version,
        }


class TickedField(forms.ModelMultipleChoiceField):
    """Ticked records; a number that no database holds is nobody's."""

    def clean(self, value: Any) -> Any:
        """The records; the error says which choice is not one."""
        return super().clean([typed.number(one) for one in value or ()])


class LearnersForm(forms.Form):
    """Which learners: ticked from a search, pasted as UPNs, or a whole group."""

    learners = TickedField(Learner.objects.none(), required=False)
    upns = forms.CharField(
        label="Or paste UPNs",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line, or with commas between.",
    )
    group = forms.ModelChoiceField(
        Group.objects.none(), label="Or a whole group", required=False, empty_label="No group"
    )

    def __init__(self, *args: Any, learners: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visible = learners
        self.fields["learners"].queryset = learners
        self.fields["group"].queryset = groups

    def clean_upns(self) -> list[Learner]:
        """The learners pasted; every UPN that is nobody's is named at once."""
        wanted = [upn for text in re.split(r"[\s,;]+", self.cleaned_data["upns"]) if (upn := normalise(text))]
        if len(wanted) > MOST_LEARNERS:
            raise forms.ValidationError(f"Paste at most {MOST_LEARNERS} UPNs at a time.")
        found = {one.upn: one for one in self.visible.filter(upn__in=wanted)}
        missing = [upn for upn in wanted if upn not in found]
        if missing:
            raise forms.ValidationError(
                f"No learner here has {', '.join(missing)}. Check against the register, or take them out."
            )
        return list(found.values())

    @property
    def chosen(self) -> list[Learner]:
        """Everybody named in any of the three ways, once."""
        data = self.cleaned_data
        several = [*data["learners"], *data["upns"]]
        if data["group"]:
            several += self.visible.filter(group=data["group"])
        return list({one.pk: one for one in several}.values())
