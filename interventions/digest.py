"""The weekly e-mail: to each person what they must do and may see, in counts; no learner, no note, no title."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from interventions.actions.reminders import claim, release
from interventions.actions.weeks import monday_of
from interventions.models import Placement, Provision, Reminder
from interventions.occurrences import PLANNED, occurrences
from interventions.origin import link_to
from interventions.owed import WEEKS
from interventions.session_log import answers_to
from provisionmap.school.access import capabilities_at
from provisionmap.school.calendar import Span
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Capability
from provisionmap.school.sending import send

logger = logging.getLogger(__name__)

WEEK = timedelta(days=7)
SOON = timedelta(days=14)  # what ends or is to be reviewed within two weeks
HEAD = "Your week at {school}, from Provision Map.\n\n"
FOOT = "\nThis mail names no learner, on purpose. You can switch it off under Your account.\n"


@dataclass(frozen=True)
class Item:
    """One line: how many, of what, and the page that shows them."""

    count: int
    one: str
    many: str
    page: str

    @property
    def words(self) -> str:
        """The line without its address."""
        return f"{self.count} {self.one if self.count == 1 else self.many}"


def items_for(school: School, user: User, now: datetime) -> list[Item]:
    """What `user` must do at `school`; a line that counts nothing is left out. The same queries for everybody."""
    held = capabilities_at(user, school)
    day = timezone.localdate(now)
    found = [*_of_sessions(school, user, held, day), *_of_provision(school, user, held, day)]
    if held & {Capability.LOG_ALL, Capability.LOG_OWN} and Capability.SEE_NOTES in held:
        since = now - WEEK
        found.append(Item(
            len(answers_to(user, school, since)), "new answer to sessions you took",
            "new answers to sessions you took", "interventions:sessions",
        ))  # fmt: skip
    return [one for one in found if one.count]


def _of_sessions(school: School, user: User, held: frozenset[Capability], day: date) -> list[Item]:
    if not held & {Capability.LOG_ALL, Capability.LOG_OWN} or Capability.SEE_MAP not in held:
        return []
    next_week = Span(monday_of(day) + WEEK, monday_of(day) + 2 * WEEK - timedelta(days=1))
    span = Span(day - WEEKS * WEEK, next_week.ends)
    every = occurrences(school=school, user=user, span=span, now=day)
    mine = [one for one in every if one.taken_by(user.pk)]
    owed = sum(one.owed for one in mine)
    coming = sum(one.state == PLANNED and next_week.starts <= one.day for one in mine)
    found = [
        Item(owed, "session of yours is still to be logged", "sessions of yours are still to be logged",
             "interventions:today"),
        Item(coming, "session of yours is planned next week", "sessions of yours are planned next week",
             "interventions:today"),
    ]  # fmt: skip
    if Capability.LOG_ALL in held:
        rest = sum(one.owed for one in every) - owed
        found.append(Item(
            rest, "session of colleagues is still to be logged", "sessions of colleagues are still to be logged",
            "interventions:session-gaps",
        ))  # fmt: skip
    return found


def _of_provision(school: School, user: User, held: frozenset[Capability], day: date) -> list[Item]:
    if Capability.SEE_MAP not in held:
        return []
    ending = Provision.objects.visible_to(user).filter(school=school, ends__range=(day, day + SOON))
    due = Placement.objects.visible_to(user).on(day).filter(school=school, review_on__lte=day + SOON)
    if Capability.EDIT_MAP not in held:
        ending = ending.filter(responsible=user)
    if not held & {Capability.REVIEW_ALL, Capability.DRAFT_REVIEWS, Capability.REVIEW_OWN}:
        due = due.none()
    return [
        Item(ending.count(), "provision ends within two weeks", "provisions end within two weeks",
             "interventions:provisions"),
        Item(due.count(), "review is due within two weeks or overdue", "reviews are due within two weeks or overdue",
             "interventions:map"),
    ]  # fmt: skip


def words_of(school: School, items: list[Item]) -> str:
    """The mail, and what is shown of it beforehand."""
    lines = []
    for one in items:
        link = link_to(one.page)
        lines.append(f"- {one.words}{f': {link}' if link else ''}\n")
    return HEAD.format(school=school.name) + "".join(lines) + FOOT


def send_digests(*, now: datetime) -> int:
    """Mail everybody who wants it and has not had it this week; how many left.

    Each is claimed before the mail leaves, so that it never goes twice; what no server took is given back.
    """
    day = timezone.localdate(now)
    monday = datetime.combine(monday_of(day), time(), timezone.get_current_timezone())
    held = Membership.objects.on(day).filter(user__is_active=True, user__weekly_email=True)
    people = set(held.values_list("school", "user"))
    had = Reminder.objects.filter(kind=Reminder.WEEKLY, at__gt=monday).values_list("school", "user")
    schools = School.objects.in_bulk({school for school, _ in people})
    sent = 0
    for school, pk in sorted(people - set(had)):
        sent += _send_one(schools[school], User.objects.get(pk=pk), now, monday)
    return sent


def _send_one(school: School, user: User, now: datetime, monday: datetime) -> bool:
    items = items_for(school, user, now)
    if not items or not claim(school=school, user=user, kind=Reminder.WEEKLY, now=now, since=monday):
        return False
    left = False
    try:
        left = send("your week", words_of(school, items), user.email)
    except OSError:  # of the net, or of the mail server
        logger.error("a weekly e-mail could not be sent", extra={"reason": "mail", "user_id": user.pk})
    if not left:
        release(school=school, user=user.pk, kind=Reminder.WEEKLY, now=now)
    return left
