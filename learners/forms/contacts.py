"""An adult to speak to about a learner."""

from __future__ import annotations

from typing import Any

from django import forms

from learners.models import Contact

FIELDS = ("name", "relationship", "phone", "email", "parental_responsibility", "priority")


class ContactForm(forms.Form):
    """One contact; `seen` is the version of the learner."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=120)
    relationship = forms.CharField(max_length=60, required=False, help_text="Mother, carer, social worker …")
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    parental_responsibility = forms.BooleanField(label="Has parental responsibility", required=False)
    priority = forms.IntegerField(label="Order", min_value=1, max_value=20, initial=1, help_text="1 is asked first.")

    @staticmethod
    def reading(contact: Contact) -> dict[str, Any]:
        """The form's initial values, as `contact` is now."""
        return {name: getattr(contact, name) for name in FIELDS} | {"seen": contact.learner.version}

    @property
    def values(self) -> dict[str, Any]:
        """What was sent."""
        return {name: self.cleaned_data[name] for name in FIELDS}
