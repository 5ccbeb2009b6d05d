"""Error pages: what happened and what to try, never what is inside."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.cache import patch_vary_headers

PAGES = {
    400: ("That request could not be read", "Go back, reload the page and try again."),
    403: (
        "Your role does not include this",
        "If you need it for your work, ask your SENCO or school administrator to change your role.",
    ),
    404: (
        "There is nothing here that you can see",
        "It may have been moved or ended, or it is not shared with you. Check the address or start from the map.",
    ),
    500: (
        "Something went wrong on our side",
        "Nothing you saved earlier is lost. Reload the page; if it happens again, tell your administrator the time.",
    ),
}
CSRF = (
    "Your sign-in changed in another tab or has ended",
    "Nothing was saved. Open the page again in this tab, sign in if you are asked to, and save once more.",
)


def _page(request: Any, status: int, words: tuple[str, str]) -> HttpResponse:
    """Drawn without context processors, so that it works when the database does not."""
    title, advice = words
    fragment = request.headers.get("HX-Request") == "true"
    template = get_template("web/error_part.html" if fragment else "web/error.html")
    answer = HttpResponse(template.render({"title": title, "advice": advice, "status": status}), status=status)
    patch_vary_headers(answer, ["HX-Request", "Cookie"])
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, 400, PAGES[400])


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(request, 403, PAGES[403])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same words for what is missing and for what is hidden."""
    return _page(request, 404, PAGES[404])


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(request, 500, PAGES[500])


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token no longer fits, usually after signing in again elsewhere."""
    return _page(request, 403, CSRF)
