"""What people send about the sessions of somebody who is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from interventions.actions.cover import CANCEL, COVER, POSTPONE, Choice
from interventions.forms.placements import day_field
from interventions.ledger import REASONS
from interventions.occurrences import Occurrence
from provisionmap.school.models import User
from provisionmap.web import typed
from provisionmap.web.forms import PlainSelect

KEEP = "keep"
ACTS = [(COVER, "A colleague takes it"), (POSTPONE, "Another day or time"), (CANCEL, "It does not take place")]
WHY = [(key, label) for key, label in REASONS.items() if key != "learner_absent"]


def key_of(one: Occurrence) -> str:
    """A session as it stands in the names of fields."""
    if one.slot:
        return f"t{one.slot}-{one.day:%Y%m%d}"
    return f"s{one.session.pk if one.session else 0}"


class CoverForm(forms.Form):
    """What becomes of one session, or of all about which nothing else is said."""

    what = forms.ChoiceField(label="What becomes of it", required=False)
    who = forms.ChoiceField(label="Who takes it", required=False, widget=PlainSelect)
    on = day_field("New day", required=False)
    at = forms.TimeField(
        label="New time", required=False, input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as 09:15."},
    )  # fmt: skip
    reason = forms.ChoiceField(label="Why not", choices=WHY, required=False, initial="staff_absent")
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[Any, str]], alone: bool = True, **kwargs: Any) -> None:
        """`alone`: it is about one session, which may go with all of them."""
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        for field in fields.values():
            field.depends = True  # on what is chosen: none of them is called optional
        first = [("", "As for all"), (KEEP, "Leave it as it is")] if alone else [("", "Nothing yet")]
        fields["what"].choices = [*first, *ACTS]
        fields["who"].choices = [("", "Choose"), *((str(pk), label) for pk, label in people)]


def choices_of(
    rows: Sequence[tuple[Occurrence, CoverForm]], whole: CoverForm, staff: Mapping[int, User]
) -> list[Choice]:
    """What was chosen for each session: its own, else what was said for all. All forms are valid."""
    found = []
    for one, form in rows:
        own, every = form.cleaned_data, whole.cleaned_data
        said = own if own["what"] else every
        if said["what"] in ("", KEEP):
            continue
        on: date | None = said["on"] or (one.day if said["at"] else None)
        found.append(
            Choice(
                target=one.target, seen=own["seen"] or 0, what=said["what"], name=one.name,
                cover=staff.get(typed.number(said["who"])), on=on, at=said["at"] or one.at,
                reason=said["reason"] or "staff_absent",
            )
        )  # fmt: skip
    return found
