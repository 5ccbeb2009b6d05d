"""Signing in, step by step; what a page asks about its session; the screen that is hidden; a forgotten password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView, ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as StepAgainView
from allauth.mfa.webauthn.views import (
    ListWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from provisionmap.school import throttle
from provisionmap.school.access import require
from provisionmap.school.forms.sign_in import ForgottenForm
from provisionmap.school.mail import can_send
from provisionmap.school.models import User
from provisionmap.school.sign_in import state
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.sign_in.outside import buttons
from provisionmap.school.tasks import ask_for_reset
from provisionmap.web.typed import number

TOO_MANY = "Too many tries from this computer. Wait five minutes, then try again; nothing is lost."
METHODS = ["get", "head", "post"]


def too_many(request: HttpRequest) -> HttpResponse:
    """A page without the form that was sent: drawing that would judge the try after all."""
    answer = render(request, "school/too_many.html", {"words": TOO_MANY}, status=429)
    answer["Retry-After"] = str(throttle.SECONDS)
    return answer


class Tried:
    """A step whose tries are counted before they are looked at, for one account from one place."""

    http_method_names = METHODS
    request: Any
    whose: Callable[[], str]  # the account that is tried, and the step: each step counts by itself

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """A try, or the word that there were too many."""
        if throttle.take_try(self.whose(), self.where()):
            return super().post(request, *args, **kwargs)
        return too_many(request)

    def where(self) -> str:
        """The place that tries are counted for."""
        return throttle.sender_of(self.request)

    def form_valid(self, form: Any) -> HttpResponse:
        """A right answer: the tries before it count no more."""
        throttle.forget(self.whose(), self.where())
        return super().form_valid(form)


class Refusing:
    """A form that was refused is answered with 422, as everywhere here."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again, with what is wrong beside it."""
        answer: HttpResponse = super().form_invalid(form)
        answer.status_code = 422
        return answer


class SignIn(Tried, Refusing, LoginView):
    """Sign in by e-mail and password. With nobody in the database yet, the first-run page instead."""

    template_name = "school/sign_in.html"

    def whose(self) -> str:
        return str(self.request.POST.get("login", ""))

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not User.objects.exists():
            return redirect("school:first-run")
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**given)
        return shown | {"outside": buttons()}


class CodeTried(Tried):
    """A code: counted for the account, in every session and from everywhere together, and apart from the password.

    Whoever types one has the password already, and six digits are soon guessed from many places; and the password, once
    more, must not begin the count anew. A passkey still opens the account meanwhile.
    """

    def who(self) -> User:
        """Whose code it is."""
        person: User = self.request.user
        return person

    def whose(self) -> str:
        return f"second step of {self.who().pk}"

    def where(self) -> str:
        return ""


class SecondStep(CodeTried, Refusing, AuthenticateView):
    """The code or the key after the password."""

    template_name = "school/second_step_ask.html"

    def who(self) -> User:
        """Not signed in yet: the person whose password was typed."""
        person: User = self.stage.login.user
        return person


class AgainByPassword(Tried, Refusing, ReauthenticateView):
    """The password once more, before something that matters and after the screen was hidden."""

    template_name = "school/again.html"
    asked = "Type your password once more to go on."

    def whose(self) -> str:
        return f"again {self.request.user.pk}"


class OtherWays:
    """The other ways to show who one is; the password is none where the second step is still to be shown."""

    request: Any

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """What the page shows, with the ways that lead on from here."""
        shown: dict[str, Any] = super().get_context_data(**given)  # type: ignore[misc]
        if not state.second_step_done(self.request):
            ways = shown["reauthentication_alternatives"]
            shown["reauthentication_alternatives"] = [one for one in ways if one["id"] != "reauthenticate"]
        return shown


class AgainByStep(CodeTried, Refusing, OtherWays, StepAgainView):
    """A code once more, in place of the password."""

    template_name = "school/again.html"
    asked = "Type the code your authenticator app shows now."


class Passkey(LoginWebAuthnView):
    """A passkey in place of password and second step: whoever holds it unlocked it."""

    http_method_names = METHODS

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in, on a computer that is shared or not."""
        state.keep_shared(self.request)
        answer: HttpResponse = super().form_valid(form)
        return answer


class Spare:
    """Pages that offer to remove a second step, where one can be spared."""

    request: Any
    http_method_names = METHODS

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """What the page shows, and whether a step can be removed."""
        shown: dict[str, Any] = super().get_context_data(**given)  # type: ignore[misc]
        return shown | {"to_spare": state.step_to_spare(self.request.user)}


class SecondSteps(Spare, IndexView):
    """One's second steps."""


class Keys(Spare, ListWebAuthnView):
    """One's passkeys and security keys."""


