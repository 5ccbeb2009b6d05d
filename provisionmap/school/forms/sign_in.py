"""Forms of signing in."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as steps
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError

from provisionmap.school import throttle
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
        state.keep_shared(request)
        return super().login(request, redirect_url)


class Once:
    """A code of an app that is accepted once, for as long as the app's clock and ours may differ.

    The library remembers a code for one period, and accepts it for three; and it remembers it in a cache, which
    throws things away to make room. A count in the database does neither, and two tries at once are one after another.
    """

    user: Any
    authenticator: Any = None

    def clean_code(self) -> str:
        """The code, unless it was used before. Recovery codes keep by themselves which were used."""
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator is None or self.authenticator.type == Authenticator.Type.TOTP:
            used = f"code {normalize_user_code(code)} of {self.user.pk}"
            accepted = steps.TOTP_PERIOD * (2 * steps.TOTP_TOLERANCE + 1)
            if not throttle.take_try(used, "", most=1, seconds=accepted):
                raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(Once, AuthenticateForm):
    """The code after the password."""


class CodeAgainForm(Once, ReauthenticateForm):
    """A code once more, in place of the password."""


class AppForm(Once, ActivateTOTPForm):
    """The first code of a new app: setting it up uses it, as signing in does."""


class ForgottenForm(forms.Form):
    """Whose password it is."""

    email = email_field(widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
