"""What people type into the map's cells."""

from __future__ import annotations

from typing import Any

from django import forms

from interventions.dose import Dose, read_dose
from interventions.models import Placement
from provisionmap.web.forms import check_year

SUCH_AS = "Sessions a week × minutes, such as 3 × 10."
OWN = ("starts", "ends", "outcome", "baseline", "target", "review_on")  # fields written as they are typed


class DoseField(forms.CharField):
    """A dose in words: "3 × 10", "daily 15", and at tier 1 "every lesson"."""

    tier: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Dose")
        kwargs.setdefault("help_text", SUCH_AS)
        super().__init__(max_length=40, required=False, **kwargs)

    def stands_in(self, tier: int) -> None:
        """The tier it is a dose in: what can be written follows from it."""
        self.tier = tier
        self.help_text = SUCH_AS if tier > 1 else f"{SUCH_AS[:-1]}, or “every lesson”."

    def prepare_value(self, value: Any) -> Any:
        """As a person writes it."""
        return value.words_at(self.tier) if isinstance(value, Dose) else value

    def clean(self, value: Any) -> Any:
        """The dose; the form's error says how to write one."""
        return dose_in(super().clean(value), self.tier)


def dose_in(text: str, tier: int | None) -> Dose:
    """The dose typed for `tier`; a form's error says how to write one."""
    try:
        return read_dose(text, tier)
    except ValueError as wrong:
        raise forms.ValidationError(str(wrong)) from wrong


def everyday_in(tiers: dict[int, str]) -> str:
    """What a form for any of the school's `tiers` adds to how a dose is written."""
    return f" In {tiers[1]} also “every lesson”." if 1 in tiers else ""


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """A date as browsers send it, or as people type it."""
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the date as 14/09/2026."},
        validators=[check_year],
        **kwargs,
    )


class CellForm(forms.Form):
    """One placement, edited in its cell."""

    dose = DoseField()
    starts = day_field("From")
    ends = day_field("To", required=False)
    outcome = forms.CharField(max_length=300, required=False)
    baseline = forms.CharField(max_length=60, required=False)
    target = forms.CharField(max_length=60, required=False)
    review_on = day_field("Review date", required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, tier: int, missing: str = "", **kwargs: Any) -> None:
        """`tier` is the provision's; `missing` is the field that somebody comes to fill in: the form opens there."""
        super().__init__(*args, **kwargs)
        dose: Any = self.fields["dose"]
        dose.stands_in(tier)
        self.missing = missing
        if missing:
            self.fields[missing].widget.attrs["autofocus"] = True

    @property
    def opens(self) -> bool:
        """Whether what stands behind the dose is in sight: it is asked for, or something in it is wrong."""
        return bool(self.missing or self.non_field_errors() or set(self.errors) & set(OWN))

    @staticmethod
    def reading(placement: Placement) -> dict[str, Any]:
        """What the form shows of `placement` before anybody types."""
        return {
            "dose": Dose(placement.sessions, placement.minutes),
            "starts": placement.starts,
            "ends": placement.ends,
            "outcome": placement.outcome,
            "baseline": placement.baseline,
            "target": placement.target,
            "review_on": placement.review_on,
            "seen": placement.version,
        }

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data = super().clean() or {}
        starts, ends = data.get("starts"), data.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", "The last day is before the first day.")
        return data

    @property
    def changes(self) -> dict[str, Any]:
        """What to write, by field of the placement."""
        data = self.cleaned_data
        return {
            "sessions": data["dose"].sessions,
            "minutes": data["dose"].minutes,
            **{name: data[name] for name in OWN},
        }
