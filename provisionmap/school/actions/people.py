"""Who works at a school, in which roles, from when until when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q

from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.actions.account import tokens
from provisionmap.school.models import Membership, School, StaffHours, User
from provisionmap.school.permissions import (
    check_can_grant,
    check_can_invite,
    check_can_manage,
    check_someone_stays,
    grantable,
    roles_at,
)
from provisionmap.school.roles import Capability, Role, capabilities_of
from provisionmap.school.stale import Stale
from provisionmap.school.today import today

DAY = timedelta(days=1)
NEEDS_AN_END = (
    "The access of an external professional needs a last day. Give both on “Add a person”, "
    "with the same e-mail address if they are on the list already."
)


@dataclass(frozen=True)
class NewPerson:
    """One line of a staff list."""

    name: str
    email: str
    role: str


@transaction.atomic
def add_person(
    *, school: School, name: str, email: str, role: str, starts: date, ends: date | None, by: User
) -> Membership:
    """Give somebody a role at a school; a person with this e-mail address already is the same person.

    A role they hold already is left as it is. Somebody new has no password until they are invited.
    Raises NotAllowed for a role that is not `by`'s to give, or that needs a last day and has none.
    """
    if role == Role.EXTERNAL and ends is None:
        raise NotAllowed(NEEDS_AN_END)
    user = User.objects.filter(email=email.strip().lower()).first()
    check_can_grant(by, school, role, today(), to=user)
    if user is None:
        user = User.objects.create_user(email, None, name=name)
    held, made = Membership.objects.get_or_create(
        user=user, school=school, role=role, ends=None, defaults={"starts": starts}
    )
    if made and ends:
        held.ends = ends
        held.save(update_fields=["ends"])
    if made:
        audit.record("person.add", by=by, target=held, new={"user": user, "role": role, "starts": starts, "ends": ends})
    return held


@transaction.atomic
def add_people(*, school: School, people: Iterable[NewPerson], starts: date, by: User) -> list[Membership]:
    """Add all of `people`, or none when one of them may not be added."""
    return [
        add_person(school=school, name=one.name, email=one.email, role=one.role, starts=starts, ends=None, by=by)
        for one in people
    ]


def roles_state(person: User, school: School, day: date) -> str:
    """What a form about a person's roles was read from, as one text. Memberships carry no version."""
    return ",".join(sorted(roles_at(person, school, day)))


