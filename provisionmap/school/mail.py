"""Mail about an account, some with a one-time link in it; never a child's name, nor anything about one."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from provisionmap.school.actions.account import tokens
from provisionmap.school.models import User
from provisionmap.school.sending import send

RESET = (
    "Somebody, probably you, asked for a new password for Provision Map. This link sets one. It works once, for a day:"
    "\n\n{link}\n\nIf it was not you, do nothing: your password stays as it is.\n"
)
INVITATION = (
    "You have been given access to Provision Map at {school}. This link lets you choose your password. "
    "It works once, for a day:\n\n{link}\n\nNobody will ever ask you for your password, nor for a code.\n"
)

# What the owner of an account is told: the subject, and what was done. The last seven are names of the library.
TOLD = {
    "new_device": ("a sign-in on another device", "Your account was opened on a device that was not used before."),
    "password": ("your password was changed", "The password of your account was changed."),
    "second_step_reset": (
        "your second step was taken away",
        "Your second step was taken away by whoever manages people at your school, as for a lost phone, and you were "
        "signed out everywhere. You set up a new one the next time you sign in.",
    ),
    "totp_activated": ("an authenticator app was added", "An authenticator app was added to your account."),
    "totp_deactivated": ("an authenticator app was removed", "The authenticator app of your account was removed."),
    "recovery_codes_generated": ("new recovery codes", "New recovery codes were made; the old ones open nothing now."),
    "webauthn_added": ("a passkey was added", "A passkey or security key was added to your account."),
    "webauthn_removed": ("a passkey was removed", "A passkey or security key of your account was removed."),
    "account_connected": (
        "another way to sign in was added",
        "An account at Microsoft or Google was connected to your account here, and opens it from now on.",
    ),
    "account_disconnected": (
        "a way to sign in was removed",
        "An account at Microsoft or Google opens your account here no more.",
    ),
}
ADVICE = (
    "If you know of it, there is nothing to do. If not, sign in, end what you do not know under Your account, Where "
    "you are signed in, change your password, and tell your SENCO at once; also when you cannot sign in any more."
)


def can_send() -> bool:
    """Whether a mail server is named."""
    return bool(settings.SENDS_MAIL)


def link_for(user: User, token: str, origin: str) -> str:
    """A one-time link under `origin`, the product's own address."""
    return origin.rstrip("/") + reverse("school:welcome", args=[user.pk, token])


def write_reset(user: User, origin: str) -> None:
    """The mail that sets a new password."""
    words = RESET.format(link=link_for(user, tokens.make_token(user), origin))
    send("a new password", words, user.email, asked=True)


def write_invitation(user: User, school: str, link: str) -> None:
    """The mail that brings somebody in."""
    words = INVITATION.format(school=school, link=link)
    send("your access", words, user.email)


def write_told(user: User, what: str, device: str = "") -> None:
    """The mail about something done to an account: a key of TOLD, and the device it was done on, if it is known."""
    subject, words = TOLD[what]
    if device:
        words += f" The device: {device}."
    send(subject, f"Provision Map: {words}\n\n{ADVICE}\n", user.email)
