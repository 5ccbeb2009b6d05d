"""Absent today: who loses what, and one form that says what becomes of each session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import dateformat, timezone

from interventions.actions import cover as actions
from interventions.actions.cover import CANCEL, COVER, POSTPONE, Arranged, Choice, Done
from interventions.forms.cover import ACTS, CoverForm, choices_of, key_of
from interventions.ledger import REASONS
from interventions.models import Provision, Session, StaffAbsence
from interventions.occurrences import CLOSED, DELIVERED, MISSED, Occurrence, occurrences
from interventions.week import words_of
from provisionmap.school.access import NotAllowed, require
from provisionmap.school.calendar import Span
from provisionmap.school.models import Membership, User
from provisionmap.school.roles import Capability, Role, roles_with
from provisionmap.school.seen import counted
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

PAGE = "interventions/away/cover.html"
MOST_DAYS = 14  # of an absence on one page
UNDO = "cover_done"
# Who may be needed elsewhere although no session of theirs is planned then: lessons have no timetable here.
TAKEN: dict[str, str] = {Role.CLASS_TEACHER: "class teacher", Role.EXTERNAL: "from outside"}


def _absence(request: Any, pk: int) -> StaffAbsence:
    rows = StaffAbsence.objects.visible_to(request.user).filter(school=request.school)
    row: StaffAbsence = get_object_or_404(rows.select_related("user"), pk=pk)
    return row


def _span(request: Any, absence: StaffAbsence) -> Span:
    """Two weeks of the absence: those asked for, else from today, or from its first day."""
    try:
        first = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        first = today()
    first = min(max(first, absence.starts), absence.ends)
    return Span(first, min(absence.ends, first + timedelta(days=MOST_DAYS - 1)))


class Ground:
    """What was read about some days of an absence: its sessions, and who is free for each."""

    def __init__(self, request: Any, absence: StaffAbsence) -> None:
        self.absence, self.span = absence, _span(request, absence)
        here = Provision.objects.filter(school=request.school)
        # Everybody's sessions, to know who is free; of those that this person does not see nothing is told.
        self.every = occurrences(school=request.school, user=request.user, span=self.span, now=today(), provisions=here)
        seen = set(
            Provision.objects.visible_to(request.user).filter(school=request.school).values_list("pk", flat=True)
        )
        who = absence.user_id
        mine = [one for one in self.every if one.taken_by(who) or any(adult.user == who for adult in one.usual)]
        mine = [one for one in mine if one.state not in (CLOSED, DELIVERED)]
        self.mine = [one for one in mine if one.provision in seen]
        self.hidden = len(mine) - len(self.mine)
        self.staff, self.roles = _staff(request.school, who, self.span.starts)
        away = StaffAbsence.objects.filter(
            school=request.school, starts__lte=self.span.ends, ends__gte=self.span.starts
        )
        self.away = list(away.values_list("user", "starts", "ends"))
        self.busy: dict[tuple[int | None, date], list[Occurrence]] = {}
        for one in self.every:
            for adult in one.people if one.state not in (CLOSED, MISSED) else ():
                self.busy.setdefault((adult.user, one.day), []).append(one)

    def why_not(self, user: int, one: Occurrence) -> str:
        """Why somebody is not free for a session, in words; "" when they are."""
        if any(who == user and first <= one.day <= last for who, first, last in self.away):
            return "away"
        return _busy(self.busy.get((user, one.day), ()), one)

    def named(self, user: int) -> str:
        """Somebody's name, with what they are where lessons or another employer may need them then."""
        name, role = self.staff[user].name, self._taken(user)
        return f"{name}, {TAKEN[role]}" if role else name

    def _taken(self, user: int) -> str:
        """The role of TAKEN that somebody has and no other; "" for everybody else."""
        return next((role for role in TAKEN if self.roles[user] == {role}), "")

    def people(self, one: Occurrence) -> list[tuple[int, str]]:
        """The staff for one session: those free first, who may teach or comes from outside last; then why not."""
        told = [(pk, self.named(pk), self.why_not(pk, one)) for pk in self.staff]
        free = [(pk, name) for pk, name, why in told if not why]
        free.sort(key=lambda pair: ["", *TAKEN].index(self._taken(pair[0])))
        return free + [(pk, f"{name} (not free: {why})") for pk, name, why in told if why]


