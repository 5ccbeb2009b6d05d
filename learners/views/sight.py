"""Who can see whom, and why; sharing a learner; the review of access that a school makes each term."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from learners.actions import sharing as actions
from learners.forms.sharing import ShareChangeForm, ShareForm
from learners.models import Learner
from learners.models.grant import SHARED
from learners.sight import Reason, by_role, reasons, role_words
from learners.views.learner import learner_here
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions.review import record_review
from provisionmap.school.models import AccessReview, AuditEvent, Membership, User
from provisionmap.school.roles import LABELS, Capability, Role
from provisionmap.school.today import today

ROWS = 50
SHARE = Capability.SHARE_LEARNERS


def _externals(request: Any) -> Any:
    held = Membership.objects.on(today()).filter(school=request.school, role=Role.EXTERNAL).values("user")
    return User.objects.filter(pk__in=held, is_active=True)


def _seers(request: Any, learner: Learner) -> list[tuple[User, list[Reason]]]:
    """Everybody who sees `learner` today, by name, with every reason."""
    day = today()
    told: dict[int, list[Reason]] = defaultdict(list)
    people = {}
    for row, whole in by_role(request.school, day):
        people[row.user_id] = row.user
        if whole:
            told[row.user_id].append(Reason(row.user_id, learner.pk, role_words(row), row.ends))
    for reason in reasons(request.school, day, learners=[learner.pk]):
        told[reason.person].append(reason)
    return [(people[pk], told[pk]) for pk in people if any(one.opens for one in told[pk])]


def _never_ran(learner: Learner, kept: Any) -> list[dict[str, Any]]:
    """Shares that were ended on the day they began: no row is left of them, so the trail tells."""
    events = list(
        AuditEvent.objects.filter(learner_id=learner.pk, school_id=learner.school_id, verb="learner.share_end")
        .exclude(target_id__in=[one.pk for one in kept])
        .order_by("-pk")
    )
    whom = {one.pk: one.changes["user"][1] for one in events}
    people = User.objects.in_bulk({*whom.values(), *(one.user_id for one in events)} - {None})
    return [{"user": people.get(whom[one.pk]), "by": people.get(one.user_id), "at": one.at} for one in events]


def _page(request: Any, learner: Learner, form: ShareForm, status: int = 200) -> HttpResponse:
    page = Paginator(_seers(request, learner), ROWS).get_page(request.GET.get("page"))
    past = learner.grants.filter(source=SHARED).select_related("user", "given_by").order_by("-starts")
    shown = {
        "section": "learners", "learner": learner, "page": page, "form": form, "day": today(),
        "shares": list(past), "never": _never_ran(learner, past),
    }  # fmt: skip
    return render(request, "learners/sight.html", shown, status=status)


@require(SHARE, writes=["POST"])
def sight(request: Any, pk: int) -> HttpResponse:
    """Who can see this learner, and why; and sharing them with an external professional."""
    learner = learner_here(request, pk)
    form = ShareForm(request.POST or None, people=_externals(request))
    if form.is_valid():
        try:
            made = actions.share_learner(learner=learner, day=today(), by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("ends", str(refusal))
        else:
            messages.success(request, f"{made.user.name} sees {learner.name} until {made.ends:%d/%m/%Y}.")
            return redirect("learners:sight", learner.pk)
    return _page(request, learner, form, 422 if form.errors else 200)


@require(SHARE, writes=["POST"])
def share(request: Any, pk: int, share_pk: int) -> HttpResponse:
    """Move the last day of a share, or end it at once."""
    learner = learner_here(request, pk)
    grant = get_object_or_404(learner.grants.filter(source=SHARED).select_related("user"), pk=share_pk)
    if request.method != "POST":
        return redirect("learners:sight", learner.pk)
    form = ShareChangeForm(request.POST)
    try:
        if request.POST.get("do") == "end":
            actions.end_share(grant=grant, day=today(), by=request.user)
            messages.success(request, f"{grant.user.name} does not see {learner.name} by this any more.")
        elif form.is_valid():
            actions.extend_share(grant=grant, ends=form.cleaned_data["ends"], day=today(), by=request.user)
            messages.success(request, "The last day is saved.")
        else:
            messages.error(request, "Enter the last day as a date.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("learners:sight", learner.pk)


@require(SHARE)
def seen_by(request: Any, pk: int) -> HttpResponse:
    """What one person can see, and why."""
    here = Membership.objects.filter(school=request.school).values("user")
    person = get_object_or_404(User, pk__in=here, pk=pk)
    day = today()
    held = [(row, whole) for row, whole in by_role(request.school, day) if row.user_id == person.pk]
    told: dict[int, list[Reason]] = defaultdict(list)
    for reason in reasons(request.school, day, people=[person.pk]):
        told[reason.learner].append(reason)
    seen = [pk for pk, why in told.items() if any(one.opens for one in why)]
    learners = Learner.objects.visible_to(request.user).filter(school=request.school, pk__in=seen)
    page = Paginator(learners, ROWS).get_page(request.GET.get("page"))
    shown = {
        "section": "settings",
        "person": person,
        "whole": [role_words(row) for row, whole in held if whole],
        "roles": [row.get_role_display() for row, _ in held],
        "page": page,
        "rows": [(learner, told[learner.pk]) for learner in page],
    }
    return render(request, "learners/seen_by.html", shown)


@require(Capability.MANAGE_PEOPLE, writes=["POST"])
def access_review(request: Any) -> HttpResponse:
    """Everybody with a role, how many learners each sees, and the record that somebody looked it through."""
    if request.method == "POST":
        record_review(school=request.school, by=request.user)
        messages.success(request, "The review of access is recorded.")
        return redirect("learners:access-review")
    day = today()
    people: dict[User, list[Membership]] = defaultdict(list)
    whole = set()
    for row, everyone in by_role(request.school, day):
        people[row.user].append(row)
        if everyone:
            whole.add(row.user_id)
    page = Paginator(list(people.items()), ROWS).get_page(request.GET.get("page"))
    told: dict[int, set[int]] = defaultdict(set)
    for reason in reasons(request.school, day, people=[person.pk for person, _ in page]):
        if reason.opens:
            told[reason.person].add(reason.learner)
    everybody = Learner.objects.filter(school=request.school).count()
    shown = {
        "section": "settings",
        "page": page,
        "rows": [
            {
                "person": person,
                "roles": [(row.role, LABELS[Role(row.role)], row.ends) for row in rows],
                "learners": everybody if person.pk in whole else len(told[person.pk]),
            }
            for person, rows in page
        ],
        "reviews": AccessReview.objects.filter(school=request.school).select_related("by")[:12],
        "day": day,
    }
    return render(request, "learners/access_review.html", shown)
