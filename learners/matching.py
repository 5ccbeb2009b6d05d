"""What a pupil list would change among the learners a school has. Pure.

Source: docs/domain.md, "Importing". Only a UPN says that a row is a learner; a former UPN, or the same name
and date of birth, is put to a person. Empty cells and absent columns change nothing, and nobody is taken to
have left because a list leaves them out.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from learners import census
from learners.reading.sheet import ContactRow
from learners.rows import MOST_NEEDS, LearnerRow, Problem, Value

NOT_KEPT = ("enrol_status",)  # read and checked, but no field of a learner
IDENTITY = frozenset({"surname", "forename", "date_of_birth"})
TOGETHER = ("sen_code", "needs", "sen_from")  # one dated record; a new day alone opens none
NEW = None  # the decision that a row is a new learner


@dataclass(frozen=True)
class Known:
    """A learner the school has. `values` are the fields as a row gives them; empty ones may be absent.

    `contacts` are the names of their adults in small letters, where the list may hold any.
    """

    id: int
    values: Mapping[str, Value]
    current: bool = True  # on roll today
    contacts: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """A field as text, "" where it is empty."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class FieldChange:
    """One field: what it was and what it becomes. `old` is None where nothing stood."""

    field: str
    old: Value | None
    new: Value


@dataclass(frozen=True)
class Addition:
    """A row that is a new learner, with all the values it starts with."""

    row: LearnerRow
    values: dict[str, Value]


@dataclass(frozen=True)
class Change:
    """A row that changes a learner, field by field."""

    row: LearnerRow
    learner: Known
    fields: list[FieldChange]


@dataclass(frozen=True)
class Possible:
    """A row that may be one of these learners: a person decides."""

    row: LearnerRow
    learners: list[Known]
    reason: str


@dataclass
class Plan:
    """What applying a list would do. Nothing may be written while `problems` or `possible` hold anything."""

    additions: list[Addition] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: list[tuple[LearnerRow, Known]] = field(default_factory=list)
    possible: list[Possible] = field(default_factory=list)
    leavers: list[Known] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether every row is settled."""
        return not self.problems and not self.possible

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would do the same; what a person has seen is what may be applied."""
        done = [
            *((added.row.row, None, list(added.values.items()), added.row.contacts) for added in self.additions),
            *(
                (change.row.row, change.learner.id, [(one.field, one.old, one.new) for one in change.fields], ())
                for change in self.changes
            ),
        ]
        return hashlib.sha256(repr(done).encode()).hexdigest()


def match(
    known: Iterable[Known], rows: Iterable[LearnerRow], decisions: Mapping[int, int | None] | None = None
) -> Plan:
    """The plan for `rows`; `decisions` says for a row's number which learner it is, or None for a new one.

    >>> ada = Known(7, {"upn": "R201100018042", "surname": "Bee", "forename": "Ada", "nc_year": "3"})
    >>> match([ada], [LearnerRow(2, {"upn": "R201100018042", "nc_year": "4"})]).changes[0].fields
    [FieldChange(field='nc_year', old='3', new='4')]
    """
    return _Matcher(list(known), decisions or {}).plan_for(list(rows))


