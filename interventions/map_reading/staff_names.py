"""Who of the staff an abbreviated name may mean: "K Flynn", "Faisal V", "Miss Flynn". Pure."""

import re
from collections.abc import Iterable

from interventions.map_reading.plan import Adult

TITLE = re.compile(r"(?:mrs?|ms|miss|mx|dr|sir|madam)\.? ", re.IGNORECASE)
LEAST = 2  # letters of the part that is written out


def proposed(name: str, staff: Iterable[Adult]) -> Adult | None:
    """The one member of staff whom a name may mean, where that is one: a proposal, which a person accepts.

    One of surname and forename is written out, the other is an initial, or a title stands before the surname.

    >>> kay, vik = Adult(1, "Kay Flynn"), Adult(2, "Faisal Vik")
    >>> [one and one.id for one in (proposed("K. Flynn", [kay, vik]), proposed("Faisal V", [kay, vik]))]
    [1, 2]
    >>> proposed("K Flynn", [kay, Adult(3, "Karl Flynn")]), proposed("Kay", [kay])
    (None, None)
    """
    found = [adult for adult in staff if _may_mean(name.casefold(), adult.name.casefold())]
    return found[0] if len(found) == 1 else None


def _may_mean(name: str, adult: str) -> bool:
    """Whether `name` shortens `adult`, both in small letters."""
    theirs = TITLE.sub("", " ".join(adult.split()), count=1).split(" ")
    words = " ".join(name.replace(".", ". ").split())
    said = TITLE.sub("", words, count=1).split(" ")
    if len(said) == 1 and TITLE.match(words):
        return len(theirs) > 1 and len(said[0]) >= LEAST and said[0] == theirs[-1]
    if len(said) != 2 or len(theirs) < 2:
        return False
    first, last = (one.rstrip(".") for one in said)
    if len(first) == 1 and len(last) >= LEAST:
        return last == theirs[-1] and theirs[0].startswith(first)
    return len(last) == 1 and len(first) >= LEAST and first == theirs[0] and theirs[-1].startswith(last)
