"""Passwords that are soon guessed: judged against lists of leaked ones and the patterns people use, offline."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Any

from django.core.exceptions import ValidationError

ENOUGH = 3  # of 4: more than 10^8 guesses, which a limit of ten in five minutes never reaches
READ = 72  # characters that are judged; the judge gets slow beyond
LIKE = 0.8  # of two words' letters: one slip in five
LEFT = 6  # letters that a password must have beside such words as everybody here knows
OWN_WORDS = ("provision map", "provisionmap", "provision", "senco", "school")
TOO_EASY = (
    "That password is among those that are guessed first, or nearly. Three random words work well, for example words "
    "you see around you that have nothing to do with each other."
)


def is_guessable(password: str, known: list[str]) -> bool:
    """Whether `password` is on the lists of leaked ones, made of the words `known`, or of a common pattern.

    >>> is_guessable("Password12345!", []), is_guessable("kettle orbit marmalade", [])
    (True, False)
    >>> is_guessable("oakfield-primary", ["Oakfield Primary School"])
    True
    >>> is_guessable("Clovermeer-2026!", ["Adaobi Clovermere"])
    True
    """
    words = {word.casefold() for phrase in (*known, *OWN_WORDS) for word in (phrase, *re.split(r"\W+", phrase))}
    words = {word for word in words if len(word) > 2}
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    for piece in re.split(r"[\W_]+", rest):
        if any(is_like(piece, word) for word in words):
            rest = rest.replace(piece, "")
    if len(rest) < len(password) and sum(letter.isalpha() for letter in rest) < LEFT:
        return True
    from zxcvbn import zxcvbn  # noqa: PLC0415 (its lists take 12 MB in every process, and few judge passwords)

    return int(zxcvbn(password[:READ], user_inputs=sorted(words))["score"]) < ENOUGH


def is_like(piece: str, word: str) -> bool:
    """Whether a piece of a password is a known word but for a slip: the letters in their order.

    Django's own rule counts letters in any order, so that words which have nothing to do with a name were refused.

    >>> is_like("clovermeer", "clovermere"), is_like("marmalade", "adaobi clovermere")
    (True, False)
    """
    letters = re.sub(r"\W", "", word)
    return len(letters) > 3 and SequenceMatcher(None, piece, letters).ratio() >= LIKE


class Guessable:
    """Django's hook: the words known are the person's own and their schools'."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for a password that is soon guessed."""
        known = [user.email, user.name] if user else []
        if user and user.pk:
            known += user.memberships.values_list("school__name", flat=True)
        if is_guessable(password, known):
            raise ValidationError(TOO_EASY, code="guessable")

    def get_help_text(self) -> str:
        """One sentence for the form."""
        return "Not one that is on the lists of leaked passwords."
