"""What people send for the turn of the year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from interventions.forms.placements import day_field
from learners.census import YEARS
from learners.moving_up import CHOICES, NOT_FOLLOWED, Pupil, Turn, last_year_of, usual_year, years_offered
from provisionmap.school.calendar import DAY
from provisionmap.school.models import School, Term
from provisionmap.web import typed


class TurnForm(forms.Form):
    """Into which school year, who leaves, and on which day."""

    year = forms.ChoiceField(label="Learners move into")
    last_year = forms.ChoiceField(label="The school’s last year group", required=False)
    last_day = day_field("Last day of those who leave")

    def __init__(self, data: Any, *, school: School, pupils: list[Pupil], today: date) -> None:
        offered = dict(years_offered(today))
        year = data.get("year", "")
        if year not in offered:
            year = usual_year(pupils, today)[0]
        self.firsts, first = offered, offered[year]
        before = Term.objects.filter(school=school, ends__lt=first).order_by("-ends").first()
        suggested = {
            "year": year,
            "last_year": last_year_of(pupils),
            "last_day": before.ends if before else first - DAY,
        }
        chosen = data.dict() if data.get("seen_year") == year else {"year": year}
        super().__init__({name: chosen.get(name, value) for name, value in suggested.items()})
        fields: Any = self.fields
        vars(fields["last_year"])["depends"] = True  # nobody leaves where there is none
        fields["year"].choices = [(name, name) for name in offered]
        followed = [(code, words) for code, words in YEARS.items() if code != NOT_FOLLOWED]
        fields["last_year"].choices = [("", "Nobody leaves"), *followed]

    def clean(self) -> dict[str, Any]:
        """The last day lies before the new school year."""
        cleaned = super().clean() or {}
        last, first = cleaned.get("last_day"), self.firsts.get(cleaned.get("year", ""))
        if last and first and last >= first:
            self.add_error("last_day", f"{cleaned['year']} begins on {first:%d/%m/%Y}: choose an earlier day.")
        return cleaned

    @property
    def turn(self) -> Turn:
        """The turn, of a valid form."""
        chosen = self.cleaned_data
        return Turn(chosen["year"], self.firsts[chosen["year"]], chosen["last_year"], chosen["last_day"])


def by_hand(data: Mapping[str, Any]) -> dict[int, str]:
    """What was chosen for learners, by id."""
    chosen = {typed.number(name[5:]): data[name] for name in data if name.startswith("step-")}
    return {pk: does for pk, does in chosen.items() if does in CHOICES}


def rooms(data: Mapping[str, Any]) -> dict[int, int | None]:
    """The class chosen for each class, by id; None for no class yet."""
    return {typed.number(name[5:]): typed.number(data[name]) or None for name in data if name.startswith("room-")}
