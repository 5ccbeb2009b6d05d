"""The school's staff list: finding, adding, changing roles, ending, and one-time links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from provisionmap.school.access import NotAllowed, require
from provisionmap.school.actions import people as actions
from provisionmap.school.forms.people import EndForm, HoursForm, PeopleSearchForm, PersonForm, RolesForm, StaffListForm
from provisionmap.school.mail import can_send, link_for
from provisionmap.school.models import Membership, School, StaffHours, User
from provisionmap.school.permissions import check_can_invite, check_can_manage, grantable, roles_at
from provisionmap.school.roles import LABELS, Capability, Role
from provisionmap.school.sign_in.state import STEPS
from provisionmap.school.stale import Stale
from provisionmap.school.tasks import ask_in, tell_owner
from provisionmap.school.today import today
from provisionmap.web.htmx import fragment

PER_PAGE = 50
MOST_LINKS = 200
PEOPLE = Capability.MANAGE_PEOPLE


def _row(person: User) -> dict[str, Any]:
    """What the list says of one person, from memberships fetched already."""
    day = today()
    rows = [row for row in person.here if row.ends is None or row.ends >= day]
    return {
        "person": person,
        "roles": [
            {"label": row.get_role_display(), "from": row.starts if row.starts > day else None, "until": row.ends}
            for row in rows
        ],
        "invited": person.has_usable_password(),
        "left": max((row.ends for row in person.here if row.ends), default=None) if not rows else None,
    }


@require(PEOPLE, writes=["POST"])
def people(request: Any) -> HttpResponse:
    """Everybody with a role here, now or soon; those who left on request. Words searched for come by POST."""
    search = PeopleSearchForm(request.POST or None)
    words = search.cleaned_data["q"] if search.is_valid() else ""
    left = request.GET.get("left") == "1"
    rows = User.objects.for_staff_list(request.school, today(), words=words, left=left)
    asked = request.POST.get("page") or request.GET.get("page")
    page = Paginator(rows, PER_PAGE).get_page(asked)
    shown = {
        "section": "settings",
        "search": search,
        "words": words,
        "left": left,
        "page": page,
        "rows": [_row(person) for person in page],
    }
    return fragment(request, "school/people.html#rows", shown)


def _known(emails: Iterable[str]) -> set[str]:
    """Those of the addresses that somebody signs in with already."""
    asked = {email.strip().lower(): email for email in emails}
    return {asked[one] for one in User.objects.filter(email__in=asked).values_list("email", flat=True)}


def _role_rows(school: School) -> set[int]:
    return set(Membership.objects.filter(school=school).values_list("pk", flat=True))


def _added(held: Membership, *, known: bool, had: set[int]) -> str:
    """What adding somebody did: a known e-mail address is a person who is here already, whatever name was typed."""
    name, role = held.user.name, held.get_role_display()
    if held.pk in had:
        return f"Nothing changed: this e-mail address is {name}'s, who holds the role {role} already."
    if known:
        return f"This e-mail address is {name}'s, who has an account already. They keep it and are {role} now, too."
    return f"{name} is added as {role}."


@require(PEOPLE, writes=["POST"])
def add(request: Any) -> HttpResponse:
    """Add one colleague."""
    day = today()
    roles = grantable(request.user, request.school, day)
    form = PersonForm(request.POST or None, initial={"starts": day, "role": Role.CLASS_TEACHER}, roles=roles)
    if form.is_valid():
        known, had = _known([form.cleaned_data["email"]]), _role_rows(request.school)
        try:
            held = actions.add_person(school=request.school, by=request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, _added(held, known=form.cleaned_data["email"] in known, had=had))
            return redirect("school:person", held.user_id)
    shown = {"section": "settings", "form": form}
    return render(request, "school/person_add.html", shown, status=422 if form.errors else 200)


@require(PEOPLE, writes=["POST"])
def paste(request: Any) -> HttpResponse:
    """Add several colleagues from pasted lines: all of them, or none and every line that is wrong."""
    day = today()
    form = StaffListForm(
        request.POST or None, initial={"starts": day}, roles=grantable(request.user, request.school, day)
    )
    if form.is_valid():
        new = [actions.NewPerson(one.name, one.email, one.role) for one in form.people]
        known = _known(one.email for one in new)
        try:
            added = actions.add_people(
                school=request.school, people=new, starts=form.cleaned_data["starts"], by=request.user
            )
        except NotAllowed as refusal:
            form.add_error("lines", str(refusal))
        else:
            messages.success(request, f"{len(added)} people are on the list now.")
            if known:
                names = ", ".join(sorted(one.user.name for one in added if one.user.email in known))
                messages.info(request, f"These had an account already, keep it, and got the role too: {names}.")
            return redirect("school:people")
    shown = {"section": "settings", "form": form, "known": LABELS.values()}
    return render(request, "school/people_paste.html", shown, status=422 if form.errors else 200)


def person_here(request: Any, pk: int) -> User:
    """Somebody with a role at this school, now, later or before; otherwise 404."""
    rows = Membership.objects.filter(school=request.school).values("user")
    return get_object_or_404(User, pk__in=rows, pk=pk)


def _reason(check: Any, *args: Any) -> str:
    """Why not, in a sentence; empty when it is allowed."""
    try:
        check(*args)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def person_page(request: Any, person: User, status: int = 200, **forms: Any) -> HttpResponse:
    """One person's page, with a form that failed in the place of a fresh one."""
    day = today()
    held = sorted(roles_at(person, request.school, day))
    rows = list(Membership.objects.filter(user=person, school=request.school).order_by("-starts", "role"))
    shown = {
        "section": "settings",
        "person": person,
        "rows": rows,
        "held": held,
        "labels": [(role, LABELS[Role(role)]) for role in held],
        "ended": [],
        "no_change": _reason(check_can_manage, person, request.user, request.school, day),
        "no_link": _reason(check_can_invite, person, request.user, request.school, day),
        "steps": Authenticator.objects.filter(user=person, type__in=STEPS).count(),
        "roles_form": RolesForm(
            initial={"roles": held, "seen": ",".join(held)},
            offered=actions.choices_for(request.user, request.school, day, to=person),
        ),
        "end_form": EndForm(initial={"last_day": day}, began=None),
        "hours_form": HoursForm(initial=_hours(person, request.school)),
        "self": person.pk == request.user.pk,
    }
    return render(request, "school/person.html", shown | forms, status=status)


