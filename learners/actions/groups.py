"""Classes and tutor groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from learners.models import Group, Learner
from learners.permissions import check_can_add, check_can_delete_group, check_can_edit
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User
from provisionmap.school.stale import Stale, claim


def state_of(group: Group) -> str:
    """What a form about `group` was read from, as one text: two readings are equal if nothing changed.

    Groups carry no version; their name, year and teachers are all there is.
    """
    teachers = ",".join(str(pk) for pk in sorted(group.teachers.values_list("pk", flat=True)))
    return f"{group.nc_year}:{teachers}:{group.name}"


@transaction.atomic
def add_group(*, school: School, name: str, nc_year: str, teachers: Sequence[User], by: User) -> Group:
    """Make a group. Raises ValidationError on `name` when the school has one of that name."""
    check_can_add(school, by)
    _lock(school)
    group = Group(school=school, name=name, nc_year=nc_year)
    _check_name(group)
    group.full_clean()
    group.save()
    group.teachers.set(teachers)
    new = {"name": name, "nc_year": nc_year, "teachers": [user.pk for user in teachers]}
    audit.record("group.add", by=by, target=group, new=new)
    return group


@transaction.atomic
def change_group(*, group: Group, name: str, nc_year: str, teachers: Sequence[User], seen: str, by: User) -> Group:
    """Rename a group, move it to another year, change its teachers. `seen` is its `state_of` when read.

    Raises Stale, or ValidationError on `name`.
    """
    check_can_add(group.school, by)
    _lock(group.school)
    current = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    if state_of(current) != seen:
        raise Stale(current)
    old = {
        "name": current.name,
        "nc_year": current.nc_year,
        "teachers": sorted(current.teachers.values_list("pk", flat=True)),
    }
    current.name, current.nc_year = name, nc_year
    _check_name(current)
    current.full_clean()
    current.save(update_fields=["name", "nc_year"])
    current.teachers.set(teachers)
    new = {"name": name, "nc_year": nc_year, "teachers": sorted(user.pk for user in teachers)}
    audit.record("group.change", by=by, target=current, old=old, new=new)
    return current


@transaction.atomic
def move_to_group(*, group: Group, learners: Mapping[Learner, int], by: User) -> None:
    """Move `learners`, each read at the version given, into a group of their school: all of them, or none.

    Raises Stale with the first learner that somebody else changed meanwhile.
    """
    check_can_add(group.school, by)
    for learner in sorted(learners, key=lambda one: one.pk):  # in one order, so that two movers don't lock each other
        check_can_edit(learner, by)
        if learner.school_id != group.school_id:
            raise NotAllowed("That learner and that group belong to different schools.")
        current = claim(learner, seen=learners[learner])
        old = current.group_id
        current.group = group
        current.save(update_fields=["group"])
        audit.record("learner.move", by=by, target=current, old={"group": old}, new={"group": group.pk})


@transaction.atomic
def delete_group(*, group: Group, by: User) -> None:
    """Delete a group that nobody is in. Raises NotAllowed with the reason."""
    check_can_delete_group(group, by)
    audit.record("group.delete", by=by, target=group, old={"name": group.name}, new={"name": ""})
    group.delete()


def _lock(school: School) -> None:
    """One change of a school's groups at a time: of two that want one name, the second is told."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)


def _check_name(group: Group) -> None:
    """Raises ValidationError on `name` when another group of the school has it, however it is written."""
    same = Group.objects.filter(school=group.school_id, name__iexact=group.name).exclude(pk=group.pk)
    if same.exists():
        raise ValidationError({"name": "The school has a group of this name: choose another name."})
