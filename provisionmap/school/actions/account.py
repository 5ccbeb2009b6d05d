"""What people change about themselves."""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction

from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import User

SPENT = "This link has been used already, or it has run out. Ask whoever sent it for a new one."


class WelcomeTokens(PasswordResetTokenGenerator):
    """Tokens of one-time links: each is worth nothing once the password or the last sign-in changed."""

    key_salt = "provisionmap.school.welcome"


tokens = WelcomeTokens()


@transaction.atomic
def change_preferences(*, user: User, theme: str, easy_reading: bool, by: User) -> None:
    """Keep how pages look for `user`. The person's own choice, so it carries no version."""
    user.theme, user.easy_reading = theme, easy_reading
    user.save(update_fields=["theme", "easy_reading"])


@transaction.atomic
def change_name(*, user: User, name: str, by: User) -> None:
    """Change what colleagues read; the person's own word, so the last one counts."""
    old = user.name
    user.name = name
    user.save(update_fields=["name"])
    audit.record("account.change", by=by, target=user, old={"name": old}, new={"name": name})


@transaction.atomic
def change_weekly(*, user: User, weekly: bool, by: User) -> None:
    """Say whether the weekly e-mail comes; the person's own choice, so the last one counts."""
    current = User.objects.get(pk=user.pk)  # the trail tells fields by the model, which a request's lazy person hides
    old = current.weekly_email
    current.weekly_email = weekly
    current.save(update_fields=["weekly_email"])
    audit.record("account.change", by=by, target=current, old={"weekly_email": old}, new={"weekly_email": weekly})


@transaction.atomic
def change_password(*, user: User, password: str, by: User) -> None:
    """Set a password that was checked already. Every other session of this person ends with it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record("account.password", by=by, target=user)


@transaction.atomic
def use_welcome(*, user: User, token: str, password: str) -> User:
    """Set the password a one-time link allows; the link is worth nothing afterwards. Raises NotAllowed.

    The only proof is the token, so it is checked on the row that is being written: of two posts one wins.
    """
    current = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not current.is_active or not tokens.check_token(current, token):
        raise NotAllowed(SPENT)
    current.set_password(password)
    current.save(update_fields=["password"])
    audit.record("account.welcome", by=current, target=current)
    return current
