"""Finding other people in what was written about a learner, so that whoever hands a copy out can decide. Pure.

It errs on the side of marking: a mark too many is read over, a name too few is a disclosure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

TITLES = frozenset({"mr", "mrs", "miss", "ms", "mx", "dr", "sir", "madam", "prof", "professor", "rev"})
SHORTEST = 2  # letters of a name that is looked for by itself
_TOKEN = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|[^\W_]+(?:['’\-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)

Piece = str | dict[str, Any]


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")


def _words(name: str) -> tuple[str, ...]:
    return tuple(_plain(token) for token in _TOKEN.findall(name))


def other(name: str) -> dict[str, Any]:
    """Somebody else's name as both files have it."""
    return {"name": name, "third_party": True}


class Names:
    """The names known to a school, without those of the learner whose record it is.

    `people` are whole names; each is looked for whole, however it is written, and by each of its words alone where that
    begins with a capital letter. `own` are the learner's names: none of their words alone is somebody else.
    """

    def __init__(self, people: Iterable[str], own: Iterable[str]) -> None:
        mine = {_words(name) for name in own}
        self.own = {word for words in mine for word in words}
        self.whole: dict[str, set[tuple[str, ...]]] = {}
        self.alone: set[str] = set()
        for words in {_words(name) for name in people} - mine:
            if len(words) > 1:
                self.whole.setdefault(words[0], set()).add(words)
            self.alone |= {word for word in words if len(word) >= SHORTEST and word not in TITLES} - self.own

    def _length(self, tokens: Sequence[re.Match[str]], at: int) -> int:
        """How many words from `at` on are one other person; 0 for none."""
        word = tokens[at][0]
        if "@" in word:
            return 1
        first = _plain(_POSSESSIVE.sub("", word))
        for words in sorted(self.whole.get(first, ()), key=len, reverse=True):
            found = [_plain(_POSSESSIVE.sub("", token[0])) for token in tokens[at : at + len(words)]]
            if tuple(found) == words:
                return len(words)
        following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
        if first in TITLES and following[:1].isupper():
            return 2
        return int(word[0].isupper() and first in self.alone)

    def pieces(self, text: str) -> list[Piece]:
        """`text` cut where others stand in it: put together again it is the same text.

        >>> Names(["Ben Reid", "Ada Okafor"], ["Maya Okafor"]).pieces("Maya Okafor sits by Ben.")
        ['Maya Okafor sits by ', {'name': 'Ben', 'third_party': True}, '.']
        >>> Names(["Ben Reid"], ["Maya Okafor"]).pieces("Mrs Okafor rang")
        [{'name': 'Mrs Okafor', 'third_party': True}, ' rang']
        """
        tokens = list(_TOKEN.finditer(text))
        pieces: list[Piece] = []
        at = done = 0
        while at < len(tokens):
            length = self._length(tokens, at)
            if length:
                start, end = tokens[at].start(), tokens[at + length - 1].end()
                end -= len(found[0]) if (found := _POSSESSIVE.search(text[start:end])) else 0
                pieces += [text[done:start]] * (start > done) + [other(text[start:end])]
                done = end
            at += length or 1
        return pieces + [text[done:]] * (done < len(text))

    def marked(self, text: str) -> str | list[Piece]:
        """`text` as it is where nobody else stands in it, else its pieces."""
        pieces = self.pieces(text)
        return pieces if any(isinstance(piece, dict) for piece in pieces) else text
