"""The patterns of doses in words, in the order in which they are looked for. Pure."""

import re

from interventions.map_reading.words import HOUR, MIN, NUM

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
    (r"month(?:ly)?", "month"),
    (r"year(?:ly)?|annual(?:ly)?|annum", "year"),
)
PERIOD = re.compile(
    r"(?<![a-z])(?:" + "|".join(
        rf"(?P<{name.replace('-', '_')}>(?:(?:per|each|every|a|an|/) ?)?(?:{words}))" for words, name in PERIODS
    ) + r")(?![a-z])"
)  # fmt: skip
WEEK = r"(?:(?:(?:per|each|every|a|an|in a) ?|/ ?)(?:week|wk)|weekly|p/?w\b|wkly)"
DAY = (
    r"(?:daily|(?:each|every|per|a) ?(?:school ?)?(?:day|morning|afternoon|break|lunch ?time|lunch|playtime)|every ?day"
    r"|/ ?day|mon(?:day)?s? ?(?:-|to) ?fri(?:day)?s?|m ?- ?f|5 days? (?:a|per) week|days a week 5)"
)
WEEKLY, DAILY = re.compile(rf"(?<![a-z]){WEEK}(?![a-z])"), re.compile(rf"(?<![a-z]){DAY}(?![a-z])")
WEEKDAYS = re.compile(r"(?<![a-z])(mon|tue|wed|thu|fri)(?:s|day|sday|nesday|rs|rsday|urs|ursday|ur)?s?(?![a-z])")

_DAY_NAME = r"(mon|tue|wed|thu|fri)[a-z]*"
DAY_RANGE = re.compile(rf"(?<![a-z]){_DAY_NAME} ?(?:-|to|until|till) ?{_DAY_NAME}(?![a-z])")
_LETTER = r"(?:m|tu?|w|th|f)"
DAY_LETTERS = re.compile(rf"(?<![a-z\d]){_LETTER}(?: ?[/,&+] ?{_LETTER})+(?![a-z])")
LETTER = re.compile(r"[a-z]+")
BOTH_SEXES = frozenset({"m", "f"})
ORDINALS = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
EVERY_SOME_WEEKS = re.compile(
    rf"(?<![a-z])(?:in )?every (?P<every>{NUM}|{'|'.join(ORDINALS)}) ?(?:weeks?|wks?)(?![a-z])"
    r"|(?<![\d.])(?P<weekly>\d+)-weekly(?![a-z])"
)
# A word before a number that takes away from it: a most owes nothing, a least owes itself.
HEDGE = re.compile(
    r"(?<![a-z])(?:(?P<most>(?:for )?up to|at most|max(?:imum)?(?: of)?|no more than|not more than)"
    r"|(?P<least>at least|minimum(?: of)?|no less than|not less than)"
    r"|(?P<near>approx(?:imately)?\.?|about|around|roughly|circa|~))[ :]*"
)

