"""The fictional school's provision: who is placed in what, term by term, with real history and audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import cycle
from random import Random

from simple_history.utils import bulk_create_with_history

from interventions.actions.grants import sync_grants
from interventions.actions.placements import change_placement
from interventions.actions.provisions import Delivery, Plan, start_provision
from interventions.models import Deliverer, Intervention, MapChange, Placement, Provision
from provisionmap.demo.people import Child, People, moment
from provisionmap.demo.stages import Period, block, end_of_year
from provisionmap.demo.words import ALWAYS, FOR_NEED, GOALS, LIKE
from provisionmap.school import audit
from provisionmap.school.calendar import DAY, WEEK, Span
from provisionmap.school.models import School

BANDS = {"N1": 0, "N2": 0, "R": 0, "1": 1, "2": 1, "3": 2, "4": 2, "5": 3, "6": 3}
SINGLES = 4  # learners whom one adult sees one after another in a tier 3 provision
ROOMS = ("Rainbow room", "Library corner", "The Nest", "Group room 1", "Group room 2", "Small hall", "Studio")
# Entries that somebody from outside delivers: as whom, and in which role.
OUTSIDE = {
    "speech-therapy": ("NHS speech and language therapist", "therapist"),
    "counselling": ("School counsellor", "other"),
    "vi-hi-teaching": ("Sensory support teacher", "specialist"),
}
HIDDEN = frozenset({"counselling"})  # confidential to those who are part of it
Doses = tuple[int, int, int]


def date_change(placement: Placement, at: datetime) -> None:
    """Say of the latest change of a placement, if there was one, that it was made at `at`."""
    last = placement.history.filter(history_type="~").order_by("-history_id").values("history_id")[:1]
    placement.history.filter(history_id=last).update(history_date=at)


def date_back(provision: Provision, at: datetime) -> None:
    """Say that a provision was started at `at`: in its history, its adults', and on the map's list of changes."""
    provision.history.update(history_date=at)
    Deliverer.history.filter(provision=provision.pk).update(history_date=at)
    reason = provision.history.earliest().history_change_reason
    MapChange.objects.filter(pk=int(reason.partition(":")[2])).update(at=at)


@dataclass
class Wanted:
    """A provision to be: an entry, for whom, when."""

    entry: Intervention
    span: Span
    children: list[Child] = field(default_factory=list)


@dataclass
class Support:
    """Plans and starts the provisions of one school."""

    school: School
    people: People
    terms: Sequence[Period]
    today: date
    rng: Random
    each: Doses | None = None  # placements of every learner by tier, all running: for measuring

    def __post_init__(self) -> None:
        self.library = {row.starter_key: row for row in self.school.interventions.exclude(starter_key="")}
        self.assistants = cycle(self.people.assistants)
        self.rooms = cycle(ROOMS)
        self.reviews = 0

    def build(self) -> None:
        """Everything: adaptations by class and year, groups and single sessions by term; then what changed."""
        begins = {id(child): self._first_term() for child in self.people.children}
        made: list[Placement] = []
        for year, terms in self._years().items():
            made += self._start_adaptations(year, terms, begins)
        for number, term in enumerate(self.terms):
            past = term is not self.terms[-1]
            active = [
                child
                for child in self.people.children
                if (child.mapped or (child.helped and past))
                and begins[id(child)] <= number
                and self._was_here(child, term)
            ]
            for tier in (2, 3):
                for wanted in self._groups(active, term, tier):
                    made += self._start(wanted, tier)
        if self.each is None:
            self._change_some(self._save(made))
        else:
            self._save(made)
        sync_grants({row.provision_id for row in made})

    def _mapped(self) -> list[Child]:
        return [child for child in self.people.children if child.mapped]

    def _first_term(self) -> int:
        """The term in which a child's support began: for most, the first."""
        last = len(self.terms) - 1
        return min(last, self.rng.choices((0, 1, 2), weights=(80, 12, 8))[0])

    @staticmethod
    def _was_here(child: Child, term: Period) -> bool:
        return child.learner.joined is None or child.learner.joined <= term.span.starts

    def _years(self) -> dict[str, list[Period]]:
        years: dict[str, list[Period]] = defaultdict(list)
        for term in self.terms:
            years[term.year].append(term)
        return years

    # --- Tier 1: adaptations of a class, for a school year.

    def _start_adaptations(self, year: str, terms: list[Period], begins: dict[int, int]) -> list[Placement]:
        """One provision a class and adaptation; each child joins it in the term their support begins."""
        starts: dict[tuple[int, str], list[tuple[Child, date]]] = defaultdict(list)
        for child in self._mapped():
            here = [
                term for term in terms if self.terms.index(term) >= begins[id(child)] and self._was_here(child, term)
            ]
            if not here or child.learner.group_id is None:
                continue
            for key in self._keys(child, 1):
                starts[child.learner.group_id, key].append((child, here[0].span.starts))
        groups = {group.pk: group for group in self.people.groups}
        ends = end_of_year(terms[-1], self.today)
        made = []
        for (group, key), members in sorted(starts.items()):
            entry = self.library[key]
            plan = Plan(
                name=entry.name, tier=1, area=self._area(entry, members[0][0]), starts=terms[0].span.starts, ends=ends,
                responsible=self.people.teachers[group], intervention=entry,
                group=groups[group] if year == self.terms[-1].year else None,
            )  # fmt: skip
            provision = self._begin(plan, [Delivery(user=plan.responsible, role="teacher")])
            for child, first in members:
                outcome = ALWAYS.get(key, "") if self.rng.random() < 0.6 else ""
                made.append(self._placement(provision, child, first, (outcome, "", "")))
        return made

    # --- Tiers 2 and 3: groups and single sessions, by term or half a term.

    def _groups(self, children: list[Child], term: Period, tier: int) -> Iterator[Wanted]:
        """Children of one band who need the same at the same time, in groups no larger than the entry's."""
        together: dict[tuple[str, Span, int], list[Child]] = defaultdict(list)
        for child in children:
            for key, span in self._wishes(child, term, tier):
                together[key, span, BANDS[child.learner.nc_year]].append(child)
        for (key, span, _), members in sorted(together.items(), key=lambda item: item[0]):
            entry = self.library[key]
            most = (entry.group_max or SINGLES) if tier == 2 else SINGLES
            for first in range(0, len(members), most):
                yield Wanted(entry, span, members[first : first + most])

    def _wishes(self, child: Child, term: Period, tier: int) -> Iterator[tuple[str, Span]]:
        """What a child gets in a term, and when: short entries fill half of it, another one the other half.

        Of the present term only what runs today, and some of what ended at half-term.
        """
        if self.each:
            yield from ((key, term.span) for key in self._keys(child, tier))
            return
        past = term is not self.terms[-1]
        present = 0 if self.today <= term.halves[0].ends else 1
        before = self._keys(child, tier) if past or (present and self.rng.random() < 0.3) else []
        now = self._keys(child, tier)
        for key in now:
            yield key, block(term, self.library[key].weeks, 1 if past else present)
        for key in before:
            span = block(term, self.library[key].weeks, 0)
            if span != term.span:
                yield key, span

    def _start(self, wanted: Wanted, tier: int) -> list[Placement]:
        entry, rng = wanted.entry, self.rng
        sessions, minutes = entry.sessions or 1, entry.minutes or 20
        if rng.random() < 0.3 and not self.each:
            sessions = min(5, max(1, sessions + rng.choice((-1, 1))))
            minutes += rng.choice((0, 5)) if minutes < 60 else 0
        teacher = self.people.teachers[wanted.children[0].learner.group_id or 0]
        plan = Plan(
            name=entry.name, tier=tier, area=self._area(entry, wanted.children[0]), starts=wanted.span.starts,
            ends=wanted.span.ends, minutes=minutes, sessions=sessions, place=next(self.rooms), intervention=entry,
            responsible=teacher if tier == 2 else self.people.senco, confidential=entry.starter_key in HIDDEN,
        )  # fmt: skip
        provision = self._begin(plan, [self._deliverer(entry.starter_key)])
        goals = GOALS.get(entry.starter_key, (("", "", ""),))
        return [self._placement(provision, child, plan.starts, rng.choice(goals)) for child in wanted.children]

    def _deliverer(self, key: str) -> Delivery:
        if key in OUTSIDE:
            name, role = OUTSIDE[key]
            return Delivery(name=name, role=role)
        if key == "structured-phonics":
            return Delivery(user=self.people.external, role="specialist")
        return Delivery(user=next(self.assistants), role="ta")

    # --- Both.

    def _keys(self, child: Child, tier: int) -> list[str]:
        """Which entries of a tier a child gets, first choices of their need first."""
        usual = FOR_NEED[LIKE.get(child.need, child.need)][tier - 1]
        if self.each:
            usual = usual or FOR_NEED["OTH"][tier - 1]
            return self.rng.sample(usual, self.each[tier - 1])
        if self.rng.random() < 0.03:
            return []
        many = {
            1: {"K": (2, 3, 4), "E": (3, 4), "": (1, 2)},
            2: {"K": (2, 3), "E": (2, 3), "": (2,)},
            3: {"K": (0, 0, 0, 1), "E": (2, 3), "": (0,)},
        }[tier][child.code]
        return self.rng.sample(usual, min(len(usual), self.rng.choice(many)))

    @staticmethod
    def _area(entry: Intervention, child: Child) -> str:
        """The child's own area where the entry is for it, else the entry's first."""
        codes = entry.area_codes
        return child.area if child.area in codes else codes[0]

    def _begin(self, plan: Plan, deliverers: list[Delivery]) -> Provision:
        """Start a provision, written down on the day it starts."""
        provision = start_provision(
            school=self.school, plan=plan, deliverers=deliverers, learners=[], by=self.people.senco
        )
        date_back(provision, moment(plan.starts))
        return provision

    def _placement(self, provision: Provision, child: Child, starts: date, goal: tuple[str, str, str]) -> Placement:
        outcome, baseline, target = goal
        row = Placement(
            school=self.school, provision=provision, learner=child.learner, starts=starts, ends=provision.ends,
            minutes=provision.minutes, sessions=provision.sessions, outcome=outcome, baseline=baseline, target=target,
            review_on=self._review(provision),
        )  # fmt: skip
        vars(row)["_history_date"] = moment(starts)
        return row

    def _review(self, provision: Provision) -> date | None:
        """Targeted support is looked at two weeks before it ends; of some, nobody has said when."""
        self.reviews += 1
        if provision.tier == 1 or provision.ends is None or self.reviews % 9 == 0:
            return None
        return max(provision.starts, provision.ends - 2 * WEEK)

    def _save(self, rows: list[Placement]) -> list[Placement]:
        """Write placements together, each with its history and its audit."""
        made = list(bulk_create_with_history(rows, Placement, default_user=self.people.senco))
        for row in made:
            audit.record(
                "placement.add",
                by=self.people.senco,
                target=row,
                new={"provision": row.provision, "starts": row.starts},
            )
        return made

    def _change_some(self, rows: list[Placement]) -> None:
        """What reviews changed: a session more, or an end before time."""
        for row in rows:
            if row.sessions is None or row.ends is None or (kind := self.rng.random()) > 0.12:
                continue
            length = (row.ends - row.starts).days
            day = row.starts + self.rng.randrange(length // 3, 2 * length // 3) * DAY
            if day > self.today - WEEK:
                continue
            changes: dict[str, object] = {"ends": day} if kind < 0.04 else {"sessions": min(5, row.sessions + 1)}
            change_placement(placement=row, changes=changes, seen=row.version, by=self.people.senco, reason="review")
            date_change(row, moment(day, 15))
