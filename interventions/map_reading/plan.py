"""What bringing a map in would do to the map a school has. Pure.

Only a UPN says which learner is meant; a name proposes, and a person decides. Nothing may be written while a doubt
or a problem stands. Source: docs/imports.md, "Provision maps".
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from interventions.dose import Dose
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.people import Named, can_be_added, whole
from learners.rows import Problem

OUT, NEW = "out", "new"  # what a person may decide about a learner beside choosing one
NO_DOSE = Dose(None, None)
MOST_NOTE = 1000
Days = tuple[date, date | None]  # both count; None is an open end
AREA_OF_NEED = {
    "SPLD": "cognition", "MLD": "cognition", "SLD": "cognition", "PMLD": "cognition", "SLCN": "communication",
    "ASD": "communication", "SEMH": "semh", "HI": "sensory", "VI": "sensory", "MSI": "sensory", "PD": "sensory",
    "DS": "cognition",
}  # fmt: skip


@dataclass(frozen=True)
class Pupil:
    """A learner of the school, as far as matching asks."""

    id: int
    upn: str
    surname: str
    forename: str
    preferred: str = ""
    year: str = ""
    group: str = ""
    need: str = ""

    @property
    def name(self) -> str:
        """For reading, with what tells two of one name apart."""
        return f"{self.forename} {self.surname}"


@dataclass(frozen=True)
class Known:
    """What the school has: learners, people who sign in, library, and provisions with their placements."""

    pupils: Sequence[Pupil] = ()
    people: Mapping[str, int] = field(default_factory=dict)  # name in small letters to person, where it is one person's
    library: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # name to entry and its first area
    provisions: Sequence["Held"] = ()


@dataclass(frozen=True)
class Held:
    """A provision on the map, by what makes it the same as one of a file; `places` are the days of each learner's."""

    id: int
    same: tuple[object, ...]
    places: Mapping[int, Sequence[Days]]

    def has(self, place: "Place") -> bool:
        """Whether its learner has a place here on any of its days: one whose days were changed since is that one."""
        mine = self.places.get(place.learner, ()) if isinstance(place.learner, int) else ()
        last = place.ends or date.max
        return any(starts <= last and place.starts <= (ends or date.max) for starts, ends in mine)


@dataclass(frozen=True)
class Choices:
    """What a person decided. `who` is by a learner's key, `area` and `tier` by a provision's name; "" is for all."""

    who: Mapping[str, int | str] = field(default_factory=dict)
    area: Mapping[str, str] = field(default_factory=dict)
    tier: Mapping[str, int] = field(default_factory=dict)
    doses: Mapping[str, Dose] = field(default_factory=dict)  # by the words as written
    rows: frozenset[int] = frozenset()  # left out
    starts: date | None = None
    ends: date | None = None
    create: bool = False  # learners with a UPN that nobody has are new


@dataclass
class Place:
    """One placement to make: of a learner of the school, or of a new one by key."""

    learner: int | str
    starts: date
    ends: date | None
    dose: Dose
    outcome: str = ""
    baseline: str = ""
    target: str = ""
    review_on: date | None = None
    hidden: bool = False


@dataclass
class Planned:
    """One provision to make, or to add placements to (`held`)."""

    name: str
    tier: int
    area: str
    starts: date
    ends: date | None
    dose: Dose
    subject: str = ""
    people: tuple[tuple[int | None, str, str], ...] = ()
    responsible: int | None = None
    responsible_name: str = ""
    place: str = ""
    group: str = ""
    library: int | None = None
    new_entry: str = ""  # a library entry to make, where our own sheet names one that the school lacks
    confidential: bool = False
    note: str = ""
    rows: tuple[int, ...] = ()
    places: list[Place] = field(default_factory=list)
    held: int | None = None
    unchanged: int = 0

    @property
    def same(self) -> tuple[object, ...]:
        """What makes two provisions the same for an import that is made twice."""
        return (self.name.casefold(), self.tier, self.area, self.starts, self.ends, self.dose)


@dataclass(frozen=True)
class Doubt:
    """A learner whom the file names and nobody can be certain of, with those it may be."""

    who: Named
    rows: tuple[int, ...]
    candidates: tuple[Pupil, ...]


