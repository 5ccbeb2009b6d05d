"""What the audit trail is narrowed to: days, codes and ids, never names."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms

from learners.models import Learner
from learners.trail import Asked
from learners.trail_words import KINDS
from provisionmap.school.models import Membership, School, User
from provisionmap.web.forms import YEARS, PlainSelect

MOST = 500  # learners that one file names, as of the map
USUAL = timedelta(days=7)
choice = partial(forms.ChoiceField, required=False, widget=PlainSelect)


def _day(label: str) -> forms.DateField:
    """A day of a filter: left out when it makes no sense."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=picker)


class TrailFilter(forms.Form):
    """From when to when, by whom, what kind of act, about which learner."""

    since = _day("From")
    until = _day("To")
    person = choice(label="By")
    kind = choice(choices=[("", "Everything"), *((key, words) for key, (words, _) in KINDS.items())])
    learner = choice()

    def __init__(self, *args: Any, school: School, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(pk__in=Membership.objects.filter(school=school).values("user")).order_by("name")
        seen = Learner.objects.visible_to(user).filter(school=school).order_by("surname", "forename", "pk")
        people = staff.values_list("pk", "name")
        self.fields["person"].choices = [("", "Everybody"), *((str(pk), name) for pk, name in people)]
        self.fields["learner"].choices = [
            ("", "All learners"),
            *((str(pk), f"{preferred or forename} {surname}") for pk, preferred, forename, surname in
              seen.values_list("pk", "preferred_name", "forename", "surname")),
        ]  # fmt: skip

    @property
    def turned(self) -> bool:
        """Whether the first day lies after the last one: `asked` then holds the last one alone."""
        self.is_valid()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return bool(since and until and since > until)

    def asked(self, today: date) -> Asked:
        """What makes sense of what was asked; the last week when no day does."""
        self.is_valid()
        given = self.cleaned_data
        until = sensible(given.get("until")) or today
        since = sensible(given.get("since")) or until - USUAL
        return Asked(
            since=min(since, until),
            until=until,
            person=int(given.get("person") or 0),
            kind=given.get("kind") or "",
            learner=int(given.get("learner") or 0),
        )


class TakeForm(forms.Form):
    """Why a file of the trail names so many children."""

    reason = forms.CharField(
        label="Why so many at once",
        max_length=200,
        help_text="It stands in the audit trail for half a year; name no child.",
    )


def sensible(day: date | None) -> date | None:
    """`day`, unless no school was there then."""
    return day if day and day.year in YEARS else None
