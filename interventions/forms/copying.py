"""What people send to copy one term's map into another."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from interventions.actions.copying import AIMS, ALL, NOTHING, Asked
from interventions.continuing import usual_pair
from interventions.forms.placements import day_field
from provisionmap.school.models import School, Term
from provisionmap.web import typed

OUTCOMES = [
    (AIMS, "Outcome and target as they are; the baseline is left empty, to be taken anew"),
    (ALL, "Outcome, baseline and target as they are"),
    (NOTHING, "Nothing: every outcome is written anew"),
]


class TermsForm(forms.Form):
    """Which term, into which, from which day."""

    source = forms.ModelChoiceField(Term.objects.none(), label="Copy from", empty_label=None)
    target = forms.ModelChoiceField(Term.objects.none(), label="Into", empty_label=None)
    first = day_field("Starting on (empty: its first day)", required=False)

    def __init__(self, data: Any, *, school: School, today: date) -> None:
        self.terms = list(Term.objects.filter(school=school).order_by("starts"))
        self.pair = usual_pair([one.dates for one in self.terms], today)
        chosen = dict(data.items())
        if self.pair:
            chosen.setdefault("source", str(self.terms[self.pair[0]].pk))
            chosen.setdefault("target", str(self.terms[self.pair[1]].pk))
        super().__init__(chosen)
        vars(self.fields["first"])["depends"] = True  # its label says what an empty one means
        for name in ("source", "target"):
            field: Any = self.fields[name]
            field.queryset = Term.objects.filter(school=school).order_by("starts")

    def clean(self) -> dict[str, Any]:
        """One term lies before the other; the first day, if none was chosen, is the new term's."""
        cleaned = super().clean() or {}
        old, new, first = cleaned.get("source"), cleaned.get("target"), cleaned.get("first")
        if old and new and new.starts <= old.ends:
            self.add_error("target", "Choose a term that comes after the one you copy from.")
        elif new and first and not new.starts <= first <= new.ends:
            days = f"{new.starts:%d/%m/%Y} to {new.ends:%d/%m/%Y}"
            self.add_error("first", f"{new.name} runs from {days}: choose a day in it.")
        elif new and not first and "first" not in self.errors:
            cleaned["first"] = new.starts
        return cleaned

    @property
    def keys(self) -> tuple[Term, Term, date]:
        """The terms and the first day, of a valid form."""
        return self.cleaned_data["source"], self.cleaned_data["target"], self.cleaned_data["first"]


class CopyForm(forms.Form):
    """How what is ticked goes along."""

    outcomes = forms.ChoiceField(
        label="Each learner’s outcome", choices=OUTCOMES, initial=AIMS, widget=forms.RadioSelect
    )
    review = forms.ChoiceField(
        label="Review date",
        choices=[("half", "The last school day before half-term"), ("none", "None yet")],
        initial="half",
        widget=forms.RadioSelect,
    )

    def asked(self, terms: TermsForm, provisions: set[int], places: set[int]) -> Asked:
        """What the action takes."""
        old, new, first = terms.keys
        chosen = self.cleaned_data
        return Asked(old, new, first, provisions, places, chosen["outcomes"], chosen["review"] == "half")


def ticked(data: Any, name: str) -> set[int]:
    """The ids ticked under `name`; what is no number is nobody's."""
    return {pk for text in data.getlist(name) if (pk := typed.number(text))}


def seen_by(data: Any) -> dict[int, str]:
    """The tokens of the preview, by provision."""
    pairs = (text.partition("|") for text in data.getlist("seen"))
    return {typed.number(pk): token for pk, _, token in pairs}
