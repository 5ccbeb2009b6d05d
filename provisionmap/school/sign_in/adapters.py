"""Where our rules differ from what django-allauth does by itself."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from provisionmap.school.sending import has_room
from provisionmap.school.sign_in import state

UNSAID = frozenset(
    {
        "account/messages/logged_in.txt",
        "account/messages/logged_out.txt",
        "mfa/messages/recovery_codes_generated.txt",
        "mfa/messages/totp_activated.txt",
        "mfa/messages/webauthn_added.txt",
    }
)
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing where no mail server is named: the page says what the mail would have said."""
        if settings.SENDS_MAIL and has_room(email):
            super().send_mail(template_prefix, email, context)


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
        if settings.SECOND_STEP_OPTIONAL or authenticator.type not in STEPS:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=STEPS)
        return others.exclude(pk=authenticator.pk).exists()


class Outside(DefaultSocialAccountAdapter):
    """Microsoft and Google open accounts that are here already and were connected by their owner; they make none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: an address that somebody else's directory asserts proves nothing here."""
        return False

    def can_authenticate_by_email(self, login: AbstractBaseUser, email: str) -> bool:
        """Never, for the same reason."""
        return False
