"""Pupils as programs hand them on: one JSON object a pupil. Pure.

One object, a list of objects, or an object whose only list of objects is the pupils. What is nested in a pupil is left
out: no detail we keep stands there.
"""

import json

from learners.reading.sheet import Cell, Clock, Sheet, check_size, tidy
from provisionmap.web.text_file import Refused

DEEPEST = 50
REMEDY = "Export the pupil list from your MIS as CSV or Excel (.xlsx), or as a Common Transfer File (.xml)."


def read_json(text: str, clock: Clock) -> Sheet:
    """The pupils in `text` as a table, numbered from 1; a heading is a name that any of them has.

    Raises Refused with a remedy for anything else.

    >>> read_json('[{"UPN": "A1", "age": 7, "address": {"town": "Derby"}}]', Clock()).rows
    [(1, ['A1', '7'])]
    """
    pupils = _pupils(tree_of(text, REMEDY))
    headers: dict[str, None] = {}
    for number, pupil in enumerate(pupils, start=1):
        clock.check()
        headers |= {name: None for name, value in pupil.items() if not isinstance(value, dict | list)}
        check_size(number, len(headers))
    rows = [(number, [_cell(pupil.get(name)) for name in headers]) for number, pupil in enumerate(pupils, start=1)]
    return Sheet("", "json", [tidy(name) or "" for name in headers], 0, rows)


def tree_of(text: str, remedy: str) -> object:
    """What stands in `text`; numbers stay the words they were. Raises Refused."""
    if _depth(text) > DEEPEST:
        raise Refused("This JSON file is nested in a way no pupil list is.", remedy)
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise Refused(f"This JSON file is broken at line {error.lineno:,}.", "Export it again.") from error


def _depth(text: str) -> int:
    """How deep the brackets go; those in texts count too, which errs on the safe side."""
    deepest = now = 0
    for sign in text:
        if sign in "[{":
            now += 1
            deepest = max(deepest, now)
        elif sign in "]}":
            now -= 1
    return deepest


def _pupils(found: object) -> list[dict[str, object]]:
    """The objects that are pupils. Raises Refused where there are none, or no telling which."""
    if isinstance(found, dict):
        lists = [value for value in found.values() if _objects(value)]
        plain = any(not isinstance(value, dict | list) for value in found.values())
        found = [found] if plain else lists[0] if len(lists) == 1 else []
    if not isinstance(found, list) or not _objects(found):
        raise Refused("This JSON file holds no list of pupils.", REMEDY)
    return found


def _objects(value: object) -> bool:
    """Whether `value` is a list of objects, and not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return value
    return tidy(value) if isinstance(value, str) else None
