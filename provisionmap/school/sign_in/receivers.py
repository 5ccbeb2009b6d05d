"""What follows from signing in and out: when the session began, and the trail."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.signals import authentication_step_completed, user_logged_in
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.contrib.auth.signals import user_logged_in as signed_in
from django.contrib.auth.signals import user_logged_out as signed_out
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver

from provisionmap.school import audit
from provisionmap.school.models import AuditEvent, User
from provisionmap.school.sign_in import known, state
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.tasks import tell_owner

logger = logging.getLogger(__name__)


@receiver(signed_in)
def on_signed_in(request: Any, user: Any, **kwargs: Any) -> None:
    """The session begins; no other way into the product exists."""
    state.begin(request.session)


@receiver(user_logged_in)
def on_all_steps_done(request: Any, user: Any, **kwargs: Any) -> None:
    """Every step asked for was passed. Whoever has signed in before hears of a device they were not seen on."""
    came = AuditEvent.objects.filter(verb="account.sign_in", user_id=user.pk).exists()
    audit.record("account.sign_in", by=user, target=user)
    if known.remember(request, user.pk) and came:
        audit.record("account.new_device", by=user, target=user)
        tell_owner(user, "new_device", device_of(request.headers.get("User-Agent", "")))


@receiver(signed_out)
def on_signed_out(request: Any, user: Any, **kwargs: Any) -> None:
    """Somebody who was signed in is no more."""
    if user is not None:
        audit.record("account.sign_out", by=user, target=user)


@receiver(authentication_step_completed)
def on_step(request: Any, user: Any, method: str, **kwargs: Any) -> None:
    """Whoever shows again who they are may see the screen again."""
    if kwargs.get("reauthenticated"):
        state.show_again(request.session)


@receiver(authenticator_added)
def on_step_added(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """A second step was set up, with a code or a key that was just shown."""
    audit.record("account.second_step_add", by=user, target=user, told={"second_step": authenticator.type})
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        state.second_step_shown(request, user, authenticator.type, authenticator.pk)


@receiver(authenticator_removed)
def on_step_removed(request: Any, user: Any, authenticator: Any, **kwargs: Any) -> None:
    """A second step was taken away."""
    audit.record("account.second_step_remove", by=user, target=user, told={"second_step": authenticator.type})


@receiver(user_login_failed)
def on_refused(credentials: Any, **kwargs: Any) -> None:
    """A wrong password, for the log: whose account it was meant for by its number, 0 where there is none.

    Not for the trail: an event for those who have an account and none for others would take longer, which tells.
    """
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    found = User.objects.filter(email=address).values_list("pk", flat=True).first()
    logger.warning("a password was refused", extra={"user_id": found or 0})


@receiver(social_account_added)
def on_connected(sociallogin: Any, **kwargs: Any) -> None:
    """An account of another directory opens this one from now on."""
    told = {"directory": sociallogin.account.provider}
    audit.record("account.connect", by=sociallogin.user, target=sociallogin.user, told=told)


@receiver(social_account_removed)
def on_disconnected(socialaccount: Any, **kwargs: Any) -> None:
    """An account of another directory opens this one no more."""
    told = {"directory": socialaccount.provider}
    audit.record("account.disconnect", by=socialaccount.user, target=socialaccount.user, told=told)
