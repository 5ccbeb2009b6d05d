"""A pupil list on its way in: uploaded, its columns chosen, doubts settled, applied whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from learners.actions.applying import Before, Writer
from learners.actions.known import known_learners
from learners.actions.uploads import forget_uploads
from learners.mapping import LONGEST_HEADING, guess_table, not_a_pupil_list, plain
from learners.matching import Known, Plan, match
from learners.models import ColumnMapping, ImportRun, Learner
from learners.permissions import check_can_import
from learners.reading.gate import open_upload
from learners.reading.kept import pack, unpack
from learners.reading.sheet import Sheet
from learners.rows import Reading, read_rows
from learners.upn import normalise
from provisionmap.school import audit
from provisionmap.school.models import School, User
from provisionmap.web.text_file import Refused


class Settled(Exception):
    """This upload was applied, cancelled or forgotten meanwhile; the text says what to do."""


class Moved(Exception):
    """What the list would do is no longer what the person saw; nothing was written."""


class NothingToDo(Exception):
    """The register already says what the list says, and nobody was ticked as left; nothing was written."""


class LastDayTooEarly(Exception):
    """Some of those who are to be marked as left joined after that day; the text says how many."""


@dataclass(frozen=True)
class Choices:
    """What a person decided about doubtful rows."""

    values: frozenset[tuple[int, str]] = frozenset()  # single values left out: row and field
    rows: frozenset[int] = frozenset()  # rows left out
    who: Mapping[int, int | None] = field(default_factory=dict)  # row to learner, or None for a new one

    def kept(self) -> dict[str, Any]:
        """As the database keeps them."""
        return {
            "values": sorted(map(list, self.values)),
            "rows": sorted(self.rows),
            "who": {str(row): learner for row, learner in sorted(self.who.items())},
        }

    @staticmethod
    def of(kept: Mapping[str, Any]) -> Choices:
        """From what `kept` gave; nothing decided is an empty mapping."""
        return Choices(
            frozenset((row, name) for row, name in kept.get("values", ())),
            frozenset(kept.get("rows", ())),
            {int(row): learner for row, learner in kept.get("who", {}).items()},
        )


@dataclass(frozen=True)
class Draft:
    """A list as it reads now, and what it would do to the register as it is now."""

    sheet: Sheet
    mapping: dict[int, str]
    choices: Choices
    reading: Reading
    plan: Plan

    @property
    def problems(self) -> list[Any]:
        """Everything that stands in the way, by row."""
        return sorted([*self.reading.problems, *self.plan.problems], key=lambda problem: problem.row)

    @property
    def notices(self) -> list[Any]:
        """Everything worth knowing, by row."""
        return sorted([*self.reading.notices, *self.plan.notices], key=lambda notice: notice.row)

    @property
    def ready(self) -> bool:
        """Whether every doubt is settled."""
        return self.plan.ready and not self.reading.problems


def remembered(school: School | None) -> dict[str, str]:
    """How this school read headings before."""
    rows = ColumnMapping.objects.filter(school=school) if school else ColumnMapping.objects.none()
    return dict(rows.values_list("heading", "field"))


def read_list(name: str, data: bytes, school: School | None) -> Sheet:
    """The pupil list in an upload. Raises Refused for a file that is none."""
    sheet = open_upload(name, data)
    if message := not_a_pupil_list(columns_of(sheet, school)):
        raise Refused(message, "Export the pupil list from your MIS with its headings, UPN and date of birth.")
    return sheet


def columns_of(sheet: Sheet, school: School | None) -> dict[int, str]:
    """What each column seems to hold, as far as headings, values and what the school said before tell."""
    return guess_table(sheet.headers, sheet.rows, remembered(school))


def draft(
    *, sheet: Sheet, mapping: Mapping[int, str], school: School | None, today: date, choices: Choices | None = None
) -> Draft:
    """What `sheet` says, its columns read as `mapping` says, against the register of `school`."""
    chosen = choices or Choices()
    reading = read_rows(sheet, mapping, today, chosen.values, chosen.rows)
    return _compared(sheet, mapping, chosen, reading, school, today)


def _compared(
    sheet: Sheet, mapping: Mapping[int, str], chosen: Choices, reading: Reading, school: School | None, today: date
) -> Draft:
    """Rows that were read, against the register of `school` as it is now."""
    known = known_learners(school, today=today, with_contacts=bool(sheet.contacts))
    # A list with one bad row still names its learner, who is then no leaver.
    plan = match(known, reading.rows, chosen.who)
    named = _named(sheet, mapping)
    plan.leavers = [learner for learner in plan.leavers if learner.text("upn") not in named]
    return Draft(sheet, dict(mapping), chosen, reading, plan)


def _named(sheet: Sheet, mapping: Mapping[int, str]) -> frozenset[str]:
    """Every UPN in the list as it stands there, rows that read badly or are left out included."""
    place = next((place for place, name in mapping.items() if name == "upn"), None)
    if place is None:
        return frozenset()
    texts = (str(cells[place]) for _, cells in sheet.rows if place < len(cells) and cells[place])
    return frozenset(map(normalise, texts))


def draft_of(run: ImportRun, today: date) -> Draft:
    """The draft of an upload that waits."""
    mapping = {int(place): name for place, name in run.mapping.items()}
    choices = Choices.of(run.decisions)
    return draft(sheet=sheet_of(run), mapping=mapping, school=run.school, today=today, choices=choices)


def sheet_of(run: ImportRun) -> Sheet:
    """The table of an upload that waits. Raises Settled when it is gone."""
    if run.upload is None:
        raise Settled("This list was applied, cancelled or left too long: upload it again.")
    return unpack(bytes(run.upload))


@transaction.atomic
def keep_upload(*, school: School, sheet: Sheet, name: str, now: datetime, by: User) -> ImportRun:
    """Keep what was read from an upload until its person goes on; what they had left waiting is let go."""
    check_can_import(school, by)
    forget_uploads(now=now)
    for earlier in ImportRun.objects.filter(school=school, by=by, state="uploaded"):
        _let_go(earlier)
    mapping = columns_of(sheet, school)
    return ImportRun.objects.create(
        school=school,
        by=by,
        kind=sheet.kind,
        upload=pack(sheet),
        upload_name=name[:120],
        mapping={str(place): field for place, field in mapping.items()},
    )


@transaction.atomic
def choose_columns(*, run: ImportRun, mapping: Mapping[int, str], by: User) -> None:
    """Read the columns as `mapping` says, and remember where that differs from the guess. Raises Settled."""
    current = _waiting(run, by)
    sheet = sheet_of(current)
    current.mapping = {str(place): name for place, name in sorted(mapping.items())}
    current.decisions = {}
    current.version += 1
    current.save(update_fields=["mapping", "decisions", "version"])
    _remember(current.school, sheet, mapping)


def _remember(school: School, sheet: Sheet, mapping: Mapping[int, str]) -> None:
    """Keep what differs from the guess; a heading that stands twice can't be remembered apart."""
    words = [plain(heading)[:LONGEST_HEADING] for heading in sheet.headers]
    usual = guess_table(sheet.headers, sheet.rows)
    corrected = {
        word: mapping.get(place, "")
        for place, word in enumerate(words)
        if word and words.count(word) == 1 and mapping.get(place, "") != usual.get(place, "")
    }
    rows = ColumnMapping.objects.filter(school=school, heading__in=words)
    rows.exclude(heading__in=corrected).delete()
    ColumnMapping.objects.bulk_create(
        [ColumnMapping(school=school, heading=word, field=name) for word, name in corrected.items()],
        update_conflicts=True,
        unique_fields=["school", "heading"],
        update_fields=["field"],
    )


