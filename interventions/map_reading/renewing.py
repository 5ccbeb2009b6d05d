"""Our own sheet against the map it came from: which placement a line is, and what it says otherwise. Pure.

What the sheet holds of a placement is written; what it holds of a provision or a learner is told, for an import
changes neither. Source: docs/imports.md, "Our own sheet, changed".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from itertools import combinations
from typing import Any

from interventions import sheet
from interventions.areas import AREAS
from interventions.dose import Dose
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.own import carried
from interventions.map_reading.plan import Change, Held, HeldPlace, Known, MapPlan, Place, Planned, Pupil, meets
from interventions.sheet import CONFIDENTIAL, HEADING_OF, people_words
from interventions.subjects import SUBJECTS
from learners.census import YEARS
from learners.rows import Problem

OF_PLACES = ("starts", "ends", "sessions", "minutes", "outcome", "baseline", "target", "review_on")
ON_THE_MAP = "An import changes placements only: change the provision on the map."
IN_THE_REGISTER = "An import of a map changes no learner's details: change them on the learner's page."
Lines = Sequence[tuple[Planned, Sequence[Entry]]]
Told = Iterable[tuple[str, str, str]]  # column, what the file says, what the map says


class Renewing:
    """Finds what is there, and puts changes, problems and notices on the plan."""

    def __init__(self, reading: Reading, known: Known, plan: MapPlan) -> None:
        self.columns, self.plan = reading.columns, plan
        self.free = {held.id: held for held in known.provisions}
        self.pupils = {pupil.id: pupil for pupil in known.pupils}
        self.told: set[tuple[object, ...]] = set()

    def all(self, lines: Lines) -> None:
        """Every provision of the file: the surest matches first, so that none takes another's place."""
        left = list(lines)
        for kept, likely in ((slice(None), _is_same), (slice(1), _has_its_name), (slice(1, None), _is_renamed)):
            groups: defaultdict[tuple[object, ...], list[Held]] = defaultdict(list)
            for held in self.free.values():
                groups[held.same[kept]].append(held)
            waiting = []
            for one, entries in left:
                mine = {place.learner for place in one.places}
                found = [held for held in groups[one.same[kept]] if held.id in self.free and likely(one, held, mine)]
                if found:
                    held = max(found, key=lambda held: len(held.places.keys() & mine))
                    del self.free[held.id]
                    self._renew(one, entries, held)
                else:
                    waiting.append((one, entries))
            left = waiting
        for one, _ in left:
            self._check_days(one, one.starts, one.ends, [], open_end=True)
        self._tell_learners(lines)

    # --- placements

    def _renew(self, one: Planned, entries: Sequence[Entry], held: Held) -> None:
        """Point a provision at itself: its placements stand there, would be changed, or are new."""
        one.held = held.id
        pairs = _paired(one.places, held.rows)
        fresh, moved = [], {}
        for place, row in pairs:
            if row is None:
                fresh.append(place)
                continue
            fields = tuple(self._differences(place, row))
            if fields:
                one.changed.append(Change(row.id, row.version, row.learner, place.row, fields))
                moved[row.id] = {name: new for name, _, new in fields}
            else:
                one.unchanged += 1
            if place.hidden != row.hidden:
                self._tell(place.row, "confidential", _hidden(place.hidden), _hidden(row.hidden), ON_THE_MAP)
        starts, ends = held.said.starts, held.said.ends
        for place in fresh:
            place.ends = place.ends or ends
        one.places = fresh
        stay = [_Span.of_row(row, moved.get(row.id, {})) for row in held.rows]
        changed = {change.placement: change.row for change in one.changed}
        self._check_days(
            one, starts, ends, [span for span in stay if span.id not in changed], open_end=False,
            changed=[(span, changed[span.id]) for span in stay if span.id in changed and span.moved],
            standing=[span for span in stay if span.id in changed and not span.moved],
        )  # fmt: skip
        self._tell_provision(one, entries, held)

    def _differences(self, place: Place, row: HeldPlace) -> Iterable[tuple[str, object, object]]:
        """What the line says otherwise, in columns that the file has. An empty cell says that there is nothing."""
        for name in OF_PLACES:
            if name not in self.columns:
                continue
            old, new = getattr(row, name), _value(place, name)
            if name == "starts" and not place.dated:
                self._tell(place.row, name, "", f"{old:%d/%m/%Y}", "A placement has a first day: it stays.")
            elif not (_is_carried(old, str(new)) if isinstance(old, str) else old == new):
                yield name, old, new

    def _check_days(
        self, one: Planned, starts: date, ends: date | None, there: Sequence["_Span"], *, open_end: bool,
        changed: Sequence[tuple["_Span", int]] = (), standing: Sequence["_Span"] = (),
    ) -> None:  # fmt: skip
        """Days that leave the provision's, or meet another place of the learner in it, are problems of their rows."""
        fresh = [(_Span(0, place.learner, place.starts, place.ends), place.row) for place in one.places]
        for span, row in (*changed, *fresh):
            if span.starts < starts:
                self._problem(row, "starts", span.starts, f"{one.name} itself starts on {starts:%d/%m/%Y}.",
                              "Write a first day from then on, or change the provision on the map first.")  # fmt: skip
            elif ends and ((span.ends is None and not open_end) or (span.ends or ends) > ends):
                self._problem(row, "ends", span.ends, f"{one.name} itself ends on {ends:%d/%m/%Y}.",
                              "Write a last day up to then, or change the provision on the map first.")  # fmt: skip
        spans: defaultdict[int | str, list[tuple[_Span, int]]] = defaultdict(list)
        for span, row in (*((span, 0) for span in (*there, *standing)), *changed, *fresh):
            spans[span.learner].append((span, row))
        for mine in spans.values():
            for (first, _), (second, row) in combinations(mine, 2):
                if row and meets((first.starts, first.ends), (second.starts, second.ends)):
                    why = f"The learner has another place in {one.name} from {first.starts:%d/%m/%Y} on, in that time."
                    self._problem(row, "starts", second.starts, why, "Write other days, or leave this row out.")

    # --- what is told

    def _tell_provision(self, one: Planned, entries: Sequence[Entry], held: Held) -> None:
        for entry in entries:
            for column, said, here in _of_provision(entry, held.said):
                if column in self.columns:
                    self._tell(entry.row, column, said, here, ON_THE_MAP, held.id)

    def _tell_learners(self, lines: Lines) -> None:
        by_upn = {pupil.upn: pupil for pupil in self.pupils.values() if pupil.upn}
        for entry in (entry for _, entries in lines for entry in entries):
            pupil = by_upn.get(entry.learners[0].upn) if entry.learners else None
            for column, said, here in _of_learner(entry, pupil) if pupil else ():
                if column in self.columns:
                    self._tell(entry.row, column, said, here, IN_THE_REGISTER, pupil)

    def _tell(self, row: int, column: str, said: str, here: str, remedy: str, about: object = None) -> None:
        """Once for all the rows that say the same of one provision or learner."""
        key = (column, said, here, about if about is not None else row)
        if key not in self.told:
            self.told.add(key)
            why = f"The map says “{here}”, and keeps it." if here else "The map says nothing there, and keeps it so."
            self.plan.notices.append(Problem(row, HEADING_OF[column], column, said, why, remedy))

    def _problem(self, row: int, column: str, day: date | None, why: str, remedy: str) -> None:
        value = f"{day:%d/%m/%Y}" if day else ""
        self.plan.problems.append(Problem(row, HEADING_OF[column], "", value, why, remedy))


