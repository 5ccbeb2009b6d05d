"""The school's own details and what it calls its tiers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from provisionmap.school.forms.people import day_field
from provisionmap.school.models import LAYERS, TIER_SETS, TIERS, School
from provisionmap.school.periods import LEAST_YEARS, MOST_YEARS, PUPIL_YEARS, SEN_YEARS

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


def digits(label: str, length: int, help_text: str) -> forms.CharField:
    """An official number of `length` digits, or nothing."""
    rule = RegexValidator(rf"^[0-9]{{{length}}}$", f"Give all {length} digits, or leave this empty.")
    field = forms.CharField(label=label, required=False, max_length=length, help_text=help_text, validators=[rule])
    field.widget.attrs.update(DIGITS)
    return field


class SchoolForm(forms.Form):
    """What the school is called and its official numbers."""

    name = forms.CharField(label="School name", max_length=120)
    urn = digits("URN", 6, "Six digits, on Get Information about Schools.")
    la_code = digits("Local authority code", 3, "Three digits. Transfer files carry it.")
    estab = digits("Establishment number", 4, "Four digits. Transfer files carry it.")
    seen = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def reading(school: School) -> dict[str, Any]:
        """The form of `school` as it stands."""
        return {
            "name": school.name,
            "urn": school.urn,
            "la_code": school.la_code,
            "estab": school.estab,
            "seen": school.version,
        }

    @property
    def values(self) -> dict[str, Any]:
        """What to write."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


def years(label: str, usual: int) -> forms.IntegerField:
    """How many years from birth, within the bounds; `usual` is what the guidance says."""
    words = {
        "min_value": f"Choose {LEAST_YEARS} years or more.",
        "max_value": f"Choose {MOST_YEARS} years or fewer.",
        "invalid": "Give the years as a whole number.",
    }
    help_text = f"The guidance says {usual}. From {LEAST_YEARS} to {MOST_YEARS}."
    return forms.IntegerField(
        label=label, min_value=LEAST_YEARS, max_value=MOST_YEARS, help_text=help_text, error_messages=words
    )


class KeepingForm(forms.Form):
    """How long records are kept."""

    sen_years = years("Learners with SEN, years from birth", SEN_YEARS)
    pupil_years = years("Other learners, years from birth", PUPIL_YEARS)
    shorter = forms.BooleanField(
        label="Yes, keep records for less time than the guidance says",
        required=False,
        help_text="Records disposed of too early are missed in a claim or an inquiry. Ask the local authority first.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def reading(school: School) -> dict[str, Any]:
        """The form of `school` as it stands."""
        return {"sen_years": school.sen_years, "pupil_years": school.pupil_years, "seen": school.version}

    @property
    def is_shorter(self) -> bool:
        """Whether what was sent, and is not so already, keeps records for less time than the guidance says."""
        usual = {"sen_years": SEN_YEARS, "pupil_years": PUPIL_YEARS}
        sent = {name: self.cleaned_data.get(name) for name in usual}
        return any(value and value < usual[name] and value != self.initial.get(name) for name, value in sent.items())

    def clean(self) -> None:
        """Less than the guidance says is asked for twice."""
        super().clean()
        if self.is_shorter and not self.cleaned_data.get("shorter"):
            self.add_error(
                "shorter",
                f"The guidance says {SEN_YEARS} years with SEN and {PUPIL_YEARS} without. "
                "Nothing is saved yet: tick this if you mean it.",
            )

    @property
    def values(self) -> dict[str, Any]:
        """What to write."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "shorter")}


class TiersForm(forms.Form):
    """Which set of tiers, each one's own name if the school has one, and from which day.

    The set is `fixed` once something uses it: going over to the other one then asks where each goes.
    """

    tier_set = forms.ChoiceField(label="Tiers", choices=School.TIER_SET_CHOICES, widget=forms.RadioSelect)
    starts = day_field("From", "Days before keep the names they had, so nothing of the past changes.")
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, fixed: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fixed = fixed
        if fixed:
            del self.fields["tier_set"]
        for code, _ in TIERS:
            only = " Used by the set of four only." if code not in TIER_SETS["waves"] else ""
            self.fields[f"label_{code}"] = forms.CharField(
                label=f"Own name of tier {code}",
                max_length=40,
                required=False,
                help_text=f"Empty: the name of the set.{only}",
            )

    @staticmethod
    def reading(school: School, day: date) -> dict[str, Any]:
        """The form of `school` as it stands on `day`: a name that is the set's own is left empty."""
        usual = TIER_SETS[school.tier_set]
        own = {code: label for code, label in school.tiers_on(day).items() if usual.get(code) != label}
        return {
            "tier_set": school.tier_set,
            "starts": day,
            "seen": school.version,
            **{f"label_{code}": own.get(code, "") for code in LAYERS},
        }

    @property
    def chosen_set(self) -> str:
        """The set that holds or was chosen; "" where the choice made no sense."""
        return self.fixed or self.cleaned_data.get("tier_set", "")

    @property
    def own_names(self) -> list[forms.BoundField]:
        """The fields of the tiers' own names."""
        return [self[f"label_{code}"] for code, _ in TIERS]

    @property
    def labels(self) -> dict[int, str]:
        """The school's own names by code, without the empty ones."""
        given = {code: self.cleaned_data[f"label_{code}"] for code, _ in TIERS}
        return {code: label for code, label in given.items() if label}

    def clean(self) -> None:
        """Two tiers of one name could not be told apart."""
        super().clean()
        tier_set = self.chosen_set
        if not tier_set:
            return
        seen: dict[str, int] = {}
        for code, usual in TIER_SETS[tier_set].items():
            label = (self.cleaned_data.get(f"label_{code}") or usual).casefold()
            if label in seen:
                self.add_error(f"label_{code}", f"Tier {seen[label]} has this name already. Choose another.")
            seen[label] = code
