"""Verbs of the ground floor that write."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from provisionmap.school import audit
from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Role


@transaction.atomic
def change_preferences(*, user: User, theme: str, easy_reading: bool, by: User) -> None:
    """Keep how pages look for `user`. The person's own choice, so it carries no version."""
    user.theme, user.easy_reading = theme, easy_reading
    user.save(update_fields=["theme", "easy_reading"])


@transaction.atomic
def start_school(*, school_name: str, name: str, email: str, password: str, today: date) -> tuple[School, User]:
    """Make the first school with its first person, who is its SENCO and its administrator.

    The only write without a `by`: nobody is there yet.
    """
    school = School.objects.create(name=school_name)
    user = User.objects.create_user(email, password, name=name)
    for role in (Role.SENCO, Role.ADMINISTRATOR):
        Membership.objects.create(user=user, school=school, role=role, starts=today)
    audit.record("school.start", by=user, target=school, school=school)
    return school, user


@transaction.atomic
def add_person(
    *, school: School, name: str, email: str, role: str, starts: date, ends: date | None, by: User
) -> Membership:
    """Give somebody a role at a school; a person with this e-mail address already is the same person.

    A role they hold already is left as it is. Somebody new has no password until they are invited.
    """
    user, new = User.objects.get_or_create(email=email.strip().lower(), defaults={"name": name})
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    held, made = Membership.objects.get_or_create(
        user=user, school=school, role=role, ends=None, defaults={"starts": starts}
    )
    if made and ends:
        held.ends = ends
        held.save(update_fields=["ends"])
    if made:
        audit.record("person.add", by=by, target=held, new={"role": role, "starts": starts, "ends": ends})
    return held
