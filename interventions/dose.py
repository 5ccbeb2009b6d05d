"""Doses: how many sessions a week of how many minutes, as people write and read them. Pure."""

import re
from dataclasses import dataclass

MOST_MINUTES = 600  # a school day and more: anything longer is a slip
MOST_SESSIONS = 35  # seven a day
DAYS = 5
EVERYDAY, NOT_SAID = "every lesson", "dose not said"  # what no numbers mean at tier 1, and above it


@dataclass(frozen=True)
class Dose:
    """Sessions a week and minutes a session; both None where nobody said them, as in everyday teaching."""

    sessions: int | None
    minutes: int | None

    @property
    def minutes_a_week(self) -> int:
        """Planned minutes in a full week; 0 where there are no sessions."""
        return (self.sessions or 0) * (self.minutes or 0)

    @property
    def words(self) -> str:
        """As the map writes it, where the tier is not known.

        >>> Dose(3, 10).words, Dose(5, 15).words, Dose(None, None).words
        ('3 × 10 min', '5 × 15 min', 'dose not said')
        """
        if self.sessions and self.minutes:
            return f"{self.sessions} × {self.minutes} min"
        if self.sessions:
            return f"{self.sessions} a week"
        return f"{self.minutes} min" if self.minutes else NOT_SAID

    def words_at(self, tier: int | None) -> str:
        """As the map writes it in `tier`: no dose is everyday teaching at tier 1, and above it one that nobody said.

        >>> Dose(None, None).words_at(1), Dose(None, None).words_at(3), Dose(3, 10).words_at(1)
        ('every lesson', 'dose not said', '3 × 10 min')
        """
        empty = not (self.sessions or self.minutes)
        return EVERYDAY if empty and tier == 1 else self.words


TIMES = r"(?:x|×|\*|times|lots of)"
MINS = r"(?:m|min|mins|minute|minutes)?"
PATTERNS = (
    (re.compile(rf"(\d+)\s*{TIMES}\s*(\d+)\s*{MINS}"), (1, 2)),
    (re.compile(rf"(\d+)\s*(?:m|min|mins|minutes)\s*{TIMES}\s*(\d+)"), (2, 1)),
)
DAILY = re.compile(
    rf"(?:daily|every day|each day)\s*(?:{TIMES}\s*)?(\d+)\s*{MINS}|(\d+)\s*{MINS}\s*(?:daily|every day|a day)"
)
ALWAYS = frozenset({EVERYDAY, "always", "all lessons"})
NONE = frozenset({"", "-", "–", NOT_SAID, "not said"})
ONLY_EVERYDAY = "“Every lesson” is for everyday teaching only. Here write sessions × minutes, such as 3 × 10."


def says_always(text: str) -> bool:
    """Whether `text` says that something is simply there, which is a dose at tier 1 alone.

    >>> says_always("Every lesson"), says_always("always"), says_always("dose not said"), says_always("5 x 60")
    (True, True, False, False)
    """
    return _plain(text) in ALWAYS


def read_dose(text: str, tier: int | None = None) -> Dose:
    """The dose a person typed: "3x10", "3 × 10 mins", "10 min x 3", "daily 15", and "every lesson" at tier 1.

    Raises ValueError with what to write when it cannot be read for certain, is out of bounds (1 to 35 sessions of
    1 to 600 minutes), or says "every lesson" in a `tier` above the first, where it would be lost.

    >>> read_dose("3x10"), read_dose("15 mins x 4 per week"), read_dose("daily 15")
    (Dose(sessions=3, minutes=10), Dose(sessions=4, minutes=15), Dose(sessions=5, minutes=15))
    """
    words = _plain(text)
    above = (tier or 1) > 1
    if above and words in ALWAYS:
        raise ValueError(ONLY_EVERYDAY)
    if words in NONE | ALWAYS:
        return Dose(None, None)
    daily = DAILY.fullmatch(words)
    if daily:
        return _within_bounds(DAYS, int(daily[1] or daily[2]))
    for pattern, (sessions, minutes) in PATTERNS:
        found = pattern.fullmatch(words)
        if found:
            return _within_bounds(int(found[sessions]), int(found[minutes]))
    raise ValueError(f"Write sessions × minutes, such as 3 × 10{'' if above else ', or “every lesson”'}.")


def _plain(text: str) -> str:
    words = re.sub(r"\s+", " ", text.strip().lower())
    return re.sub(r"\s*(?:a|per|each|every)? ?(?:week|weekly|wk)$", "", words).rstrip(" .,")


def _within_bounds(sessions: int, minutes: int) -> Dose:
    if not 1 <= sessions <= MOST_SESSIONS:
        raise ValueError(f"Sessions a week run from 1 to {MOST_SESSIONS}.")
    if not 1 <= minutes <= MOST_MINUTES:
        raise ValueError(f"Minutes a session run from 1 to {MOST_MINUTES}.")
    return Dose(sessions, minutes)
