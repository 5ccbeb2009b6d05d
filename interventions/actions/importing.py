"""A provision map on its way in: uploaded, its columns chosen, doubts settled, applied whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from interventions.actions.changes import add_rows, change_rows, lock_placements, open_change
from interventions.actions.grants import sync_grants
from interventions.actions.known_map import known_of
from interventions.actions.previewed import check_free, many
from interventions.dose import Dose
from interventions.map_reading.columns import guess, is_own, no_map
from interventions.map_reading.entries import Reading
from interventions.map_reading.fields_read import shape_of
from interventions.map_reading.people import Named
from interventions.map_reading.plan import Change, Choices, Known, MapPlan, Planned
from interventions.map_reading.planning import plan_of
from interventions.map_reading.shapes import read_map
from interventions.models import Deliverer, Intervention, MapChange, MapColumn, MapImport, Placement, Provision
from interventions.permissions import check_can_import_map
from learners.actions.uploads import KEPT_FOR
from learners.mapping import LONGEST_HEADING, plain
from learners.models import Group, Learner, SenProvision
from learners.models.need import RANKS
from learners.reading.gate import open_upload
from learners.reading.kept import pack, unpack
from learners.reading.sheet import Sheet
from learners.rows import Problem
from provisionmap.school.models import School, User
from provisionmap.web.text_file import Refused

OLD_COPY = "For sharing"  # the sheet of a copy for sharing that was taken out before its headings said what it is
MOST_ENTRIES = 5_000  # lines of a map; a school of a thousand with five provisions each


class Settled(Exception):
    """This upload was applied, cancelled or forgotten meanwhile; the text says what to do."""


class Moved(Exception):
    """What the map would do is no longer what the person saw; nothing was written."""


class NothingToDo(Exception):
    """The map says it all already; nothing was written."""


@dataclass(frozen=True)
class Draft:
    """A map as it reads now, and what it would do to the school as it is now."""

    sheet: Sheet
    mapping: dict[int, str]
    choices: Choices
    reading: Reading
    known: Known
    plan: MapPlan

    @property
    def notices(self) -> list[Problem]:
        """What to know: of the file, then of what it would do."""
        return [*self.reading.notices, *self.plan.notices]


def remembered(school: School | None) -> dict[str, str]:
    """How this school read the headings of maps before."""
    rows = MapColumn.objects.filter(school=school) if school else MapColumn.objects.none()
    return dict(rows.values_list("heading", "field"))


def read_file(name: str, content: bytes, school: School | None) -> tuple[Sheet, dict[int, str]]:
    """The map in an upload, with its columns guessed. Raises Refused for a file that is none."""
    before = remembered(school)
    sheet = open_upload(name, content, lambda headings: guess(headings, before), choices=True)
    if is_own(sheet.headers):  # the other sheets of our own workbook say the same for reading
        sheet = replace(sheet, choices=(), taken=())
    if sheet.name == OLD_COPY:
        raise Refused(
            "This is a copy for sharing: names or columns were left out of it, so it does not say who is meant.",
            "Export the map again with full names and every column, and import that.",
        )
    mapping = guess(sheet.headers, before)
    if no_map(mapping):
        raise Refused(
            "This is not a provision map: no column names provision, and none is a tier's or a wave's.",
            "Give the columns headings, such as Learner, Wave 1, Wave 2, Wave 3; or start from our template.",
        )
    return sheet, mapping


def kept(choices: Choices) -> dict[str, Any]:
    """Choices as the database keeps them."""
    return {
        "who": dict(choices.who),
        "area": dict(choices.area),
        "tier": dict(choices.tier),
        "doses": {words: [dose.sessions, dose.minutes] for words, dose in choices.doses.items()},
        "staff": dict(choices.staff),
        "names": dict(choices.names),
        "library": dict(choices.library),
        "left": sorted(choices.left),
        "rows": sorted(choices.rows),
        "together": sorted(choices.together),
        "starts": choices.starts.isoformat() if choices.starts else None,
        "ends": choices.ends.isoformat() if choices.ends else None,
        "create": choices.create,
    }


def choices_of(decisions: Mapping[str, Any]) -> Choices:
    """From what `kept` gave; nothing decided is an empty mapping."""
    return Choices(
        who=decisions.get("who", {}),
        area=decisions.get("area", {}),
        tier=decisions.get("tier", {}),
        doses={words: Dose(*numbers) for words, numbers in decisions.get("doses", {}).items()},
        staff=decisions.get("staff", {}),
        names=decisions.get("names", {}),
        library=decisions.get("library", {}),
        left=frozenset(decisions.get("left", ())),
        rows=frozenset(decisions.get("rows", ())),
        together=frozenset(decisions.get("together", ())),
        starts=date.fromisoformat(day) if (day := decisions.get("starts")) else None,
        ends=date.fromisoformat(day) if (day := decisions.get("ends")) else None,
        create=bool(decisions.get("create")),
    )


def lines_of(
    sheet: Sheet,
    mapping: dict[int, str],
    school: School,
    today: date,
    library: Collection[str] = (),
    together: Collection[str] = (),
) -> Reading:
    """What `sheet` says; `library` and `together` as in `read_map`. Raises Refused for more lines than a map has."""
    reading = read_map(
        sheet, mapping, labels=school.tiers_on(today), today=today, most=MOST_ENTRIES, library=library,
        together=together,
    )  # fmt: skip
    if len(reading.entries) > MOST_ENTRIES:
        raise Refused(f"This map has more than {MOST_ENTRIES:,} lines.", "Bring it in year by year.")
    return reading


def draft_from(
    sheet: Sheet, mapping: dict[int, str], choices: Choices, school: School, today: date, by: User | None = None
) -> Draft:
    """What `sheet` says and would do today to what `by` may see. Raises Refused for more lines than a map has."""
    known = known_of(school, by, today, own=shape_of(mapping) == "own")
    reading = lines_of(sheet, mapping, school, today, known.library, choices.together)
    return Draft(sheet, mapping, choices, reading, known, plan_of(reading, known, choices, today=today))


def table_of(run: MapImport) -> tuple[Sheet, dict[int, str]]:
    """The table of an upload that waits, and what its columns are read as. Raises Settled when it is gone."""
    if run.upload is None or run.by is None:  # whose person has gone is nobody's, and read for nobody
        raise Settled("This map was applied, cancelled or left too long: upload it again.")
    return unpack(run.upload), {int(place): name for place, name in run.mapping.items()}


def draft_of(run: MapImport, today: date) -> Draft:
    """The upload as it stands, read for its person. Raises Settled when it is gone, Refused for too many lines."""
    sheet, mapping = table_of(run)
    return draft_from(sheet, mapping, choices_of(run.decisions), run.school, today, run.by)


@transaction.atomic
def keep_upload(
    *, school: School, sheet: Sheet, mapping: dict[int, str], choices: Choices, name: str, now: datetime, by: User
) -> MapImport:
    """Keep a map that was read, for its person alone and for an hour; an earlier one of theirs is let go."""
    check_can_import_map(school, by)
    forget_uploads(now=now)
    for run in MapImport.objects.filter(school=school, by=by, state="uploaded"):
        _let_go(run)
    return MapImport.objects.create(
        school=school, by=by, upload=pack(sheet), upload_name=name[-120:],
        mapping={str(place): field for place, field in mapping.items()}, decisions=kept(choices),
    )  # fmt: skip


def forget_uploads(*, now: datetime) -> int:
    """Empty uploads that were neither applied nor abandoned within an hour of `now`; say how many."""
    waiting = MapImport.objects.filter(state="uploaded", created__lt=now - KEPT_FOR)
    return waiting.update(state="abandoned", upload=None, upload_name="", decisions={}, version=F("version") + 1)


def locked_upload(run: MapImport, by: User) -> MapImport:
    """The upload, locked. Raises Settled when it is no longer waiting."""
    check_can_import_map(run.school, by)
    current = MapImport.objects.select_for_update(of=("self",)).select_related("school", "by").get(pk=run.pk)
    if current.state != "uploaded":
        raise Settled("This map was applied, cancelled or left too long: upload it again.")
    return current


def _let_go(run: MapImport, state: str = "abandoned") -> None:
    run.state, run.upload, run.upload_name, run.decisions = state, None, "", {}
    run.version += 1
    run.save(update_fields=["state", "upload", "upload_name", "decisions", "version"])


@transaction.atomic
def cancel(*, run: MapImport, by: User) -> None:
    """Let the upload go."""
    _let_go(locked_upload(run, by))


@transaction.atomic
def choose_columns(*, run: MapImport, mapping: Mapping[int, str], by: User) -> None:
    """Read the columns as a person chose, and remember what differs from the guess."""
    current = locked_upload(run, by)
    sheet = unpack(current.upload or b"")
    usual = guess(sheet.headers)
    for place, heading in enumerate(sheet.headers):
        word, chosen = plain(heading)[:LONGEST_HEADING], mapping.get(place, "")
        if not word:
            continue
        if chosen == usual.get(place, ""):
            MapColumn.objects.filter(school=current.school, heading=word).delete()
        else:
            MapColumn.objects.update_or_create(school=current.school, heading=word, defaults={"field": chosen})
    current.mapping = {str(place): name for place, name in mapping.items() if name}
    current.version += 1
    current.save(update_fields=["mapping", "version"])


@transaction.atomic
def decide(*, run: MapImport, choices: Choices, by: User) -> None:
    """Keep what a person decided about doubts."""
    current = locked_upload(run, by)
    current.decisions = kept(choices)
    current.version += 1
    current.save(update_fields=["decisions", "version"])


@transaction.atomic
def apply_upload(*, run: MapImport, seen: str, now: datetime, today: date, by: User) -> MapImport:
    """Write the whole map. `seen` is the fingerprint of the plan that was shown.

    Raises Settled, Moved or NothingToDo, with nothing written; NotAllowed where a place would be a learner's second.
    """
    current = locked_upload(run, by)
    _lock(current.school)
    draft = draft_of(current, today)
    if not draft.plan.ready or draft.plan.fingerprint != seen:
        raise Moved
    if draft.plan.nothing:
        raise NothingToDo
    current.shape = draft.reading.shape
    _let_go(current, "applied")
    current.change = _write(current.school, draft.plan, by, today)
    current.applied = now
    current.save(update_fields=["shape", "change", "applied"])
    return current


@transaction.atomic
def apply_file(*, school: School, sheet: Sheet, mapping: dict[int, str], choices: Choices, today: date) -> MapChange:
    """Write a map that reads without a doubt (command line). Raises Moved when a doubt stands, NothingToDo."""
    _lock(school)
    draft = draft_from(sheet, mapping, choices, school, today)
    if not draft.plan.ready:
        raise Moved
    if draft.plan.nothing:
        raise NothingToDo
    return _write(school, draft.plan, None, today)


def _lock(school: School) -> None:
    """One import at a time, and nobody's edit between reading and writing."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    list(Provision.objects.select_for_update().filter(school=school).order_by("pk").values_list("pk"))


