"""What people send while a pupil list is on its way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from learners.forms.learners import DateField
from learners.mapping import FIELDS, lacking
from learners.matching import Known

TOO_LARGE = "This file is larger than 10 MB. Export only the columns that are needed, or split the list."


class UploadForm(forms.Form):
    """The file. What it is, the gate finds out from its bytes; the name decides nothing."""

    file = forms.FileField(
        label="Pupil list",
        help_text="CSV, Excel (.xlsx), OpenDocument (.ods), Common Transfer File (.xml) or JSON, up to 10 MB, as your "
        "MIS exports it.",
        error_messages={"required": "Choose the file first.", "empty": "This file is empty. Export the list again."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods,.xml,.json"}),
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
        """Each field from one column at most, and enough of them to know a learner by."""
        taken: dict[str, int] = {}
        for place, name in sorted(self.mapping.items()):
            if name in taken:
                first = taken[name] + 1
                message = f"Column {first} is read as this already: leave one of them out."
                self.add_error(f"column-{place}", message)
            taken.setdefault(name, place)
        for sentence in lacking(self.mapping):
            self.add_error(None, sentence)
        return self.cleaned_data

    @property
    def mapping(self) -> dict[int, str]:
        """The columns that are read, place to field."""
        chosen = ((place, self.cleaned_data.get(f"column-{place}")) for place in range(len(self.headers)))
        return {place: name for place, name in chosen if name}


class ApplyForm(forms.Form):
    """Applying what was shown, and marking those who have left."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    leavers = forms.TypedMultipleChoiceField(coerce=int, required=False)
    last_day = DateField(label="Their last day at the school", required=False)

    def __init__(self, *args: Any, proposed: Sequence[Known], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leavers"].choices = [(learner.id, learner.id) for learner in proposed]
        self.fields["leavers"].error_messages["invalid_choice"] = "The list of leavers changed: look at it again."
        self.fields["last_day"].initial = today
        self.fields["last_day"].widget.attrs["form"] = "apply-form"  # the field stands outside its form
        self.ticked = {str(pk) for pk in self.data.getlist("leavers")} if self.is_bound else set()

    def clean(self) -> dict[str, Any]:
        """A day for those ticked."""
        if self.cleaned_data.get("leavers") and not self.cleaned_data.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "Give the last day of those you ticked.")
        return self.cleaned_data
