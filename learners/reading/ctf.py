"""Pupils in a DfE Common Transfer File, or in a school census return. Pure.

Source: the element paths that two DfE services write (root CTfile, CTFpupilData, Pupil) and that older
suppliers' files hold; docs/imports.md. Read tolerantly: elements at any of their known places, with or
without a namespace, Gender or Sex.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from learners.reading.markup import check_runs
from learners.reading.sheet import Cell, Clock, ContactRow, Sheet, check_size, tidy
from provisionmap.web.text_file import Refused

Index = dict[str, list[Element]]
DEEPEST = 40
MOST_ELEMENTS = 20_000  # of one pupil
# Root element to the element that holds the pupils, and theirs.
SHAPES = {"ctfile": ("CTFpupilData", "Pupil"), "message": ("PupilsOnRoll", "PupilOnRoll")}
# The parts of a pupil that hold single values.
PARTS = (
    "BasicDetails", "LookedAfter", "Admissions", "PupilIdentifiers", "PupilCharacteristics", "PupilStatus",
)  # fmt: skip
EXPECTED = "Ask for a Common Transfer File (CTF, .xml), or export the list as CSV or Excel."
# Heading of the table to the names an element of it may have, in a pupil or in BasicDetails.
ELEMENTS = {
    "UPN": ("UPN",),
    "Surname": ("Surname",),
    "Forename": ("Forename",),
    "DOB": ("DOB",),
    "Sex": ("Sex", "Gender"),
    "FormerUPN": ("FormerUPN",),
    "MiddleNames": ("MiddleNames",),
    "PreferredForename": ("PreferredForename",),
    "NCyearActual": ("NCyearActual",),
    "EnrolStatus": ("EnrolStatus",),
    "LeavingDate": ("LeavingDate",),
    "EntryDate": ("EntryDate",),
    "InCare": ("InCare",),
    "PupilPremium": ("PupilPremium", "PupilPremiumIndicator"),
    "ServiceChild": ("ServiceChild", "ServiceChildIndicator"),
    "YoungCarer": ("YoungCarer", "YoungCarerIndicator"),
    "PostLookedAfterArrangements": ("PostLookedAfterArrangements", "PostLAArrangements"),
}
# CBDS CS118: who a contact is.
RELATIONSHIPS = {
    "CAR": "Carer", "CHM": "Childminder", "DOC": "Doctor", "FAM": "Other family member", "FOF": "Foster father",
    "FOM": "Foster mother", "HTC": "Headteacher", "OTH": "Other contact", "PAF": "Father", "PAM": "Mother",
    "REL": "Other relative", "RLG": "Religious contact", "STF": "Stepfather", "STM": "Stepmother",
    "SWR": "Social worker", "TCH": "Teacher",
}  # fmt: skip
RESPONSIBLE = ("ParentalResponsibility", "ResponsibilityParent", "Responsibility")
YES = frozenset({"y", "yes", "t", "true", "1"})
NEED_RANKS = 4
ALWAYS = 5  # the first columns stand even when no pupil has them
HEADINGS = [
    *ELEMENTS,
    "Language",
    "FSMeligible",
    "SENprovision",
    "SEN start date",
    *(f"Need {n}" for n in range(1, NEED_RANKS + 1)),
]
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_ctf(text: str, clock: Clock) -> Sheet:
    """The pupils in `text` as a table with one row a pupil, numbered from 1 in the file's order.

    Raises Refused for a file that is not a Common Transfer File, is broken, or holds a DOCTYPE.
    """
    # The text is decoded already, so its own claim of an encoding no longer holds.
    data = DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    check_runs(data)
    rows: list[tuple[int, list[Cell]]] = []
    contacts: dict[int, tuple[ContactRow, ...]] = {}
    try:
        for number, pupil in enumerate(_pupils(io.BytesIO(data), clock), start=1):
            check_size(number, 0)
            rows.append((number, _row(pupil)))
            if people := _contacts(pupil):
                contacts[number] = people
    except DefusedXmlException as error:
        raise Refused("This file holds a document type or entities, which no transfer file does.", EXPECTED) from error
    except ParseError as error:
        line, _ = error.position
        raise Refused(f"This XML file is broken at line {line:,}.", "Export it again: it may be cut short.") from error
    used = [place for place in range(len(HEADINGS)) if place < ALWAYS or any(cells[place] for _, cells in rows)]
    table = [(number, [cells[place] for place in used]) for number, cells in rows]
    return Sheet("", "ctf", [HEADINGS[place] for place in used], 0, table, [], contacts)


def _name(element: Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _pupils(stream: io.BytesIO, clock: Clock) -> Iterator[Element]:
    """Each Pupil element once it is complete; the tree behind it is let go."""
    path: list[str] = []
    count, found = 0, False
    container = wanted = ""
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        clock.check()
        name = _name(element)
        if event == "start":
            if not path:
                container, wanted = _shape(name)
            path.append(name)
            count += 1
            found = found or name == container
            if len(path) > DEEPEST or count > MOST_ELEMENTS:
                raise Refused("This XML file is nested or filled in a way no transfer file is.", EXPECTED)
            continue
        path.pop()
        if name == wanted and path and path[-1] == container:
            yield element
        if wanted not in path:  # a pupil that has been read, or what stands before and after them
            element.clear()
            count = len(path)
    if not found:
        raise Refused(f"This file has no pupils' part ({container}).", EXPECTED)


def _shape(root: str) -> tuple[str, str]:
    """Where the pupils stand. Raises Refused unless `root` begins a file that holds pupils."""
    try:
        return SHAPES[root.casefold()]
    except KeyError:
        if root == "Workbook":
            message = "This is a spreadsheet in the XML format of Excel 2003."
            raise Refused(message, "Open it in Excel and save it as Excel workbook (.xlsx).") from None
        shown = re.sub(r"[^\w-]", "", root)[:30]
        message = f"This XML file starts with <{shown}>; a Common Transfer File starts with <CTfile>."
        raise Refused(message, EXPECTED) from None


def _find(element: Element, *names: str) -> Element | None:
    """The first element under `element`, in the order of `names`, whatever its namespace."""
    for name in names:
        for child in element.iter():
            if child is not element and _name(child) == name:
                return child
    return None


def _text(element: Element, *names: str) -> str:
    """The text of the first such element; "" where there is none."""
    found = _find(element, *names)
    return (found.text or "").strip() if found is not None else ""


def _index(pupil: Element) -> Index:
    """Everything in a pupil by name, in the file's order: pupils hold hundreds of elements that are never asked for."""
    found: Index = defaultdict(list)
    for child in pupil.iter():
        found[_name(child)].append(child)
    return found


