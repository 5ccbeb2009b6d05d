"""The starter library: common practice in the four areas of need and three tiers, in our own words. Pure.

No evidence is claimed that a school could not check: a grade other than "unknown" names its source.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Starter:
    """One entry a new library begins with; the fields are those of an intervention."""

    key: str
    name: str
    summary: str
    tier: int
    areas: tuple[str, ...]
    sessions: int | None = None
    minutes: int | None = None
    weeks: int | None = None
    group_min: int | None = None
    group_max: int | None = None
    entry_criteria: str = ""
    exit_criteria: str = ""
    success_measure: str = ""
    evidence_grade: str = "unknown"
    evidence_source: str = ""
    training: str = ""


def _always(key: str, name: str, summary: str, *areas: str) -> Starter:
    """A tier 1 adaptation: for the whole class, in every lesson, with no sessions to count."""
    return Starter(
        key=key,
        name=name,
        summary=summary,
        tier=1,
        areas=areas,
        entry_criteria="None: everybody in the class has it. Name a learner when they could not do without it.",
        exit_criteria="None: it stays part of everyday teaching. Take a name off when the learner manages without.",
        success_measure="The class teacher sees the learner use it and take part; checked each half-term.",
    )


EVERY_CLASS = (
    _always(
        "consistent-adults",
        "Consistent adult approach",
        "Every adult uses the same calm words, routines and follow-up.",
        "semh",
    ),
    _always(
        "zones", "Feelings check-in", "A daily way to name a feeling and pick a strategy, for the whole class.", "semh"
    ),
    _always("rewards", "Clear rewards", "Praise and points that are easy to earn, named for what was done.", "semh"),
    _always("soft-start", "Soft start", "A calm first ten minutes with a known task on the table.", "semh", "sensory"),
    _always(
        "movement-breaks", "Movement breaks", "Short planned movement for everyone between tasks.", "semh", "sensory"
    ),
    _always(
        "talk-partners", "Talking partners", "Rehearse an answer with a partner before sharing it.", "communication"
    ),
    _always(
        "modelling",
        "Teacher modelling",
        "The teacher thinks aloud and shows a finished example first.",
        "communication",
        "cognition",
    ),
    _always(
        "visual-timetable",
        "Visual timetable",
        "The day in pictures, checked off together, changes shown early.",
        "communication",
        "cognition",
    ),
    _always(
        "simple-language",
        "Short spoken instructions",
        "One step at a time, key words repeated, time given to think.",
        "communication",
    ),
    _always(
        "choice-grouping",
        "Choice of alone or paired work",
        "Learners choose how to work where the task allows.",
        "communication",
        "semh",
    ),
    _always(
        "pre-taught-vocabulary",
        "Pre-taught vocabulary",
        "Key words met, said and pictured before the lesson.",
        "cognition",
        "communication",
    ),
    _always("task-planners", "Task planners", "A task cut into steps that can be ticked.", "cognition"),
    _always("tinted-paper", "Tinted paper", "Cream or pale paper for all printed work.", "cognition", "sensory"),
    _always(
        "clear-font",
        "Clear font, 14 point",
        "A plain font, larger print and wide spacing on all sheets.",
        "cognition",
        "sensory",
    ),
    _always(
        "oral-alternatives",
        "Oral alternatives to writing",
        "Answers spoken, recorded or scribed where writing isn't the aim.",
        "cognition",
    ),
    _always("word-mats", "Word and number mats", "Spellings, sounds and number facts within reach.", "cognition"),
    _always(
        "fine-motor", "Daily fine motor practice", "Short hand-strength and pencil activities for the class.", "sensory"
    ),
    _always(
        "adapted-tools",
        "Pencils and scissors that fit",
        "A choice of grips, pencils and scissors on every table.",
        "sensory",
    ),
    _always("seating", "Planned seating", "Places chosen for sight, hearing, light and noise.", "sensory"),
    _always("outdoor", "Regular outdoor learning", "Planned learning outside every week.", "sensory", "semh"),
)


def _group(
    key: str, name: str, summary: str, areas: tuple[str, ...], dose: tuple[int, int, int], group: int,
    entry: str, leave: str, measure: str, training: str = "A half-day with the SENCO, then watched twice",
) -> Starter:  # fmt: skip
    """A tier 2 intervention for a few learners at a time; `dose` is sessions, minutes, weeks."""
    return Starter(key, name, summary, 2, areas, *dose, 2, group, entry, leave, measure, training=training)


C, I, S, P, O = ("cognition",), ("communication",), ("semh",), ("sensory",), ("other",)

TARGETED = (
    _group(
        "worry-box",
        "Worry time",
        "A set time with an adult to share and sort worries.",
        S,
        (2, 15, 6),
        4,
        "Worries are getting in the way of lessons most days.",
        "A week without the learner asking for extra worry time.",
        "Teacher's rating of worry in class, 1 to 5, before and after.",
    ),
    _group(
        "nurture-group",
        "Nurture group",
        "A small calm group with shared food, play and talk.",
        S,
        (4, 45, 12),
        8,
        "Boxall Profile strands show a clear need; class teacher agrees.",
        "Strands within the usual range, or two terms.",
        "Boxall Profile before and after.",
        "Nurture group training",
    ),
    _group(
        "social-skills",
        "Social skills group",
        "Turn-taking, joining in and sorting out quarrels through games.",
        ("semh", "communication"),
        (1, 30, 10),
        6,
        "Falls out or is left out several times a week.",
        "Joins and stays in play on four days of five.",
        "Playground observation, ten minutes, before and after.",
    ),
    _group(
        "buddy",
        "Buddy at playtime",
        "A trained older pupil and a plan for each playtime.",
        S,
        (5, 15, 6),
        6,
        "Alone at most playtimes.",
        "Has someone to play with on four days of five.",
        "Playground tally over a week.",
    ),
    _group(
        "comic-strips",
        "Comic strip conversations",
        "Drawing what happened, what was said and what was thought.",
        ("communication", "semh"),
        (2, 20, 6),
        3,
        "Misreads what others mean, and trouble follows.",
        "Explains the other person's view in three new situations.",
        "Incidents a week, before and after.",
    ),
    _group(
        "emotional-literacy",
        "Emotional literacy support",
        "Planned sessions with a trained assistant on one aim at a time.",
        S,
        (1, 40, 8),
        2,
        "A named aim that class support alone has not met.",
        "The aim is met, or eight sessions and a review.",
        "Strengths and Difficulties score, teacher's form.",
        "ELSA training with supervision",
    ),
    _group(
        "language-group",
        "Speaking and listening group",
        "Listening, following and retelling through stories.",
        I,
        (3, 20, 12),
        5,
        "Screening shows understanding or expression below age.",
        "In the usual range on the same screener.",
        "Language screener, same form before and after.",
    ),
    _group(
        "vocabulary-group",
        "Vocabulary group",
        "Four new words a week: met, said, sorted, used.",
        I,
        (3, 15, 10),
        6,
        "Few words for the year's topics.",
        "Uses 80 % of taught words unprompted.",
        "Taught-word check, twenty words.",
    ),
    _group(
        "brick-club",
        "Brick building club",
        "Building together in set roles to practise talk and turns.",
        ("communication", "semh"),
        (1, 45, 12),
        4,
        "Finds shared play and talk hard.",
        "Keeps to a role and repairs talk without help twice running.",
        "Count of shared turns in ten minutes.",
    ),
    _group(
        "cue-cards",
        "Communication cue cards",
        "Learning to show break, help and stop with cards.",
        I,
        (5, 10, 6),
        3,
        "Cannot yet ask for help or a break in words.",
        "Uses a card or words unprompted on four days of five.",
        "Unprompted uses a day.",
    ),
    _group(
        "precision-teaching",
        "Precision teaching",
        "A short daily probe of words or facts to fluency, charted.",
        C,
        (3, 10, 12),
        4,
        "Knows some of the set but slowly or not surely.",
        "Fluent on the set on three days running.",
        "Correct in one minute, charted each session.",
        training="Precision teaching, half a day, with practice probes",
    ),
    _group(
        "phonics-catch-up",
        "Phonics catch-up",
        "The class phonics programme again from the gap, in a small group.",
        C,
        (5, 20, 12),
        5,
        "Below the expected point of the phonics check.",
        "Reads and writes 90 % of the sounds taught.",
        "Phonics screen, each six weeks.",
        training="Training of the school's phonics programme",
    ),
    _group(
        "reading-group",
        "Reading fluency group",
        "Repeated reading aloud, echo and paired, with a timed passage.",
        C,
        (3, 20, 12),
        5,
        "Reads accurately but slowly for the year.",
        "Words a minute in the usual range for the year.",
        "Correct words a minute on a new passage.",
    ),
    _group(
        "spelling-group",
        "Spelling group",
        "Patterns, meaning and practice of the learner's own errors.",
        C,
        (3, 15, 10),
        6,
        "Spelling age a year or more below.",
        "Eight of ten taught patterns right in free writing.",
        "Standardised spelling test, same form.",
    ),
    _group(
        "number-group",
        "Number sense group",
        "Counting, place value and facts with objects and lines.",
        C,
        (3, 30, 12),
        5,
        "Insecure with numbers taught a year ago.",
        "Secure on the unit tests of the gap.",
        "Standardised number test before and after.",
    ),
    _group(
        "pre-teaching",
        "Pre-teaching",
        "Tomorrow's key idea today, in ten minutes.",
        ("cognition", "communication"),
        (4, 10, 6),
        6,
        "Understands when shown early, but is lost in the lesson.",
        "Starts independent work in four lessons of five.",
        "Lessons started without help, a week.",
    ),
    _group(
        "fine-motor-group",
        "Fine motor group",
        "Hand strength, scissors and pencil control in a short circuit.",
        P,
        (3, 15, 10),
        5,
        "Handwriting or tools limit what is finished.",
        "Copies a sentence legibly in the usual time.",
        "Letters a minute, legible, before and after.",
    ),
    _group(
        "gross-motor-group",
        "Gross motor group",
        "Balance, core strength and ball skills before lessons.",
        P,
        (3, 20, 10),
        6,
        "Falls, tires or avoids PE.",
        "Meets the checklist for the year.",
        "Motor checklist, same adult before and after.",
    ),
    _group(
        "sensory-circuit",
        "Sensory circuit",
        "Alerting, organising and calming movement to begin the day.",
        P,
        (5, 15, 6),
        6,
        "Rarely ready to learn in the first half-hour.",
        "Settles within five minutes on four days of five.",
        "Minutes to settle, a week's log.",
        training="Sensory circuits, half a day",
    ),
    _group(
        "typing",
        "Touch typing",
        "A typing course, little and often.",
        ("sensory", "cognition"),
        (3, 15, 12),
        8,
        "Types or will type in class; writes slowly by hand.",
        "Types faster than they write by hand.",
        "Correct words a minute, typed and by hand.",
    ),
    _group(
        "reading-catch-up",
        "Reading catch-up (not SEND)",
        "A short boost for learners who missed teaching.",
        O,
        (4, 20, 10),
        5,
        "Behind through absence, not through need.",
        "Reads the year's texts with the class.",
        "Reading test before and after.",
    ),
    _group(
        "homework-club",
        "Homework club",
        "Time, a place and an adult after school.",
        O,
        (2, 45, 12),
        12,
        "Homework often not handed in.",
        "Handed in for four weeks running.",
        "Homework handed in, a month.",
    ),
    _group(
        "breakfast-club",
        "Breakfast and ready to learn",
        "A calm start with food, for learners whose mornings are hard.",
        O,
        (5, 30, 12),
        15,
        "Late or hungry several times a week.",
        "On time for four weeks.",
        "Lates a month.",
    ),
    _group(
        "tutoring",
        "Small-group tutoring",
        "Teacher-led tuition on gaps found in assessment.",
        O,
        (2, 30, 12),
        4,
        "Gaps in taught content; eligible for the funding used.",
        "Gaps closed on the next assessment.",
        "Question-level analysis before and after.",
    ),
)


def _single(
    key: str, name: str, summary: str, areas: tuple[str, ...], dose: tuple[int, int, int],
    entry: str, leave: str, measure: str, training: str,
) -> Starter:  # fmt: skip
    """A tier 3 intervention for one learner; `dose` is sessions, minutes, weeks."""
    return Starter(key, name, summary, 3, areas, *dose, 1, 1, entry, leave, measure, training=training)


SPECIALIST = (
    _single(
        "key-adult",
        "Key adult check-ins",
        "A named adult at set times each day, and a plan for hard moments.",
        S,
        (5, 15, 12),
        "Targeted support reviewed and not enough.",
        "Check-ins fade to one a week without trouble.",
        "Incidents a week, and the learner's own rating.",
        "Attachment-aware practice",
    ),
    _single(
        "social-stories",
        "Social stories",
        "A short story in the learner's own terms, read before the situation.",
        ("semh", "communication"),
        (5, 10, 6),
        "One situation goes wrong again and again.",
        "Manages it without the story for two weeks.",
        "Times it went well out of times it came up.",
        "Writing social stories",
    ),
    _single(
        "counselling",
        "Counselling",
        "Sessions with a qualified counsellor, agreed with the family.",
        S,
        (1, 50, 10),
        "Agreed with the learner and family after a referral.",
        "The counsellor and the learner agree.",
        "The counsellor's own outcome scale.",
        "Qualified counsellor",
    ),
    _single(
        "risk-plan",
        "Individual risk and regulation plan",
        "What comes before, what helps, who does what; practised.",
        S,
        (2, 20, 12),
        "Risk to self or others has been recorded.",
        "Half a term without an incident.",
        "Incidents and their length.",
        "De-escalation training",
    ),
    _single(
        "speech-therapy-programme",
        "Speech and language programme",
        "The therapist's programme, run by a trained adult.",
        I,
        (3, 20, 12),
        "A therapist has assessed and written a programme.",
        "The therapist's targets are met.",
        "The therapist's own measures.",
        "Shown by the therapist, watched each half-term",
    ),
    _single(
        "speech-therapy",
        "Speech and language therapy",
        "Direct therapy with a qualified therapist.",
        I,
        (1, 30, 12),
        "Named in a plan, or accepted by the service.",
        "Discharged by the therapist.",
        "The therapist's own measures.",
        "Qualified therapist",
    ),
    _single(
        "aac",
        "Communication aid programme",
        "Teaching and modelling of a communication system all day.",
        I,
        (5, 20, 12),
        "Speech does not meet daily needs; assessed.",
        "Uses it in three settings unprompted.",
        "Different messages a day.",
        "Training in the system used",
    ),
    _single(
        "attention-programme",
        "Shared attention programme",
        "Stages from watching to taking part, with high-interest objects.",
        I,
        (3, 20, 12),
        "Little shared attention in group times.",
        "Joins a ten-minute group.",
        "Minutes of shared attention.",
        "Attention programme training",
    ),
    _single(
        "structured-phonics",
        "Structured phonics, one to one",
        "A cumulative, multisensory programme taught to mastery.",
        C,
        (2, 30, 24),
        "Two cycles of targeted phonics with little gain; assessed.",
        "Reading and spelling within a year of age, or plateau and review.",
        "Standardised reading and spelling, each term.",
        "Specialist teacher, or trained and supervised",
    ),
    _single(
        "individual-maths",
        "Individual maths programme",
        "Diagnostic teaching of number from the first gap.",
        C,
        (3, 30, 12),
        "Targeted number work reviewed and not enough.",
        "Secure on the diagnostic's next level.",
        "Diagnostic interview before and after.",
        "Training in the programme used",
    ),
    _single(
        "adapted-curriculum",
        "Individually adapted curriculum",
        "Own objectives in the subjects named, with the class topic.",
        C,
        (5, 60, 12),
        "Works well below the year in the subjects named.",
        "Can work from the class objectives with support.",
        "Small steps met each half-term.",
        "Planning time with the SENCO",
    ),
    _single(
        "scribe-reader",
        "Reader or scribe",
        "An adult reads or writes where that is not what is assessed.",
        C,
        (5, 30, 12),
        "Assessed as needed; the learner's usual way of working.",
        "Technology or skill replaces it.",
        "Tasks finished independently, a week.",
        "Rules for readers and scribes",
    ),
    _single(
        "physio-programme",
        "Physiotherapy programme",
        "The physiotherapist's exercises, run by a trained adult.",
        P,
        (3, 20, 12),
        "A physiotherapist has written a programme.",
        "Discharged or programme changed.",
        "The physiotherapist's own measures.",
        "Shown by the physiotherapist",
    ),
    _single(
        "ot-programme",
        "Occupational therapy programme",
        "The occupational therapist's activities for daily skills.",
        P,
        (3, 20, 12),
        "An occupational therapist has written a programme.",
        "The therapist's targets are met.",
        "The therapist's own measures.",
        "Shown by the occupational therapist",
    ),
    _single(
        "pe-support",
        "One-to-one PE support",
        "An adult adapts and supports so the learner takes part.",
        P,
        (2, 60, 12),
        "Cannot take part safely or fully without it.",
        "Takes part with class adaptations only.",
        "Share of each lesson taken part in.",
        "Adapted PE",
    ),
    _single(
        "vi-hi-teaching",
        "Teaching for hearing or vision loss",
        "A qualified teacher of the deaf or vision impaired.",
        P,
        (1, 45, 12),
        "Named in a plan, or accepted by the service.",
        "The specialist teacher agrees.",
        "The specialist teacher's own measures.",
        "Qualified specialist teacher",
    ),
)

STARTERS: tuple[Starter, ...] = (*EVERY_CLASS, *TARGETED, *SPECIALIST)
