"""Which column of a pupil list is which detail of a learner. Pure.

Source: headings that management information systems, census files and publishers' forms print;
docs/domain.md, "Importing". Schools choose their own headings, so every guess can be corrected.
"""

import re
from collections.abc import Mapping, Sequence

from learners import upn

FIELDS: dict[str, str] = {
    "upn": "UPN",
    "former_upn": "Former UPN",
    "surname": "Surname",
    "forename": "Forename",
    "full_name": "Full name (Surname, Forename)",
    "middle_names": "Middle names",
    "preferred_name": "Preferred name",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "nc_year": "Year group",
    "group": "Registration group",
    "joined": "Joined",
    "left": "Left",
    "sen_code": "SEN provision",
    "sen_from": "SEN provision since",
    "need_1": "Primary need",
    "need_2": "Second need",
    "need_3": "Third need",
    "need_4": "Fourth need",
    "needs": "Types of need (all in one column)",
    "pupil_premium": "Pupil premium",
    "fsm": "Free school meals",
    "eal": "EAL or first language",
    "looked_after": "Looked after",
    "previously_looked_after": "Previously looked after",
    "young_carer": "Young carer",
    "service_child": "Service child",
    "enrol_status": "Enrolment status",
}

# Best heading first: where two columns could be one field, the earlier reading wins.
_SYNONYMS: dict[str, str] = {
    "upn": "upn, unique pupil number, pupil upn, student upn, upn or unique code, unique code",
    "former_upn": "former upn, former unique pupil number, previous upn, old upn",
    "surname": "surname, pupil surname, student surname, legal surname, last name, legal last name, "
    "pupil last name, student last name, family name, sn",
    "forename": "forename, pupil forename, student forename, legal forename, first name, legal first name, "
    "pupil first name, student first name, given name",
    "full_name": "full name, name, pupil name, student name, learner name, pupil, student, learner, "
    "surname forename, legal name, surname and forename",
    "middle_names": "middle names, middle name, middlename s, legal middle names",
    "preferred_name": "preferred name, preferred forename, known as, known as first name, preferred first name, "
    "pref forename, chosen name",
    "date_of_birth": "dob, date of birth, birth date, d o b, pupil date of birth, student date of birth, born",
    "sex": "sex, legal sex, gender, legal gender, pupil sex, pupil gender",
    "nc_year": "nc year actual, national curriculum year actual, nc year, ncy, national curriculum year, "
    "year code, year group, current year group, year, yr, yr group, yeargrp, actual nc year, curriculum year",
    "group": "reg group, registration group, registration form, reg, form, tutor group, class, class name, "
    "form tutor group, form group, registration, current registration form, current registration group",
    "joined": "entry date, date of entry, admission date, admissions date, start date, date of admission, "
    "enrolment date, joined, date joined, doa",
    "left": "leaving date, date of leaving, end date, left, date left, dol, leave date",
    "sen_code": "sen provision, special educational needs provision, sen provision code, sen status, sen code, "
    "sen category, sen stage, sen, send status, send, send provision, "
    "sen provision details provision type code, current sen provision, sen provision type",
    "sen_from": "sen start date, sen provision start date, sen status start date, sen from, sen since, "
    "sen stage start, date of sen provision, current sen provision start date, sen provision start",
    "need_1": "primary sen need, primary sen needs type, primary se needs type, primary sen type, primary need, "
    "primary special educational needs type, main need, sen type 1, sen need 1, need 1, sen type, senneed, "
    "sen need, primary sen need type, sen need type, primary send need",
    "need_2": "secondary sen need, secondary sen needs type, secondary se needs type, secondary sen type, "
    "secondary need, secondary special educational needs type, second need, sen type 2, sen need 2, need 2",
    "need_3": "tertiary need, third need, tertiary sen need, sen type 3, sen need 3, need 3",
    "need_4": "fourth need, sen type 4, sen need 4, need 4",
    "needs": "sen needs, sen types, needs, types of need, all sen needs, sen need types, send needs",
    "pupil_premium": "pupil premium, pp, pupil premium indicator, is pp, eligible for pupil premium, "
    "pupil premium eligible, ppi",
    "fsm": "fsm eligible, fsm, free school meal eligible, free school meals, free school meal, is fsm, fsm status, "
    "eligible for free meals, free meal, fsm current",
    "eal": "eal, is eal, english as an additional language, english additional language, language, first language, "
    "home language, first language code, language code",
    "looked_after": "looked after, in care, lac, cla, looked after child, child looked after, in lea care, "
    "currently in care, in care details, looked after status",
    "previously_looked_after": "previously looked after, plac, ever in care, post looked after arrangements, "
    "pla, previously in care, post lac",
    "young_carer": "young carer, young carer indicator, is young carer",
    "service_child": "service child, service children, service child indicator, service children in education, "
    "service family",
    "enrol_status": "enrol status, enrolment status, enrolement status, enrollment status",
}
LONGEST_HEADING = 120
LOOK_AT = 200  # rows that tell what a column holds
MOSTLY = 0.8


