"""What was done to the map, in words: one line an act, and each record of it before and after. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from interventions.dose import Dose

# Fields of a placement that a line tells, with what a person calls them. Dose is two of them in one.
FIELDS = {
    "starts": "first day",
    "ends": "last day",
    "outcome": "outcome",
    "baseline": "baseline",
    "target": "target",
    "review_on": "review date",
    "confidential": "confidential",
}
OF_PROVISIONS = {
    "name": "name",
    "tier": "tier",
    "starts": "first day",
    "ends": "last day",
    "place": "place",
    "responsible_name": "answers for it",
    "confidential": "confidential",
}
NOTHING = "–"
A_LEARNER = "A learner who is no longer on the register"
A_PROVISION = "A provision"  # one whose name nobody kept


@dataclass(frozen=True)
class Difference:
    """One field that is not as it was."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Record:
    """One record of an act: whose place in what, what became of it, and its differences."""

    what: str  # "added", "changed" or "removed"
    provision: str
    learner: str = ""
    placement: int = 0  # 0 where no page shows its versions
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Act:
    """One line of the history: `key` is "c12" for a change of several records, "e7" for one placement's version."""

    key: str
    at: datetime
    who: str
    words: str
    kind: str = ""
    counted: str = ""
    taken_back: str = ""  # who took it back and when
    record: Record | None = None

    @property
    def pk(self) -> int:
        """Its id."""
        return int(self.key[1:])

    @property
    def is_change(self) -> bool:
        """Whether it touched several records."""
        return self.key.startswith("c")


def said(value: Any) -> str:
    """A value as a person reads it.

    >>> [said(one) for one in (date(2026, 12, 18), None, "", True, False, "Reads 60 words")]
    ['18/12/2026', '–', '–', 'yes', 'no', 'Reads 60 words']
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def values_of(
    row: Mapping[str, Any], fields: Mapping[str, str] = FIELDS, names: Mapping[int, str] | None = None
) -> dict[str, str]:
    """A version of a placement, or of what else has `fields`, by the words of its fields, dose first.

    `names` are those of provisions by id, for a placement that may have gone on in another one.

    >>> values_of({"sessions": 3, "minutes": 10, "starts": date(2026, 9, 7)})["dose"]
    '3 × 10 min'
    """
    where = {} if names is None else {"provision": names.get(row["provision_id"], A_PROVISION)}
    dose = Dose(row.get("sessions"), row.get("minutes")).words
    return {**where, "dose": dose, **{label: said(row.get(name)) for name, label in fields.items()}}


def differences(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    fields: Mapping[str, str] = FIELDS,
    names: Mapping[int, str] | None = None,
) -> tuple[Difference, ...]:
    """What is not in `after` as it was in `before`; nothing where one of them is missing.

    >>> [one.field for one in differences({"sessions": 3, "minutes": 10}, {"sessions": 5, "minutes": 10})]
    ['dose']
    """
    if before is None or after is None:
        return ()
    old, new = values_of(before, fields, names), values_of(after, fields, names)
    return tuple(Difference(name, old[name], new[name]) for name in new if old[name] != new[name])


def counted(many: Sequence[tuple[int, str]]) -> str:
    """Numbers with their nouns, without those of which there are none.

    >>> counted([(2, "placement"), (0, "adult"), (1, "provision")])
    '2 placements, 1 provision'
    """
    return ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in many if number)
