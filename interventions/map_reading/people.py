"""Learners and members of staff as the cells of a provision map name them. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from interventions.map_reading.words import folded, staff_in
from interventions.sheet import read_people
from learners import census, upn

# Words in a column of learners that name nobody.
NOBODY = re.compile(
    r"\d+(?: ?(?:-|to) ?\d+)?(?: ?(?:pupils?|children|learners?|students?|chn|in group))?"
    r"|all(?: pupils| children| learners)?|whole (?:class|school)|various|n/?a|tb[acd]|none|nil|unknown|[?–—.-]+"
    r"|as (?:needed|required|appropriate)|identified (?:pupils|children|learners)"
    r"|(?:ks|y|yr|year|years|key stage) ?[\dr][\d ,/&r-]*(?: pupils| children)?"
    r"|reception|nursery|individual|groups?|small groups?|1:\d+|\d+:1"
)
MOST_NAME = 120  # letters of the name of somebody who delivers
MOST_OF_A_NAME = 80  # letters of a learner's surname or forename
# "Ada Bee (Y4)": the year group that stands behind a name; and whatever else stands there in brackets.
YEAR_BEHIND = re.compile(
    r"(?P<name>.+?) ?[(\[] ?(?P<year>(?:ncy?|yr?|year|year group)\.? ?(?:\d{1,2}|r)|reception) ?[)\]]", re.IGNORECASE
)
BEHIND = re.compile(r" *\([^()]*\)$")
# What stands where a name should and describes who is meant: "all Y3 PP", "lower readers". No name has a figure in it.
DESCRIBES = re.compile(
    r"\d|^(?:all|any|some|most|other|others|each|every|various|those|whole|identified|selected|targeted)\b"
    r"|\b(?:pp|ppg|sen|send|eal|fsm|lac|cla|ehcps?|pupils|children|chn|learners|students|boys|girls|class|groups?"
    r"|cohort|reception|nursery|readers|attainers|ability)\b",
    re.IGNORECASE,
)
BREAKS = re.compile(r"[\n;•·|]+")
JOINTS = re.compile(r",|&|\+|/|\band\b")


@dataclass(frozen=True)
class Named:
    """A learner as the file names them; what it does not say is empty."""

    upn: str = ""
    surname: str = ""
    forename: str = ""
    words: str = ""  # the whole name as written, where it cannot be told which part is which
    year: str = ""
    group: str = ""
    sen: str = ""
    needs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for two mentions of one learner: the UPN, else the name with year and class as written."""
        if self.upn:
            return self.upn
        name = " ".join((self.words or f"{self.forename} {self.surname}").split()).casefold()
        return f"{name}|{self.year}|{self.group.casefold()}"

    @property
    def shown(self) -> str:
        """The name for reading."""
        return self.words or f"{self.forename} {self.surname}".strip() or self.upn


def learner_of(text: str) -> Named:
    """One learner from the text of a cell.

    >>> one = learner_of("Bee, Ada")
    >>> (one.surname, one.forename), learner_of("Ada Bee").words, learner_of("R201100018042").upn
    (('Bee', 'Ada'), 'Ada Bee', 'R201100018042')
    >>> one = learner_of("Ada Bee (Y4)")
    >>> one.words, one.year
    ('Ada Bee', '4')
    """
    text = " ".join(text.split()).strip(" .,-–•*")
    behind = YEAR_BEHIND.fullmatch(text)
    if behind:
        try:
            return replace(learner_of(behind["name"]), year=census.parse_year(behind["year"]))
        except ValueError:
            return Named(words=text)
    if upn.SHAPE.fullmatch(upn.normalise(text)):
        return Named(upn=upn.normalise(text))
    surname, comma, forename = (part.strip() for part in text.partition(","))
    if comma and surname and forename and "," not in forename:
        return Named(surname=surname, forename=forename)
    return Named(words=text)


