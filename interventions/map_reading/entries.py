"""What a provision map says, line by line, whatever its shape. Pure."""

from dataclasses import dataclass, field
from datetime import date

from interventions.dose import Dose
from interventions.map_reading.items import Parted
from interventions.map_reading.people import Named
from learners.rows import Problem


@dataclass
class Entry:
    """One provision as one line, or one item of a cell, gives it, with the learners it names there.

    `dose` is each learner's; `dose_words` is how it was written, and `unread` what of it was not chosen.
    """

    row: int
    column: str
    name: str
    tier: int | None = None
    area: str = ""
    subject: str = ""
    dose: Dose = field(default_factory=lambda: Dose(None, None))
    dose_words: str = ""
    unread: tuple[str, ...] = ()
    weeks: int | None = None
    assumed_week: bool = False
    starts: date | None = None
    ends: date | None = None
    people: tuple[tuple[str, str], ...] = ()
    responsible: str = ""
    place: str = ""
    group: str = ""
    library: str = ""
    outcome: str = ""
    baseline: str = ""
    target: str = ""
    review_on: date | None = None
    notes: tuple[str, ...] = ()
    confidential: bool = False
    hidden: bool = False  # this placement alone is confidential
    learners: tuple[Named, ...] = ()
    number: str = ""  # rows of one number are one provision, in our own sheet
    provision_dose: Dose | None = None
    provision_starts: date | None = None
    provision_ends: date | None = None


@dataclass
class Reading:
    """Every entry that was read, and everything to mend or to know, in the order of the file."""

    shape: str
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    parted: dict[Parted, list[int]] = field(default_factory=dict)  # lines parted at commas, with their rows
    columns: frozenset[str] = frozenset()  # the fields of our own sheet that the file has

    @property
    def doses(self) -> tuple[int, int]:
        """How many lines word a dose, and of how many of them a dose was read."""
        worded = [entry for entry in self.entries if entry.dose_words]
        return len(worded), sum(bool(entry.dose.sessions or entry.dose.minutes) for entry in worded)