def _staff(school: Any, who: int, day: date) -> tuple[dict[int, User], dict[int, set[str]]]:
    """Everybody but `who` that may take sessions on `day`, by name, and the roles of each. Two queries."""
    takes = roles_with(Capability.LOG_OWN) | roles_with(Capability.LOG_ALL)
    roles: dict[int, set[str]] = {}
    held = Membership.objects.filter(school=school, role__in=takes).on(day)
    for user, role in held.values_list("user", "role"):
        roles.setdefault(user, set()).add(role)
    staff = User.objects.filter(pk__in=roles, is_active=True).exclude(pk=who).order_by("name", "pk")
    return {one.pk: one for one in staff}, roles


def _busy(others: Iterable[Occurrence], one: Occurrence) -> str:
    """When the first of `others` that meets `one` is, in words; "" where none does."""
    stops = one.ends_at
    for other in others:
        ends = other.ends_at
        if other is not one and other.at and one.at and ends and stops and other.at < stops and one.at < ends:
            return f"{other.at:%H:%M} to {ends:%H:%M}"
    return ""


def _arranged(one: Occurrence, moved: dict[int, Session]) -> Arranged | None:
    """What was arranged for a session, so that it can be taken back; None where nothing was."""
    session = one.session
    if session is None:
        return None
    if session.cover_id and one.state not in (MISSED, DELIVERED):
        return Arranged(COVER, session.pk, session.version)
    if one.state != MISSED:
        return None
    later = moved.get(session.pk)
    if later:
        return Arranged(POSTPONE, session.pk, session.version, later.pk, later.version)
    return Arranged(CANCEL, session.pk, session.version)


def _rows(request: Any, ground: Ground) -> list[dict[str, Any]]:
    """Each session with its form, or with what was arranged for it."""
    moved_rows = Session.objects.filter(instead_of__in=[one.session.pk for one in ground.mine if one.session])
    moved = {one.instead_of_id or 0: one for one in moved_rows}
    data = request.POST if request.POST.get("do") in ("preview", "apply") else None
    rows = []
    for one in ground.mine:
        key, done = key_of(one), _arranged(one, moved)
        row: dict[str, Any] = {"key": key, "one": one, "words": words_of(one), "form": None, "token": ""}
        row["others"] = ", ".join(
            adult.name for adult in one.people if adult.user != ground.absence.user_id and not one.usual
        )
        if done:
            row["token"] = Done(request.school.pk, (done,)).token
            later = moved.get(done.session)
            row["told"] = _told(one, later)
            stand_in = one.people[0].user if done.what == COVER and one.people else None
            row["doubled"] = ground.why_not(stand_in, one) if stand_in else ""
        else:
            initial = {"seen": one.session.version if one.session else 0}
            row["form"] = CoverForm(data, prefix=key, initial=initial, people=ground.people(one))
        rows.append(row)
    return rows


def _said(day: date) -> str:
    """A day as this page writes every day."""
    return dateformat.format(day, "D j M Y")


def _told(one: Occurrence, later: Session | None) -> str:
    """What was arranged, in words."""
    if one.usual and one.people:
        return f"{one.people[0].name} takes it"
    reason = REASONS[one.session.reason].lower() if one.session and one.session.reason else ""
    if later:
        at = f" at {later.at:%H:%M}" if later.at else ""
        return f"Postponed to {_said(later.on)}{at} ({reason})"
    return f"Does not take place ({reason})"