def can_be_added(who: Named) -> bool:
    """Whether the register can take a learner as the file names them: a whole name, and a UPN that is one or none.

    >>> can_be_added(Named("R201100018042", "Bee", "Ada")), can_be_added(Named("12", "Bee", "Ada"))
    (True, False)
    """
    named = 0 < len(who.surname) <= MOST_OF_A_NAME and 0 < len(who.forename) <= MOST_OF_A_NAME
    return named and (not who.upn or bool(upn.SHAPE.fullmatch(who.upn)))


def whole(who: Named) -> Named:
    """A learner with surname and forename, from a name in one piece: the last word is the surname.

    >>> whole(Named(words="Ada May Bee")).surname, whole(Named(words="Ada")).surname
    ('Bee', '')
    """
    forename, space, surname = BEHIND.sub("", who.words).rpartition(" ")
    if not space:
        return who
    return Named(who.upn, surname, forename, "", who.year, who.group, who.sen, who.needs)


def describes(who: Named) -> bool:
    """Whether what stands in the place of a name describes who is meant, as "all Y3 PP" does.

    >>> describes(Named(words="all Y3 PP")), describes(Named(words="Ada Bee"))
    (True, False)
    """
    return not who.upn and bool(DESCRIBES.search(BEHIND.sub("", who.words)))


def may_be_added(who: Named) -> bool:
    """Whether a person may put this learner on the register: by a name, not by a description.

    >>> may_be_added(Named(words="Ada Bee")), may_be_added(Named(words="all Y3 PP"))
    (True, False)
    """
    return can_be_added(whole(who)) and not describes(who)


def learners_in(text: str) -> list[Named]:
    """Every learner that a cell names. A number of pupils, or "whole class", names none.

    >>> [one.shown for one in learners_in("Ada Bee, Ben Cee & Cai Dee")], learners_in("6 pupils")
    (['Ada Bee', 'Ben Cee', 'Cai Dee'], [])
    >>> [one.shown for one in learners_in("Bee, Ada; Cee, Ben")]
    ['Ada Bee', 'Ben Cee']
    """
    parts = [part.strip() for part in BREAKS.split(text)]
    if len([part for part in parts if part]) == 1 and not _is_one_name(parts[0] or text):
        parts = [part.strip() for part in JOINTS.split(text)]
    found = [learner_of(part) for part in parts if part and not NOBODY.fullmatch(folded(part).strip(" ."))]
    return list({one.key: one for one in found if one.shown}.values())


def _is_one_name(text: str) -> bool:
    """Whether "Bee, Ada" is one learner: one comma, a single word before and one or two after."""
    before, comma, after = text.partition(",")
    words = after.split()
    alone = bool(comma) and len(before.split()) == 1 and 1 <= len(words) <= 2
    return alone and after[:1] == " " and not JOINTS.search(after)


def staff_of(text: str) -> list[tuple[str, str]]:
    """The adults that a cell names, each with the key of a role: "other" where the words do not say.

    >>> staff_of("TA/Class teacher"), staff_of("Mrs Hill (TA), SENCO")
    ([('TA', 'ta'), ('Class teacher', 'teacher')], [('Mrs Hill', 'ta'), ('SENCO', 'senco')])
    """
    try:
        if "(" in text and (own := read_people(text)):
            return [(name[:MOST_NAME], role) for name, role in own]
    except ValueError:
        pass
    if NOBODY.fullmatch(folded(text).strip(" .")):
        return []
    parts: Sequence[str] = re.split(r"[\n;,/&+•|]|\band\b|\bor\b", text)
    found: dict[str, tuple[str, str]] = {}
    for part in (" ".join(one.split()).strip(" .-–") for one in parts):
        if not part or NOBODY.fullmatch(folded(part)):
            continue
        marks = staff_in(part)
        role = marks[0].value if marks else "other"
        name = part
        inside = re.fullmatch(r"(.+?) ?\((.+)\)", part)
        if inside and marks and marks[0].start >= inside.start(2):
            name = inside[1]
        found.setdefault(name.casefold(), (name[:MOST_NAME], role))
    return list(found.values())
