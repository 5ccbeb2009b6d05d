"""Import a provision map from the command line: the same reading, the same rules, all or nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from interventions.actions.importing import Draft, Moved, NothingToDo, apply_file, draft_from, read_file
from interventions.actions.previewed import many
from interventions.areas import AREAS
from interventions.map_reading.columns import FIELDS, lacking
from interventions.map_reading.entries import Entry
from interventions.map_reading.plan import Choices
from interventions.map_reading.refusals import for_a_map
from learners.reading.gate import MOST_BYTES
from learners.rows import Problem
from provisionmap.school.models import School, Term
from provisionmap.school.today import today
from provisionmap.web.text_file import Refused

PROBLEMS, REFUSED = 1, 2


class Command(BaseCommand):
    """`import_map FILE [--school ID] [--dry-run] [--json] …`. Exit code 0 done, 1 doubts or problems, 2 refused."""

    help = "Import a provision map (CSV, .xlsx, .ods). Nothing is written unless every line is certain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may follow the command."""
        parser.add_argument("file", type=Path, help="the map as the school kept it, or our own export")
        parser.add_argument("--school", help="the school's id, URN or name; needed where there are several")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="answer in JSON (docs/imports.md)")
        parser.add_argument("--create-learners", action="store_true", help="add learners whose UPN nobody has")
        parser.add_argument("--tier", type=int, choices=[1, 2, 3, 4], help="for lines that name no tier")
        parser.add_argument("--area", choices=list(AREAS), help="for lines that name no area of need")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, compare, write, tell."""
        try:
            school = self.school(options["school"])
            draft = self.read(options["file"], school, options)
            applied = draft.plan.ready and not options["dry_run"]
            if applied:
                self.apply(school, draft)
        except Refused as refused:
            self.refuse(refused, as_json=options["json"])
            raise SystemExit(REFUSED) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer(draft, applied=applied), ensure_ascii=False, indent=2))
        else:
            self.tell(draft, applied=applied)
        if not draft.plan.ready:
            raise SystemExit(PROBLEMS)

    @staticmethod
    def school(wanted: str | None) -> School:
        """The school meant. Raises Refused where that can't be told."""
        schools = list(School.objects.order_by("pk"))
        found = [one for one in schools if wanted is None or wanted in (str(one.pk), one.urn, one.name)]
        if len(found) == 1:
            return found[0]
        if not schools:
            raise Refused("There is no school yet.", "Set it up in the browser first.")
        listed = "; ".join(f"{one.pk} {one.name}" for one in schools)
        raise Refused("It is not clear which school is meant.", f"Say it with --school: {listed}.")

    @staticmethod
    def read(path: Path, school: School, options: dict[str, Any]) -> Draft:
        """The map as it compares with the school's. Raises Refused."""
        try:
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            raise Refused(f"The file can't be read: {error.strerror}.", "Check its path.") from None
        try:
            sheet, mapping = read_file(path.name, content, school)
        except Refused as refused:
            raise for_a_map(refused) from None
        if lacking(mapping):  # nobody is here to choose the columns
            remedy = "Choose the columns in the browser, or give them headings such as Learner, Wave 1, Wave 2."
            raise Refused("This is not a provision map yet: no column names provision.", remedy)
        term = Term.objects.filter(school=school, ends__gte=today()).order_by("starts").first()
        choices = Choices(
            area={"": options["area"]} if options["area"] else {},
            tier={"": options["tier"]} if options["tier"] else {},
            starts=term.starts if term else None,
            ends=term.ends if term else None,
            create=options["create_learners"],
        )
        return draft_from(sheet, mapping, choices, school, today())

    @staticmethod
    def apply(school: School, draft: Draft) -> None:
        """Write the map; one that says what stands there already leaves no trace."""
        try:
            apply_file(school=school, sheet=draft.sheet, mapping=draft.mapping, choices=draft.choices, today=today())
        except NothingToDo:
            pass
        except Moved:
            raise Refused("The map changed while the file was read.", "Run the command again.") from None

    def refuse(self, refused: Refused, *, as_json: bool) -> None:
        """Why the file cannot be taken."""
        if as_json:
            told = {"status": "refused", "applied": False, "message": refused.message, "remedy": refused.remedy}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stderr.write(f"{refused.message} {refused.remedy} Nothing was changed.")

    def tell(self, draft: Draft, *, applied: bool) -> None:
        """The answer for a person."""
        told = answer(draft, applied=applied)
        for heading, name in told["mapping"].items():
            self.stdout.write(f"  {heading}: {FIELDS[name] if name else 'left out'}")
        for one in told["doses"]:
            for why in one["unread"]:
                self.stdout.write(f"Dose, row {one['row']:,}, “{one['words']}”: {why}")
        for one in told["notices"]:
            self.stdout.write(f"Note, {place_of(one)}: {one['message']} {one['remedy']}")
        for one in told["problems"]:
            self.stderr.write(f"Problem, {place_of(one | {'value': ''})}: {one['message']} {one['remedy']}")
        for one in told["unknown_learners"]:
            self.stderr.write(f"Unknown learner, row {one['rows'][0]:,}: {one['name']}. Decide it in the browser.")
        for name in told["no_tier"]:
            self.stderr.write(f"No tier: {name}. Say it with --tier, or in the browser.")
        for name in told["no_area"]:
            self.stderr.write(f"No area of need: {name}. Say it with --area, or in the browser.")
        verb = "" if applied else "would be "
        self.stdout.write(
            f"{many(told['provisions'], 'provision')} and {many(told['placements'], 'placement')} {verb}made, "
            f"{many(told['changed'], 'placement')} {verb}changed, {many(told['learners'], 'learner')} {verb}added; "
            f"{many(told['unchanged'], 'placement')} there already."
        )
        if draft.plan.ready and draft.plan.nothing:
            self.stdout.write("Nothing would change: the map says nothing that is not here already.")
        else:
            self.stdout.write("Done." if applied else "Nothing was changed.")


