"""Sessions that are over and about which nobody has said anything, put together by whom and what they are for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Protocol, TypeVar

from interventions.grid import Adult

NOBODY = "Nobody named"
DAYS_SHOWN = 4


class Held(Protocol):
    """What is asked of a session: an `Occurrence` has it."""

    @property
    def day(self) -> date:
        """When it was to be."""

    @property
    def minutes(self) -> int:
        """How long."""

    @property
    def provision(self) -> int:
        """Of which provision."""

    @property
    def name(self) -> str:
        """What that is called."""

    @property
    def people(self) -> tuple[Adult, ...]:
        """Who was to take it."""


One = TypeVar("One", bound=Held)


@dataclass
class Gap:
    """Sessions without a word of one person, or of one provision. `pk` is 0 for somebody without an account."""

    name: str
    pk: int = 0
    sessions: int = 0
    minutes: int = 0
    under: str = ""  # what tells it apart from others of the name
    days: dict[date, int] = field(default_factory=dict)  # how many on each day

    def add(self, one: Held) -> None:
        """Count one more."""
        self.sessions += 1
        self.minutes += one.minutes
        self.days[one.day] = self.days.get(one.day, 0) + 1

    @property
    def code(self) -> str:
        """Of somebody without an account, for an address."""
        return code_of(self.name)

    @property
    def latest(self) -> list[date]:
        """The last days, newest first."""
        return sorted(self.days, reverse=True)[:DAYS_SHOWN]

    @property
    def earlier(self) -> int:
        """How many days more."""
        return max(0, len(self.days) - DAYS_SHOWN)


def by_person(held: Iterable[Held]) -> list[Gap]:
    """The gaps of each person, by name: they are told to be filled, not to compare people.

    A session of two people is a gap of both.

    >>> from types import SimpleNamespace as Session
    >>> both = (Adult("Jo", user=3), Adult("Ada", user=4))
    >>> days = [date(2026, 11, 16), date(2026, 11, 17)]
    >>> held = [Session(day=day, minutes=20, people=both[:n], provision=1, name="") for n, day in enumerate(days)]
    >>> [(gap.name, gap.pk, gap.sessions, gap.minutes) for gap in by_person(held)]
    [('Jo', 3, 1, 20), ('Nobody named', 0, 1, 20)]
    """
    found: dict[tuple[int, str], Gap] = {}
    for one in held:
        for user, name in {(adult.user, adult.name) for adult in one.people} or {(0, NOBODY)}:
            found.setdefault((user, "" if user else name), Gap(name, user)).add(one)
    return sorted(found.values(), key=lambda gap: (gap.name == NOBODY and not gap.pk, gap.name.casefold(), gap.pk))


def by_provision(held: Iterable[Held]) -> list[Gap]:
    """The gaps of each provision, by name.

    >>> from types import SimpleNamespace as Session
    >>> held = [Session(day=date(2026, 11, 16), minutes=20, provision=7, name="Reading", people=()) for _ in range(2)]
    >>> [(gap.name, gap.pk, gap.sessions, gap.minutes) for gap in by_provision(held)]
    [('Reading', 7, 2, 40)]
    """
    found: dict[int, Gap] = {}
    for one in held:
        found.setdefault(one.provision, Gap(one.name, one.provision)).add(one)
    return sorted(found.values(), key=lambda gap: (gap.name.casefold(), gap.pk))


def code_of(name: str) -> str:
    """A place, or somebody without an account, as it stands in an address: what a school calls it is nobody else's.

    >>> code_of("School counsellor") == code_of("school counsellor "), code_of("A") == code_of("B")
    (True, False)
    """
    return sha256(name.strip().casefold().encode()).hexdigest()[:10]


def of_person(held: Iterable[One], user: int, outside: str = "") -> list[One]:
    """The sessions that `by_person` counts for `user`; for somebody without an account, for the code of their name."""
    return [
        one
        for one in held
        if any(
            adult_user == user if user else not adult_user and code_of(name) == outside
            for adult_user, name in {(adult.user, adult.name) for adult in one.people} or {(0, NOBODY)}
        )
    ]


def days_in_words(days: Mapping[date, int]) -> str:
    """The days, oldest first, as a mail tells them.

    >>> days_in_words({date(2026, 11, 17): 2, date(2026, 11, 16): 1})
    'Monday 16 November, Tuesday 17 November (2)'
    """
    told = (f"{day:%A} {day.day} {day:%B}" + (f" ({many})" if many > 1 else "") for day, many in sorted(days.items()))
    return ", ".join(told)