CLOCK = re.compile(
    r"(?<![\d.])(\d{1,2})[.:](\d{2}) ?(?:am|pm)? ?(?:-|to|until|till) ?(\d{1,2})[.:](\d{2})(?![\d])(?: ?(?:am|pm))?"
)
RATIO = re.compile(
    r"(?<![\d.])(?:(\d{1,2}) ?: ?(\d{1,2})(?!\d)|1-1|1 to 1|one[ -]to[ -]one|1-to-1|1 2 1|121)(?![a-z\d])"
)
GROUP = re.compile(
    rf"(?:groups? of|group size:?|small group of|max(?:imum)?(?: of)?|/) ?({NUM})(?: ?(?:-|to) ?({NUM}))?"
    rf"(?: ?(?:pupils?|children|learners?|students?|ch))?(?![.:]?\d)(?! ?(?:{MIN}|{HOUR}))"
    rf"|(?<![\d.])({NUM})(?: ?(?:-|to) ?({NUM}))? ?(?:pupils?|children|learners?|students?|chn)(?![a-z])"
)
WEEKS = re.compile(
    rf"(?:for |over |x ?)?(?<![\d.])(?<!every )({NUM})(?: ?(?:-|to) ?({NUM}))?[ -]?(?:weeks?|wks?)"
    r"(?! ?(?:ly|cycle))(?![a-z])"
)
REVIEWED = re.compile(
    r"(?:review|monitor|assess|report|updat)\w* "
    r"(?:every|each|after|in|(?:half[ -]?)?term|week|month|fortnight|annual|year)[^,;.]*"
    r"|(?:review|monitor|assess|report|updat)\w*[^,;.]*? every \d+ weeks"
)
TRIPLE = re.compile(rf"(?<![\d.])({NUM}) ?x ?({NUM}) ?x ?(\d+) ?(?:-? ?{MIN})")
# One of the two numbers is a range: the other one is said.
RANGE_TIMES = re.compile(
    rf"(?<![\d.:/-])({NUM}) ?(?:-|to|or|/) ?({NUM}) ?(?:x|times|sessions? of)(?= ?[\d½]| ?(?:an? )?(?:half|quarter))"
)
TIMES_RANGE = re.compile(
    rf"(?<![\d.:/])({NUM}) ?(?:x|times|lots of|@|sessions? (?:of|x|@)) ?(\d+)"
    rf" ?(?:{MIN})? ?(?:-|to|or) ?(\d+) ?-?(?:{MIN})"
)
MINUTE_RANGE_TIMES = re.compile(
    rf"(?<![\d.:/])(\d+) ?(?:{MIN})? ?(?:-|to|or|/) ?(\d+) ?-?(?:{MIN}) ?(?:sessions?)? ?(?:x|times)"
    rf" ?({NUM})(?![\d.:/])"
)
TIMES_MINUTES = re.compile(
    rf"(?<![\d.:/])({NUM}) ?(?:x|times|lots of|@|sessions? (?:of|x|@)|sessions?,?)"
    rf" ?(\d+)(?: ?({MIN})| ?({HOUR}))?(?![\d.:/])"
)
MINUTES_TIMES = re.compile(rf"(?<![\d.:/])(\d+) ?(?:-? ?(?:{MIN})) ?(?:sessions?)? ?(?:x|times) ?({NUM})(?![\d.:/])")
SIZED = re.compile(rf"(?<![\d.:/])({NUM}) (\d+)[ -]?(?:{MIN}) (?:[a-z]+ )?(?:sessions?|slots?|lessons?)")
RANGE = re.compile(rf"(?<![\d.:/])(\d+) ?(?:{MIN})? ?(?:-|to|/|or|and|\.) ?(\d+) ?-?(?:{MIN})")
HALVES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), minutes)
    for pattern, minutes in (
        (r"(?:three quarters|3/4|¾)(?: of)?(?: an?)? hour", 45),
        (r"(?:one|1|an?) ?(?:and a half|½|1/2) ?(?:hours?|hrs?)|an hour and a half|1½ ?(?:hours?|hrs?|h)\b", 90),
        (r"(?:a )?half(?: of)?(?:[ -]an?)?[ -]hour|(?<!\d)(?<!\d )(?:1/2|½) ?(?:an? )?(?:hour|hr)", 30),
        (r"(?:a )?quarter(?: of)?(?: an?)? hour|(?:1/4|¼) ?(?:an? )?(?:hour|hr)", 15),
        (r"(?<![a-z])an hour", 60),
    )
)
HALF_MORE = re.compile(rf"(?<![\d.:/])({NUM}) ?(?:and a half|½|1/2) ?(?:{HOUR})")
HOURS_RANGE = re.compile(rf"(?<![\d.:/])(\d+(?:\.\d+)?) ?(?:-|to) ?(\d+(?:\.\d+)?) ?(?:{HOUR})")
HOURS = re.compile(rf"(?<![\d.:])(?<!\d/)(\d+(?:\.\d+)?|{NUM}) ?(?:{HOUR})(?: ?(?:and )?(\d{{1,2}}) ?(?:{MIN})?)?")
MINUTES = re.compile(rf"(?<![\d.:])(?<!\d/)(\d+) ?-?(?:{MIN})")
FREQUENCY_RANGE = re.compile(
    rf"(?<![\d.:/])({NUM}) ?(?:-|to|or|/) ?({NUM})(?: ?x| ?times| ?sessions?)? ?(?:{WEEK}|per day|a day|daily)"
)
FREQUENCY = re.compile(
    rf"(?<![\d.:/])(once|twice|{NUM} ?(?:x|times)(?! ?\d)|(?<!\d)(?<!\d )x ?{NUM}"
    rf"|{NUM} ?(?:sessions?|slots?|lessons?|days?)"
    rf"|{NUM}(?= ?(?:{WEEK}|per|a day|daily)))(?![a-z\d])"
)
DIGITS = re.compile(rf"once|twice|{NUM}")
ANY_NUMBER = re.compile(r"\d+(?:\.\d+)?|½")
