"""What an import's pages say about a draft, in words a person reads. No database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from learners import census
from learners.actions.importing import Choices, Draft
from learners.mapping import FIELDS, guess_table
from learners.matching import Addition, Change, FieldChange, Known
from learners.models import Learner
from learners.reading.sheet import Cell, Sheet
from learners.rows import LearnerRow, Problem

SAMPLES = 3
LONGEST_SAMPLE = 40
MOST_PROBLEMS = 500  # on one page; more than that are mended in the MIS
TABS = {"added": "Added", "changed": "Changed", "unchanged": "Left alone", "notices": "Worth knowing"}
OWN_LABELS = {"contacts": "Contacts", "eal": "EAL"}
SEXES = dict(Learner.SEXES)


def label_of(field: str) -> str:
    """A field as a heading."""
    return OWN_LABELS.get(field) or FIELDS[field].split(" (")[0]


def words(field: str, value: Any) -> str:
    """A value as a person reads it.

    >>> words("eal", True), words("nc_year", "4"), words("left", None)
    ('Yes', 'Year 4', 'nothing')
    """
    if value in (None, "", ()):
        return "nothing"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, tuple):
        return ", ".join(value)
    named = {"nc_year": census.YEARS, "sen_code": census.PROVISIONS, "sex": SEXES}.get(field, {})
    return str(named.get(value, value))


def columns_of(sheet: Sheet, form: Any) -> list[dict[str, Any]]:
    """Each column: where it stands, what it holds, what it is read as, and whether somebody said so before."""
    usual = guess_table(sheet.headers, sheet.rows)
    return [
        {
            "place": place + 1,
            "heading": heading,
            "samples": samples_of(sheet, place),
            "field": form.of(place),
            "used": bool(form.of(place).value()) or bool(form.of(place).errors),
            "remembered": not form.is_bound and form.of(place).value() != usual.get(place, ""),
        }
        for place, heading in enumerate(sheet.headers)
    ]


def samples_of(sheet: Sheet, place: int) -> list[str]:
    """The first different values of a column."""
    found: dict[str, None] = {}
    for _, cells in sheet.rows:
        if place < len(cells) and cells[place] is not None:
            found.setdefault(_short(cells[place]))
        if len(found) == SAMPLES:
            break
    return list(found)


def _short(cell: Cell) -> str:
    text = f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)
    return text if len(text) <= LONGEST_SAMPLE else f"{text[: LONGEST_SAMPLE - 1]}…"


def tabs_of(draft: Draft, shown: str) -> list[dict[str, Any]]:
    """The parts of the preview, with how many rows each has."""
    counts = {
        "added": len(draft.plan.additions),
        "changed": len(draft.plan.changes),
        "unchanged": len(draft.plan.unchanged),
        "notices": len(draft.notices),
    }
    return [{"key": key, "label": label, "count": counts[key], "current": key == shown} for key, label in TABS.items()]


def tab_asked(draft: Draft, asked: str) -> str:
    """The tab to show: the one asked for, else the first that has rows."""
    if asked in TABS:
        return asked
    return next((tab for tab in ("added", "changed", "unchanged") if rows_of(draft, tab)), "added")


def rows_of(draft: Draft, shown: str) -> Sequence[Any]:
    """What a tab pages through."""
    plan = draft.plan
    return {
        "added": plan.additions,
        "changed": plan.changes,
        "unchanged": plan.unchanged,
        "notices": draft.notices,
    }[shown]


def listed(shown: str, rows: Sequence[Any]) -> list[Any]:
    """The rows of one page as the template shows them."""
    shape = {"added": _added, "changed": _changed, "unchanged": _unchanged}.get(shown)
    return [shape(row) for row in rows] if shape else list(rows)


def name_in(values: Any) -> str:
    """Surname and forename, as far as they are known."""
    return ", ".join(filter(None, (values.get("surname"), values.get("forename"))))


def _added(one: Addition) -> dict[str, Any]:
    flags = [tag for field, tag in Learner.FLAGS.items() if one.values.get(field)]
    return {
        "row": one.row.row,
        "name": name_in(one.values),
        "born": one.values.get("date_of_birth"),
        "upn": one.values.get("upn", ""),
        "year": census.YEARS.get(str(one.values.get("nc_year", "")), ""),
        "guessed": "nc_year" not in one.row.values,
        "group": one.values.get("group", ""),
        "sen": one.values.get("sen_code", ""),
        "needs": one.values.get("needs", ()),
        "flags": flags,
        "left": one.values.get("left"),
        "contacts": len(one.row.contacts),
    }


def _changed(one: Change) -> dict[str, Any]:
    return {
        "row": one.row.row,
        "id": one.learner.id,
        "name": name_in(one.learner.values),
        "fields": [_change(field) for field in one.fields],
    }


def _change(field: FieldChange) -> dict[str, str]:
    old = "" if field.field == "contacts" else words(field.field, field.old)
    return {"label": label_of(field.field), "old": old, "new": words(field.field, field.new)}


def _unchanged(pair: tuple[LearnerRow, Known]) -> dict[str, Any]:
    row, learner = pair
    return {"row": row.row, "id": learner.id, "name": name_in(learner.values)}


def problems_of(draft: Draft) -> list[dict[str, Any]]:
    """The first problems, each with the key that leaves its value or its row out."""
    return [{"problem": problem, "key": key_of(problem)} for problem in draft.problems[:MOST_PROBLEMS]]


def key_of(problem: Problem) -> str:
    """A problem's place as a form sends it: "12:sex", or "12:" for the whole row."""
    return f"{problem.row}:{problem.field}"


def decided_of(choices: Choices) -> str:
    """What a person decided about doubtful rows, as a sentence; "" for nothing."""
    counts = [
        (len(choices.values), "value left out", "values left out"),
        (len(choices.rows), "row left out", "rows left out"),
        (len(choices.who), "child decided", "children decided"),
    ]
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)


def possible_of(draft: Draft) -> list[dict[str, Any]]:
    """The rows that may be somebody known, with who it may be."""
    return [
        {
            "row": one.row.row,
            "name": name_in(one.row.values),
            "born": one.row.values.get("date_of_birth"),
            "upn": one.row.values.get("upn", ""),
            "reason": one.reason,
            "learners": [
                {
                    "id": known.id,
                    "name": name_in(known.values),
                    "upn": known.text("upn"),
                    "born": known.values.get("date_of_birth"),
                    "year": census.YEARS.get(known.text("nc_year"), ""),
                    "group": known.text("group"),
                    "left": known.values.get("left"),
                }
                for known in one.learners
            ],
        }
        for one in draft.plan.possible
    ]


def leavers_of(draft: Draft, ticked: set[str]) -> list[dict[str, Any]]:
    """Those on roll whom the list leaves out."""
    return [
        {
            "id": known.id,
            "name": name_in(known.values),
            "year": census.YEARS.get(known.text("nc_year"), ""),
            "group": known.text("group"),
            "ticked": str(known.id) in ticked,
        }
        for known in draft.plan.leavers
    ]
