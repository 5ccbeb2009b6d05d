"""May this person take records out or in? `check_…` raises with the sentence that the page shows."""

from __future__ import annotations

from learners.models import Learner
from learners.permissions import check_can_see
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability


def check_can_take_in(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may take in a learner's transfer file at `school`."""
    if not can(by, Capability.EXPORT_RECORD, school):
        raise NotAllowed("Your role does not include whole records of learners: ask your SENCO.")


def check_can_take_out(learner: Learner, by: User) -> None:
    """Raises NotAllowed unless `by` may take everything held about this learner out."""
    check_can_take_in(learner.school, by)
    check_can_see(learner, by)
