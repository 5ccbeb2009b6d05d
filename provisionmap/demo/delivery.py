"""What the fictional school logged: sessions, who was there, absences, trips, gaps and what was caught up."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from interventions.actions.logging import Target
from interventions.actions.weeks import recount
from interventions.ledger import REASONS
from interventions.models import Attendance, Deliverer, Entry, Placement, Provision, Session, Slot, StaffAbsence, Trip
from interventions.said import DELIVERED, MISSED, Heard, Said, minutes_of
from interventions.timetable import Occasion, occasions
from learners.models import Learner
from provisionmap.demo.log_words import CATCH_UP, GROUP_NOTES, LEARNER_NOTES, MAYA, OTHER_REASONS, ROOM_REASONS
from provisionmap.demo.people import People
from provisionmap.demo.stages import Period
from provisionmap.demo.timetable import write_timetable
from provisionmap.demo.writing import write
from provisionmap.school.calendar import DAY, WEEK, Span, teaching_days
from provisionmap.school.models import School, User

STAFF_AWAY = 5 * WEEK  # between two absences of an assistant, about
AWAY = 0.05  # of a learner's days; of some learners', much more
OFTEN_AWAY = 0.16
LATELY = WEEK
NEW = 5 * WEEK  # until then a term has too little in it to show
GAP, GAP_LATELY = 0.03, 0.1  # sessions that nobody logged: of long ago, and of the last days
SPECIALIST_AWAY = 4 * WEEK  # before today: when Maya's specialist teacher was away for a day
TRIP_AHEAD = 5 * DAY


@dataclass
class _Held:
    """A session that may be logged: when, of which provision, and who has a place in it that day."""

    on: date
    at: time
    minutes: int
    provision: int
    slot: int | None
    placed: list[tuple[int, int]]  # placement and learner
    extra: bool = False
    instead_of: Session | None = None


@dataclass
class Log:
    """Writes the log of one school up to yesterday: what its timetable held, or a number of rows to measure with."""

    school: School
    people: People
    terms: Sequence[Period]
    today: date
    rng: Random
    maya: Learner | None = None
    rows: int | None = None  # of attendance; None for what such a school would have logged
    sessions: list[Session] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    attendance: list[Attendance] = field(default_factory=list)

    def build(self) -> None:
        """Timetable, absences and trips, then the log; the sums of the weeks last."""
        slots = write_timetable(self._logged(), self.terms, self.people.senco, self.rng)
        self.dates = self.school.calendar_dates()
        self.span = Span(self.terms[0].span.starts, self.today - DAY)
        self.days = teaching_days(self.dates, self.span)
        self._read()
        self._send_away()
        held = list(self._held(slots))
        for one in held if self.rows is None else self._as_many(held, self.rows):
            self._log(one)
        self._write()
        recount(self.school)

    def _logged(self) -> QuerySet[Provision]:
        """Provisions with a timetable: those of the present term, or of the one before while it is new; and Maya's.

        A school begins to log one day; what ended before has no timetable and can't be judged.
        """
        rows = Provision.objects.filter(school=self.school)
        if self.rows is not None:
            return rows
        begun = [term.span.starts for term in self.terms if term.span.starts <= self.today - NEW]
        since = begun[-1] if begun else self.terms[0].span.starts
        hers = Placement.objects.filter(learner=self.maya).values("provision")
        return rows.filter(Q(ends=None) | Q(ends__gte=since) | Q(pk__in=hers))

    def _write(self) -> None:
        """Sessions before those that stand for one of them, and before what belongs to them: each needs the key."""
        write([one for one in self.sessions if one.instead_of is None])
        for one in (added := [one for one in self.sessions if one.instead_of is not None]):
            one.instead_of = one.instead_of  # whose key is known by now
        write(added)
        for rows in (self.entries, self.attendance):
            for row in rows:
                row.session = row.session
            write(rows)

    def _read(self) -> None:
        self.provisions = {
            row.pk: row for row in Provision.objects.filter(school=self.school).select_related("intervention")
        }
        self.deliverer: dict[int, tuple[User | None, str]] = {}
        for row in Deliverer.objects.filter(provision__school=self.school).select_related("user").order_by("-pk"):
            self.deliverer[row.provision_id] = (row.user, row.role)
        self.placed: dict[int, list[Placement]] = defaultdict(list)
        for place in Placement.objects.filter(school=self.school).order_by("pk"):
            self.placed[place.provision_id].append(place)
        learners = sorted({place.learner_id for places in self.placed.values() for place in places})
        often = {pk for pk in learners if self.rng.random() < 0.12}
        self.ill = {
            (pk, day) for pk in learners for day in self.days
            if self.rng.random() < (OFTEN_AWAY if pk in often else AWAY)
        }  # fmt: skip
        self.told: dict[str, int] = defaultdict(int)  # how far Maya's story is told

    # --- Who is away, and who is out.

    def _send_away(self) -> None:
        """Adults who were away now and then, one who is away today, and trips, one of them still to come."""
        absences = []
        for place, user in enumerate(self.people.assistants):
            day = self.span.starts + self.rng.randrange(10, 40) * DAY
            while day < self.today - 2 * DAY:
                absences.append(self._absence(user, day, day + self.rng.choice((0, 0, 1, 2)) * DAY))
                day += STAFF_AWAY + self.rng.randrange(30) * DAY
            if place == 1:
                absences.append(self._absence(user, self.today, self.today + DAY))
        if known := [day for day in self.days if day >= self.today - SPECIALIST_AWAY]:
            absences.append(self._absence(self.people.external, known[0], known[0] + 2 * DAY))
        StaffAbsence.objects.bulk_create(absences)
        self.away = {
            (row.user_id, row.starts + number * DAY)
            for row in absences
            for number in range((row.ends - row.starts).days + 1)
        }
        trips = [(name, day, year) for name, day, year in self._trips() if day]
        made = Trip.objects.bulk_create(
            [Trip(school=self.school, name=name, starts=day, ends=day) for name, day, _ in trips]
        )
        through, self.out = [], set()
        learners = list(Learner.objects.filter(school=self.school).order_by("pk").values_list("pk", "nc_year"))
        for trip, (_, day, year) in zip(made, trips, strict=True):
            going = [pk for pk, of in learners if of == year]
            through += [Trip.learners.through(trip_id=trip.pk, learner_id=pk) for pk in going]
            self.out |= {(pk, day) for pk in going}
        Trip.learners.through.objects.bulk_create(through)

    def _absence(self, user: User, starts: date, ends: date) -> StaffAbsence:
        return StaffAbsence(school=self.school, user=user, starts=starts, ends=ends)

    def _trips(self) -> Iterator[tuple[str, date | None, str]]:
        for number, term in enumerate(self.terms):
            held = [day for day in self.days if day in term.halves[0]][12:]
            yield f"Farm visit {term.span.starts.year}", held[0] if held else None, str(1 + number)
        later = teaching_days(self.dates, Span(self.today + TRIP_AHEAD, self.today + 3 * WEEK))
        yield "Science museum", later[0] if later else None, "4"

    # --- Which sessions there were.

    def _held(self, slots: Sequence[Slot]) -> Iterator[_Held]:
        """What the timetable planned, on days that were not closed, for those who had a place."""
        known = {slot.pk: slot for slot in slots}
        for one in self._occasions(slots):
            provision = self.provisions[known[one.slot].provision_id]
            placed = self._placed(provision, one.day)
            if placed and not one.closed:
                yield _Held(one.day, one.at, one.minutes, provision.pk, one.slot, placed)

    def _occasions(self, slots: Sequence[Slot]) -> Iterator[Occasion]:
        """Those of each provision's days; by provisions that begin and end together, so that few days are walked."""
        by_days: dict[tuple[date, date], list[Slot]] = defaultdict(list)
        for slot in slots:
            provision = self.provisions[slot.provision_id]
            by_days[provision.starts, min(provision.ends or self.span.ends, self.span.ends)].append(slot)
        found = [
            one
            for (starts, ends), rows in by_days.items()
            if starts <= ends
            for one in occasions([row.planned for row in rows], self.dates, Span(starts, ends))
        ]
        yield from sorted(found, key=lambda one: (one.day, one.at, one.slot))

    def _placed(self, provision: Provision, day: date) -> list[tuple[int, int]]:
        return [
            (row.pk, row.learner_id)
            for row in self.placed[provision.pk]
            if row.starts <= day and (row.ends is None or day <= row.ends)
        ]

    def _as_many(self, held: list[_Held], wanted: int) -> list[_Held]:
        """So many rows of attendance, spread over all the days; where the timetable held fewer, added sessions."""
        chosen: list[_Held] = []
        left, extra = wanted, False
        while left and held:
            for one in self.rng.sample(held, len(held)):
                placed = one.placed[:left]
                if not placed:
                    break
                left -= len(placed)
                added = replace(one, at=_later(one.at), slot=None, placed=placed, extra=True)
                chosen.append(added if extra else replace(one, placed=placed))
            extra = True
        return sorted(chosen, key=lambda one: (one.on, one.at, one.provision, one.extra))

    # --- What was said about each.

    def _log(self, held: _Held) -> None:
        user, role = self.deliverer.get(held.provision, (None, ""))
        measured, lately = self.rows is not None, held.on > self.today - LATELY
        cover = None
        if user and (user.pk, held.on) in self.away and not measured:
            kind = self.rng.random()
            if kind < 0.35:
                cover = self._stand_in(held.on)
            elif kind < 0.65:
                self._miss(held, "staff_absent", "")
                if self.rng.random() < 0.5:
                    self._catch_up(held)
                return
            else:
                return
        if not measured and all((learner, held.on) in self.out for _, learner in held.placed):
            return
        chance = self.rng.random()
        if not measured and chance < (GAP_LATELY if lately else GAP) and not self._of_maya(held):
            return
        if chance > 0.985:
            reason = "room" if chance < 0.993 else "other"
            self._miss(held, reason, self.rng.choice(ROOM_REASONS if reason == "room" else OTHER_REASONS))
            return
        heard = {placement: self._heard(held, learner) for placement, learner in held.placed}
        if all(one.outcome == "learner_absent" for one in heard.values()):
            self._miss(held, "learner_absent", "")
            return
        actual = max(5, held.minutes + self.rng.choice((-10, -5, 5))) if self.rng.random() < 0.15 else None
        note = self.rng.choice(GROUP_NOTES) if self.rng.random() < 0.12 else ""
        said = self._said(held, actual=actual, note=note, learners=heard)
        self._keep(held, said, cover or user, "" if cover else role, cover)

    def _of_maya(self, held: _Held) -> bool:
        return self.maya is not None and any(learner == self.maya.pk for _, learner in held.placed)

    def _stand_in(self, day: date) -> User | None:
        free = [one for one in self.people.assistants if (one.pk, day) not in self.away]
        return self.rng.choice(free) if free else None

    def _heard(self, held: _Held, learner: int) -> Heard:
        if (learner, held.on) in self.out:
            return Heard("trip")
        if (learner, held.on) in self.ill:
            return Heard("learner_absent")
        if self.maya is not None and learner == self.maya.pk:
            return self._heard_of_maya(held)
        engagement = self.rng.choices((None, 1, 2, 3, 4, 5), weights=(45, 1, 5, 17, 22, 10))[0]
        note = self.rng.choice(LEARNER_NOTES) if self.rng.random() < 0.04 else ""
        minutes = max(5, held.minutes // 2) if self.rng.random() < 0.02 else None
        return Heard(minutes=minutes, engagement=engagement, note=note)

    def _heard_of_maya(self, held: _Held) -> Heard:
        """Her story goes on a step about every third session; between two steps nothing is written."""
        entry = self.provisions[held.provision].intervention
        key = entry.starter_key if entry else ""
        steps = MAYA.get(key, ())
        number, self.told[key] = self.told[key], self.told[key] + 1
        if not steps:
            return Heard(engagement=4)
        every = max(1, 60 // len(steps)) if key == "precision-teaching" else 3
        engagement, note = steps[min(number // every, len(steps) - 1)]
        return Heard(engagement=engagement, note=note if number % every == 0 and number // every < len(steps) else "")

    def _miss(self, held: _Held, reason: str, note: str) -> None:
        said = self._said(held, state=MISSED, reason=reason, note=note,
                          learners={placement: Heard() for placement, _ in held.placed})  # fmt: skip
        self._keep(held, said, None, "", None)

    def _catch_up(self, held: _Held) -> None:
        """What fell out is caught up on a day of the week after it, where that is over already."""
        place = bisect.bisect_right(self.days, held.on + 2 * DAY)
        if place >= len(self.days):
            return
        day = self.days[place]
        placed = self._placed(self.provisions[held.provision], day)
        user, role = self.deliverer.get(held.provision, (None, ""))
        if not placed or (user and (user.pk, day) in self.away):
            return
        extra = _Held(day, _later(held.at), held.minutes, held.provision, None, placed, extra=True)
        extra.instead_of = self.sessions[-1]
        heard = {placement: self._heard(extra, learner) for placement, learner in placed}
        self._keep(extra, self._said(extra, note=CATCH_UP, learners=heard), user, role, None)

    def _said(
        self, held: _Held, *, state: str = DELIVERED, reason: str = "", actual: int | None = None, note: str = "",
        learners: Mapping[int, Heard],
    ) -> Said:  # fmt: skip
        begun = timezone.make_aware(datetime.combine(held.on, held.at)).astimezone(UTC)
        over = begun + timedelta(minutes=held.minutes + self.rng.randrange(1, 90))
        client = UUID(int=self.rng.getrandbits(128), version=4)
        return Said(client, over, state, reason, actual, note, learners)

    def _keep(self, held: _Held, said: Said, user: User | None, role: str, cover: User | None) -> None:
        """The rows that `log_session` would write."""
        provision = self.provisions[held.provision]
        at = said.made_at + timedelta(seconds=self.rng.randrange(2, 40))
        session = Session(
            school=self.school, provision=provision, slot_id=held.slot, on=held.on, at=held.at, minutes=held.minutes,
            extra=held.extra, state=said.state, reason=said.reason, actual=said.actual, note=said.note, cover=cover,
            delivered_by=user if said.state == DELIVERED else None, role=role, tier=provision.tier,
            area=provision.area, intervention_id=provision.intervention_id, standing=said.client, logged_at=at,
            instead_of=held.instead_of,
        )  # fmt: skip
        target = Target("slot", held.slot, held.on) if held.slot else Target(
            "new", held.provision, held.on, held.at, held.minutes
        )  # fmt: skip
        by = user or self.deliverer.get(held.provision, (None, ""))[0] or self.people.senco
        entry = Entry(
            school=self.school, session=session, client=said.client, said=said.content, by=by, made_at=said.made_at,
            at=at, digest=said.digest(f"{target.key} {target.at} {target.minutes}"),
        )  # fmt: skip
        self.sessions.append(session)
        self.entries.append(entry)
        for placement, learner in held.placed:
            heard = said.learners[placement]
            outcome, minutes = minutes_of(heard, said, held.minutes)
            self.attendance.append(
                Attendance(
                    school=self.school, session=session, placement_id=placement, learner_id=learner, on=held.on,
                    outcome=outcome, planned=0 if held.extra else held.minutes, minutes=minutes, extra=held.extra,
                    engagement=heard.engagement if outcome not in REASONS else None, note=heard.note,
                )
            )  # fmt: skip


def _later(at: time) -> time:
    """Another time of the same day: the other half of it."""
    return time((at.hour + 4) % 24 if at.hour < 11 else at.hour - 3, at.minute)
