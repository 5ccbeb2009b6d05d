"""Import a pupil list from the command line: the same reading, the same rules, all or nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from learners.actions.importing import Draft, Moved, NothingToDo, apply_list, columns_of, draft, read_list
from learners.mapping import FIELDS, lacking
from learners.reading.gate import MOST_BYTES
from learners.reading.sheet import Sheet
from learners.rows import Problem
from provisionmap.school.models import School
from provisionmap.school.today import today
from provisionmap.web.text_file import Refused

DONE, PROBLEMS, REFUSED = 0, 1, 2


class Command(BaseCommand):
    """`import_learners FILE [--school ID] [--dry-run] [--json]`. Exit code 0 done, 1 problems, 2 refused."""

    help = "Import a pupil list (CSV, .xlsx, .ods, CTF). Nothing is written unless every row reads well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command."""
        parser.add_argument("file", type=Path, help="the list as the MIS exports it")
        parser.add_argument("--school", help="the school's id, URN or name; needed where there are several")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="answer in JSON (docs/imports.md)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, write, tell."""
        try:
            school = self.school(options["school"], needed=not options["dry_run"])
            drafted = self.read(options["file"], school)
            wanted = drafted.ready and not options["dry_run"]
            if wanted and school is not None:
                self.apply(school, drafted)
        except Refused as refused:
            self.tell_refusal(refused, as_json=options["json"])
            raise SystemExit(REFUSED) from None
        except Moved:
            raise CommandError("The register changed while the list was read: run the command again.") from None
        if options["json"]:
            self.stdout.write(json.dumps(self.answer(drafted, applied=wanted), ensure_ascii=False, indent=2))
        else:
            self.tell(drafted, applied=wanted)
        if not drafted.ready:
            raise SystemExit(PROBLEMS)

    @staticmethod
    def school(wanted: str | None, *, needed: bool) -> School | None:
        """The school meant. Raises Refused where that can't be told; a dry run does without one."""
        try:
            schools = list(School.objects.order_by("pk"))
        except DatabaseError:  # no tables yet: a list can be tried all the same
            schools = []
        found = [one for one in schools if wanted is None or wanted in (str(one.pk), one.urn, one.name)]
        if len(found) == 1:
            return found[0]
        if not schools and not needed:
            return None
        if not schools:
            raise Refused("There is no school yet.", "Set it up in the browser first, or add --dry-run.")
        listed = "; ".join(f"{one.pk} {one.name}" for one in schools)
        raise Refused("It is not clear which school is meant.", f"Say it with --school: {listed}.")

    @staticmethod
    def apply(school: School, drafted: Draft) -> None:
        """Write the list. One that says what the register says already leaves no trace, and the undo before it."""
        with suppress(NothingToDo):
            apply_list(school=school, drafted=drafted, now=timezone.now(), today=today(), by=None)

    @staticmethod
    def read(path: Path, school: School | None) -> Draft:
        """The list as it compares with the register. Raises Refused."""
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise Refused(f"The file can't be read: {error.strerror}.", "Check its path.") from None
        sheet = read_list(path.name, data, school)
        mapping = columns_of(sheet, school)
        if missing := lacking(mapping):
            raise Refused(
                "The columns of this list are not clear: " + " ".join(missing),
                "Import it in the browser once and choose the columns there; the choice is remembered.",
            )
        return draft(sheet=sheet, mapping=mapping, school=school, today=today())

    def tell_refusal(self, refused: Refused, *, as_json: bool) -> None:
        """Why the file cannot be taken."""
        if as_json:
            answer = {"status": "refused", "applied": False, "message": refused.message, "remedy": refused.remedy}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            self.stderr.write(f"{refused.message} {refused.remedy} Nothing was changed.")

    @staticmethod
    def answer(drafted: Draft, *, applied: bool) -> dict[str, Any]:
        """The JSON answer, as docs/imports.md describes it."""
        plan = drafted.plan
        return {
            "status": "problems" if not drafted.ready else "applied" if applied else "ready",
            "applied": applied,
            "rows": len(drafted.sheet.rows),
            "added": len(plan.additions),
            "changed": len(plan.changes),
            "unchanged": len(plan.unchanged),
            "leavers_proposed": len(plan.leavers),
            "possible_matches": [{"row": one.row.row, "reason": one.reason} for one in plan.possible],
            "problems": [_as_dict(problem) for problem in drafted.problems],
            "notices": [
                *({**_EMPTY, "message": words} for words in drafted.sheet.warnings),
                *map(_as_dict, drafted.notices),
            ],
            "mapping": _columns(drafted.sheet, drafted.mapping),
        }

    def tell(self, drafted: Draft, *, applied: bool) -> None:
        """The answer for a person."""
        plan = drafted.plan
        for heading, name in _columns(drafted.sheet, drafted.mapping).items():
            self.stdout.write(f"  {heading}: {FIELDS[name] if name else 'left out'}")
        for words in drafted.sheet.warnings:
            self.stdout.write(words)
        for notice in drafted.notices:
            self.stdout.write(f"Note, {_line(notice)}")
        for problem in drafted.problems:
            self.stderr.write(f"Problem, {_line(problem)}")
        for one in plan.possible:
            self.stderr.write(f"Problem, row {one.row.row:,}: {one.reason} Decide it in the browser.")
        verb = "" if applied else "would be "
        self.stdout.write(
            f"{len(plan.additions)} {verb}added, {len(plan.changes)} {verb}changed, {len(plan.unchanged)} left alone, "
            f"{len(plan.leavers)} on roll and not in the list."
        )
        self.stdout.write("Done." if applied else "Nothing was changed.")


_EMPTY: dict[str, Any] = {"row": None, "column": "", "field": "", "value": "", "message": "", "remedy": ""}


def _as_dict(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in _EMPTY}


def _line(problem: Problem) -> str:
    """A problem as one line. The value stands in it: this is the person's own terminal, not a log."""
    column = f", {problem.column}" if problem.column else ""
    value = f" “{problem.value}”" if problem.value else ""
    return f"row {problem.row:,}{column}{value}: {problem.message} {problem.remedy}".rstrip()


def _columns(sheet: Sheet, mapping: dict[int, str]) -> dict[str, str]:
    """Each heading and the field it is read as; a heading that stands twice carries its place."""
    found: dict[str, str] = {}
    for place, heading in enumerate(sheet.headers):
        name = heading if heading and heading not in found else f"{heading} (column {place + 1})".strip()
        found[name] = mapping.get(place, "")
    return found
