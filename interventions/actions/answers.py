"""Answering to how a session went, and taking an answer back while the ink is wet."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from interventions.models import Answer, Session
from interventions.permissions import check_can_answer
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import User

WITHIN = timedelta(minutes=15)  # long enough to see one's own mistake, too short to unsay what was read
GONE = "You can't see this session any more. Ask your SENCO who delivers it now."
NOT_SAID = "Nobody has said how this session went, so there is nothing to answer yet."
NOT_YOURS = "Only whoever wrote an answer takes it back."
TOO_LATE = "An answer can be taken back for fifteen minutes. Write another one to put it right."


@transaction.atomic
def answer_session(*, session: Session, text: str, now: datetime, by: User) -> Answer:
    """Keep what `by` answers. The same words by the same person again are the same answer. Raises NotAllowed."""
    check_can_answer(session.school, by)
    if not Session.objects.read_by(by).filter(pk=session.pk).exists():
        raise NotAllowed(GONE)
    current = Session.objects.select_for_update(no_key=True).get(pk=session.pk)  # of two clicks one writes
    if current.state == "open":
        raise NotAllowed(NOT_SAID)
    known = Answer.objects.filter(session=current, by=by, text=text).first()
    if known:
        return known
    made = Answer.objects.create(school_id=current.school_id, session=current, by=by, at=now, text=text)
    audit.record("answer.add", by=by, target=made, new={"session": current.pk})
    return made


def can_remove(answer: Answer, by: User, now: datetime) -> bool:
    """Whether `by` may still take this answer back."""
    return answer.by_id == by.pk and now - answer.at < WITHIN


@transaction.atomic
def remove_answer(*, answer: Answer, now: datetime, by: User) -> None:
    """Take an answer back. Twice is once. Raises NotAllowed for somebody else's, and after fifteen minutes."""
    current = Answer.objects.select_for_update().filter(pk=answer.pk).first()
    if current is None:
        return
    if current.by_id != by.pk:
        raise NotAllowed(NOT_YOURS)
    if not can_remove(current, by, now):
        raise NotAllowed(TOO_LATE)
    audit.record("answer.remove", by=by, target=current, old={"session": current.session_id})
    current.delete()
