"""Home, signing out, switching school, how pages look."""

from typing import Any

from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from provisionmap.school import actions
from provisionmap.school.access import require
from provisionmap.school.forms.entry import PreferencesForm
from provisionmap.school.models import Membership, School
from provisionmap.school.permissions import WALKERS
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

# Whoever holds one of these plans provision, or looks in from outside: their day begins on the map, not with logging.
BEGINS_ON_MAP = frozenset({Capability.EDIT_MAP, Capability.PROPOSE_PROVISION, Capability.READ_PLAN_SHARED})


class SignOut(LogoutView):
    """Sign out and leave nothing in the browser."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        answer["Clear-Site-Data"] = '"cache", "storage"'
        return answer


@require_safe
def home(request: Any) -> HttpResponse:
    """Where somebody starts: unfinished set-up, Today for who only delivers, else the map or what is theirs."""
    school = request.school
    if school is None:
        return redirect("school:no-school")
    if not school.set_up_done and WALKERS & request.capabilities:
        return redirect("school:set-up")
    if Capability.LOG_OWN in request.capabilities and not BEGINS_ON_MAP & request.capabilities:
        return redirect("interventions:today")
    if Capability.SEE_MAP in request.capabilities:
        return redirect("interventions:map")
    if Capability.SEE_ALL_LEARNERS in request.capabilities:
        return redirect("learners:register")
    return redirect("school:no-school")


@require()
def no_school(request: Any) -> HttpResponse:
    """For somebody who may sign in and has nothing to see: why, and whom to ask."""
    if request.school and request.capabilities & (WALKERS | {Capability.SEE_MAP, Capability.SEE_ALL_LEARNERS}):
        return redirect("home")
    return render(request, "school/no_school.html")


def back(request: HttpRequest) -> str:
    """Where to go after a small change: the page it was made on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else reverse("home")


@require(writes=["POST"])
def preferences(request: Any) -> HttpResponse:
    """Light or dark, easy reading or not: kept with the person, so that every device agrees."""
    form = PreferencesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.change_preferences(user=request.user, by=request.user, **form.cleaned_data)
    return redirect(back(request))


@require(writes=["POST"])
def switch(request: Any) -> HttpResponse:
    """Change to another school where this person holds a role."""
    if request.method == "POST":
        held = Membership.objects.on(today()).filter(user=request.user).values("school")
        number = request.POST.get("school", "")
        known = number.isascii() and number.isdigit() and len(number) < 19
        school = get_object_or_404(School, pk__in=held, pk=int(number) if known else 0)
        request.session["school"] = school.pk
    return redirect("home")