def _write(school: School, plan: MapPlan, by: User | None, today: date) -> MapChange:
    """Write `plan` as one change: learners, entries, provisions, people, placements, and who sees them.

    Raises Moved when a placement that it would change is no longer as it was seen.
    """
    moved = _changed(plan)
    words = f"Imported a map: {many(len(plan.made), 'provision')}, {many(plan.placements, 'placement')}"
    if plan.changed:
        words += f", {many(plan.changed, 'placement')} changed"
    change = open_change(school=school, kind="import", words=words, by=by)
    groups = _groups(school, plan, change)
    learners = _learners(school, plan.learners, groups, today, change)
    entries = _entries(school, plan.made, change)
    rows = add_rows([_provision(school, one, groups, entries) for one in plan.made], change=change)
    provisions = {id(one): row.pk for one, row in zip(plan.made, rows, strict=True)}
    add_rows(
        [
            Deliverer(provision_id=provisions[id(one)], user_id=person, name=name, role=role)
            for one in plan.made
            for person, name, role in one.people
        ],
        change=change,
    )
    touched = {
        id(one): one.held or provisions[id(one)]
        for one in plan.provisions
        if one.held is None or one.places or one.changed
    }
    fresh = [
        Placement(
            school_id=school.pk, provision_id=touched[id(one)],
            learner_id=place.learner if isinstance(place.learner, int) else learners[place.learner],
            starts=place.starts, ends=place.ends, sessions=place.dose.sessions, minutes=place.dose.minutes,
            outcome=place.outcome, baseline=place.baseline, target=place.target, review_on=place.review_on,
            confidential=place.hidden,
        )
        for one in plan.provisions
        for place in one.places
    ]  # fmt: skip
    check_free([*fresh, *moved])
    change_rows(moved, sorted({name for one in _changes(plan) for name, _, _ in one.fields}), change=change)
    add_rows(fresh, change=change)
    sync_grants(set(touched.values()))
    return change


