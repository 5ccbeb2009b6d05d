"""The cards of the Today page: a session, who is on it, and what was said about it so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from interventions.actions.logging import Target, opens_at
from interventions.ledger import REASONS
from interventions.models import PRESENT, Attendance, Entry, Session
from interventions.occurrences import CLOSED, DELIVERED, MISSED, NOBODY, STAFF_ABSENT, TRIP, Occurrence, Placed
from interventions.said import NOBODY_THERE, Heard, Said
from provisionmap.web import typed

WORDS = {CLOSED: "School closed", STAFF_ABSENT: "Staff absent", TRIP: "Trip or event",
         NOBODY: "No learner had a place"}  # fmt: skip
ENGAGEMENT = Attendance.ENGAGEMENT
STEP = 5  # minutes: a new session is said to have begun at the last of these
USUAL = 30  # minutes of a new session where its provision does not say
ABOUT_ONE = ("why", "minutes", "engaged", "note")  # what a card asks about each learner


OPTION, CHOSEN = '<option value="{}">{}</option>', '<option value="{}" selected>{}</option>'


@lru_cache(maxsize=64)  # of what was chosen, anything may have been sent
def options(choices: tuple[tuple[Any, str], ...], chosen: Any) -> SafeString:
    """The options of a select: the same few on every card, so each is made once."""
    made = (format_html(CHOSEN if code == chosen else OPTION, code, words) for code, words in choices)
    return format_html_join("", "{}", ((one,) for one in made))


@dataclass(frozen=True)
class Line:
    """One learner on a card."""

    who: Placed
    heard: Heard
    sent: Mapping[str, str] | None = None  # what was typed into a card that came back: "here", "why", "minutes" ...
    error: str = ""

    @property
    def here(self) -> bool:
        """Whether the box of being there is ticked."""
        return self.heard.outcome == PRESENT if self.sent is None else "here" in self.sent

    @property
    def why(self) -> str:
        """Why they were absent, as chosen."""
        return self.heard.outcome if self.sent is None else self.sent.get("why", "")

    @property
    def whys(self) -> SafeString:
        """The options of why they were absent."""
        return options(tuple(REASONS.items()), self.why)

    @property
    def engagements(self) -> SafeString:
        """The options of how engaged they were."""
        return options(tuple(ENGAGEMENT), self.engaged)

    @property
    def minutes(self) -> int | str:
        """The minutes they got, as typed; "" where nothing was."""
        if self.sent is not None:
            return self.sent.get("minutes", "")
        return "" if self.heard.minutes is None else self.heard.minutes

    @property
    def engaged(self) -> int:
        """How engaged they were, 1 to 5; 0 where nothing was chosen."""
        return self.heard.engagement or 0 if self.sent is None else typed.number(self.sent.get("engaged"))

    @property
    def note(self) -> str:
        """The note about them, as typed."""
        return self.heard.note if self.sent is None else self.sent.get("note", "")


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
    opens: datetime | None = None  # from when on it may be logged; None for one whose time is typed
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] | None = None  # what somebody else said meanwhile
    sent: Mapping[str, str] | None = None  # what was typed into a card that came back, by field
    rest: tuple[str, ...] = ()  # notes typed about those who are not on the card any more
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
    def early(self) -> bool:
        """Whether it has not begun: it can be called off, and that is all."""
        return self.opens is not None and timezone.now() < self.opens

    @property
    def title(self) -> str:
        """What the session is called where its card is not; that of a confidential one names nothing."""
        name = "Session" if self.confidential else self.name
        return f"{name}, {self.day:%A} {self.day.day} {self.day:%B}" + (f" {self.at:%H:%M}" if self.at else "")

    @property
    def wrong(self) -> list[str]:
        """What is said at the top of a card that came back; a missing reason is said beside the reasons."""
        return [words for name, words in self.errors.items() if name != "reason"]

    @property
    def amends(self) -> UUID | str:
        """The entry that the next one from this card amends; "" for none. What came back amends what it did before."""
        if self.theirs:
            return self.theirs["after"]
        return self.sent.get("after", "") if self.sent is not None else self.after or ""

    @property
    def begins(self) -> str:
        """When a new session began, as typed; before that now, in steps of five minutes, where it is of today."""
        now = timezone.localtime()
        usual = f"{now:%H}:{now.minute // STEP * STEP:02}" if self.day == now.date() else ""
        return self.sent.get("at", "") if self.sent is not None else usual

    @property
    def length(self) -> int | str:
        """How long a new session was to take, as typed."""
        return self.minutes if self.sent is None else self.sent.get("length", "")

    @property
    def asks(self) -> bool:
        """Whether its form is open: nobody said anything yet, or what was sent came back."""
        return not self.logged or self.sent is not None

    @property
    def actual(self) -> int | str:
        """The minutes it took as typed; "" where nothing was."""
        if self.sent is not None:
            return self.sent.get("actual", "")
        return self.said.actual if self.said and self.said.actual is not None else ""

    @property
    def note(self) -> str:
        """The note about the group, as typed."""
        if self.sent is not None:
            return self.sent.get("note", "")
        return self.said.note if self.said else ""

    @property
    def reason(self) -> str:
        """Why it was not delivered, as chosen; "" where it was."""
        if self.sent is not None:
            return self.sent.get("reason", "")
        return self.said.reason if self.said else ""

    @property
    def present(self) -> int:
        """How many were there, or are ticked."""
        return sum(line.here for line in self.lines)

    @property
    def otherwise(self) -> bool:
        """Whether minutes are typed: it was not as planned, then."""
        return self.actual != "" or any(line.minutes != "" for line in self.lines)

    @property
    def words(self) -> str:
        """What it came to, in words; "" while nothing is known."""
        if self.logged and self.said:
            return words_of(self.said)
        return WORDS.get(self.state, "")

    @property
    def button(self) -> str:
        """What the button says before anybody touches the card."""
        planned = "" if self.otherwise else ", as planned"
        if len(self.lines) == 1:
            return f"Present{planned}" if self.present else "Log: absent"
        return (
            f"All present{planned}"
            if self.present == len(self.lines)
            else (f"Log: {self.present} of {len(self.lines)} present")
        )


def card_address(one: Occurrence, *, whole: bool) -> str:
    """Where the card of a session is, up to today; among everybody's where `whole`."""
    whose = "&whose=all" if whole else ""
    target = one.target
    return (
        f"{reverse('interventions:today')}?on={one.day:%Y-%m-%d}{whose}#card-{target.kind}-{target.pk}-{one.day:%Y%m%d}"
    )


