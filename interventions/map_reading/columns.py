"""Which column of a provision map is what. Pure.

Source: headings that schools print on their maps; docs/imports.md, "Provision maps". Schools choose their own
headings, so every guess can be corrected, and what was chosen is remembered.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from interventions.areas import AREAS
from interventions.sheet import COLUMNS
from interventions.subjects import SUBJECTS
from learners.mapping import plain

TIER = "tier:"  # a column of free text, one for each tier: "tier:2"

FIELDS: dict[str, str] = {
    "upn": "Learner: UPN",
    "surname": "Learner: surname",
    "forename": "Learner: forename",
    "learner": "Learner: full name",
    "learners": "Learners (several in a cell)",
    "year": "Year group",
    "class": "Class",
    "sen": "SEN provision",
    "needs": "Types of need",
    "provision": "Provision",
    "tier": "Tier",
    "area": "Area of need",
    "subject": "Subject",
    "dose": "Dose in words (3 × 20 mins)",
    "minutes": "Minutes a session",
    "sessions": "Sessions a week",
    "weeks": "How many weeks",
    "group_size": "Group size",
    "deliverers": "Delivered by",
    "responsible": "Responsible teacher",
    "place": "Place",
    "starts": "From",
    "ends": "To",
    "outcome": "Outcome",
    "baseline": "Baseline (start data)",
    "target": "Target",
    "review_on": "Review date",
    "note": "Note",
    "library": "Library entry",
    "confidential": "Confidential",
    "group": "Group",
    "number": "Provision no.",
    "provision_starts": "Provision from",
    "provision_ends": "Provision to",
    "provision_sessions": "Provision sessions",
    "provision_minutes": "Provision minutes",
    "tier:1": "Provision at tier 1 (several in a cell)",
    "tier:2": "Provision at tier 2 (several in a cell)",
    "tier:3": "Provision at tier 3 (several in a cell)",
    "tier:4": "Provision at tier 4 (several in a cell)",
    "tier:0": "Provision, the tier not said (several in a cell)",
}

# Best heading first: where two columns could be one field, the earlier reading wins.
_SYNONYMS: dict[str, str] = {
    "upn": "upn, unique pupil number",
    "surname": "surname, last name, family name, pupil surname, legal surname",
    "forename": "forename, first name, given name, pupil forename, legal forename",
    "learner": "pupil, learner, student, child, name, pupil name, learner name, student name, childs name, full "
    "name, name of pupil, name of child",
    "learners": "pupils, learners, students, children, names, pupil names, names of pupils, names of children, pupils "
    "involved, children involved, learners involved, children in group, pupils in group, who, target "
    "pupils, pupil group, group members",
    "year": "year group, year, yr, year groups, nc year, yr group, key stage, ks",
    "class": "class, reg group, form, registration group, tutor group, class name",
    "sen": "sen status, send status, sen provision, sen, send, sen code, sen stage, sen support or ehcp, register",
    "needs": "primary need, need, needs, type of need, types of need, main need, send need, sen need, area of "
    "difficulty, difficulties, barrier to learning, barriers",
    "provision": "provision, intervention, name of intervention, intervention name, provision name, type of provision, "
    "support, strategy, strategies, programme, intervention programme, provision resource, provision or "
    "resource, provision intervention, intervention provision, additional provision, activity, "
    "intervention support",
    "tier": "tier, wave, level, wave of provision, stage, tier of support, wave level, level of support",
    "area": "area of need, area, areas of need, category of need, broad area of need, broad area, send area, sen "
    "area, category, area of send, area of sen",
    "subject": "subject, curriculum area, subject area",
    "dose": "dose, frequency and duration, time, time per week, cost in time, cost in time per week, timing, "
    "timings, when, how often, dosage, amount, amount of time, frequency duration, duration and "
    "frequency, time allocated, time allocation, sessions, weekly time, time and frequency, how often how "
    "long, length and frequency, frequency and length, when and how often, frequency time, time "
    "frequency, schedule",
    "minutes": "session length, length of session, length of sessions, minutes per session, minutes a session, "
    "duration of session, mins per session, minutes, mins, time per session, session duration, length",
    "sessions": "frequency per week, sessions per week, sessions a week, number per week, times per week, frequency, "
    "no of sessions per week, number of sessions per week, no per week, how many times a week",
    "weeks": "no of weeks, number of weeks, term no of weeks to run, weeks, duration, duration in weeks, term or "
    "duration, length of intervention, length of programme, duration of intervention, how long, term",
    "group_size": "group size, individual group, group individual, size of group, number in group, number of pupils, "
    "no of pupils, pupil ratio, ratio, adult pupil ratio, staff pupil ratio, group size ratio, number of "
    "children, group or individual, individual or group, staff ratio",
    "deliverers": "delivered by, staff, led by, adult, adults, who delivers, deliverer, teacher teaching assistant, "
    "ta, member of staff, staff member, staffing, staff lead, lead, led by whom, adult responsible, staff "
    "involved, person delivering, staff delivering, delivered by whom, by whom, lead adult, person "
    "responsible, staff responsible, staff resources, lead adult s",
    "responsible": "responsible teacher, responsible, teacher responsible, accountable, overseen by, class teacher",
    "place": "place, location, where, room, venue",
    "starts": "from, start, start date, date started, starts, started, begin, commenced, date from",
    "ends": "to, end, end date, ends, finish, finish date, date ended, completed, date to",
    "outcome": "outcome, expected outcome, intended outcome, outcomes, expected outcomes, aim, aims, purpose, "
    "objective, objectives, goal, desired outcome, success criteria, intended impact",
    "baseline": "baseline, start data, entry data, entry level, starting point, pre score, start score, baseline "
    "data, entry, baseline score, on entry",
    "target": "target, targets, target score, expected level, smart target",
    "review_on": "review date, review, date of review, next review, reviewed, to be reviewed",
    "note": "note, notes, comments, overview, description, details, further information, resource, resources, "
    "comment, additional information, what is it, exit data, end data, impact, exit level, evaluation, "
    "post score, progress",
}
# Columns that are read by nobody: what they cost stands in the rates of the school, not in a cell.
COSTS = re.compile(r"\bcosts?\b|£|\bbudget\b|\bfunding\b|\bhourly rate\b|\brate\b|\bspend\b|\btotal\b", re.IGNORECASE)
NUMBERED = re.compile(r"(?:provision|intervention|support|strategy|programme|help) ?(?:no\.? ?|#)?\d", re.IGNORECASE)
NO_TIER = "tier:0"  # a column that lists provision of no named tier: the tier is asked for
OF_A_SUBJECT = frozenset({"reading", "phonics", "writing", "spelling", "handwriting", "english", "literacy", "maths",
                          "mathematics", "numeracy", "science"})  # fmt: skip
AREA_NAMES = ("SEMH", "SLCN", "Cognition", "Learning and cognition", "Communication", "Sensory", "Physical",
              "Sensory and physical", "Physical and sensory", "Social, emotional and mental health", "Behaviour",
              "BESD", "SEBD", "EBD")  # fmt: skip
LEARNER = frozenset({"upn", "learner", "surname", "forename"})
TELLING = LEARNER | {"learners", "provision", "tier", "area", "dose", "deliverers"}
WEAKER = 100  # a part of a heading says less than a whole one
NAMES_TIER = re.compile(
    r"wave|tier|universal|targeted|specialist|small[ -]groups?|learners|pupils|children|class\b|stage", re.IGNORECASE
)
IN_TIME = re.compile(r"cost in time", re.IGNORECASE)
SUBJECT_WORDS: dict[str, str] = {word: key for key, label in SUBJECTS.items() for word in (plain(label), key)}
OWN: dict[str, str] = {plain(heading): key for key, heading in COLUMNS}
SYNONYMS: dict[str, tuple[str, int]] = {
    plain(word): (name, rank) for name, words in _SYNONYMS.items() for rank, word in enumerate(words.split(","))
}

TIER_WORDS: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), tier)
    for pattern, tier in (
        (r"\b(?:wave|tier|stage|level|band|range)\s*(?:1|one|i)\b", 1),
        (r"\b(?:wave|tier|stage|level|band|range)\s*(?:2|two|ii)\b", 2),
        (r"\b(?:wave|tier|stage|level|band|range)\s*(?:3|three|iii)\b", 3),
        (r"\b(?:wave|tier|stage|level|band|range)\s*(?:4|four|iv)\b", 4),
        (r"\btargeted[ -]plus\b", 3),
        (r"\buniversal\b|\bwhole[ -]class\b|\ball (?:learners|pupils|children)\b|\bquality first\b|\bqft\b|\bhqt\b"
         r"|\bhigh[ -]quality teaching\b|\bordinarily available\b|\bwhole[ -]school\b|\bfor all\b", 1),
        (r"\btargeted\b|\bsmall[ -]groups?\b|\bsome (?:learners|pupils|children)\b|\bcatch[ -]up\b|\bfor some\b"
         r"|\bgroup\b", 2),
        (r"\bspecialist\b|\bspecialised\b|\bfew (?:learners|pupils|children)\b|\bindividuali[sz]ed\b|\bindividual\b"
         r"|\bpersonali[sz]ed\b|\bone[ -]to[ -]one\b|\b1:1\b|\bfor a few\b|\bintensive\b", 3),
    )
)  # fmt: skip
_WITH = r"(?:&|\+|/|and|and/or|n)"  # "C&L", "C+L", "C/L", "C and L"
AREA_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), area)
    for pattern, area in (
        (rf"cognition|\bc ?{_WITH} ?l\b|learning (?:and|&) cognition|literacy|numeracy|dyslexia|maths|reading|writing"
         r"|spelling|phonics|memory", "cognition"),
        (rf"communication|interaction|\bc ?{_WITH} ?i\b|speech|language|\bslcn\b|autis|\basc\b|\basd\b",
         "communication"),
        (r"social|emotional|mental|behaviou?r|\bsemh\b|\bebd\b|\bbesd\b|\bsebd\b|wellbeing|well-being|pastoral"
         r"|\badhd\b", "semh"),
        (rf"sensory|physical|\bs ?{_WITH} ?p\b|\bp ?{_WITH} ?s\b|hearing|visual|vision|motor|medical|\bot\b"
         r"|occupational", "sensory"),
    )
)  # fmt: skip


def tier_of(text: str, labels: Mapping[int, str] | None = None) -> int | None:
    """The tier that words mean: the school's own label, or the usual words; None where they name none or two.

    >>> tier_of("All Learners (Wave 1: QFT)"), tier_of("Small group"), tier_of("Specialist"), tier_of("Autumn")
    (1, 2, 3, None)
    >>> tier_of("Specialist", {1: "Universal", 2: "Targeted", 3: "Targeted Plus", 4: "Specialist"})
    4
    """
    folded = " ".join(text.split()).casefold()
    for code, label in (labels or {}).items():
        if label.casefold() == folded:
            return code
    if re.fullmatch(r"[1-4]", folded):
        return int(folded)
    for pattern, tier in TIER_WORDS:
        if pattern.search(folded):
            return tier
    return None


@lru_cache(maxsize=4096)  # a map names the same few areas in all its rows
def area_of(text: str) -> str:
    """The area of need that words mean, "" where they name none.

    >>> area_of("Learning and cognition"), area_of("SEMH"), area_of("Sensory and/or physical"), area_of("Wave 2")
    ('cognition', 'semh', 'sensory', '')
    """
    for code, name in AREAS.items():
        if plain(name) == plain(text):
            return code
    whole = plain(text)
    for pattern, area in AREA_WORDS:
        if pattern.search(text) and whole:
            return area
    return ""


def area_in(text: str) -> tuple[str, bool]:
    """The area that a cell names, and whether it names another one as well: "C&L / SEMH" is the first of two.

    >>> area_in("C&L / SEMH"), area_in("SEMH / Behaviour"), area_in("C/L"), area_in("Transition")
    (('cognition', True), ('semh', False), ('cognition', False), ('', False))
    """
    parts = [found for part in re.split(r"[,;/\n]", text) if len(part.strip()) > 1 and (found := area_of(part))]
    whole = area_of(text)
    if len(set(parts)) > 1 and not any(plain(name) == plain(text) for name in AREAS.values()):
        return parts[0], True
    return whole, False


def subject_of(text: str) -> str:
    """The subject that words name: "" for none.

    >>> subject_of("Maths"), subject_of("Reading"), subject_of("Cookery")
    ('maths', 'reading', '')
    """
    return SUBJECT_WORDS.get(plain(text), "")


def weekly_in(heading: str) -> bool:
    """Whether a heading says that its column counts by the week.

    >>> weekly_in("COST IN TIME (PER WEEK)"), weekly_in("Time per half term"), weekly_in("Dose")
    (True, False, True)
    """
    return not re.search(r"\b(?:fortnight|month|term|half[ -]term|year|annum|annual)", heading, re.IGNORECASE)


def _field_of(heading: str, remembered: Mapping[str, str]) -> tuple[str, int]:
    """The field that a heading names and how good the name is, less being better; "" for none."""
    word = plain(heading)
    if word in remembered:
        return remembered[word], -1
    if COSTS.search(heading) and not IN_TIME.search(heading):
        return "", 0
    for shorter in (word, plain(re.sub(r"\(.*?\)", "", heading)), plain(re.split(r"[/:–-]", heading)[0])):
        if shorter in SYNONYMS:
            name, rank = SYNONYMS[shorter]
            return name, rank if shorter == word else rank + WEAKER
    tier = tier_of(heading)
    if tier and NAMES_TIER.search(heading):
        return f"{TIER}{tier}", 0
    return "", 0


def guess(headings: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[int, str]:
    """The field of each column that seems to hold one, by its place from 0.

    `remembered` holds what the school chose for a heading before, by `plain(heading)`; "" leaves it out. Two columns
    may be one tier's; else a field is taken from the column with the plainer heading, or the first.

    >>> guess(["Area of Need", "PROVISION", "COST IN TIME (PER WEEK)", "Cost £"])
    {0: 'area', 1: 'provision', 2: 'dose'}
    >>> guess(["Area", "All Learners (Wave 1: QFT)", "Some Learners (Wave 2: Targeted)"])
    {0: 'area', 1: 'tier:1', 2: 'tier:2'}
    """
    if is_own(headings):
        known = {plain(heading): key for key, heading in COLUMNS}
        return {place: known[plain(heading)] for place, heading in enumerate(headings) if plain(heading) in known}
    best: dict[str, tuple[int, int]] = {}
    tiers: dict[int, str] = {}
    for place, heading in enumerate(headings):
        name, rank = _field_of(heading, remembered or {})
        if name.startswith(TIER):
            tiers[place] = name
        elif name in FIELDS and (name not in best or rank < best[name][0]):
            best[name] = (rank, place)
    found = {place: name for name, (_, place) in best.items()}
    if not tiers:
        tiers = _listing(headings, remembered or {}, best)
        found = {place: name for place, name in found.items() if place not in tiers}
    return dict(sorted({**found, **tiers}.items()))


def _listing(
    headings: Sequence[str], remembered: Mapping[str, str], best: Mapping[str, tuple[int, int]]
) -> dict[int, str]:
    """Columns that list provision of no named tier: "Provision 1"; beside a learner also "Reading", "SEMH"."""
    free = {place: heading for place, heading in enumerate(headings) if plain(heading) not in remembered}
    numbered = {place: NO_TIER for place, heading in free.items() if NUMBERED.match(heading)}
    if numbered or "provision" in best or not LEARNER & set(best):
        return numbered
    return {place: NO_TIER for place, heading in free.items() if plain(heading) in OF_A_SUBJECT or names_area(heading)}


def names_area(heading: str) -> str:
    """The area whose name, code or usual abbreviation a heading is; "" where it only holds a word of one.

    >>> names_area("SEMH"), names_area("C+I"), names_area("Reading"), names_area("Social skills group")
    ('semh', 'communication', '', '')
    """
    abbreviated = re.fullmatch(rf"[csp] ?{_WITH} ?[lisp]", heading.strip(), re.IGNORECASE)
    whole = {plain(name) for name in (*AREAS.values(), *AREA_NAMES)}
    return area_of(heading) if abbreviated or plain(heading) in whole else ""


def is_own(headings: Sequence[str]) -> bool:
    """Whether these are the headings of our own sheet "Placements".

    >>> is_own([heading for _, heading in COLUMNS]), is_own(["Provision", "Tier"])
    (True, False)
    """
    held = {plain(heading) for heading in headings}
    return {"provisionno", "provision", "tier", "areaofneed"} <= held


def lacking(mapping: Mapping[int, str]) -> list[str]:
    """What the chosen columns still need before a map can be read, as sentences.

    >>> lacking({0: "area", 1: "tier:1"}), lacking({0: "learner"})
    ([], ['Choose the column that names the provision, or the columns of the tiers.'])
    """
    names = set(mapping.values())
    if "provision" in names or any(name.startswith(TIER) for name in names):
        return []
    return ["Choose the column that names the provision, or the columns of the tiers."]


def no_map(mapping: Mapping[int, str]) -> bool:
    """Whether the headings say so little that the file is no provision map; otherwise a person may correct them.

    >>> no_map(guess(["Item", "Qty"])), no_map(guess(["Pupil", "Autumn", "Spring"]))
    (True, False)
    """
    return not TELLING & set(mapping.values()) and bool(lacking(mapping))