def _lock(school: School) -> None:
    """One change of a school's people at a time, so that two can't each take away the other's last colleague."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)


def _open(person: User, school: School, day: date) -> list[Membership]:
    rows = Membership.objects.filter(Q(ends=None) | Q(ends__gte=day), user=person, school=school)
    return list(rows.order_by("pk"))


def _manages(roles: Iterable[str]) -> bool:
    return Capability.MANAGE_PEOPLE in capabilities_of(frozenset(roles))


@transaction.atomic
def change_roles(*, person: User, school: School, roles: Collection[str], seen: str, day: date, by: User) -> None:
    """From `day` on `person` holds `roles` at `school` and no others; roles given up ended the day before.

    Raises Stale when the roles are no longer those of `seen`, NotAllowed for a role that is not `by`'s to give or
    needs a last day, or when nobody would be left who manages people.
    """
    _lock(school)
    check_can_manage(person, by, school, day)
    if roles_state(person, school, day) != seen:
        raise Stale(person)
    held = _open(person, school, day)
    keys = {row.role for row in held}
    for role in sorted(set(roles) - keys):
        check_can_grant(by, school, role, day, to=person)
    if Role.EXTERNAL in set(roles) - keys:
        raise NotAllowed(NEEDS_AN_END)
    if not roles:
        raise NotAllowed("Choose at least one role. To take all of them away, end the person's time here instead.")
    if _manages(keys) and not _manages(roles):
        check_someone_stays(school, person, day)
    for row in held:
        if row.role not in roles:
            _end(row, day - DAY, by)
    for role in sorted(set(roles) - keys):
        made = Membership.objects.create(user=person, school=school, role=role, starts=day)
        audit.record("person.role_give", by=by, target=made, new={"user": person, "role": role, "starts": day})


def _end(row: Membership, last_day: date, by: User) -> None:
    """Let a membership hold until `last_day`; one that begins later never was."""
    audit.record("person.role_end", by=by, target=row, old={"ends": row.ends}, new={"user": row.user, "ends": last_day})
    if row.starts > last_day:
        row.delete()
    else:
        row.ends = last_day
        row.save(update_fields=["ends"])


@transaction.atomic
def end_membership(*, person: User, school: School, last_day: date, day: date, by: User) -> None:
    """`last_day` is the last day on which `person` holds a role at `school`; a role that ends earlier still does.

    Raises NotAllowed, also when every role ends before that day: ending somebody's time never makes it longer.
    Their work stays under their name, and their sign-in stays theirs: it opens this school no more.
    """
    _lock(school)
    check_can_manage(person, by, school, day)
    held = _open(person, school, day)
    if not held:
        raise NotAllowed(f"{person.name} holds no role here any more, so there is nothing to end.")
    latest = max(row.ends or date.max for row in held)
    if latest < last_day:
        raise NotAllowed(f"Their last role here ends on {latest:%d/%m/%Y} already: choose that day or an earlier one.")
    if _manages(row.role for row in held):
        check_someone_stays(school, person, max(last_day, day))
    for row in held:
        if row.ends is None or row.ends > last_day:
            _end(row, last_day, by)


@transaction.atomic
def end_now(*, person: User, school: School, roles: Collection[str], day: date, by: User) -> None:
    """Take `roles` of `person` at `school` away at once, and end their sessions: the next click opens nothing by them.

    A last day of today would still count today, so yesterday was the last; a role that began today never was, and the
    trail alone keeps it. Raises NotAllowed.
    """
    _lock(school)
    check_can_manage(person, by, school, day)
    held = _open(person, school, day)
    ending = [row for row in held if row.role in roles]
    if not ending:
        raise NotAllowed(f"{person.name} does not hold this here any more, so there is nothing to end.")
    if _manages(row.role for row in ending) and not _manages(row.role for row in held if row not in ending):
        check_someone_stays(school, person, day)
    for row in ending:
        _end(row, day - DAY, by)
    _end_sessions(person)


@transaction.atomic
def give_back(*, person: User, school: School, role: str, ends: date | None, day: date, by: User) -> None:
    """Undo of `end_now`: `person` holds `role` again until `ends`, as if it had not ended. Raises NotAllowed."""
    _lock(school)
    check_can_grant(by, school, role, day, to=person)
    if role == Role.EXTERNAL and ends is None:
        raise NotAllowed(NEEDS_AN_END)
    if ends and ends < day:
        raise NotAllowed("The last day of this role is over: give it anew, with a later one.")
    if role in roles_at(person, school, day):
        raise NotAllowed(f"{person.name} holds this role already.")
    mine = Membership.objects.filter(user=person, school=school, role=role, ends=day - DAY)
    held = mine.order_by("-pk").first() or Membership(user=person, school=school, role=role, starts=day)
    held.ends = ends
    held.save()
    audit.record("person.role_give", by=by, target=held, new={"user": person, "role": role, "ends": ends})


def _end_sessions(person: User) -> int:
    """End every session of `person`, in every browser; say how many."""
    sessions = list(UserSession.objects.filter(user=person))
    for one in sessions:
        one.end()
    return len(sessions)


@transaction.atomic
def sign_out(*, person: User, school: School, day: date, by: User) -> int:
    """End every session of `person`: a computer left open, a password that others may know. Raises NotAllowed."""
    check_can_manage(person, by, school, day)
    if not roles_at(person, school, day):
        raise NotAllowed(f"{person.name} holds no role here any more.")
    count = _end_sessions(person)
    audit.record("person.sign_out", by=by, target=person, school=school, told={"sessions": count})
    return count


@transaction.atomic
def invite(*, person: User, school: School, day: date, by: User) -> str:
    """The token of a link with which `person` sets a password, once. Raises NotAllowed."""
    check_can_invite(person, by, school, day)
    audit.record("person.invite", by=by, target=person, school=school)
    return tokens.make_token(person)


@transaction.atomic
def reset_second_step(*, person: User, school: School, day: date, by: User) -> int:
    """Take every second step of `person` away and end their sessions, so that they set up a new one: a lost phone.

    How many there were. Raises NotAllowed. The password stays theirs, and is still needed.
    """
    check_can_invite(person, by, school, day)
    held = Authenticator.objects.filter(user=person)
    count: int = held.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    if not count:
        raise NotAllowed(f"{person.name} has no second step set up.")
    held.delete()
    _end_sessions(person)
    audit.record("person.second_step_reset", by=by, target=person, school=school)
    return count


def choices_for(by: User, school: School, day: date, *, to: User | None = None) -> list[Role]:
    """The roles a form may offer: what `by` may give, and what the person holds already."""
    held = roles_at(to, school, day) if to else frozenset()
    allowed = set(grantable(by, school, day, to=to)) | held
    return [role for role in Role if role in allowed]


@transaction.atomic
def set_hours(*, person: User, school: School, weekly: Decimal | None, seen: int, day: date, by: User) -> None:
    """Say how many hours a week `person` works at `school`; None: nobody knows.

    `seen` is the version that was read, 0 where there was none. Raises Stale when it is another now, NotAllowed.
    """
    _lock(school)
    check_can_manage(person, by, school, day)
    held = StaffHours.objects.filter(school=school, user=person).first()
    if (held.version if held else 0) != seen:
        raise Stale(held or StaffHours(school=school, user=person))
    if held and weekly is None:
        audit.record("person.hours", by=by, target=held, new={"weekly": None})
        held.delete()
    elif weekly is not None:
        held = held or StaffHours(school=school, user=person, version=0)
        held.weekly, held.version = weekly, held.version + 1
        held.save()
        audit.record("person.hours", by=by, target=held, new={"weekly": weekly})
