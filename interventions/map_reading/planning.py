"""Works out what bringing a map in would do: who is who, what is one provision, what is there already. Pure.

Source: docs/imports.md, "Provision maps".
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from interventions.areas import AREAS
from interventions.dose import Dose
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.matching import settle
from interventions.map_reading.plan import (
    KEPT,
    OUT,
    Adult,
    Choices,
    Held,
    Known,
    Left,
    MapPlan,
    Place,
    Planned,
    Shelved,
    Stranger,
)
from interventions.map_reading.renewing import Renewing
from interventions.map_reading.staff_names import proposed
from learners.rows import Problem

GUESS = "guess"  # the field of a notice that an area was guessed
MOST_NOTE = 1000
UNIVERSAL = 1
UNSAID = "other"  # the role of somebody of whom the file says none
AREA_OF_NEED = {
    "SPLD": "cognition", "MLD": "cognition", "SLD": "cognition", "PMLD": "cognition", "SLCN": "communication",
    "ASD": "communication", "SEMH": "semh", "HI": "sensory", "VI": "sensory", "MSI": "sensory", "PD": "sensory",
    "DS": "cognition",
}  # fmt: skip
T = TypeVar("T")


def plan_of(reading: Reading, known: Known, choices: Choices, *, today: date) -> MapPlan:
    """What applying `reading` would do.

    >>> entry = Entry(2, "", "Nessy", 2, "cognition")
    >>> plan = plan_of(Reading("areas", [entry]), Known(), Choices(), today=date(2026, 11, 23))
    >>> [(one.name, one.tier, one.starts) for one in plan.made], plan.ready
    ([('Nessy', 2, datetime.date(2026, 11, 23))], True)
    """
    return _Planner(reading, known, choices, today).plan


@dataclass
class _Lines:
    """Lines that are one provision: the keys under which they are decided about, and the names they had in the file."""

    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


class _Planner:
    """Settles who is who, then gathers lines into provisions, then finds what is there already."""

    def __init__(self, reading: Reading, known: Known, choices: Choices, today: date) -> None:
        self.known, self.choices, self.own, self.shape = known, choices, reading.shape == "own", reading.shape
        self.starts = choices.starts or today
        self.plan = MapPlan(problems=[one for one in reading.problems if one.row not in choices.rows])
        entries = [entry for entry in reading.entries if entry.row not in choices.rows]
        self.by_id = {pupil.id: pupil for pupil in known.pupils}
        self.adults = {adult.id: adult for adult in known.staff}
        named = Counter(adult.name.casefold() for adult in known.staff)
        self.by_name = {key: one for one in known.staff if named[key := one.name.casefold()] == 1}
        self.shelf = {entry.id: entry for entry in known.library.values()}
        gathered = self._gathered(entries)
        self.who = settle((entry for lines in gathered for entry in lines.entries), known, choices, self.plan)
        self.absent = OUT in self.who.values()
        self.doubtful = {doubt.who.key for doubt in self.plan.doubts}
        planned = [(one, lines) for lines in gathered if (one := self._provision(lines))]
        self.plan.provisions = [one for one, _ in planned]
        if self.own:
            Renewing(reading, known, self.plan).all([(one, lines.entries) for one, lines in planned])
        else:
            self._recognise()
        made = [(one, lines.entries) for one, lines in planned if one.held is None]
        self.plan.notices += [_guess(one, entries[0]) for one, entries in made if one.area_from == "needs"]
        self._strangers([entries for _, entries in made])

    def _gathered(self, entries: Sequence[Entry]) -> list[_Lines]:
        """Lines of one provision together, under the names that a person gave; those they left out are told."""
        groups: dict[object, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(_same(entry), []).append(entry)
        found: dict[object, _Lines] = {}
        for same, together in groups.items():
            key = hashlib.sha256(repr(same).encode()).hexdigest()[:16]
            name = together[0].name
            if key in self.choices.left:
                self.plan.left.append(Left(name, _rows(together), key))
                continue
            if key in self.choices.names:
                together = [replace(entry, name=self.choices.names[key]) for entry in together]
            lines = found.setdefault(_same(together[0]), _Lines())
            lines.keys.append(key)
            lines.names += [together[0].name, name]
            lines.entries += together
        return list(found.values())

    # --- what

    def _provision(self, lines: _Lines) -> Planned | None:
        entries = lines.entries
        first = entries[0]
        name = first.name
        if self._is_nobodys(entries, first.tier or self._said(self.choices.tier, lines)):
            self.plan.left.append(Left(name, _rows(entries)))
            return None
        tier = first.tier or self._said(self.choices.tier, lines)
        entry, new_entry = self._shelved(lines)
        area, area_from = self._area(lines, entry)
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
        answers = self._adult(first.responsible)
        one = Planned(
            name,
            tier or 0,
            area,
            starts,
            ends,
            first.provision_dose or doses.most_common(1)[0][0],
            subject=first.subject,
            people=self._people(first),
            responsible=answers.id if answers else None,
            responsible_name="" if answers or self._is_out(first.responsible) else first.responsible,
            place=first.place,
            group=first.group,
            library=entry.id if entry else None,
            new_entry=new_entry,
            confidential=first.confidential,
            note="\n".join(notes)[:MOST_NOTE],
            rows=_rows(entries),
            keys=tuple(lines.keys),
            area_from=area_from,
            waiting=self._named(entries, doubtful=True),
            without=self._named(entries, doubtful=False),
        )
        one.places = self._places(entries, starts, ends)
        return one

    def _is_nobodys(self, entries: Sequence[Entry], tier: int | None) -> bool:
        """Whether all the learners it is for are left out. What a row says of the whole class stays without them."""
        if self.shape == "provisions" and tier == UNIVERSAL:
            return False
        return all(
            entry.learners and all(self.choices.who.get(who.key) == OUT == self.who[who.key] for who in entry.learners)
            for entry in entries
        )

    def _named(self, entries: Sequence[Entry], *, doubtful: bool) -> tuple[str, ...]:
        """Learners of these lines who get no place: those in doubt, or those who are left out."""
        if not self.absent:
            return ()
        return tuple(
            dict.fromkeys(
                who.shown for entry in entries for who in entry.learners
                if self.who[who.key] == OUT and (who.key in self.doubtful) == doubtful
            )
        )  # fmt: skip

    def _places(self, entries: Sequence[Entry], starts: date, ends: date | None) -> list[Place]:
        placed: dict[tuple[int | str, date], Place] = {}
        for entry in entries:
            for who in entry.learners:
                learner = self.who[who.key]
                if learner == OUT:
                    continue
                place = self._place(entry, learner, entry.starts or starts, ends)
                first = placed.setdefault((learner, place.starts), place)
                if self.own and replace(place, row=first.row) != first:
                    why = f"This learner stands in it from the same day in row {first.row} as well, and otherwise."
                    self.plan.problems.append(Problem(entry.row, "", "", "", why, "Leave one of the two rows out."))
        return list(placed.values())

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
            entry.row,
            entry.starts is not None,
        )

    def _dose(self, entry: Entry) -> Dose:
        return self.choices.doses.get(entry.dose_words, entry.dose) if entry.unread else entry.dose

    def _last_day(self, entries: Sequence[Entry], starts: date) -> date | None:
        if entries[0].provision_starts is not None:
            return entries[0].provision_ends
        given = [one.ends for one in entries if one.ends]
        if given:
            return max(given)
        weeks = max((one.weeks for one in entries if one.weeks), default=None)
        return starts + timedelta(weeks=weeks, days=-1) if weeks else self.choices.ends

    # --- what the file leaves open

    def _said(self, decided: Mapping[str, T], lines: _Lines) -> T | None:
        """What a person said of a provision by its name, or by one it had before they gave it another; else of all."""
        return next((decided[name] for name in (*lines.names, "") if name in decided), None)

    def _shelved(self, lines: _Lines) -> tuple[Shelved | None, str]:
        """The library entry of these lines, and the name of one to make: our own sheet alone makes some."""
        first = lines.entries[0]
        chosen = next((self.choices.library[key] for key in lines.keys if key in self.choices.library), None)
        if chosen is not None:
            return self.shelf.get(chosen), ""
        found = self.known.library.get((first.library or first.name).casefold())
        return found, first.library if first.number and found is None else ""

    def _area(self, lines: _Lines, entry: Shelved | None) -> tuple[str, str]:
        """The area of need, and where it is from."""
        said = next((one.area for one in lines.entries if one.area), "")
        if said:
            return said, ""
        if entry and entry.area:
            return entry.area, "library"
        chosen = self.choices.area
        by_name = next((chosen[name] for name in lines.names if name in chosen), "")
        needs = "" if by_name else self._area_of_learners(lines.entries)
        return (needs, "needs") if needs else (by_name or chosen.get("", ""), "chosen")

    def _area_of_learners(self, entries: Sequence[Entry]) -> str:
        """The area of the first need of all its learners, where it is one."""
        areas = set()
        for entry in entries:
            for who in entry.learners:
                settled = self.who[who.key]
                pupil = self.by_id.get(settled) if isinstance(settled, int) else None
                areas.add(AREA_OF_NEED.get(who.needs[0] if who.needs else pupil.need if pupil else "", ""))
        return areas.pop() if len(areas) == 1 else ""

    # --- members of staff

    def _adult(self, name: str) -> Adult | None:
        """Who signs in and is meant by a name: whom a person chose, else the one of that name."""
        key = name.casefold()
        chosen = self.choices.staff.get(key)
        if isinstance(chosen, int) and chosen in self.adults:
            return self.adults[chosen]
        return None if chosen in (OUT, KEPT) else self.by_name.get(key)

    def _is_out(self, name: str) -> bool:
        return self.choices.staff.get(name.casefold()) == OUT

    def _people(self, entry: Entry) -> tuple[tuple[int | None, str, str], ...]:
        """Who delivers: people who sign in where a name is one of theirs, names otherwise; each once.

        Of whom the file says no role, theirs at the school is taken; our own sheet always says one.
        """
        found: dict[object, tuple[int | None, str, str]] = {}
        for name, role in entry.people:
            if self._is_out(name):
                continue
            adult = self._adult(name)
            if adult and role == UNSAID and not self.own:
                role = adult.role or role
            found.setdefault(adult.id if adult else name, (adult.id if adult else None, "" if adult else name, role))
        return tuple(found.values())

    def _strangers(self, made: Sequence[Sequence[Entry]]) -> None:
        """Members of staff of new provisions whom nobody here is called, and those that a person decided about."""
        counts: Counter[str] = Counter()
        first: dict[str, tuple[str, str]] = {}
        for entries in made:
            named = [*entries[0].people, *([(entries[0].responsible, UNSAID)] if entries[0].responsible else [])]
            for name, role in named:
                key = name.casefold()
                if key not in self.by_name or key in self.choices.staff:
                    first.setdefault(key, (name, role))
                    counts[key] += 1
        self.plan.staff = [
            Stranger(*first[key], count, self.choices.staff.get(key), proposed(first[key][0], self.known.staff))
            for key, count in counts.most_common()
        ]

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


def _guess(one: Planned, first: Entry) -> Problem:
    """That an area of need stands nowhere on the map."""
    why = f"No area of need stands here: {AREAS[one.area]} is taken from its learners' first need."
    return Problem(first.row, first.column, GUESS, one.name, why, "Write the area in the file, or choose it below.")


def _rows(entries: Sequence[Entry]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(entry.row for entry in entries))


def _same(entry: Entry) -> object:
    """Lines of which this is the same are one provision. A line with several learners is a group of its own."""
    if entry.number:
        return entry.number
    alone = len(entry.learners) == 1
    return (
        entry.name.casefold(), entry.tier, entry.area, entry.people, entry.responsible, entry.place, entry.subject,
        None if alone else (entry.starts, entry.ends, entry.dose), entry.row if len(entry.learners) > 1 else None,
    )  # fmt: skip
