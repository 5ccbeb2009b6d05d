"""Headers on every answer, the request log, and sign-in for fragments."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

logger = logging.getLogger("provisionmap.request")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """One line a request: who, which route (never the path), how it ended, how long it took."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.id = str(uuid.uuid4())
        began = time.perf_counter()
        answer = self.get_response(request)
        match = getattr(request, "resolver_match", None)
        user = getattr(request, "user", None)
        logger.info(
            "request",
            extra={
                "request_id": request.id,
                "user_id": getattr(user, "pk", None),
                "route": match.view_name if match else "",
                "method": request.method,
                "status": answer.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
            },
        )
        return answer


class Headers:
    """No page of ours may be kept by a cache or used by another site."""

    FIXED = {
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        for name, value in self.FIXED.items():
            answer.headers.setdefault(name, value)
        patch_vary_headers(answer, ["HX-Request", "Cookie"])
        return answer


class HtmxSignedOut:
    """A fragment asked for after sign-in ended sends the whole browser to sign in, not the cell.

    The page that asked is kept as `next`; what was typed stays on the screen until then.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        answer = self.get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        if request.htmx and answer.status_code == 302 and urlsplit(answer.headers["Location"]).path == sign_in:
            page = urlsplit(request.htmx.current_url or "/").path
            where = f"{sign_in}?{urlencode({'next': page})}"
            return HttpResponse(status=401, headers={"HX-Redirect": where})
        return answer
