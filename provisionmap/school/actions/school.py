"""The school itself: its first day, its details, its tiers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from provisionmap.school import audit, tier_use
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import TIER_SETS, Membership, School, TierLabel, User
from provisionmap.school.permissions import check_can_set, check_can_set_up
from provisionmap.school.roles import Role
from provisionmap.school.stale import claim

BEFORE_ALL = date(2000, 1, 1)  # earlier than any provision a school will enter
FOUNDING = (Role.SENCO, Role.ADMINISTRATOR)
STARTED = "This Provision Map has its first administrator already. Sign in, or ask them to add you."


@transaction.atomic
def start_school(
    *,
    school_name: str,
    name: str,
    email: str,
    password: str,
    today: date,
    roles: Collection[Role] = FOUNDING,
) -> tuple[School, User]:
    """Make the first school and its first person, who holds `roles` there. Raises NotAllowed once anybody exists.

    The only write without a `by`: nobody is there yet. The lock on a row that every database has makes two
    posts at once into one administrator: the second waits, looks again and is refused.
    """
    ContentType.objects.select_for_update().get(app_label="school", model="user")
    if User.objects.exists():
        raise NotAllowed(STARTED)
    school = School.objects.create(name=school_name)
    user = User.objects.create_user(email, password, name=name)
    for role in roles:
        Membership.objects.create(user=user, school=school, role=role, starts=today)
    audit.record("school.start", by=user, target=school, school=school)
    return school, user


@transaction.atomic
def change_school(*, school: School, changes: Mapping[str, Any], seen: int, by: User) -> School:
    """Change the school's details. Raises Stale, NotAllowed, or ValidationError by field."""
    check_can_set(school, by)
    current = claim(school, seen=seen)
    old = {name: getattr(current, name) for name in changes}
    for name, value in changes.items():
        setattr(current, name, value)
    current.full_clean()
    current.save(update_fields=list(changes))
    audit.record("school.change", by=by, target=current, school=current, old=old, new=dict(changes))
    return current


@transaction.atomic
def change_tiers(
    *, school: School, tier_set: str, labels: Mapping[int, str], starts: date, seen: int, by: User
) -> School:
    """Call the tiers `labels` from the day `starts` on; earlier days keep the names they had.

    Labels not given are those of `tier_set`. Raises Stale, or NotAllowed for another set while the library or a
    provision uses tiers: each has to be told where it goes, or the names would change under them.
    """
    check_can_set(school, by)
    current = claim(school, seen=seen)
    new = {code: labels.get(code) or label for code, label in TIER_SETS[tier_set].items()}
    before = current.tiers_on(starts - timedelta(days=1))
    if tier_set != current.tier_set and tier_use.codes_in_use(current):
        raise NotAllowed(
            "The library or a provision uses these tiers. Move to the other set on its own page, "
            "which asks where each of them goes."
        )
    known = set(current.tier_labels.filter(starts__lt=starts).values_list("code", flat=True))
    for code in sorted(set(before) | set(new)):
        if code not in known:
            TierLabel.objects.update_or_create(
                school=current, code=code, starts=BEFORE_ALL, defaults={"label": before.get(code, "")}
            )
        TierLabel.objects.update_or_create(
            school=current, code=code, starts=starts, defaults={"label": new.get(code, "")}
        )
    old_set, current.tier_set = current.tier_set, tier_set
    current.save(update_fields=["tier_set"])
    audit.record(
        "school.tiers",
        by=by,
        target=current,
        school=current,
        old={"tier_set": old_set, "tier_labels": before},
        new={"tier_set": tier_set, "tier_labels": new},
    )
    return current


@transaction.atomic
def finish_set_up(*, school: School, by: User) -> None:
    """The set-up path is walked: the start page is the map from now on. Twice does no harm. Raises NotAllowed."""
    check_can_set_up(school, by)
    if not school.set_up_done:
        school.set_up_done = True
        school.save(update_fields=["set_up_done"])
        audit.record("school.set_up", by=by, target=school, school=school)
