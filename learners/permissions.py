"""May this person do this to a learner? `check_…` raises with the sentence that the page shows."""

from __future__ import annotations

from django.db.models import Count, Q

from learners.models import Group, Learner
from provisionmap.school.access import NotAllowed, can
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability
from provisionmap.school.today import today


def check_can_add(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may add learners and groups at `school`."""
    if not can(by, Capability.EDIT_LEARNERS, school):
        raise NotAllowed("Your role does not include changing learners: ask your SENCO or administrator.")


def check_can_import(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may import pupil lists at `school`."""
    if not can(by, Capability.IMPORT_LEARNERS, school):
        raise NotAllowed("Your role does not include importing pupil lists: ask your SENCO or administrator.")


def check_can_edit(learner: Learner, by: User) -> None:
    """Raises NotAllowed unless `by` may change this learner's details, needs and contacts."""
    check_can_add(learner.school, by)
    check_can_see(learner, by)


def check_can_see(learner: Learner, by: User) -> None:
    """Raises NotAllowed unless `by` may see this learner today."""
    if not Learner.objects.visible_to(by).filter(pk=learner.pk).exists():
        raise NotAllowed("This learner is not shared with you.")


def check_can_write_passport(learner: Learner, by: User) -> None:
    """Raises NotAllowed unless `by` may write in this learner's passport."""
    if not can(by, Capability.EDIT_PASSPORT, learner.school):
        raise NotAllowed("Your role does not include writing in passports: ask your SENCO.")
    check_can_see(learner, by)


def check_can_dispose(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may dispose of records at `school`, and say which must stay."""
    if not can(by, Capability.DISPOSE_RECORDS, school):
        raise NotAllowed("Only a SENCO disposes of records, and says which must stay.")


def reason_to_keep(group: Group) -> str:
    """Why this group cannot be deleted, as a sentence; "" when it can."""
    gone = Q(left__lt=today())
    count = group.learners.aggregate(here=Count("pk", filter=~gone), left=Count("pk", filter=gone))
    if here := count["here"]:
        noun = "learner is" if here == 1 else "learners are"
        return f"{here} {noun} in this group: move them to another group first."
    if left := count["left"]:
        noun = "learner who left was" if left == 1 else "learners who left were"
        return f"{left} {noun} in this group last: it stays with their records."
    return ""


def check_can_delete_group(group: Group, by: User) -> None:
    """Raises NotAllowed unless `by` may delete this group and nobody is in it."""
    check_can_add(group.school, by)
    if reason := reason_to_keep(group):
        raise NotAllowed(reason)