def _changes(plan: MapPlan) -> list[Change]:
    return [change for one in plan.provisions for change in one.changed]


def _changed(plan: MapPlan) -> list[Placement]:
    """The placements that `plan` changes, locked and with their new values, not yet written."""
    changes = {one.placement: one for one in _changes(plan)}
    rows = lock_placements(changes) if changes else []
    if {row.pk: row.version for row in rows} != {pk: one.version for pk, one in changes.items()}:
        raise Moved
    for row in rows:
        for name, _, value in changes[row.pk].fields:
            setattr(row, name, value)
    return rows


def _groups(school: School, plan: MapPlan, change: MapChange) -> dict[str, Group]:
    """Every class the plan names, by its name in small letters; those the school lacks are made."""
    found = {group.name.casefold(): group for group in Group.objects.filter(school=school)}
    named = [*(who.group for who in plan.learners.values()), *(one.group for one in plan.made)]
    # Backwards, so that of two spellings the first in the file stays.
    absent = {name.casefold(): name for name in reversed(named) if name and name.casefold() not in found}
    if absent:
        made = Group.objects.bulk_create([Group(school=school, name=name) for name in absent.values()])
        change.groups_made = [group.pk for group in made]
        change.save(update_fields=["groups_made"])
        found |= dict(zip(absent, made, strict=True))
    return found


