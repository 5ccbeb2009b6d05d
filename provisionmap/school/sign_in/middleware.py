"""When a session ends, what a hidden screen still answers, and the second step that everybody needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from provisionmap.school.sign_in import known, state
from provisionmap.web.routes import route_of

GetResponse = Callable[[HttpRequest], HttpResponse]

# Asked by a page on its own, while nobody does anything: no sign of somebody being there.
UNASKED = frozenset({"interventions:changes", "interventions:rows", "school:session"})
OUT = frozenset({"school:sign-out", "school:session", "school:preferences"})
# What a session that lacks its second step may open where the account has one: the ways to show it. The password is
# not among them: it was shown, and asking for it again would carry on with a form from before the account had a step.
PASSING = OUT | {"school:second-step", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
# What it may open where the account has none: the ways to get one.
STEPPING = OUT | {
    "school:second-step", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes",
}  # fmt: skip
# What a hidden screen may open: the ways to show who one is.
SHOWING = OUT | {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "school:hide"}


class Limits:
    """Ends sessions that nobody used, or that lasted a day; keeps that one is in use."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if SESSION_KEY in request.session:
            if not state.left(request.session):
                logout(request)
                request.ended = True
            elif route_of(request) not in UNASKED:
                state.use(request.session)
        return known.keep(request, self.get_response(request))


class Steps:
    """Who has not passed the second step sees the pages that set it up, and who hid the screen nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.waiting = False  # for the step that would open the pages: the menu says nothing of them meanwhile
        if request.user.is_authenticated:
            name = route_of(request)
            done = state.second_step_done(request)
            request.waiting = not done
            if not done and state.has_second_step(request.user):
                return self.get_response(request) if name in PASSING else self.send(request, "school:second-step")
            if state.hidden(request.session) and name not in SHOWING:
                return self.send(request, "account_reauthenticate")
            if not done and name not in STEPPING:
                return self.send(request, "school:second-step")
        return self.get_response(request)

    @staticmethod
    def send(request: Any, where: str) -> HttpResponse:
        """A page goes there; a fragment says that it can't be had, and the page round it stays."""
        if request.htmx:
            return JsonResponse({}, status=401)
        return redirect(where)
