"""Imports weakened on purpose, for the controls: a drill that does not notice these proves nothing."""

import csv
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db.models import F

from interventions.map_reading import matching as map_matching
from learners import matching, rows
from learners.actions import importing
from learners.models import Learner
from learners.reading import archive, csv_file, ctf, json_file, markup, sheet, workbook
from provisionmap.web.text_file import Refused

FAR = 1 << 40


class Never(Exception):
    """Raised by nothing."""


Put = Callable[[Any, str, Any], None]  # how something is replaced: for good by `setattr`, for a test by its own way


def nothing(*given: Any, **named: Any) -> None:
    """In place of a check."""


def no_bounds(put: Put = setattr) -> None:
    """Readers that believe whatever a file says, for as long as it takes."""
    for module, names in (
        (archive, ("MOST_PARTS", "MOST_UNPACKED", "MOST_RATIO")), (workbook, ("MOST_ROWS", "MOST_COLUMNS", "A_FEW")),
        (markup, ("LONGEST_RUN", "DEEPEST")), (ctf, ("DEEPEST", "MOST_ELEMENTS")), (json_file, ("DEEPEST",)),
    ):  # fmt: skip
        for name in names:
            put(module, name, FAR)
    put(sheet.Clock, "check", nothing)
    for module in (csv_file, ctf, json_file, workbook):
        put(module, "check_size", nothing)
    put(ctf, "check_runs", nothing)


def errors_let_through(put: Put = setattr) -> None:
    """Readers whose library's errors are nobody's business."""
    put(workbook, "UNREADABLE", ())
    put(archive, "UNREADABLE", ())
    put(workbook, "Broken", Never)
    put(ctf, "ParseError", Never)
    lenient = SimpleNamespace(reader=csv.reader, field_size_limit=csv.field_size_limit, Error=Never)
    put(csv_file, "csv", lenient)


def names_trusted(put: Put = setattr) -> None:
    """Matching that takes a child of the same name for the same child."""
    propose, one = matching._Matcher._propose, map_matching._Matcher._one

    def by_name(self: Any, row: Any) -> None:
        name = [str(row.values.get(part, "")).casefold() for part in ("surname", "forename")]
        for learner in self.known:
            if [learner.text(part).casefold() for part in ("surname", "forename")] == name:
                return self._compare(row, learner)
        propose(self, row)

    def by_words(self: Any, key: str, who: Any, rows: Any) -> Any:
        found = self._candidates(who) if who.upn not in self.by_upn else ()
        return found[0].id if found else one(self, key, who, rows)

    put(matching._Matcher, "_propose", by_name)
    put(map_matching._Matcher, "_one", by_words)


def written_early(put: Put = setattr) -> None:
    """A preview that writes already."""
    draft_of = importing.draft_of

    def early(run: Any, today: Any) -> Any:
        Learner.objects.filter(school=run.school).update(version=F("version") + 1)
        return draft_of(run, today)

    put(importing, "draft_of", early)


def remedies_kept_back(put: Put = setattr) -> None:
    """Refusals that do not say what to do."""

    def only_why(self: Refused, message: str, remedy: str) -> None:
        Exception.__init__(self, message)
        self.message, self.remedy = message, ""

    put(Refused, "__init__", only_why)


def rows_kept_back(put: Put = setattr) -> None:
    """Problems that do not say where."""

    def nowhere(self: Any, row: int, name: str, value: str, message: str, remedy: str) -> None:
        self.problems.append(rows.Problem(0, "", name, value, message, remedy))
        self.bad.add((row, name))

    put(rows._Reader, "_problem", nowhere)
