"""From the rows of a spreadsheet to what a provision map says, in the shapes that schools use. Pure.

Three shapes and our own: a learner a row with a column for each tier; a provision a row, with or without its
learners; areas of need by tiers; and the sheet "Placements" (interventions.map_reading.own). Nothing is made up:
what is read is pointed at, what is not read is told.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date

from interventions.map_reading.columns import TIER, area_in, names_area, subject_of, tier_of, weekly_in
from interventions.map_reading.dose_columns import COLUMNS, Dosed, dose_in, is_always, unit_of
from interventions.map_reading.dose_words import DoseReading
from interventions.map_reading.entries import Entry, Reading
from interventions.map_reading.fields_read import (
    CARRIED,
    DATES,
    INSTEAD,
    LONGEST,
    LONGEST_NAME,
    READ_IN,
    YEARS_AHEAD,
    shape_of,
)
from interventions.map_reading.items import Item, cell_of, is_beside, parted
from interventions.map_reading.learner_cells import AN_OLD_CODE, NAMING, OLD_NEEDS, learner_in
from interventions.map_reading.own import read_own
from interventions.map_reading.passed_over import TICK, is_nothing, section_in, why_none
from interventions.map_reading.people import Named, describes, learners_in, staff_of
from interventions.map_reading.words import named_staff, staff_in
from interventions.sheet import unguarded
from learners import cells
from learners.dates import is_month_first, read_date
from learners.mapping import plain
from learners.reading.sheet import MOST_ROWS, Cell, Sheet, heading_of
from learners.rows import Problem


def read_map(
    sheet: Sheet,
    mapping: Mapping[int, str],
    *,
    labels: Mapping[int, str],
    today: date,
    most: int = MOST_ROWS,
    library: Collection[str] = (),
    together: Collection[str] = (),
) -> Reading:
    """What the map in `sheet` says, its columns read as `mapping` says; `labels` are the school's tiers.

    A map of more than `most` lines is read a little further and no more: it will be refused. `library` holds names in
    small letters; lines whose key (`items.Parted`) is among `together` are not parted at their commas.
    """
    shape = shape_of(mapping)
    if shape == "own":
        return read_own(sheet, mapping, labels=labels, today=today)
    reader = _Reader(sheet, mapping, shape, labels, today)
    reader.library, reader.together = library, together
    return reader.read(most)


class _Reader:
    """Reads row after row."""

    def __init__(
        self, sheet: Sheet, mapping: Mapping[int, str], shape: str, labels: Mapping[int, str], today: date
    ) -> None:
        self.sheet, self.mapping, self.shape, self.labels, self.today = sheet, mapping, shape, labels, today
        self.reading = Reading(shape)
        self.places: dict[str, int] = {}
        for place, name in mapping.items():
            self.places.setdefault(name, place)
        self.carried: dict[str, str] = {}
        self.items: dict[tuple[int, str], Item] = {}
        self.headings = {plain(heading) for heading in sheet.headers if heading}
        self.section: dict[str, str] = {}
        self.library: Collection[str] = ()
        self.together: Collection[str] = ()
        self.month_first, self.units = self._of_columns()

    def _of_columns(self) -> tuple[dict[str, bool], dict[str, str]]:
        """What a column as a whole says of each cell: the order of day and month, and what bare numbers count."""
        rows = [row for _, row in self.sheet.rows]
        dates = [name for name in DATES if name in self.places]
        doses = [name for name in COLUMNS[1:] if name in self.places]
        return (
            {name: is_month_first(row[at] for row in rows if (at := self.places[name]) < len(row)) for name in dates},
            {name: unit_of(name, (self._text(row, self.places[name]) for row in rows)) for name in doses},
        )

    def read(self, most: int) -> Reading:
        """Every row, until there are more than `most` lines."""
        if not self.sheet.rows:
            self._notice(self.sheet.header_row, "", "", "The map has headings but no rows.", "Nothing will change.")
        self._unread_columns()
        for number, row in self.sheet.rows:
            if len(self.reading.entries) > most:
                break
            if self._is_heading(row) or self._is_section(row) or self._closes(number, row):
                continue
            texts = {name: self._text(row, place) for name, place in self.places.items()}
            fresh = dict(texts)
            for name in CARRIED:
                if self.shape != "learners" and name in texts:
                    texts[name] = self.carried[name] = texts[name] or self.carried.get(name, "")
            # A dash under an area is no area, so it is taken away only now. Columns of doses know their own.
            texts = {key: "" if key not in COLUMNS and is_nothing(text) else text for key, text in texts.items()}
            if self.shape == "provisions":
                self._provision(number, row, texts, fresh)
            else:
                self._cells(number, row, texts, fresh)
        return self.reading

    def _unread_columns(self) -> None:
        """Columns that were chosen and mean nothing in this shape, told at the first cell that holds something."""
        for place, name in self.mapping.items():
            if name in READ_IN[self.shape] or name.startswith(TIER):
                continue
            cell = next(((number, text) for number, row in self.sheet.rows if (text := self._text(row, place))), None)
            if cell:
                why = "This column is not read in a map of this shape."
                self.reading.notices.append(
                    Problem(cell[0], heading_of(self.sheet, place), name, cell[1], why, "It is left out.")
                )

    def _is_heading(self, row: list[Cell]) -> bool:
        """Whether a line repeats the headings, as printed maps do on each page."""
        filled = [cell for cell in row if cell is not None]
        return len(filled) > 1 and all(plain(str(cell)) in self.headings for cell in filled)

    def _is_section(self, row: list[Cell]) -> bool:
        """A line with one cell that names a tier or an area: it holds for the lines under it."""
        found = section_in(row, self.labels) if self.shape == "provisions" else None
        if found:
            self.section[found[0]] = found[1]
        return bool(found)

    def _closes(self, number: int, row: list[Cell]) -> bool:
        why = why_none(row)
        if why:
            self._notice(number, "", next(str(cell) for cell in row if cell is not None), why, "It is left out.")
        return bool(why)

    # --- shapes

    def _cells(self, number: int, row: list[Cell], texts: dict[str, str], fresh: dict[str, str]) -> None:
        """A row of tier columns: each item of each cell is a provision, and what else the row says is said of all."""
        who: tuple[Named, ...] = ()
        if self.shape == "learners":
            one = learner_in(texts, lambda *what: self._notice(number, *what))
            if one is None:
                if any(texts.get(key) for key in texts if key.startswith(TIER)):
                    why = "This row names no learner."
                    self._problem(number, "learner", "", why, "Name them, or leave this row out.")
                return
            who = (one,)
        entries = [
            self._item(number, place, item)
            for place, name in self.mapping.items() if name.startswith(TIER)
            for item in self._items(number, self._text(row, place))
            if not self._is_mark(number, place, item)
        ]  # fmt: skip
        if not entries:
            return
        common = Entry(number, "", "")
        self._beside(common, number, row, texts, fresh, about_one=self.shape == "learners")
        dosed = self._dosed(texts)
        if dosed.other_weeks:
            self._other_weeks(common, number, dosed.other_weeks, about_one=self.shape == "learners")
        for entry in entries:
            entry.learners = who
            self._share(common, entry)
        self._dose_of_the_row(number, entries, dosed)
        self.reading.entries += entries

    def _items(self, number: int, text: str) -> list[str]:
        items, lines = cell_of(text, self.library, self.together)
        for line in lines:
            self.reading.parted.setdefault(line, []).append(number)
        return items

    def _is_mark(self, number: int, place: int, item: str) -> bool:
        """Whether an item is no provision but a dash, or a tick, which is told."""
        if TICK.fullmatch(item):
            self.reading.notices.append(
                Problem(number, heading_of(self.sheet, place), self.mapping[place], item, "A tick names no provision.",
                        "Write what the provision is.")
            )  # fmt: skip
            return True
        return is_nothing(item)

    def _item(self, number: int, place: int, text: str) -> Entry:
        """A provision with its dose and staff in one text. Maps say the same in many cells: each text is read once."""
        heading = self.sheet.headers[place]
        item = self.items.get((place, text)) or parted(text, weekly=weekly_in(heading))
        self.items[place, text] = item
        name = item.name or text
        entry = Entry(number, heading, name[:LONGEST_NAME], int(self.mapping[place][len(TIER) :]) or None)
        entry.people = item.people
        if entry.tier is None:
            entry.area = names_area(heading)
            entry.subject = subject_of(heading)
        self._keep_dose(entry, item.dose or DoseReading(text), text if item.dose else "", more=item.more)
        if len(name) > LONGEST_NAME:
            entry.notes += (text,)
        elif item.people and not item.dose:
            entry.notes += (f"As written: {text}",)
        return entry

    @staticmethod
    def _share(common: Entry, entry: Entry) -> None:
        """Put on one provision of a row what the row says of all of them."""
        for name in ("starts", "ends", "review_on", *LONGEST):
            setattr(entry, name, getattr(common, name))
        entry.area, entry.subject = common.area or entry.area, common.subject or entry.subject
        if common.people and entry.people and not any("s written: " in note for note in entry.notes):
            entry.notes += (f"As written: {entry.dose_words or entry.name}",)
        entry.people = common.people or entry.people
        entry.notes += common.notes

    def _dose_of_the_row(self, number: int, entries: list[Entry], dosed: Dosed) -> None:
        """The dose that the row's own columns give: of its one provision, else of one that nobody can tell."""
        for entry in entries:
            entry.weeks = entry.weeks or dosed.reading.weeks
        if not dosed.words:
            return
        free = [entry for entry in entries if not entry.dose_words]
        for entry in free:
            found = dosed.reading
            if len(entries) > 1:
                found = DoseReading("", unread=("It is not said which provision of the row this dose is of.",))
            weeks, entry.weeks = entry.weeks, None
            self._keep_dose(entry, found, dosed.words)
            entry.weeks = entry.weeks or weeks
        if not free:
            why = "The provisions of this row give their own doses."
            column = next(name for name in COLUMNS if name in self.places)
            self._notice(number, column, dosed.words, why, "It is left out.")

    def _provision(self, number: int, row: list[Cell], texts: dict[str, str], fresh: dict[str, str]) -> None:
        """A row that is one provision."""
        title = " ".join(texts.get("provision", "").split())
        if not title:
            if any(not is_nothing(texts.get(key, "")) for key in ("dose", "learners", "deliverers", "outcome")):
                self._problem(
                    number, "provision", "", "This row names no provision.", "Name it, or leave this row out."
                )
            return
        entry = Entry(number, self._heading("provision"), title[:LONGEST_NAME])
        if len(title) > LONGEST_NAME:
            entry.notes += (title,)
        entry.tier = self._tier(number, texts)
        one = None
        if any(texts.get(key) for key in NAMING):
            one = learner_in(texts, lambda *what: self._notice(number, *what))
        entry.learners = (one,) if one else tuple(learners_in(texts.get("learners", "")))
        dosed = self._dosed(texts)
        self._keep_dose(entry, dosed.reading, dosed.words, more=not (dosed.in_name or is_beside(dosed.words)))
        about_one = len(entry.learners) == 1 and not describes(entry.learners[0])
        if dosed.other_weeks:
            self._other_weeks(entry, number, dosed.other_weeks, about_one=about_one)
        self._beside(entry, number, row, texts, fresh, about_one=about_one)
        entry.area = entry.area or self.section.get("area", "")
        staff = staff_in(dosed.words) if not dosed.in_name else []
        if not entry.people:
            entry.people = tuple((named_staff(dosed.words, mark), mark.value) for mark in staff)
        elif {mark.value for mark in staff} - {role for _, role in entry.people}:
            self._keep_words(entry, dosed.words)
        if texts.get("learners") and not entry.learners:
            entry.notes += (f"{self._heading('learners')}: {texts['learners']}",)
        self.reading.entries.append(entry)

    # --- parts of a row

    def _beside(
        self,
        entry: Entry,
        number: int,
        row: list[Cell],
        texts: dict[str, str],
        fresh: dict[str, str],
        *,
        about_one: bool,
    ) -> None:
        """What a row says beside its provision and its dose. Words `about_one` learner are put on no provision."""
        for name in DATES:
            setattr(entry, name, self._date(entry, number, name, row, texts, about_one=about_one))
        if entry.starts and entry.ends and entry.ends < entry.starts:
            self._problem(number, "ends", texts["ends"], "The last day is before the first day.", "Mend one of them.")
            entry.ends = None
        entry.people = tuple(staff_of(texts.get("deliverers", "")))
        for name, most in LONGEST.items():
            text = texts.get(name, "")
            setattr(entry, name, text[:most])
            if len(text) > most and about_one:
                why = f"This is longer than {most} characters: the rest is left out."
                self._notice(number, name, text, why, "Shorten it in the file, or write the rest elsewhere.")
            elif len(text) > most:
                entry.notes += (f"{self._heading(name)}: {text}",)
        self._area(entry, number, texts.get("area", ""), fresh=bool(fresh.get("area")))
        entry.subject = subject_of(texts.get("subject", ""))
        if texts.get("subject") and not entry.subject:
            entry.notes += (f"{self._heading('subject')}: {texts['subject']}",)
            why = "This is no subject of the list."
            self._notice(number, "subject", texts["subject"], why, "It is kept in the note.")
        if texts.get("note") and about_one:
            why = "A note about one learner: a provision is shared by others, so it is left out."
            self._notice(number, "note", "", why, "Write it where it belongs to the learner alone.")
        elif texts.get("note"):
            entry.notes += (texts["note"],)
        for name in ("group_size",) if about_one else ("group_size", "year"):
            if texts.get(name):
                entry.notes += (f"{self._heading(name)}: {texts[name]}",)

    def _area(self, entry: Entry, number: int, text: str, *, fresh: bool) -> None:
        """The area of need of a row; told once where the cell stands, kept in the note of every row it holds for."""
        entry.area, another = area_in(text)
        if not text:
            return
        if not entry.area or another:
            entry.notes += (f"{self._heading('area')}: {text}",)
        if not fresh:
            return
        if another:
            why = "This names two areas of need, and the first is taken."
            self._notice(number, "area", text, why, "It is kept in the note: mend the cell if that is wrong.")
        elif not entry.area:
            self._notice(number, "area", text, "This names no area of need.", "It is kept in the note.")
        elif entry.area == "semh" and any(word in OLD_NEEDS for word in re.findall(r"[A-Z]+", text.upper())):
            self._notice(number, "area", text, AN_OLD_CODE.format("SEMH"), "Mend it in the file if that is wrong.")

    def _other_weeks(self, entry: Entry, number: int, text: str, *, about_one: bool) -> None:
        """What a column of weeks says that is no number of them: "Autumn"."""
        if not about_one:
            entry.notes += (f"{self._heading('weeks')}: {text}",)
        if about_one or not is_always(text):
            kept = "It is left out." if about_one else "It is kept in the note."
            self._notice(number, "weeks", text, "This is no number of weeks.", kept)

    def _dosed(self, texts: dict[str, str]) -> Dosed:
        return dose_in(texts, {name: self._heading(name) for name in COLUMNS}, self.units)

    def _keep_dose(self, entry: Entry, dose: DoseReading, words: str, *, more: bool = False) -> None:
        """The dose as read, and in the note as written where the numbers do not say it all (`more`: other words)."""
        entry.dose, entry.dose_words, entry.unread = dose.dose, words, dose.unread
        entry.weeks, entry.assumed_week = dose.weeks, dose.assumed_week
        if words and not dose.says_something and is_always(words):
            entry.dose_words = ""  # at tier 1 "every lesson" is what no numbers mean; above it the words say it
            if entry.tier != 1:
                self._keep_words(entry, words)
        elif words and (dose.unread or dose.group or dose.ratio or more):
            self._keep_words(entry, words)

    @staticmethod
    def _keep_words(entry: Entry, words: str) -> None:
        note = f"Dose as written: {words}"
        if note not in entry.notes:
            entry.notes += (note,)

    def _tier(self, number: int, texts: dict[str, str]) -> int | None:
        text = texts.get("tier", "")
        tier = tier_of(text, self.labels) if text else None
        if text and tier is None:
            self._notice(number, "tier", text, "This names no tier.", "Choose the tier below.")
        return tier or (int(self.section["tier"]) if "tier" in self.section else None)

    def _date(
        self, entry: Entry, number: int, name: str, row: list[Cell], texts: dict[str, str], *, about_one: bool
    ) -> date | None:
        if not texts.get(name):
            return None
        cell = row[self.places[name]]
        try:
            return read_date(
                cell if cell is not None else texts[name], month_first=self.month_first[name],
                latest_year=self.today.year + YEARS_AHEAD,
            )  # fmt: skip
        except ValueError:
            if not about_one:
                entry.notes += (f"{self._heading(name)}: {texts[name]}",)
            kept = "It is left out, as a note is shared by others." if about_one else "It is kept in the note."
            self._notice(number, name, texts[name], "This is not a date.", f"{kept} {INSTEAD[name]}")
            return None

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
