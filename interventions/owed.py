"""Which sessions of the last weeks nobody said anything about, as far as somebody may see them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from interventions.occurrences import Occurrence, occurrences
from provisionmap.school.calendar import Span
from provisionmap.school.models import School

WEEKS = 4  # looked back at unless more is asked for
MOST_WEEKS = 13  # a term


def unsaid(*, school: School, user: Any, day: date, weeks: int = WEEKS, own: bool) -> list[Occurrence]:
    """The sessions of the `weeks` before `day` that are still to be logged: `user`'s own, or all they see.

    The queries of `occurrences`, however many sessions.
    """
    span = Span(day - timedelta(weeks=weeks), day - timedelta(days=1))
    return [one for one in occurrences(school=school, user=user, span=span, now=day, own=own) if one.owed]
