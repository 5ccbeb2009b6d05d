"""What one cell of a tier column lists: provisions, each with its name, staff and dose. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from interventions.map_reading.dose_words import DoseReading, read_dose_words
from interventions.map_reading.words import folded, staff_in

CUTS = frozenset({"minutes", "sessions", "weeks", "period"})  # what ends a provision's name within an item
LONGEST_PIECE = 60  # letters of one thing in a list with commas; longer ones are sentences
FEWEST_PIECES = 3  # "Reading, with a TA" is no list
COMMAS = re.compile(r",(?![^(]*\))")
# Roles whose words are no provision's name: "ELSA", "SALT" or "EP" alone may be the provision itself.
NEVER_A_NAME = frozenset({"ta", "hlta", "teacher", "senco"})
PERSON = re.compile(r"(?<![a-z])(?:mrs?|ms|miss|mx|dr|sir)\.? [a-z][a-z'-]+")
# Words between the numbers of a dose, of a group or of a person, which name no provision.
FILLING = re.compile(
    r"\b(?:a|an|the|with|by|for|in|on|of|per|each|every|and|or|from|at|to|x|times?|only|once|twice|led|supported"
    r"|support by|delivered by|run by|max(?:imum)?|up to|at least|approx|about|around|small|groups?|group size|pairs?"
    r"|paired|size|individual(?:ly)?|whole class|adult|sessions?|lessons?|slots?|mornings?|afternoons?|days?|weeks?"
    r"|school|am|pm|break ?times?|lunch ?times?|break|lunch|assembly|after school|before school|alternate|terms?|half"
    r"|autumn|spring|summer)\b"
)


@dataclass(frozen=True)
class Item:
    """A provision as one text gives it: the name, who delivers (name and role), and the dose, if one is worded."""

    name: str
    people: tuple[tuple[str, str], ...]
    dose: DoseReading | None
    more: bool = False  # words behind the name that are neither dose nor staff


def items_in(text: str) -> list[str]:
    """The provisions that one cell lists: parted by lines, semicolons or bullets, or by commas where it is a list.

    A part that is only a dose, a person or a group's size names no provision: it belongs to the one before it.

    >>> items_in("Nessy 3 x 20 mins; Lego therapy"), items_in("Worry box, brain breaks, soft start, visual timetable")
    (['Nessy 3 x 20 mins', 'Lego therapy'], ['Worry box', 'brain breaks', 'soft start', 'visual timetable'])
    >>> items_in("Reading, with a TA"), items_in("Nurture group, 4 x afternoons, TA")
    (['Reading, with a TA'], ['Nurture group, 4 x afternoons, TA'])
    """
    parts = re.split(r"[\n;•·▪●]+|\s\|\s|(?:^|\s)[-–*]\s+(?=[A-Z])", text)
    parts = [part.strip(" \t.,-–*") for part in parts]
    parts = [part for part in parts if part]
    if len(parts) == 1:
        pieces = [piece.strip() for piece in COMMAS.split(parts[0]) if piece.strip()]
        if len(pieces) >= FEWEST_PIECES and all(len(piece) <= LONGEST_PIECE for piece in pieces):
            parts = pieces
    return _joined(parts)


def _joined(parts: list[str]) -> list[str]:
    found: list[str] = []
    before = ""
    for part in parts:
        if found and is_beside(part, before):
            found[-1] += f", {part}"
            before = part
        else:
            found.append(part)
            before = ""
    return found


@lru_cache(maxsize=4096)
def is_beside(part: str, before: str = "") -> bool:
    """Whether a part of a list is only a dose, a person or a group's size. `before` is such a part just before it.

    >>> is_beside("4 x afternoons"), is_beside("TA"), is_beside("group of 4"), is_beside("Lego, weekly")
    (True, True, True, False)
    >>> is_beside("ELSA"), is_beside("ELSA", "20 mins weekly")
    (False, True)
    """
    plain = folded(part)
    staff = staff_in(part)
    first = min(staff, key=lambda mark: mark.start, default=None)
    if first and first.value not in NEVER_A_NAME and not before and not FILLING.sub("", plain[: first.start]).strip():
        return False
    left = list(plain)
    for mark in read_dose_words(part).marks:
        left[mark.start : mark.end] = " " * (mark.end - mark.start)
    words = FILLING.sub(" ", PERSON.sub(" ", "".join(left)))
    return not re.search(r"[^\W_]", words)


def parted(text: str, *, weekly: bool) -> Item:
    """Name, staff and dose of one item; no dose where the text words none.

    >>> item = parted("Nessy 3 x 20 mins TA", weekly=True)
    >>> item.name, item.people, item.dose.dose
    ('Nessy', (('TA', 'ta'),), Dose(sessions=3, minutes=20))
    """
    dose = read_dose_words(text, weekly=weekly)
    cuts = [mark for mark in dose.marks if mark.kind in CUTS and mark.start > 0]
    cut = min([_first_beside(text), *(mark.start for mark in cuts)])
    name = text[:cut].strip(" \t-–:,(@.")
    if cut == len(text):
        return Item(name, (), dose if dose.says_something else None)
    if not re.search(r"[a-z]{3}", folded(name)):
        name = text
    name = re.sub(r"\s+(?:for|x|with|-)$", "", name).strip(" -–:,(")
    more = name != text and not is_beside(text[cut:], before="a dose")
    return Item(name, _people(text, cut), dose if dose.says_something or cuts else None, more)


def _first_beside(text: str) -> int:
    """Where the first part stands that is only a dose, a person or a group's size; the end where there is none."""
    pieces = COMMAS.split(text)
    at = len(pieces[0])
    for piece in pieces[1:]:
        if is_beside(piece):
            return at
        at += len(piece) + 1
    return len(text)


def _people(text: str, cut: int) -> tuple[tuple[str, str], ...]:
    """Who delivers, from the words behind the name: roles, and people by name; "Mrs Hill (TA)" is one person."""
    roles = {mark.start: mark for mark in staff_in(text) if mark.start >= cut}
    found = []
    for person in PERSON.finditer(folded(text)):
        if person.start() >= cut:
            role = roles.pop(person.end() + 1, None) or roles.pop(person.end() + 2, None)
            found.append((person.start(), text[person.start() : person.end()], role.value if role else "other"))
    found += [(mark.start, text[mark.start : mark.end], mark.value) for mark in roles.values()]
    return tuple((name, role) for _, name, role in sorted(found))
