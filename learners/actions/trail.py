"""Keeping that the audit trail was taken out."""

from __future__ import annotations

from django.db import transaction

from learners.trail import Asked
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability


@transaction.atomic
def record_export(*, school: School, asked: Asked, rows: int, by: User) -> None:
    """Keep that `by` takes `rows` lines of the trail out as a file, and which days they are of.

    Raises NotAllowed for who may not read the trail.
    """
    if not can(by, Capability.SEE_AUDIT, school):
        raise NotAllowed("Your role does not include the audit trail: ask your SENCO.")
    audit.record("audit.export", by=by, school=school, told={"since": asked.since, "until": asked.until, "rows": rows})
