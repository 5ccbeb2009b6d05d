"""Answering HTMX and plain browsers from one view."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers


def fragment(request: Any, template: str, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """The named part for HTMX ("app/page.html#part"), the whole page that holds it for others.

    `HX-Request` is a hint about form, never an authorisation: both answers pass the same view.
    """
    whole = template.partition("#")[0]
    answer = render(request, template if request.htmx else whole, context, status=status)
    patch_vary_headers(answer, ["HX-Request", "Cookie"])
    return answer


def go(request: Any, to: str) -> HttpResponse:
    """Send the browser to `to`, whether or not HTMX asked."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": to})
    return redirect(to)