@transaction.atomic
def decide(*, run: ImportRun, choices: Choices, by: User) -> None:
    """Keep what a person decided about doubtful rows. Raises Settled."""
    current = _waiting(run, by)
    current.decisions = choices.kept()
    current.version += 1
    current.save(update_fields=["decisions", "version"])


@transaction.atomic
def cancel(*, run: ImportRun, by: User) -> None:
    """Let an upload go. Raises Settled."""
    _let_go(_waiting(run, by))


def _waiting(run: ImportRun, by: User) -> ImportRun:
    """The upload, taken for a write. Raises Settled when it no longer waits."""
    check_can_import(run.school, by)
    current = ImportRun.objects.select_for_update(of=("self",)).select_related("school").get(pk=run.pk)
    if current.state != "uploaded":
        raise Settled("This list was applied, cancelled or left too long: upload it again.")
    return current


def _let_go(run: ImportRun, state: str = "abandoned") -> None:
    run.state, run.upload, run.upload_name, run.decisions = state, None, "", {}
    run.version += 1
    run.save(update_fields=["state", "upload", "upload_name", "decisions", "version"])


@transaction.atomic
def apply_upload(
    *,
    run: ImportRun,
    seen: str,
    leavers: Iterable[int] = (),
    last_day: date | None = None,
    now: datetime,
    today: date,
    by: User,
) -> ImportRun:
    """Write the whole list, and mark those of the proposed `leavers` as left after `last_day`.

    `seen` is the fingerprint of the plan that was shown. Raises Settled, Moved, NothingToDo or
    LastDayTooEarly, with nothing written.
    """
    current = _waiting(run, by)
    _lock(current.school)
    now_drafted = draft_of(current, today)
    if not now_drafted.ready or now_drafted.plan.fingerprint != seen:
        raise Moved
    _let_go(current, "applied")
    return _write(current, now_drafted.plan, frozenset(leavers), last_day or today, now, today, by)


