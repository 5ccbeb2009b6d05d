"""Writing what a pupil list says: a handful of statements however long the list is, and a note of how to undo them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Max

from learners.actions.known import DETAILS
from learners.matching import Addition, Change, Plan, new_contacts
from learners.models import Contact, Group, Learner, SenProvision
from learners.models.need import RANKS
from learners.reading.sheet import ContactRow
from learners.rows import Value
from provisionmap.school.bulk import BATCH, Trail, create_rows, update_rows
from provisionmap.school.models import School, User

DAY = timedelta(days=1)
SEN_FIELDS = ("code", *RANKS, "types_awaited", "starts", "ends")


@dataclass
class Before:
    """What undo needs: the ids of what was made, and the old values of what was changed.

    `changed` holds for a learner the version after the import and the old values.
    """

    added: list[int] = field(default_factory=list)
    changed: dict[int, dict[str, Any]] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    sen_opened: list[int] = field(default_factory=list)
    sen_changed: dict[int, dict[str, Any]] = field(default_factory=dict)


class Writer:
    """Writes one plan inside the caller's transaction."""

    def __init__(self, school: School, today: date, by: User | None, reason: str) -> None:
        self.school = school
        self.today = today
        self.before = Before()
        self.trail: Trail = {"by": by, "reason": reason}

    def write(self, plan: Plan, leavers: Sequence[int], last_day: date) -> Before:
        """Additions, changes and leavers of `plan`; how to undo them."""
        groups = self._groups(plan)
        added = self._add(plan.additions, groups)
        changed = self._change(plan.changes, groups)
        self._leave(leavers, last_day)
        self._open_sen(plan, added, changed)
        self._add_contacts(
            [
                *((learner, 0, new_contacts(one.row)) for one, learner in zip(plan.additions, added, strict=True)),
                *(
                    (changed[one.learner.id], len(one.learner.contacts), new_contacts(one.row, one.learner.contacts))
                    for one in plan.changes
                ),
            ]
        )
        return self.before

    def _groups(self, plan: Plan) -> dict[str, Group]:
        """Every group the plan names, by its name in small letters; those the school lacks are made."""
        found = {group.name.casefold(): group for group in Group.objects.filter(school=self.school)}
        years: defaultdict[str, set[Value]] = defaultdict(set)
        names: dict[str, str] = {}
        for values in _all_values(plan):
            if isinstance(name := values.get("group"), str) and name.casefold() not in found:
                names.setdefault(name.casefold(), name)
                years[name.casefold()].add(values.get("nc_year", ""))
        made = [
            Group(school=self.school, name=name, nc_year=str(next(iter(years[key]))) if len(years[key]) == 1 else "")
            for key, name in names.items()
        ]
        Group.objects.bulk_create(made, BATCH)
        self.before.groups = [group.pk for group in made]
        return found | {group.name.casefold(): group for group in made}

    def _add(self, additions: Sequence[Addition], groups: dict[str, Group]) -> list[Learner]:
        learners = [Learner(school=self.school, **_details(added.values, groups)) for added in additions]
        self.before.added = create_rows(Learner, learners, **self.trail)
        return learners

    def _change(self, changes: Sequence[Change], groups: dict[str, Group]) -> dict[int, Learner]:
        """The changed learners as they are now, by id. Each moves on a version, whatever of them changed."""
        learners = self._of_school(change.learner.id for change in changes)
        written = {"version"}
        for change in changes:
            new = _details({one.field: one.new for one in change.fields}, groups)
            written |= new.keys()
            self._set(learners[change.learner.id], new)
        update_rows(Learner, list(learners.values()), sorted(written), **self.trail)
        return learners

    def _leave(self, leavers: Sequence[int], last_day: date) -> None:
        learners = self._of_school(leavers)
        for learner in learners.values():
            self._set(learner, {"left": last_day})
        update_rows(Learner, list(learners.values()), ["left", "version"], **self.trail)

    def _of_school(self, ids: Iterable[int]) -> dict[int, Learner]:
        return Learner.objects.filter(school=self.school).in_bulk(list(ids))

    def _set(self, learner: Learner, new: dict[str, Any]) -> None:
        """Give a learner new values and the next version; remember the old ones."""
        old = {name: getattr(learner, "group_id" if name == "group" else name) for name in new}
        for name, value in new.items():
            setattr(learner, name, value)
        learner.version += 1
        self.before.changed[learner.pk] = {"seen": learner.version, "old": old}

    def _open_sen(self, plan: Plan, added: Sequence[Learner], changed: dict[int, Learner]) -> None:
        """A dated record for each provision the list gives; the one before ends the day before."""
        opened = [
            _sen_record(learner, values["sen_code"], values.get("needs", ()), values.get("sen_from", self.today))
            for learner, values in zip(added, (one.values for one in plan.additions), strict=True)
            if "sen_code" in values
        ]
        moved = [change for change in plan.changes if {"sen_code", "needs"} & {one.field for one in change.fields}]
        records = SenProvision.objects.filter(learner__in=[change.learner.id for change in moved])
        current = {record.learner_id: record for record in records.filter(ends=None)}
        ended = dict(records.exclude(ends=None).order_by().values_list("learner").annotate(Max("ends")))
        touched = []
        for change in moved:
            new = {**change.learner.values, **{one.field: one.new for one in change.fields}}
            record = current.get(change.learner.id)
            starts = self._starts(change, record, ended.get(change.learner.id))
            fresh = _sen_record(changed[change.learner.id], new["sen_code"], new.get("needs", ()), starts)
            if record is not None:
                self.before.sen_changed[record.pk] = {name: getattr(record, name) for name in SEN_FIELDS}
                touched.append(record)
            if record is not None and record.starts >= starts:  # begun today: it is put right instead
                for name in ("code", *RANKS, "types_awaited"):
                    setattr(record, name, getattr(fresh, name))
                continue
            if record is not None:
                record.ends = starts - DAY
            opened.append(fresh)
        update_rows(SenProvision, touched, list(SEN_FIELDS), **self.trail)
        self.before.sen_opened = create_rows(SenProvision, opened, **self.trail)

    def _starts(self, change: Change, record: SenProvision | None, ended: date | None) -> date:
        """The first day of a changed provision: the list's where it lies after what went before, else today."""
        starts = self.today
        since = change.row.values.get("sen_from")
        if isinstance(since, date) and (record is None or record.starts < since):
            starts = since
        return max(starts, ended + DAY) if ended else starts

    def _add_contacts(self, adults: Iterable[tuple[Learner, int, list[ContactRow]]]) -> None:
        """New adults of each learner, ranked after those the learner has."""
        made = [
            Contact(
                learner=learner,
                name=one.name,
                relationship=one.relationship,
                phone=one.phone,
                email=one.email,
                parental_responsibility=one.parental_responsibility,
                priority=place,
            )
            for learner, had, people in adults
            for place, one in enumerate(people, start=had + 1)
        ]
        Contact.objects.bulk_create(made, BATCH)
        self.before.contacts = [contact.pk for contact in made]


def _all_values(plan: Plan) -> Iterable[dict[str, Value]]:
    """What each learner of the plan is to have, as far as groups and years go."""
    yield from (added.values for added in plan.additions)
    for change in plan.changes:
        yield {**change.learner.values, **{one.field: one.new for one in change.fields}}


def _details(values: dict[str, Any], groups: dict[str, Group]) -> dict[str, Any]:
    """The fields of a learner among `values`."""
    found = {name: value for name, value in values.items() if name in DETAILS}
    if "group" in values:
        found["group"] = groups[values["group"].casefold()]
    return found


def _sen_record(learner: Learner, code: Any, needs: Any, starts: Any) -> SenProvision:
    ranked = dict(zip(RANKS, [*needs, *[""] * len(RANKS)], strict=False))
    awaited = code != "N" and not needs
    return SenProvision(learner=learner, code=code, starts=starts, types_awaited=awaited, **ranked)
