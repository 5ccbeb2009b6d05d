"""Headers on every answer, and the request log."""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from provisionmap.web.log import request_id

logger = logging.getLogger("provisionmap.request")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog:
    """One line a request: who, which route (never the path), how it ended, how long it took.

    The id is ours, never the visitor's, and the answer carries it: a person can read it out to the person on call.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.id = str(uuid.uuid4())
        began = time.perf_counter()
        before = request_id.set(request.id)
        try:
            answer = self.get_response(request)
            answer["X-Request-ID"] = request.id
            self.write(request, answer, began)
        finally:
            request_id.reset(before)
        return answer

    @staticmethod
    def write(request: Any, answer: HttpResponse, began: float) -> None:
        """The line."""
        match = getattr(request, "resolver_match", None)
        try:
            user_id = getattr(getattr(request, "user", None), "pk", None)
        except DatabaseError:  # the person is read from the session, and the database may be what failed
            user_id = None
        logger.info(
            "request",
            extra={
                "user_id": user_id,
                "route": match.view_name if match else "",
                "method": request.method,
                "status": answer.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
            },
        )


class Headers:
    """No page of ours may be kept by a cache or used by another site."""

    FIXED = {
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",  # here too, because redirects to sign in never come as far as Django's own
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
