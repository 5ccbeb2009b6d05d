"""Sign-in by default, and the school a request is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from provisionmap.school.models import Membership, School
from provisionmap.school.roles import Capability, capabilities_of
from provisionmap.school.sign_in import state
from provisionmap.school.sign_in.limits import WARNING, idle_limit
from provisionmap.school.sign_in.outside import DOORS
from provisionmap.school.today import today
from provisionmap.web.routes import route_of

GetResponse = Callable[[HttpRequest], HttpResponse]

# The whole list of pages that need no sign-in; a test holds it.
PUBLIC = frozenset(
    {
        "account_login", "mfa_authenticate", "mfa_login_webauthn",
        "school:first-run", "school:forgotten", "school:session", "school:welcome", "health", "csp-report",
        "interventions:feed",
    }
)  # fmt: skip


class SignedIn:
    """Every page needs sign-in unless it is on the public list."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if route_of(request) in PUBLIC | DOORS or request.user.is_authenticated:
            return self.get_response(request)
        if request.htmx:
            return HttpResponse(status=401)  # the page stays, with what was typed in it (static/js/session.js)
        answer = redirect_to_login(request.path)
        if getattr(request, "ended", False):
            answer["Location"] += "&ended=1"
        return answer


class CurrentSchool:
    """Sets request.school and request.capabilities: the school chosen, else the first one held."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.school = None
        request.schools = []
        request.capabilities = frozenset()
        if request.user.is_authenticated:
            self.read_memberships(request)
        return self.get_response(request)

    @staticmethod
    def read_memberships(request: Any) -> None:
        """Every role held today, by school name; the session says which school is meant.

        No query: they came with the person (sign_in.py). Somebody without a role is asked for again.
        """
        rows = request.user.roles
        if rows is None:
            rows = Membership.objects.on(today()).filter(user=request.user).select_related("school")
        roles: dict[School, set[str]] = {}
        for row in sorted(rows, key=lambda row: (row.school.name, row.school_id)):
            roles.setdefault(row.school, set()).add(row.role)
        request.schools = list(roles)
        held = {school.pk: capabilities_of(frozenset(keys)) for school, keys in roles.items()}
        request.user.held = held if request.user.is_active else {}
        wanted = request.session.get("school")
        request.school = next((one for one in roles if one.pk == wanted), next(iter(roles), None))
        request.capabilities = held[request.school.pk] if request.school else frozenset()


class Can:
    """What templates ask: `{% if can.EDIT_MAP %}`. An unknown capability is an error, not a no."""

    def __init__(self, held: frozenset[Capability]) -> None:
        self.held = held

    def __getitem__(self, name: str) -> bool:
        return Capability[name] in self.held


def capabilities(request: Any) -> dict[str, Any]:
    """Context of every page: the school, what this person may do there, and how long their session lasts."""
    signed_in = getattr(request, "user", None) and request.user.is_authenticated
    lasts = {
        "session_left": state.left(request.session),
        "session_idle": idle_limit(request.session.get(state.SHARED, False)),
        "session_warning": WARNING,
    }
    return (lasts if signed_in else {}) | {
        "school": getattr(request, "school", None),
        "can": Can(getattr(request, "capabilities", frozenset())),
    }
