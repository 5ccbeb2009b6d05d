"""The cards of the Today page: a session, who is on it, and what was said about it so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from interventions.actions.logging import Target
from interventions.ledger import REASONS
from interventions.models import PRESENT, Attendance, Entry, Session
from interventions.occurrences import CLOSED, DELIVERED, MISSED, NOBODY, STAFF_ABSENT, TRIP, Occurrence, Placed
from interventions.said import Heard, Said

WORDS = {CLOSED: "School closed", STAFF_ABSENT: "Staff absent", TRIP: "Trip or event",
         NOBODY: "No learner had a place"}  # fmt: skip
ENGAGEMENT = Attendance.ENGAGEMENT


@dataclass(frozen=True)
class Line:
    """One learner on a card."""

    who: Placed
    heard: Heard

    @property
    def here(self) -> bool:
        """Whether the box of being there is ticked."""
        return self.heard.outcome == PRESENT

    @property
    def told(self) -> bool:
        """Whether more was said of the learner than there or not."""
        return bool(self.heard.note or self.heard.engagement or self.heard.minutes is not None)


@dataclass(frozen=True)
class Card:
    """A session as its card shows it. `client` is the id that the next entry from this card will have."""

    key: str
    name: str
    tier: int
    day: date
    at: time | None
    ends_at: time | None
    minutes: int
    place: str
    people: str
    lines: tuple[Line, ...]
    state: str
    after: UUID | None = None
    session: int = 0
    said: Said | None = None
    by: str = ""
    logged_at: Any = None
    confidential: bool = False
    new: bool = False
    instead_of: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] | None = None  # what somebody else said meanwhile
    client: UUID = field(default_factory=uuid4)

    @property
    def pk(self) -> str:
        """What tells the card from the others on its page."""
        return self.key.partition("~")[0].replace(".", "-")

    @property
    def logged(self) -> bool:
        """Whether somebody said how it went."""
        return self.state in (DELIVERED, MISSED)

    @property
    def actual(self) -> int | str:
        """The minutes it took as typed; "" where nothing was."""
        return self.said.actual if self.said and self.said.actual is not None else ""

    @property
    def note(self) -> str:
        """The note about the group, as typed."""
        return self.said.note if self.said else ""

    @property
    def reason(self) -> str:
        """Why it was not delivered, as chosen; "" where it was."""
        return self.said.reason if self.said else ""

    @property
    def present(self) -> int:
        """How many were there, or are ticked."""
        return sum(line.here for line in self.lines)

    @property
    def words(self) -> str:
        """What it came to, in words; "" while nothing is known."""
        if self.logged and self.said:
            return words_of(self.said)
        return WORDS.get(self.state, "")

    @property
    def button(self) -> str:
        """What the button says before anybody touches the card."""
        if len(self.lines) == 1:
            return "Present, as planned" if self.present else "Log: absent"
        return (
            "All present, as planned"
            if self.present == len(self.lines)
            else (f"Log: {self.present} of {len(self.lines)} present")
        )


def words_of(said: Said) -> str:
    """What an entry says, in a line that names nobody."""
    if said.state == MISSED:
        return f"Not delivered: {REASONS[said.reason].lower()}"
    if said.state != DELIVERED:
        return "Taken back: nothing is said about this session now"
    there = sum(heard.outcome == PRESENT for heard in said.learners.values())
    took = f", {said.actual} minutes" if said.actual is not None else ""
    return f"Delivered, {there} of {len(said.learners)} present{took}"


def heard_of(content: Mapping[str, Any]) -> dict[int, Heard]:
    """The learners of an entry as it is kept, by placement."""
    return {int(pk): Heard(**heard) for pk, heard in content.get("learners", {}).items()}


def said_in(entry: Entry) -> Said:
    """An entry as it was sent."""
    content = entry.said
    return Said(
        client=entry.client, made_at=entry.made_at, state=content.get("state", DELIVERED),
        reason=content.get("reason", ""), actual=content.get("actual"), note=content.get("note", ""),
        learners=heard_of(content),
    )  # fmt: skip


def entries_of(sessions: Iterable[Session]) -> dict[int, Entry]:
    """The entry that stands for each session. One query."""
    standing = {one.standing: one.pk for one in sessions if one.standing}
    rows = Entry.objects.filter(client__in=standing).select_related("by")
    return {standing[row.client]: row for row in rows}


def card_of(one: Occurrence, entry: Entry | None, *, initials: bool = False) -> Card:
    """The card of a session; with `initials`, as a device may keep it: the titles, times and letters only."""
    said = said_in(entry) if entry and one.said else None
    heard = dict(said.learners) if said else {}
    lines = []
    for who in one.learners:
        usual = Heard("trip") if who.on_trip else Heard()
        shown = Placed(who.placement, who.learner, who.initials, who.initials) if initials else who
        lines.append(Line(shown, heard.get(who.placement, usual) if not initials else usual))
    return Card(
        key=one.target.key, name="Session" if initials and one.confidential else one.name, tier=one.tier, day=one.day,
        at=one.at, ends_at=one.ends_at, minutes=one.minutes, place=one.place,
        people=", ".join(adult.name for adult in one.people), lines=tuple(lines), state=one.state,
        after=one.session.standing if one.session else None, session=one.session.pk if one.session else 0,
        said=None if initials else said, by=entry.by.name if entry and entry.by and one.said else "",
        logged_at=entry.made_at if entry and one.said else None, confidential=one.confidential,
        instead_of=bool(one.session and one.session.instead_of_id),
    )  # fmt: skip


def cards_of(found: Sequence[Occurrence], *, initials: bool = False) -> list[Card]:
    """The cards of some sessions. One query."""
    entries = entries_of([one.session for one in found if one.session])
    return [card_of(one, entries.get(one.session.pk) if one.session else None, initials=initials) for one in found]


def new_card(provision: Any, day: date, learners: Sequence[Placed], minutes: int) -> Card:
    """The card of a session that no timetable plans."""
    return Card(
        key=Target("new", provision.pk, day).key, name=provision.name, tier=provision.tier, day=day, at=None,
        ends_at=None, minutes=minutes, place=provision.place, people="",
        lines=tuple(Line(who, Heard()) for who in learners), state="", confidential=provision.confidential, new=True,
    )  # fmt: skip
