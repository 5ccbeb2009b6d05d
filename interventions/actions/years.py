"""Next year: learners move up or leave, and the places of those who leave end. One change, taken back in one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Q

from interventions.actions.changes import change_rows, lock_placements, lock_provisions, open_change, remove_rows
from interventions.actions.grants import sync_grants
from interventions.actions.previewed import MOST_NAMED, Moved, many
from interventions.models import MapChange, Placement, Provision
from interventions.past import sees_all
from interventions.permissions import check_can_edit
from learners.actions.years import pupil_of, roll_of, write_steps
from learners.models import Group, Learner
from learners.moving_up import LEAVE, STAY, UP, Step, Turn, moved_pupils, steps_of, token_of
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User

WHOLE_MAP = 2  # a tier that only those may change who may change every one


@dataclass(frozen=True)
class Asked:
    """The turn, what was chosen by hand for learners, and the class that follows each class."""

    turn: Turn
    by_hand: Mapping[int, str] = field(default_factory=dict)
    rooms: Mapping[int, int | None] = field(default_factory=dict)
    again: bool = False  # although learners moved into that year already


def begun(school: School, year: str) -> MapChange | None:
    """The change that moved the learners of `school` into `year`, if one stands."""
    rows = MapChange.objects.standing().filter(school=school, kind="year", words__startswith=_words(year))
    return rows.select_related("by").first()


def _words(year: str) -> str:
    return f"Moved into {year}:"


def ending(steps: Collection[Step], turn: Turn) -> dict[int, date]:
    """The last day of each learner who leaves."""
    return {one.pupil.pk: last for one in steps if one.does == LEAVE and (last := one.left(turn))}


def places_after(leavers: Mapping[int, date], user: User | None = None) -> list[tuple[int, int]]:
    """Id and version of every placement that runs beyond its learner's last day, in the order of ids.

    With `user` of those they may see: a preview is made from these, while all of them end.
    """
    rows = Placement.objects.visible_to(user) if user else Placement.objects.all()
    found = rows.filter(learner__in=leavers).order_by("pk").values_list("pk", "version", "learner", "ends")
    return [(pk, version) for pk, version, learner, ends in found if ends is None or ends > leavers[learner]]


@transaction.atomic
def begin_year(*, school: School, asked: Asked, seen: str, today: date, by: User) -> MapChange:
    """Move everybody up who moves up, let leavers leave, end their places. `seen` is the token of the preview.

    Raises Moved, with nothing written, when a learner or a place was changed since; NotAllowed when `by` may not,
    when nobody would change, or when the learners moved into that year already and `asked` does not say "again".
    The whole map is held meanwhile, provisions before learners and places, as everybody does.
    """
    check_can_edit(school, WHOLE_MAP, by)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    turn = asked.turn
    if (before := begun(school, turn.name)) and not asked.again:
        raise NotAllowed(f"Learners moved into {turn.name} already, on {before.at:%d/%m/%Y}: tick that you mean it.")
    lock_provisions(Provision.objects.filter(school=school).values_list("pk", flat=True))
    roll = roll_of(school, by, today, locked=True)
    steps = steps_of(map(pupil_of, roll), turn, asked.by_hand)
    leavers = ending(steps, turn)
    _check_unmoved(seen, token_of((one.pupil for one in steps), places_after(leavers, by)), roll)
    places = places_after(leavers)
    counts = {does: sum(one.does == does for one in steps) for does in (UP, STAY, LEAVE)}
    told = f"{counts[UP]} up, {counts[STAY]} stay, {many(counts[LEAVE], 'leaver')}"
    # A number would tell whoever does not see everything that there was more than they saw.
    told += f", {many(len(places), 'place')} ended" if sees_all(by, school) else ", whose places end"
    change = open_change(school=school, kind="year", words=f"{_words(turn.name)} {told}", by=by)
    written = write_steps(
        school=school, learners=roll, steps={one.pupil.pk: one for one in steps}, turn=turn,
        rooms=_rooms(school, asked.rooms), reason=change.reason, by=by,
    )  # fmt: skip
    if not written and not places:
        raise NotAllowed("Nobody would change: choose another year or other learners.")
    _end([pk for pk, _ in places], leavers, change)
    audit.record("map.next-year", by=by, target=change, new={"learners": written, "placements": len(places)})
    return change


def _rooms(school: School, rooms: Mapping[int, int | None]) -> dict[int, int | None]:
    """The classes chosen, of this school only."""
    known = set(
        Group.objects.filter(Q(pk__in=rooms) | Q(pk__in=rooms.values()), school=school).values_list("pk", flat=True)
    )
    return {old: new for old, new in rooms.items() if old in known and (new is None or new in known)}


def _check_unmoved(seen: str, now: str, roll: list[Learner]) -> None:
    changed, came, went, places = moved_pupils(seen, now)
    names = {one.pk: one.name for one in roll}
    moved = [f"{names[pk]} was changed." for pk in changed[:MOST_NAMED]]
    if len(changed) > MOST_NAMED:
        moved.append(f"So were {len(changed) - MOST_NAMED} more.")
    if came:
        moved.append(f"{many(came, 'learner')} came to the register.")
    if went:
        moved.append(f"{many(went, 'learner')} went from the register.")
    if places:
        moved.append("The places of those who leave were changed.")
    if moved:
        raise Moved(moved)


def _end(pks: Collection[int], leavers: Mapping[int, date], change: MapChange) -> None:
    """End the places named on their learners' last days; one that would begin later is taken away."""
    rows = lock_placements(pks)
    never = [row for row in rows if row.starts > leavers[row.learner_id]]
    ended = [row for row in rows if row.starts <= leavers[row.learner_id]]
    for row in ended:
        row.ends = leavers[row.learner_id]
    change_rows(ended, ["ends"], change=change)
    remove_rows(never, change=change)
    sync_grants({row.provision_id for row in rows})