@dataclass
class MapPlan:
    """What applying would do; nothing may be written while a doubt, a gap or a problem stands."""

    provisions: list[Planned] = field(default_factory=list)
    learners: dict[str, Named] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    no_tier: list[str] = field(default_factory=list)
    no_area: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether every doubt is settled."""
        return not (self.doubts or self.no_tier or self.no_area or self.problems)

    @property
    def made(self) -> list[Planned]:
        """Provisions that are new."""
        return [one for one in self.provisions if one.held is None]

    @property
    def placements(self) -> int:
        """How many placements are new."""
        return sum(len(one.places) for one in self.provisions)

    @property
    def unchanged(self) -> int:
        """How many placements stand there already."""
        return sum(one.unchanged for one in self.provisions)

    @property
    def nothing(self) -> bool:
        """Whether the map says it all already."""
        return not (self.made or self.placements or self.learners)

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would do the same: what a person has seen is what may be applied."""
        return hashlib.sha256(repr((self.provisions, sorted(self.learners.items()))).encode()).hexdigest()


def plan_of(reading: Reading, known: Known, choices: Choices, *, today: date) -> MapPlan:
    """What applying `reading` would do.

    >>> entry = Entry(2, "", "Nessy", 2, "cognition")
    >>> plan = plan_of(Reading("areas", [entry]), Known(), Choices(), today=date(2026, 11, 23))
    >>> [(one.name, one.tier, one.starts) for one in plan.made], plan.ready
    ([('Nessy', 2, datetime.date(2026, 11, 23))], True)
    """
    return _Planner(reading, known, choices, today).plan


