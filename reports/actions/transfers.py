"""Making a learner's transfer file, and noting who received it."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.models import User
from provisionmap.school.stale import claim
from reports.models import Transfer
from reports.permissions import check_can_take_out
from reports.transfer import bytes_of, tree_of


@transaction.atomic
def send(
    *, learner: Learner, to: str, confidential: bool, notes: bool, today: date, by: User
) -> tuple[Transfer, bytes]:
    """The file of this learner for the school `to`, and that it was made. Raises NotAllowed."""
    check_can_take_out(learner, by)
    file = bytes_of(tree_of(learner, today, confidential=confidential, notes=notes))
    made = Transfer.objects.create(learner=learner, by=by, to=to, confidential=confidential, notes=notes)
    new = {"to": to, "confidential": confidential, "notes": notes}
    audit.record("transfer.send", by=by, target=made, school=learner.school, new=new)
    return made, file


@transaction.atomic
def note_receipt(*, transfer: Transfer, received_by: str, received_on: date, seen: int, by: User) -> Transfer:
    """Keep who received a file, and when. Raises NotAllowed, or Stale when somebody noted it meanwhile."""
    check_can_take_out(transfer.learner, by)
    current = claim(transfer, seen=seen)
    new = {"received_by": received_by, "received_on": received_on}
    old = {name: getattr(current, name) for name in new}
    for name, value in new.items():
        setattr(current, name, value)
    current.save(update_fields=list(new))
    audit.record("transfer.received", by=by, target=current, school=current.learner.school, old=old, new=new)
    return current
