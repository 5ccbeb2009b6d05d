"""Whoever takes a whole record out shows first who they are, as for a large export."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from provisionmap.school.sign_in.state import shown_lately


def shown_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send whoever has not shown who they are for five minutes to do so first, and then back to this page."""

    @wraps(view)
    def asked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if shown_lately(request):
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")

    return asked