def _first(index: Index, name: str) -> str:
    """The text of the first element of that name; "" where there is none."""
    return next(((element.text or "").strip() for element in index[name]), "")


def _row(pupil: Element) -> list[Cell]:
    """One pupil as cells under HEADINGS."""
    index = _index(pupil)
    own = [pupil, *(child for child in pupil if _name(child) in PARTS)]
    texts = []
    for names in ELEMENTS.values():
        found = (child.text or "" for part in own for child in part if _name(child) in names)
        texts.append(next((text for text in found if text.strip()), ""))
    provision, since, needs = _sen(index)
    ranks = [*needs, *[""] * NEED_RANKS][:NEED_RANKS]
    return [tidy(text) for text in [*texts, _language(index), _meals(index), provision, since, *ranks]]


def _language(index: Index) -> str:
    """The first language, else the home language, else whichever is named."""
    spoken = {_text(entry, "LanguageType"): _text(entry, "Language") for entry in reversed(index["Type"])}
    return spoken.get("F") or spoken.get("H") or next(iter(spoken.values()), "") or _first(index, "Language")


def _meals(index: Index) -> str:
    """Y while an entry of the free meals history is open, N when all are over, "" without a history."""
    entries = [*index["FSMinstance"], *index["FSMperiod"]]
    if not entries:
        return ""
    return "Y" if any(not _text(entry, "FSMendDate") for entry in entries) else "N"


def _sen(index: Index) -> tuple[str, str, list[str]]:
    """The provision that started last with its first day, and the open types of need by rank."""
    latest = ("", _first(index, "SENprovision"))
    for entry in index["SEN"]:
        started = _text(entry, "StartDate")
        if started >= latest[0]:
            latest = (started, _text(entry, "SENprovision"))
    ranked = []
    for place, need in enumerate(index["SENneed"]):
        rank = _text(need, "SENtypeRank")
        if _text(need, "SENtype") and not _text(need, "NeedEndDate"):
            ranked.append((int(rank) if rank.isascii() and rank.isdigit() else 99, place, _text(need, "SENtype")))
    return latest[1], latest[0], [code for _, _, code in sorted(ranked)]


def _contacts(pupil: Element) -> tuple[ContactRow, ...]:
    """The adults named for a pupil, in the file's order; one without a name is passed over."""
    found = []
    for entry in _index(pupil)["Contact"]:
        name = " ".join(filter(None, (_text(entry, "Title"), _text(entry, "Forename"), _text(entry, "Surname"))))
        relation = _text(entry, "Relationship", "RelationshipType")
        if name:
            found.append(
                ContactRow(
                    name=name[:120],
                    relationship=RELATIONSHIPS.get(relation, relation)[:60],
                    phone=_text(entry, "PhoneNo", "TelephoneNumber", "Phone", "Telephone")[:40],
                    email=_text(entry, "Email", "EmailAddress")[:254],
                    parental_responsibility=_text(entry, *RESPONSIBLE).casefold() in YES,
                )
            )
    return tuple(found)
