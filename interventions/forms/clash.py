"""What a form says beside what somebody else saved meanwhile, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from interventions.dose import Dose

NOTHING = "–"


def words_of(field: forms.Field, value: Any) -> str:
    """A value as its field would show it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Dose):
        return value.words
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, list):
        return ", ".join(words_of(field, one) for one in value) or NOTHING
    if not isinstance(field, forms.ModelChoiceField):
        labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
        value = labels.get(str(value), value)
    return NOTHING if value in (None, "") else str(value)


def both(form: forms.Form, theirs: Mapping[str, Any], less: str = "") -> list[tuple[str, str, str]]:
    """Label, saved and typed words of every field but `less` that differs; `form` is valid."""
    mine = form.cleaned_data
    return [
        (one.label, words_of(one.field, theirs[one.name]), words_of(one.field, mine[one.name]))
        for one in form.visible_fields()
        if one.name != less and theirs[one.name] != mine[one.name]
    ]
