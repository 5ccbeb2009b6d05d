"""What one cell of a pupil list means for one field of a learner. Pure.

Source: DfE Common Basic Data Set (CS006, CS071, CS087, CS096, CS106, CS118, CS133) and the words that
exports use for the same things; docs/domain.md, "Codes".
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from learners import census

MOST_DIGITS = 30  # before or after the point: written out, 1E3000000 would take minutes
LENGTHS = {
    "surname": 80,
    "forename": 80,
    "middle_names": 120,
    "preferred_name": 80,
    "group": 40,
}
YES = frozenset({"y", "yes", "t", "true", "1", "x", "✓", "✔", "eligible"})
NO = frozenset({"n", "no", "f", "false", "0", "-", "none", "not eligible", "not declared"})
UNKNOWN = frozenset({"u", "unknown", "r", "refused", "n/a", "not known", "not obtained"})
# Codes that say yes in one field only.
YES_CODES: dict[str, frozenset[str]] = {
    "pupil_premium": frozenset({"pp", "dpp", "scp", "lap", "afc", "eyp", "ever 6", "ever6", "fsm6"}),
    "fsm": frozenset({"fsm", "tfsm", "efsm", "ofsm"}),
    "eal": frozenset({"eal"}),
    "looked_after": frozenset({"lac", "cla", "in care", "looked after", "currently in care"}),
    "previously_looked_after": frozenset({"plac", "pla", "a", "g", "r", "c", "o"}),
    "young_carer": frozenset({"p", "s", "young carer"}),
    "service_child": frozenset({"service child"}),
}
NOT_EAL = frozenset({"eng", "enb", "english", "believed to be english", "engb"})
LANGUAGE_UNKNOWN = frozenset({"not", "ref", "zzz"})
SEXES = {"m": "M", "male": "M", "boy": "M", "f": "F", "female": "F", "girl": "F"}
SEN_WORDS = {
    "no sen": "N",
    "no special educational need": "N",
    "no special educational needs": "N",
    "none": "N",
    "sen support": "K",
    "sens": "K",
    "support": "K",
    "ehcp": "E",
    "ehc plan": "E",
    "ehc": "E",
    "education health and care plan": "E",
    "statement": "S",
    "statemented": "S",
    "school action": "A",
    "school action plus": "P",
}
ENROLMENTS = {"C", "M", "S", "F", "O", "G", "P"}


class Unreadable(Exception):
    """A cell that means nothing for its field: why, and what to write. Never holds the value."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def as_text(cell: str | date | Decimal | bool) -> str:
    """A cell as text: whole numbers without a fraction.

    >>> as_text(Decimal("4.0")), as_text(True)
    ('4', 'Yes')
    """
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, Decimal):
        whole = abs(cell.adjusted()) <= MOST_DIGITS and cell == cell.to_integral_value()
        return str(int(cell)) if whole else str(cell)
    return " ".join(str(cell).split())


def read_words(field: str, text: str) -> str:
    """A name or group. Raises Unreadable for one that is too long to keep."""
    if len(text) > LENGTHS[field]:
        raise Unreadable(f"This is longer than {LENGTHS[field]} characters.", "Shorten it.")
    return text


def read_full_name(text: str) -> tuple[str, str]:
    """Surname and forename from one text. Only a comma tells which is which.

    >>> read_full_name("Lovelace, Ada")
    ('Lovelace', 'Ada')
    """
    surname, comma, forename = (part.strip() for part in text.partition(","))
    if not comma or not surname or not forename:
        raise Unreadable(
            "It can't be told which part is the surname.", 'Write "Surname, Forename", or give each its own column.'
        )
    return read_words("surname", surname), read_words("forename", forename)


def read_sex(text: str) -> str:
    """M or F."""
    try:
        return SEXES[text.casefold()]
    except KeyError:
        raise Unreadable("This is not a sex code of the census.", "Write F or M, or leave it empty.") from None


def read_flag(field: str, text: str) -> bool | None:
    """Yes, no, or None where the list itself says it does not know.

    >>> read_flag("fsm", "T"), read_flag("pupil_premium", "DPP"), read_flag("eal", "PAN"), read_flag("eal", "ENG")
    (True, True, True, False)
    """
    word = text.casefold()
    if word in YES_CODES[field] or word in YES:
        return True
    if word in NO or (field == "eal" and word in NOT_EAL):
        return False
    if word in UNKNOWN or (field == "eal" and word in LANGUAGE_UNKNOWN):
        return None
    if field == "eal" and len(word) >= 3 and word.replace(" ", "").isalpha():
        return True  # a language that is not English
    raise Unreadable("This is neither yes nor no.", "Write Y or N.")


