"""By class, year group or subject: what runs for each, with subtotals. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from interventions.areas import AREAS
from interventions.grid.sections import Heading, Key, heading
from interventions.grid.tables import Cell, Column, Line, Section, Table, dose_said
from interventions.grid.values import Place, Running, entries, some
from interventions.subjects import SUBJECTS

# Codes of the address and their words.
BY: dict[str, str] = {"class": "Class", "year": "Year group", "subject": "Subject"}
NAMES = {"class": "By class", "year": "By year group", "subject": "By subject"}
COLUMNS = (
    Column("Tier"),
    Column("Area of need"),
    Column("Dose"),
    Column("Delivered by"),
    Column("Learners", "count"),
    Column("Placements", "count"),
    Column("Minutes a week", "minutes"),
)
SUBJECT_ORDER = {code: place for place, code in enumerate(SUBJECTS)}


@dataclass
class _Held:
    running: dict[int, Running] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


def table(
    keys: Iterable[Key], running: Sequence[Running], places: Iterable[Place], tiers: Mapping[int, str], by: str
) -> Table:
    """A section a class, year group or subject; a line a provision; subtotals, and the totals of all.

    A learner counts once in each section and once in all. A provision for a whole class stands under that class.
    """
    known = {one.pk: one for one in keys}
    offered = {one.pk: one for one in running}
    held: dict[Heading, _Held] = {}
    every = [place for place in places if place.provision in offered and place.learner in known]
    for place in every:
        one = offered[place.provision]
        under = held.setdefault(_subject(one) if by == "subject" else heading(known[place.learner], by), _Held())
        under.running[one.pk] = one
        under.places.append(place)
    for one in running:
        if by == "subject":
            held.setdefault(_subject(one), _Held()).running.setdefault(one.pk, one)
        elif one.group and (own := heading(Key(0, one.year, one.group), by)).key:
            held.setdefault(own, _Held()).running.setdefault(one.pk, one)
    sections = tuple(
        Section(named.label, _lines(one, tiers), _sums(one.places), named.key or "none")
        for named, one in sorted(held.items(), key=lambda pair: pair[0].place)
    )
    return Table(NAMES[by], "Provision", COLUMNS, sections, _sums(every))


def _subject(one: Running) -> Heading:
    place = SUBJECT_ORDER.get(one.subject, len(SUBJECT_ORDER))
    return Heading(one.subject, SUBJECTS.get(one.subject, "Across subjects"), (place, ""))


def _lines(held: _Held, tiers: Mapping[int, str]) -> tuple[Line, ...]:
    placed: dict[tuple[str, int, str, str], int] = {}
    for place in held.places:
        one = held.running[place.provision]
        key = (one.name, one.tier, one.area, one.dose.words)
        placed[key] = placed.get(key, 0) + 1
    return tuple(
        Line(
            entry.name,
            (
                tiers.get(entry.tier, f"Tier {entry.tier}"),
                AREAS[entry.area],
                dose_said(entry.dose.words_at(entry.tier), count, entry.minutes),
                some(entry.people),
                entry.learners if entry.learners else entry.size,
                count,
                entry.minutes,
            ),
            under=f"{entry.groups} groups" if entry.groups > 1 else "",
            provision=entry.provision,
            tier=entry.tier,
            confidential=entry.confidential,
        )
        for entry in entries(held.running.values(), held.places)
        for count in [placed.get((entry.name, entry.tier, entry.area, entry.dose.words), 0)]
    )


def _sums(places: Sequence[Place]) -> tuple[Cell, ...]:
    learners = len({place.learner for place in places})
    return ("", "", "", "", learners, len(places), sum(place.minutes for place in places))