class _Matcher:
    """Finds the learner of each row, then what the row would change."""

    def __init__(self, known: list[Known], decisions: Mapping[int, int | None]) -> None:
        self.known = known
        self.decisions = decisions
        self.by_id = {learner.id: learner for learner in known}
        self.by_upn = {number: learner for learner in known if (number := learner.text("upn"))}
        self.by_former: dict[str, list[Known]] = defaultdict(list)
        self.by_name: dict[tuple[str, str, date], list[Known]] = defaultdict(list)
        for learner in known:
            if former := learner.text("former_upn"):
                self.by_former[former].append(learner)
            if key := _name_key(learner.values):
                self.by_name[key].append(learner)
        self.taken: dict[int, int] = {}
        self.plan = Plan()

    def plan_for(self, rows: list[LearnerRow]) -> Plan:
        """The plan, rows in the file's order."""
        # Rows that a UPN settles come first, so that a decision can't take their learner.
        certain = [self.by_upn.get(_text(row, "upn")) for row in rows]
        seen: set[int] = set()
        for row, learner in zip(rows, certain, strict=True):
            if learner:
                self.taken.setdefault(learner.id, row.row)
        for row, learner in zip(rows, certain, strict=True):
            if learner and learner.id in seen:
                message = f"The learner of this row is already row {self.taken[learner.id]:,}."
                self._problem(row, message, "Leave one of the two rows out.")
            elif learner:
                seen.add(learner.id)
                self._compare(row, learner)
            elif row.row in self.decisions:
                self._decided(row, self.decisions[row.row])
            else:
                self._propose(row)
        in_doubt = {learner.id for possible in self.plan.possible for learner in possible.learners}
        self.plan.leavers = [
            learner for learner in self.known if learner.current and learner.id not in self.taken.keys() | in_doubt
        ]
        return self.plan

    def _decided(self, row: LearnerRow, choice: int | None) -> None:
        if choice is NEW:
            self._add(row)
            return
        learner = self.by_id.get(choice)
        if learner is None or learner.id in self.taken:
            message = (
                "The learner chosen for this row is no longer here."
                if learner is None
                else f"The learner chosen for this row is already row {self.taken[learner.id]:,}."
            )
            self._problem(row, message, "Choose again.")
            return
        self.taken[learner.id] = row.row
        self._compare(row, learner)

    def _propose(self, row: LearnerRow) -> None:
        """A former UPN, or name and date of birth, put to a person; else a new learner."""
        former = self._free(
            [
                *self.by_former.get(_text(row, "upn"), []),
                *([learner] if (learner := self.by_upn.get(_text(row, "former_upn"))) else []),
            ]
        )
        key = _name_key(row.values)
        same_name = self._free(self.by_name.get(key, [])) if key else []
        if former:
            self.plan.possible.append(Possible(row, former, "A former UPN is the same."))
        elif same_name:
            self.plan.possible.append(Possible(row, same_name, "Name and date of birth are the same, the UPN is not."))
        else:
            self._add(row)

    def _free(self, learners: list[Known]) -> list[Known]:
        """Those whom no row's UPN names."""
        return [learner for learner in learners if learner.id not in self.taken]

    def _add(self, row: LearnerRow) -> None:
        values = {**row.proposed, **{name: value for name, value in row.values.items() if name not in NOT_KEPT}}
        if "needs" in values and "sen_code" not in values:
            del values["needs"]
            self._notice(row, "Types of need without a provision are left out for a new learner.")
        if "sen_code" not in values:
            values.pop("sen_from", None)
        if not {"surname", "forename"} <= values.keys():
            self._problem(
                row,
                "No learner here has this UPN, and the list gives no surname and forename to add one.",
                "Add the name columns to the list, or leave this row out.",
            )
            return
        self.plan.additions.append(Addition(row, values))

    def _compare(self, row: LearnerRow, learner: Known) -> None:
        old, new = learner.values, row.values
        fields = [
            FieldChange(name, old.get(name), value)
            for name, value in new.items()
            if name not in NOT_KEPT + TOGETHER and _differs(name, value, old.get(name, _empty(value)))
        ]
        if any(change.field == "upn" and change.old for change in fields) and "former_upn" not in new:
            fields.append(FieldChange("former_upn", old.get("former_upn"), learner.text("upn")))
        fields += self._sen(row, learner)
        if adults := tuple(one.name for one in new_contacts(row, learner.contacts)):
            fields.append(FieldChange("contacts", None, adults))
        if {change.field for change in fields if change.old} >= IDENTITY:
            self._notice(row, "The UPN is this learner's, but surname, forename and date of birth are all different.")
        if not learner.current and "left" not in new and learner.values.get("left"):
            self._notice(row, "This learner is marked as left here, and the list has them: they stay marked as left.")
        after = {**old, **new}
        joined, left = after.get("joined"), after.get("left")
        if isinstance(joined, date) and isinstance(left, date) and left < joined:
            self._problem(row, "The leaving date would be before the day of joining.", "Compare both with the MIS.")
        elif fields:
            self.plan.changes.append(Change(row, learner, fields))
        else:
            self.plan.unchanged.append((row, learner))

    def _sen(self, row: LearnerRow, learner: Known) -> list[FieldChange]:
        """Provision and types change together, or not at all where the census would refuse the result."""
        old_code, old_needs = learner.text("sen_code"), learner.values.get("needs", ())
        code = _text(row, "sen_code") or old_code
        needs = row.values.get("needs", () if code == "N" else old_needs)
        if row.primary_only and isinstance(needs, tuple) and isinstance(old_needs, tuple) and code == old_code:
            # The list says which need comes first, and nothing of the others: they stay behind it.
            needs = (*needs, *(one for one in old_needs if one not in needs))[:MOST_NEEDS]
        if code == old_code and needs == old_needs:
            return []
        listed = list(needs) if isinstance(needs, tuple) else []
        if not code or census.check_sen(code, listed, types_awaited=not listed):
            self._notice(row, "SEN provision and types of need in the list do not fit what stands here: they stay.")
            return []
        pairs: list[tuple[str, Value, Value]] = [("sen_code", old_code, code), ("needs", old_needs, tuple(listed))]
        return [FieldChange(name, old or None, new) for name, old, new in pairs if old != new]

    def _problem(self, row: LearnerRow, message: str, remedy: str) -> None:
        self.plan.problems.append(Problem(row.row, "", "", "", message, remedy))

    def _notice(self, row: LearnerRow, message: str) -> None:
        self.plan.notices.append(Problem(row.row, "", "", "", message, "Mend it on the learner's page if it is wrong."))


def new_contacts(row: LearnerRow, known: frozenset[str] = frozenset()) -> list[ContactRow]:
    """The adults of a row whose names are not `known`, each once."""
    found: dict[str, ContactRow] = {}
    for one in row.contacts:
        found.setdefault(one.name.casefold(), one)
    return [one for name, one in found.items() if name not in known]


def _differs(name: str, new: Value, old: Value | None) -> bool:
    """Whether a field changes. A group is the same however its capitals are written."""
    if name == "group" and isinstance(new, str) and isinstance(old, str):
        return new.casefold() != old.casefold()
    return new != old


def _text(row: LearnerRow, name: str) -> str:
    value = row.values.get(name)
    return value if isinstance(value, str) else ""


def _empty(value: Value) -> Value | None:
    """What an absent field stands for: a flag that is not set, or nothing."""
    return False if isinstance(value, bool) else None


def _name_key(values: Mapping[str, Value]) -> tuple[str, str, date] | None:
    """Surname, forename and date of birth for comparing; None where one is missing."""
    surname, forename, born = (values.get(name) for name in ("surname", "forename", "date_of_birth"))
    if isinstance(surname, str) and isinstance(forename, str) and isinstance(born, date):
        return surname.casefold(), forename.casefold(), born
    return None
