"""Doses as schools write them: "3 x 20 mins TA", "15mins x4 per week", "9.15-9.45 every morning". Pure.

A number is given only when the words say it: a range, two amounts that disagree, or a period that is no week are
told and not chosen. Every number points at the characters it came from. Source: docs/imports.md, "Doses in words".
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from interventions.dose import MOST_MINUTES, MOST_SESSIONS, Dose
from interventions.map_reading import dose_patterns as P
from interventions.map_reading.words import NOT_DOSE, Mark, folded, masked, number, staff_in

DAYS = 5
A_SCHOOL_DAY = 300  # minutes of lessons: "6 hours" without "how often" is no session
WEEK_DAYS = ("mon", "tue", "wed", "thu", "fri")
NOT_SAID = {"sessions": "How often is not said.", "minutes": "How long a session is, is not said."}


@dataclass
class DoseReading:
    """What the words of a dose say. `dose` is a weekly dose, with None for what they do not say.

    `unread` are sentences about what was understood and not chosen, or not understood; `weeks` is how long it runs.
    `assumed_week` says that no period was named, so that a map's own week is meant. `total` says that the minutes
    were given for the week as a whole.
    """

    text: str
    dose: Dose = field(default_factory=lambda: Dose(None, None))
    weeks: int | None = None
    group: tuple[int, int] | None = None
    ratio: str = ""
    staff: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    unread: tuple[str, ...] = ()
    assumed_week: bool = False
    total: bool = False
    held: frozenset[str] = frozenset()  # "minutes", "times": said, and not chosen

    @property
    def says_something(self) -> bool:
        """Whether a dose was read, in whole or in part."""
        return bool(self.dose.sessions or self.dose.minutes)


@lru_cache(maxsize=4096)  # a map words the same few doses in all its rows; nobody changes a reading
def read_dose_words(text: str, *, weekly: bool = True) -> DoseReading:
    """The dose that `text` says; `weekly` when its column, or the map, counts by the week.

    >>> read_dose_words("3 x 20 mins TA").dose, read_dose_words("5x2 x 15 mins").dose
    (Dose(sessions=3, minutes=20), Dose(sessions=10, minutes=15))
    >>> read_dose_words("9.15-9.45 every morning").dose, read_dose_words("everyday").dose
    (Dose(sessions=5, minutes=30), Dose(sessions=5, minutes=None))
    >>> read_dose_words("20.30 minutes").unread
    ('20 to 30 minutes: a range, so neither is chosen.',)
    >>> read_dose_words("1.5 hrs per half term").unread
    ('90 minutes a half-term: not a weekly dose, kept in words.',)
    """
    return _Reader(text, weekly).read()


class _Reader:
    """Takes one thing after another out of the words, the surest first; what is taken is not read twice."""

    def __init__(self, text: str, weekly: bool) -> None:
        self.text = text
        self.weekly = weekly
        self.left = masked(masked(folded(text), NOT_DOSE), P.REVIEWED)
        self.marks: list[Mark] = []
        self.unread: list[str] = []
        self.minutes: set[int] = set()
        self.sessions: set[int] = set()
        self.held: set[str] = set()  # "minutes", "times": said, and not chosen
        self.hedges = {found.end(): found for found in P.HEDGE.finditer(self.left)}
        self.hours = ""  # as written, where the minutes were given in hours
        self.every = 0  # once in so many weeks
        self.weeks: int | None = None
        self.group: tuple[int, int] | None = None
        self.ratio = ""

    def read(self) -> DoseReading:
        """Everything the words say."""
        staff = staff_in(self.text)
        reading = DoseReading(self.text, staff=tuple(dict.fromkeys(mark.value for mark in staff)))
        whole = self.left.strip(" .()")
        if P.NOTHING.fullmatch(whole) or P.ALWAYS.fullmatch(whole):
            return reading
        self._some_weeks()
        self._ranges()
        self._products()
        self._beside()
        self._amounts()
        self._frequency()
        self._settle(reading)
        self._left_over()
        reading.weeks, reading.group, reading.ratio = self.weeks, self.group, self.ratio
        reading.marks = tuple(sorted([*self.marks, *staff], key=lambda mark: (mark.start, mark.end)))
        reading.unread, reading.held = tuple(self.unread), frozenset(self.held)
        return reading

    # --- taking

    def _take(self, found: re.Match[str], kind: str = "minutes") -> None:
        self.marks.append(Mark(kind, found.start(), found.end()))  # type: ignore[arg-type]
        self.left = self.left[: found.start()] + " " * (found.end() - found.start()) + self.left[found.end() :]

    def _each(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return list(pattern.finditer(self.left))

    def _length(self, minutes: int, at: int) -> None:
        """Minutes of a session, written at `at`."""
        if self._owed(at, "minutes", minutes):
            self.minutes.add(minutes)

    def _times(self, sessions: int, at: int) -> None:
        """How many sessions, written at `at`."""
        if self._owed(at, "times", sessions):
            self.sessions.add(sessions)

    def _owed(self, at: int, what: str, value: int) -> bool:
        """Whether a number is chosen: "up to" has a most and no least (DOMAIN.md, "Section F"), others are told."""
        hedge = self.hedges.get(at)
        if hedge is None:
            return True
        shown = f"“{hedge[0].strip(' :')}” {value}"
        if hedge["most"]:
            self._hold(what, f"{shown}: at most, so it is not chosen.")
            return False
        self.unread.append(f"{shown}: {'chosen as the least' if hedge['least'] else 'chosen, and not exact'}.")
        return True

    def _hold(self, what: str, sentence: str) -> None:
        self.held.add(what)
        self.unread.append(sentence)

    # --- what is found

    def _some_weeks(self) -> None:
        """Once in three weeks; once in two is a fortnight, and has its own word."""
        for found in self._each(P.EVERY_SOME_WEEKS):
            word = found["every"] or found["weekly"]
            many = P.ORDINALS.get(word) or number(word)
            if many > 2:
                self.every = many
                self._take(found, "period")

    def _ranges(self) -> None:
        """Two to three times 20 minutes, three times 10 to 15 minutes: one of the two is said."""
        for found in self._each(P.RANGE_TIMES):
            self._hold("times", f"{found[1]} to {found[2]} times: a range, so neither is chosen.")
            self._take(found, "sessions")
        for pattern, low, high, times in ((P.TIMES_RANGE, 2, 3, 1), (P.MINUTE_RANGE_TIMES, 1, 2, 3)):
            for found in self._each(pattern):
                self._hold("minutes", f"{found[low]} to {found[high]} minutes: a range, so neither is chosen.")
                self._times(number(found[times]), found.start(times))
                self._take(found)

    def _products(self) -> None:
        """A times B minutes, in all orders."""
        for found in self._each(P.TRIPLE):
            self._times(number(found[1]) * number(found[2]), found.start(1))
            self._length(int(found[3]), found.start(3))
            self._take(found)
        for found in self._each(P.CLOCK):
            begins, ends = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
            ends += 720 if ends < begins <= 780 else 0
            if begins < ends and int(found[2]) < 60 and int(found[4]) < 60:
                self.minutes.add(ends - begins)
                self._take(found)
        for found in self._each(P.TIMES_MINUTES):
            minutes = int(found[2]) * (60 if found[4] else 1)
            # Without a unit only a session's usual length is taken for minutes: "6 x 4" may be pupils and weeks.
            if found[3] or found[4] or (minutes >= 10 and minutes % 5 == 0):
                self._times(number(found[1]), found.start(1))
                self._length(minutes, found.start(2))
                self._take(found)
        for pattern, minutes, sessions in ((P.MINUTES_TIMES, 1, 2), (P.SIZED, 2, 1)):
            for found in self._each(pattern):
                self._length(int(found[minutes]), found.start(minutes))
                self._times(number(found[sessions]), found.start(sessions))
                self._take(found)

    def _beside(self) -> None:
        """Ratio, group size and how many weeks: no part of the dose."""
        for found in self._each(P.RATIO):
            self.ratio = f"{found[1]}:{found[2]}" if found[1] else "1:1"
            self._take(found, "ratio")
        for found in self._each(P.GROUP):
            first = number(found[1] or found[3])
            last = found[2] or found[4]
            self.group = (first, number(last) if last else first)
            self._take(found, "group")
        for found in self._each(P.WEEKS):
            if found[2]:
                self.unread.append(f"{found[1]} to {found[2]} weeks: a range, so neither is chosen.")
            else:
                self.weeks = number(found[1])
            self._take(found, "weeks")

    def _amounts(self) -> None:
        """Minutes and hours."""
        for found in self._each(P.RANGE):
            low, high = int(found[1]), int(found[2])
            if "and" in found[0] or high <= low:
                self._hold("minutes", f"{low} and {high} minutes: two lengths, so neither is chosen.")
            else:
                self._hold("minutes", f"{low} to {high} minutes: a range, so neither is chosen.")
            self._take(found)
        for found in self._each(P.HALF_MORE):
            self._length(number(found[1]) * 60 + 30, found.start())
            self.hours = found[0]
            self._take(found)
        for pattern, minutes in P.HALVES:
            for found in self._each(pattern):
                self._length(minutes, found.start())
                self._take(found)
        for found in self._each(P.HOURS_RANGE):
            self._hold("minutes", f"{found[1]} to {found[2]} hours: a range, so neither is chosen.")
            self._take(found)
        for found in self._each(P.HOURS):
            hours = float(found[1]) if found[1][0].isdigit() else float(number(found[1]))
            self._length(round(hours * 60) + int(found[2] or 0), found.start())
            self.hours = found[0]
            self._take(found)
        for found in self._each(P.MINUTES):
            self._length(int(found[1]), found.start())
            self._take(found)

    def _frequency(self) -> None:
        """How often."""
        for found in self._each(P.FREQUENCY_RANGE):
            self._hold("times", f"{found[1]} to {found[2]} times: a range, so neither is chosen.")
            self._take(found, "sessions")
        for found in self._each(P.FREQUENCY):
            for digits in P.DIGITS.findall(found[0])[:1]:
                self._times(number(digits), found.start())
            self._take(found, "sessions")
        if not P.DAILY.search(self.left):
            self._weekdays()

    def _weekdays(self) -> None:
        """Days by name or letter: "Mon, Wed", "Mon to Thurs", "M/W/F"; "M/F" may mean boys and girls."""
        for found in self._each(P.DAY_RANGE):
            first, last = (WEEK_DAYS.index(found[place]) for place in (1, 2))
            if first < last:
                self.sessions.add(last - first + 1)
            else:
                self._hold("times", f"{found[0]}: days that are not in one week.")
            self._take(found, "sessions")
        days = self._each(P.WEEKDAYS)
        if days:
            self.sessions.add(len({found[1] for found in days}))
            for found in days:
                self._take(found, "sessions")
        for found in self._each(P.DAY_LETTERS):
            letters = {"t" if letter == "tu" else letter for letter in P.LETTER.findall(found[0])}
            if len(letters) > 1 and letters != P.BOTH_SEXES:
                self.sessions.add(len(letters))
                self._take(found, "sessions")

    # --- putting together

    def _settle(self, reading: DoseReading) -> None:
        """Put the pieces together, where they agree."""
        daily, weekly, other = P.DAILY.search(self.left), P.WEEKLY.search(self.left), P.PERIOD.search(self.left)
        for found in (daily, weekly, other):
            if found:
                self.marks.append(Mark("period", found.start(), found.end()))
        if len(self.minutes) > 1 or len(self.sessions) > 1:
            amounts = [
                *(f"{one} minutes" for one in sorted(self.minutes)),
                *(f"{one} times" for one in sorted(self.sessions)),
            ]
            self.unread.append(f"{', '.join(amounts)}: they do not agree, so none is chosen.")
            return
        minutes, sessions = next(iter(self.minutes), None), next(iter(self.sessions), None)
        if self.every or (other and not weekly and not daily):
            period = f"every {self.every} weeks" if self.every else f"a {_name_of(other)}"
            self._other_period(period, minutes, sessions)
            return
        if daily and self._owed(daily.start(), "times", DAYS):
            sessions = self._of_days(sessions)
        elif weekly and sessions is None and "times" not in self.held and self._owed(weekly.start(), "times", 1):
            # "An hour a week" is as much as a session of it, "1-2 hours a week" is no number; "weekly" alone is once.
            amount = "weekly" not in weekly[0] and (minutes is not None or "minutes" in self.held)
            sessions, reading.total = None if amount and minutes is None else 1, amount and minutes is not None
        self._fit(reading, sessions, minutes, named=bool(daily or weekly))

    def _of_days(self, sessions: int | None) -> int | None:
        """Sessions a week from those of a day; "5 x … daily" names the five days themselves."""
        if "times" in self.held:
            return None
        if sessions is None or sessions == DAYS:
            return DAYS
        if sessions <= 3:
            return sessions * DAYS
        self._hold("times", f"{sessions} times and every day: they do not agree, so neither is chosen.")
        return None

    def _other_period(self, period: str, minutes: int | None, sessions: int | None) -> None:
        times = [f"{sessions} time{'' if sessions == 1 else 's'}"] if sessions else []
        amount = " of ".join([*times, *([f"{minutes} minutes"] if minutes else [])])
        self.unread.append(f"{amount or 'Once'} {period}: not a weekly dose, kept in words.")

    def _fit(self, reading: DoseReading, sessions: int | None, minutes: int | None, *, named: bool) -> None:
        if sessions is not None and not 1 <= sessions <= MOST_SESSIONS:
            self._hold("times", f"{sessions} sessions a week is more than a week holds.")
            sessions = None
        if minutes is not None and self._of_an_adult(minutes, alone=sessions is None and not named):
            self._hold("minutes", f"{self.hours}: time of an adult, not the length of a session; kept in words.")
            minutes, sessions = None, None if reading.total else sessions
            reading.total = False
        elif minutes is not None and not 1 <= minutes <= MOST_MINUTES:
            of = "week" if reading.total else "session"
            self._hold("minutes", f"{minutes} minutes a {of}: more than one session holds.")
            minutes, sessions = None, None if reading.total else sessions
            reading.total = False
        if sessions is None and minutes is None:
            if not self.unread:
                self.unread.append("No minutes and no number of sessions a week could be read.")
            return
        if sessions is not None and not named and not self.weekly:
            self._hold("times", f"{sessions} times: of which period is not said.")
            sessions = None
        reading.dose = Dose(sessions, minutes)
        reading.assumed_week = sessions is not None and not named
        if sessions is None and "times" not in self.held:
            self.unread.append(NOT_SAID["sessions"])
        elif minutes is None and "minutes" not in self.held:
            self.unread.append(NOT_SAID["minutes"])

    def _of_an_adult(self, minutes: int, *, alone: bool) -> bool:
        """Whether hours are an adult's: more than a session can be, or as much as a school day and no "how often"."""
        return bool(self.hours) and (minutes > MOST_MINUTES or (alone and minutes >= A_SCHOOL_DAY))

    def _left_over(self) -> None:
        """Numbers behind the first one that was read, of which nothing was made."""
        first = min((mark.start for mark in self.marks), default=len(self.left))
        for found in self._each(P.ANY_NUMBER):
            if found.start() > first:
                self.unread.append(f"{found[0]}: a number that is not read.")


def _name_of(period: re.Match[str] | None) -> str:
    return (period.lastgroup or "").replace("_", "-") if period else ""
