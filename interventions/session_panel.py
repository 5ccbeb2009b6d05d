"""The last sessions on the learner page, and what the account page offers whoever takes sessions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from interventions.models import Answer, Attendance
from learners.models import Learner
from provisionmap.school.access import capabilities_at
from provisionmap.school.models import School, User
from provisionmap.school.own_links import Link
from provisionmap.school.roles import Capability

SHOWN = 5


def sessions(learner: Learner, user: User, today: date) -> tuple[str, dict[str, Any]] | None:
    """How the last sessions of the learner went, as far as this person may read of them. Two queries."""
    held = capabilities_at(user, learner.school)
    if Capability.SEE_MAP not in held:
        return None
    rows = list(
        Attendance.objects.visible_to(user).filter(learner=learner)
        .select_related("session", "session__provision").order_by("-on", "-session__at", "-pk")[: SHOWN + 1]
    )  # fmt: skip
    here = [row.session_id for row in rows[:SHOWN]]
    answered = set(Answer.objects.filter(session__in=here).values_list("session", flat=True))
    lines = [{"row": row, "answered": row.session_id in answered} for row in rows[:SHOWN]]
    shown = {"lines": lines, "more": len(rows) > SHOWN, "notes": Capability.SEE_NOTES in held}
    return "interventions/panels/sessions.html", shown


def calendar(user: User, school: School | None) -> Link | None:
    """The address of one's timetable, for those who take sessions."""
    if not capabilities_at(user, school) & {Capability.LOG_ALL, Capability.LOG_OWN}:
        return None
    words = "Your sessions on your phone or computer, without a learner's name."
    return Link("Your timetable in your calendar", words, reverse("interventions:calendar"))


def week(user: User, school: School | None) -> Link | None:
    """What the weekly e-mail would say now."""
    words = "As it would be if it went now."
    return Link("Look at the weekly e-mail", words, reverse("interventions:week")) if school else None
