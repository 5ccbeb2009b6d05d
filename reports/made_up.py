"""Made-up words, numbers and days in place of real ones: the same for the same, and none that is real. Pure.

Nothing is computed from what it replaces, so nobody can compute it back; with the copy the pairs are forgotten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from datetime import date, timedelta
from random import SystemRandom

from learners.upn import LETTERS, SHAPE, check_letter, is_temporary

CONSONANTS, VOWELS = "bdfghjklmnprstvw", "aeiou"
WORD, DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")
TRIES = 200  # for one that is not taken; short words run out
HOST = "school.example"


def words_of(text: str) -> set[str]:
    """The words and numbers of a text, in small letters.

    >>> sorted(words_of("Maya reads 60 words."))
    ['60', 'maya', 'reads', 'words']
    """
    return {one.casefold() for one in [*WORD.findall(text), *DIGITS.findall(text)]}


class MadeUp:
    """Replacements. `taken` are the real words, numbers and days, none of which may come out."""

    def __init__(self, taken: Collection[str], days: Collection[date], chance: SystemRandom) -> None:
        self._taken, self._days, self._chance = set(taken), set(days), chance
        self._known: dict[tuple[str, str], str] = {}
        self._birthdays: dict[date, date] = {}
        self._counts: Counter[str] = Counter()

    def text(self, real: str) -> str:
        """A text of the same length, word for word.

        >>> len(MadeUp(set(), set(), SystemRandom(7)).text("Maya Okafor, 60 words")) == len("Maya Okafor, 60 words")
        True
        """
        return DIGITS.sub(lambda found: self._digits(found[0]), WORD.sub(lambda found: self.word(found[0]), real))

    def only(self, real: str, names: Collection[str]) -> str:
        """A text in which the words of `names` alone are replaced."""
        return WORD.sub(lambda found: self.word(found[0]) if found[0].casefold() in names else found[0], real)

    def word(self, real: str) -> str:
        """A word of the same length and the same capitals, always the same for the same."""
        made = self._same("word", real.casefold(), len(real), self._letters)
        if real.isupper():
            return made.upper() if len(real) > 1 else made[:1].upper()
        return made.capitalize() if real[0].isupper() else made

    def upn(self, real: str) -> str:
        """A valid number that nobody here has; what is no UPN becomes a text of the same length."""
        if not SHAPE.fullmatch(real):
            return self.text(real)
        return self._same("upn", real, len(real), lambda length: self._number(temporary=is_temporary(real)))

    def email(self, real: str) -> str:
        """An address that leads nowhere."""
        return self._same("email", real.casefold(), 0, lambda length: f"person{self._next('email')}@{HOST}")

    def phone(self, real: str) -> str:
        """A number of those that are kept free for stories."""
        return self._same("phone", real, 0, lambda length: f"01632 960{self._next('phone') % 1000:03}")

    def birthday(self, real: date) -> date:
        """Another day of the same year, if there is one that nobody has."""
        if real not in self._birthdays:
            year = [date(real.year, 1, 1) + timedelta(days=day) for day in range(365)]
            free = [day for day in year if day not in self._days] or [day for day in year if day != real]
            self._birthdays[real] = self._chance.choice(free)
        return self._birthdays[real]

    def _same(self, kind: str, real: str, length: int, make: Callable[[int], str]) -> str:
        """What stands for `real`: made once, no real word, and for nothing else as long as there are enough."""
        key = (kind, real)
        if key not in self._known:
            made = make(length)
            for _ in range(TRIES):
                if made.casefold() not in self._taken:
                    break
                made = make(length)
            self._known[key] = made
            self._taken.add(made.casefold())
        return self._known[key]

    def _next(self, kind: str) -> int:
        self._counts[kind] += 1
        return self._counts[kind]

    def _letters(self, length: int) -> str:
        begin = self._chance.randrange(2)
        return "".join(self._chance.choice((CONSONANTS, VOWELS)[(begin + at) % 2]) for at in range(length))

    def _digits(self, real: str) -> str:
        def make(length: int) -> str:
            return "".join(self._chance.choice("0123456789") for _ in range(length))

        return self._same("digits", real, len(real), make)

    def _number(self, *, temporary: bool) -> str:
        digits = "".join(self._chance.choice("0123456789") for _ in range(11))
        rest = digits + (self._chance.choice(LETTERS) if temporary else self._chance.choice("0123456789"))
        return check_letter(f"A{rest}") + rest
