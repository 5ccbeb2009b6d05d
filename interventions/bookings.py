"""Times of the week of learners and adults, from rows to the rules of `clashes`: the same few queries, however many."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from interventions.clashes import (
    LOOK_BACK,
    Booking,
    Meeting,
    Repeated,
    Taken,
    again_and_again,
    fullest_week,
    meetings,
    minute_of,
)
from interventions.models import PRESENT, Attendance, Deliverer, Placement, Provision, Slot
from interventions.timetable import letters
from learners.models import Learner
from provisionmap.school.access import can
from provisionmap.school.calendar import Span
from provisionmap.school.models import School, StaffHours, User
from provisionmap.school.roles import Capability
from provisionmap.web.templatetags.web import minutes

AHEAD = timedelta(weeks=13)  # as far as clashes are looked for: a term


@dataclass
class Plans:
    """The bookings of everybody in some provisions, by learner and by adult."""

    slots: dict[int, Slot] = field(default_factory=dict)
    learners: dict[int, list[Booking]] = field(default_factory=dict)
    adults: dict[int, list[Booking]] = field(default_factory=dict)


def _within(slot: Slot, *others: tuple[date | None, date | None], more: int = 0) -> Booking | None:
    """The slot on the days that lie within all of `others`; None where no day does."""
    spans = [(slot.starts, slot.ends), (slot.provision.starts, slot.provision.ends), *others]
    starts = max(one for one, _ in spans if one)
    ends = min((one for _, one in spans if one), default=None)
    if ends and ends < starts:
        return None
    return Booking(slot.pk or 0, slot.weekday, slot.at, slot.minutes, starts, ends, slot.week, more)


def plans_of(slots: Iterable[Slot], placements: QuerySet[Placement], first: date) -> Plans:
    """What `slots`, read with their provisions, ask from `first` of the learners of `placements` and of the adults.

    Two queries.
    """
    plans = Plans({slot.pk or 0: slot for slot in slots})
    of: dict[int, list[Slot]] = {}
    for slot in plans.slots.values():
        of.setdefault(slot.provision_id, []).append(slot)
    rows = placements.filter(provision__in=of).order_by()
    for provision, learner, starts, ends in rows.values_list("provision", "learner", "starts", "ends"):
        for slot in of[provision]:
            _put(plans.learners, learner, _within(slot, (starts, ends), (first, None)))
    people: dict[int, list[Deliverer]] = {}
    for person in Deliverer.objects.lasting().filter(provision__in=of):
        people.setdefault(person.provision_id, []).append(person)
    for provision, several in of.items():
        for slot in several:
            for user, booking in _adults(slot, people.get(provision, []), first):
                _put(plans.adults, user, booking)
    return plans


def _adults(slot: Slot, people: Collection[Deliverer], first: date) -> Iterable[tuple[int, Booking | None]]:
    """Who takes it: the one named, those who deliver it, or who answers for it, as `occurrences` has it."""
    there = [one for one in people if slot.deliverer_id in (None, one.user_id)]
    for one in there:
        if one.user_id:
            yield one.user_id, _within(slot, (one.starts, one.ends), (first, None), more=one.preparation_minutes)
    if not there and not (people and slot.deliverer_id is None):
        answers = slot.deliverer_id or slot.provision.responsible_id
        if answers:
            yield answers, _within(slot, (first, None))


def _put(found: dict[int, list[Booking]], who: int, booking: Booking | None) -> None:
    if booking:
        found.setdefault(who, []).append(booking)


def weeks_from(school: School, day: date) -> dict[date, str]:
    """The teaching weeks in which clashes are looked for, from that of `day` on."""
    monday = day - timedelta(days=day.weekday())
    return letters(school.calendar_dates(), Span(monday, day + AHEAD))


@dataclass(frozen=True)
class Clash:
    """Somebody who has to be in two places at once: who, and the two times with their provisions."""

    who: int
    name: str
    meeting: Meeting
    one: Slot
    other: Slot


@dataclass(frozen=True)
class Overload:
    """An adult whose timetable asks for more than their working week, in the first of the weeks that ask most."""

    user: int
    name: str
    minutes: int
    weekly: int
    monday: date

    @property
    def over(self) -> int:
        """Minutes a week beyond the working week."""
        return self.minutes - self.weekly


@dataclass(frozen=True)
class Hour:
    """An hour of the week at which a learner is out again and again, in how many weeks, and for what."""

    weekday: str
    at: time
    weeks: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Always:
    """A learner who is out of the same lessons again and again: the hours, and minutes of all of them."""

    learner: int
    name: str
    minutes: int
    hours: tuple[Hour, ...]


@dataclass
class Found:
    """Every clash that one person may see."""

    learners: list[Clash] = field(default_factory=list)
    adults: list[Clash] = field(default_factory=list)
    hours: list[Overload] = field(default_factory=list)
    always: list[Always] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many in all."""
        return len(self.learners) + len(self.adults) + len(self.hours) + len(self.always)


