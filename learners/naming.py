"""Finding and taking a learner's names out of other people's texts. Pure.

A full name or a UPN is found for certain. A lone first name is not: "Grace" may be another child or a word, so those
are shown to a person first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

MARK = "[removed]"
SHORTEST = 2  # letters of a name that is looked for by itself


@dataclass(frozen=True)
class Names:
    """What one learner is called."""

    surname: str
    forenames: tuple[str, ...]  # forename and preferred name
    numbers: tuple[str, ...] = ()  # UPN and former UPN

    @cached_property
    def certain(self) -> re.Pattern[str] | None:
        """A full name in either order, or a number."""
        pairs = [
            shape
            for one in self._words(self.forenames)
            for last in self._words([self.surname])
            for shape in (rf"{one}\s+{last}", rf"{last},?\s+{one}")
        ]
        return _any([*pairs, *self._words(self.numbers)])

    @cached_property
    def alone(self) -> re.Pattern[str] | None:
        """A forename or the surname by itself."""
        return _any(self._words([*self.forenames, self.surname]))

    @staticmethod
    def _words(names: Iterable[str]) -> list[str]:
        """Patterns of names, however their parts are spaced."""
        return [r"\s+".join(map(re.escape, name.split())) for name in names if len(name.strip()) >= SHORTEST]


def _any(shapes: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the shapes as whole words, the longest first; None where there is none."""
    wanted = sorted(set(shapes), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(wanted)})(?!\w)", re.IGNORECASE) if wanted else None


def names_in(text: str, names: Names) -> str:
    """ "certain" where `text` names the learner for certain, "alone" where a lone name may mean them, else "".

    >>> maya = Names("Okafor", ("Maya",), ("G80120000101A",))
    >>> [names_in(text, maya) for text in ("With Maya Okafor", "okafor, maya", "Maya and Tom", "Mayan art")]
    ['certain', 'certain', 'alone', '']
    """
    if names.certain and names.certain.search(text):
        return "certain"
    return "alone" if names.alone and names.alone.search(text) else ""


def without(text: str, names: Names, *, alone: bool) -> str:
    """`text` with a mark in place of full names and numbers, and of lone names too where somebody said so.

    >>> without("Maya Okafor reads. Maya likes it.", Names("Okafor", ("Maya",)), alone=False)
    '[removed] reads. Maya likes it.'
    """
    for pattern in (names.certain, names.alone if alone else None):
        if pattern is not None:
            text = pattern.sub(MARK, text)
    return text
