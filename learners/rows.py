"""From the rows of a pupil list to what they say about each learner, with every doubt spelled out. Pure.

Source: docs/domain.md, "Importing". Every bad row is reported at once, with row, column, value and remedy;
nothing is guessed, and an empty cell says nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from learners import cells, census, upn
from learners.dates import is_month_first, read_date
from learners.mapping import FIELDS
from learners.reading.sheet import Cell, ContactRow, Sheet, heading_of

Value = str | date | bool | tuple[str, ...]
FLAGS = (
    "pupil_premium",
    "fsm",
    "eal",
    "looked_after",
    "previously_looked_after",
    "young_carer",
    "service_child",
)
DATES = ("date_of_birth", "joined", "left", "sen_from")
MAY_LIE_AHEAD = ("joined", "left")
NAMES = ("surname", "forename", "full_name")
NEED_FIELDS = ("need_1", "need_2", "need_3", "need_4", "needs")
MOST_NEEDS = 4
MOST_NAMED = 5  # rows named in one sentence
YEARS_AHEAD = 20  # a leaving date may lie this far in the future
USUAL_AGES = range(1, 27)


@dataclass(frozen=True)
class Problem:
    """Something to mend, or to know: where it is, what stands there, why, and what to do.

    `value` is for the page only, never for a log. `field` is "" where the whole row is meant.
    """

    row: int
    column: str
    field: str
    value: str
    message: str
    remedy: str

    @property
    def can_leave_out(self) -> bool:
        """Whether the value alone may be left out; otherwise only the row can be."""
        return bool(self.field)


@dataclass(frozen=True)
class LearnerRow:
    """What one row says. `values` holds only what stands in the file; `proposed` is for new learners only."""

    row: int
    values: dict[str, Value]
    proposed: dict[str, Value] = field(default_factory=dict)
    types_awaited: bool = False
    primary_only: bool = False  # the list has a column for the primary need and none for further ones
    contacts: tuple[ContactRow, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Every row that reads well, and every problem and notice. Rows with problems are not in `rows`."""

    rows: list[LearnerRow]
    problems: list[Problem]
    notices: list[Problem]

    @property
    def leavable(self) -> frozenset[tuple[int, str]]:
        """The bad values, as `leave_out` of `read_rows` takes them."""
        return frozenset((problem.row, problem.field) for problem in self.problems if problem.can_leave_out)

    @property
    def leavable_rows(self) -> frozenset[int]:
        """The bad rows, as `leave_out_rows` of `read_rows` takes them."""
        return frozenset(problem.row for problem in self.problems if not problem.can_leave_out)


def read_rows(
    sheet: Sheet,
    mapping: Mapping[int, str],
    today: date,
    leave_out: Iterable[tuple[int, str]] = (),
    leave_out_rows: Iterable[int] = (),
) -> Reading:
    """What the rows of `sheet` say, its columns read as `mapping` (place from 0 to field) says.

    `leave_out` names single values (row, field) and `leave_out_rows` rows that are passed over.

    >>> sheet = Sheet("", "csv", ["UPN", "Surname", "Forename", "SEN"], 1, [(2, ["R201100018042", "Bee", "Ada", "N"])])
    >>> read_rows(sheet, {0: "upn", 1: "surname", 2: "forename", 3: "sen_code"}, date(2026, 11, 23)).rows[0].values
    {'upn': 'R201100018042', 'surname': 'Bee', 'forename': 'Ada', 'sen_code': 'N'}
    """
    skipped = frozenset(leave_out_rows)
    reader = _Reader(sheet, mapping, today, frozenset(leave_out))
    if not sheet.rows:
        reader.notices.append(
            Problem(sheet.header_row, "", "", "", "The list has headings but no pupils.", "Nothing will change.")
        )
    for number, row in sheet.rows:
        if number not in skipped and not reader.is_closing_line(number, row):
            reader.read(number, row)
    reader.find_doubles()
    reader.find_left_out(skipped)
    bad = {problem.row for problem in reader.problems}
    return Reading([row for row in reader.rows if row.row not in bad], reader.problems, reader.notices)


