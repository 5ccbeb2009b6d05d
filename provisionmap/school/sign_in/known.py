"""Devices a person has signed in on before: a signed cookie of a year that holds ids of accounts, and nothing else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse

YEAR = 365 * 24 * 3600
MOST = 20  # people on one shared computer whose sign-ins are remembered


def accounts_of(request: Any) -> list[str]:
    """Whose sign-ins this browser remembers; a cookie that was changed remembers nobody's."""
    return [
        one
        for one in str(request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, default="", max_age=YEAR)).split(".")
        if one
    ]


def remember(request: Any, user_id: int) -> bool:
    """Remember this browser for the account, once the answer leaves; whether it was new to it."""
    known = accounts_of(request)
    mine = str(user_id)
    request.known_accounts = [*[one for one in known if one != mine], mine][-MOST:]
    return mine not in known


def keep(request: Any, answer: HttpResponse) -> HttpResponse:
    """The cookie, where somebody has just signed in."""
    if accounts := getattr(request, "known_accounts", None):
        answer.set_signed_cookie(
            settings.DEVICE_COOKIE_NAME, ".".join(accounts), max_age=YEAR, httponly=True, samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )  # fmt: skip
    return answer
