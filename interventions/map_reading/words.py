"""Numbers, times and people as schools write them in the cells of a provision map. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["minutes", "sessions", "weeks", "group", "ratio", "staff", "period"]

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "once": 1, "twice": 2, "thrice": 3,
}  # fmt: skip
NUM = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
DASH = r"(?:-|to|or|and)"
MIN = r"(?:min[a-z]{0,4}|mins?|m)(?![a-z])"  # "mind" and "mintues" happen
HOUR = r"(?:hours?|hrs?|h)(?![a-z])"


@dataclass(frozen=True)
class Mark:
    """A number or word that was read, and the characters it came from."""

    kind: Kind
    start: int
    end: int
    value: str = ""


def folded(text: str) -> str:
    """`text` for comparing: small letters and plain signs, every character in its old place.

    >>> folded("3 × 20 Mins – TA")
    '3 x 20 mins - ta'
    """
    plain = {"×": "x", "✕": "x", "*": "x", "–": "-", "—": "-", "−": "-", "‑": "-", "\xa0": " ", "\t": " ", "’": "'",
             "½": "½", "\n": " "}  # fmt: skip
    return "".join(plain.get(letter, small if len(small := letter.lower()) == 1 else letter) for letter in text)


def number(text: str) -> int:
    """A number in figures or in words.

    >>> number("12"), number("two"), number("twice")
    (12, 2, 2)
    """
    return NUMBERS.get(text) or int(text)


# Who delivers, and the key of the role (Deliverer.ROLES). Longer words first: "hlta" before "ta".
STAFF: tuple[tuple[str, str], ...] = (
    (r"higher[ -]level (?:teaching )?(?:assistant|ta)s?|hltas?", "hlta"),
    (r"send?coo?s?|inclusion (?:lead|leader|manager)s?", "senco"),
    (r"class ?teachers?|subject teachers?|c/?t\b|teachers? of the deaf|specialist teachers?|advisory teachers?"
     r"|teachers?", "teacher"),
    (r"teaching assistants?|learning support assistants?|support assistants?|support staff|tas?\b|lsas?\b|lsws?\b"
     r"|nursery nurses?|keyworkers?|key workers?", "ta"),
    (r"speech (?:and|&) language therapists?|speech therapists?|salts?|slts?|occupational therapists?|physiotherapists?"
     r"|physios?|art therapists?|play therapists?|music therapists?|therapists?", "therapist"),
    (r"educational psychologists?|ed psychs?|eps?\b", "specialist"),
    (r"(?:trained )?volunteers?|learning mentors?|mentors?|counsellors?|midday supervisors?|msas?\b|elsas?\b"
     r"|family support workers?|pastoral (?:lead|team|manager)s?", "other"),
)  # fmt: skip
_STAFF = re.compile(
    r"(?<![a-z0-9])(?:" + "|".join(f"(?P<r{n}>{words})" for n, (words, _) in enumerate(STAFF)) + r")(?![a-z])"
)
_ROLE_OF = {f"r{n}": role for n, (_, role) in enumerate(STAFF)}
SPECIALISTS = re.compile(r"of the deaf|specialist|advisory")


def staff_in(text: str) -> list[Mark]:
    """The words for members of staff in `text`, each with the key of its role.

    >>> [(mark.value, mark.start, mark.end) for mark in staff_in("3 x 20 mins TA or Class Teacher")]
    [('ta', 12, 14), ('teacher', 18, 31)]
    """
    marks = []
    for found in _STAFF.finditer(folded(text)):
        role = _ROLE_OF[found.lastgroup or ""]
        if role == "teacher" and SPECIALISTS.search(found[0]):
            role = "specialist"
        marks.append(Mark("staff", found.start(), found.end(), role))
    return marks


# What tells one therapist or assistant from another, before the word for their role: "NHS therapist", "EAL TA".
WHOSE = re.compile(r"(?<![A-Za-z])(?!AM |PM |TA |OR |AND )[A-Z]{2,5} $")


def named_staff(text: str, mark: Mark) -> str:
    """The words for a member of staff as they are written, with the letters that say whose they are.

    >>> text = "30 mins with NHS therapist or a TA"
    >>> [named_staff(text, mark) for mark in staff_in(text)]
    ['NHS therapist', 'TA']
    """
    before = WHOSE.search(text[: mark.start])
    return text[before.start() if before else mark.start : mark.end]


# What stands between numbers but is none of a dose: years, key stages, money, days of the calendar, levels, sets.
NOT_DOSE = re.compile(
    r"\b(?:y(?:(?:ea)?rs?)?\.? ?(?:group )?|ks ?|key stage |stage |level |phase |set |unit |step |book |band |wave "
    r"|tier |class |grade )\d+(?: ?(?:-|/|,|&|and|to) ?\d+)*(?! ?min)"
    r"|£ ?\d[\d,.]*k?|\d[\d,.]* ?(?:pounds|gbp)\b"
    r"|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b(?:19|20)\d\d(?:[/-]\d{2,4})?\b|\b\d+(?:st|nd|rd|th)\b|\b\d+(?:\.\d+)? ?%"
)


def masked(text: str, pattern: re.Pattern[str]) -> str:
    """`text` with what `pattern` finds blanked, every other character in its place.

    >>> masked("y4 3 x 10", NOT_DOSE)
    '   3 x 10'
    """
    return pattern.sub(lambda found: " " * len(found[0]), text)