def plain(heading: str) -> str:
    """`heading` without what differs between systems: case, spaces, punctuation, a "(code)" or "(name)" ending.

    >>> plain("NC Year (code)"), plain("NCyear"), plain("Middle name(s)"), plain("EVERFSM_6")
    ('ncyear', 'ncyear', 'middlenames', 'everfsm6')
    """
    text = re.sub(r"\((?:code|name|description|current|legal)\)\s*$", "", heading.strip().casefold())
    return re.sub(r"[^0-9a-z]+", "", text)


SYNONYMS: dict[str, tuple[str, int]] = {
    plain(word): (name, rank) for name, words in _SYNONYMS.items() for rank, word in enumerate(words.split(","))
}


def guess(headers: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[int, str]:
    """The field of each column that seems to hold one, by the column's place from 0.

    `remembered` holds what the school chose for a heading before, by `plain(heading)`; "" leaves it out.
    A field is taken from one column: the one with the plainer heading, else the first.

    >>> guess(["ID", "Forename", "Surname", "Forename", "DOB"])
    {1: 'forename', 2: 'surname', 4: 'date_of_birth'}
    >>> guess(["Year", "NCyearActual", "Set"], {"set": "group"})
    {1: 'nc_year', 2: 'group'}
    """
    best: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headers):
        word = plain(heading)
        chosen = (remembered or {}).get(word)
        name, rank = (chosen, -1) if chosen is not None else SYNONYMS.get(word, ("", 0))
        if name in FIELDS and (name not in best or rank < best[name][0]):
            best[name] = (rank, place)
    return dict(sorted((place, name) for name, (_, place) in best.items()))


def guess_table(
    headers: Sequence[str], rows: Sequence[tuple[int, Sequence[object]]], remembered: Mapping[str, str] | None = None
) -> dict[int, str]:
    """As `guess`; where no heading names the UPN, a column that holds UPNs does.

    >>> guess_table(["Pupil no", "Surname"], [(2, ["P207000016049", "Bee"])])
    {0: 'upn', 1: 'surname'}
    """
    mapping = guess(headers, remembered)
    if "upn" in mapping.values():
        return mapping
    for place, heading in enumerate(headers):
        values = [str(cells[place]) for _, cells in rows[:LOOK_AT] if place < len(cells) and cells[place] is not None]
        shaped = sum(bool(upn.SHAPE.fullmatch(upn.normalise(value))) for value in values)
        if shaped and shaped >= MOSTLY * len(values) and (remembered or {}).get(plain(heading)) != "":
            return dict(sorted({**mapping, place: "upn"}.items()))
    return mapping


def doubles(headers: Sequence[str], mapping: Mapping[int, str]) -> list[str]:
    """Sentences about columns that could be read as a field which another column already gives.

    >>> doubles(["Forename", "Forename"], {0: "forename"})
    ['Column 2 (Forename) is left out: column 1 (Forename) is read as forename.']
    """
    taken = {name: place for place, name in mapping.items()}
    found = []
    for place, heading in enumerate(headers):
        name = SYNONYMS.get(plain(heading), ("", 0))[0]
        if place not in mapping and name in taken:
            other = taken[name]
            found.append(
                f"Column {place + 1} ({heading}) is left out: column {other + 1} ({headers[other]}) "
                f"is read as {FIELDS[name].lower() if name != 'upn' else 'UPN'}."
            )
    return found


def lacking(mapping: Mapping[int, str]) -> list[str]:
    """What the chosen columns still need before pupils can be read, as sentences.

    >>> lacking({0: "upn", 1: "sen_code"})
    []
    >>> lacking({0: "surname", 1: "forename"})
    ['Choose the column with the UPN, or the one with the date of birth.']
    """
    names = set(mapping.values())
    if "upn" in names:
        return []
    found = []
    if "full_name" not in names and not {"surname", "forename"} <= names:
        found.append("Choose the columns with surname and forename.")
    if "date_of_birth" not in names:
        found.append("Choose the column with the UPN, or the one with the date of birth.")
    return found


def not_a_pupil_list(mapping: Mapping[int, str]) -> str:
    """Why a table whose columns were guessed so cannot be a pupil list, as a sentence; "" when it may be one.

    >>> not_a_pupil_list(guess(["URN", "LA (code)", "EstablishmentName"]))
    'This is not a pupil list: no column holds a UPN, a name or a date of birth.'
    """
    if {"upn", "surname", "forename", "full_name", "date_of_birth"} & set(mapping.values()):
        return ""
    return "This is not a pupil list: no column holds a UPN, a name or a date of birth."