class _Span:
    """The days of a place, as they would be."""

    def __init__(self, id: int, learner: int | str, starts: date, ends: date | None, *, moved: bool = False) -> None:
        self.id, self.learner, self.starts, self.ends, self.moved = id, learner, starts, ends, moved

    @classmethod
    def of_row(cls, row: HeldPlace, changes: Mapping[str, Any]) -> "_Span":
        """A placement of the map with what a line changes of its days."""
        moved = bool({"starts", "ends"} & changes.keys())
        return cls(row.id, row.learner, changes.get("starts", row.starts), changes.get("ends", row.ends), moved=moved)


# --- which provision, which placement


def _is_same(one: Planned, held: Held, mine: Set[object]) -> bool:
    """All that tells a provision is the same, and somebody it is for, where it is for anybody."""
    return not mine or not held.places or bool(held.places.keys() & mine)


def _has_its_name(one: Planned, held: Held, mine: Set[object]) -> bool:
    """The name is the same, and somebody it is for; something else of the provision was changed."""
    at_once = meets((one.starts, one.ends), (held.said.starts, held.said.ends))
    return at_once and (bool(held.places.keys() & mine) or not (mine or held.places))


def _is_renamed(one: Planned, held: Held, mine: Set[object]) -> bool:
    """Only the name was changed: all else is the same, and most of those it is for."""
    return len(held.places.keys() & mine) * 2 > len(mine)


