"""May this person change what is on the map? The refusal is a sentence for the page."""

from __future__ import annotations

from collections.abc import Collection

from interventions.models import Provision, Session
from learners.models import Learner
from provisionmap.school.access import NotAllowed, capabilities_at
from provisionmap.school.models import School, User
from provisionmap.school.roles import Capability

UNIVERSAL = 1  # the tier a class teacher may change for their own learners
TARGETED = 2  # the first tier they may not


def check_can_edit(school: School, tier: int, by: User) -> None:
    """Raises NotAllowed unless `by` may change provision of `tier` at `school`.

    Whose learners they are is `visible_to`'s business: what somebody can't see, they can't reach.
    Source: docs/domain.md, "Roles and what they may do".
    """
    held = capabilities_at(by, school)
    if Capability.EDIT_MAP in held:
        return
    if Capability.EDIT_OWN_UNIVERSAL not in held:
        raise NotAllowed("Your role reads the map but does not change it. Ask your SENCO to make the change.")
    if tier != UNIVERSAL:
        raise NotAllowed("Class teachers change tier 1 only. Ask your SENCO, who can add or change targeted provision.")


def can_edit(school: School, tier: int, by: User) -> bool:
    """Whether `check_can_edit` would let `by` through."""
    try:
        check_can_edit(school, tier, by)
    except NotAllowed:
        return False
    return True


def check_can_place(learner: Learner, provision: Provision, by: User) -> None:
    """Raises NotAllowed unless `by` may place `learner` in `provision`: one school, still there, allowed."""
    check_can_edit(provision.school, provision.tier, by)
    if learner.school_id != provision.school_id:
        raise NotAllowed("That learner and that provision belong to different schools.")


def check_can_import_map(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may bring a whole map in: it changes every tier, and may add learners."""
    if not {Capability.EDIT_MAP, Capability.IMPORT_LEARNERS} <= capabilities_at(by, school):
        raise NotAllowed("Your role does not bring whole maps in. Ask your SENCO.")


def check_can_log(
    school: School, by: User, people: Collection[int], provision: Provision, session: Session | None = None
) -> None:
    """Raises NotAllowed unless `by` may say how a session went: any, or one they deliver, answer for or stand in for.

    `people` are those who deliver the provision on the day of the session.
    """
    held = capabilities_at(by, school)
    if Capability.LOG_ALL in held:
        return
    theirs = by.pk in people or by.pk == provision.responsible_id or (session is not None and by.pk == session.cover_id)
    if Capability.LOG_OWN not in held or not theirs:
        raise NotAllowed("Only those who deliver a session log it. Ask your SENCO, or whoever took it.")


def check_can_tell_away(school: School, user: User, by: User) -> None:
    """Raises NotAllowed unless `by` may say that `user` is away: anybody with LOG_ALL, else themselves alone."""
    held = capabilities_at(by, school)
    if Capability.LOG_ALL in held or (Capability.LOG_OWN in held and user.pk == by.pk):
        return
    raise NotAllowed("You can say when you are away yourself. For colleagues, ask your SENCO.")


def check_can_arrange(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may arrange sessions for others: cover, another day, or none; and trips."""
    if Capability.LOG_ALL not in capabilities_at(by, school):
        raise NotAllowed("Your role does not arrange sessions for others. Ask your SENCO.")


def check_can_answer(school: School, by: User) -> None:
    """Raises NotAllowed unless `by` may answer to how a session went: whoever reads notes.

    Which sessions they read is `read_by`'s business.
    """
    if Capability.SEE_NOTES not in capabilities_at(by, school):
        raise NotAllowed("Your role does not read notes, so it does not answer them. Ask your SENCO.")
