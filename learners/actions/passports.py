"""Writing in a passport."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import transaction

from learners.models import Learner, Passport
from learners.models.passport import MOST_LETTERS
from learners.permissions import check_can_write_passport
from provisionmap.school import audit
from provisionmap.school.models import User
from provisionmap.school.stale import Stale, claim

FIELDS = frozenset({*Passport.SECTIONS, "agreed_on"})


@transaction.atomic
def change_passport(*, learner: Learner, changes: dict[str, Any], seen: int, by: User) -> Passport:
    """Apply `changes` to a learner's passport that was read at version `seen`; 0 when there was none yet.

    Raises Stale when somebody else wrote in it, or began it, meanwhile.
    """
    check_can_write_passport(learner, by)
    if unknown := set(changes) - FIELDS:
        raise ValueError(f"not a part of a passport: {', '.join(sorted(unknown))}")
    for name in set(changes) & set(Passport.SECTIONS):  # full_clean does not hold the length of a TextField
        MaxLengthValidator(MOST_LETTERS)(changes[name])
    current, begun = Passport.objects.get_or_create(learner=learner)
    if not begun and seen == 0:
        raise Stale(current)
    if not begun:
        current = claim(current, seen=seen)
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    current.full_clean()
    current.save(update_fields=list(changes))
    audit.record("passport.change", by=by, target=current, school=learner.school, old=old, new=changes)
    return current
