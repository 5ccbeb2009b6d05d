"""Addresses of signing in from outside: there only where the environment names a directory."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from allauth.socialaccount import views
from django.http import HttpResponse
from django.urls import path

from provisionmap.school.access import require
from provisionmap.school.sign_in import state

PROVIDERS = "allauth.socialaccount.providers"

urlpatterns = [
    path("outside/cancelled/", views.login_cancelled, name="socialaccount_login_cancelled"),
    path("outside/error/", views.login_error, name="socialaccount_login_error"),
    path("outside/unknown/", views.signup, name="socialaccount_signup"),
    path("account/outside/", require(writes=["POST"])(views.connections), name="socialaccount_connections"),
]


def leaving(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The way there. Whether the computer is shared is kept before it: nothing of the page comes back from outside.

    Somebody signed in, who connects an account, has said so before.
    """

    @wraps(view)
    def left(request: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            state.keep_shared(request)
        return view(request)

    return left


def ways(name: str) -> list[Any]:
    """The ways to a directory and back; ours stands before the library's of the same address."""
    there = import_module(f"{PROVIDERS}.{name}.views").oauth2_login
    found: list[Any] = import_module(f"{PROVIDERS}.{name}.urls").urlpatterns
    return [path(f"{name}/login/", leaving(there), name=f"{name}_login"), *found]
