"""Forms of signing in."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.core.exceptions import ValidationError

from provisionmap.school.forms.entry import email_field, password_field
from provisionmap.school.sign_in import state

NO_MATCH = "That e-mail address and password don't match an account here. Check both and try again."


class SignInForm(LoginForm):
    """E-mail and password; one answer for every failure, so that nobody learns who has an account."""

    shared = forms.BooleanField(
        label="Other people use this computer",
        required=False,
        help_text="You are signed out after five minutes without use, not twenty.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field(
            widget=forms.EmailInput(attrs={"autocomplete": "username webauthn", "autofocus": True})
        )
        self.fields["password"] = password_field("Password", "current-password")
        self.fields.pop("remember", None)

    def clean_login(self) -> str:
        """The address in lower case, as it is stored."""
        return str(self.cleaned_data["login"]).lower()

    def clean(self) -> dict[str, Any] | None:
        """Somebody who left, somebody unknown and a wrong password hear the same."""
        try:
            return super().clean()
        except ValidationError as error:
            raise ValidationError(NO_MATCH, code="no_match") from error

    def login(self, request: Any, redirect_url: str | None = None) -> Any:
        """Remember, until the session ends, whether the computer is shared."""
        request.session[state.SHARED] = self.cleaned_data["shared"]
        return super().login(request, redirect_url)


class ForgottenForm(forms.Form):
    """Whose password it is."""

    email = email_field(widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
