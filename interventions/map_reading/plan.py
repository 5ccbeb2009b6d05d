"""What bringing a map in would do to the map a school has, as nouns; `planning` works it out. Pure.

Only a UPN says which learner is meant; a name proposes, and a person decides. Nothing may be written while a doubt
or a problem stands. Source: docs/imports.md, "Provision maps".
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from interventions import sheet
from interventions.dose import Dose
from interventions.map_reading.people import Named
from learners.rows import Problem

OUT, NEW = "out", "new"  # what a person may decide about a learner beside choosing one; OUT is for staff as well
KEPT = "kept"  # what they may decide about a member of staff: somebody from outside, by the name as written
NO_DOSE = Dose(None, None)
NO_ENTRY = 0  # a provision that is none of the library
Days = tuple[date, date | None]  # both count; None is an open end
NOT_ASKED = sheet.Planned("", 0, "", date.min)


@dataclass(frozen=True)
class Pupil:
    """A learner of the school, as far as matching asks; `need` is the first of `needs`."""

    id: int
    upn: str
    surname: str
    forename: str
    preferred: str = ""
    year: str = ""
    group: str = ""
    need: str = ""
    sen: str = ""
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For reading, with what tells two of one name apart."""
        return f"{self.forename} {self.surname}"


@dataclass(frozen=True)
class Adult:
    """Somebody who signs in; `role` is what they deliver as where a file does not say (Deliverer.ROLES), or ""."""

    id: int
    name: str
    role: str = ""


@dataclass(frozen=True)
class Shelved:
    """An entry of the library, with its first area of need."""

    id: int
    name: str
    area: str = ""


@dataclass(frozen=True)
class Known:
    """What the school has: learners, people who sign in, library, and provisions with their placements."""

    pupils: Sequence[Pupil] = ()
    staff: Sequence[Adult] = ()
    library: Mapping[str, Shelved] = field(default_factory=dict)  # by name in small letters
    provisions: Sequence["Held"] = ()


@dataclass(frozen=True)
class HeldPlace:
    """A placement on the map, as our own sheet would say it."""

    id: int
    version: int
    learner: int
    starts: date
    ends: date | None
    sessions: int | None = None
    minutes: int | None = None
    outcome: str = ""
    baseline: str = ""
    target: str = ""
    review_on: date | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Held:
    """A provision on the map, by what makes it the same as one of a file; `places` are the days of each learner's.

    `said` and `rows` are what our own sheet would say of it and of its placements, and are asked for that sheet alone.
    """

    id: int
    same: tuple[object, ...]
    places: Mapping[int, Sequence[Days]]
    said: sheet.Planned = NOT_ASKED
    rows: Sequence[HeldPlace] = ()

    def has(self, place: "Place") -> bool:
        """Whether its learner has a place here on any of its days: one whose days were changed since is that one."""
        mine = self.places.get(place.learner, ()) if isinstance(place.learner, int) else ()
        return any(meets(days, (place.starts, place.ends)) for days in mine)


def meets(one: Days, other: Days) -> bool:
    """Whether two spans share a day.

    >>> meets((date(2026, 9, 1), date(2026, 9, 7)), (date(2026, 9, 7), None))
    True
    """
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)


@dataclass(frozen=True)
class Choices:
    """What a person decided. `who` is by a learner's key, `staff` by a name in small letters, `area` and `tier` by a
    provision's name ("" is for all), `names`, `library` and `left` by a line's key."""

    who: Mapping[str, int | str] = field(default_factory=dict)
    area: Mapping[str, str] = field(default_factory=dict)
    tier: Mapping[str, int] = field(default_factory=dict)
    doses: Mapping[str, Dose] = field(default_factory=dict)  # by the words as written
    staff: Mapping[str, int | str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    library: Mapping[str, int] = field(default_factory=dict)
    left: frozenset[str] = frozenset()  # lines left out
    rows: frozenset[int] = frozenset()  # rows left out
    together: frozenset[str] = frozenset()  # lines that stay in one piece, by the key of `items.Parted`
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
    row: int = 0
    dated: bool = False  # the line gives a first day of its own


@dataclass(frozen=True)
class Change:
    """A placement that is there and would be changed, as it was at `version`; each field from and to."""

    placement: int
    version: int
    learner: int
    row: int
    fields: tuple[tuple[str, object, object], ...]


@dataclass
class Planned:
    """One provision to make, or to add placements to (`held`). `keys` name its lines to a person's decisions."""

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
    changed: list[Change] = field(default_factory=list)
    keys: tuple[str, ...] = ()
    area_from: str = ""  # "" as the file says it; else "library", "needs" of its learners, or "chosen"
    waiting: tuple[str, ...] = ()  # learners whom nobody is certain of yet
    without: tuple[str, ...] = ()  # learners who are left out

    @property
    def same(self) -> tuple[object, ...]:
        """What makes two provisions the same for an import that is made twice."""
        return (self.name.casefold(), self.tier, self.area, self.starts, self.ends, self.dose)

    @property
    def stays(self) -> bool:
        """Whether the map says all of it already."""
        return self.held is not None and not (self.places or self.changed or self.waiting)


@dataclass(frozen=True)
class Doubt:
    """A learner whom the file names and nobody can be certain of, with those it may be.

    `exact` is the one of that whole name with whom nothing disagrees, where that is one: a proposal. `answer` is what a
    person decided.
    """

    who: Named
    rows: tuple[int, ...]
    candidates: tuple[Pupil, ...]
    exact: Pupil | None = None
    answer: int | str | None = None


@dataclass(frozen=True)
class Stranger:
    """A member of staff whom the file names and who does not sign in here by that name; `lines` is how often.

    `proposed` is whom the name may mean, where that is one; nothing is made of it before a person says so.
    """

    name: str
    role: str
    lines: int
    answer: int | str | None = None
    proposed: Adult | None = None


@dataclass(frozen=True)
class Left:
    """A provision that is not made: left out by a person (`key`), or because all its learners are (no key)."""

    name: str
    rows: tuple[int, ...]
    key: str = ""


@dataclass
class MapPlan:
    """What applying would do; nothing may be written while a doubt, a gap or a problem stands."""

    provisions: list[Planned] = field(default_factory=list)
    learners: dict[str, Named] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    settled: list[Doubt] = field(default_factory=list)  # those that a person decided
    staff: list[Stranger] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    no_tier: list[str] = field(default_factory=list)
    no_area: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

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
    def changed(self) -> int:
        """How many placements would be changed."""
        return sum(len(one.changed) for one in self.provisions)

    @property
    def unchanged(self) -> int:
        """How many placements stand there already."""
        return sum(one.unchanged for one in self.provisions)

    @property
    def nothing(self) -> bool:
        """Whether the map says it all already."""
        return not (self.made or self.placements or self.changed or self.learners)

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would do the same: what a person has seen is what may be applied."""
        return hashlib.sha256(repr((self.provisions, sorted(self.learners.items()))).encode()).hexdigest()