def _hours(person: User, school: School) -> dict[str, Any]:
    """The working week as its form shows it."""
    held = StaffHours.objects.filter(school=school, user=person).first()
    return {"weekly": held.weekly.normalize() if held else None, "seen": held.version if held else 0}


@require(PEOPLE)
def person(request: Any, pk: int) -> HttpResponse:
    """One person: roles, dates, and what may be done about them."""
    return person_page(request, person_here(request, pk))


@require(PEOPLE, writes=["POST"])
def roles(request: Any, pk: int) -> HttpResponse:
    """Change somebody's roles from today on; both versions when somebody else changed them meanwhile."""
    one = person_here(request, pk)
    if request.method != "POST":
        return redirect("school:person", one.pk)
    day = today()
    offered = actions.choices_for(request.user, request.school, day, to=one)
    form = RolesForm(request.POST, offered=offered)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_roles(
                person=one, school=request.school, roles=given["roles"], seen=given["seen"], day=day, by=request.user
            )
        except NotAllowed as refusal:
            form.add_error("roles", str(refusal))
        except Stale:
            form.data = form.data.copy()
            form.data["seen"] = actions.roles_state(one, request.school, day)
            now = [LABELS[Role(role)] for role in sorted(roles_at(one, request.school, day))]
            return person_page(request, one, 409, roles_form=form, clash=", ".join(now) or "none")
        else:
            messages.success(request, f"The roles of {one.name} are saved and count from today.")
            return redirect("school:person", one.pk)
    return person_page(request, one, 422, roles_form=form)


@require(PEOPLE, writes=["POST"])
def hours(request: Any, pk: int) -> HttpResponse:
    """Say how many hours a week somebody works here."""
    one = person_here(request, pk)
    if request.method != "POST":
        return redirect("school:person", one.pk)
    form = HoursForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_hours(
                person=one, school=request.school, weekly=given["weekly"], seen=given["seen"] or 0, day=today(),
                by=request.user,
            )  # fmt: skip
        except NotAllowed as refusal:
            form.add_error("weekly", str(refusal))
        except Stale:
            now = _hours(one, request.school)
            form.data = form.data.copy()
            form.data["seen"] = str(now["seen"])
            form.add_error(
                "weekly", f"Meanwhile somebody made it {now['weekly'] or 'not known'}. Save yours if it is right."
            )
            return person_page(request, one, 409, hours_form=form)
        else:
            messages.success(request, f"The working week of {one.name} is saved.")
            return redirect("school:person", one.pk)
    return person_page(request, one, 422, hours_form=form)


def _link(request: Any, one: User) -> str:
    token = actions.invite(person=one, school=request.school, day=today(), by=request.user)
    origin = request.build_absolute_uri("/")
    ask_in(one, request.school, origin)
    return link_for(one, token, origin)


@require(PEOPLE, writes=["POST"])
def link(request: Any, pk: int) -> HttpResponse:
    """Make a one-time link for one person and show it, once."""
    one = person_here(request, pk)
    if request.method != "POST":
        return redirect("school:person", one.pk)
    try:
        links = [{"person": one, "link": _link(request, one)}]
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("school:person", one.pk)
    return render(request, "school/links.html", {"section": "settings", "links": links, "sent": can_send()})


@require(PEOPLE, writes=["POST"])
def second_step(request: Any, pk: int) -> HttpResponse:
    """Take somebody's second step away: their phone is lost, and so are their recovery codes."""
    one = person_here(request, pk)
    if request.method == "POST":
        try:
            actions.reset_second_step(person=one, school=request.school, day=today(), by=request.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            tell_owner(one, "second_step_reset")
            messages.success(request, f"{one.name} sets up a new second step the next time they sign in.")
    return redirect("school:person", one.pk)


@require(PEOPLE, writes=["POST"])
def links(request: Any) -> HttpResponse:
    """Make a one-time link for everybody here who never set a password."""
    if request.method != "POST":
        return redirect("school:people")
    made = []
    for one in User.objects.at(request.school, today()).never_came()[:MOST_LINKS]:
        try:
            made.append({"person": one, "link": _link(request, one)})
        except NotAllowed:
            continue
    if not made:
        messages.info(request, "Everybody whose link is yours to make has set a password already.")
        return redirect("school:people")
    return render(request, "school/links.html", {"section": "settings", "links": made, "sent": can_send()})