def words_of(said: Said) -> str:
    """What an entry says, in a line that names nobody."""
    if said.state == MISSED:
        return f"Not delivered: {REASONS[said.reason].lower()}"
    if said.state != DELIVERED:
        return "Taken back: nothing is said about this session now"
    if said.nobody:
        return NOBODY_THERE
    there = sum(heard.outcome == PRESENT for heard in said.learners.values())
    return delivered(there, len(said.learners), said.actual)


def delivered(there: int, of: int, actual: int | None) -> str:
    """That a session was given: to how many, and how long where not as planned.

    >>> delivered(2, 3, None), delivered(3, 3, 25)
    ('Delivered, 2 of 3 present', 'Delivered, 3 of 3 present, 25 minutes')
    """
    took = f", {actual} minutes" if actual is not None else ""
    return f"Delivered, {there} of {of} present{took}"


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
        instead_of=bool(one.session and one.session.instead_of_id), opens=opens_at(one.day, one.at),
    )  # fmt: skip


def cards_of(found: Sequence[Occurrence], *, initials: bool = False) -> list[Card]:
    """The cards of some sessions. One query."""
    entries = entries_of([one.session for one in found if one.session])
    return [card_of(one, entries.get(one.session.pk) if one.session else None, initials=initials) for one in found]


def new_card(provision: Any, day: date, learners: Sequence[Placed], *, initials: bool = False) -> Card:
    """The card of a session that no timetable plans; with `initials`, as a device may keep it."""
    name = "Session" if initials and provision.confidential else provision.name
    learners = [replace(who, name=who.initials) for who in learners] if initials else learners
    return Card(
        key=Target("new", provision.pk, day).key, name=name, tier=provision.tier, day=day, at=None,
        ends_at=None, minutes=provision.minutes or USUAL, place=provision.place, people="",
        lines=tuple(Line(who, Heard()) for who in learners), state="", confidential=provision.confidential, new=True,
    )  # fmt: skip


def came_back(card: Card, sent: Any, errors: Mapping[str, str], theirs: Mapping[str, str] | None = None) -> Card:
    """The card as it was sent: every letter that was typed, what is wrong with it, and what somebody else said."""
    here, who = set(sent.getlist("here")), {str(line.who.placement) for line in card.lines}
    lines = tuple(
        replace(line, sent=_about(sent, str(line.who.placement), here),
                error=errors.get(f"minutes-{line.who.placement}", ""))
        for line in card.lines
    )  # fmt: skip
    rest = tuple(sent[f"note-{pk}"] for pk in sent.getlist("who") if pk not in who and sent.get(f"note-{pk}"))
    return replace(card, lines=lines, sent=sent.dict(), rest=rest, errors=errors, theirs=theirs)


def _about(sent: Any, pk: str, here: Collection[str]) -> dict[str, str]:
    told = {name: sent[f"{name}-{pk}"] for name in ABOUT_ONE if f"{name}-{pk}" in sent}
    return told | ({"here": pk} if pk in here else {})
