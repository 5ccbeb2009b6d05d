"""Unique pupil numbers. Pure.

Source: UK Government Data Standards Catalogue, UniquePupilNumber 2.0: check letter, local authority 3,
establishment 4, year 2, serial 3 (a temporary number: serial 2 and a letter); letters without I, O, S.
"""

import re

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
LENGTH = 13
SHAPE = re.compile(rf"[{LETTERS}]\d{{11}}[\d{LETTERS}]")


def normalise(text: str) -> str:
    """`text` as UPNs are kept: capitals, no spaces.

    >>> normalise(" g80120000101a ")
    'G80120000101A'
    """
    return re.sub(r"\s+", "", text).upper()


def is_temporary(upn: str) -> bool:
    """Whether a well-formed `upn` is a temporary one: it ends in a letter."""
    return upn[-1:].isalpha()


def check_letter(upn: str) -> str:
    """The first letter that the other twelve characters of a well-formed `upn` call for.

    >>> check_letter("R201100018042")
    'R'
    """
    total = sum(
        weight * (int(character) if character.isdigit() else LETTERS.index(character))
        for weight, character in enumerate(upn[1:], start=2)
    )
    return LETTERS[total % len(LETTERS)]


def doubts(upn: str) -> list[str]:
    """What is odd about `upn`, as sentences. Real lists hold such numbers, so they warn and never refuse.

    >>> doubts("P207000016049")
    []
    >>> doubts("A801200005001")
    ['The check letter should be B: compare with the MIS.']
    """
    if not SHAPE.fullmatch(upn):
        return ["A UPN is a letter and 12 digits (a temporary one ends in a letter), without I, O and S."]
    wanted = check_letter(upn)
    if upn[0] != wanted:
        return [f"The check letter should be {wanted}: compare with the MIS."]
    return []


def refusal(upn: str) -> str:
    """Why `upn` cannot be kept at all, or "": only its length and its characters are held against it."""
    if len(upn) != LENGTH or not upn.isascii() or not upn.isalnum():
        return "A UPN has 13 letters and digits: copy it again from the MIS, or leave it empty."
    return ""
