"""What the check page of a map's import says about a draft, in words a person reads. No database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from interventions.actions.importing import Draft
from interventions.areas import AREAS
from interventions.forms.importing import mark_of
from interventions.map_reading.entries import Entry
from interventions.map_reading.people import describes, may_be_added
from interventions.map_reading.plan import Change, Doubt, Left, Place, Planned
from interventions.map_reading.planning import GUESS
from interventions.models import Deliverer
from interventions.sheet import HEADING_OF
from learners.census import YEARS
from learners.rows import Problem

MOST_ROWS_NAMED = 5
PART_OF_A_DAY = re.compile(r"0\.\d{5,}", re.ASCII)  # with fewer places it is as likely a number
MINUTES_A_DAY = 24 * 60
NEARLY = Decimal("0.000001")
MOST_NOTICES = 200
ROLES = dict(Deliverer.ROLES)
Said = Mapping[tuple[str, str], str]  # by kind and key: what was wrong, or what was typed
NOTHING: Said = {}


def days_words(starts: date, ends: date | None) -> str:
    """From when to when.

    >>> days_words(date(2026, 9, 7), None), days_words(date(2026, 9, 7), date(2026, 12, 18))
    ('from 7 Sep 2026', '7 Sep 2026 to 18 Dec 2026')
    """
    first = f"{starts.day} {starts:%b %Y}"
    return f"{first} to {ends.day} {ends:%b %Y}" if ends else f"from {first}"


def rows_words(rows: Sequence[int]) -> str:
    """Which rows of the file, the first few by number.

    >>> rows_words((4,)), rows_words((4, 5, 6, 7, 8, 9, 10))
    ('row 4', 'rows 4, 5, 6, 7, 8 and 2 more')
    """
    named = ", ".join(f"{row:,}" for row in rows[:MOST_ROWS_NAMED])
    more = f" and {len(rows) - MOST_ROWS_NAMED} more" if len(rows) > MOST_ROWS_NAMED else ""
    return f"row{'' if len(rows) == 1 else 's'} {named}{more}"


def read_aloud(text: str) -> str:
    """What stands in a cell as a person saw it there: workbooks keep a time as a part of a day.

    >>> read_aloud("0.01388888888888889"), read_aloud("0.5"), read_aloud("0.12345")
    ('0:20', '0.5', '0.12345')
    """
    if not PART_OF_A_DAY.fullmatch(text):
        return text
    minutes = Decimal(text) * MINUTES_A_DAY
    whole = int(minutes.to_integral_value())
    return f"{whole // 60}:{whole % 60:02}" if abs(minutes - whole) < NEARLY else text


class Words:
    """The parts of one draft as the template shows them."""

    def __init__(self, draft: Draft, tiers: Mapping[int, str], errors: Said = NOTHING, typed: Said = NOTHING) -> None:
        self.draft, self.plan, self.tiers, self.errors, self.typed = draft, draft.plan, tiers, errors, typed
        self.pupils = {pupil.id: pupil for pupil in draft.known.pupils}
        self.adults = {adult.id: adult.name for adult in draft.known.staff}
        self.shelf = {entry.id: entry.name for entry in draft.known.library.values()}

    # --- what a person settles

    def doubt(self, one: Doubt) -> dict[str, Any]:
        """A learner in doubt, or one about whom a person decided."""
        key = one.who.key
        candidates = {pupil.id: pupil for pupil in one.candidates}
        chosen = self.pupils.get(one.answer) if isinstance(one.answer, int) else None
        if chosen:
            candidates.setdefault(chosen.id, chosen)
        return {
            "mark": mark_of(key),
            "key": key,
            "who": one.who,
            "rows": rows_words(one.rows),
            "year": YEARS.get(one.who.year, ""),
            "candidates": [(pupil.id, self._described(pupil)) for pupil in candidates.values()],
            "exact": (one.exact.id, self._described(one.exact)) if one.exact else None,
            "may_add": may_be_added(one.who),
            "describes": describes(one.who),
            "answer": one.answer,
            "error": self.errors.get(("upn", key), ""),
            "typed": self.typed.get(("upn", key), ""),
        }

    @staticmethod
    def _described(pupil: Any) -> str:
        return " · ".join(filter(None, (pupil.name, YEARS.get(pupil.year, ""), pupil.group)))

    def named(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Provisions of which something is asked: the mark and the name of each, once."""
        return [(mark_of(name), name) for name in dict.fromkeys(names)]

    def doses(self) -> tuple[int, int]:
        """How many lines word a dose, and of how many it was read whole, or typed: the others are those of `unread`."""
        dosed = [one for one in self._dosed() if one.unread or one.dose.sessions or one.dose.minutes]
        return len(dosed), len(dosed) - sum(one["lines"] for one in self.unread())

    def _dosed(self) -> list[Entry]:
        """Lines that word a dose and are not left out."""
        rows = self.draft.choices.rows | {row for one in self.plan.left for row in one.rows if one.key}
        return [one for one in self.draft.reading.entries if one.dose_words and one.row not in rows]

    def unread(self) -> list[dict[str, Any]]:
        """Doses that were not read whole, each wording once."""
        found: dict[str, list[Entry]] = {}
        for one in self._dosed():
            if one.unread and one.dose_words not in self.draft.choices.doses:
                found.setdefault(one.dose_words, []).append(one)
        return [
            {
                "mark": mark_of(words),
                "words": words,
                "shown": read_aloud(words),
                "entry": lines[0],
                "lines": len(lines),
                "rows": rows_words(_once([one.row for one in lines])),
                "error": self.errors.get(("dose", words), ""),
                "typed": self.typed.get(("dose", words), ""),
            }
            for words, lines in found.items()
        ]

    def parted(self) -> list[dict[str, Any]]:
        """Lines that were parted at their commas, each once."""
        found = self.draft.reading.parted.items()
        return [{"mark": mark_of(one.key), "one": one, "rows": rows_words(_once(rows))} for one, rows in found]

    def staff(self) -> list[dict[str, Any]]:
        """Members of staff whom nobody here is called."""
        return [
            {"mark": mark_of(one.name.casefold()), "key": one.name.casefold(), "one": one, "role": ROLES[one.role]}
            for one in self.plan.staff
        ]

    def notices(self) -> list[dict[str, Any]]:
        """What is worth knowing, the rows of which the same is said together. Guesses stand at their provisions."""
        found: dict[tuple[str, ...], list[int]] = {}
        for one in self.draft.notices:
            if one.field != GUESS:
                found.setdefault((one.column, one.value, one.message, one.remedy), []).append(one.row)
        told = [Problem(rows[0], column, "", value, message, remedy)
                for (column, value, message, remedy), rows in found.items()]  # fmt: skip
        return [{"one": one, "rows": rows_words(rows)} for one, rows in zip(told, found.values(), strict=True)]

    # --- what it would do

    def line(self, one: Planned) -> dict[str, Any]:
        """A provision with everything that would be written of it."""
        key = one.keys[0]
        name, shelf = ("title", key), ("library", key)
        return {
            "one": one,
            "mark": mark_of(key),
            "keys": " ".join(one.keys),
            "title": self.typed.get(name, one.name),
            "title_error": self.errors.get(name, ""),
            "shelf": self.shelf.get(one.library or 0, ""),
            "shelf_typed": self.typed.get(shelf, self.shelf.get(one.library or 0, "")),
            "shelf_error": self.errors.get(shelf, ""),
            "tier": self.tiers.get(one.tier, ""),
            "area": AREAS.get(one.area, ""),
            "guessed": bool(one.area) and one.area_from in ("needs", "chosen"),  # and so may be chosen otherwise
            "dose": one.dose.words_at(one.tier),
            "days": days_words(one.starts, one.ends),
            "people": [(name or self.adults.get(person or 0, ""), ROLES[role], bool(person))
                       for person, name, role in one.people],
            "responsible": self.adults.get(one.responsible or 0, "") or one.responsible_name,
            "rows": rows_words(one.rows),
            "places": [self._place(place, one) for place in one.places],
            "changed": [self._change(change) for change in one.changed],
        }  # fmt: skip

    def _place(self, place: Place, one: Planned) -> dict[str, str]:
        """A learner's place: their name, and what is theirs alone."""
        if isinstance(place.learner, int):
            name = self.pupils[place.learner].name
        else:
            name = f"{self.plan.learners[place.learner].shown} (new)"
        same_days = (place.starts, place.ends) == (one.starts, one.ends)
        own = (
            ("", "" if place.dose == one.dose else place.dose.words_at(one.tier)),
            ("", "" if same_days else days_words(place.starts, place.ends)),
            ("outcome: ", place.outcome), ("baseline: ", place.baseline), ("target: ", place.target),
            ("review ", f"{place.review_on.day} {place.review_on:%b %Y}" if place.review_on else ""),
            ("", "confidential" if place.hidden else ""),
        )  # fmt: skip
        return {"name": name, "own": " · ".join(f"{label}{words}" for label, words in own if words)}

    def _change(self, change: Change) -> dict[str, Any]:
        fields = [(HEADING_OF[name], _value(old), _value(new)) for name, old, new in change.fields]
        return {"name": self.pupils[change.learner].name, "row": change.row, "fields": fields}

    def left(self) -> list[tuple[str, Left, str]]:
        """Lines that are not made, those that a person may put back with their mark."""
        return [(mark_of(one.key) if one.key else "", one, rows_words(one.rows)) for one in self.plan.left]


def _once(rows: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(rows))


def _value(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else str(value)
