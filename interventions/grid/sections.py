"""Putting learners under headings: by year, class, SEN provision or primary need. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interventions.grid.values import Place
from learners.census import NEEDS, PROVISIONS, YEAR_ORDER, YEARS

# Codes of the address and their words, for views that have a row a learner.
BY: dict[str, str] = {
    "year": "Year group",
    "class": "Class",
    "sen": "SEN provision",
    "need": "Primary need",
}
SEN_ORDER = ("E", "K", "N", "")
NEED_ORDER = (*NEEDS, "")


@dataclass(frozen=True)
class Key:
    """What a learner can be put under."""

    pk: int
    year: str = ""
    group: str = ""
    sen: str = ""
    need: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading: what it is known by, its words, and where it stands among the others."""

    key: str
    label: str
    place: tuple[int, str]


@dataclass(frozen=True)
class Sums:
    """Totals of some learners under the filters; minutes planned in a full week."""

    learners: int = 0
    placements: int = 0
    minutes: int = 0


def heading(one: Key, by: str) -> Heading:
    """What `one` stands under; those without come last.

    >>> heading(Key(1, year="R"), "year").label, heading(Key(1), "class").label
    ('Reception', 'No class')
    """
    if by == "year":
        place = YEAR_ORDER.get(one.year, len(YEAR_ORDER))
        return Heading(one.year, YEARS.get(one.year, "No year group"), (place, ""))
    if by == "class":
        return Heading(one.group, one.group or "No class", (int(not one.group), one.group.casefold()))
    if by == "sen":
        return Heading(one.sen, PROVISIONS.get(one.sen, "Nothing recorded"), (SEN_ORDER.index(one.sen), ""))
    label = NEEDS.get(one.need, "No type of need")
    return Heading(one.need, label, (NEED_ORDER.index(one.need if one.need in NEEDS else ""), ""))


def in_sections(keys: Iterable[Key], by: str) -> list[tuple[Heading, list[int]]]:
    """Learners in their order under each heading, the headings in theirs; one without words for `by` "".

    >>> [(held.label, pks) for held, pks in in_sections([Key(1, "2"), Key(2, "R"), Key(3, "2")], "year")]
    [('Reception', [2]), ('Year 2', [1, 3])]
    """
    if by not in BY:
        everybody = [one.pk for one in keys]
        return [(Heading("", "", (0, "")), everybody)] if everybody else []
    found: dict[Heading, list[int]] = {}
    for one in keys:
        found.setdefault(heading(one, by), []).append(one.pk)
    return sorted(found.items(), key=lambda held: held[0].place)


def sums_of(learners: Sequence[int], places: Mapping[int, Sequence[Place]]) -> Sums:
    """Totals of `learners`, by their placements.

    >>> sums_of([1, 2], {1: [Place(1, 7, 30), Place(1, 8, 45)]})
    Sums(learners=2, placements=2, minutes=75)
    """
    held = [place for pk in learners for place in places.get(pk, ())]
    return Sums(len(learners), len(held), sum(place.minutes for place in held))
