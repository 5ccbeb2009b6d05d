"""The review of access: that somebody looked through who may see whom."""

from __future__ import annotations

from django.db import transaction

from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import AccessReview, School, User
from provisionmap.school.roles import Capability


@transaction.atomic
def record_review(*, school: School, by: User) -> AccessReview:
    """Keep that `by` has reviewed everybody's access at `school`. Raises NotAllowed."""
    if not can(by, Capability.MANAGE_PEOPLE, school):
        raise NotAllowed("Only people who manage the school's staff list can record this.")
    made = AccessReview.objects.create(school=school, by=by)
    audit.record("access.review", by=by, target=made)
    return made
