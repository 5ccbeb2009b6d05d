"""From the rows of a spreadsheet to what a provision map says, in the shapes that schools use. Pure.

Three shapes and our own: a learner a row with a column for each tier; a provision a row, with or without its
learners; areas of need by tiers; and the sheet "Placements" (interventions.map_reading.own). Nothing is made up:
what is read is pointed at, what is not read is told.
"""

import re
from collections.abc import Mapping
from datetime import date

from interventions.areas import AREAS
from interventions.dose import Dose
from interventions.map_reading.columns import TIER, area_of, tier_of, weekly_in
from interventions.map_reading.dose_words import ALWAYS, DoseReading, read_dose_words
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.own import read_own
from interventions.map_reading.people import Named, learner_of, learners_in, staff_of
from interventions.map_reading.words import folded, staff_in
from interventions.sheet import unguarded
from interventions.subjects import SUBJECTS
from learners import cells, census, upn
from learners.dates import is_month_first, read_date
from learners.mapping import plain
from learners.reading.sheet import MOST_ROWS, Cell, Sheet, heading_of
from learners.rows import Problem

CARRIED = ("area", "tier")  # cells that maps merge downwards, and leave blank when saved as text
CUTS = frozenset({"minutes", "sessions", "weeks", "period"})  # what ends a provision's name within an item
Item = tuple[str, tuple[tuple[str, str], ...], DoseReading | None]  # a provision's name, staff and dose
LONGEST_NAME = 120
LONGEST = {"responsible": 120, "place": 80, "library": 120, "outcome": 300, "baseline": 60, "target": 60}
YEARS_AHEAD = 5
AREA_LINES = frozenset(
    map(plain, [*AREAS.values(), "SEMH", "Sensory and physical", "Social, emotional and mental health"])
)
OLD_NEEDS = {"BESD": "SEMH", "EBD": "SEMH", "SEBD": "SEMH", "ASC": "ASD"}  # what the census called them before


def shape_of(mapping: Mapping[int, str]) -> str:
    """Which shape the columns make: "own", "learners", "areas" or "provisions".

    >>> shape_of({0: "learner", 1: "tier:1"}), shape_of({0: "area", 1: "tier:1"}), shape_of({0: "provision"})
    ('learners', 'areas', 'provisions')
    """
    names = set(mapping.values())
    if {"number", "provision_starts"} <= names:
        return "own"
    if not any(name.startswith(TIER) for name in names):
        return "provisions"
    return "learners" if names & {"upn", "learner", "surname", "forename"} else "areas"


def read_map(
    sheet: Sheet, mapping: Mapping[int, str], *, labels: Mapping[int, str], today: date, most: int = MOST_ROWS
) -> Reading:
    """What the map in `sheet` says, its columns read as `mapping` says; `labels` are the school's tiers.

    A map of more than `most` lines is read a little further and no more: it will be refused.
    """
    shape = shape_of(mapping)
    if shape == "own":
        return read_own(sheet, mapping, labels=labels, today=today)
    return _Reader(sheet, mapping, shape, labels, today).read(most)


def items_in(text: str) -> list[str]:
    """The provisions that one cell lists: parted by lines, semicolons or bullets, or by commas where it is a list.

    >>> items_in("Nessy 3 x 20 mins; Lego therapy"), items_in("Worry box, brain breaks, soft start, visual timetable")
    (['Nessy 3 x 20 mins', 'Lego therapy'], ['Worry box', 'brain breaks', 'soft start', 'visual timetable'])
    >>> items_in("Reading, with a TA")
    ['Reading, with a TA']
    """
    parts = re.split(r"[\n;•·▪●]+|\s\|\s|(?:^|\s)[-–*]\s+(?=[A-Z])", text)
    parts = [part.strip(" \t.,-–*") for part in parts]
    parts = [part for part in parts if part]
    if len(parts) == 1:
        pieces = [piece.strip() for piece in re.split(r",(?![^(]*\))", parts[0]) if piece.strip()]
        if len(pieces) > 2 and all(len(piece) <= 60 for piece in pieces):
            return pieces
    return parts


