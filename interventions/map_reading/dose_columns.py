"""A dose that stands in several columns: what each cell says counts, not what its heading promises. Pure.

Schools write "3 x 20 mins" under "Frequency" and "30 mins" or "6 weeks" under "Duration". A bare number means what its
column counts. Source: docs/imports.md, "Doses in words".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from interventions.dose import Dose
from interventions.map_reading.columns import weekly_in
from interventions.map_reading.dose_patterns import ALWAYS, NOTHING
from interventions.map_reading.dose_words import NOT_SAID, DoseReading, read_dose_words
from interventions.map_reading.words import folded

COLUMNS = ("dose", "minutes", "sessions", "weeks")
UNITS = {"minutes": " mins", "sessions": " x a week", "weeks": " weeks"}
BARE = re.compile(r"\d+(?: ?(?:[-–]|to) ?\d+)?")
IN_MINUTES = re.compile(r"\d\W?(?:m|min|mins|minutes?|h|hrs?|hours?)(?![a-z])|hour", re.IGNORECASE)
IN_WEEKS = re.compile(r"\d\W?(?:weeks?|wks?)(?![a-z])", re.IGNORECASE)
NO_UNIT = ""


@dataclass
class Dosed:
    """The dose of a row, its words as written, and what a column of weeks says that is no number of weeks."""

    reading: DoseReading
    words: str = ""
    other_weeks: str = ""
    in_name: bool = False  # no column words a dose: it stands in the provision's own name


@dataclass
class _Sum:
    """What the cells say together."""

    said: dict[str, list[int]] = field(default_factory=lambda: {"sessions": [], "minutes": [], "weeks": []})
    words: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    assumed: bool = False
    group: tuple[int, int] | None = None
    ratio: str = ""
    held: frozenset[str] = frozenset()

    def add(self, found: DoseReading, words: str) -> None:
        for name, value in (
            ("sessions", found.dose.sessions), ("minutes", found.dose.minutes), ("weeks", found.weeks),
        ):  # fmt: skip
            if value is not None and value not in self.said[name]:
                self.said[name].append(value)
        self.unread += [one for one in found.unread if one not in NOT_SAID.values() and one not in self.unread]
        self.assumed |= found.assumed_week
        self.words.append(words)
        self.held |= found.held
        self.group, self.ratio = found.group or self.group, found.ratio or self.ratio

    def one(self, name: str) -> int | None:
        """The value that the columns agree on."""
        values = self.said[name]
        if len(values) > 1:
            shown = " and ".join(map(str, values))
            self.unread.append(f"{shown} {name}: two columns do not agree, so neither is chosen.")
        return values[0] if len(values) == 1 else None


def unit_of(name: str, cells: Iterable[str]) -> str:
    """What a bare number in column `name` counts, as its other cells say; "" where they say both.

    >>> unit_of("weeks", ["6", "8 weeks"]), unit_of("weeks", ["20", "30 mins"]), unit_of("weeks", ["8 weeks", "1 hr"])
    (' weeks', ' mins', '')
    """
    cells = list(cells)
    minutes, weeks = (any(pattern.search(cell) for cell in cells) for pattern in (IN_MINUTES, IN_WEEKS))
    if name == "sessions" or not (minutes or weeks):
        return UNITS[name]
    if minutes and weeks:
        return NO_UNIT
    return UNITS["minutes" if minutes else "weeks"]


def dose_in(texts: Mapping[str, str], headings: Mapping[str, str], units: Mapping[str, str]) -> Dosed:
    """What the dose columns of one row say; `units` are those of bare numbers, by column.

    >>> dosed = dose_in({"sessions": "3 x 20 mins", "weeks": "6 weeks"}, {}, {})
    >>> dosed.reading.dose, dosed.reading.weeks, dosed.words
    (Dose(sessions=3, minutes=20), 6, '3 x 20 mins')
    """
    total, dosed = _Sum(), Dosed(DoseReading(""))
    for name in COLUMNS:
        text = texts.get(name, "").strip()
        if not text:
            continue
        weekly = weekly_in(headings.get(name, ""))
        words = text
        if name != "dose" and BARE.fullmatch(text):
            unit = units.get(name, UNITS[name])
            if unit == NO_UNIT:
                total.unread.append(f"{text}: minutes or weeks is not said.")
                total.words.append(text)
                continue
            words = f"{text}{unit if weekly or name != 'sessions' else ' x'}"
        found = read_dose_words(words, weekly=weekly)
        if name != "weeks" or found.says_something:
            total.add(found, words)
        elif found.weeks:
            total.said["weeks"] += [found.weeks] if found.weeks not in total.said["weeks"] else []
        elif not NOTHING.fullmatch(folded(text)):
            dosed.other_weeks = text
    if not total.words and not total.said["weeks"] and not texts.get("weeks"):
        inside = read_dose_words(texts.get("provision", ""))
        if inside.dose.sessions and inside.dose.minutes:
            total.add(inside, texts["provision"])
            total.unread.clear()
            dosed.in_name = True
    return _settled(total, dosed)


def _settled(total: _Sum, dosed: Dosed) -> Dosed:
    """The dose that all cells agree on, with what is not said of it."""
    reading = dosed.reading
    reading.dose = Dose(total.one("sessions"), total.one("minutes"))
    reading.weeks = total.one("weeks")
    reading.group, reading.ratio = total.group, total.ratio
    if reading.says_something:
        total.unread = [one for one in total.unread if not one.startswith("No minutes")]
        if reading.dose.sessions is None and not ("times" in total.held or total.said["sessions"]):
            total.unread.append(NOT_SAID["sessions"])
        elif reading.dose.minutes is None and not ("minutes" in total.held or total.said["minutes"]):
            total.unread.append(NOT_SAID["minutes"])
    reading.unread = tuple(total.unread)
    reading.assumed_week = total.assumed and reading.dose.sessions is not None
    dosed.words = " · ".join(total.words)
    return dosed


def is_always(words: str) -> bool:
    """Whether words say that support is simply there: "every lesson", "ongoing".

    >>> is_always("Every lesson."), is_always("weekly")
    (True, False)
    """
    return bool(ALWAYS.fullmatch(folded(words).strip(" .()")))
