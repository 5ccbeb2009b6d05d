"""The free template: an empty workbook in the shape our import reads, with lists to choose from. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date

from interventions.areas import AREAS
from interventions.dose import MOST_MINUTES, MOST_SESSIONS
from interventions.export import book
from interventions.export.drawing import pages_across
from interventions.export.sheets import COUNTS, DAYS, WIDTHS
from interventions.sheet import COLUMNS, CONFIDENTIAL, EXAMPLE, KEYS, ROLES, SHEET, tier_words
from interventions.subjects import SUBJECTS
from learners.census import NEEDS, PROVISIONS, YEARS

ROWS = 300  # rows with lists; more may be written below them
LISTS, HELP = "Lists", "How to fill this in"
FOOTER = "A template of Provision Map"
TITLE = "Provision map: the free template"
SAMPLE: dict[str, str | int | date] = {
    "upn": EXAMPLE,
    "surname": "Marsh",
    "forename": "Robin",
    "year": YEARS["4"],
    "class": "4 Otter",
    "sen": "K",
    "needs": "SLCN, SPLD",
    "number": 1,
    "provision": "Reading fluency group",
    "area": AREAS["cognition"],
    "subject": SUBJECTS["reading"],
    "sessions": 3,
    "minutes": 20,
    "starts": date(2026, 9, 7),
    "ends": date(2026, 12, 18),
    "deliverers": f"Jo Heron ({ROLES['ta']})",
    "responsible": "Sam Teal",
    "place": "Library",
    "outcome": "Reads aloud at a pace that carries the meaning",
    "baseline": "48 words a minute",
    "target": "80 words a minute",
    "review_on": date(2026, 12, 11),
}
WORDS: tuple[tuple[str, str], ...] = (
    (
        "The sheet",
        "One row is one child in one provision. A child with three provisions has three rows.",
    ),
    (
        "The example",
        f"The first row shows how. It says {EXAMPLE} under UPN, and the import passes over it: leave it or delete it.",
    ),
    (
        "What is needed",
        "Provision, tier, area of need and From. With a UPN the right child is found for certain; "
        "without one, write surname, forename and class.",
    ),
    (
        "Tier, area, year, SEN, subject",
        "Choose from the list in the cell. The lists stand on the sheet Lists.",
    ),
    ("Needs", "Census codes, the main one first, with a comma between two: SLCN, SPLD."),
    (
        "Provision no.",
        "Give the rows of one group the same number, and they become one provision with several children.",
    ),
    (
        "How much",
        f"Sessions a week (1 to {MOST_SESSIONS}) and minutes a session (1 to {MOST_MINUTES}). Empty for "
        "support in every lesson.",
    ),
    ("Dates", "Day, month, year: 07/09/2026. An empty To means until somebody ends it."),
    (
        "Delivered by",
        "Name (role), with a semicolon between two people: Jo Heron (Teaching assistant); Dr Khan "
        "(Therapist). The roles stand on the sheet Lists.",
    ),
    (
        "Provision from, to, sessions, minutes",
        "Of the provision as a whole, where they differ from the child's own. Empty: the same.",
    ),
    (
        "Confidential",
        "Empty for most. “Provision” keeps the whole provision to those who are cleared; “Placement” "
        "keeps only this child's place.",
    ),
    (
        "Before anything is saved",
        "The import shows what it would do, row by row, and asks. One step takes it all back.",
    ),
)


def _lists(tiers: Mapping[int, str]) -> list[tuple[str, str, list[str]]]:
    """Each list: the column it is for ("" for none), its heading, its choices."""
    return [
        ("tier", "Tier", [tier_words(tier, tiers) for tier in tiers]),
        ("area", "Area of need", list(AREAS.values())),
        ("sen", "SEN provision", list(PROVISIONS)),
        ("subject", "Subject", list(SUBJECTS.values())),
        ("year", "Year group", list(YEARS.values())),
        ("confidential", "Confidential", [words for words in CONFIDENTIAL.values() if words]),
        ("", "Roles", list(ROLES.values())),
        ("", "Needs", [f"{code} {words}" for code, words in NEEDS.items()]),
        ("", "SEN provision means", [f"{code} {words}" for code, words in PROVISIONS.items()]),
    ]


PROMPTS: dict[str, str] = {
    "upn": "13 characters, where you know it.",
    "needs": "Census codes, the main one first: SLCN, SPLD.",
    "number": "The same number for all rows of one group.",
    "deliverers": "Name (role); Name (role). Roles: " + ", ".join(ROLES.values()) + ".",
}


def _sheet(tiers: Mapping[int, str], lists: Iterable[tuple[str, str, list[str]]]) -> book.Sheet:
    looks = ["day" if key in DAYS else "count" if key in COUNTS else "text" for key in KEYS]
    sample = SAMPLE | {"tier": tier_words(min(2, max(tiers)), tiers)}
    choices = [
        book.Choice(KEYS.index(key), 1, ROWS + 1, (LISTS, place, len(words)))
        for place, (key, _, words) in enumerate(lists)
        if key
    ]
    prompts = [book.Choice(KEYS.index(key), 1, ROWS + 1, None, words) for key, words in PROMPTS.items()]
    blank: list[book.Cell] = [("", look) for look in looks]
    return book.Sheet(
        SHEET,
        [WIDTHS[key] for key in KEYS],
        head=[(heading, "head") for _, heading in COLUMNS],
        rows=[[(sample.get(key, ""), look) for key, look in zip(KEYS, looks, strict=True)], *[blank] * ROWS],
        fixed=3,
        choices=[*choices, *prompts],
        footer=FOOTER,
        across=pages_across(list(WIDTHS.values()), "A4"),
    )


def template_book(tiers: Mapping[int, str], paper: str = "A4") -> book.Book:
    """The template with the school's own tiers."""
    lists = _lists(tiers)
    deepest = max(len(words) for _, _, words in lists)
    listed: list[book.Row] = [
        [(words[at] if at < len(words) else "", "plain") for _, _, words in lists] for at in range(deepest)
    ]
    help_rows: list[book.Row] = [[(first, "who"), (words, "text")] for first, words in WORDS]
    return book.Book(
        title=TITLE,
        sheets=[
            _sheet(tiers, lists),
            book.Sheet(
                HELP, [30, 100], head=[("About", "head"), ("What to write", "head")], rows=help_rows, footer=FOOTER
            ),
            book.Sheet(
                LISTS, [30] * len(lists), head=[(words, "head") for _, words, _ in lists], rows=listed, footer=FOOTER
            ),
        ],
        paper=paper,
        heading=TITLE,
    )
