"""The fictional school's timetable: when in the week each of its provisions happens, with few clashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import time
from random import Random

from django.db.models import QuerySet
from simple_history.utils import bulk_create_with_history

from interventions.models import Deliverer, Placement, Provision, Slot
from provisionmap.demo.people import moment
from provisionmap.demo.stages import Period
from provisionmap.school.models import User

CELL = 5  # minutes; a day is looked at in pieces of this length
OPENS = 8 * 60
LESSONS = ((8 * 60 + 50, 10 * 60 + 30), (10 * 60 + 50, 12 * 60), (13 * 60, 15 * 60 + 10))  # less break and lunch
AT_OTHER_TIMES = {"breakfast-club": time(8, 15), "homework-club": time(15, 20)}
ALTERNATES = 12  # of so many provisions, one has its last session on another day in weeks A than in weeks B
Busy = dict[tuple[str, int, int], int]  # who, part of the year, weekday: the pieces of the day that are taken


def _pieces(begins: int, ends: int) -> int:
    return ((1 << (ends - begins) // CELL) - 1) << (begins - OPENS) // CELL


OPEN = sum(_pieces(*lesson) for lesson in LESSONS)


def write_timetable(provisions: QuerySet[Provision], terms: Sequence[Period], by: User, rng: Random) -> list[Slot]:
    """Give each of `provisions` that has a dose its weekly times, from its first day on."""
    halves = [half for term in terms for half in term.halves]
    who = _people(provisions)
    busy: Busy = defaultdict(int)
    rows: list[Slot] = []
    dosed = provisions.filter(minutes__gt=0, sessions__gt=0).select_related("intervention")
    for number, provision in enumerate(dosed.order_by("starts", "pk")):
        last = provision.ends or terms[-1].span.ends
        parts = [place for place, half in enumerate(halves) if half.starts <= last and half.ends >= provision.starts]
        times = _Times(provision, [(name, part) for name in who[provision.pk] for part in parts], busy, rng)
        rows += times.slots(alternate=number % ALTERNATES == ALTERNATES - 1)
    made: list[Slot] = bulk_create_with_history(rows, Slot, default_user=by, batch_size=500)
    return made


def _people(provisions: QuerySet[Provision]) -> dict[int, list[str]]:
    """By provision, everybody who is in one place when it happens."""
    found: dict[int, list[str]] = defaultdict(list)
    people = Deliverer.objects.filter(provision__in=provisions.values("pk")).order_by("pk")
    for provision, user, name in people.values_list("provision", "user", "name"):
        found[provision].append(f"adult {user or name}")
    learners = (
        Placement.objects.filter(provision__in=provisions.values("pk"))
        .order_by("pk")
        .values_list("provision", "learner")
        .distinct()
    )
    for provision, learner in learners:
        found[provision].append(f"learner {learner}")
    return found


class _Times:
    """Looks for times of one provision at which nobody of it is elsewhere."""

    def __init__(self, provision: Provision, keys: Sequence[tuple[str, int]], busy: Busy, rng: Random) -> None:
        self.provision, self.keys, self.busy = provision, keys, busy
        self.minutes = provision.minutes or 0
        self.length = -(-self.minutes // CELL)
        entry = provision.intervention
        self.fixed = AT_OTHER_TIMES.get(entry.starter_key) if entry else None
        self.days = rng.sample(range(5), 5)
        begins = [cell for begin, end in LESSONS for cell in range((begin - OPENS) // CELL, (end - OPENS) // CELL, 2)]
        at = rng.randrange(len(begins))
        self.begins = begins[at:] + begins[:at]

    def slots(self, *, alternate: bool) -> list[Slot]:
        """Its weekly times: as many as it has sessions."""
        rows = [self._slot(self.days[number % 5]) for number in range(self.provision.sessions or 0)]
        if alternate and self.fixed is None and 1 < len(rows) < 5:
            rows[-1].week = "A"
            other = self._slot(self.days[len(rows)])
            other.week = "B"
            rows.append(other)
        return rows

    def _slot(self, weekday: int) -> Slot:
        at = self.fixed or self._free(weekday)
        row = Slot(
            school_id=self.provision.school_id, provision=self.provision, weekday=weekday, at=at, minutes=self.minutes,
            starts=self.provision.starts,
        )  # fmt: skip
        vars(row)["_history_date"] = moment(self.provision.starts)
        return row

    def _free(self, weekday: int) -> time:
        """A time that suits everybody, the same as on its other days where it can be; else any in lessons."""
        taken = 0
        for name, part in self.keys:
            taken |= self.busy[name, part, weekday]
        wanted = (1 << self.length) - 1
        inside = [cell for cell in self.begins if (wanted << cell) & ~OPEN == 0] or self.begins
        cell = next((one for one in inside if (wanted << one) & taken == 0), inside[0])
        for name, part in self.keys:
            self.busy[name, part, weekday] |= wanted << cell
        self.begins = [cell, *(one for one in self.begins if one != cell)]
        minutes = OPENS + cell * CELL
        return time(minutes // 60, minutes % 60)