def _learners(
    school: School, new: Mapping[str, Named], groups: Mapping[str, Group], today: date, change: MapChange
) -> dict[str, int]:
    """Put new learners on the register, with their SEN provision from today; their ids by key."""
    rows = [
        Learner(
            school=school, upn=who.upn, surname=who.surname, forename=who.forename, nc_year=who.year,
            group=groups.get(who.group.casefold()),
        )
        for who in new.values()
    ]  # fmt: skip
    made = dict(zip(new, add_rows(rows, change=change), strict=True))
    sen = [
        SenProvision(
            learner=made[key], code=who.sen, starts=today, types_awaited=who.sen != "N" and not who.needs,
            **dict(zip(RANKS, [*who.needs, "", "", "", ""][:4], strict=True)),
        )
        for key, who in new.items()
        if who.sen and (who.sen != "N" or not who.needs)
    ]  # fmt: skip
    add_rows(sen, change=change)
    return {key: row.pk for key, row in made.items()}


def _entries(school: School, planned: Sequence[Planned], change: MapChange) -> dict[str, int]:
    """Library entries that our own sheet names and the school lacks, by name."""
    first = {one.new_entry: one for one in planned if one.new_entry}
    rows = [Intervention(school=school, name=name, tier=one.tier) for name, one in first.items()]
    return {row.name: row.pk for row in add_rows(rows, change=change)}


def _provision(school: School, one: Planned, groups: Mapping[str, Group], entries: Mapping[str, int]) -> Provision:
    return Provision(
        school=school, name=one.name, tier=one.tier, area=one.area, subject=one.subject, starts=one.starts,
        ends=one.ends, sessions=one.dose.sessions, minutes=one.dose.minutes, place=one.place,
        responsible_id=one.responsible, responsible_name=one.responsible_name, group=groups.get(one.group.casefold()),
        intervention_id=one.library or entries.get(one.new_entry), confidential=one.confidential, note=one.note,
    )  # fmt: skip
