"""What the learner page says of delivery: each placement week by week, and who the learner spent the time with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from interventions.accounts import Account, Counted, account, days_over, taught
from interventions.delivery import Reading
from interventions.ledger import Ledger
from interventions.models import PRESENT, Attendance, Placement
from interventions.shorter import shorter
from interventions.timetable import DAY
from learners.models import Group, Learner
from provisionmap.school.access import capabilities_at
from provisionmap.school.calendar import Span, teaching_weeks
from provisionmap.school.models import User
from provisionmap.school.roles import Capability

TEACHERS, ASSISTANTS = ("teacher", "senco"), ("ta", "hlta")
SPECIALISTS = ("specialist", "therapist")
HEIGHT = 40  # of the strip, and as many minutes' share of the fullest week


@dataclass(frozen=True)
class Week:
    """One week of a placement, and how high its bars stand in the strip."""

    monday: date
    ledger: Ledger
    place: int
    owed: int
    given: int

    @property
    def top(self) -> int:
        """Where the bar of what was owed begins."""
        return HEIGHT - self.owed

    @property
    def given_top(self) -> int:
        """Where the bar of what was delivered begins."""
        return HEIGHT - self.given


@dataclass(frozen=True)
class Strip:
    """One placement over the weeks of a term."""

    account: Account
    weeks: list[Week]
    most: int  # minutes of the fullest week, which is as high as the strip

    @property
    def width(self) -> int:
        """Of the strip."""
        return 14 * len(self.weeks)


@dataclass(frozen=True)
class Company:
    """Minutes of delivered sessions by who took them and how many learners were there.

    `missed` are those that somebody else than a teacher of the learner's class took: time with the class teacher that
    was missed, as far as they fell into lessons. None where the class has no teacher here to compare with.
    """

    missed: int | None = None
    teachers: int = 0
    assistants: int = 0
    specialists: int = 0
    others: int = 0
    alone: int = 0
    group: int = 0

    @property
    def all(self) -> int:
        """Everything that was delivered."""
        return self.teachers + self.assistants + self.specialists + self.others


def _strip(reading: Reading, place: int, mondays: list[date], short: Mapping[int, int]) -> Strip | None:
    row = reading.rows[place]
    whole = reading.line(row, reading.span)
    if not (whole.ledger.entitled or whole.logged):
        return None
    told = [(monday, reading.line(row, Span(monday, monday + 6 * DAY))) for monday in mondays]
    lines = [
        (monday, line.ledger)
        for monday, line in told
        if line.logged or (row.starts <= monday + 6 * DAY and (row.ends is None or row.ends >= monday))
    ]
    most = max([1, *(max(one.entitled, one.delivered) for _, one in lines)])
    weeks = [
        Week(monday, one, 14 * number, HEIGHT * one.entitled // most, HEIGHT * one.delivered // most)
        for number, (monday, one) in enumerate(lines)
    ]
    counted = Counted(str(row.pk), whole.ledger, whole.logged, whole.timetabled, short.get(row.pk, 0))
    return Strip(account(str(row.pk), row.name, [counted]), weeks, most)


def company(placements: list[int], span: Span, class_teachers: Collection[int] = ()) -> Company:
    """Who took the sessions of these placements, and in what company: two queries."""
    mine = Attendance.objects.filter(placement__in=placements, outcome=PRESENT, on__range=(span.starts, span.ends))
    rows = list(mine.order_by().values_list("session", "session__role", "session__delivered_by", "minutes"))
    together = Attendance.objects.filter(session__in=[row[0] for row in rows], outcome=PRESENT).order_by()
    present = dict(together.values_list("session").annotate(Count("pk")))
    found: Counter[str] = Counter()
    missed = 0
    for session, role, taken_by, minutes in rows:
        kinds = {"teachers": TEACHERS, "assistants": ASSISTANTS, "specialists": SPECIALISTS}
        found[next((name for name, roles in kinds.items() if role in roles), "others")] += minutes
        found["alone" if present.get(session, 1) == 1 else "group"] += minutes
        missed += minutes if taken_by not in class_teachers else 0
    return Company(missed=missed if class_teachers else None, **found)


def delivery(learner: Learner, user: User, today: date) -> tuple[str, dict[str, Any]] | None:
    """This term week by week, as far as its weeks are over, or the last one; nothing for who may not see the map.

    Eighteen queries, however many placements and sessions.
    """
    if Capability.SEE_MAP not in capabilities_at(user, learner.school):
        return None
    dates = learner.school.calendar_dates()
    span = days_over("term", dates, today) or days_over("last-term", dates, today)
    if span is None:
        return None
    rows = Placement.objects.visible_to(user).filter(learner=learner)
    reading = Reading(school=learner.school, placements=rows, span=span, by_day=True)
    mondays = [monday for monday, _ in teaching_weeks(dates, span)]
    short = shorter(learner.school, [row.pk for row in reading.rows], span)
    strips = [strip for place in range(len(reading.rows)) if (strip := _strip(reading, place, mondays, short))]
    if not strips:
        return None
    teachers = set(Group.teachers.through.objects.filter(group=learner.group_id).values_list("user", flat=True))
    shown = {
        "strips": strips,
        "span": taught(dates, span),
        "company": company([row.pk for row in reading.rows], span, teachers),
    }
    return "interventions/panels/delivery.html", shown
