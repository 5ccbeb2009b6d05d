"""Doses as schools write them: "3 x 20 mins TA", "15mins x4 per week", "9.15-9.45 every morning". Pure.

A number is given only when the words say it: a range, two amounts that disagree, or a period that is no week are
told and not chosen. Every number points at the characters it came from. Source: docs/imports.md, "Doses in words".
"""

import re
from dataclasses import dataclass, field

from interventions.dose import MOST_MINUTES, MOST_SESSIONS, Dose
from interventions.map_reading.words import (
    HOUR,
    MIN,
    NOT_DOSE,
    NUM,
    Mark,
    folded,
    masked,
    number,
    staff_in,
)

DAYS = 5
NOTHING = re.compile(
    r"[\s.\-/]*|n/?a|none|nil|no cost|tb[cad]|to be (?:confirmed|arranged|decided)|\?+|x|various|varies"
)
ALWAYS = re.compile(
    r"(?:in )?(?:every|all|each) (?:lessons?|day and lesson|subjects?|sessions)|always|ongoing|on-going|on going"
    r"|throughout the (?:day|school day|week)|all day|constant(?:ly)?|continuous(?:ly)?|permanent(?:ly)?|daily practice"
)
PERIODS: tuple[tuple[str, str], ...] = (
    (r"fortnight(?:ly)?|every (?:two|2|other|second) weeks?|bi-?weekly|alternate weeks?", "fortnight"),
    (r"half[ -]?term(?:ly)?", "half-term"),
    (r"term(?:ly)?", "term"),
    (r"month(?:ly)?|every (?:four|4) weeks", "month"),
    (r"year(?:ly)?|annual(?:ly)?|annum", "year"),
)
_PERIOD = re.compile(
    r"(?<![a-z])(?:" + "|".join(
        rf"(?P<{name.replace('-', '_')}>(?:(?:per|each|every|a|an|/) ?)?(?:{words}))" for words, name in PERIODS
    ) + r")(?![a-z])"
)  # fmt: skip
WEEK = r"(?:(?:(?:per|each|every|a|an|in a) ?|/ ?)(?:week|wk)|weekly|p/?w\b|wkly)"
DAY = (
    r"(?:daily|(?:each|every|per|a) ?(?:school ?)?(?:day|morning|afternoon|break|lunch ?time|lunch|playtime)|every ?day"
    r"|/ ?day|mon(?:day)?s? ?(?:-|to) ?fri(?:day)?s?|5 days? (?:a|per) week|days a week 5)"
)
_WEEK, _DAY = re.compile(rf"(?<![a-z]){WEEK}(?![a-z])"), re.compile(rf"(?<![a-z]){DAY}(?![a-z])")
WEEKDAYS = re.compile(r"(?<![a-z])(mon|tue|wed|thu|fri)(?:s|day|sday|nesday|rs|rsday|urs|ursday|ur)?s?(?![a-z])")

