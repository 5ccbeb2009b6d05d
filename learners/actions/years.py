"""The turn of the year on the register: year groups, classes and last days of many learners at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from learners.models import Learner
from learners.moving_up import UP, Pupil, Step, Turn
from learners.permissions import check_can_add
from provisionmap.school.bulk import update_rows
from provisionmap.school.models import School, User


def roll_of(school: School, user: User, day: date, *, locked: bool = False) -> list[Learner]:
    """The learners on roll on `day` whom `user` may see, in reading order; locked for a write in the order of ids."""
    seen = Learner.objects.visible_to(user).filter(school=school).on_roll(day)
    if locked:
        rows = Learner.objects.select_for_update(no_key=True).filter(pk__in=list(seen.values_list("pk", flat=True)))
        return sorted(rows.order_by("pk"), key=lambda one: (one.surname, one.forename, one.pk))
    return list(seen.select_related("group").order_by("surname", "forename", "pk"))


def pupil_of(learner: Learner) -> Pupil:
    """A learner for the rules of `moving_up`."""
    return Pupil(
        learner.pk,
        learner.version,
        learner.nc_year,
        learner.group_id,
        learner.date_of_birth,
        learner.joined,
        learner.left,
    )


def write_steps(
    *,
    school: School,
    learners: Sequence[Learner],
    steps: Mapping[int, Step],
    turn: Turn,
    rooms: Mapping[int, int | None],
    reason: str,
    by: User,
) -> int:
    """Write what `steps` (by learner) say; say how many learners changed.

    `learners` are locked. Those who move up go from their class to the one that `rooms` names for it. Every change
    is a line of history with `reason`, so that whoever made the change can take it back.
    """
    check_can_add(school, by)
    changed = []
    for one in learners:
        step = steps[one.pk]
        group = rooms.get(one.group_id, one.group_id) if one.group_id and step.does == UP else one.group_id
        new: dict[str, Any] = {"nc_year": step.nc_year, "left": step.left(turn), "group_id": group}
        if any(getattr(one, name) != value for name, value in new.items()):
            for name, value in new.items():
                setattr(one, name, value)
            one.version += 1
            changed.append(one)
    update_rows(Learner, changed, ["nc_year", "left", "group", "version"], by=by, reason=reason)
    return len(changed)