def _paired(places: Sequence[Place], rows: Sequence[HeldPlace]) -> list[tuple[Place, HeldPlace | None]]:
    """Each line with the placement it is, or None for a new one: the same first day, else the most days in common."""
    free: defaultdict[int | str, list[HeldPlace]] = defaultdict(list)
    for row in rows:
        free[row.learner].append(row)
    found: dict[int, HeldPlace] = {}
    for sure in (True, False):
        for at, place in enumerate(places):
            if at in found:
                continue
            likely = [row for row in free[place.learner] if _may_be(place, row, sure=sure)]
            if likely:
                found[at] = max(likely, key=lambda row: (row.ends == place.ends, _common(place, row)))
                free[place.learner].remove(found[at])
    return [(place, found.get(at)) for at, place in enumerate(places)]


def _may_be(place: Place, row: HeldPlace, *, sure: bool) -> bool:
    if sure:
        return place.dated and row.starts == place.starts
    return not place.dated or meets((place.starts, place.ends), (row.starts, row.ends))


def _common(place: Place, row: HeldPlace) -> int:
    """How many days a line and a placement share."""
    last = min(place.ends or date.max, row.ends or date.max)
    return (last - max(place.starts, row.starts)).days


# --- what is said otherwise


def _value(place: Place, name: str) -> object:
    return getattr(place.dose, name) if name in ("sessions", "minutes") else getattr(place, name)


def _is_carried(here: str, said: str) -> bool:
    """Whether `said` is what a file makes of the text `here`."""
    return said in carried(here)


def _hidden(placement: bool) -> str:
    return CONFIDENTIAL[False, placement] or "nothing"


def _of_provision(entry: Entry, held: sheet.Planned) -> Told:
    """What a line says of its provision otherwise than the map."""
    texts = (
        ("provision", entry.name, held.name), ("responsible", entry.responsible, held.responsible),
        ("place", entry.place, held.place), ("group", entry.group, held.group),
        ("library", entry.library, held.library), ("note", "\n".join(entry.notes), held.note),
    )  # fmt: skip
    for column, said, here in texts:
        if not _is_carried(here, said):
            yield column, said, here
    dose = entry.provision_dose or Dose(None, None)
    values = (
        ("tier", entry.tier, held.tier), ("provision_starts", entry.provision_starts, held.starts),
        ("provision_ends", entry.provision_ends, held.ends),
        ("provision_sessions", dose.sessions, held.dose.sessions),
        ("provision_minutes", dose.minutes, held.dose.minutes),
    )  # fmt: skip
    for column, new, old in values:
        if new != old:
            yield column, _words(new), _words(old)
    for column, code, other, labels in (("area", entry.area, held.area, AREAS),
                                        ("subject", entry.subject, held.subject, SUBJECTS)):  # fmt: skip
        if code != other:
            yield column, labels.get(code, ""), labels.get(other, other)
    if sorted(entry.people) != sorted((_carry(name), role) for name, role in held.deliverers):
        yield "deliverers", people_words(entry.people), people_words(held.deliverers)
    if entry.confidential != held.confidential:
        yield "confidential", CONFIDENTIAL[entry.confidential, False], CONFIDENTIAL[held.confidential, False]


def _of_learner(entry: Entry, pupil: Pupil) -> Told:
    """What a line says of its learner otherwise than the register."""
    who = entry.learners[0]
    for column, said, here in (("surname", who.surname, pupil.surname), ("forename", who.forename, pupil.forename),
                               ("class", who.group, pupil.group)):  # fmt: skip
        if not _is_carried(here, said):
            yield column, said, here
    if who.year != pupil.year:
        yield "year", YEARS.get(who.year, ""), YEARS.get(pupil.year, "")
    if who.sen != pupil.sen:
        yield "sen", who.sen, pupil.sen
    if who.needs != pupil.needs:
        yield "needs", ", ".join(who.needs), ", ".join(pupil.needs)


def _carry(text: str) -> str:
    return min(carried(text), key=len)


def _words(value: object) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)
