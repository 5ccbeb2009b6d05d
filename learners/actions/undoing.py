"""Taking the last import back, exactly, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from learners.models import Contact, Group, ImportRun, Learner, SenProvision
from learners.permissions import check_can_import
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.bulk import Trail, keep_history, update_rows
from provisionmap.school.models import School, User


def reason_not_to_undo(run: ImportRun) -> str:
    """Why this import cannot be taken back, as a sentence; "" when it can."""
    if run.state != "applied":
        return "This import is not in force: there is nothing to undo."
    last = ImportRun.objects.filter(school=run.school_id).finished().first()
    if last is None or last.pk != run.pk:
        return "Another import followed: only the last one can be undone."
    homes = {kept["old"]["group"] for kept in run.before["changed"].values() if kept["old"].get("group")}
    if len(homes) > Group.objects.filter(pk__in=homes).count():
        return "A group that learners would go back to has been deleted since: make the changes by hand."
    if _upns_taken(run):
        return "A UPN that a learner would get back belongs to another learner now: make the changes by hand."
    if later := _worked_on(run):
        return (
            f"{later} {'learner has' if later == 1 else 'learners have'} been worked on since this import, and undoing "
            "it would lose that work: mend what is wrong on the learners' pages, or import a corrected list."
        )
    return ""


def _upns_taken(run: ImportRun) -> bool:
    """Whether a UPN that would be put back is somebody else's by now."""
    back = {int(pk): upn for pk, kept in run.before["changed"].items() if (upn := kept["old"].get("upn"))}
    holders = Learner.objects.filter(school=run.school_id, upn__in=back.values())
    return holders.exclude(pk__in=[*back, *run.before["added"]]).exists()


def _worked_on(run: ImportRun) -> int:
    """How many learners of the import somebody edited or used since."""
    before = run.before
    added = frozenset(before["added"])
    changed = {int(pk): kept["seen"] for pk, kept in before["changed"].items()}
    versions = dict(Learner.objects.filter(school=run.school_id).values_list("pk", "version"))
    expected = {**dict.fromkeys(added, 1), **changed}
    later = {pk for pk, seen in expected.items() if versions.get(pk) != seen}
    ours = {Contact: frozenset(before["contacts"]), SenProvision: frozenset(before["sen_opened"])}
    for model, name in _pointing_at(Learner):
        rows = model._default_manager.filter(**{f"{name}__school": run.school_id}).order_by()
        mine = ours.get(model, frozenset())
        later |= {pk for row, pk in rows.values_list("pk", name) if pk in added and row not in mine}
    return len(later)


def _pointing_at(target: type[models.Model]) -> list[tuple[Any, str]]:
    """Every model, of whatever app, with a foreign key to `target`, and the name of the key."""
    return [(relation.related_model, relation.field.name) for relation in target._meta.related_objects]


@transaction.atomic
def undo_import(*, run: ImportRun, by: User) -> ImportRun:
    """Put back everything the last import did. Raises NotAllowed with the reason when it cannot."""
    check_can_import(run.school, by)
    School.objects.select_for_update(no_key=True).get(pk=run.school_id)
    list(Learner.objects.select_for_update(no_key=True).filter(school=run.school_id).order_by("pk").values_list("pk"))
    current = ImportRun.objects.select_for_update(of=("self",)).select_related("school").get(pk=run.pk)
    if reason := reason_not_to_undo(current):
        raise NotAllowed(reason)
    _put_back(current.before, {"by": by, "reason": f"Undo of import {run.pk}"})
    figures = {"added": current.added, "changed": current.changed, "leavers": current.leavers}
    current.state, current.before = "undone", {}
    current.version += 1
    current.save(update_fields=["state", "before", "version"])
    audit.record("learners.import-undo", by=by, target=current, old=figures, new=dict.fromkeys(figures, 0))
    return current


def _put_back(before: dict[str, Any], trail: Trail) -> None:
    Contact.objects.filter(pk__in=before["contacts"]).delete()
    _remove(SenProvision, before["sen_opened"], trail)
    _restore(SenProvision, {int(pk): old for pk, old in before["sen_changed"].items()}, trail)
    _restore(Learner, {int(pk): kept["old"] for pk, kept in before["changed"].items()}, trail)
    _remove(Learner, before["added"], trail)
    drop_empty_groups(before["groups"])


def _restore(model: Any, kept: dict[int, dict[str, Any]], trail: Trail) -> None:
    """Give rows their old values, with a line of history each."""
    rows = list(model.objects.filter(pk__in=kept))
    written = set()
    for row in rows:
        for name, value in kept[row.pk].items():
            column = model._meta.get_field(name)
            setattr(row, column.attname, column.to_python(value))
            written.add(name)
        if model is Learner:
            row.version += 1
            written.add("version")
    update_rows(model, rows, sorted(written), **trail)


def _remove(model: Any, ids: list[int], trail: Trail) -> None:
    """Delete rows, with a line of history each: as many statements for one row as for a thousand."""
    keep_history(model, ids, "-", **trail)
    # The signal that would write the same line again, a query a row, is what `_raw_delete` leaves out; nothing else
    # hangs on these rows, or the undo would have been refused.
    model.objects.filter(pk__in=ids)._raw_delete(using=model.objects.db)


def drop_empty_groups(ids: Iterable[int]) -> None:
    """Delete the groups that an import made, but those that somebody has used since."""
    used = set(Group.teachers.through.objects.filter(group__in=ids).values_list("group", flat=True))
    for model, name in _pointing_at(Group):
        used.update(model._default_manager.filter(**{f"{name}__in": ids}).order_by().values_list(name, flat=True))
    Group.objects.filter(pk__in=set(ids) - used).delete()
