"""The sheet "Placements": the map as flat rows, written by our export and read back by our import. Pure.

One row a placement; a provision that nobody is in has one row with the learner's columns blank. What each column
holds stands in docs/exports.md, "The sheet Placements", and is the contract between export and import: what is written
here is read back without doubt.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from interventions.areas import AREAS
from interventions.dose import Dose
from interventions.subjects import SUBJECTS
from learners.census import YEARS
from provisionmap.web.formulas import guarded as guarded
from provisionmap.web.formulas import is_live as is_live
from provisionmap.web.formulas import unguarded as unguarded
from provisionmap.web.formulas import writable as writable

SHEET = "Placements"
# What a column is called in the code, and what stands above it.
COLUMNS: tuple[tuple[str, str], ...] = (
    ("upn", "UPN"),
    ("surname", "Surname"),
    ("forename", "Forename"),
    ("year", "Year group"),
    ("class", "Class"),
    ("sen", "SEN provision"),
    ("needs", "Needs"),
    ("number", "Provision no."),
    ("provision", "Provision"),
    ("tier", "Tier"),
    ("area", "Area of need"),
    ("subject", "Subject"),
    ("sessions", "Sessions a week"),
    ("minutes", "Minutes a session"),
    ("starts", "From"),
    ("ends", "To"),
    ("deliverers", "Delivered by"),
    ("responsible", "Responsible teacher"),
    ("place", "Place"),
    ("group", "Group"),
    ("outcome", "Outcome"),
    ("baseline", "Baseline"),
    ("target", "Target"),
    ("review_on", "Review date"),
    ("provision_starts", "Provision from"),
    ("provision_ends", "Provision to"),
    ("provision_sessions", "Provision sessions"),
    ("provision_minutes", "Provision minutes"),
    ("library", "Library entry"),
    ("confidential", "Confidential"),
    ("note", "Note"),
)
KEYS = tuple(key for key, _ in COLUMNS)
HEADINGS = tuple(heading for _, heading in COLUMNS)
HEADING_OF = dict(COLUMNS)

ROLES: dict[str, str] = {
    "teacher": "Teacher",
    "ta": "Teaching assistant",
    "hlta": "Higher level teaching assistant",
    "senco": "SENCO",
    "specialist": "Specialist teacher",
    "therapist": "Therapist",
    "other": "Other",
}
# (the provision is confidential, this placement is confidential): what the column says.
CONFIDENTIAL: dict[tuple[bool, bool], str] = {
    (False, False): "",
    (True, False): "Provision",
    (False, True): "Placement",
    (True, True): "Provision and placement",
}
EXAMPLE = "EXAMPLE"  # stands in the UPN column of the template's example row, which an import passes over

EVERY_LESSON = Dose(None, None)

Value = str | int | date | None
Row = tuple[Value, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Pupil:
    """A learner as the sheet names them; `sen` and `needs` are census codes, `year` the code of a year group."""

    upn: str = ""
    surname: str = ""
    forename: str = ""
    year: str = ""
    group: str = ""
    sen: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planned:
    """A provision as the sheet names it. `deliverers` are names with the keys of their roles, in their order."""

    name: str
    tier: int
    area: str
    starts: date
    ends: date | None = None
    dose: Dose = EVERY_LESSON
    subject: str = ""
    deliverers: tuple[tuple[str, str], ...] = ()
    responsible: str = ""
    place: str = ""
    group: str = ""
    library: str = ""
    confidential: bool = False
    note: str = ""


@dataclass(frozen=True)
class Place:
    """One learner's placement."""

    pupil: Pupil
    starts: date
    ends: date | None = None
    dose: Dose = EVERY_LESSON
    outcome: str = ""
    baseline: str = ""
    target: str = ""
    review_on: date | None = None
    confidential: bool = False


def tier_words(tier: int, labels: Mapping[int, str]) -> str:
    """What the school calls the tier; "Tier 4" where it has no name for it on that day.

    >>> tier_words(2, {1: "Wave 1", 2: "Wave 2"}), tier_words(4, {1: "Wave 1"})
    ('Wave 2', 'Tier 4')
    """
    return labels.get(tier) or f"Tier {tier}"


def people_words(people: Iterable[tuple[str, str]]) -> str:
    """Who delivers: "Name (role); Name (role)".

    >>> people_words([("Jo Marsh", "ta"), ("Dr Khan", "therapist")])
    'Jo Marsh (Teaching assistant); Dr Khan (Therapist)'
    """
    return "; ".join(f"{name} ({ROLES[role]})" for name, role in people)


_PERSON = re.compile(rf"(.+?) \(({'|'.join(ROLES.values())})\)(?:; |$)", re.DOTALL)
_ROLE_KEYS = {words: key for key, words in ROLES.items()}


