"""Keeping that the audit trail was taken out."""

from __future__ import annotations

from django.db import transaction

from learners.models import TrailExport
from learners.trail import Asked
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability


@transaction.atomic
def record_export(
    *, school: School, asked: Asked, rows: int, learners: int = 0, reason: str = "", by: User
) -> TrailExport:
    """Keep that `by` takes `rows` lines of the trail out as a file, and which days they are of.

    The reason stays out of the trail, which never forgets: it may name a child.

    Raises NotAllowed for who may not read the trail.
    """
    if not can(by, Capability.SEE_AUDIT, school):
        raise NotAllowed("Your role does not include the audit trail: ask your SENCO.")
    told = {"since": asked.since, "until": asked.until, "rows": rows, "learners": learners}
    made = TrailExport.objects.create(school=school, by=by, reason=reason, **told)
    audit.record("audit.export", by=by, target=made, new=told)
    return made
