"""Signing in with Microsoft or Google, where the environment names them.

An account is opened by what its owner connected to it while signed in here, never by an e-mail address that a
directory asserts: anybody can write one into theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NAMES = {"microsoft": "Microsoft", "google": "Google"}
HOSTS = {"microsoft": "https://login.microsoftonline.com", "google": "https://accounts.google.com"}
# Their pages that need no sign-in: the way there and back, and what may go wrong on it.
DOORS = frozenset(
    {"socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup"}
    | {f"{name}_{way}" for name in NAMES for way in ("login", "callback")}
)
SHARED = frozenset({"", "common", "organizations", "consumers"})


def providers(*, tenant: str, microsoft: tuple[str, str], google: tuple[str, str]) -> dict[str, Any]:
    """django-allauth's setting for what is named in full. Raises ImproperlyConfigured for half of it.

    >>> providers(tenant="", microsoft=("", ""), google=("", ""))
    {}
    >>> sorted(providers(tenant="", microsoft=("", ""), google=("id", "secret")))
    ['google']
    """
    found: dict[str, Any] = {}
    if any((tenant, *microsoft)):
        if not all(microsoft) or tenant in SHARED:
            raise ImproperlyConfigured(
                "MICROSOFT_TENANT, MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET belong together, and the tenant is "
                "the school's own: one that is shared lets in everybody who has an account with Microsoft."
            )
        found["microsoft"] = _app(*microsoft) | {"OAUTH_PKCE_ENABLED": True}
        found["microsoft"]["APPS"][0]["settings"] = {"tenant": tenant}
    if any(google):
        if not all(google):
            raise ImproperlyConfigured("GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET belong together.")
        found["google"] = _app(*google) | {"OAUTH_PKCE_ENABLED": True, "SCOPE": ["openid", "email"]}
    return found


def _app(client_id: str, secret: str) -> dict[str, Any]:
    return {"APPS": [{"client_id": client_id, "secret": secret, "key": ""}]}


def hosts(chosen: Iterable[str]) -> list[str]:
    """Where a form may lead besides ourselves.

    >>> hosts({"google": {}})
    ['https://accounts.google.com']
    """
    return [HOSTS[name] for name in chosen]


def urls() -> list[Any]:
    """The addresses of what is named: none where nothing is."""
    if not settings.SOCIALACCOUNT_PROVIDERS:
        return []
    ours = import_module("provisionmap.school.sign_in.outside_urls")  # names models, which settings cannot
    found: list[Any] = [*ours.urlpatterns]
    for name in settings.SOCIALACCOUNT_PROVIDERS:
        found += ours.ways(name)
    return found


def buttons() -> list[dict[str, str]]:
    """What the sign-in page offers: a name and where its form goes."""
    return [{"name": NAMES[one], "address": f"/{one}/login/"} for one in settings.SOCIALACCOUNT_PROVIDERS]