@transaction.atomic
def apply_list(*, school: School, drafted: Draft, now: datetime, today: date, by: User | None) -> ImportRun:
    """Write a list that reads without a doubt, compared again with the register as it is now (command line).

    Raises Moved when a doubt has come up, NothingToDo when there is nothing to write.
    """
    _lock(school)
    current = _compared(drafted.sheet, drafted.mapping, drafted.choices, drafted.reading, school, today)
    if not current.ready:
        raise Moved
    mapping = {str(place): name for place, name in drafted.mapping.items()}
    run = ImportRun.objects.create(school=school, by=by, kind=drafted.sheet.kind, mapping=mapping)
    return _write(run, current.plan, frozenset(), today, now, today, by)


def _lock(school: School) -> None:
    """One import, and one new UPN, at a time; and nobody's edit comes between reading and writing."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    list(Learner.objects.select_for_update(no_key=True).filter(school=school).order_by("pk").values_list("pk"))


def _write(
    run: ImportRun, plan: Plan, ticked: frozenset[int], last_day: date, now: datetime, today: date, by: User | None
) -> ImportRun:
    """Apply `plan` as `run`; whatever an earlier run kept for its undo is of no use any more."""
    leaving = [learner for learner in plan.leavers if learner.id in ticked]
    if not (plan.additions or plan.changes or leaving):
        raise NothingToDo
    _check_last_day(leaving, last_day)
    ImportRun.objects.filter(school=run.school, state="applied").exclude(pk=run.pk).update(before={})
    before = Writer(run.school, today, by, f"Import {run.pk}").write(plan, [one.id for one in leaving], last_day)
    run.state, run.applied, run.before = "applied", now, _as_json(before)
    run.added, run.changed = len(plan.additions), len(plan.changes)
    run.unchanged, run.leavers = len(plan.unchanged), len(leaving)
    run.version += 1
    run.save()
    figures = {"added": run.added, "changed": run.changed, "unchanged": run.unchanged, "leavers": run.leavers}
    audit.record("learners.import", by=by, target=run, new={"kind": run.kind, **figures})
    return run


def _check_last_day(leaving: Sequence[Known], last_day: date) -> None:
    later = sum(isinstance(day := learner.values.get("joined"), date) and day > last_day for learner in leaving)
    if later:
        raise LastDayTooEarly(
            f"{later} of those ticked joined after {last_day:%d/%m/%Y}: choose a later last day, or untick them."
        )


def _as_json(before: Before) -> Any:
    return json.loads(json.dumps(asdict(before), cls=DjangoJSONEncoder))
