"""Forms of the ground floor that every visitor meets."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from provisionmap.school.models import User


class SignInForm(AuthenticationForm):
    """E-mail and password; one answer for every failure, so that nobody learns who has an account."""

    username = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {
        "invalid_login": "That e-mail address and password don't match an account here. Check both and try again.",
        "inactive": "That e-mail address and password don't match an account here. Check both and try again.",
    }

    def clean_username(self) -> str:
        """The address in lower case, as it is stored."""
        return str(self.cleaned_data["username"]).lower()


class PreferencesForm(forms.Form):
    """How pages look for one person."""

    theme = forms.ChoiceField(choices=User.THEMES, required=False)
    easy_reading = forms.BooleanField(required=False)