class _Planner:
    """Settles who is who, then gathers lines into provisions, then finds what is there already."""

    def __init__(self, reading: Reading, known: Known, choices: Choices, today: date) -> None:
        self.known, self.choices = known, choices
        self.starts = choices.starts or today
        self.plan = MapPlan(problems=[one for one in reading.problems if one.row not in choices.rows])
        entries = [entry for entry in reading.entries if entry.row not in choices.rows]
        self.by_upn = {pupil.upn: pupil for pupil in known.pupils if pupil.upn}
        self.by_id = {pupil.id: pupil for pupil in known.pupils}
        self.names: defaultdict[str, list[Pupil]] = defaultdict(list)
        for pupil in known.pupils:
            for first in {pupil.forename, pupil.preferred} - {""}:
                self.names[f"{first} {pupil.surname}".casefold()].append(pupil)
        self.who = self._settle(entries)
        gathered: dict[object, list[Entry]] = {}
        for entry in entries:
            gathered.setdefault(_key(entry), []).append(entry)
        for together in gathered.values():
            if one := self._provision(together):
                self.plan.provisions.append(one)
        self._recognise()

    # --- who

    def _settle(self, entries: Iterable[Entry]) -> dict[str, int | str]:
        """The learner of each key: an id, the key itself for a new one, OUT for one who is left out."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        named: dict[str, Named] = {}
        for entry in entries:
            for who in entry.learners:
                rows[who.key].append(entry.row)
                named[who.key] = who
        return {key: self._one(key, who, tuple(dict.fromkeys(rows[key]))) for key, who in named.items()}

    def _one(self, key: str, who: Named, rows: tuple[int, ...]) -> int | str:
        if who.upn in self.by_upn:
            return self.by_upn[who.upn].id
        chosen = self.choices.who.get(key)
        if chosen == OUT or (isinstance(chosen, int) and chosen in self.by_id):
            return chosen
        if chosen == NEW or (self.choices.create and who.upn and who.surname and who.forename):
            new = whole(who)
            if can_be_added(new):
                self.plan.learners[key] = new
                return key
        self.plan.doubts.append(Doubt(who, rows, self._candidates(who)))
        return OUT

    def _candidates(self, who: Named) -> tuple[Pupil, ...]:
        """Those whom a name may mean: the whole name, else a forename alone; of the same year or class first."""
        words = " ".join((who.words or f"{who.forename} {who.surname}").split()).casefold()
        if not words:
            return ()
        swapped = " ".join(reversed(words.split(" ", 1)))
        found = self.names.get(words) or self.names.get(swapped)
        if not found:
            first = words.split(" ")[0]
            rest = words[len(first) :].strip(" .")
            found = [
                pupil for pupil in self.known.pupils
                if first in (pupil.forename.casefold(), pupil.preferred.casefold())
                and (not rest or pupil.surname.casefold().startswith(rest))
            ]  # fmt: skip
        near = [pupil for pupil in found if _near(who, pupil)]
        return tuple((near or found)[:10])

    # --- what

    def _provision(self, entries: list[Entry]) -> Planned | None:
        first = entries[0]
        name = first.name
        tier = first.tier or self.choices.tier.get(name) or self.choices.tier.get("")
        entry_id, entry_area = self.known.library.get((first.library or name).casefold(), (None, ""))
        area = (
            next((one.area for one in entries if one.area), "") or entry_area or self._area_of_learners(entries)
            or self.choices.area.get(name) or self.choices.area.get("", "")
        )  # fmt: skip
        if not tier:
            self.plan.no_tier.append(name)
        if not area:
            self.plan.no_area.append(name)
        starts = min(one.provision_starts or one.starts or self.starts for one in entries)
        ends = self._last_day(entries, starts)
        if ends and ends < starts:
            why = f"{name} would end on {ends:%d/%m/%Y}, before it starts on {starts:%d/%m/%Y}."
            self.plan.problems.append(
                Problem(first.row, "", "", "", why, "Choose other days below, or leave this row out.")
            )
            return None
        doses = Counter(self._dose(one) for one in entries)
        notes = list(dict.fromkeys(note for one in entries for note in one.notes))
        people, answers = self._people(first)
        one = Planned(
            name,
            tier or 0,
            area,
            starts,
            ends,
            first.provision_dose or doses.most_common(1)[0][0],
            subject=first.subject,
            people=people,
            responsible=answers,
            responsible_name="" if answers else first.responsible,
            place=first.place,
            group=first.group,
            library=entry_id,
            new_entry=first.library if first.number and entry_id is None else "",
            confidential=first.confidential,
            note="\n".join(notes)[:MOST_NOTE],
            rows=tuple(dict.fromkeys(entry.row for entry in entries)),
        )
        placed: set[tuple[int | str, date]] = set()
        for entry in entries:
            for who in entry.learners:
                learner = self.who[who.key]
                begins = entry.starts or starts
                if learner != OUT and (learner, begins) not in placed:
                    placed.add((learner, begins))
                    one.places.append(self._place(entry, learner, begins, ends))
        return one

    def _place(self, entry: Entry, learner: int | str, starts: date, ends: date | None) -> Place:
        own = entry.provision_starts is not None  # our own sheet says both; others mean the provision's
        last = entry.ends if own or entry.ends else ends
        return Place(
            learner,
            starts,
            last,
            self._dose(entry),
            entry.outcome,
            entry.baseline,
            entry.target,
            entry.review_on,
            entry.hidden,
        )

    def _dose(self, entry: Entry) -> Dose:
        return self.choices.doses.get(entry.dose_words, entry.dose) if entry.unread else entry.dose

    def _last_day(self, entries: list[Entry], starts: date) -> date | None:
        if entries[0].provision_starts is not None:
            return entries[0].provision_ends
        given = [one.ends for one in entries if one.ends]
        if given:
            return max(given)
        weeks = max((one.weeks for one in entries if one.weeks), default=None)
        return starts + timedelta(weeks=weeks, days=-1) if weeks else self.choices.ends

    def _area_of_learners(self, entries: list[Entry]) -> str:
        """The area of the first need of all its learners, where it is one."""
        areas = set()
        for entry in entries:
            for who in entry.learners:
                settled = self.who[who.key]
                pupil = self.by_id.get(settled) if isinstance(settled, int) else None
                areas.add(AREA_OF_NEED.get(who.needs[0] if who.needs else pupil.need if pupil else "", ""))
        return areas.pop() if len(areas) == 1 else ""

    def _people(self, entry: Entry) -> tuple[tuple[tuple[int | None, str, str], ...], int | None]:
        """Who delivers and who answers: people who sign in where a name is one of theirs, names otherwise."""
        found = []
        for name, role in entry.people:
            person = self.known.people.get(name.casefold())
            found.append((person, "" if person else name, role))
        return tuple(found), self.known.people.get(entry.responsible.casefold()) if entry.responsible else None

    # --- what is there

    def _recognise(self) -> None:
        """Point provisions that are on the map already at themselves, and take away placements that stand there."""
        free: defaultdict[tuple[object, ...], list[Held]] = defaultdict(list)
        for held in self.known.provisions:
            free[held.same].append(held)
        for one in self.plan.provisions:
            mine = {place.learner for place in one.places}
            choice = max(free[one.same], key=lambda held: len(held.places.keys() & mine), default=None)
            if choice is None or (mine and choice.places and not choice.places.keys() & mine):
                continue
            free[one.same].remove(choice)
            there = [place for place in one.places if choice.has(place)]
            one.held, one.unchanged = choice.id, len(there)
            one.places = [place for place in one.places if place not in there]


def _near(who: Named, pupil: Pupil) -> bool:
    """Whether year or class of a learner is what the file says."""
    return bool((who.year and pupil.year == who.year) or (who.group and pupil.group.casefold() == who.group.casefold()))


def _key(entry: Entry) -> object:
    """Lines of one key are one provision. A line with several learners is a group of its own."""
    if entry.number:
        return entry.number
    alone = len(entry.learners) == 1
    return (
        entry.name.casefold(), entry.tier, entry.area, entry.people, entry.responsible, entry.place, entry.subject,
        None if alone else (entry.starts, entry.ends, entry.dose), entry.row if len(entry.learners) > 1 else None,
    )  # fmt: skip