_CLOCK = re.compile(
    r"(?<![\d.])(\d{1,2})[.:](\d{2}) ?(?:am|pm)? ?(?:-|to|until|till) ?(\d{1,2})[.:](\d{2})(?![\d])(?: ?(?:am|pm))?"
)
_RATIO = re.compile(
    r"(?<![\d.])(?:(\d{1,2}) ?: ?(\d{1,2})(?!\d)|1-1|1 to 1|one[ -]to[ -]one|1-to-1|1 2 1|121)(?![a-z\d])"
)
_GROUP = re.compile(
    rf"(?:groups? of|group size:?|small group of|max(?:imum)?(?: of)?|/) ?({NUM})(?: ?(?:-|to) ?({NUM}))?"
    rf"(?: ?(?:pupils?|children|learners?|students?|ch))?(?! ?{MIN})"
    rf"|(?<![\d.])({NUM})(?: ?(?:-|to) ?({NUM}))? ?(?:pupils?|children|learners?|students?|chn)(?![a-z])"
)
_WEEKS = re.compile(
    rf"(?:for |over |x ?)?(?<![\d.])({NUM})(?: ?(?:-|to) ?({NUM}))?[ -]?(?:weeks?|wks?)(?! ?(?:ly|cycle))(?![a-z])"
)
_REVIEWED = re.compile(
    r"(?:review|monitor|assess|report|updat)\w* "
    r"(?:every|each|after|in|(?:half[ -]?)?term|week|month|fortnight|annual|year)[^,;.]*|every \d+ weeks"
)
_TRIPLE = re.compile(rf"(?<![\d.])({NUM}) ?x ?({NUM}) ?x ?(\d+) ?(?:-? ?{MIN})")
_TIMES_MINUTES = re.compile(
    rf"(?<![\d.:/])({NUM}) ?(?:x|times|lots of|@|sessions? (?:of|x|@)|sessions?,?)"
    rf" ?(\d+)(?: ?({MIN})| ?({HOUR}))?(?![\d.:/])"
)
_MINUTES_TIMES = re.compile(rf"(?<![\d.:/])(\d+) ?(?:-? ?(?:{MIN})) ?(?:sessions?)? ?(?:x|times) ?({NUM})(?![\d.:/])")
_SIZED = re.compile(rf"(?<![\d.:/])({NUM}) (\d+)[ -]?(?:{MIN}) (?:[a-z]+ )?(?:sessions?|slots?|lessons?)")
_RANGE = re.compile(rf"(?<![\d.:/])(\d+) ?(?:{MIN})? ?(?:-|to|/|or|and|\.) ?(\d+) ?-?(?:{MIN})")
_HALVES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), minutes)
    for pattern, minutes in (
        (r"(?:three quarters|3/4|¾)(?: of)?(?: an?)? hour", 45),
        (r"(?:one|1|an?) ?(?:and a half|½|1/2) ?(?:hours?|hrs?)|an hour and a half|1½ ?(?:hours?|hrs?|h)\b", 90),
        (r"(?:a )?half(?: of)?(?:[ -]an?)?[ -]hour|(?:1/2|½) ?(?:an? )?(?:hour|hr)", 30),
        (r"(?:a )?quarter(?: of)?(?: an?)? hour|(?:1/4|¼) ?(?:an? )?(?:hour|hr)", 15),
        (r"(?<![a-z])an hour", 60),
    )
)
_HOURS_RANGE = re.compile(rf"(?<![\d.:/])(\d+(?:\.\d+)?) ?(?:-|to) ?(\d+(?:\.\d+)?) ?(?:{HOUR})")
_HOURS = re.compile(rf"(?<![\d.:/])(\d+(?:\.\d+)?|{NUM}) ?(?:{HOUR})(?: ?(?:and )?(\d{{1,2}}) ?(?:{MIN})?)?")
_MINUTES = re.compile(rf"(?<![\d.:/])(\d+) ?-?(?:{MIN})")
_FREQUENCY_RANGE = re.compile(
    rf"(?<![\d.:/])({NUM}) ?(?:-|to|or|/) ?({NUM})(?: ?x| ?times| ?sessions?)? ?(?:{WEEK}|per day|a day|daily)"
)
_FREQUENCY = re.compile(
    rf"(?<![\d.:/])(once|twice|{NUM} ?(?:x|times)(?! ?\d)|(?<!\d)(?<!\d )x ?{NUM}"
    rf"|{NUM} ?(?:sessions?|slots?|lessons?|days?)"
    rf"|{NUM}(?= ?(?:{WEEK}|per|a day|daily)))(?![a-z\d])"
)
_DIGITS = re.compile(rf"once|twice|{NUM}")


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

    @property
    def says_something(self) -> bool:
        """Whether a dose was read, in whole or in part."""
        return bool(self.dose.sessions or self.dose.minutes)


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
        self.left = masked(masked(folded(text), NOT_DOSE), _REVIEWED)
        self.marks: list[Mark] = []
        self.unread: list[str] = []
        self.minutes: set[int] = set()
        self.sessions: set[int] = set()
        self.a_day = False  # the sessions found are those of one day
        self.weeks: int | None = None
        self.group: tuple[int, int] | None = None
        self.ratio = ""

    def read(self) -> DoseReading:
        """Everything the words say."""
        staff = staff_in(self.text)
        reading = DoseReading(self.text, staff=tuple(dict.fromkeys(mark.value for mark in staff)))
        whole = self.left.strip(" .()")
        if NOTHING.fullmatch(whole) or ALWAYS.fullmatch(whole):
            return reading
        self._products()
        self._beside()
        self._amounts()
        self._frequency()
        self._settle(reading)
        reading.weeks, reading.group, reading.ratio = self.weeks, self.group, self.ratio
        reading.marks = tuple(sorted([*self.marks, *staff], key=lambda mark: (mark.start, mark.end)))
        reading.unread = tuple(self.unread)
        return reading

    def _take(self, found: re.Match[str], kind: str = "minutes") -> None:
        self.marks.append(Mark(kind, found.start(), found.end()))  # type: ignore[arg-type]
        self.left = self.left[: found.start()] + " " * (found.end() - found.start()) + self.left[found.end() :]

    def _each(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return list(pattern.finditer(self.left))

    def _products(self) -> None:
        """A times B minutes, in all orders."""
        for found in self._each(_TRIPLE):
            self.sessions.add(number(found[1]) * number(found[2]))
            self.minutes.add(int(found[3]))
            self._take(found)
        for found in self._each(_CLOCK):
            begins, ends = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
            ends += 720 if ends < begins <= 780 else 0
            if begins < ends and int(found[2]) < 60 and int(found[4]) < 60:
                self.minutes.add(ends - begins)
                self._take(found)
        for found in self._each(_TIMES_MINUTES):
            minutes = int(found[2]) * (60 if found[4] else 1)
            # Without a unit only a session's usual length is taken for minutes: "6 x 4" may be pupils and weeks.
            if found[3] or found[4] or (minutes >= 10 and minutes % 5 == 0):
                self.sessions.add(number(found[1]))
                self.minutes.add(minutes)
                self._take(found)
        for pattern, minutes, sessions in ((_MINUTES_TIMES, 1, 2), (_SIZED, 2, 1)):
            for found in self._each(pattern):
                self.minutes.add(int(found[minutes]))
                self.sessions.add(number(found[sessions]))
                self._take(found)

    def _beside(self) -> None:
        """Ratio, group size and how many weeks: no part of the dose."""
        for found in self._each(_RATIO):
            self.ratio = f"{found[1]}:{found[2]}" if found[1] else "1:1"
            self._take(found, "ratio")
        for found in self._each(_GROUP):
            first = number(found[1] or found[3])
            last = found[2] or found[4]
            self.group = (first, number(last) if last else first)
            self._take(found, "group")
        for found in self._each(_WEEKS):
            if found[2]:
                self.unread.append(f"{found[1]} to {found[2]} weeks: a range, so neither is chosen.")
            else:
                self.weeks = number(found[1])
            self._take(found, "weeks")

    def _amounts(self) -> None:
        """Minutes and hours."""
        for found in self._each(_RANGE):
            low, high = int(found[1]), int(found[2])
            if "and" in found[0] or high <= low:
                self.unread.append(f"{low} and {high} minutes: two lengths, so neither is chosen.")
            else:
                self.unread.append(f"{low} to {high} minutes: a range, so neither is chosen.")
            self._take(found)
        for pattern, minutes in _HALVES:
            for found in self._each(pattern):
                self.minutes.add(minutes)
                self._take(found)
        for found in self._each(_HOURS_RANGE):
            self.unread.append(f"{found[1]} to {found[2]} hours: a range, so neither is chosen.")
            self._take(found)
        for found in self._each(_HOURS):
            hours = float(found[1]) if found[1][0].isdigit() else float(number(found[1]))
            minutes = round(hours * 60) + int(found[2] or 0)
            self.minutes.add(minutes)
            self._take(found)
        for found in self._each(_MINUTES):
            self.minutes.add(int(found[1]))
            self._take(found)

    def _frequency(self) -> None:
        """How often."""
        for found in self._each(_FREQUENCY_RANGE):
            self.unread.append(f"{found[1]} to {found[2]} times: a range, so neither is chosen.")
            self._take(found, "sessions")
        for found in self._each(_FREQUENCY):
            self.sessions.update(number(digits) for digits in _DIGITS.findall(found[0])[:1])
            self._take(found, "sessions")
        days = self._each(WEEKDAYS)
        if days and not _DAY.search(self.left):
            self.sessions.add(len({found[1] for found in days}))
            for found in days:
                self._take(found, "sessions")

    def _settle(self, reading: DoseReading) -> None:
        """Put the pieces together, where they agree."""
        daily, weekly, other = _DAY.search(self.left), _WEEK.search(self.left), _PERIOD.search(self.left)
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
        if other and not weekly and not daily:
            self._other_period(other, minutes, sessions)
            return
        if daily:
            sessions = self._of_days(sessions)
        elif weekly and sessions is None and not self._held_back("times"):
            # "An hour a week" is as much as a session of it, "1-2 hours a week" is no number; "weekly" alone is once.
            amount = "weekly" not in weekly[0] and (minutes is not None or bool(self.unread))
            sessions, reading.total = None if amount and minutes is None else 1, amount and minutes is not None
        self._fit(reading, sessions, minutes, named=bool(daily or weekly))

    def _held_back(self, what: str) -> bool:
        return any(what in sentence for sentence in self.unread)

    def _of_days(self, sessions: int | None) -> int | None:
        """Sessions a week from those of a day; "5 x … daily" names the five days themselves."""
        if self._held_back("times"):
            return None
        if sessions is None or sessions == DAYS:
            return DAYS
        if sessions <= 3:
            return sessions * DAYS
        self.unread.append(f"{sessions} times and every day: they do not agree, so neither is chosen.")
        return None

    def _other_period(self, found: re.Match[str], minutes: int | None, sessions: int | None) -> None:
        period = (found.lastgroup or "").replace("_", "-")
        amount = " of ".join(
            [*([f"{sessions} times"] if sessions else []), *([f"{minutes} minutes"] if minutes else [])]
        )
        self.unread.append(f"{amount or 'Once'} a {period}: not a weekly dose, kept in words.")

    def _fit(self, reading: DoseReading, sessions: int | None, minutes: int | None, *, named: bool) -> None:
        if sessions is not None and not 1 <= sessions <= MOST_SESSIONS:
            self.unread.append(f"{sessions} sessions a week is more than a week holds.")
            sessions = None
        if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
            of = "week" if reading.total else "session"
            self.unread.append(f"{minutes} minutes a {of}: more than one session holds.")
            minutes, sessions = None, None if reading.total else sessions
            reading.total = False
        if sessions is None and minutes is None:
            if not self.unread:
                self.unread.append("No minutes and no number of sessions a week could be read.")
            return
        if sessions is not None and not named and not self.weekly:
            self.unread.append(f"{sessions} times: of which period is not said.")
            sessions = None
        reading.dose = Dose(sessions, minutes)
        reading.assumed_week = sessions is not None and not named
        if sessions is None and not self._held_back("times"):
            self.unread.append("How often is not said.")
        elif minutes is None and not self._held_back("minutes"):
            self.unread.append("How long a session is, is not said.")
