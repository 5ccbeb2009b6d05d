"""What a timetable makes of some days: each session that was planned, moved or added, with its people and learners.

Closures, trips and absences of staff take effect here by themselves. The same queries, however many sessions: eight,
one more where somebody may take a session because they answer for it, and one more where nobody is in a session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from interventions.actions.logging import Target
from interventions.calendar_days import in_force
from interventions.grid import Adult
from interventions.models import Deliverer, Placement, Provision, Session, Slot, StaffAbsence, Trip
from interventions.models.provision import LOGGED_LATE
from interventions.taking import OUTSIDER, Part, all_away, who_takes
from interventions.timetable import Occasion, occasions
from provisionmap.school.calendar import Span
from provisionmap.school.models import School, User

# What a session came to. The first two were said by somebody; the next three follow from the calendar and who is away.
DELIVERED, MISSED = "delivered", "missed"
CLOSED, STAFF_ABSENT, TRIP = "closed", "staff_absent", "trip"
UNSAID, PLANNED = "unsaid", "planned"  # it is over, or to come, and nobody has said anything
NOBODY = "nobody"  # it is over, and no learner had a place that day: there is nothing to say
ROLES = dict(Deliverer.ROLES)


@dataclass(frozen=True)
class Placed:
    """A learner of a session: by placement, with the name that this reader may see."""

    placement: int
    learner: int
    name: str
    initials: str
    on_trip: bool = False


@dataclass(frozen=True)
class Occurrence:
    """One session: when and where, who takes it, who is in it, and what it came to."""

    day: date
    at: time | None
    minutes: int
    provision: int
    name: str
    tier: int
    place: str
    slot: int | None
    session: Session | None
    people: tuple[Adult, ...]
    learners: tuple[Placed, ...]
    state: str
    confidential: bool = False
    usual: tuple[Adult, ...] = ()  # who would take it, where somebody else does

    @property
    def ends_at(self) -> time | None:
        """When it is over; None where no time is known."""
        if self.at is None:
            return None
        minutes = self.at.hour * 60 + self.at.minute + self.minutes
        return time(minutes // 60 % 24, minutes % 60)

    @property
    def target(self) -> Target:
        """What an entry about this session names."""
        if self.slot:
            return Target("slot", self.slot, self.day)
        return Target("session", self.session.pk if self.session else 0, self.day)

    @property
    def said(self) -> bool:
        """Whether somebody said how it went."""
        return self.state in (DELIVERED, MISSED)

    @property
    def nobody_there(self) -> bool:
        """Whether somebody took it while every learner was absent: nobody got anything."""
        return self.state == DELIVERED and bool(self.session and vars(self.session).get("nobody"))

    @property
    def owed(self) -> bool:
        """Whether somebody still has to say how it went."""
        return self.state == UNSAID

    def taken_by(self, user: int) -> bool:
        """Whether this person takes it."""
        return any(one.user == user for one in self.people)


def initials_of(forename: str, surname: str) -> str:
    """The letters by which a device in a corridor may name a learner.

    >>> initials_of("Maya", "de Souza-Reid"), initials_of("", "Ng")
    ('M.S.', 'N.')
    """
    last = surname.split()[-1] if surname.split() else ""
    return "".join(f"{word[0]}." for word in (forename, last) if word)


@dataclass(frozen=True)
class _Days:
    """Everything about the days that was read from rows."""

    span: Span
    parts: Mapping[int, Sequence[Part]]
    placed: Mapping[int, Sequence[tuple[Placed, date, date | None]]]
    away: frozenset[tuple[int, date]]
    trips: Sequence[tuple[int, date, date]]
    now: date
    covering: Mapping[tuple[int, date], Collection[int]]  # who stands in, by provision and day
    responsible: Mapping[int, Sequence[tuple[date, int | None]]]  # of provisions for which another answered before
    names: Mapping[int, str]  # of the people above


def occurrences(
    *,
    school: School,
    user: Any,
    span: Span,
    now: date,
    provisions: QuerySet[Provision] | None = None,
    own: bool = False,
) -> list[Occurrence]:
    """The sessions of `span` that `user` may see, by day and time; of `provisions` only, where they are given.

    With `own` those that `user` takes, also where they see the provision no more and may still say how it went: its
    learners then stand as letters.
    """
    rows = Provision.objects.taken_since(user, span.starts) if own else Provision.objects.visible_to(user)
    seen = rows.filter(school=school) if provisions is None else provisions
    slots = list(
        Slot.objects.filter(provision__in=seen.values("pk"))
        .between(span.starts, span.ends)
        .filter(Q(provision__ends=None) | Q(provision__ends__gte=span.starts), provision__starts__lte=span.ends)
        .select_related("provision", "provision__responsible", "deliverer")
    )
    sessions = _sessions(seen, span, slots)
    days = _days(school, partial(_placements, user, span, own=own), span, now, slots, sessions)
    known = {(one.slot_id, one.on): one for one in sessions if one.slot_id}
    by_slot = {slot.pk: slot for slot in slots}
    found = []
    for one in occasions([slot.planned for slot in slots], school.calendar_dates(), span):
        slot = by_slot[one.slot]
        provision = slot.provision
        if one.day < provision.starts or (provision.ends and one.day > provision.ends):
            continue
        found.append(_of_slot(slot, one, known.pop((slot.pk, one.day), None), days))
    rest = [one for one in sessions if not one.slot_id] + list(known.values())
    found += [_of_session(one, days) for one in rest]
    found = _without_nobodys(_own(found, user, span, now) if own else found, span)
    return sorted(found, key=lambda one: (one.day, one.at or time(23, 59), one.name, one.slot or 0))


def _sessions(seen: QuerySet[Provision], span: Span, slots: Sequence[Slot]) -> list[Session]:
    """The rows of the days, each with its provision, its slot and who stands in.

    One query, and one more for each of the three where something is not among `slots`: the same few things belong to
    all rows, so they are not read with every one.
    """
    rows = Session.objects.with_nobody().filter(provision__in=seen.values("pk"), on__range=(span.starts, span.ends))
    found = list(rows)
    times = {slot.pk: slot for slot in slots}
    if missing := {one.slot_id for one in found if one.slot_id} - times.keys():
        more = Slot.objects.filter(pk__in=missing).select_related("provision__responsible", "deliverer")
        times |= {slot.pk: slot for slot in more}
    provisions = {slot.provision_id: slot.provision for slot in times.values()}
    if lacking := {one.provision_id for one in found} - provisions.keys():
        provisions |= Provision.objects.select_related("responsible").in_bulk(lacking)
    covers = User.objects.in_bulk({one.cover_id for one in found if one.cover_id})
    for one in found:
        one.provision = provisions[one.provision_id]
        one.slot = times[one.slot_id] if one.slot_id else None
        one.cover = covers[one.cover_id] if one.cover_id else None
    return found


def _own(found: Sequence[Occurrence], user: Any, span: Span, now: date) -> list[Occurrence]:
    """Those that `user` takes and sees, or may still log. One query, where `span` reaches further back than that."""
    mine = [one for one in found if one.taken_by(user.pk)]
    late = now - LOGGED_LATE
    if span.starts >= late:
        return mine
    before = {one.provision for one in mine if one.day < late}
    seen = set(Provision.objects.visible_to(user).filter(pk__in=before).order_by().values_list("pk", flat=True))
    return [one for one in mine if one.day >= late or one.provision in seen]


def _without_nobodys(found: Sequence[Occurrence], span: Span) -> list[Occurrence]:
    """Nobody owes a word about a session for which no learner had a place. A learner whom this reader may not see has.

    One query, where this reader sees nobody in a session that is over; else none.
    """
    empty = {one.provision for one in found if one.owed and not one.learners}
    rows = Placement.objects.filter(provision__in=empty).between(span.starts, span.ends).order_by()
    days = list(rows.values_list("provision", "starts", "ends").distinct())

    def placed(one: Occurrence) -> bool:
        return any(
            pk == one.provision and starts <= one.day and (ends is None or one.day <= ends) for pk, starts, ends in days
        )

    return [replace(one, state=NOBODY) if one.owed and not one.learners and not placed(one) else one for one in found]


def _placements(user: Any, span: Span, provisions: Collection[int], *, own: bool) -> QuerySet[Placement]:
    """The placements whose learners this reader may be told of, each with `seen`: whether by name."""
    rows = Placement.objects.filter(
        Q(ends=None) | Q(ends__gte=span.starts), provision__in=provisions, starts__lte=span.ends
    )
    return rows.logged_since(user, span.starts) if own else rows.visible_to(user).annotate(seen=Value(True))


def _days(
    school: School,
    placements: QuerySet[Placement],
    span: Span,
    now: date,
    slots: Sequence[Slot],
    sessions: Sequence[Session],
) -> _Days:
    times = [*slots, *(one.slot for one in sessions if one.slot)]
    provisions = {slot.provision_id for slot in slots} | {one.provision_id for one in sessions}
    parts: dict[int, list[Part]] = {}
    names = {slot.deliverer.pk: slot.deliverer.name for slot in times if slot.deliverer}
    people = Deliverer.objects.filter(provision__in=provisions).filter(
        Q(ends=None) | Q(ends__gte=span.starts), Q(starts=None) | Q(starts__lte=span.ends)
    )
    for row in people.select_related("user"):
        part = Part(row.user_id or OUTSIDER, row.starts, row.ends, row.role, row.name)
        parts.setdefault(row.provision_id, []).append(part)
        names |= {row.user.pk: row.user.name} if row.user else {}
    covering: dict[tuple[int, date], set[int]] = defaultdict(set)
    for one in sessions:
        if one.cover_id:
            covering[one.provision_id, one.on].add(one.cover_id)
    answered = _answered(_leaning(provisions, parts, times, span), names)
    placed: dict[int, list[tuple[Placed, date, date | None]]] = {}
    fields = ("pk", "provision", "learner", "starts", "ends", "seen", "learner__forename", "learner__preferred_name",
              "learner__surname")  # fmt: skip
    ordered = placements(provisions).order_by("learner__surname", "learner__forename", "pk")
    for pk, provision, learner, starts, ends, named, forename, preferred, surname in ordered.values_list(*fields):
        called = preferred or forename
        letters = initials_of(called, surname)
        who = Placed(pk, learner, f"{called} {surname}" if named else letters, letters)
        placed.setdefault(provision, []).append((who, starts, ends))
    within = {"school": school, "starts__lte": span.ends, "ends__gte": span.starts}
    absences = StaffAbsence.objects.filter(**within).values_list("user", "starts", "ends")
    away = frozenset(
        (who, day) for who, first, last in absences for day in _each(max(first, span.starts), min(last, span.ends))
    )
    trips = Trip.learners.through.objects.filter(**{f"trip__{name}": value for name, value in within.items()})
    out = list(trips.values_list("learner", "trip__starts", "trip__ends"))
    return _Days(span, parts, placed, away, out, now, covering, answered, names)


def _leaning(
    provisions: Collection[int], parts: Mapping[int, Sequence[Part]], times: Iterable[Slot], span: Span
) -> set[int]:
    """The provisions of which a session may be for whoever answers for it: where nobody, or not whoever is named on a
    time, delivers it on every day of `span`.
    """
    always = {
        (pk, part.user)
        for pk, known in parts.items()
        for part in known
        if part.on(span.starts) and part.on(span.ends) and not part.one_day
    }
    delivered = {pk for pk, _ in always}
    named = {(slot.provision_id, slot.deliverer_id) for slot in times if slot.deliverer_id}
    return {pk for pk in provisions if pk not in delivered} | {pk for pk, _ in named - always}


def _answered(provisions: Collection[int], names: dict[int, str]) -> Mapping[int, Sequence[tuple[date, int | None]]]:
    """Who answered for them from when on, where that changed; their names are added to `names`. One query at most."""
    found: dict[int, list[tuple[date, int | None]]] = defaultdict(list)
    rows = Provision.history.filter(id__in=provisions).order_by("history_date", "history_id")
    for pk, at, who, name in rows.values_list("id", "history_date", "responsible", "responsible__name"):
        found[pk].append((timezone.localdate(at), who if name else None))
        names |= {who: name} if name else {}
    return {pk: told for pk, told in found.items() if len({who for _, who in told}) > 1}


def _each(first: date, last: date) -> Iterable[date]:
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def _usual(provision: Provision, slot: Slot | None, day: date, days: _Days, *, now: bool = False) -> tuple[Adult, ...]:
    """Who takes it when nobody stands in; with `now`, where nobody delivers it, who answers for it today."""
    told = None if now else days.responsible.get(provision.pk)
    takers = who_takes(
        days.parts.get(provision.pk, ()), day=day, named=slot.deliverer_id if slot else None,
        responsible=in_force(told, day) if told else provision.responsible_id,
        covering=days.covering.get((provision.pk, day), ()),
    )  # fmt: skip
    names = {provision.responsible.pk: provision.responsible.name} if provision.responsible else {}
    names |= days.names
    return tuple(Adult(names.get(one.user, one.name), ROLES.get(one.role, ""), one.user) for one in takers)


def _learners(provision: int, day: date, days: _Days) -> tuple[Placed, ...]:
    out = {who for who, starts, ends in days.trips if starts <= day <= ends}
    return tuple(
        Placed(who.placement, who.learner, who.name, who.initials, on_trip=True) if who.learner in out else who
        for who, starts, ends in days.placed.get(provision, ())
        if starts <= day and (ends is None or day <= ends)
    )


def state_of(
    *, said: str, closed: bool, people: Iterable[Adult], away: Collection[int], out: bool, day: date, now: date
) -> str:
    """What a session came to: what somebody said; else what the calendar and absences say; else nothing yet.

    It is missed for want of staff when everybody who was to take it is away; somebody from outside never counts as
    away. `out` says that all its learners are on a trip.

    >>> from datetime import date
    >>> tuesday, people = date(2026, 11, 24), [Adult("Jo Marsh", user=3)]
    >>> more = {"closed": False, "out": False, "day": tuesday, "now": date(2026, 11, 26)}
    >>> [state_of(said="", people=people, away=away, **more) for away in ((), {3})]
    ['unsaid', 'staff_absent']
    """
    if said in (DELIVERED, MISSED):
        return said
    if closed:
        return CLOSED
    if all_away([one.user for one in people], away):
        return STAFF_ABSENT
    if out:
        return TRIP
    return UNSAID if day < now else PLANNED


def _state(said: str, closed: bool, people: Sequence[Adult], learners: Sequence[Placed], day: date, days: _Days) -> str:
    away = {who for who, when in days.away if when == day}
    out = bool(learners) and all(one.on_trip for one in learners)
    return state_of(said=said, closed=closed, people=people, away=away, out=out, day=day, now=days.now)


def _of_slot(slot: Slot, one: Occasion, session: Session | None, days: _Days) -> Occurrence:
    provision = slot.provision
    usual = _usual(provision, slot, one.day, days)
    cover = session.cover if session else None
    people = (Adult(cover.name, user=cover.pk),) if cover else usual
    learners = _learners(provision.pk, one.day, days)
    state = _state(session.state if session else "", one.closed, people, learners, one.day, days)
    if state == UNSAID and not cover:  # whoever answered for it then can't say any more how it went
        people = usual = _usual(provision, slot, one.day, days, now=True)
    return Occurrence(
        one.day, one.at, one.minutes, provision.pk, provision.name, provision.tier, slot.place or provision.place,
        slot.pk, session, people, learners, state, provision.confidential, usual if cover else (),
    )  # fmt: skip


def _of_session(session: Session, days: _Days) -> Occurrence:
    """A session that no slot of these days plans: added, moved here, or of a slot that was changed since."""
    provision, slot = session.provision, session.slot
    usual = _usual(provision, slot, session.on, days)
    people = (Adult(session.cover.name, user=session.cover.pk),) if session.cover else usual
    learners = _learners(provision.pk, session.on, days)
    state = _state(session.state, False, people, learners, session.on, days)
    if state == UNSAID and not session.cover:
        people = usual = _usual(provision, slot, session.on, days, now=True)
    place = (slot.place if slot else "") or provision.place
    return Occurrence(
        session.on, session.at, session.minutes, provision.pk, provision.name, session.tier, place,
        session.slot_id, session, people, learners, state, provision.confidential, usual if session.cover else (),
    )  # fmt: skip
