"""Filling in a new provision from the library without losing what somebody typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from interventions.dose import Dose
from provisionmap.web import typed

FROM_LIBRARY = ("name", "tier", "area", "dose", "ends")  # what an entry fills in
TYPED = ("starts", "role", "outside", "subject", "place", "note")
PEOPLE = ("deliverer", "responsible")


def shown(value: Any) -> str:
    """A value as its field shows it.

    >>> shown(Dose(3, 10)), shown(date(2026, 12, 18)), shown(2), shown(None)
    ('3 × 10 min', '2026-12-18', '2', '')
    """
    if isinstance(value, Dose):
        return value.words
    return value.isoformat() if isinstance(value, date) else str(value if value is not None else "")


def filled_in(sent: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any], staff: Any) -> dict[str, Any]:
    """What the form shows once an entry was chosen: `now` where nobody typed, else what was `sent`.

    `before` is what the form was filled in with when it was read: what still stands as it was then nobody typed.
    """
    filled = dict(now)
    for name in FROM_LIBRARY:
        text = sent.get(name, "")
        if text and text != shown(before.get(name)):
            filled[name] = text
    filled |= {name: sent[name] for name in TYPED if name in sent}
    filled |= {name: staff.filter(pk=typed.number(sent.get(name))).first() for name in PEOPLE}
    return filled | {"confidential": bool(sent.get("confidential"))}