class _Reader:
    """Reads row after row."""

    def __init__(
        self, sheet: Sheet, mapping: Mapping[int, str], shape: str, labels: Mapping[int, str], today: date
    ) -> None:
        self.sheet, self.mapping, self.shape, self.labels, self.today = sheet, mapping, shape, labels, today
        self.reading = Reading(shape)
        self.rows = dict(sheet.rows)
        self.places: dict[str, int] = {}
        for place, name in mapping.items():
            self.places.setdefault(name, place)
        self.carried: dict[str, str] = {}
        self.items: dict[tuple[int, str], Item] = {}
        self.headings = {plain(heading) for heading in sheet.headers if heading}
        self.section: dict[str, str] = {}
        self.month_first = {
            name: is_month_first(row[at] for _, row in sheet.rows if at < len(row))
            for name, at in self.places.items()
            if name in ("starts", "ends", "review_on")
        }

    def read(self, most: int) -> Reading:
        """Every row, until there are more than `most` lines."""
        if not self.sheet.rows:
            self._notice(self.sheet.header_row, "", "", "The map has headings but no rows.", "Nothing will change.")
        for number, row in self.sheet.rows:
            if len(self.reading.entries) > most:
                break
            if self._is_heading(row) or self._is_section(row) or self._closes(number, row):
                continue
            texts = {name: self._text(row, place) for name, place in self.places.items()}
            for name in CARRIED:
                if self.shape != "learners" and name in texts:
                    texts[name] = self.carried[name] = texts[name] or self.carried.get(name, "")
            if self.shape == "provisions":
                self._provision(number, texts)
            else:
                self._cells(number, row, texts)
        return self.reading

    # --- rows that are none

    def _is_heading(self, row: list[Cell]) -> bool:
        """Whether a line repeats the headings, as printed maps do on each page."""
        filled = [plain(str(cell)) for cell in row if cell is not None]
        return len(filled) > 1 and self.headings.issuperset(filled)

    def _is_section(self, row: list[Cell]) -> bool:
        """A line with one cell that names a tier or an area: it holds for the lines under it."""
        filled = [str(cell) for cell in row if cell is not None]
        if len(filled) != 1 or self.shape != "provisions":
            return False
        text = filled[0]
        tier, area = tier_of(text, self.labels), area_of(text)
        if tier and re.search(r"wave|tier|universal|targeted|specialist|stage", text, re.IGNORECASE):
            self.section["tier"] = str(tier)
            return True
        if area and plain(text) in AREA_LINES:
            self.section["area"] = area
            return True
        return False

    def _closes(self, number: int, row: list[Cell]) -> bool:
        if not cells.closes_a_list(row):
            return False
        text = next(str(cell) for cell in row if cell is not None)
        self._notice(number, "", text, "This line closes the map and names no provision.", "It is left out.")
        return True

    # --- shapes

    def _cells(self, number: int, row: list[Cell], texts: dict[str, str]) -> None:
        """A row of tier columns: each item of each cell is a provision."""
        who: tuple[Named, ...] = ()
        if self.shape == "learners":
            one = self._learner(number, texts)
            if one is None:
                return
            who = (one,)
        for place, name in self.mapping.items():
            for item in items_in(self._text(row, place) if name.startswith(TIER) else ""):
                if re.fullmatch(r"n/?a|none|nil|-|–|x|✓|✔", item, re.IGNORECASE):
                    continue
                entry = self._item(number, place, item)
                entry.tier, entry.learners = int(name[len(TIER) :]), who
                entry.area = area_of(texts.get("area", "")) or entry.area
                entry.notes += self._beside(texts)
                self.reading.entries.append(entry)

    def _item(self, number: int, place: int, text: str) -> Entry:
        """A provision with its dose and staff in one text. Maps say the same in many cells: each text is read once."""
        name, people, dose = self.items.get((place, text)) or self._parted(place, text)
        self.items[place, text] = name, people, dose
        entry = Entry(number, self.sheet.headers[place], name[:LONGEST_NAME] or text[:LONGEST_NAME], people=people)
        self._keep_dose(entry, dose or DoseReading(text), text if dose else "")
        if len(name) > LONGEST_NAME:
            entry.notes += (text,)
        return entry

    def _parted(self, place: int, text: str) -> Item:
        """Name, staff and dose of "Nessy 3 x 20 mins TA"; no dose where the text words none."""
        dose = read_dose_words(text, weekly=weekly_in(self.sheet.headers[place]))
        cuts = [mark for mark in dose.marks if mark.kind in CUTS]
        cut = min((mark.start for mark in cuts if mark.start > 0), default=len(text))
        name = text[:cut].strip(" \t-–:,(@.")
        people: tuple[tuple[str, str], ...] = ()
        if cuts and cut < len(text):
            if not re.search(r"[a-z]{3}", folded(name)):
                name = text
            people = tuple((text[mark.start : mark.end], mark.value) for mark in staff_in(text) if mark.start >= cut)
            name = re.sub(r"\s+(?:for|x|with|-)$", "", name).strip(" -–:,(")
        return name, people, dose if dose.says_something or cut < len(text) else None

    def _provision(self, number: int, texts: dict[str, str]) -> None:
        """A row that is one provision."""
        title = " ".join(texts.get("provision", "").split())
        if not title:
            if any(texts.get(key) for key in ("dose", "learners", "deliverers", "outcome")):
                self._problem(
                    number, "provision", "", "This row names no provision.", "Name it, or leave this row out."
                )
            return
        entry = Entry(number, self._heading("provision"), title[:LONGEST_NAME])
        if len(title) > LONGEST_NAME:
            entry.notes += (title,)
        entry.tier = self._tier(number, texts)
        entry.area = area_of(texts.get("area", "")) or self.section.get("area", "")
        entry.subject = next(
            (key for key, label in SUBJECTS.items() if plain(label) == plain(texts.get("subject", ""))), ""
        )
        self._dose_of(entry, texts)
        entry.starts, entry.ends = self._date(number, "starts", texts, entry), self._date(number, "ends", texts, entry)
        entry.review_on = self._date(number, "review_on", texts, entry)
        if entry.starts and entry.ends and entry.ends < entry.starts:
            self._problem(number, "ends", texts["ends"], "The last day is before the first day.", "Mend one of them.")
            entry.ends = None
        entry.people = tuple(staff_of(texts.get("deliverers", "")))
        if not entry.people and "dose" in texts:
            words = texts["dose"]
            entry.people = tuple((words[mark.start : mark.end], mark.value) for mark in staff_in(words))
        for name, most in LONGEST.items():
            text = texts.get(name, "")
            setattr(entry, name, text[:most])
            if len(text) > most:
                entry.notes += (f"{self._heading(name)}: {text}",)
        one = (
            self._learner(number, texts)
            if any(texts.get(key) for key in ("upn", "learner", "surname", "forename"))
            else None
        )
        entry.learners = (one,) if one else tuple(learners_in(texts.get("learners", "")))
        if texts.get("learners") and not entry.learners:
            entry.notes += (f"{self._heading('learners')}: {texts['learners']}",)
        entry.notes += self._beside(texts)
        self.reading.entries.append(entry)

    # --- parts of a row

    def _dose_of(self, entry: Entry, texts: dict[str, str]) -> None:
        words = texts.get("dose", "")
        dose = read_dose_words(words, weekly=weekly_in(self._heading("dose"))) if words else DoseReading("")
        told = [words] if words else []
        sessions, minutes = dose.dose.sessions, dose.dose.minutes
        unread = list(dose.unread)
        for key, unit in (("minutes", " mins"), ("sessions", " x a week")):
            text = texts.get(key, "")
            if not text:
                continue
            told.append(text)
            own = read_dose_words(f"{text}{unit}" if re.fullmatch(r"[\d ]+(?:(?:[-–]|to) ?\d+)?", text) else text)
            value = getattr(own.dose, key)
            other = sessions if key == "sessions" else minutes
            if value is None:
                unread += [one for one in own.unread if "not said" not in one] or [f"{text}: not read."]
            elif other is not None and other != value:
                unread.append(f"{other} and {value} {key}: two columns do not agree, so neither is chosen.")
                value = None
            if key == "sessions":
                sessions = value if value or other is None else None
            else:
                minutes = value if value or other is None else None
        if sessions and minutes:
            unread = [one for one in unread if "not said" not in one]
        if not told:
            inside = read_dose_words(texts.get("provision", ""))
            if inside.dose.sessions and inside.dose.minutes:
                dose, told, sessions, minutes, unread = inside, [texts["provision"]], *_parts(inside.dose), []
        dose.dose, dose.unread = Dose(sessions, minutes), tuple(unread)
        self._keep_dose(entry, dose, " · ".join(told))
        weeks = texts.get("weeks", "")
        if weeks:
            number = re.fullmatch(r"(\d+)", weeks.strip())
            read = int(number[1]) if number else read_dose_words(weeks).weeks
            entry.weeks = read or entry.weeks
            if not read:
                entry.notes += (f"{self._heading('weeks')}: {weeks}",)

    def _keep_dose(self, entry: Entry, dose: DoseReading, words: str) -> None:
        entry.dose, entry.dose_words, entry.unread = dose.dose, words, dose.unread
        entry.weeks, entry.assumed_week = dose.weeks, dose.assumed_week
        if words and not dose.says_something and ALWAYS.fullmatch(folded(words).strip(" .()")):
            entry.dose_words = ""  # "every lesson" is what no numbers mean
        if dose.unread and words:
            entry.notes += (f"Dose as written: {words}",)

    def _tier(self, number: int, texts: dict[str, str]) -> int | None:
        text = texts.get("tier", "")
        tier = tier_of(text, self.labels) if text else None
        if text and tier is None:
            self._notice(number, "tier", text, "This names no tier.", "Choose the tier below.")
        return tier or (int(self.section["tier"]) if "tier" in self.section else None)

    def _learner(self, number: int, texts: dict[str, str]) -> Named | None:
        """The learner of a row, or None where it names nobody."""
        name = learner_of(texts.get("learner", "")) if texts.get("learner") else Named()
        number_text = upn.normalise(texts.get("upn", "")) or name.upn
        surname, forename = texts.get("surname") or name.surname, texts.get("forename") or name.forename
        words = "" if surname and forename else name.words or surname or forename
        if not (number_text or words or surname):
            if any(texts.get(key) for key in texts if key.startswith(TIER)):
                self._problem(number, "learner", "", "This row names no learner.", "Name them, or leave this row out.")
            return None
        return Named(
            upn=number_text, surname=surname if not words else "", forename=forename if not words else "", words=words,
            year=self._year(texts.get("year", "")), group=texts.get("class", "")[:40],
            sen=self._sen(number, texts), needs=self._needs(number, texts),
        )  # fmt: skip

    def _year(self, text: str) -> str:
        try:
            return census.parse_year(text) if text else ""
        except ValueError:
            return ""

    def _sen(self, number: int, texts: dict[str, str]) -> str:
        text = texts.get("sen", "")
        if not text:
            return ""
        try:
            return cells.read_sen_code(text)
        except cells.Unreadable as unread:
            self._notice(number, "sen", text, unread.message, "The learner's SEN provision stays as it is.")
            return ""

    def _needs(self, number: int, texts: dict[str, str]) -> tuple[str, ...]:
        text = texts.get("needs", "")
        found: list[str] = []
        for part in (part.strip() for part in re.split(r"[;,/\n+&]", text)):
            old = OLD_NEEDS.get(part.upper())
            if old:
                self._notice(number, "needs", part, f"An old code, read as {old}.", "Mend it here if that is wrong.")
                found.append(old)
            elif part:
                try:
                    found += cells.read_needs(part)
                except cells.Unreadable as unread:
                    self._notice(number, "needs", part, unread.message, "The learner's needs stay as they are.")
        return tuple(dict.fromkeys(found))[:4]

    def _date(self, number: int, name: str, texts: dict[str, str], entry: Entry) -> date | None:
        place = self.places.get(name)
        if place is None or not texts.get(name):
            return None
        cell = self.rows[number][place]
        try:
            return read_date(
                cell if cell is not None else texts[name], month_first=self.month_first[name],
                latest_year=self.today.year + YEARS_AHEAD,
            )  # fmt: skip
        except ValueError:
            entry.notes += (f"{self._heading(name)}: {texts[name]}",)
            self._notice(number, name, texts[name], "This is not a date.", "It is kept in the note.")
            return None

    def _beside(self, texts: dict[str, str]) -> tuple[str, ...]:
        kept = []
        if texts.get("note"):
            kept.append(texts["note"])
        for name in ("group_size", "year") if self.shape != "learners" else ():
            if texts.get(name):
                kept.append(f"{self._heading(name)}: {texts[name]}")
        return tuple(kept)

    def _text(self, row: list[Cell], place: int) -> str:
        cell = row[place] if place < len(row) else None
        if isinstance(cell, str):  # its lines are kept: they part one provision from the next
            return unguarded(cell.strip())
        return cells.as_text(cell) if cell is not None else ""

    def _heading(self, name: str) -> str:
        place = self.places.get(name)
        return heading_of(self.sheet, place)

    def _notice(self, row: int, name: str, value: str, message: str, remedy: str) -> None:
        self.reading.notices.append(Problem(row, self._heading(name), name, value, message, remedy))

    def _problem(self, row: int, name: str, value: str, message: str, remedy: str) -> None:
        self.reading.problems.append(Problem(row, self._heading(name), "", value, message, remedy))


def _parts(dose: Dose) -> tuple[int | None, int | None]:
    return dose.sessions, dose.minutes