def read_people(text: str) -> tuple[tuple[str, str], ...]:
    """What `people_words` wrote, back again. Raises ValueError for a text that is not of its making.

    >>> read_people("Jo Marsh (Teaching assistant); Dr Khan (Therapist)")
    (('Jo Marsh', 'ta'), ('Dr Khan', 'therapist'))
    """
    found, at = [], 0
    while at < len(text):
        person = _PERSON.match(text, at)
        if person is None:
            raise ValueError("Write each person as Name (role), with a semicolon between two.")
        found.append((person[1], _ROLE_KEYS[person[2]]))
        at = person.end()
    return tuple(found)


def _provision_values(one: Planned, labels: Mapping[int, str]) -> dict[str, Value]:
    return {
        "provision": one.name,
        "tier": tier_words(one.tier, labels),
        "area": AREAS.get(one.area, one.area),
        "subject": SUBJECTS.get(one.subject, one.subject),
        "deliverers": people_words(one.deliverers),
        "responsible": one.responsible,
        "place": one.place,
        "group": one.group,
        "provision_starts": one.starts,
        "provision_ends": one.ends,
        "provision_sessions": one.dose.sessions,
        "provision_minutes": one.dose.minutes,
        "library": one.library,
        "note": one.note,
    }


def _place_values(one: Place) -> dict[str, Value]:
    who = one.pupil
    return {
        "upn": who.upn,
        "surname": who.surname,
        "forename": who.forename,
        "year": YEARS.get(who.year, who.year),
        "class": who.group,
        "sen": who.sen,
        "needs": ", ".join(who.needs),
        "sessions": one.dose.sessions,
        "minutes": one.dose.minutes,
        "starts": one.starts,
        "ends": one.ends,
        "outcome": one.outcome,
        "baseline": one.baseline,
        "target": one.target,
        "review_on": one.review_on,
    }


_Order = tuple[tuple[bool, str, str], ...]


def _in_order(values: Iterable[Value]) -> _Order:
    """Values as a sort reads them, the same on every database: blank last, then without regard to capitals."""
    key = []
    for value in values:
        text = f"{value:05d}" if isinstance(value, int) else str(value or "")
        key.append((not text, text.casefold(), text))
    return tuple(key)


def _sorted(things: Iterable[T], short: Callable[[T], Any], whole: Callable[[T], Any]) -> list[T]:
    """`things` by `short`, and only where that leaves a tie by `whole`, which costs more."""
    ordered = sorted(things, key=short)
    ties = (list(same) for _, same in groupby(ordered, key=short))
    return [one for same in ties for one in (sorted(same, key=whole) if len(same) > 1 else same)]


def rows_of(planned: Sequence[tuple[Planned, Sequence[Place]]], labels: Mapping[int, str]) -> list[Row]:
    """The sheet's rows: provisions with their placements, in learners' reading order, those without learners last.

    Provisions are numbered from 1 in an order that depends on what they and their placements say and on nothing
    else, so that a map brought into an empty school and taken out again gives the same rows.

    >>> row = rows_of([(Planned("Phonics", 2, "cognition", date(2026, 9, 1)), [])], {2: "Wave 2"})[0]
    >>> dict(zip(KEYS, row))["provision"], dict(zip(KEYS, row))["number"], dict(zip(KEYS, row))["upn"]
    ('Phonics', 1, '')
    """
    drawn = [_rows_of_one(one, places, labels) for one, places in planned]
    drawn = _sorted(drawn, lambda held: held[0], lambda held: sorted(map(_in_order, held[1])))
    at = KEYS.index("number")
    numbered = [(*row[:at], number, *row[at + 1 :]) for number, (_, flat) in enumerate(drawn, start=1) for row in flat]
    return _sorted(numbered, _reading_order, _in_order)


def _rows_of_one(one: Planned, places: Sequence[Place], labels: Mapping[int, str]) -> tuple[_Order, list[Row]]:
    """A provision's own place among others, as far as it can be told without its placements, and its rows."""
    values = _provision_values(one, labels)
    rows = [
        values | _place_values(place) | {"confidential": CONFIDENTIAL[one.confidential, place.confidential]}
        for place in places
    ] or [values | {"confidential": CONFIDENTIAL[one.confidential, False]}]
    flat: list[Row] = [tuple("" if (value := row.get(key)) is None else value for key in KEYS) for row in rows]
    return _in_order([one.tier, *values.values(), one.confidential]), flat


_FIRST = [KEYS.index(key) for key in ("surname", "forename", "upn", "year", "class", "number", "starts")]


def _reading_order(row: Row) -> _Order:
    return _in_order([row[at] for at in _FIRST])
