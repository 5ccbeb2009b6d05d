"""Slowing down who guesses passwords.

Tries are counted for an e-mail address and the address they come from, together: guessing is stopped where it
happens, and nobody can lock a colleague out from another computer. The count is taken before the password is
checked, so that many tries at once gain nothing. Source: docs/security.md, "Signing in".
"""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

MOST_TRIES = 10
SECONDS = 300


def sender_of(request: Any) -> str:
    """The address a request comes from: behind N proxies of ours, the Nth from the end of what they forwarded.

    What stands further left was written by the visitor and proves nothing.
    """
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    hops = settings.TRUSTED_PROXY_COUNT
    if hops and len(forwarded) >= hops:
        return forwarded[-hops]
    return str(request.META.get("REMOTE_ADDR", ""))


def _key(email: str, sender: str) -> str:
    """Where the count is kept; the cache holds no e-mail address."""
    mark = salted_hmac("provisionmap.school.throttle", f"{email.strip().casefold()}|{sender}", algorithm="sha256")
    return f"sign-in:{mark.hexdigest()}"


def take_try(email: str, sender: str) -> bool:
    """Count a try; False when there were too many, whether or not the e-mail address is known here."""
    key = _key(email, sender)
    cache.add(key, 0, SECONDS)
    try:
        return bool(cache.incr(key) <= MOST_TRIES)
    except ValueError:  # the count ran out between the two lines
        cache.set(key, 1, SECONDS)
        return True


def forget(email: str, sender: str) -> None:
    """A right password: the tries before it count no more."""
    cache.delete(_key(email, sender))
