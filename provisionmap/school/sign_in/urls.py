"""Addresses whose names django-allauth fixes: signing in, second steps, sessions. Only those that are used here."""

from __future__ import annotations

from typing import Any

from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path
from django.views.decorators.http import require_http_methods

from provisionmap.school.access import require
from provisionmap.school.views import sign_in

own = require(writes=["POST"])  # one's own account, nothing else
door = require_http_methods(["GET", "HEAD", "POST"])


def page(address: str, view: Any, name: str) -> Any:
    """A page of one's own account."""
    return path(f"account/{address}", own(view), name=name)


def read(address: str, view: Any, name: str) -> Any:
    """A page of one's own account that changes nothing."""
    return path(f"account/{address}", require()(view), name=name)


urlpatterns = [
    path("sign-in/", door(sign_in.SignIn.as_view()), name="account_login"),
    path("sign-in/second-step/", door(sign_in.SecondStep.as_view()), name="mfa_authenticate"),
    path("sign-in/passkey/", door(sign_in.Passkey.as_view()), name="mfa_login_webauthn"),
    page("again/", sign_in.AgainByPassword.as_view(), "account_reauthenticate"),
    page("again/code/", sign_in.AgainByStep.as_view(), "mfa_reauthenticate"),
    page("again/passkey/", sign_in.AgainByPasskey.as_view(), "mfa_reauthenticate_webauthn"),
    page("sessions/", sign_in.Sessions.as_view(), "usersessions_list"),
    page("sessions/end/", sign_in.end_session, "session_end"),
    read("second-steps/", sign_in.SecondSteps.as_view(), "mfa_index"),
    page("second-steps/app/add/", totp.activate_totp, "mfa_activate_totp"),
    page("second-steps/app/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
    read("second-steps/codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    page("second-steps/codes/new/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    read("second-steps/codes/file/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    read("second-steps/keys/", sign_in.Keys.as_view(), "mfa_list_webauthn"),
    page("second-steps/keys/add/", keys.add_webauthn, "mfa_add_webauthn"),
    page("second-steps/keys/<int:pk>/remove/", sign_in.RemoveKey.as_view(), "mfa_remove_webauthn"),
    page("second-steps/keys/<int:pk>/edit/", keys.edit_webauthn, "mfa_edit_webauthn"),
]
