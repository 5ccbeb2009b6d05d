"""What people send while a provision map is on its way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from interventions.areas import AREAS
from interventions.dose import Dose, read_dose
from interventions.forms.placements import day_field
from interventions.map_reading.columns import FIELDS, TIER, lacking
from interventions.map_reading.plan import NEW, OUT, Choices
from learners.forms.importing import TOO_LARGE
from provisionmap.web import typed

LONGEST_KEY = 300


class UploadForm(forms.Form):
    """The file. What it is, the gate finds out from its bytes; the name decides nothing."""

    file = forms.FileField(
        label="Provision map",
        help_text="Excel (.xlsx) or CSV, up to 10 MB, as your school kept it, or as this program exported it.",
        error_messages={"required": "Choose the file first.", "empty": "This file is empty. Save the map again."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE


class ColumnsForm(forms.Form):
    """What each column holds: one choice a column, by its place."""

    def __init__(self, *args: Any, headers: Sequence[str], mapping: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headers = headers
        for place, heading in enumerate(headers):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=f"Column {place + 1}, {heading or 'without a heading'}",
                choices=[("", "Leave out"), *FIELDS.items()],
                required=False,
                initial=mapping.get(place, ""),
            )

    def of(self, place: int) -> Any:
        """The field of one column."""
        return self[f"column-{place}"]

    def clean(self) -> dict[str, Any]:
        """Each field from one column at most, tiers excepted, and something that names provision."""
        taken: dict[str, int] = {}
        for place, name in sorted(self.mapping.items()):
            if name in taken and not name.startswith(TIER):
                self.add_error(f"column-{place}", f"Column {taken[name] + 1} is read as this already: leave one out.")
            taken.setdefault(name, place)
        for sentence in lacking(self.mapping):
            self.add_error(None, sentence)
        return self.cleaned_data

    @property
    def mapping(self) -> dict[int, str]:
        """The columns that are read, place to field."""
        chosen = ((place, self.cleaned_data.get(f"column-{place}")) for place in range(len(self.headers)))
        return {place: name for place, name in chosen if name}


class DatesForm(forms.Form):
    """Days for lines that give none."""

    starts = day_field("From")
    ends = day_field("To", required=False)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or {}
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", "The last day is before the first day.")
        return given


class SettlingForm:
    """What a person says about everything in doubt, with the choices made before; `errors` by the name of its field."""

    def __init__(self, sent: Any, before: Choices, pupils: Mapping[int, str], tiers: Mapping[int, str]) -> None:
        self.sent, self.before, self.pupils, self.tiers = sent, before, pupils, tiers
        self.by_upn = {upn: pk for pk, upn in pupils.items() if upn}
        self.errors: dict[str, str] = {}

    def choices(self, starts: Any, ends: Any) -> Choices:
        """The choices now; what could not be read is left out and stands in `errors`."""
        return Choices(
            who={**self.before.who, **self._who()},
            area={**self.before.area, **self._picked("area", AREAS)},
            tier={**self.before.tier, **self._tiers()},
            doses={**self.before.doses, **self._doses()},
            rows=self.before.rows | {int(row) for row in self.sent.getlist("leave") if row.isdigit() and len(row) < 8},
            starts=starts,
            ends=ends,
            create=self.before.create or bool(self.sent.get("create")),
        )

    def _tiers(self) -> dict[str, int]:
        offered = {str(code): label for code, label in self.tiers.items()}
        return {name: int(code) for name, code in self._picked("tier", offered).items()}

    def _named(self, kind: str) -> list[tuple[str, str]]:
        """The numbers of a kind's fields, each with the name it is about."""
        prefix = f"{kind}-name-"
        return [
            (field[len(prefix) :], self.sent[field][:LONGEST_KEY]) for field in self.sent if field.startswith(prefix)
        ]

    def _who(self) -> dict[str, int | str]:
        found: dict[str, int | str] = {}
        for number, key in self._named("who"):
            answer = self.sent.get(f"who-{number}", "")
            upn = self.sent.get(f"upn-{number}", "").strip().upper()
            if upn and upn not in self.by_upn:
                self.errors[f"upn-{number}"] = "No learner here has this UPN. Check it against the register."
            elif upn:
                found[key] = self.by_upn[upn]
            elif answer in (OUT, NEW):
                found[key] = answer
            elif typed.number(answer) in self.pupils:
                found[key] = typed.number(answer)
        return found

    def _picked(self, kind: str, offered: Mapping[str, str]) -> dict[str, str]:
        found = {name: self.sent.get(f"{kind}-{number}", "") for number, name in self._named(kind)}
        found[""] = self.sent.get(f"{kind}-all", "")
        return {name: code for name, code in found.items() if code in offered}

    def _doses(self) -> dict[str, Dose]:
        found = {}
        for number, words in self._named("dose"):
            said = self.sent.get(f"dose-{number}", "").strip()
            if said:
                try:
                    found[words] = read_dose(said[:40])
                except ValueError as wrong:
                    self.errors[f"dose-{number}"] = str(wrong)
        return found