class ClashFinder:
    """Finds the clashes of one school among what one person may see, from a day on."""

    def __init__(self, *, school: School, user: User, day: date) -> None:
        self.school, self.user, self.day = school, user, day
        self.weeks = weeks_from(school, day)

    def find(self, *, hours: bool) -> Found:
        """All of them; of people over their hours only where `hours`. Eight queries at most."""
        seen = Provision.objects.visible_to(self.user).filter(school=self.school)
        slots = list(
            Slot.objects.filter(provision__in=seen.order_by().values("pk")).between(self.day, self.day + AHEAD)
            .filter(Q(provision__ends=None) | Q(provision__ends__gte=self.day)).select_related("provision")
        )  # fmt: skip
        mine = Placement.objects.visible_to(self.user).filter(Q(ends=None) | Q(ends__gte=self.day))
        plans = plans_of(slots, mine, self.day)
        people = dict(User.objects.filter(pk__in=plans.adults).values_list("pk", "name"))
        repeated = self._repeated()
        met = {who: pairs for who, rows in plans.learners.items() if (pairs := meetings(rows, self.weeks))}
        names = _names(self.user, {*met, *(one.learner for one in repeated)})
        found = Found()
        found.learners = self._clashes(plans, met, names)
        busy = {who: pairs for who, rows in plans.adults.items() if (pairs := meetings(rows, self.weeks))}
        found.adults = self._clashes(plans, busy, people)
        found.hours = self._over(plans, people) if hours else []
        wanted = {pk for one in repeated for pk in one.slots}
        known = {one.pk: one for one in Slot.objects.filter(pk__in=wanted).select_related("provision")}
        found.always = _always(repeated, names, known)
        return found

    @staticmethod
    def _clashes(plans: Plans, met: dict[int, list[Meeting]], names: dict[int, str]) -> list[Clash]:
        rows = [
            Clash(who, names[who], one, plans.slots[one.one.slot], plans.slots[one.other.slot])
            for who, several in met.items()
            if who in names
            for one in several
        ]
        return sorted(rows, key=lambda one: (one.meeting.day, one.name, one.who, one.one.at))

    def _over(self, plans: Plans, people: dict[int, str]) -> list[Overload]:
        rows = []
        hours = StaffHours.objects.filter(school=self.school, user__in=plans.adults)
        for user, weekly in hours.values_list("user", "weekly"):
            monday, most = fullest_week(plans.adults[user], self.weeks)
            if monday and most > weekly * 60:
                rows.append(Overload(user, people.get(user, ""), most, int(Decimal(weekly) * 60), monday))
        return sorted(rows, key=lambda one: (-one.over, one.name, one.user))

    def _repeated(self) -> list[Repeated]:
        """From what was logged: a learner who was there was out of their class."""
        mine = Placement.objects.visible_to(self.user).filter(school=self.school).order_by().values("pk")
        rows = Attendance.objects.filter(
            school=self.school, placement__in=mine, on__gte=self.day - LOOK_BACK, on__lt=self.day, outcome=PRESENT,
            session__slot__isnull=False, session__at__isnull=False, session__tier__gt=1,
        )  # fmt: skip
        fields = ("learner", "on", "session__at", "session__minutes", "session__slot")
        return again_and_again((Taken(*row) for row in rows.order_by().values_list(*fields)), self.day)


