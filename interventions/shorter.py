"""Minutes by which logged sessions fell short of their plan: what is missing of them and has an entry all the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from django.db.models import F, Sum

from interventions.models import PRESENT, Attendance
from provisionmap.school.calendar import Span
from provisionmap.school.models import School

FEW = 200  # placements up to which the log is asked for them by number


def shorter(school: School, placements: Collection[int], span: Span) -> dict[int, int]:
    """For each placement, planned minutes of the sessions its learner was at, less the minutes given. One query.

    Added sessions are in no dose, so nothing is missing of them; a longer session makes up for a shorter one.
    """
    there = Attendance.objects.filter(school=school, on__range=(span.starts, span.ends), outcome=PRESENT, extra=False)
    if len(placements) <= FEW:
        there = there.filter(placement__in=placements)
    rows = there.order_by().values_list("placement").annotate(short=Sum(F("planned") - F("minutes")))
    wanted = set(placements)
    return {pk: short for pk, short in cast("list[tuple[int, int]]", rows) if pk in wanted and short > 0}
