"""Disposing of records: chosen, looked at, confirmed, then one after the other, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from learners.actions.forgetting import Key, forget
from learners.keeping import periods_of, standing_of, with_keeping
from learners.models import Disposal, DisposalItem, Learner
from learners.models.disposal import DRAFT_FOR
from learners.permissions import check_can_dispose
from learners.retention import State
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User

PATIENCE = timedelta(minutes=3)  # a record takes a second or two: silence this long means the worker died
MOST = 100  # records of one disposal: what a person can look through
NOBODY = "Tick at least one record that may be disposed of."
SETTLED = "This choice was confirmed, let go or left for an hour: choose again."


def _due(school: School, ids: Collection[int], today: date) -> list[Learner]:
    """Those of `ids` whose records may go today, in reading order."""
    rows = with_keeping(Learner.objects.filter(school=school, pk__in=ids)).order_by("surname", "forename", "pk")
    periods = periods_of(school)
    return [one for one in rows if standing_of(one, periods, today).state is State.DUE]


@transaction.atomic
def choose(*, school: School, learners: Collection[int], today: date, by: User) -> Disposal:
    """Keep which records `by` ticked until they confirm; what they chose before is let go. Raises NotAllowed."""
    check_can_dispose(school, by)
    chosen = _due(school, learners, today)
    if not chosen:
        raise NotAllowed(NOBODY)
    if len(chosen) > MOST:
        raise NotAllowed(f"Dispose of {MOST} records at a time at most, so that you can look through them.")
    Disposal.objects.filter(school=school, by=by, state="draft").delete()
    made = Disposal.objects.create(school=school, by=by, sen_years=school.sen_years, pupil_years=school.pupil_years)
    periods = periods_of(school)
    DisposalItem.objects.bulk_create(
        DisposalItem(disposal=made, place=place, record=one.pk, rule=standing_of(one, periods, today).rule.value)
        for place, one in enumerate(chosen, start=1)
    )
    return made


@transaction.atomic
def cancel(*, disposal: Disposal, by: User) -> None:
    """Let a choice go; nothing was disposed of. One that was confirmed stays."""
    check_can_dispose(disposal.school, by)
    draft = Disposal.objects.filter(pk=disposal.pk, by=by, state="draft").first()
    if draft is not None:
        audit.record("records.cancel", by=by, target=draft)
        draft.delete()


@transaction.atomic
def confirm(*, disposal: Disposal, count: int, texts: Iterable[Key], now: datetime, by: User) -> Disposal:
    """Dispose of what was chosen, once a worker takes it. `count` is what the person typed. Raises NotAllowed."""
    check_can_dispose(disposal.school, by)
    expected = disposal.items.count()
    if count != expected:
        raise NotAllowed(f"Type {expected}, the number of records that will be gone.")
    school = School.objects.select_for_update(no_key=True).get(pk=disposal.school_id)
    draft = Disposal.objects.filter(pk=disposal.pk, by=by, state="draft", created__gt=now - DRAFT_FOR)
    periods = {"sen_years": school.sen_years, "pupil_years": school.pupil_years}
    kept = [list(key) for key in texts]
    if not draft.update(state="waiting", confirmed=now, texts=kept, **periods):
        raise NotAllowed(SETTLED)
    disposal.refresh_from_db()
    audit.record("records.confirm", by=by, target=disposal, told={"records": expected, **periods})
    return disposal


def take(pk: int, *, now: datetime) -> bool:
    """Claim a disposal for this worker. False when it is done, or in hands that may still be alive."""
    free = Q(state="waiting") | Q(state="working", taken_at__lt=now - PATIENCE)
    return bool(Disposal.objects.filter(free, pk=pk).update(state="working", taken_at=now))


@transaction.atomic
def dispose_next(pk: int, *, taken_at: datetime, now: datetime, today: date) -> datetime | None:
    """Dispose of the next record of a claimed disposal, or keep it with the reason: all of it or nothing.

    Gives the time of the claim from now on; None when nothing is left, or the claim is lost.
    """
    waiting = DisposalItem.objects.filter(disposal=pk, state="waiting").order_by("place")
    ours = Disposal.objects.filter(pk=pk, state="working", taken_at=taken_at)
    if not waiting.exists() or not ours.update(taken_at=now):
        return None
    disposal = Disposal.objects.select_related("school", "by").get(pk=pk)
    item = waiting[0]  # asked again: the claim made sure that nobody else takes one
    # Before its learners, as everybody does; with it nobody sets a hold or imports a list meanwhile.
    School.objects.select_for_update(no_key=True).get(pk=disposal.school_id)
    item.state, item.why = _disposed(disposal, item, today)
    item.at = now
    item.save(update_fields=["state", "why", "at"])
    return now


def _disposed(disposal: Disposal, item: DisposalItem, today: date) -> tuple[str, str]:
    """Take one record out, if it may still go: what became of it, and why it was kept."""
    here = Learner.objects.filter(school=disposal.school_id, pk=item.record)
    locked = here.select_for_update(of=("self",)).first()
    if locked is None:
        return "kept", "missing"
    learner = with_keeping(here).get()
    # By the periods of today: whoever made them longer since meant these records too.
    state = standing_of(learner, periods_of(disposal.school), today).state
    if state is not State.DUE:
        return "kept", state.value
    audit.record(
        "record.dispose",
        by=disposal.by,
        target=learner,
        told={"disposal": disposal.pk, "rule": item.rule},
    )
    forget(learner, texts=[(label, key, field) for label, key, field in disposal.texts])
    return "gone", ""


def hand_on(pk: int, *, taken_at: datetime) -> bool:
    """Give a claimed disposal back, so that another worker goes on: a job may only take so long."""
    return bool(Disposal.objects.filter(pk=pk, state="working", taken_at=taken_at).update(state="waiting"))


def finish(pk: int, *, taken_at: datetime, now: datetime) -> bool:
    """Say that a disposal is done, if the claim is still ours and nothing waits."""
    ours = Disposal.objects.filter(pk=pk, state="working", taken_at=taken_at)
    waiting = DisposalItem.objects.filter(state="waiting").values("disposal")
    return bool(ours.exclude(pk__in=waiting).update(state="done", finished=now, texts=[]))


def silent_disposals(*, now: datetime) -> list[int]:
    """Disposals that nobody has in hand and no queue may know of any more."""
    lost = Q(state="waiting", confirmed__lt=now - PATIENCE) | Q(state="working", taken_at__lt=now - PATIENCE)
    return list(Disposal.objects.filter(lost).values_list("pk", flat=True))


def forget_drafts(*, now: datetime) -> int:
    """Let choices go that nobody confirmed within the hour; say how many. Safe twice and together."""
    old = Disposal.objects.filter(state="draft", created__lte=now - DRAFT_FOR)
    return old.delete()[1].get("learners.Disposal", 0)
