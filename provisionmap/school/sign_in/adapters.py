"""Where our rules differ from what django-allauth does by itself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from provisionmap.school.forms.sign_in import NO_MATCH
from provisionmap.school.sign_in import state
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.tasks import tell_owner

UNSAID = frozenset(
    {
        "account/messages/logged_in.txt",
        "account/messages/logged_out.txt",
        "mfa/messages/recovery_codes_generated.txt",
        "mfa/messages/totp_activated.txt",
        "mfa/messages/webauthn_added.txt",
    }
)


class Accounts(DefaultAccountAdapter):
    """Nobody signs up; whoever has just typed their password need not type it again."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by their school, never by themselves."""
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not within five minutes of any step of signing in."""
        return not state.shown_lately(context.request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Nothing about what the page that follows shows anyway."""
        if message_template not in UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Somebody switched off who holds a passkey or came from outside hears what a wrong password does."""
        messages.error(request, NO_MATCH)
        return redirect("account_login")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing: whatever the library would write by itself would go round the count, and into the request."""

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """What was done to an account is told to its owner by the worker, in our own words."""
        tell_owner(user, template_prefix.rpartition("/")[2], device_of(self.request.headers.get("User-Agent", "")))


class SecondSteps(DefaultMFAAdapter):
    """Where everybody needs a second step, the last one can't be taken away, only replaced."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "This is your only second step. Add another one first, then remove this.",
        "incorrect_code": "That code is not right, or it was used already. Wait for the next one and type it; "
        "a phone whose clock is more than half a minute wrong shows wrong codes.",
    }

    def _get_site_name(self) -> str:
        return "Provision Map"

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """What a new passkey is called until somebody names it."""
        held = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "This device" if not held else f"Another device ({held + 1})"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether another second step stays."""
        if settings.SECOND_STEP_OPTIONAL or authenticator.type not in state.STEPS:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=state.STEPS)
        return others.exclude(pk=authenticator.pk).exists()


class Outside(DefaultSocialAccountAdapter):
    """Microsoft and Google open accounts that are here already and were connected by their owner; they make none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: an address that somebody else's directory asserts proves nothing here."""
        return False

    def can_authenticate_by_email(self, login: AbstractBaseUser, email: str) -> bool:
        """Never, for the same reason."""
        return False
