"""A timetable in words, beside the dose it is to give. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from interventions.timetable import Slot

EVERY = {"": "every week", "A": "in week A", "B": "in week B"}


@dataclass(frozen=True)
class Sum:
    """What the times of a week add up to, beside the dose; `differs` where that is not the same."""

    words: str
    differs: str = ""


def _many(slots: Collection[Slot]) -> str:
    lengths = {one.minutes for one in slots}
    if len(lengths) == 1:
        return f"{len(slots)} × {lengths.pop()} min"
    return f"{len(slots)} sessions, {sum(one.minutes for one in slots)} min"


def week_sum(slots: Collection[Slot], sessions: int | None, minutes: int | None) -> Sum:
    """The week of `slots`, which all count now, beside a dose of `sessions` × `minutes`.

    >>> from datetime import date, time
    >>> slots = [Slot(day, time(9, 15), 10, date(2026, 9, 1)) for day in (0, 2)]
    >>> week_sum(slots, 2, 10).words, week_sum(slots, 3, 10).differs
    ('2 × 10 min planned of 2 × 10 min', '10 min a week are not planned yet')
    """
    dose = f" of {sessions} × {minutes} min" if sessions and minutes else ""
    if not slots:
        return Sum(f"No time of the week is planned yet{dose}")
    in_week = {letter: [one for one in slots if one.week in ("", letter)] for letter in ("A", "B")}
    if all(not one.week for one in slots):
        words = f"{_many(slots)} planned{dose}"
    else:
        told = ", ".join(f"week {letter} {_many(found) if found else 'nothing'}" for letter, found in in_week.items())
        words = f"{told[0].upper()}{told[1:]}, planned{dose}"
    if not dose:
        return Sum(words)
    owed = (sessions or 0) * (minutes or 0)
    planned = sum(one.minutes * (1 if one.week else 2) for one in slots)  # of two weeks, so that halves stay whole
    short = 2 * owed - planned
    if short:
        each = f"{abs(short) // 2} min" if short % 2 == 0 else f"{abs(short)} min in two weeks, so {abs(short) / 2} min"
        return Sum(words, f"{each} a week are {'not planned yet' if short > 0 else 'planned beyond the dose'}")
    return Sum(words)
