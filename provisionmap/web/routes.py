"""Which page a request asks for, looked up once before any view is called."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import Resolver404, resolve


def route_of(request: HttpRequest) -> str:
    """The name of the page asked for; "" for an address that is none."""
    known = vars(request)
    if "route" not in known:
        try:
            known["route"] = resolve(request.path_info).view_name
        except Resolver404:
            known["route"] = ""
    return str(known["route"])