class RemoveKey(RemoveWebAuthnView):
    """Take a passkey away, unless it is the last second step of an account that needs one."""

    http_method_names = METHODS

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            refused = "This is your only second step. Add another one first, then remove this."
            return self.render_to_response(self.get_context_data(refused=refused), status=422)
        answer: HttpResponse = super().form_valid(form)
        return answer


class AgainByPasskey(OtherWays, ReauthenticateWebAuthnView):
    """A passkey once more, in place of the password."""

    template_name = "school/again_passkey.html"
    http_method_names = METHODS


@require()
def second_step(request: Any) -> HttpResponse:
    """What a session needs that has not passed a second step: to set one up, or to use the one there is."""
    if state.second_step_done(request):
        return redirect("mfa_index")
    return render(request, "school/second_step.html", {"has_one": state.has_second_step(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def session(request: Any) -> HttpResponse:
    """How long the session still lasts, for the page that is open; POST says that somebody is there.

    The token goes along, because signing in again in another tab made the one of this page worthless.
    """
    if not request.user.is_authenticated or not state.second_step_done(request):
        return JsonResponse({}, status=401)
    if request.method == "POST" and not state.hidden(request.session):
        state.use(request.session)
    return JsonResponse(
        {
            "left": state.left(request.session),
            "user": request.user.pk,
            "hidden": state.hidden(request.session),
            "token": get_token(request),
        }
    )


@require(writes=["POST"])
def hide(request: Any) -> HttpResponse:
    """Hide everything until whoever signed in shows again who they are."""
    if request.method == "POST":
        state.hide(request.session)
        return HttpResponse(status=204)
    return redirect("home")


@require()
def signed_in(request: Any) -> HttpResponse:
    """Where signing in again in another tab ends: the first tab goes on by itself."""
    return render(request, "school/signed_in.html")


def first_again(request: Any) -> HttpResponse | None:
    """The way to show who one is, before sessions are ended; None for who did lately. The list comes after it."""
    if state.shown_lately(request):
        return None
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': reverse('usersessions_list')})}")


class Sessions(ListUserSessionsView):
    """Where one is signed in, and the way to end it."""

    template_name = "school/sessions.html"
    http_method_names = METHODS

    def post(self, request: Any, *args: object, **kwargs: object) -> HttpResponse:
        """End every session but this one."""
        answer: HttpResponse = first_again(request) or super().post(request, *args, **kwargs)
        return answer

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**given)
        for one in shown["sessions"]:
            one.device = device_of(one.user_agent)
        return shown


def open_session(request: Any, user: User, where: str | None = None) -> HttpResponse:
    """Sign `user` in who has just set a password, with a link or for a new school; their second step comes next."""
    record_authentication(request, user, method="password")
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=where))
    return answer


def keep_signed_in(request: Any) -> None:
    """The password was changed here: this session goes on under a new key, and stands under it on the list of sessions.

    What is not on that list is ended neither by "sign out everywhere" nor when the second step is taken away.
    """
    update_session_auth_hash(request, request.user)
    UserSession.objects.purge_and_list(request.user)
    UserSession.objects.create_from_request(request)


def forgotten(request: Any) -> HttpResponse:
    """Ask for a link that sets a new password. Known and unknown addresses hear the same, as soon."""
    form = ForgottenForm(request.POST or None)
    shown: dict[str, Any] = {"form": form, "can_send": can_send()}
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    if request.method == "POST" and can_send() and form.is_valid():
        email, sender = form.cleaned_data["email"], throttle.sender_of(request)
        if not throttle.take_try(f"forgotten {email}", sender) or not throttle.take_try("forgotten", sender):
            return too_many(request)
        ask_for_reset(email, request.build_absolute_uri("/"))
        return render(request, "school/forgotten.html", shown | {"sent": True})
    return render(request, "school/forgotten.html", shown, status=422 if form.errors else 200)


@require(writes=["POST"])
def end_session(request: Any) -> HttpResponse:
    """End one other session of this person."""
    if request.method == "POST":
        if (again := first_again(request)) is not None:
            return again
        one = UserSession.objects.filter(user=request.user, pk=number(request.POST.get("session", ""))).first()
        if one is None:
            messages.info(request, "That session has ended already.")
        else:
            one.end()
            messages.success(request, f"{device_of(one.user_agent)} is signed out.")
    return redirect("usersessions_list")


@require(writes=["POST"])
def sign_out_everywhere(request: Any) -> HttpResponse:
    """End every session of this person, this one too."""
    if request.method == "POST":
        if (again := first_again(request)) is not None:
            return again
        for one in UserSession.objects.filter(user=request.user):
            one.end()
        logout(request)
        messages.success(request, "You are signed out on every device.")
        answer = redirect("account_login")
        answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer
    return redirect("usersessions_list")
