"""The file that goes with a learner to another school: its fields, and reading it. Pure.

Source: docs/transfer-file.md, "Field by field"; a test holds that page to the tables here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from interventions.areas import AREA_CHOICES
from interventions.subjects import SUBJECT_CHOICES
from learners.census import NEEDS, PROVISIONS, YEAR_CHOICES, check_sen
from learners.upn import refusal

FORMAT, VERSION = "provision-map-learner", 1
MOST = {"sen": 200, "contacts": 100, "provision": 2_000, "staff": 50}  # of one learner: far more than anybody has
MOST_PROBLEMS = 50
DIGITS = 9  # of a number that a column holds
HALVES = range(0xD800, 0xE000)  # half characters, which no database keeps


class NotRight(ValueError):
    """A value that cannot be taken; the text says what it has to be, and never holds the value."""


Kind = Callable[[Any], Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, and where: "sen 2, starts"."""

    where: str
    what: str


class Bad(Exception):
    """A file that does not keep to the format: everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def text(most: int) -> Kind:
    """Words of up to `most` characters, as they stand."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise NotRight("has to be text")
        if len(value) > most:
            raise NotRight(f"has more than {most} characters")
        if "\0" in value or any(ord(sign) in HALVES for sign in value):
            raise NotRight("holds a character that cannot be kept")
        return value

    return read


def some(kind: Kind) -> Kind:
    """The same, and not empty."""

    def read(value: Any) -> Any:
        if not str(kind(value)).strip():
            raise NotRight("is empty")
        return value

    return read


def one_of(codes: Iterable[str], *, empty: bool = True) -> Kind:
    """One of these codes, or nothing."""
    known = frozenset(codes) | ({""} if empty else set())

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise NotRight("is not one of the codes")
        return value

    return read


def number(low: int, high: int, *, empty: bool = False) -> Kind:
    """A whole number in these bounds, or null."""

    def read(value: Any) -> int | None:
        if value is None and empty:
            return None
        digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= DIGITS
        found = int(value) if digits or (isinstance(value, int) and not isinstance(value, bool)) else None
        if found is None or not low <= found <= high:
            raise NotRight(f"has to be a whole number from {low} to {high}")
        return found

    return read


def day(*, empty: bool = False) -> Kind:
    """A day written 2026-11-23, or null."""

    def read(value: Any) -> date | None:
        if value is None and empty:
            return None
        try:
            found = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise NotRight("has to be a day written like 2026-11-23") from None
        if not 1990 <= found.year < 2100:
            raise NotRight("is a day that cannot be right")
        return found

    return read


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise NotRight("has to be true or false")
    return value


def upn(value: Any) -> str:
    """A UPN, or nothing."""
    found: str = text(13)(value)
    if found and refusal(found):
        raise NotRight("is no UPN")
    return found


def needs(value: Any) -> list[str]:
    """Types of need by rank."""
    if not isinstance(value, list) or len(value) > 4 or any(one not in NEEDS for one in map(str, value)):
        raise NotRight("has to be a list of up to four codes")
    return list(value)


def staff(value: Any) -> list[dict[str, str]]:
    """Who delivered it: names and what they are."""
    if not isinstance(value, list) or len(value) > MOST["staff"]:
        raise NotRight(f"has to be a list of up to {MOST['staff']} people")
    people = []
    for one in value:
        if not isinstance(one, dict) or set(one) != set(STAFF):
            raise NotRight("has to hold a name and a role for each")
        people.append({name: kind(one[name]) for name, kind in STAFF.items()})
    return people