class _Reader:
    """Reads row after row and keeps what it found."""

    def __init__(
        self,
        sheet: Sheet,
        mapping: Mapping[int, str],
        today: date,
        leave_out: frozenset[tuple[int, str]],
    ) -> None:
        self.sheet = sheet
        self.today = today
        self.leave_out = leave_out
        self.rows: list[LearnerRow] = []
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.bad: set[tuple[int, str]] = set()
        places = {name: place for place, name in mapping.items()}
        # In the order of FIELDS, so that the order of columns makes no difference.
        self.columns = [(name, places[name]) for name in FIELDS if name in places]
        self.primary_only = {name for name, _ in self.columns if name in NEED_FIELDS} == {"need_1"}
        self.month_first = {name: self._month_first(name, place) for name, place in self.columns if name in DATES}

    def _month_first(self, name: str, place: int) -> bool:
        """How this column writes dates. Rows left out count too, or leaving one out could turn the others."""
        found = is_month_first(row[place] for _, row in self.sheet.rows if place < len(row))
        if found:
            self._notice(
                self.sheet.header_row,
                name,
                "",
                "The dates of this column are read with the month first: one of them can't be day-first.",
                "Check a few dates in the preview.",
            )
        return found

    def _heading(self, name: str) -> str:
        return heading_of(self.sheet, next((place for column, place in self.columns if column == name), None))

    def _notice(self, row: int, name: str, value: str, message: str, remedy: str) -> None:
        self.notices.append(Problem(row, self._heading(name), name, value, message, remedy))

    def _problem(self, row: int, name: str, value: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(row, self._heading(name), name, value, message, remedy))
        self.bad.add((row, name))

    def _bad_row(self, row: int, column: str, value: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(row, column, "", value, message, remedy))

    def is_closing_line(self, number: int, row: list[Cell]) -> bool:
        """Whether this is the total or the signature under a printed list, which names no pupil. It is told."""
        held = {name for name, place in self.columns if place < len(row) and row[place] is not None}
        closing = not held & {"upn", "date_of_birth", "forename"} and cells.closes_a_list(row)
        if closing:
            text = next(str(cell) for cell in row if cell is not None)
            self._notice(number, "", text, "This line closes the list and names no pupil.", "It is left out.")
        return closing

    def read(self, number: int, row: list[Cell]) -> None:
        """Read one row."""
        if any(cell is not None for cell in row[len(self.sheet.headers) :]):
            self._bad_row(
                number,
                "",
                "",
                f"This row has {len(row)} cells under {len(self.sheet.headers)} headings.",
                "A separator may stand inside a value: put that value in quotation marks.",
            )
            return
        values: dict[str, Value] = {}
        needs: list[str] = []
        for name, place in self.columns:
            cell = row[place] if place < len(row) else None
            kept = "needs" if name in NEED_FIELDS else name
            if cell is None or {(number, name), (number, kept)} & self.leave_out:
                continue
            text = cells.as_text(cell)
            try:
                if name in NEED_FIELDS:
                    needs += cells.read_needs(text)
                else:
                    values |= self._value(name, cell, text)
            except cells.Unreadable as unreadable:
                if name in NAMES:
                    self._bad_row(number, self._heading(name), text, unreadable.message, unreadable.remedy)
                    self.bad.add((number, name))
                else:
                    self._problem(number, name, text, unreadable.message, unreadable.remedy)
        awaited = self._sen(number, values, list(dict.fromkeys(needs)))
        self._check(number, values)
        self.rows.append(
            LearnerRow(
                row=number,
                values=values,
                proposed=self._proposed(values),
                types_awaited=awaited,
                primary_only=self.primary_only,
                contacts=self.sheet.contacts.get(number, ()),
            )
        )

    def _value(self, name: str, cell: str | date | Decimal | bool, text: str) -> dict[str, Value]:
        """The fields that one cell gives: none, one, or the two names."""
        if name in DATES:
            return {name: self._date(name, cell)}
        if name in FLAGS:
            flag = cells.read_flag(name, text)
            return {} if flag is None else {name: flag}
        if name == "full_name":
            surname, forename = cells.read_full_name(text)
            return {"surname": surname, "forename": forename}
        return {name: READERS[name](name, text)}

    def _date(self, name: str, cell: str | date | Decimal | bool) -> date:
        ahead = name in MAY_LIE_AHEAD
        latest = self.today.year + (YEARS_AHEAD if ahead else 0)
        try:
            day = read_date(cell, month_first=self.month_first[name], latest_year=latest)
        except ValueError:
            raise cells.Unreadable("This is not a date that exists.", "Write it as 31/12/2015 or 2015-12-31.") from None
        if not ahead and day > self.today:
            raise cells.Unreadable("This day lies in the future.", "Compare it with the MIS.")
        return day

    def _sen(self, number: int, values: dict[str, Value], needs: list[str]) -> bool:
        """Check provision and types together; whether types are still to come."""
        code = values.get("sen_code")
        if len(needs) > MOST_NEEDS:
            self._notice(number, "needs", "", "More than four types of need: the first four are kept.", "")
            needs = needs[:MOST_NEEDS]
        if needs:
            values["needs"] = tuple(needs)
        if not isinstance(code, str):
            return False
        awaited = code != "N" and not needs
        if awaited:
            self._notice(
                number,
                "sen_code",
                code,
                "The list gives no type of need for this provision.",
                "It is kept as “types awaited”: choose the primary need on the learner's page.",
            )
        for sentence in census.check_sen(code, needs, types_awaited=awaited):
            self.problems.append(
                Problem(number, self._needs_heading(), "needs", ", ".join(needs), sentence, "Or leave the types out.")
            )
        return awaited

    def _needs_heading(self) -> str:
        return heading_of(self.sheet, next(place for name, place in self.columns if name in NEED_FIELDS))

    def _check(self, number: int, values: dict[str, Value]) -> None:
        """What the values of a row say together."""
        named = {name for name, _ in self.columns}
        for name in NAMES:
            given = "surname" if name == "full_name" else name
            if name in named and given not in values and (number, name) not in self.bad:
                self._bad_row(
                    number,
                    self._heading(name),
                    "",
                    f"The {FIELDS[name].split(' (')[0].lower()} is missing.",
                    "Fill it in, or leave this row out.",
                )
        self._check_identity(number, values)
        if "sex" in named and "sex" not in values and (number, "sex") not in self.leave_out | self.bad:
            self._notice(number, "sex", "", "The sex is empty.", "It stays as it is, or empty for a new learner.")
        joined, left = values.get("joined"), values.get("left")
        if isinstance(joined, date) and isinstance(left, date) and left < joined:
            self._problem(
                number, "left", f"{left:%d/%m/%Y}", "This is before the day of joining.", "Compare with the MIS."
            )
        if values.get("enrol_status") == "P" and left is None:
            self._notice(
                number,
                "enrol_status",
                "P",
                "Marked as a former pupil without a leaving date.",
                "Add the date if it is known.",
            )
        born = values.get("date_of_birth")
        if isinstance(born, date) and (self.today - born).days * 4 // 1461 not in USUAL_AGES:
            self._notice(
                number,
                "date_of_birth",
                f"{born:%d/%m/%Y}",
                "This would be an unusual age for a learner.",
                "Compare the date of birth with the MIS.",
            )

    def _check_identity(self, number: int, values: dict[str, Value]) -> None:
        """A row must say who it is about."""
        number_text = values.get("upn")
        if isinstance(number_text, str):
            for doubt in upn.doubts(number_text):
                self._notice(number, "upn", number_text, doubt, "The number is kept as it is.")
        elif "date_of_birth" not in values:
            self._bad_row(
                number,
                self._heading("upn"),
                "",
                "This row has neither a UPN nor a date of birth that can be read.",
                "Fill one in, or leave this row out.",
            )

    def _proposed(self, values: dict[str, Value]) -> dict[str, Value]:
        """What a new learner gets where the list is silent: the usual year group of the age."""
        born = values.get("date_of_birth")
        if "nc_year" in values or not isinstance(born, date):
            return {}
        year = census.year_from_birth(born, self.today)
        return {"nc_year": year} if year else {}

    def find_doubles(self) -> None:
        """Report each row whose UPN another row has too."""
        holders: dict[str, list[int]] = defaultdict(list)
        for row in self.rows:
            number = row.values.get("upn")
            if isinstance(number, str):
                holders[number].append(row.row)
        for number, rows in holders.items():
            for place in rows if len(rows) > 1 else ():
                others = [f"{other:,}" for other in rows if other != place]
                more = f" and {len(others) - MOST_NAMED:,} more" if len(others) > MOST_NAMED else ""
                noun = "row" if len(others) == 1 else "rows"
                self._bad_row(
                    place,
                    self._heading("upn"),
                    number,
                    f"The same UPN stands in {noun} {', '.join(others[:MOST_NAMED])}{more}.",
                    "Keep the right row and leave the other out, or mend the UPN in the MIS.",
                )

    def find_left_out(self, skipped: frozenset[int]) -> None:
        """Say of a UPN that stands in several rows that all of them are left out."""
        places = dict(self.columns)
        holders: dict[str, list[int]] = defaultdict(list)
        for number, row in self.sheet.rows:
            if number in skipped and "upn" in places and places["upn"] < len(row) and row[places["upn"]] is not None:
                holders[upn.normalise(str(row[places["upn"]]))].append(number)
        kept = {row.values.get("upn") for row in self.rows}
        for text, rows in holders.items():
            if len(rows) > 1 and text not in kept:
                self._notice(
                    rows[0],
                    "upn",
                    text,
                    f"All {len(rows)} rows with this UPN are left out, so this learner is not in the import.",
                    "To bring them in, start the preview again and leave out only the wrong row.",
                )


def _read_upn(name: str, text: str) -> str:
    number = upn.normalise(text)
    if reason := upn.refusal(number):
        raise cells.Unreadable(reason, f"Mend the {FIELDS[name]} in the MIS, or leave this value out.")
    return number


def _read_year(name: str, text: str) -> str:
    try:
        return census.parse_year(text)
    except ValueError as error:
        raise cells.Unreadable(f"This is not a {FIELDS[name].lower()}.", str(error)) from None


# How the text of a field is read, where a field is one text.
READERS: dict[str, Callable[[str, str], str]] = {
    "upn": _read_upn,
    "former_upn": _read_upn,
    "surname": cells.read_words,
    "forename": cells.read_words,
    "middle_names": cells.read_words,
    "preferred_name": cells.read_words,
    "group": cells.read_words,
    "nc_year": _read_year,
    "sex": lambda name, text: cells.read_sex(text),
    "sen_code": lambda name, text: cells.read_sen_code(text),
    "enrol_status": lambda name, text: cells.read_enrolment(text),
}
