"""Copying what goes on from one term into another: one change, taken back in one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from interventions.actions.changes import add_rows, lock_provisions, open_change
from interventions.actions.grants import sync_grants
from interventions.actions.previewed import Moved, check_free, many
from interventions.actions.slots import carried_slots
from interventions.continuing import Copy, Place, copies_of, half_term_review, key_of, moved_words
from interventions.models import Deliverer, MapChange, Placement, Provision
from interventions.permissions import check_can_edit
from interventions.terms import Ground, ground_of
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, Term, User

CARRIED = (
    "intervention", "name", "tier", "area", "minutes", "sessions", "subject", "place", "responsible_name",
    "group", "note", "confidential",
)  # fmt: skip
ALL, AIMS, NOTHING = "all", "aims", "none"
# What of a learner's outcome goes along, by choice: nothing is ever made up.
OUTCOMES = {ALL: ("outcome", "baseline", "target"), AIMS: ("outcome", "target"), NOTHING: ()}


@dataclass(frozen=True)
class Asked:
    """What to copy: the terms, the first day, what is ticked, and how outcomes and review dates go along."""

    old: Term
    new: Term
    first: date
    provisions: Collection[int]
    places: Collection[int]
    outcomes: str = AIMS
    review: bool = True


@transaction.atomic
def copy_term(*, school: School, asked: Asked, seen: Mapping[int, str], by: User) -> MapChange:
    """Start again in the new term what is ticked. `seen` holds the token of each provision as it was previewed.

    Raises Moved, with nothing written, when any of it changed since; NotAllowed when `by` may not, when nothing would
    be copied, or when a learner has a place already in what they would join, which `by` does not see.
    """
    School.objects.select_for_update(no_key=True).get(
        pk=school.pk
    )  # two people copying one term come one after the other
    lock_provisions(_may_touch(school, asked))
    ground = ground_of(school=school, user=by, old=asked.old, new=asked.new, first=asked.first)
    _check_unmoved(ground, asked.provisions, seen)
    copies = copies_of(ground.rows, asked.provisions, asked.places)
    if not copies:
        raise NotAllowed("Nothing would be copied: tick at least one provision with a learner in it.")
    for tier in {one.held.tier for one in copies}:
        check_can_edit(school, tier, by)
    places = sum(len(one.places) for one in copies)
    told = f"{many(len(copies), 'provision')} with {many(places, 'place')}"
    words = f"Copied {told} from {asked.old} to {asked.new}"
    change = open_change(school=school, kind="copy", words=words, by=by)
    targets = _targets(copies, ground, change)
    fresh = {one.held.pk: _people(one, targets[one.held.pk], ground) for one in copies if not one.joins}
    add_rows([row for people in fresh.values() for row in people], change=change)
    add_rows(
        carried_slots(
            [(ground.provisions[pk], targets[pk], [row.user_id or 0 for row in rows]) for pk, rows in fresh.items()]
        ),
        change=change,
    )
    pairs = [(place, _placement(one, place, ends, targets[one.held.pk], ground, asked))
             for one in copies for place, ends in one.places]  # fmt: skip
    check_free([row for _, row in pairs])
    made = add_rows([row for _, row in pairs], change=change)
    share_again([(place.pk, row.pk) for (place, _), row in zip(pairs, made, strict=True)])
    audit.record("map.copy-term", by=by, target=change, new={"provisions": len(copies), "placements": len(made)})
    sync_grants({one.pk for one in targets.values()})
    return change


def _may_touch(school: School, asked: Asked) -> set[int]:
    """What is copied and what the copies may join: provisions of those names that run in the new term. One query.

    All of them are held before they are read, in one order, as whoever places a learner holds the provision.
    """
    later = Q(starts__lte=asked.new.ends) & (Q(ends=None) | Q(ends__gte=asked.first))
    rows = Provision.objects.filter(Q(pk__in=asked.provisions) | later, school=school).order_by()
    names = {pk: key_of(name) for pk, name in rows.values_list("pk", "name")}
    wanted = {names[pk] for pk in asked.provisions if pk in names}
    return {pk for pk, name in names.items() if name in wanted}


def _check_unmoved(ground: Ground, wanted: Collection[int], seen: Mapping[int, str]) -> None:
    rows = {row.held.pk: row for row in ground.rows}
    moved = []
    for pk in sorted(wanted):
        if pk not in rows:
            moved.append("A provision you ticked is no longer there, or no longer in this term.")
        elif words := moved_words(seen.get(pk, ""), rows[pk].token):
            moved.append(f"{rows[pk].held.name}: {', '.join(words)}.")
    if moved:
        raise Moved(moved)


def _targets(copies: list[Copy], ground: Ground, change: MapChange) -> dict[int, Provision]:
    """The provision that the places of each copied one go to, by the id of the old one: new, or there already."""
    fresh = [one for one in copies if not one.joins]
    rows = [
        Provision(
            school=change.school,
            **{name: getattr(ground.provisions[one.held.pk], name) for name in CARRIED},
            responsible=ground.answers(ground.provisions[one.held.pk]),
            starts=one.span.starts,
            ends=one.span.ends,
        )
        for one in fresh
    ]
    made = add_rows(rows, change=change)
    joined = {one.held.pk: ground.provisions[one.joins] for one in copies if one.joins}
    return {one.held.pk: row for one, row in zip(fresh, made, strict=True)} | joined


def _people(copy: Copy, target: Provision, ground: Ground) -> list[Deliverer]:
    return [again(one, target) for one in ground.carried(ground.provisions[copy.held.pk])]


def again(person: Deliverer, provision: Provision) -> Deliverer:
    """The same adult in another provision, as long as it runs."""
    same = ("user_id", "name", "role", "adults", "preparation_minutes")
    return Deliverer(provision=provision, **{name: getattr(person, name) for name in same})


def _placement(copy: Copy, place: Place, ends: date, target: Provision, ground: Ground, asked: Asked) -> Placement:
    old = ground.placements[place.pk]
    kept: dict[str, Any] = {name: getattr(old, name) for name in OUTCOMES[asked.outcomes]}
    if asked.review:
        kept["review_on"] = max(half_term_review(asked.new.dates, ends), copy.span.starts)
    return Placement(
        school_id=target.school_id,
        provision=target,
        learner=old.learner,
        starts=copy.span.starts,
        ends=ends,
        minutes=old.minutes,
        sessions=old.sessions,
        confidential=old.confidential,
        **kept,
    )


def share_again(places: Sequence[tuple[int, int]]) -> None:
    """Share each new placement with those its old one was shared with; `places` are pairs of old id and new id."""
    through = Placement.shared_with.through
    known: dict[int, list[int]] = {}
    rows = through.objects.filter(placement__in={old for old, _ in places}).order_by("pk")
    for placement, user in rows.values_list("placement", "user"):
        known.setdefault(placement, []).append(user)
    through.objects.bulk_create(
        [through(placement_id=new, user_id=user) for old, new in places for user in known.get(old, ())]
    )