SENDER: dict[str, Kind] = {
    "school": some(text(120)),
    "urn": text(6),
    "la_code": text(3),
    "estab": text(4),
    "joined": day(empty=True),
    "left": day(empty=True),
    "made": day(),
    "confidential": flag,
    "notes": flag,
}
LEARNER: dict[str, Kind] = {
    "upn": upn,
    "former_upn": upn,
    "surname": some(text(80)),
    "forename": some(text(80)),
    "middle_names": text(120),
    "preferred_name": text(80),
    "date_of_birth": day(empty=True),
    "sex": one_of("FM"),
    "nc_year": one_of(code for code, _ in YEAR_CHOICES),
    "pupil_premium": flag,
    "fsm": flag,
    "eal": flag,
    "looked_after": flag,
    "previously_looked_after": flag,
    "young_carer": flag,
    "service_child": flag,
}
SEN: dict[str, Kind] = {
    "code": one_of(PROVISIONS, empty=False),
    "needs": needs,
    "types_awaited": flag,
    "note": text(500),
    "starts": day(),
    "ends": day(empty=True),
}
PASSPORT: dict[str, Kind] = {
    **dict.fromkeys(("strengths", "hard", "helps", "does_not_help", "aspirations", "communication"), text(600)),
    "agreed_on": day(empty=True),
}
CONTACT: dict[str, Kind] = {
    "name": some(text(120)),
    "relationship": text(60),
    "phone": text(40),
    "email": text(254),
    "parental_responsibility": flag,
    "priority": number(0, 32_767),
}
STAFF: dict[str, Kind] = {"name": some(text(120)), "role": text(40)}
PROVISION: dict[str, Kind] = {
    "school": some(text(120)),
    "name": some(text(120)),
    "tier": number(1, 4),
    "tier_name": text(40),
    "area": one_of((code for code, _ in AREA_CHOICES), empty=False),
    "subject": one_of(code for code, _ in SUBJECT_CHOICES),
    "place": text(80),
    "starts": day(),
    "ends": day(empty=True),
    "minutes": number(1, 600, empty=True),
    "sessions": number(1, 35, empty=True),
    "staff": staff,
    "confidential": flag,
    "note": text(1000),
    "outcome": text(300),
    "baseline": text(60),
    "target": text(60),
    "review_on": day(empty=True),
}
TABLES = {"from": SENDER, "learner": LEARNER, "sen": SEN, "passport": PASSPORT, "contacts": CONTACT,
          "provision": PROVISION, "staff": STAFF}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A file that keeps to the format, with days and numbers as such."""

    sender: dict[str, Any]
    learner: dict[str, Any]
    sen: list[dict[str, Any]]
    passport: dict[str, Any] | None
    contacts: list[dict[str, Any]]
    provision: list[dict[str, Any]]


class _Reading:
    """Reads one file and gathers what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def tell(self, where: str, what: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(where, what))

    def object(self, found: Any, table: Mapping[str, Kind], where: str) -> dict[str, Any]:
        """One object, whose fields have to be those of the table."""
        if not isinstance(found, dict):
            self.tell(where, "has to be an object")
            return {}
        if set(found) - set(table):
            self.tell(where, "holds a field that this format does not have")
        values = {}
        for name, kind in table.items():
            if name not in found:
                self.tell(f"{where}, {name}", "is missing")
                continue
            try:
                values[name] = kind(found[name])
            except NotRight as wrong:
                self.tell(f"{where}, {name}", str(wrong))
        if {"starts", "ends"} <= set(values) and values["ends"] and values["ends"] < values["starts"]:
            self.tell(f"{where}, ends", "lies before the first day")
        return values

    def objects(self, found: Any, table: Mapping[str, Kind], where: str) -> list[dict[str, Any]]:
        """A list of such objects, in bounds."""
        if not isinstance(found, list) or len(found) > MOST[where]:
            self.tell(where, f"has to be a list of {MOST[where]} at most")
            return []
        return [self.object(one, table, f"{where} {place}") for place, one in enumerate(found, start=1)]

    def check_records(self, records: list[dict[str, Any]]) -> None:
        """The census's rules, and that no two records hold on one day."""
        for place, one in enumerate(records, start=1):
            if set(one) == set(SEN) and check_sen(one["code"], one["needs"], types_awaited=one["types_awaited"]):
                self.tell(f"sen {place}, needs", "do not fit the code under the census rules")
        dated = [one for one in records if {"starts", "ends"} <= set(one)]
        dated.sort(key=lambda one: one["starts"])
        for earlier, later in pairwise(dated):
            if earlier["ends"] is None or earlier["ends"] >= later["starts"]:
                self.tell("sen", "holds two records for one day")


def read(tree: object) -> Read:
    """The learner in what stands in a file. Raises Bad with everything that is wrong.

    >>> try:
    ...     read({"format": "something else"})
    ... except Bad as bad:
    ...     bad.problems
    [Problem(where='format', what='this is no transfer file of a learner')]
    """
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise Bad([Problem("format", "this is no transfer file of a learner")])
    if str(tree.get("version")) != str(VERSION):
        raise Bad([Problem("version", f"this program reads version {VERSION}: update it, or ask for that version")])
    reading = _Reading()
    surplus = set(tree) - set(TABLES) - {"format", "version"} | (set(tree) & {"staff"})
    if surplus:
        reading.tell("file", "holds a part that this format does not have")
    passport = tree.get("passport", ...)
    found = Read(
        sender=reading.object(tree.get("from"), SENDER, "from"),
        learner=reading.object(tree.get("learner"), LEARNER, "learner"),
        sen=reading.objects(tree.get("sen"), SEN, "sen"),
        passport=None if passport is None else reading.object(passport, PASSPORT, "passport"),
        contacts=reading.objects(tree.get("contacts"), CONTACT, "contacts"),
        provision=reading.objects(tree.get("provision"), PROVISION, "provision"),
    )
    reading.check_records(found.sen)
    if reading.problems:
        raise Bad(reading.problems)
    return found
