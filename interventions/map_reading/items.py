"""What one cell of a tier column lists: provisions, each with its name, staff and dose. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

from interventions.map_reading.columns import subject_of
from interventions.map_reading.dose_words import DoseReading, read_dose_words
from interventions.map_reading.words import NOT_DOSE, folded, masked, named_staff, staff_in

CUTS = frozenset({"minutes", "sessions", "weeks", "period"})  # what ends a provision's name within an item
LONGEST_PIECE = 60  # letters of one thing in a list with commas; longer ones are sentences
FEWEST_PIECES = 3  # "Reading, with a TA" is no list
COMMAS = re.compile(r",(?![^(]*\))")
INITIALS = re.compile(r"\([A-Z]{2,3}\)")  # of whoever delivers it
AND = re.compile(r" (?:and|or) |&|/")
GOES_ON = re.compile(
    r"(?:with|using|in|for|and|or|to|from|at|of|on|by|via|as|if|when|then|plus|including|incl|such as|eg|e\.g|i\.?e)\b",
    re.IGNORECASE,
)
# Roles whose words are no provision's name: "ELSA", "SALT" or "EP" alone may be the provision itself.
NEVER_A_NAME = frozenset({"ta", "hlta", "teacher", "senco"})
PERSON = re.compile(r"(?<![a-z])(?:mrs?|ms|miss|mx|dr|sir)\.? [a-z][a-z'-]+")
# Words between the numbers of a dose, of a group or of a person, which name no provision.
FILLING = re.compile(
    r"\b(?:a|an|the|with|by|for|in|on|of|per|each|every|and|or|from|at|to|x|times?|only|once|twice|led|supported"
    r"|support by|delivered by|run by|max(?:imum)?|up to|at least|approx|about|around|small|groups?|group size|pairs?"
    r"|paired|size|individual(?:ly)?|whole class|adult|sessions?|lessons?|slots?|mornings?|afternoons?|days?|weeks?"
    r"|school|am|pm|break ?times?|lunch ?times?|break|lunch|assembly|after school|before school|alternate|terms?|half"
    r"|autumn|spring|summer|nhs)\b"
)


@dataclass(frozen=True)
class Item:
    """A provision as one text gives it: the name, who delivers (name and role), and the dose, if one is worded."""

    name: str
    people: tuple[tuple[str, str], ...]
    dose: DoseReading | None
    more: bool = False  # words behind the name that are neither dose nor staff


@dataclass(frozen=True)
class Parted:
    """A line of a cell that was parted at its commas: the line as written, and what it was parted into.

    `kept` says that a person wants it as one.
    """

    line: str
    pieces: tuple[str, ...]
    kept: bool = False

    @property
    def key(self) -> str:
        """What a person's decision about this line is kept under."""
        return sha256(self.line.encode()).hexdigest()[:12]


def items_in(text: str) -> list[str]:
    """The provisions that one cell lists: parted by lines, semicolons or bullets, or at commas.

    A part that is only a dose, a person or a group's size names no provision: it belongs to the one before it.

    >>> items_in("Nessy 3 x 20 mins; Lego therapy"), items_in("Worry box, brain breaks, soft start, visual timetable")
    (['Nessy 3 x 20 mins', 'Lego therapy'], ['Worry box', 'brain breaks', 'soft start', 'visual timetable'])
    >>> items_in("Reading, with a TA"), items_in("Nurture group, 4 x afternoons, TA")
    (['Reading, with a TA'], ['Nurture group, 4 x afternoons, TA'])
    >>> items_in("Pre-teaching 4x10 (AR), Nurture group"), items_in("Visual timetable, now/next board")
    (['Pre-teaching 4x10 (AR)', 'Nurture group'], ['Visual timetable, now/next board'])
    """
    return cell_of(text)[0]


def cell_of(text: str, library: Collection[str] = (), kept: Collection[str] = ()) -> tuple[list[str], list[Parted]]:
    """The provisions that one cell lists, and which of its lines were parted at commas.

    `library` holds names in small letters; lines whose key is among `kept` stay in one piece.
    """
    lines = re.split(r"[\n;•·▪●]+|\s\|\s|(?:^|\s)[-–*]\s+(?=[A-Z])", text)
    lines = [line for line in (one.strip(" \t.,-–—*") for one in lines) if line]
    found, parted_lines = [], []
    for line in lines:
        pieces = _joined(_at_commas(line, library, alone=len(lines) == 1))
        told = Parted(line, tuple(pieces))
        if told.key in kept:
            told, pieces = replace(told, kept=True), [line]
        if len(told.pieces) > 1:
            parted_lines.append(told)
        found += pieces
    return _joined(found), parted_lines


def _at_commas(line: str, library: Collection[str], *, alone: bool) -> list[str]:
    """A line parted at its commas: all of them where it is a list, else those between two provisions.

    In a cell of several lines the lines part its provisions: a comma within one counts where both sides have a dose.
    """
    pieces = [piece.strip() for piece in COMMAS.split(line) if piece.strip()]
    if alone and len(pieces) >= FEWEST_PIECES and all(len(piece) <= LONGEST_PIECE for piece in pieces):
        return pieces
    found = pieces[:1]
    for piece in pieces[1:]:
        two = _stands(piece, library) and _names(found[-1]) if alone else _has_own(piece) and _has_own(found[-1])
        if two:
            found.append(piece)
        else:
            found[-1] += f", {piece}"
    return found


def _stands(piece: str, library: Collection[str]) -> bool:
    """Whether what follows a comma is a provision of its own: by a dose, initials, the library or a capital."""
    if _has_own(piece):
        return True
    if not _names(piece) or subject_of(piece):  # "support in Maths, English" is one
        return False
    listed = len(piece) <= LONGEST_PIECE and not AND.search(piece)  # "Reading, Writing and Maths" is one name
    return piece.casefold() in library or (piece[:1].isupper() and listed)


def _has_own(piece: str) -> bool:
    """Whether a piece names something and says a dose or somebody's initials of it."""
    return _names(piece) and bool(INITIALS.search(piece) or read_dose_words(piece).says_something)


def _names(piece: str) -> bool:
    """Whether a piece names something: not only a dose, staff or a year group, and no going on of the words before."""
    if is_beside(piece, before="a dose") or GOES_ON.match(piece):
        return False
    return bool(re.search(r"[^\W\d_]{3}", masked(folded(parted(piece, weekly=True).name), NOT_DOSE)))


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
    found += [(mark.start, named_staff(text, mark), mark.value) for mark in roles.values()]
    return tuple((name, role) for _, name, role in sorted(found))
