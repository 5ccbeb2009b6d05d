"""Mail with a one-time link in it; never a child's name, nor anything about one."""

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

NEW_DEVICE = (
    "Your account at Provision Map was opened on a device that was not used before: {device}. "
    "If it was you, there is nothing to do. If not, sign in, end it under Your account, Where you are signed in, "
    "then change your password and tell your SENCO.\n"
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


def write_new_device(user: User, device: str) -> None:
    """The mail about a sign-in on another device; without a mail server nothing is sent."""
    words = NEW_DEVICE.format(device=device)
    send("a sign-in on another device", words, user.email)
