"""Dated SEN provision: opening the next record, correcting the current one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from learners.census import check_sen
from learners.models import Learner, SenProvision
from learners.models.need import RANKS
from learners.permissions import check_can_edit
from provisionmap.school import audit
from provisionmap.school.models import User
from provisionmap.school.stale import claim

DAY = timedelta(days=1)


@transaction.atomic
def change_sen(
    *,
    learner: Learner,
    code: str,
    needs: Sequence[str],
    starts: date,
    seen: int,
    by: User,
    note: str = "",
    types_awaited: bool = False,
) -> SenProvision:
    """Open a record from `starts`, and close the one that was open the day before.

    `seen` is the version of the learner. Raises Stale, or ValidationError with sentences by field.
    """
    check_can_edit(learner, by)
    _check_codes(code, needs, types_awaited)
    claim(learner, seen=seen)
    last = learner.sen_provisions.order_by("-starts", "-pk").first()
    if last is not None:
        _check_after(last, starts)
    if last is not None and last.ends is None:
        last.ends = starts - DAY
        last.save(update_fields=["ends"])
        audit.record("sen.close", by=by, target=last, school=learner.school, new={"ends": last.ends})
    record = SenProvision(learner=learner, starts=starts)
    _write(record, code, needs, note, types_awaited)
    audit.record("sen.open", by=by, target=record, school=learner.school, new=_values(record))
    return record


@transaction.atomic
def correct_sen(
    *,
    record: SenProvision,
    code: str,
    needs: Sequence[str],
    starts: date,
    seen: int,
    by: User,
    note: str = "",
    types_awaited: bool = False,
) -> SenProvision:
    """Put right a record that was written wrongly; a record that led up to it still ends the day before.

    `seen` is the version of the learner. Raises Stale, or ValidationError with sentences by field.
    """
    learner = record.learner
    check_can_edit(learner, by)
    _check_codes(code, needs, types_awaited)
    claim(learner, seen=seen)
    current = SenProvision.objects.get(pk=record.pk)
    old = _values(current)
    before = learner.sen_provisions.filter(starts__lt=current.starts).order_by("-starts", "-pk").first()
    if before is not None and before.ends is not None:
        joined_up = before.ends == current.starts - DAY
        if joined_up and before.starts < starts:
            before.ends = starts - DAY
            before.save(update_fields=["ends"])
        else:
            _check_after(before, starts)
    current.starts = starts
    _write(current, code, needs, note, types_awaited)
    audit.record("sen.correct", by=by, target=current, school=learner.school, old=old, new=_values(current))
    return current


def _check_codes(code: str, needs: Sequence[str], types_awaited: bool) -> None:
    """Raises ValidationError with the census's sentences."""
    if sentences := check_sen(code, needs, types_awaited=types_awaited):
        raise ValidationError(sentences)


def _check_after(last: SenProvision, starts: date) -> None:
    """Raises ValidationError on `starts` unless it lies after the record before it."""
    if last.ends is None and starts <= last.starts:
        raise ValidationError(
            {"starts": f"The current record began on {last.starts:%d/%m/%Y}: choose a later day, or correct it."}
        )
    if last.ends is not None and starts <= last.ends:
        raise ValidationError({"starts": f"The record before ended on {last.ends:%d/%m/%Y}: choose a day after that."})


def _write(record: SenProvision, code: str, needs: Sequence[str], note: str, types_awaited: bool) -> None:
    """Fill and save `record`; ranks come from the order of `needs`."""
    record.code, record.note, record.types_awaited = code, note, types_awaited
    for rank, field in enumerate(RANKS):
        setattr(record, field, needs[rank] if rank < len(needs) else "")
    record.full_clean()
    record.save()


def _values(record: SenProvision) -> dict[str, object]:
    """What the trail compares."""
    return {name: getattr(record, name) for name in ("code", *RANKS, "types_awaited", "note", "starts")}
