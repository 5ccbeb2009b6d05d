"""Taking one learner out of everything: what is theirs goes, and what stays is written without them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from learners.holdings import Disposal, declared, settled
from learners.mentions import Place, names_of, places, rows_naming, sure_names
from learners.models import Learner
from learners.naming import Names, without

Key = tuple[str, int, str]  # a text: model, id and field


def forget(learner: Learner, *, texts: Collection[Key]) -> None:
    """Take `learner` out of every table, inside the caller's transaction.

    `texts` are those of other records that a person looked at: every name of the learner goes out of them. Elsewhere
    full names and UPNs go out of what is shared, and another learner's own record stays as it is.
    """
    pk, names, sure = learner.pk, names_of(learner), sure_names([learner])[learner]
    held = declared()
    rewritten = [one for one in held if one.disposal == Disposal.REWRITE]
    for one in rewritten:  # first: what is the learner's is told by what still stands
        for row in one.rows(pk):
            values = one.rewritten(row, pk)
            one.model._base_manager.filter(pk=row.pk).update(**values)
    for one in held:  # a record before its history, which grows by its end
        if one.disposal == Disposal.DELETE:
            one.rows(pk).delete()
    for put_right in settled():
        put_right(learner.school)
    take_out(learner, sure, texts)
    end_sessions_naming(names)


def take_out(learner: Learner, sure: Names, texts: Collection[Key]) -> None:
    """The learner's names out of other records and their earlier versions.

    `sure` ones out of everything that is nobody's own; all of them, lone ones too, out of `texts`.
    """
    whole, chosen = names_of(learner), set(texts)
    for place in places():
        here = {(pk, field) for label, pk, field in chosen if label == place.kept}
        if place.owned and not here:
            continue  # another learner's own record: nothing of it is changed unless somebody looked at it
        rows = rows_naming(place, learner.school_id, whole if here else sure, alone=bool(here))
        for row in list(rows):
            ticked = {field for pk, field in here if pk == (row.id if place.is_past else row.pk)}
            _write_without(place, row, whole, sure, ticked)


def _write_without(place: Place, row: Any, whole: Names, sure: Names, ticked: set[str]) -> None:
    """One row without the names. Its version moves on, so that an open form of it shows both."""
    new = {}
    for field in place.fields:
        text = getattr(row, field) or ""
        if field in ticked:
            left = without(text, whole, alone=True)
        else:
            left = text if place.owned else without(text, sure, alone=False)
        if left != text:
            new[field] = left[: place.model._meta.get_field(field).max_length]
    if not new:
        return
    moved = {"version": F("version") + 1} if hasattr(row, "version") and not place.is_past else {}
    rows = place.model._default_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            rows.update(**new, **moved)
    except IntegrityError:  # two that were told apart by nothing but the name: their numbers tell them apart
        rows.update(**{field: f"{text[:20]} {row.pk}" for field, text in new.items()}, **moved)


def end_sessions_naming(names: Names) -> None:
    """A session may still hold a message that names somebody: whoever has it signs in again."""
    if names.certain is None:
        return
    for session in Session.objects.iterator():
        if names.certain.search(str(session.get_decoded())):
            session.delete()


def clear_freed_space() -> None:
    """What was deleted is overwritten in SQLite's file too; PostgreSQL's own cleaning does it there."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
