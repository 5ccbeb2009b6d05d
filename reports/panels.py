"""What this app puts on the learner page: the provision they had at earlier schools, as their file told."""

from __future__ import annotations

from datetime import date
from typing import Any

from learners.models import Learner
from learners.panels import register
from provisionmap.school.access import capabilities_at
from provisionmap.school.models import User
from provisionmap.school.roles import Capability
from reports.models import EarlierProvision


def earlier(learner: Learner, user: User, today: date) -> tuple[str, dict[str, Any]] | None:
    """Their earlier provision for those who read notes; confidential ones for those cleared. One query, or none."""
    held = capabilities_at(user, learner.school)
    if Capability.SEE_MAP not in held or Capability.SEE_NOTES not in held:
        return None
    rows = EarlierProvision.objects.filter(learner=learner)
    if Capability.SEE_CONFIDENTIAL not in held:
        rows = rows.filter(confidential=False)
    found = list(rows.order_by("-starts", "pk"))
    return ("reports/panels/earlier.html", {"rows": found}) if found else None


register("earlier", "At earlier schools", earlier, order=80)
