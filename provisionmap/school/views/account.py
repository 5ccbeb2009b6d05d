"""One's own account, and the one-time link that opens it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from provisionmap.school import own_links, throttle
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions import account as actions
from provisionmap.school.forms.entry import ChangePasswordForm, NameForm, NewPasswordForm, WeeklyForm
from provisionmap.school.models import Membership, User
from provisionmap.school.sign_in.devices import device_of
from provisionmap.school.sign_in.outside import buttons
from provisionmap.school.tasks import tell_owner
from provisionmap.school.today import today
from provisionmap.school.views.sign_in import keep_signed_in, open_session, too_many


@require(writes=["POST"])
def account(request: Any) -> HttpResponse:
    """Name and password of the person who is signed in; the button says which form was sent."""
    sent = request.POST.get("what", "")
    tries = f"again {request.user.pk}", throttle.sender_of(request)  # with those of “Is it you?”: the same password
    if sent == "password" and not throttle.take_try(*tries):
        return too_many(request)
    name = NameForm(request.POST if sent == "name" else None, initial={"name": request.user.name})
    password = ChangePasswordForm(request.POST if sent == "password" else None, user=request.user)
    if password.is_bound and "current" not in password.errors:
        throttle.forget(*tries)  # whoever looks for a good new one knows the one there is
    weekly = WeeklyForm(request.POST if sent == "weekly" else None, initial={"weekly_email": request.user.weekly_email})
    if weekly.is_valid():
        return _change_weekly(request, weekly.cleaned_data["weekly_email"])
    if name.is_valid():
        actions.change_name(user=request.user, name=name.cleaned_data["name"], by=request.user)
        messages.success(request, "Your name is saved.")
        return redirect("school:account")
    if password.is_valid():
        actions.change_password(user=request.user, password=password.cleaned_data["password"], by=request.user)
        keep_signed_in(request)
        tell_owner(request.user, "password", device_of(request.headers.get("User-Agent", "")))
        messages.success(request, "Your password is changed. Other devices must sign in again.")
        return redirect("school:account")
    held = Membership.objects.on(today()).filter(user=request.user).select_related("school")
    shown = {"name_form": name, "password_form": password, "held": held, "outside": buttons(),
             "weekly_form": weekly, "links": own_links.links_for(request.user, request.school)}  # fmt: skip
    return render(request, "school/account.html", shown, status=422 if name.errors or password.errors else 200)


def _change_weekly(request: Any, weekly: bool) -> HttpResponse:
    actions.change_weekly(user=request.user, weekly=weekly, by=request.user)
    messages.success(request, "The weekly e-mail is on." if weekly else "The weekly e-mail is off.")
    return redirect("school:account")


def welcome(request: Any, pk: int, token: str) -> HttpResponse:
    """Set a password with a one-time link. A link that is spent or wrong says the same as one for nobody."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None:
        return render(request, "school/welcome.html", {"spent": actions.SPENT}, status=404)
    form = NewPasswordForm(request.POST or None, user=user)
    if form.is_valid():
        had_one = user.has_usable_password()
        try:
            user = actions.use_welcome(user=user, token=token, password=form.cleaned_data["password"])
        except NotAllowed as spent:
            return render(request, "school/welcome.html", {"spent": str(spent)}, status=404)
        if had_one:
            tell_owner(user, "password", device_of(request.headers.get("User-Agent", "")))
        return open_session(request, user)
    if not actions.tokens.check_token(user, token):
        return render(request, "school/welcome.html", {"spent": actions.SPENT}, status=404)
    return render(request, "school/welcome.html", {"form": form, "person": user}, status=422 if form.errors else 200)
