"""Which shape the columns of a map make, and which of its columns each shape reads. Pure."""

from collections.abc import Mapping

from interventions.map_reading.columns import TIER
from interventions.map_reading.dose_columns import COLUMNS
from interventions.map_reading.learner_cells import NAMING

CARRIED = ("area", "tier")  # cells that maps merge downwards, and leave blank when saved as text
LONGEST_NAME = 120
LONGEST = {"responsible": 120, "place": 80, "library": 120, "outcome": 300, "baseline": 60, "target": 60}
DATES = ("starts", "ends", "review_on")
# What holds where the cell of a day names none, and what to write there.
INSTEAD = {
    "starts": "The first day chosen below holds: write another as 07/09/2026.",
    "ends": "The last day is worked out from the weeks, or is the one chosen below: write another as 18/12/2026.",
    "review_on": "No review date is set: write it as 11/12/2026.",
}
YEARS_AHEAD = 5
# What a row says beside its provisions, in every shape; the rest is told where it holds something.
BESIDE = frozenset({
    "area", "subject", *COLUMNS, "group_size", "deliverers", *DATES, *LONGEST, "note", "year",
})  # fmt: skip
READ_IN = {
    "learners": BESIDE | {*NAMING, "class", "sen", "needs"},
    "areas": BESIDE,
    "provisions": BESIDE | {*NAMING, "class", "sen", "needs", "provision", "tier", "learners"},
}


def shape_of(mapping: Mapping[int, str]) -> str:
    """Which shape the columns make: "own", "learners", "areas" or "provisions".

    >>> shape_of({0: "learner", 1: "tier:1"}), shape_of({0: "area", 1: "tier:1"}), shape_of({0: "provision"})
    ('learners', 'areas', 'provisions')
    """
    names = set(mapping.values())
    if {"number", "provision_starts"} <= names:
        return "own"
    if not any(name.startswith(TIER) for name in names):
        return "provisions"
    return "learners" if names & set(NAMING) else "areas"
