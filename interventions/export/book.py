"""A workbook, described once and written by whoever writes a format: sheets, looks, print set-up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

Value = str | int | float | date

# Paper and ink of tokens.css, which a file takes with it: number of the tier to its colour and its wash.
TIER_INK = {1: "#0f6b4f", 2: "#8a5300", 3: "#8c2459", 4: "#4b3a99"}
TIER_WASH = {1: "#e6f4ee", 2: "#fdf1dc", 3: "#fbe8f1", 4: "#eeebfa"}
INK, SOFT, BRAND, EDGE, WASH = "#1b2330", "#4a5568", "#14497a", "#d5dae2", "#eaf1f8"


@dataclass(frozen=True)
class Look:
    """How a cell looks. `holds` says of what kind: "text", "day", "count" or "tenth"."""

    ink: str = INK
    ground: str = ""
    bold: bool = False
    size: int = 10
    border: bool = True
    wrap: bool = True
    holds: str = "text"


LOOKS: dict[str, Look] = {
    "title": Look(ink=BRAND, bold=True, size=16, border=False, wrap=False),
    "about": Look(ink=SOFT, border=False, wrap=False),
    "warn": Look(ink="#a3202a", bold=True, border=False, wrap=False),
    "head": Look(ink="#ffffff", ground=BRAND, bold=True),
    "text": Look(),
    "day": Look(holds="day"),
    "count": Look(holds="count"),
    "tenth": Look(holds="tenth"),
    "who": Look(bold=True),
    "group": Look(ink=BRAND, ground=WASH, bold=True, size=11),
    "sum": Look(ground="#f5f6f8", bold=True),
    "sum-count": Look(ground="#f5f6f8", bold=True, holds="count"),
    "sum-tenth": Look(ground="#f5f6f8", bold=True, holds="tenth"),
    "plain": Look(border=False),
    **{f"head-{tier}": Look(ink="#ffffff", ground=ink, bold=True) for tier, ink in TIER_INK.items()},
    **{f"tier-{tier}": Look(ground=wash) for tier, wash in TIER_WASH.items()},
    **{f"word-{tier}": Look(ink=TIER_INK[tier], ground=wash, bold=True) for tier, wash in TIER_WASH.items()},
}

Cell = tuple[Value, str]  # what stands there, and the name of its look
Row = Sequence[Cell]


LINE, SPARE, TALLEST = 13, 3, 409  # points of a line of text, of a row beyond its lines, of the tallest row there is
MOST_LINES = (TALLEST - SPARE) // LINE
# Thousandths of the letters' size that a letter of Arial is wide; those not named are as wide as a figure.
_WIDTHS = {
    222: "ijl'|", 278: " ftI.,:;!/\\[]·", 333: "()-r`", 350: "•", 500: "cksvxyzJ", 611: "FLTZ", 667: "ABEKPSVXY&",
    722: "CDHNRUw", 778: "GOQ", 833: "mM", 944: "W%@",
}  # fmt: skip
FIGURE, CAPITAL, FULL = 556, 722, 1000


class _Letters(dict[str, int]):
    """The width of each letter; of those from 2E80 on, which fill a square, the whole size."""

    def __missing__(self, letter: str) -> int:
        self[letter] = FULL if letter >= "\u2e80" else FIGURE
        return self[letter]


_LETTERS = _Letters({letter: width for width, letters in _WIDTHS.items() for letter in letters})
ROOM = 515  # thousandths of letters of 10 points, less a little, for each character of a column's width
BOLD = 1.08  # bold letters are wider


def _wide(text: str) -> int:
    return sum(map(_LETTERS.__getitem__, text))


@lru_cache(maxsize=4096)  # names, classes and places stand in hundreds of rows
def lines_of(text: str, width: int, bold: bool = False) -> int:
    """How many lines a text takes in a column of `width` characters, broken between words as programs do.

    >>> lines_of("one", 5), lines_of("word " * 10, 25), lines_of("a\\nb", 9), lines_of("W" * 30, 10)
    (1, 2, 2, 6)
    """
    room = width * ROOM / (BOLD if bold else 1)
    lines = 0
    for line in text.split("\n"):
        lines += 1
        if len(line) * CAPITAL <= room or _wide(line) <= room:
            continue
        used = 0.0
        for word in line.split(" "):
            wide = _wide(word)
            if used and used + wide > room:
                lines += 1
                used = 0
            if wide > room:  # broken inside
                lines += int(wide // room)
                wide = int(wide % room)
            used += wide + _LETTERS[" "]
    return lines


def height_of(cells: Row, widths: Sequence[int]) -> int:
    """Points that a row needs for its text to be seen, by the widths of its columns in characters.

    Programs are told, because not all of them measure what they open.

    >>> height_of([("one", "text"), ("word " * 10, "text")], [5, 25])
    29
    """
    most = 1
    for (value, look), width in zip(cells, widths, strict=False):
        if isinstance(value, str) and (len(value) * CAPITAL > width * ROOM or "\n" in value):
            most = max(most, lines_of(value, width, LOOKS[look].bold))
    return min(TALLEST, most * LINE + SPARE)


@dataclass(frozen=True)
class Choice:
    """A list to choose from, or a word about what to write, in one column from the row `first` to `last` (from 0)."""

    column: int
    first: int
    last: int
    source: tuple[str, int, int] | None  # the sheet, its column, and how many rows under its first hold the choices
    prompt: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows above the heading, the heading, rows under it, and how it prints."""

    name: str
    widths: Sequence[int]
    above: Sequence[Row] = ()
    head: Row = ()
    rows: Sequence[Row] = ()
    fixed: int = 0  # columns that stay in sight
    narrowed: bool = False  # whether the heading has buttons to filter by
    choices: Sequence[Choice] = ()
    footer: str = ""
    across: int = 1  # pages side by side


@dataclass(frozen=True)
class Book:
    """A workbook. `paper` is "A3" or "A4", landscape always."""

    title: str
    sheets: Sequence[Sheet]
    paper: str = "A3"
    heading: str = ""  # printed at the head of each page
    looks: dict[str, Look] = field(default_factory=lambda: LOOKS)
