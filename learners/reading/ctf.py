"""Pupils in a DfE Common Transfer File. Pure.

Source: the element paths that two DfE services write (root CTfile, CTFpupilData, Pupil) and that older
suppliers' files hold; docs/domain.md, "Importing". Read tolerantly: elements at either of their known places,
with or without a namespace, Gender or Sex.
"""

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from learners.reading.sheet import Cell, Clock, ContactRow, Refused, Sheet, check_size, tidy

DEEPEST = 40
MOST_ELEMENTS = 20_000  # of one pupil
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
}
NEED_RANKS = 4
ALWAYS = 5  # the first columns stand even when no pupil has them
HEADINGS = [*ELEMENTS, "Language", "FSMeligible", "SENprovision", *(f"Need {n}" for n in range(1, NEED_RANKS + 1))]
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_ctf(text: str, clock: Clock) -> Sheet:
    """The pupils in `text` as a table with one row a pupil, numbered from 1 in the file's order.

    Raises Refused for a file that is not a Common Transfer File, is broken, or holds a DOCTYPE.
    """
    # The text is decoded already, so its own claim of an encoding no longer holds.
    stream = io.BytesIO(DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    rows: list[tuple[int, list[Cell]]] = []
    contacts: dict[int, tuple[ContactRow, ...]] = {}
    try:
        for number, pupil in enumerate(_pupils(stream, clock), start=1):
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
    path: list[Element] = []
    count, container = 0, False
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        clock.check()
        if event == "start":
            if not path:
                _check_root(_name(element))
            path.append(element)
            count += 1
            container = container or _name(element) == "CTFpupilData"
            if len(path) > DEEPEST or count > MOST_ELEMENTS:
                raise Refused("This XML file is nested or filled in a way no transfer file is.", EXPECTED)
            continue
        path.pop()
        if _name(element) == "Pupil" and path and _name(path[-1]) == "CTFpupilData":
            yield element
            path[-1].clear()
            count = 0
    if not container:
        raise Refused("This transfer file has no pupils' part (CTFpupilData).", EXPECTED)


def _check_root(name: str) -> None:
    """Raises Refused unless `name` is the root of a Common Transfer File."""
    if name.casefold() != "ctfile":
        shown = re.sub(r"[^\w-]", "", name)[:30]
        raise Refused(f"This XML file starts with <{shown}>; a Common Transfer File starts with <CTfile>.", EXPECTED)


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


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element.iter() if child is not element and _name(child) == name]


def _part(pupil: Element, name: str) -> list[Element]:
    """The pupil's own child of that name, as a list of none or one."""
    return [child for child in pupil if _name(child) == name][:1]


def _row(pupil: Element) -> list[Cell]:
    """One pupil as cells under HEADINGS."""
    own = [pupil, *_part(pupil, "BasicDetails"), *_part(pupil, "LookedAfter"), *_part(pupil, "Admissions")]
    texts = []
    for names in ELEMENTS.values():
        found = (child.text or "" for part in own for child in part if _name(child) in names)
        texts.append(next((text for text in found if text.strip()), ""))
    provision, needs = _sen(pupil)
    ranks = [*needs, *[""] * NEED_RANKS][:NEED_RANKS]
    return [tidy(text) for text in [*texts, _language(pupil), _meals(pupil), provision, *ranks]]


def _language(pupil: Element) -> str:
    """The first language, else the home language, else whichever is named."""
    spoken = {_text(entry, "LanguageType"): _text(entry, "Language") for entry in reversed(_all(pupil, "Type"))}
    return spoken.get("F") or spoken.get("H") or next(iter(spoken.values()), "")


def _meals(pupil: Element) -> str:
    """Y while an entry of the free meals history is open, N when all are over, "" without a history."""
    entries = _all(pupil, "FSMinstance")
    if not entries:
        return ""
    return "Y" if any(not _text(entry, "FSMendDate") for entry in entries) else "N"


def _sen(pupil: Element) -> tuple[str, list[str]]:
    """The provision that started last, and the open types of need by rank."""
    latest = ("", "")
    for entry in _all(pupil, "SEN"):
        started = _text(entry, "StartDate")
        if started >= latest[0]:
            latest = (started, _text(entry, "SENprovision"))
    ranked = []
    for place, need in enumerate(_all(pupil, "SENneed")):
        rank = _text(need, "SENtypeRank")
        if _text(need, "SENtype") and not _text(need, "NeedEndDate"):
            ranked.append((int(rank) if rank.isascii() and rank.isdigit() else 99, place, _text(need, "SENtype")))
    return latest[1], [code for _, _, code in sorted(ranked)]


def _contacts(pupil: Element) -> tuple[ContactRow, ...]:
    """The adults named for a pupil, in the file's order; one without a name is passed over."""
    found = []
    for entry in _all(pupil, "Contact"):
        name = " ".join(filter(None, (_text(entry, "Title"), _text(entry, "Forename"), _text(entry, "Surname"))))
        if name:
            found.append(
                ContactRow(
                    name=name[:120],
                    relationship=_text(entry, "Relationship", "RelationshipType")[:60],
                    phone=_text(entry, "PhoneNo", "TelephoneNumber", "Phone", "Telephone")[:40],
                    email=_text(entry, "Email", "EmailAddress")[:254],
                )
            )
    return tuple(found)