def _always(repeated: Iterable[Repeated], names: dict[int, str], slots: dict[int, Slot]) -> list[Always]:
    """One line a learner, most time first."""
    of: dict[int, list[Repeated]] = {}
    for one in repeated:
        if one.learner in names:
            of.setdefault(one.learner, []).append(one)
    days = dict(Slot.WEEKDAYS)
    rows = [
        Always(
            learner, names[learner], sum(one.minutes for one in several),
            tuple(
                Hour(days[one.weekday], one.at, one.weeks, tuple(slots[pk] for pk in one.slots if pk in slots))
                for one in sorted(several, key=lambda one: (one.weekday, one.at))
            ),
        )
        for learner, several in of.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda one: (-one.minutes, one.name, one.learner))


def _names(user: Any, learners: Collection[int]) -> dict[int, str]:
    rows = Learner.objects.visible_to(user).filter(pk__in=learners)
    return {one.pk: one.name for one in rows}


def warnings_of(provision: Provision, wanted: Slot, user: User, day: date) -> list[str]:
    """What stands in the way of a time that is not planned yet, in sentences: nobody is named whom `user` does not see.

    Ten queries at most. `wanted` has not been saved, or is the slot that would change.
    """
    day = max(day, wanted.starts)
    weeks = weeks_from(provision.school, day)
    mine = Placement.objects.filter(provision=provision).filter(Q(ends=None) | Q(ends__gte=day))
    here = plans_of([wanted], mine, day)
    others = Slot.objects.filter(school=provision.school_id).exclude(pk=wanted.pk or 0)
    others = others.between(day, day + AHEAD).select_related("provision")
    there = plans_of(others, Placement.objects.filter(learner__in=here.learners), day)
    seen = set(
        Provision.objects.visible_to(user).filter(pk__in={one.provision_id for one in there.slots.values()})
        .values_list("pk", flat=True)
    )  # fmt: skip
    known = set(Placement.objects.visible_to(user).filter(provision=provision).values_list("learner", flat=True))
    own = {slot.pk for slot in there.slots.values() if slot.provision_id == provision.pk}  # refused, not warned of
    told, hidden = [], 0
    names = _names(user, known)
    for learner, rows in here.learners.items():
        met = _met(rows, there.learners.get(learner, []), weeks, own)
        if met and learner in names:
            told.append(_sentence(names[learner], met, there, seen))
        hidden += bool(met and learner not in names)
    told.sort()
    if hidden:
        told.append(f"{hidden} learner{'' if hidden == 1 else 's'} whom you do not see would be in two places at once.")
    people = dict(User.objects.filter(pk__in=here.adults).values_list("pk", "name"))
    for adult, rows in here.adults.items():
        if met := _met(rows, there.adults.get(adult, []), weeks, own):
            told.append(_sentence(people.get(adult, "Somebody"), met, there, seen))
    if can(user, Capability.SEE_ALL_LEARNERS, provision.school):
        told += _over_hours(provision.school, here, there, people, weeks)
    return told


def _over_hours(school: School, here: Plans, there: Plans, people: dict[int, str], weeks: dict[date, str]) -> list[str]:
    """Whose working week the new time would overfill. One query."""
    told = []
    for user, weekly in StaffHours.objects.filter(school=school, user__in=here.adults).values_list("user", "weekly"):
        _, most = fullest_week([*here.adults[user], *there.adults.get(user, [])], weeks)
        over = most - int(weekly * 60)
        if over > 0:
            name = people.get(user, "Somebody")
            told.append(f"{name} would be planned for {minutes(most)} in a week, {minutes(over)} beyond their hours.")
    return told


def _met(
    mine: Collection[Booking], others: Collection[Booking], weeks: dict[date, str], but: Collection[int]
) -> Meeting | None:
    """The first meeting of one of `mine` with one of `others`, less those of the slots `but`."""
    slots = {one.slot for one in mine}
    for one in meetings([*mine, *(other for other in others if other.slot not in but)], weeks):
        if one.one.slot in slots or one.other.slot in slots:
            return one if one.one.slot in slots else Meeting(one.other, one.one, one.day)
    return None


def _sentence(name: str, met: Meeting, there: Plans, seen: Collection[int]) -> str:
    slot = there.slots[met.other.slot]
    until = "{:02}:{:02}".format(*divmod(minute_of(slot.at) + slot.minutes, 60))
    what = f"{slot.provision.name}, {slot.at:%H:%M} to {until}," if slot.provision_id in seen else "something else"
    return f"{name} has {what} then, first on {met.day:%d/%m/%Y}."
