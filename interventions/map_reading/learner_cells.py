"""The learner that a row names, with what the row says of them. Pure."""

import re
from collections.abc import Callable, Mapping

from interventions.map_reading.people import Named, learner_of
from learners import cells, census, upn

OLD_NEEDS = {"BESD": "SEMH", "EBD": "SEMH", "SEBD": "SEMH", "ASC": "ASD"}  # what the census called them before
AN_OLD_CODE = "An old code, read as {}."
MOST_NEEDS = 4
NAMING = ("upn", "learner", "surname", "forename")
Tell = Callable[[str, str, str, str], None]  # column, value, message, remedy


def learner_in(texts: Mapping[str, str], tell: Tell) -> Named | None:
    """The learner of a row, None where it names nobody; what is not read of them is told.

    >>> learner_in({"learner": "Bee, Ada", "year": "Year 4"}, print).year, learner_in({"year": "4"}, print)
    ('4', None)
    """
    name = learner_of(texts.get("learner", "")) if texts.get("learner") else Named()
    number = upn.normalise(texts.get("upn", "")) or name.upn
    surname, forename = texts.get("surname") or name.surname, texts.get("forename") or name.forename
    words = "" if surname and forename else name.words or surname or forename
    if not (number or words or surname):
        return None
    return Named(
        upn=number, surname=surname if not words else "", forename=forename if not words else "", words=words,
        year=_year(texts.get("year", ""), tell) or name.year, group=texts.get("class", "")[:40],
        sen=_sen(texts.get("sen", ""), tell), needs=_needs(texts.get("needs", ""), tell),
    )  # fmt: skip


def _year(text: str, tell: Tell) -> str:
    try:
        return census.parse_year(text) if text else ""
    except ValueError:
        tell("year", text, "This is no year group.", "The learner's year group stays as it is.")
        return ""


def _sen(text: str, tell: Tell) -> str:
    if not text:
        return ""
    try:
        return cells.read_sen_code(text)
    except cells.Unreadable as unread:
        tell("sen", text, unread.message, "The learner's SEN provision stays as it is.")
        return ""


def _needs(text: str, tell: Tell) -> tuple[str, ...]:
    found: list[str] = []
    for part in (part.strip() for part in re.split(r"[;,/\n+&]", text)):
        old = OLD_NEEDS.get(part.upper())
        if old:
            tell("needs", part, AN_OLD_CODE.format(old), "Mend it here if that is wrong.")
            found.append(old)
        elif part:
            try:
                found += cells.read_needs(part)
            except cells.Unreadable as unread:
                tell("needs", part, unread.message, "The learner's needs stay as they are.")
    return tuple(dict.fromkeys(found))[:MOST_NEEDS]