def read_sen_code(text: str) -> str:
    """N, K or E from a code or its words. Raises Unreadable, with what to use, for codes of the past.

    >>> read_sen_code("K - SEN Support"), read_sen_code("Education, Health and Care Plan")
    ('K', 'E')
    """
    words = " ".join(re.findall(r"[a-z+]+", text.casefold()))
    code = SEN_WORDS.get(words) or text.split(maxsplit=1)[0].strip(":-–.").upper()
    if code in census.PROVISIONS:
        return code
    if code in census.LEGACY:
        raise Unreadable(census.LEGACY[code], "Change the code in the MIS, or leave this value out.")
    raise Unreadable("This is not a SEN provision code.", "Write N, K or E.")


def read_needs(text: str) -> list[str]:
    """Types of need, in order, from codes or names, one or several.

    >>> read_needs("SLCN; Social, Emotional and Mental Health"), read_needs("ASD, SPLD")
    (['SLCN', 'SEMH'], ['ASD', 'SPLD'])
    """
    if whole := _need(text):
        return [whole]
    found = []
    for part in re.split(r"[;|/\n]", text):
        whole = _need(part)
        found += [whole] if whole else [_need(piece) or _unknown(piece) for piece in part.split(",") if piece.strip()]
    return list(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Words in small letters, in the singular, without what joins them."""
    words = re.findall(r"[a-z]+", text.casefold())
    return " ".join(
        re.sub(r"(?:(?<=t)ies|(?<=need)s)$", _singular, word) for word in words if word not in ("and", "or")
    )


def _singular(ending: re.Match[str]) -> str:
    return "y" if ending[0] == "ies" else ""


NEED_NAMES = {_plain(name): code for code, name in census.NEEDS.items()} | {
    "profound multiple learning difficulty": "PMLD",
    "speech language communication need": "SLCN",
    "speech language communication": "SLCN",
    "autism spectrum disorder": "ASD",
    "autism spectrum condition": "ASD",
    "multisensory impairment": "MSI",
    "sen support but no specialist assessment of type of need": "NSA",
    "no specialist assessment": "NSA",
    "visual impairment": "VI",
    "autism": "ASD",
    "autistic spectrum condition": "ASD",
    "dyslexia": "SPLD",
    "social emotional mental health need": "SEMH",
    "other difficulty disability": "OTH",
    "down s syndrome": "DS",
}


def _need(text: str) -> str:
    """The code a text names, "" where it names none."""
    words = _plain(text)
    first = re.match(r"\s*([A-Za-z]+)\*?\s*(?:[-–:(]|$)", text)
    code = first[1].upper() if first else ""
    return code if code in census.NEEDS else NEED_NAMES.get(words, "")


def _unknown(text: str) -> str:
    known = census.OLD_NEEDS.get(text.strip().upper(), "This is not a census type of need.")
    raise Unreadable(known, "Change it in the MIS, or leave this value out and choose the type here later.")


def read_enrolment(text: str) -> str:
    """The enrolment status code (CS092).

    >>> read_enrolment("C (Current)")
    'C'
    """
    code = text.split(maxsplit=1)[0].upper()[:1]
    if code in ENROLMENTS:
        return code
    raise Unreadable("This is not an enrolment status.", "Write C, M, S, F, O, G or P.")


# What stands under printed lists: "Total: 30 pupils", "30 learners", "Printed on …", "Page 1 of 2", "End of report".
CLOSING_LINE = re.compile(
    r"\s*(?:(?:grand |sub ?)?totals?\b|count\b|number of\b|\d+ (?:pupils|students|learners|children)\b"
    r"|(?:printed|produced|generated|exported|created|report run)\b|page \d|end of (?:report|list)\b)",
    re.IGNORECASE,
)
MOST_IN_CLOSING_LINE = 3  # filled cells; a pupil's row has more, or a UPN


def closes_a_list(row: Sequence[object]) -> bool:
    """Whether a row is the total or the signature under a printed list.

    >>> closes_a_list(["Total: 30 pupils", None]), closes_a_list(["Count", None, 30]), closes_a_list(["Page", "Anna"])
    (True, True, False)
    """
    filled = [str(cell) for cell in row if cell is not None]
    return 0 < len(filled) <= MOST_IN_CLOSING_LINE and bool(CLOSING_LINE.match(filled[0]))
