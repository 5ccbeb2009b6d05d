"""Rows of a map that are no provision: a tier or an area for the rows below, totals, footnotes. Pure."""

import re
from collections.abc import Mapping, Sequence

from interventions.areas import AREAS
from interventions.map_reading.columns import area_of, tier_of
from learners.cells import closes_a_list
from learners.mapping import plain

AREA_LINES = frozenset(
    map(plain, [*AREAS.values(), "SEMH", "Sensory and physical", "Social, emotional and mental health"])
)
NAMES_A_TIER = re.compile(r"wave|tier|universal|targeted|specialist|stage", re.IGNORECASE)
FOOTNOTE = re.compile(
    r"\s*(?:(?:key|notes?|n\.?b\.?|footnotes?|abbreviations?|legend|glossary)\s*[:=–-]|\*+\s*[=:]|[\w/&. ]{1,12}\s=\s)",
    re.IGNORECASE,
)
# Alone in a cell, of whatever column: that there is nothing, or nothing yet.
NOTHING = re.compile(
    r"[\s.?_/\-–—―−‐‑]+|\(?(?:n\.?/?a\.?|n/k|none|nil|nothing|not (?:applicable|known)|unknown|tb[acd]|t\.b\.[acd]\.?"
    r"|to be (?:confirmed|arranged|decided|agreed|advised))\)?[.?]?",
    re.IGNORECASE,
)
TICK = re.compile(r"[x✓✔☑✗y]|yes", re.IGNORECASE)


def is_nothing(text: str) -> bool:
    """Whether what stands alone in a cell says that there is nothing, or nothing yet.

    >>> [is_nothing(text) for text in ("—", "tbc", "?", "N/A", "Nessy")]
    [True, True, True, True, False]
    """
    return not text or bool(NOTHING.fullmatch(text.strip()))


def section_in(row: Sequence[object], labels: Mapping[int, str]) -> tuple[str, str] | None:
    """The tier or the area that a line with one cell names for the lines under it.

    >>> section_in(["Wave 2", None], {}), section_in(["SEMH"], {}), section_in(["Nessy"], {})
    (('tier', '2'), ('area', 'semh'), None)
    """
    filled = [str(cell) for cell in row if cell is not None]
    if len(filled) != 1:
        return None
    text = filled[0]
    tier, area = tier_of(text, labels), area_of(text)
    if tier and NAMES_A_TIER.search(text):
        return "tier", str(tier)
    return ("area", area) if area and plain(text) in AREA_LINES else None


def why_none(row: Sequence[object]) -> str:
    """Why a line names no provision, though something stands there; "" for a line that may.

    >>> why_none(["Key: TA = teaching assistant", None]), why_none(["Total", None, 3])
    ('This line is a footnote and names no provision.', 'This line closes the map and names no provision.')
    """
    if closes_a_list(row):
        return "This line closes the map and names no provision."
    filled = [str(cell) for cell in row if cell is not None]
    if len(filled) == 1 and FOOTNOTE.match(filled[0]):
        return "This line is a footnote and names no provision."
    return ""
