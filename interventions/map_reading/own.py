"""Reading our own sheet "Placements" back, without loss and without guessing. Pure.

Source: interventions.sheet, the contract between export and import; docs/exports.md.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from interventions.areas import AREAS
from interventions.dose import MOST_MINUTES, MOST_SESSIONS, Dose
from interventions.map_reading.columns import tier_of
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.people import MOST_NAME, Named
from interventions.sheet import CONFIDENTIAL, EXAMPLE, guarded, read_people, unguarded, writable
from interventions.subjects import SUBJECTS
from learners import cells, census, upn
from learners.dates import read_date
from learners.reading.sheet import Cell, Sheet, tidy
from learners.reading.values import ERRORS
from learners.rows import Problem

LONGEST = {
    "provision": 120, "responsible": 120, "place": 80, "outcome": 300, "baseline": 60, "target": 60, "note": 1000,
    "surname": 80, "forename": 80, "class": 40, "group": 40, "library": 120,
}  # fmt: skip
HIDDEN = {words.casefold(): pair for pair, words in CONFIDENTIAL.items()}
YEARS_AHEAD = 20
T = TypeVar("T")


class Bad(ValueError):
    """A cell that cannot be taken; the text says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def read_own(sheet: Sheet, mapping: Mapping[int, str], *, labels: Mapping[int, str], today: date) -> Reading:
    """Every row of "Placements"; a row with a bad cell is told and left out, and stops the import."""
    reading = Reading("own", columns=frozenset(mapping.values()))
    places = {name: place for place, name in mapping.items()}
    for number, row in sheet.rows:
        cells_ = {name: row[place] if place < len(row) else None for name, place in places.items()}
        if str(cells_.get("upn") or "").strip().upper() == EXAMPLE:
            continue
        line = _Line(cells_, labels, today)
        entry = line.entry(number)
        for name, value, why in line.bad:
            heading = sheet.headers[places[name]] if name in places else ""
            reading.problems.append(Problem(number, heading, "", value, str(why), why.remedy))
        if not line.bad:
            reading.entries.append(entry)
    return reading


@lru_cache(maxsize=4096)  # a provision says the same in each of its rows
def carried(text: str) -> frozenset[str]:
    """`text` as a cell of our own sheet gives it back: from a workbook, and from plain text, where it is guarded.

    >>> sorted(carried("Reads  60\\nwords")), sorted(carried("'=1"))
    (['Reads 60 words'], ["'=1", '=1'])
    """
    cells_ = [tidy(written) for written in (writable(text), guarded(writable(text)))]
    read = frozenset(unguarded(cells.as_text(cell)) if cell else "" for cell in cells_)
    return read | {""} if ERRORS.fullmatch(text.strip()) else read  # "#REF!" in a workbook is nothing


