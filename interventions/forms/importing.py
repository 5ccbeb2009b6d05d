"""What people send while a provision map is on its way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django import forms

from interventions.areas import AREAS
from interventions.dose import Dose, read_dose
from interventions.forms.placements import day_field
from interventions.map_reading.choosing import Way, ways
from interventions.map_reading.columns import FIELDS, TIER, lacking
from interventions.map_reading.plan import KEPT, NEW, NO_ENTRY, OUT, Choices, Known
from learners.forms.importing import TOO_LARGE
from learners.reading.sheet import Sheet
from provisionmap.web import typed

LONGEST_KEY = 2_000  # of what a field is about: a line's keys, or the words of a cell
LONGEST_NAME = 120
LONGEST_TYPED = 40  # of a UPN or a dose, given back to be mended


class UploadForm(forms.Form):
    """The file. What it is, the gate finds out from its bytes; the name decides nothing."""

    file = forms.FileField(
        label="Provision map",
        help_text="Excel (.xlsx), OpenDocument (.ods) or CSV, up to 10 MB, as your school kept it, or as this program "
        "exported it.",
        error_messages={"required": "Choose the file first.", "empty": "This file is empty. Save the map again."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.ods"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE


class SheetsForm(forms.Form):
    """Which sheet of a workbook is the map, or which of the same headings together."""

    sheets = forms.ChoiceField(label="Read", widget=forms.RadioSelect)

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {way.value: way for way in ways(sheet)}
        field: Any = self.fields["sheets"]
        field.choices = [(way.value, self._said(way)) for way in self.ways.values()]
        field.initial = next((way.value for way in self.ways.values() if way.places == sheet.taken), "")

    @staticmethod
    def _said(way: Way) -> str:
        together = ", together" if len(way.names) > 1 else ""
        rows = f"{way.rows:,} row{'' if way.rows == 1 else 's'}"
        return f"{' and '.join(f'“{name}”' for name in way.names)}{together}: {rows}"


class ColumnsForm(forms.Form):
    """What each column holds: one choice a column, by its place."""

    def __init__(self, *args: Any, headers: Sequence[str], mapping: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headers = headers
        for place, heading in enumerate(headers):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=f"Column {place + 1}, {heading or 'without a heading'}",
                choices=[("", "Leave out"), *FIELDS.items()],
                required=False,
                initial=mapping.get(place, ""),
            )

    def of(self, place: int) -> Any:
        """The field of one column."""
        return self[f"column-{place}"]

    def clean(self) -> dict[str, Any]:
        """Each field from one column at most, tiers excepted, and something that names provision."""
        taken: dict[str, int] = {}
        for place, name in sorted(self.mapping.items()):
            if name in taken and not name.startswith(TIER):
                self.add_error(f"column-{place}", f"Column {taken[name] + 1} is read as this already: leave one out.")
            taken.setdefault(name, place)
        for sentence in lacking(self.mapping):
            self.add_error(None, sentence)
        return self.cleaned_data

    @property
    def mapping(self) -> dict[int, str]:
        """The columns that are read, place to field."""
        chosen = ((place, self.cleaned_data.get(f"column-{place}")) for place in range(len(self.headers)))
        return {place: name for place, name in chosen if name}


class DatesForm(forms.Form):
    """Days for lines that give none."""

    starts = day_field("From")
    ends = day_field("To", required=False)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or {}
        if given.get("starts") and given.get("ends") and given["ends"] < given["starts"]:
            self.add_error("ends", "The last day is before the first day.")
        return given


def mark_of(key: str) -> str:
    """What the fields about one thing are named after, wherever on the page it stands.

    >>> mark_of("Nessy") == mark_of("Nessy") != mark_of("Lego")
    True
    """
    return sha256(key.encode()).hexdigest()[:12]


class SettlingForm:
    """What a person says about everything in doubt, with the choices made before.

    A field is named after what it is about: `who-name-x` holds the key, and `who-x` the answer. `errors` and `typed`,
    what could not be read and why, are by kind and key, for the page shows fewer doubts when some are settled.
    """

    def __init__(self, sent: Any, before: Choices, known: Known, tiers: Mapping[int, str]) -> None:
        self.sent, self.before, self.tiers = sent, before, tiers
        self.pupils = {pupil.id for pupil in known.pupils}
        self.by_upn = {pupil.upn: pupil.id for pupil in known.pupils if pupil.upn}
        self.adults = {adult.id for adult in known.staff}
        self.library = known.library
        self.errors: dict[tuple[str, str], str] = {}
        self.typed: dict[tuple[str, str], str] = {}

    def choices(self, starts: Any, ends: Any) -> Choices:
        """The choices now; what could not be read is left out and stands in `errors`."""
        lines = self._lines()
        return Choices(
            who=self._who(),
            area={**self.before.area, **self._picked("area", AREAS)},
            tier={**self.before.tier, **self._tiers()},
            doses={**self.before.doses, **self._doses()},
            staff={**self.before.staff, **self._staff()},
            names={**self.before.names, **self._names(lines)},
            library={**self.before.library, **self._shelved(lines)},
            left=self._left(lines),
            rows=self.before.rows | {int(row) for row in self.sent.getlist("leave") if row.isdigit() and len(row) < 8},
            together=self._together(),
            starts=starts,
            ends=ends,
            create=self.before.create or bool(self.sent.get("create")),
        )

    def _tiers(self) -> dict[str, int]:
        offered = {str(code): label for code, label in self.tiers.items()}
        return {name: int(code) for name, code in self._picked("tier", offered).items()}

    def _named(self, kind: str) -> list[tuple[str, str]]:
        """The marks of a kind's fields, each with what it is about."""
        prefix = f"{kind}-name-"
        return [
            (field[len(prefix) :], typed.words(self.sent[field], LONGEST_KEY))
            for field in self.sent
            if field.startswith(prefix)
        ]

    def _refuse(self, kind: str, key: str, typed_: str, why: str) -> None:
        self.errors[kind, key], self.typed[kind, key] = why, typed_

    def _who(self) -> dict[str, int | str]:
        """Who is who; an answer taken away asks again. "Accept" takes every proposal that was shown, or one."""
        found = dict(self.before.who)
        accepting, one = self.sent.get("do") == "exact", self.sent.get("accept")
        for mark, key in self._named("who"):
            answer = self.sent.get(f"who-{mark}", "")
            if (accepting or one == mark) and not answer:
                answer = self.sent.get(f"exact-{mark}", "")
            upn = typed.words(self.sent.get(f"upn-{mark}"), LONGEST_KEY).upper()
            if upn and upn not in self.by_upn:
                why = "No learner here has this UPN. Check it against the register."
                self._refuse("upn", key, upn[:LONGEST_TYPED], why)
            elif upn:
                found[key] = self.by_upn[upn]
            elif answer in (OUT, NEW):
                found[key] = answer
            elif typed.number(answer) in self.pupils:
                found[key] = typed.number(answer)
            elif not answer:
                found.pop(key, None)
        return found

    def _staff(self) -> dict[str, int | str]:
        """Who delivers. "Accept" takes every proposal that was shown of those who would be kept as written."""
        found: dict[str, int | str] = {}
        for mark, key in self._named("staff"):
            answer = self.sent.get(f"staff-{mark}", "")
            if self.sent.get("do") == "staff" and answer == KEPT:
                answer = self.sent.get(f"staff-proposed-{mark}", KEPT)
            if answer in (OUT, KEPT):
                found[key] = answer
            elif typed.number(answer) in self.adults:
                found[key] = typed.number(answer)
        return found

    # --- lines of the preview

    def _lines(self) -> list[tuple[str, list[str]]]:
        """The lines that the page showed: the mark of each, and the keys it stands for."""
        return [(mark, keys.split()) for mark, keys in self._named("line")]

    def _left(self, lines: Sequence[tuple[str, list[str]]]) -> frozenset[str]:
        shown = {key for _, keys in lines for key in keys}
        ticked = {key for mark, keys in lines if self.sent.get(f"out-{mark}") for key in keys}
        return (self.before.left - shown) | ticked

    def _together(self) -> frozenset[str]:
        """Lines that are not parted at their commas; one whose tick was taken away is parted again."""
        shown = {key for _, key in self._named("parted")}
        ticked = {key for mark, key in self._named("parted") if self.sent.get(f"parted-{mark}")}
        return (self.before.together - shown) | ticked

    def _changed(self, kind: str, mark: str) -> str | None:
        """What was typed over what the page showed; None where that stands."""
        typed_ = self.sent.get(f"{kind}-{mark}")
        same = typed_ is None or typed_ == self.sent.get(f"{kind}-was-{mark}")
        return None if same else " ".join(typed.words(typed_, LONGEST_KEY).split())

    def _names(self, lines: Sequence[tuple[str, list[str]]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for mark, keys in lines:
            name = self._changed("title", mark)
            if name is None or not keys:
                continue
            if not 0 < len(name) <= LONGEST_NAME:
                why = f"Write a name of at most {LONGEST_NAME} characters, or leave the line out."
                self._refuse("title", keys[0], name[: 2 * LONGEST_NAME], why)
            else:
                found |= dict.fromkeys(keys, name)
        return found

    def _shelved(self, lines: Sequence[tuple[str, list[str]]]) -> dict[str, int]:
        found: dict[str, int] = {}
        for mark, keys in lines:
            name = self._changed("library", mark)
            if name is None or not keys:
                continue
            entry = self.library.get(name.casefold())
            if name and entry is None:
                why = "The library has no entry of this name. Choose one of the list, or empty the field."
                self._refuse("library", keys[0], name[: 2 * LONGEST_NAME], why)
            else:
                found |= dict.fromkeys(keys, entry.id if entry else NO_ENTRY)
        return found

    # --- what nobody says

    def _picked(self, kind: str, offered: Mapping[str, str]) -> dict[str, str]:
        said = [(name, self.sent.get(f"{kind}-{mark}", "")) for mark, name in self._named(kind)]
        said.append(("", self.sent.get(f"{kind}-all", "")))
        return {name: code for name, code in said if code in offered}

    def _doses(self) -> dict[str, Dose]:
        found = {}
        for mark, words in self._named("dose"):
            said = typed.words(self.sent.get(f"dose-{mark}"), LONGEST_TYPED)
            if said:
                try:
                    found[words] = read_dose(said)
                except ValueError as wrong:
                    self._refuse("dose", words, said, str(wrong))
        return found
