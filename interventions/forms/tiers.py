"""Choosing another set of tiers: which and from when, then a rule for each tier, and what goes another way by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from interventions.forms.placements import day_field
from interventions.tier_rules import LAYERS, SUGGESTED, USUAL, Thing
from provisionmap.school.models import TIER_SETS, School

BY_RULE = "By the rule"


class SetForm(forms.Form):
    """Which set, from which day."""

    to = forms.ChoiceField(label="Move to", choices=School.TIER_SET_CHOICES, widget=forms.RadioSelect)
    on = day_field(
        "From",
        help_text="Maps of earlier days keep the tiers they had. A day to come is planned, and can be cancelled.",
    )

    @staticmethod
    def reading(school: School, day: date) -> dict[str, Any]:
        """The other set, from today."""
        return {"to": next(name for name in TIER_SETS if name != school.tier_set), "on": day}


class RulesForm(forms.Form):
    """A rule for each present tier that something stands in, and a choice for each thing that is asked about."""

    def __init__(self, *args: Any, things: Sequence[Thing], labels: dict[int, str], to: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.things, self.labels = things, labels
        self.new = TIER_SETS[to]
        codes = [(str(code), f"All {label}") for code, label in self.new.items()]
        for tier in sorted({thing.tier for thing in things}):
            usual = USUAL[to].get(tier)
            looked = to == LAYERS and usual is None
            self.fields[f"rule_{tier}"] = forms.ChoiceField(
                label=f"{self.label_of(tier)} becomes",
                choices=[(SUGGESTED, SUGGESTION), *codes] if looked else codes,
                widget=forms.RadioSelect,
                initial=str(usual) if usual else None,
                help_text=NOT_A_STEP if looked else "",
                error_messages={"required": f"Choose what {self.label_of(tier)} becomes."},
            )
        each = [("", BY_RULE), *((str(code), label) for code, label in self.new.items())]
        for thing in self.asked:
            self.fields[thing.key] = forms.ChoiceField(label=thing.name, choices=each, required=False)

    @property
    def asked(self) -> list[Thing]:
        """The things that may go another way by hand; those that ended or were archived go by the rules."""
        return [thing for thing in self.things if not thing.rests]

    def label_of(self, tier: int) -> str:
        """What the school calls a present tier."""
        return self.labels.get(tier, f"Tier {tier}")

    @property
    def rule_fields(self) -> list[forms.BoundField]:
        """The rules, in the order of the tiers."""
        return [self[name] for name in self.fields if name.startswith("rule_")]

    @property
    def rules(self) -> dict[int, str]:
        """What was chosen for each tier."""
        return {
            int(name.removeprefix("rule_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("rule_") and value
        }

    @property
    def by_hand(self) -> dict[str, int]:
        """What was chosen for single things."""
        return {name: int(value) for name, value in self.cleaned_data.items() if value and not name.startswith("rule_")}

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What was chosen, as a further form carries it along."""
        return [(name, value) for name, value in self.cleaned_data.items() if value]


SUGGESTION = "Specialist where it is one-to-one or a specialist or therapist delivers it, else Targeted Plus"
NOT_A_STEP = (
    "The layers are not a longer ladder: Specialist says who gives the support and how, not that it comes after "
    "Targeted Plus. So this has to be your choice."
)
