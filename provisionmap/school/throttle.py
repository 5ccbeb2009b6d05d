"""Slowing down who guesses passwords.

Tries are counted for an e-mail address and the address they come from, together: guessing is stopped where it
happens, and nobody can lock a colleague out from another computer. The count is taken before the password is
checked, so that many tries at once gain nothing. Mail to one address is counted the same way (sending.py), and a code
of the second step, which opens once (forms/sign_in.py).
Source: docs/security.md, "Signing in".
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from provisionmap.school.models import SignInTries

MOST_TRIES = 10
SECONDS = 300


def sender_of(request: Any) -> str:
    """The address a request comes from: behind N proxies of ours, the Nth from the end of what they forwarded.

    What stands further left was written by the visitor and proves nothing.
    """
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    hops = settings.TRUSTED_PROXY_COUNT
    if hops and len(forwarded) >= hops:
        return str(forwarded[-hops])
    return str(request.META.get("REMOTE_ADDR", ""))


def _mark(email: str, sender: str) -> str:
    """What a count is kept under; it holds no e-mail address."""
    words = f"{email.strip().casefold()}|{sender}"
    return salted_hmac("provisionmap.school.throttle", words, algorithm="sha256").hexdigest()


@transaction.atomic
def take_try(email: str, sender: str, *, most: int = MOST_TRIES, seconds: int = SECONDS) -> bool:
    """Count a try; False when there were more than `most`, whether or not the e-mail address is known here.

    In the database, not in a cache: the lock on the row lets no two tries count as one, and nothing throws a
    count away to make room.
    """
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    kept, _ = SignInTries.objects.select_for_update().get_or_create(
        mark=_mark(email, sender), defaults={"until": until}
    )
    if kept.until <= now:
        kept.count, kept.until = 0, until
    kept.count += 1
    kept.save(update_fields=["count", "until"])
    return kept.count <= most


def forget(email: str, sender: str) -> None:
    """A right password: the tries before it count no more."""
    SignInTries.objects.filter(mark=_mark(email, sender)).delete()


def forget_ended() -> None:
    """Remove the counts that have run out."""
    SignInTries.objects.filter(until__lte=timezone.now()).delete()
