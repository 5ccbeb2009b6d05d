"""May this person change the school, its calendar and its people? Each refusal is a full sentence."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q

from provisionmap.school.access import NotAllowed, can, capabilities_at
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import LABELS, Capability, Role, may_grant, roles_with

ASK_SENCO = "Ask your SENCO to do this."
# Whoever may do one of the steps of setting up sees the path.
WALKERS = frozenset({Capability.MANAGE_SETTINGS, Capability.MANAGE_CALENDAR, Capability.MANAGE_PEOPLE})


def check_can_set_up(school: School, by: User) -> None:
    """Raises NotAllowed for somebody who has no step of setting up to do."""
    if not WALKERS & capabilities_at(by, school):
        raise NotAllowed("Only people who set the school up can say that it is done. " + ASK_SENCO)


def check_can_set(school: School, by: User) -> None:
    """Raises NotAllowed for somebody who may not change the school's settings."""
    if not can(by, Capability.MANAGE_SETTINGS, school):
        raise NotAllowed("Only people who manage the school's settings can change this. " + ASK_SENCO)


def check_can_plan(school: School, by: User) -> None:
    """Raises NotAllowed for somebody who may not change terms and closures."""
    if not can(by, Capability.MANAGE_CALENDAR, school):
        raise NotAllowed("Only people who manage the calendar can change this. " + ASK_SENCO)


def roles_at(user: User, school: School, day: date) -> frozenset[str]:
    """The keys of the roles `user` holds at `school` on `day`, or will hold after it."""
    rows = Membership.objects.filter(Q(ends=None) | Q(ends__gte=day), user=user, school=school)
    return frozenset(rows.values_list("role", flat=True))


def grantable(by: User, school: School, day: date, *, to: User | None = None) -> list[Role]:
    """The roles `by` may give `to` (somebody new when None), in the order the school reads them.

    While a school has no SENCO at all, whoever manages its people may appoint the first one; never themselves.
    """
    if not can(by, Capability.MANAGE_PEOPLE, school):
        return []
    held = frozenset(Membership.objects.on(day).filter(user=by, school=school).values_list("role", flat=True))
    to_self = to is not None and to.pk == by.pk
    allowed = [role for role in Role if may_grant(held, role, to_self=to_self)]
    if Role.SENCO not in allowed and not to_self and not _has_senco(school, day):
        allowed.insert(0, Role.SENCO)
    return allowed


def _has_senco(school: School, day: date) -> bool:
    rows = Membership.objects.filter(Q(ends=None) | Q(ends__gte=day), school=school, role=Role.SENCO)
    return rows.filter(user__is_active=True).exists()


def check_can_grant(by: User, school: School, role: str, day: date, *, to: User | None = None) -> None:
    """Raises NotAllowed when giving `role` would hand out more than `by` may."""
    if not can(by, Capability.MANAGE_PEOPLE, school):
        raise NotAllowed("Only people who manage the school's staff list can change it. " + ASK_SENCO)
    if role in grantable(by, school, day, to=to):
        return
    if to is not None and to.pk == by.pk:
        raise NotAllowed("You can't give yourself a role you don't hold. " + ASK_SENCO)
    raise NotAllowed(f"Your own role does not let you give the role “{LABELS[Role(role)]}”. {ASK_SENCO}")


def check_can_manage(person: User, by: User, school: School, day: date) -> None:
    """Raises NotAllowed when `person` holds a role that `by` could not give: its holder is not theirs to change."""
    if not can(by, Capability.MANAGE_PEOPLE, school):
        raise NotAllowed("Only people who manage the school's staff list can change it. " + ASK_SENCO)
    beyond = roles_at(person, school, day) - set(grantable(by, school, day, to=person))
    if beyond:
        names = " and ".join(sorted(LABELS[Role(role)] for role in beyond))
        raise NotAllowed(f"Your own role does not let you change a person with the role “{names}”. {ASK_SENCO}")


def check_can_invite(person: User, by: User, school: School, day: date) -> None:
    """Raises NotAllowed where a link that sets a password would hand over more than this school's own."""
    check_can_manage(person, by, school, day)
    if person.pk == by.pk:
        raise NotAllowed("Change your own password on your account page.")
    if not person.is_active or not roles_at(person, school, day):
        raise NotAllowed("This person holds no role here any more. Give them a role first.")
    elsewhere = Membership.objects.filter(Q(ends=None) | Q(ends__gte=day), user=person).exclude(school=school)
    if person.is_superuser or elsewhere.exists():
        raise NotAllowed(
            "This person works at another school here as well, so a link made by one school must not open the other. "
            "They sign in with the password they have."
        )


def check_someone_stays(school: School, leaving: User, last_day: date) -> None:
    """Raises NotAllowed when nobody who can sign in and manage people would be left after `last_day`.

    Call it under a lock on the school, with the change not yet made.
    """
    others = Membership.objects.filter(
        school=school,
        role__in=roles_with(Capability.MANAGE_PEOPLE),
        ends=None,
        starts__lte=last_day,
        user__is_active=True,
    )
    # Somebody who never set a password never came, so they can't be the one who stays.
    came = others.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if not came.exclude(user=leaving).exists():
        raise NotAllowed(
            f"{leaving.name} is the last person here who can add people and give roles. "
            "Give somebody else the role of SENCO or school administrator, and let them sign in once, first."
        )