class _Line:
    """One row, cell by cell."""

    def __init__(self, row: Mapping[str, Cell], labels: Mapping[int, str], today: date) -> None:
        self.row, self.labels, self.today = row, labels, today
        self.bad: list[tuple[str, str, Bad]] = []

    def entry(self, number: int) -> Entry:
        """The row as an entry; what was bad stands in `bad`."""
        confidential, hidden = self._take("confidential", _hidden) or (False, False)
        own = self._dose("provision_sessions", "provision_minutes")
        who = self._who()
        note = self._text("note")
        entry = Entry(
            number, "", self._text("provision"), self._take("tier", self._tier), self._take("area", _area) or "",
            self._take("subject", _subject) or "", self._dose("sessions", "minutes") if who else own,
            starts=self._day("starts"), ends=self._day("ends"),
            people=self._take("deliverers", _people) or (), responsible=self._text("responsible"),
            place=self._text("place"), group=self._text("group"), library=self._text("library"),
            outcome=self._text("outcome"), baseline=self._text("baseline"), target=self._text("target"),
            review_on=self._day("review_on"), notes=(note,) if note else (),
            confidential=confidential, hidden=hidden, learners=(who,) if who else (), number=self._text("number"),
            provision_dose=own, provision_starts=self._day("provision_starts"),
            provision_ends=self._day("provision_ends"),
        )  # fmt: skip
        if not entry.name:
            self._tell("provision", "", Bad("This row names no provision.", "Name it, or take the row out."))
        if entry.tier is None and not any(name == "tier" for name, _, _ in self.bad):
            self._tell("tier", "", Bad("The tier is missing.", "Write its name, or a number from 1 to 4."))
        if entry.starts and entry.ends and entry.ends < entry.starts:
            self._tell(
                "ends", f"{entry.ends:%d/%m/%Y}", Bad("The last day is before the first day.", "Mend one of them.")
            )
        return entry

    def _who(self) -> Named | None:
        number, surname, forename = self._text("upn"), self._text("surname"), self._text("forename")
        if not (number or surname or forename):
            return None
        needs = tuple(part for part in re.split(r"[,; ]+", self._text("needs")) if part)
        unknown = [code for code in needs if code not in dict(census.NEED_CHOICES)]
        if unknown:
            why = Bad("This is no type of need of the census.", "Write codes such as SLCN.")
            self._tell("needs", ", ".join(unknown), why)
        return Named(
            upn=upn.normalise(number),
            surname=surname,
            forename=forename,
            year=self._take("year", census.parse_year) or "",
            group=self._text("class"),
            sen=self._take("sen", cells.read_sen_code) or "",
            needs=needs,
        )

    def _text(self, name: str) -> str:
        cell = self.row.get(name)
        text = unguarded(cells.as_text(cell)) if cell is not None else ""
        most = LONGEST.get(name, 300)
        if len(text) > most:
            self._tell(name, text[:40], Bad(f"This is longer than {most} characters.", "Shorten it."))
        return text[:most]

    def _take(self, name: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of a cell's text; None for an empty cell, or a bad one, which is told."""
        cell = self.row.get(name)
        if cell is None:
            return None
        text = unguarded(cells.as_text(cell))
        try:
            return read(text)
        except Bad as bad:
            self._tell(name, text, bad)
        except cells.Unreadable as unread:
            self._tell(name, text, Bad(unread.message, unread.remedy))
        except ValueError as wrong:
            self._tell(name, text, Bad("This cannot be read.", str(wrong)))
        return None

    def _day(self, name: str) -> date | None:
        cell = self.row.get(name)
        if cell is None:
            return None
        try:
            return read_date(cell, month_first=False, latest_year=self.today.year + YEARS_AHEAD)
        except ValueError:
            self._tell(name, cells.as_text(cell), Bad("This is not a date.", "Write it as 31/12/2026 or 2026-12-31."))
            return None

    def _dose(self, sessions: str, minutes: str) -> Dose:
        return Dose(self._number(sessions, MOST_SESSIONS), self._number(minutes, MOST_MINUTES))

    def _number(self, name: str, most: int) -> int | None:
        def read(text: str) -> int:
            number = Decimal(text) if re.fullmatch(r"\d{1,6}(?:\.0+)?", text) else Decimal(0)
            if not 1 <= number <= most:
                raise Bad(
                    "This number does not fit here.", f"Write a whole number from 1 to {most}, or leave it empty."
                )
            return int(number)

        return self._take(name, read)

    def _tell(self, name: str, value: str, why: Bad) -> None:
        self.bad.append((name, value, why))

    def _tier(self, text: str) -> int:
        found = re.fullmatch(r"tier ([1-4])", text.casefold())
        tier = int(found[1]) if found else tier_of(text, self.labels)
        if tier is None:
            raise Bad(
                "This names no tier.", f"Write one of {', '.join(self.labels.values())}, or a number from 1 to 4."
            )
        return tier


def _people(text: str) -> tuple[tuple[str, str], ...]:
    people = read_people(text)
    if any(len(name) > MOST_NAME for name, _ in people):
        raise Bad(f"A name is longer than {MOST_NAME} characters.", "Shorten it.")
    return people


def _area(text: str) -> str:
    for code, name in AREAS.items():
        if text.casefold() in (name.casefold(), code):
            return code
    raise Bad("This is no area of need.", f"Write one of: {'; '.join(AREAS.values())}.")


def _subject(text: str) -> str:
    for code, name in SUBJECTS.items():
        if text.casefold() in (name.casefold(), code):
            return code
    raise Bad("This is no subject of the list.", f"Write one of: {'; '.join(SUBJECTS.values())}; or leave it empty.")


def _hidden(text: str) -> tuple[bool, bool]:
    if text.casefold() in HIDDEN:
        return HIDDEN[text.casefold()]
    if text.casefold() in ("yes", "y", "no", "n"):
        return (text.casefold().startswith("y"), False)
    raise Bad("This is not read.", "Write Provision, Placement, or leave it empty.")
