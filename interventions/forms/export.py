"""What the export page asks: the format, the paper, the names and the parts."""

from __future__ import annotations

from typing import Any

from django import forms

from interventions.export.drawing import NAMES, PARTS, Shown
from interventions.models import MapExport

MANY, MOST = 100, 500  # learners in one file: above the first a reason is asked for, above the second it is not made
PAPERS = [("A3", "A3 landscape"), ("A4", "A4 landscape")]


class ExportForm(forms.Form):
    """How the map is taken out; everything has a sensible beginning."""

    format = forms.ChoiceField(choices=MapExport.FORMATS, widget=forms.RadioSelect, initial="xlsx")
    paper = forms.ChoiceField(
        choices=PAPERS, widget=forms.RadioSelect, initial="A3", help_text="For the PDF, and for printing a workbook."
    )
    names = forms.ChoiceField(label="Learners' names", choices=list(NAMES.items()), widget=forms.RadioSelect)
    parts = forms.MultipleChoiceField(
        label="Columns",
        choices=[(key, label) for key, (label, _) in PARTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(
        label="Only what matches",
        required=False,
        max_length=80,
        help_text="A learner or a provision, by name. Left empty: all.",
    )

    reason = forms.CharField(
        label="Why so many at once",
        max_length=200,
        help_text="The file holds more than 100 children. The reason stays with the record of this export.",
    )

    def __init__(self, *args: Any, sharing: bool = False, learners: int = 0, **kwargs: Any) -> None:
        parts = [key for key in PARTS if not (sharing and key in ("upn", "note"))]
        begin = {"names": "initials" if sharing else "full", "parts": parts}
        super().__init__(*args, initial=begin | kwargs.pop("initial", {}), **kwargs)
        self.learners = learners
        if learners <= MANY:
            del self.fields["reason"]

    def clean(self) -> None:
        """No file holds a whole large school: one that is lost would be a breach of that size."""
        super().clean()
        if self.learners > MOST:
            raise forms.ValidationError(
                f"A file holds {MOST} learners at most, and this would hold {self.learners}. "
                "Go back to the map and narrow the filters, for example to a year group."
            )

    @property
    def shown(self) -> Shown:
        """What the copy shows."""
        return Shown(self.cleaned_data["names"], frozenset(self.cleaned_data["parts"]))

    @property
    def options(self) -> dict[str, Any]:
        """What is kept of it: no word that was typed."""
        kept = self.cleaned_data
        return {"paper": kept["paper"], "names": kept["names"], "parts": sorted(kept["parts"])}
