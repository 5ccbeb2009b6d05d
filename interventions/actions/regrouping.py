"""Splitting a group and merging groups: each one change, taken back in one step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from interventions.actions.changes import (
    add_rows,
    change_rows,
    lock_placements,
    lock_provisions,
    open_change,
    remove_rows,
)
from interventions.actions.copying import CARRIED, again, share_again
from interventions.actions.grants import sync_grants
from interventions.actions.previewed import Moved, many
from interventions.actions.provisions import Delivery
from interventions.actions.slots import carried_slots
from interventions.continuing import Place, moved_words
from interventions.models import Deliverer, MapChange, Placement, Provision
from interventions.permissions import check_can_edit
from interventions.regrouping import Moves, Running, last_day, merge, split, why_not_merged, why_not_split
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.calendar import DAY
from provisionmap.school.models import School, User

KEPT = ("outcome", "baseline", "target", "review_on", "confidential")  # of a place that goes on in another group


@dataclass(frozen=True)
class NewGroup:
    """The second group of a split. `staff` None: the same people."""

    name: str
    on: date
    sessions: int | None
    minutes: int | None
    place: str = ""
    responsible: User | None = None
    staff: Sequence[Delivery] | None = None


def running(provision: Provision, placements: Sequence[Placement]) -> Running:
    """A provision and its places for the rules of `regrouping`."""
    places = tuple(Place(one.pk, one.version, one.learner_id, one.starts, one.ends) for one in placements)
    return Running(provision.pk, provision.version, provision.name, provision.starts, provision.ends, places)


def _locked(pks: Collection[int]) -> tuple[dict[int, Provision], dict[int, Placement]]:
    """Provisions with all their placements, whoever may see them, locked."""
    provisions = {one.pk: one for one in lock_provisions(pks)}
    inside = Placement.objects.filter(provision__in=provisions).values_list("pk", flat=True)
    return provisions, {one.pk: one for one in lock_placements(inside)}


def _states(provisions: Mapping[int, Provision], placements: Iterable[Placement]) -> dict[int, Running]:
    rows = list(placements)
    return {pk: running(one, [row for row in rows if row.provision_id == pk]) for pk, one in provisions.items()}


def _check_unmoved(
    pks: Collection[int],
    provisions: Mapping[int, Provision],
    placements: Mapping[int, Placement],
    seen: Mapping[int, str],
    by: User,
) -> None:
    """Raises Moved when one of `pks` is not as `by` saw it; places they may not see were no part of that."""
    visible = Placement.objects.visible_to(by).filter(pk__in=placements).values_list("pk", flat=True)
    moved = [] if len(provisions) == len(set(pks)) else ["One of the groups is no longer there."]
    for pk, state in _states(provisions, [placements[one] for one in visible]).items():
        if words := moved_words(seen.get(pk, ""), state.token):
            moved.append(f"{state.name}: {', '.join(words)}.")
    if moved:
        raise Moved(moved)


@transaction.atomic
def split_provision(
    *, provision: Provision, group: NewGroup, chosen: Collection[int], seen: str, by: User
) -> tuple[Provision, MapChange]:
    """Start a second group with the placements `chosen` from a day; in the first they end the day before.

    `seen` is the token of the provision as it was previewed. Raises Moved with nothing written, or NotAllowed.
    """
    check_can_edit(provision.school, provision.tier, by)
    provisions, placements = _locked([provision.pk])
    _check_unmoved([provision.pk], provisions, placements, {provision.pk: seen}, by)
    old = provisions[provision.pk]
    state = running(old, list(placements.values()))
    if words := why_not_split(state, chosen, group.on):
        raise NotAllowed(words)
    moves = split(state.places, chosen, group.on)
    learners = len(moves.fresh) + len(moves.moved)
    words = f"Split {old.name}: {many(learners, 'place')} to {group.name} on {group.on:%d/%m/%Y}"
    change = open_change(school=provision.school, kind="split", words=words, by=by)
    [new] = add_rows([_second(old, group)], change=change)
    if group.staff is None:
        # The same people can't take both groups at the same time: the second one's times are still to be chosen.
        people = [again(one, new) for one in Deliverer.objects.lasting().on(group.on).filter(provision=old)]
        slots = []
    else:
        people = [Deliverer(provision=new, user=one.user, name=one.name, role=one.role) for one in group.staff]
        slots = carried_slots([(old, new, [one.user_id or 0 for one in people])])
    add_rows(people, change=change)
    add_rows(slots, change=change)
    write_moves(moves, placements, new, change)
    change_rows([old], [], change=change)  # what is undone renews the sight of both groups' people
    audit.record("provision.split", by=by, target=old, new={"provision": new.pk, "placements": learners})
    sync_grants([old.pk, new.pk])
    return new, change


def _second(old: Provision, group: NewGroup) -> Provision:
    carried = {name: getattr(old, name) for name in CARRIED}
    own = {"name": group.name, "sessions": group.sessions, "minutes": group.minutes, "place": group.place}
    return Provision(
        **(carried | own),
        school_id=old.school_id,
        responsible=group.responsible,
        starts=group.on,
        ends=old.ends,
    )


@transaction.atomic
def merge_provisions(
    *, school: School, into: int, others: Collection[int], on: date, seen: Mapping[int, str], by: User
) -> MapChange:
    """Let the groups `others` go on in the group `into` from a day; they end the day before.

    `seen` holds the token of each as it was previewed. Raises Moved with nothing written, or NotAllowed.
    """
    provisions, placements = _locked({into, *others})
    for one in provisions.values():
        check_can_edit(school, one.tier, by)
        if one.school_id != school.pk:
            raise NotAllowed("Those groups belong to different schools.")
    _check_unmoved({into, *others}, provisions, placements, seen, by)
    states = _states(provisions, placements.values())
    target, rest = provisions[into], [one for pk, one in provisions.items() if pk != into]
    sources = [states[one.pk] for one in rest]
    if words := why_not_merged(states[into], sources, on):
        raise NotAllowed(words)
    moves = merge(states[into], sources, on)
    words = f"Merged {many(len(rest), 'group')} into {target.name} on {on:%d/%m/%Y}"
    change = open_change(school=school, kind="merge", words=words, by=by)
    target.ends = last_day(states[into], sources)
    change_rows([target], ["ends"], change=change)
    write_moves(moves, placements, target, change)
    for one in rest:
        one.ends = on - DAY
    change_rows(rest, ["ends"], change=change)
    audit.record("provision.merge", by=by, target=target, new={"provisions": sorted(one.pk for one in rest)})
    sync_grants(provisions)
    return change


def write_moves(moves: Moves, placements: Mapping[int, Placement], to: Provision, change: MapChange) -> None:
    """End, move and remove placements as `moves` says, and add the new ones to the provision `to`."""
    fresh = [_place(placements[place.pk], days, to) for place, days in moves.fresh]
    ending = [placements[pk] for pk in moves.ends]
    for row in ending:
        row.ends = moves.ends[row.pk]
    change_rows(ending, ["ends"], change=change)
    moving = [placements[pk] for pk in moves.moved]
    for row in moving:
        new = _place(row, moves.moved[row.pk], to)
        for name in ("starts", "ends", "sessions", "minutes", "confidential", "provision"):
            setattr(row, name, getattr(new, name))
    change_rows(moving, ["starts", "ends", "sessions", "minutes", "confidential", "provision"], change=change)
    remove_rows([placements[pk] for pk in moves.gone], change=change)
    made = add_rows(fresh, change=change)
    share_again([(place.pk, row.pk) for (place, _), row in zip(moves.fresh, made, strict=True)])


def dose_after(old: Placement, sessions: int | None, minutes: int | None) -> tuple[int | None, int | None]:
    """The dose of a place that goes on in a group with this one; a dose of the learner's own stays their own."""
    usual = (old.sessions, old.minutes) == (old.provision.sessions, old.provision.minutes)
    return (sessions, minutes) if usual else (old.sessions, old.minutes)


def _place(old: Placement, days: tuple[date, date | None], to: Provision) -> Placement:
    """The place that follows `old` in the provision `to`."""
    sessions, minutes = dose_after(old, to.sessions, to.minutes)
    kept = {name: getattr(old, name) for name in KEPT}
    if old.provision.confidential and not to.confidential:
        kept["confidential"] = True
    return Placement(
        school_id=old.school_id, provision=to, learner_id=old.learner_id, starts=days[0], ends=days[1],
        sessions=sessions, minutes=minutes, **kept,
    )  # fmt: skip
