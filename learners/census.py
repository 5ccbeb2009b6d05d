"""School census codes: SEN provision, types of need, year groups. Pure.

Source: DfE Common Basic Data Set CS071 and CS096; docs/domain.md, "Codes".
"""

import re
from collections.abc import Sequence
from datetime import date

NEEDS: dict[str, str] = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SLCN": "Speech, language and communication needs",
    "ASD": "Autistic spectrum disorder",
    "SEMH": "Social, emotional and mental health",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "DS": "Down syndrome",
    "OTH": "Other difficulty or disability",
    "NSA": "SEN support, no specialist assessment of type of need",
}
NEED_CHOICES = [(code, f"{code} · {name}") for code, name in NEEDS.items()]
PROVISIONS: dict[str, str] = {"N": "No SEN", "K": "SEN support", "E": "Education, health and care plan"}
PROVISION_CHOICES = [(code, f"{code} · {name}") for code, name in PROVISIONS.items()]
# Codes that old lists still carry, and what to write instead.
LEGACY: dict[str, str] = {
    "S": "S (statement) is no longer valid: use E for a plan, or K for SEN support.",
    "A": "A (School Action) is no longer valid: use K for SEN support, or N.",
    "P": "P (School Action Plus) is no longer valid: use K for SEN support, or N.",
    "O": "O (provision no longer needed) is no longer valid: use N.",
    "Q": "Q (School Action Plus and statutory assessment) is no longer valid: use K for SEN support.",
    "X": "X (severe educational disability) is no longer valid: use E for a plan, or K for SEN support.",
}
OLD_NEEDS: dict[str, str] = {
    "BESD": "BESD is no longer valid: SEMH is the nearest type today. Check before you use it.",
    "MED": "MED is not a census type: use PD, OTH or NSA, whichever is true.",
    "ADHD": "ADHD has no census type of its own: SEMH or OTH is usual.",
    "PLD": "PLD is not a census type: use SPLD, MLD, SLD or PMLD, whichever is true.",
}

YEARS: dict[str, str] = {
    "E1": "Early first year",
    "E2": "Early second year",
    "N1": "Nursery 1",
    "N2": "Nursery 2",
    "R": "Reception",
    **{str(number): f"Year {number}" for number in range(1, 15)},
    "X": "Not followed",
}
YEAR_CHOICES = list(YEARS.items())
YEAR_ORDER = {code: place for place, code in enumerate(YEARS)}
OLDEST_YEAR = 14


def parse_year(text: str) -> str:
    """The year group code that `text` names, "" for an empty text.

    Raises ValueError, with what to do, for a text that names none.

    >>> [parse_year(text) for text in ("Year 4", "y04", "Reception", "Nursery 2", "N1", "")]
    ['4', '4', 'R', 'N2', 'N1', '']
    """
    word = re.sub(r"\s+|[._]|(?<=\w)-", "", re.sub(r"\.0+$", "", text.strip())).upper()
    if not word:
        return ""
    if word in YEARS:
        return word
    if word in ("RECEPTION", "REC", "YR", "YEARR", "0", "Y0", "YEAR0"):
        return "R"
    nursery = re.fullmatch(r"(?:NURSERY|NUR)([12]?)", word)
    if nursery:
        return f"N{nursery[1] or 2}"
    number = re.fullmatch(r"(?:NCYEAR|NCY|YEARGROUP|YEAR|YR|Y)?0*(\d{1,2})", word)
    if number and 1 <= int(number[1]) <= OLDEST_YEAR:
        return number[1]
    raise ValueError("Write the year group as R, 1 to 14, N1 or N2.")


def year_from_birth(born: date, on: date) -> str:
    """The usual year group on `on` of a child born on `born`; years change on 1 September on both sides.

    "" where the child is too young or too old for a school year.

    >>> year_from_birth(date(2008, 9, 1), date(2020, 8, 31)), year_from_birth(date(2008, 8, 31), date(2020, 8, 31))
    ('6', '7')
    """
    school_year = on.year if on.month >= 9 else on.year - 1
    birth_year = born.year if born.month >= 9 else born.year - 1
    number = school_year - birth_year - 5
    if number < -2 or number > OLDEST_YEAR:
        return ""
    return {-2: "N1", -1: "N2", 0: "R"}.get(number, str(number))


def check_sen(code: str, needs: Sequence[str], *, types_awaited: bool = False) -> list[str]:
    """Sentences for everything the census would refuse; an empty list when all is well.

    `needs` are type codes, primary first. Source: docs/domain.md, "Codes".

    >>> check_sen("N", ["SPLD"])
    ['A learner with no SEN has no type of need: remove the types, or choose K or E.']
    """
    if code not in PROVISIONS:
        return [LEGACY.get(code, "Choose N, K or E.")]
    found = [OLD_NEEDS.get(need, f"{need} is not a census type of need.") for need in needs if need not in NEEDS]
    if code == "N" and needs:
        found.append("A learner with no SEN has no type of need: remove the types, or choose K or E.")
    if code != "N" and not needs and not types_awaited:
        found.append("SEN support and plans need at least one type of need: choose the primary need.")
    if len(set(needs)) < len(needs):
        found.append("The same type of need stands twice: each type has one rank.")
    if "NSA" in needs and code != "K":
        found.append("NSA is for SEN support (K) only: choose the assessed type of need.")
    return found
