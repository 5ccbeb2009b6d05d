"""What the history of the map, and the map as it was recorded, are narrowed to: days, codes and ids, never names."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet

from interventions.areas import AREA_CHOICES
from interventions.models import Placement, Provision
from interventions.past import KINDS, Asked, makers_of
from learners.models import Group, Learner
from provisionmap.school.models import School, User
from provisionmap.web.forms import PlainSelect

choice = partial(forms.ChoiceField, required=False, widget=PlainSelect)


def day_of(label: str) -> forms.DateField:
    """A day of a filter: left out when it makes no sense."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=picker)


def _any(label: str, choices: Any) -> list[tuple[Any, str]]:
    return [("", label), *choices]


def _names(rows: QuerySet[Any]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


class HistoryFilter(forms.Form):
    """Since when, by whom, what kind of act, about which learner or provision."""

    since = day_of("Since")
    person = choice(label="By")
    kind = choice(choices=_any("Everything", KINDS))
    learner = choice()
    provision = choice()

    def __init__(self, *args: Any, school: School, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        placed = Placement.objects.visible_to(user).filter(school=school).values("learner")
        learners = Learner.objects.filter(pk__in=placed).order_by("surname", "forename", "pk")
        provisions = Provision.objects.visible_to(user).filter(school=school).order_by("name", "-starts", "pk")
        self.fields["person"].choices = _any("Everybody", _names(makers_of(user, school)))
        self.fields["learner"].choices = _any(
            "All learners",
            [(str(pk), f"{preferred or forename} {surname}") for pk, preferred, forename, surname in
             learners.values_list("pk", "preferred_name", "forename", "surname")],
        )  # fmt: skip
        self.fields["provision"].choices = _any(
            "All provisions",
            [(str(pk), f"{name}, from {starts:%d/%m/%Y}") for pk, name, starts in provisions.values_list(
                "pk", "name", "starts")],
        )  # fmt: skip

    def asked(self, usual: date) -> Asked:
        """What makes sense of what was asked; since `usual` when no day does."""
        self.is_valid()
        given = self.cleaned_data
        return Asked(
            since=given.get("since") or usual,
            person=int(given.get("person") or 0),
            kind=given.get("kind") or "",
            learner=int(given.get("learner") or 0),
            provision=int(given.get("provision") or 0),
        )


class ThenFilter(forms.Form):
    """Which day's map, from the records of which day, and what it is narrowed to."""

    as_of = day_of("Map of")
    known = day_of("As recorded by the end of")
    year = choice()
    group = choice()
    area = choice(label="Area of need", choices=_any("All areas", AREA_CHOICES))
    tier = choice()

    def __init__(
        self, *args: Any, school: School, user: User, tiers: dict[int, str], years: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        groups = Group.objects.visible_to(user).filter(school=school)
        self.fields["year"].choices = years
        self.fields["group"].choices = _any("All groups", _names(groups))
        self.fields["tier"].choices = _any("All tiers", [(str(code), label) for code, label in tiers.items()])