def place_of(told: dict[str, Any]) -> str:
    """Where a notice belongs: row, column and value, as far as there are any.

    >>> place_of({"row": 1, "column": "", "value": ""}), place_of({"row": 1200, "column": "Area", "value": "C"})
    ('row 1', 'row 1,200, Area “C”')
    """
    column = f", {told['column']}" if told["column"] else ""
    return f"row {told['row']:,}{column}" + (f" “{told['value']}”" if told["value"] else "")


def answer(draft: Draft, *, applied: bool) -> dict[str, Any]:
    """The JSON answer, as docs/imports.md describes it."""
    plan, reading = draft.plan, draft.reading
    worded, read = reading.doses
    return {
        "status": "problems" if not plan.ready else "applied" if applied else "ready",
        "applied": applied,
        "shape": reading.shape,
        "rows": len(draft.sheet.rows),
        "entries": len(reading.entries),
        "provisions": len(plan.made),
        "placements": plan.placements,
        "changed": plan.changed,
        "unchanged": plan.unchanged,
        "learners": len(plan.learners),
        "doses_worded": worded,
        "doses_read": read,
        "doses": [_dose(entry) for entry in reading.entries if entry.dose_words],
        "unknown_learners": [{"rows": list(one.rows), "name": one.who.shown} for one in plan.doubts],
        "no_tier": list(dict.fromkeys(plan.no_tier)),
        "no_area": list(dict.fromkeys(plan.no_area)),
        "problems": [_as_dict(one) for one in plan.problems],
        "notices": [_as_dict(one) for one in (*reading.notices, *plan.notices)],
        "mapping": {
            heading or f"column {place + 1}": draft.mapping.get(place, "")
            for place, heading in enumerate(draft.sheet.headers)
        },
    }


def _dose(entry: Entry) -> dict[str, Any]:
    return {
        "row": entry.row, "provision": entry.name, "words": entry.dose_words, "sessions": entry.dose.sessions,
        "minutes": entry.dose.minutes, "weeks": entry.weeks, "week_assumed": entry.assumed_week,
        "unread": list(entry.unread),
    }  # fmt: skip


def _as_dict(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in ("row", "column", "field", "value", "message", "remedy")}