@require(Capability.LOG_ALL, writes=["POST"])
def cover(request: Any, pk: int) -> HttpResponse:
    """The sessions of somebody who is away; a preview of what is chosen, then all of it in one act."""
    absence = _absence(request, pk)
    ground = Ground(request, absence)
    counted(request, len({who.learner for one in ground.mine for who in one.learners}))
    data = request.POST if request.POST.get("do") in ("preview", "apply") else None
    rows = _rows(request, ground)
    whole = CoverForm(data, prefix="all", people=[(one, ground.named(one)) for one in ground.staff], alone=False)
    forms = [(row["one"], row["form"]) for row in rows if row["form"]]
    lost = [row["one"] for row in rows if row["form"]]
    after = ground.span.ends + timedelta(days=1)
    shown: dict[str, Any] = {
        "section": "timetable", "absence": absence, "span": ground.span, "rows": rows, "whole": whole, "acts": ACTS,
        "hidden": ground.hidden, "open": len(forms), "undo": request.session.get(UNDO, {}).get(str(pk), ""),
        "minutes": sum(one.minutes * len(one.learners) for one in lost),
        "learners": len({who.learner for one in lost for who in one.learners}),
        "more": after.isoformat() if after <= absence.ends else "",
    }  # fmt: skip
    if data is None:
        return render(request, PAGE, shown)
    if not all([whole.is_valid(), *(form.is_valid() for _, form in forms)]):
        return render(request, PAGE, shown, status=422)
    choices = choices_of(forms, whole, ground.staff)
    mark = _mark(choices)
    if request.POST["do"] == "preview" or request.POST.get("mark") != mark:
        plan = _plan(choices, forms, ground)
        shown |= {"plan": plan, "mark": mark, "missing": any(one.missing for one in plan)}
        return render(request, PAGE, shown)
    return _apply(request, absence, choices, shown)


def _mark(choices: list[Choice]) -> str:
    return sha256(repr(choices).encode()).hexdigest()[:16]


class Planned(NamedTuple):
    """What would become of one session: in words, what to look at, and what has to be chosen before it can be done."""

    words: str
    warning: str = ""
    missing: str = ""


def _plan(choices: list[Choice], forms: list[tuple[Occurrence, CoverForm]], ground: Ground) -> list[Planned]:
    """What would change, a line a session, each with what stands in the way."""
    of = {one.target: one for one, _ in forms}
    lines = []
    for choice in choices:
        one, warning, missing = of[choice.target], "", ""
        begins = f"{one.name}, {_said(one.day)}" + (f" {one.at:%H:%M}" if one.at else "")
        if choice.what == COVER:
            who = choice.cover
            words = f"{who.name} takes it, and sees its learners that day" if who else "nobody is chosen yet"
            why = ground.why_not(who.pk, one) if who else ""
            warning, missing = f"not free: {why}" if why else "", "" if who else "choose who takes it"
        elif choice.what == POSTPONE:
            new = _said(choice.on) if choice.on else "a day that is not chosen yet"
            missing = "" if choice.on and choice.at else "choose the day and the time"
            words = f"postponed to {new}" + (f" at {choice.at:%H:%M}" if choice.at else "")
        else:
            words = f"does not take place: {REASONS[choice.reason].lower()}"
        lines.append(Planned(f"{begins}: {words}.", warning, missing))
    return lines


def _apply(request: Any, absence: StaffAbsence, choices: list[Choice], shown: dict[str, Any]) -> HttpResponse:
    try:
        done = actions.arrange(school=request.school, choices=choices, now=timezone.now(), by=request.user)
    except NotAllowed as refused:
        return render(request, PAGE, shown | {"refused": str(refused)}, status=422)
    except Stale:
        moved = "Somebody logged or arranged one of these sessions meanwhile. Nothing was changed: look again."
        return render(request, PAGE, shown | {"refused": moved}, status=409)
    request.session[UNDO] = {str(absence.pk): done.token}
    count = len(done.items)
    messages.success(request, f"Arranged: {count} session{'' if count == 1 else 's'}.")
    return redirect(_back(request, absence.pk))


def _back(request: Any, pk: int) -> str:
    here = reverse("interventions:absence-cover", args=[pk])
    try:
        return f"{here}?from={date.fromisoformat(request.GET.get('from', '')).isoformat()}"
    except ValueError:
        return here


@require(Capability.LOG_ALL, writes=["POST"])
def take_back(request: Any, pk: int) -> HttpResponse:
    """Take the last act, or what was arranged for one session, back."""
    absence = _absence(request, pk)
    if request.method == "POST":
        try:
            done = Done.read(request.POST.get("done", ""))
            count = actions.take_back(school=request.school, done=done, now=timezone.now(), by=request.user)
        except NotAllowed as refused:
            messages.error(request, str(refused))
        else:
            request.session.pop(UNDO, None)
            messages.success(request, f"Taken back: {count} session{'' if count == 1 else 's'}.")
    return redirect(_back(request, absence.pk))
