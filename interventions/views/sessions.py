"""How sessions went: the list, one of them with everything that was said, and what colleagues answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date

from interventions.actions import answers as actions
from interventions.actions.weeks import monday_of
from interventions.forms.answers import AnswerForm
from interventions.models import Answer, Attendance, Provision, Session
from interventions.said import NOBODY_THERE
from interventions.session_log import ENGAGED, NEW, answers_to, rows_of, short_words, versions_of, with_log
from interventions.telling import marks_of
from learners.models import Group, Learner
from provisionmap.school.access import NotAllowed, can, require
from provisionmap.school.calendar import Span
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from provisionmap.school.seen import counted
from provisionmap.school.today import today
from provisionmap.web import typed
from provisionmap.web.forms import YEARS
from provisionmap.web.htmx import fragment
from provisionmap.web.paging import page_of

STATES = {"": "All", "delivered": "Delivered", "nobody": NOBODY_THERE, "missed": "Not delivered",
          "answered": "Answered"}  # fmt: skip
A_PAGE = 30


def _sessions(request: Any) -> Any:
    return Session.objects.read_by(request.user).filter(school=request.school)


def _monday(request: Any) -> Any:
    try:
        day = parse_date(request.GET.get("week", ""))
    except ValueError:
        day = None
    return monday_of(day) if day and day.year in YEARS else None


def _chosen(request: Any, rows: Any, text: str) -> Any:
    """The sessions that fit the filters of the address and the search of the form."""
    ids = {name: typed.number(request.GET.get(name)) for name in ("learner", "provision", "group", "person")}
    if ids["learner"]:
        rows = rows.with_learners(request.user, learner=ids["learner"])
    if ids["group"]:
        rows = rows.with_learners(request.user, learner__group=ids["group"])
    if ids["provision"]:
        rows = rows.filter(provision=ids["provision"])
    if ids["person"]:
        rows = rows.filter(delivered_by=ids["person"])
    state = request.GET.get("state", "")
    rows = rows.filter(answers__isnull=False) if state == "answered" else rows
    if state == "delivered":
        rows = rows.attended()
    elif state == "nobody":
        rows = rows.with_nobody().filter(nobody=True)
    else:
        rows = rows.filter(state=state) if state == "missed" else rows.exclude(state="open")
    if monday := _monday(request):
        rows = rows.filter(on__range=(monday, monday + timedelta(days=6)))
    return rows.naming(text, request.user)


def _logged(request: Any) -> list[tuple[int, str, str]]:
    """Provisions with sessions to read, and the one that is chosen: by name, each with what tells it apart."""
    said = _sessions(request).exclude(state="open").order_by().values("provision")
    chosen = Provision.objects.visible_to(request.user).filter(pk=typed.number(request.GET.get("provision")))
    rows = Provision.objects.filter(Q(pk__in=said) | Q(pk__in=chosen.order_by().values("pk")), school=request.school)
    marks = marks_of(rows, request.user, Span(today(), today()))
    return [
        (pk, name, f"{marks[pk]} · until {ends.day} {ends:%b %Y}" if ends and ends < today() else marks[pk])
        for pk, name, ends in rows.order_by("name", "pk").values_list("pk", "name", "ends")
    ]


def _choices(request: Any) -> dict[str, Any]:
    """What the filters offer."""
    whole = can(request.user, Capability.SEE_ALL_LEARNERS, request.school)
    learner = Learner.objects.visible_to(request.user).filter(school=request.school)
    return {
        "states": STATES, "state": request.GET.get("state", "") if request.GET.get("state") in STATES else "",
        "provisions": _logged(request),
        "groups": Group.objects.visible_to(request.user).filter(school=request.school).order_by("name", "pk"),
        "staff": User.objects.at(request.school, today()) if whole else User.objects.none(),
        "learner": learner.filter(pk=typed.number(request.GET.get("learner"))).first(), "monday": _monday(request),
        "ids": {name: typed.number(request.GET.get(name)) for name in ("provision", "group", "person")},
    }  # fmt: skip


@require(Capability.SEE_MAP, writes=["POST"])
def listed(request: Any) -> HttpResponse:
    """What was said about sessions, newest first; POST carries a search."""
    text = typed.words(request.POST.get("text"))
    rows = with_log(_chosen(request, _sessions(request), text), request.user)
    page = page_of(request, rows, per_page=A_PAGE)
    now = timezone.now()
    lines = rows_of(page.object_list, request.user, now)
    counted(request, len({row.learner_id for one in page for row in vars(one)["here"]}), searched=bool(text))
    context = {
        "section": "sessions", "page": page, "lines": lines, "text": text, "tiers": request.school.tiers_on(today()),
        "new": len(answers_to(request.user, request.school, now - NEW)),
    }  # fmt: skip
    if request.htmx:
        return fragment(request, "interventions/sessions.html#entries", context)
    return render(request, "interventions/sessions.html", context | _choices(request))


def _page(request: Any, session: Session, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    notes = can(request.user, Capability.SEE_NOTES, request.school)
    here = list(
        Attendance.objects.visible_to(request.user).filter(session=session).select_related("learner")
        .order_by("learner__surname", "learner__forename", "pk")
    )  # fmt: skip
    replies = list(Answer.objects.filter(session=session).select_related("by").order_by("pk")) if notes else []
    told = versions_of(session, request.user, notes=notes)
    counted(request, len(here))
    context = {
        "section": "sessions", "session": session, "here": here, "words": short_words(session, here), "notes": notes,
        "note": next((one.note for one in told if one.standing), ""),
        "told": told, "form": form, "engaged": ENGAGED, "tiers": request.school.tiers_on(session.on),
        "replies": [(one, actions.can_remove(one, request.user, now)) for one in replies],
        "opens": Provision.objects.visible_to(request.user).filter(pk=session.provision_id).exists(),
        "may_log": can(request.user, Capability.LOG_ALL, request.school) or request.user.pk == session.delivered_by_id,
    }  # fmt: skip
    return render(request, "interventions/session.html", context, status=status)


@require(Capability.SEE_MAP, writes=["POST"])
def one(request: Any, pk: int) -> HttpResponse:
    """A session: what was planned, who was there, everything that was said; POST answers."""
    rows = (
        _sessions(request)
        .with_nobody()
        .select_related("provision", "slot", "cover", "delivered_by", "school", "instead_of")
    )
    session = get_object_or_404(rows, pk=pk)
    form = AnswerForm(request.POST or None)
    if not form.is_valid():
        return _page(request, session, form, status=422 if form.errors else 200)
    text = form.cleaned_data["text"]
    try:
        actions.answer_session(session=session, text=text, now=timezone.now(), by=request.user)
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        return _page(request, session, form, status=422)
    messages.success(request, "Your answer is kept. Whoever took the session sees it.")
    return redirect("interventions:session", session.pk)


@require(Capability.SEE_NOTES, writes=["POST"])
def remove(request: Any, pk: int, answer: int) -> HttpResponse:
    """Take one's own answer back, within fifteen minutes."""
    session = get_object_or_404(_sessions(request), pk=pk)
    if request.method == "POST":
        kept = Answer.objects.filter(session=session, by=request.user, pk=answer).first()
        try:
            if kept:
                actions.remove_answer(answer=kept, now=timezone.now(), by=request.user)
                messages.success(request, "Your answer is taken back.")
        except NotAllowed as refused:
            messages.error(request, str(refused))
    return redirect("interventions:session", session.pk)
