"""A timetable as calendars read it (RFC 5545): times, places and titles, and nobody's name. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

LONDON = ZoneInfo("Europe/London")
REFRESH = timedelta(hours=4)  # how often calendars are asked to look again


@dataclass(frozen=True)
class Entry:
    """One session. `key` stays the same as long as the session does, whatever happens to it."""

    key: str
    day: date
    at: time | None
    minutes: int
    title: str
    place: str = ""
    cancelled: bool = False


def starts(entry: Entry) -> datetime | date:
    """When it begins, in UTC, by the clock on the wall of the school; the day alone where no time is known.

    >>> before, after = (Entry("a", date(2026, 10, day), time(9, 15), 20, "Reading") for day in (23, 26))
    >>> starts(before).isoformat(), starts(after).isoformat()
    ('2026-10-23T08:15:00+00:00', '2026-10-26T09:15:00+00:00')
    """
    if entry.at is None:
        return entry.day
    return datetime.combine(entry.day, entry.at, LONDON).astimezone(UTC)


def event_of(entry: Entry, now: datetime) -> Event:
    """The session as one event."""
    event = Event()
    event.add("uid", f"{entry.key}@provision-map")
    event.add("dtstamp", now.astimezone(UTC))
    begins = starts(entry)
    event.add("dtstart", begins)
    if isinstance(begins, datetime):
        event.add("dtend", begins + timedelta(minutes=entry.minutes))
    event.add("summary", f"Cancelled: {entry.title}" if entry.cancelled else entry.title)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if entry.place:
        event.add("location", entry.place)
    return event


def calendar_of(entries: Iterable[Entry], now: datetime) -> bytes:
    """The whole file.

    >>> entry = Entry("slot-7-20261026", date(2026, 10, 26), time(9, 15), 20, "Reading", "Hall")
    >>> written = calendar_of([entry], datetime(2026, 10, 20, tzinfo=UTC)).decode()
    >>> [line for line in written.splitlines() if line.startswith(("DTSTART", "DTEND", "UID", "LOCATION"))]
    ['DTSTART:20261026T091500Z', 'DTEND:20261026T093500Z', 'UID:slot-7-20261026@provision-map', 'LOCATION:Hall']
    """
    made = Calendar()
    made.add("prodid", "-//Provision Map//Timetable//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-wr-calname", "Provision Map")
    made.add("x-wr-timezone", "Europe/London")
    for entry in entries:
        made.add_component(event_of(entry, now))
    return bytes(made.to_ical())
