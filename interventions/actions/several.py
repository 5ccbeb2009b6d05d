"""One act on several placements or learners: what it would do, and doing exactly that as one change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Prefetch

from interventions.actions.changes import change_rows, lock_placements, lock_provisions, open_change
from interventions.actions.grants import sync_grants
from interventions.actions.previewed import Moved
from interventions.continuing import Place
from interventions.dose import Dose
from interventions.models import Deliverer, MapChange, Placement, Provision
from interventions.permissions import check_can_edit
from interventions.several import Days, Held, Line, changing, differing, token_of
from learners.models import Learner
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import School, User

MOST = 2000  # placements, or learners, in one act
# What an act that does more than one thing does to a place, of one and of several.
SORTS = {"move": ("moves", "move"), "end": ("ends", "end"), "gone": ("is taken off", "are taken off")}


@dataclass(frozen=True)
class Row:
    """One line of a preview: whom and what it is about, how that is now, how it would be; "" where it stays."""

    learner: Learner | None
    name: str
    now: str
    then: str = ""
    note: str = ""
    sort: str = ""  # what happens to it, where an act does more than one thing: "move", "end"

    provision: int = 0  # whose own days are in the way


@dataclass(frozen=True)
class Plan:
    """What an act would do. `refused` says why it can't be done at all; `count` is how many it changes."""

    rows: list[Row]
    token: str
    count: int
    refused: str = ""

    @property
    def sorts(self) -> dict[str, int]:
        """How many rows of each sort change, in the order of SORTS."""
        counts = Counter(row.sort for row in self.rows if row.then)
        return {sort: counts[sort] for sort in SORTS if counts[sort]}

    @property
    def told(self) -> str:
        """How much changes, in words.

        >>> Plan([Row(None, "A", "", "ends", sort="end"), Row(None, "B", "", "B, from", sort="move")], "", 2).told
        '1 moves, 1 ends'
        """
        if not set(self.sorts) - {"move"}:
            return f"{self.count} would change"
        return ", ".join(sort_words(sort, count) for sort, count in self.sorts.items())

    @property
    def staying(self) -> int:
        """How many rows stay as they are."""
        return sum(not row.then for row in self.rows)


@dataclass
class Ground:
    """What was selected, as one person sees it, and what an act needs to know of it."""

    school: School
    user: User
    placements: dict[int, Placement] = field(default_factory=dict)
    learners: dict[int, Learner] = field(default_factory=dict)
    provisions: dict[int, Provision] = field(default_factory=dict)  # of the placements, and the one that is asked for

    @cached_property
    def held(self) -> list[Held]:
        """The placements for the rules, in reading order."""
        return [
            Held(
                Place(row.pk, row.version, row.learner_id, row.starts, row.ends),
                row.provision_id,
                row.provision.name,
                (row.provision.starts, row.provision.ends),
                Dose(row.sessions, row.minutes),
                row.review_on,
                row.provision.tier,
            )
            for row in self.placements.values()
        ]

    def beside(self) -> dict[tuple[int, int], list[tuple[int, Days]]]:
        """All places of these learners in these provisions, whoever may see them, by provision and learner."""
        found: dict[tuple[int, int], list[tuple[int, Days]]] = {}
        rows = Placement.objects.filter(
            provision__in={one.provision for one in self.held}, learner__in={one.place.learner for one in self.held}
        )
        for pk, provision, learner, starts, ends in rows.order_by("pk").values_list(
            "pk", "provision", "learner", "starts", "ends"
        ):
            found.setdefault((provision, learner), []).append((pk, (starts, ends)))
        return found

    def hidden(self, places: Collection[int]) -> set[int]:
        """Which of these placements this person does not see."""
        seen = Placement.objects.visible_to(self.user).filter(pk__in=places).values_list("pk", flat=True)
        return set(places) - set(seen)

    def row(self, line: Line, now: str, then: str) -> Row:
        """A line of the preview; a place that stays has no `then`."""
        placement = self.placements[line.held.place.pk]
        return Row(
            placement.learner,
            line.held.name,
            now,
            then if line.after else "",
            line.note,
            provision=line.held.provision * line.outside,
        )


class Act(Protocol):
    """What can be done with several; `into` is the id of the provision it leads to, 0 for none."""

    @property
    def into(self) -> int:
        """The id of that provision."""

    def rows(self, ground: Ground) -> tuple[list[Row], int, str]:
        """The lines of the preview, how many change, and why nothing can be done ("" when it can)."""

    def words(self, plan: Plan, ground: Ground) -> str:
        """What was done, naming no learner."""

    def write(self, ground: Ground, change: MapChange) -> None:
        """Do it: everything it touches is locked, and was seen as it is."""


def ground_of(
    *, school: School, user: User, placements: Collection[int], learners: Collection[int] = (), into: int = 0
) -> Ground:
    """What of a selection `user` sees and may change. Raises NotAllowed when it is too much for one act."""
    for pks, noun in ((placements, "placements"), (learners, "learners")):
        if len(pks) > MOST:
            raise NotAllowed(f"That is more than {MOST:,} {noun}. Filter the map, and change fewer at a time.")
    rows = Placement.objects.visible_to(user).filter(school=school, pk__in=placements)
    rows = rows.select_related("provision", "learner", "learner__group")
    order = ("learner__surname", "learner__forename", "learner", "provision__tier", "provision__name", "pk")
    ground = Ground(school, user, {one.pk: one for one in rows.order_by(*order)})
    seen = Learner.objects.visible_to(user).filter(school=school, pk__in=learners).select_related("group")
    ground.learners = {one.pk: one for one in seen.order_by("surname", "forename", "pk")}
    wanted = {one.provision_id for one in ground.placements.values()} | ({into} if into else set())
    people = Prefetch("deliverers", Deliverer.objects.select_related("user"))
    provisions = Provision.objects.visible_to(user).filter(school=school, pk__in=wanted).select_related("responsible")
    ground.provisions = {one.pk: one for one in provisions.prefetch_related(people).order_by("tier", "name", "pk")}
    return ground


def plan_of(act: Act, ground: Ground) -> Plan:
    """What `act` would do with what was selected."""
    rows, count, refused = act.rows(ground)
    outcome = [(row.learner.pk if row.learner else 0, row.name, row.now, row.then, row.note) for row in rows]
    places = {pk: one.version for pk, one in ground.placements.items()}
    provisions = {pk: one.version for pk, one in ground.provisions.items()}
    return Plan(rows, token_of(places, provisions, outcome), count, refused)


@transaction.atomic
def do_several(
    *, act: Act, school: School, placements: Collection[int], learners: Collection[int], seen: str, by: User
) -> MapChange:
    """Do what was previewed. `seen` is the token of that preview.

    Raises Moved, with nothing written, when any of it changed since; NotAllowed when `by` may not, or it can't be.
    """
    provisions = set(Placement.objects.filter(pk__in=placements).values_list("provision", flat=True))
    lock_provisions(provisions | {act.into})
    lock_placements(placements)
    ground = ground_of(school=school, user=by, placements=placements, learners=learners, into=act.into)
    plan = plan_of(act, ground)
    if moved := moved_words(ground, seen, plan.token):
        raise Moved(moved)
    if set(placements) - set(ground.placements) or set(learners) - set(ground.learners):
        raise NotAllowed(
            "Part of the selection is not there, or not shared with you, so nothing was changed. Select again."
        )
    if plan.refused or not plan.count:
        raise NotAllowed(plan.refused or "Nothing would change.")
    for tier in {one.tier for one in ground.provisions.values()} | {
        one.provision.tier for one in ground.placements.values()
    }:
        check_can_edit(school, tier, by)
    change = open_change(school=school, kind="bulk", words=act.words(plan, ground), by=by)
    act.write(ground, change)
    audit.record("map.several", by=by, target=change, new=_of(ground))
    return change


def _of(ground: Ground) -> dict[str, list[int]]:
    return {"placements": sorted(ground.placements), "provisions": sorted(ground.provisions)}


def moved_words(ground: Ground, seen: str, now: str) -> list[str]:
    """What changed since the preview `seen` was made, a sentence each, with who did it."""
    moved = differing(seen, now)
    there = [pk for pk in ground.placements if pk in moved.places]
    last: dict[int, Any] = {}
    for row in Placement.history.filter(id__in=there).select_related("history_user").order_by("history_id"):
        last[row.id] = row.history_user
    found = []
    for pk in there:
        one, who = ground.placements[pk], last.get(pk)
        found.append(f"{one.learner.name}, {one.provision.name}: changed by {who.name if who else 'somebody else'}.")
    if gone := len(moved.places) - len(there):
        were = "placement you selected is" if gone == 1 else "placements you selected are"
        found.append(f"{gone} {were} no longer there.")
    for pk in sorted(moved.provisions):
        name = ground.provisions[pk].name if pk in ground.provisions else "A provision"
        found.append(f"{name}: the provision itself was changed.")
    if moved and not found:
        found.append("What would be written is no longer the same: somebody placed or moved learners meanwhile.")
    return found


def edit(lines: Sequence[Line], ground: Ground, change: MapChange) -> None:
    """Write the new values of `lines` into their placements."""
    rows, fields = [], set()
    for line in changing(lines):
        row = ground.placements[line.held.place.pk]
        for name, value in line.after.items():
            setattr(row, name, value)
        rows.append(row)
        fields |= set(line.after)
    change_rows(rows, sorted(fields), change=change)
    if fields & {"starts", "ends"}:
        sync_grants({row.provision_id for row in rows})


def sort_words(sort: str, count: int) -> str:
    """How many of a sort, as a preview says it."""
    return f"{count} {SORTS[sort][count != 1]}"


def days_words(starts: date, ends: date | None) -> str:
    """The days of a place, for a preview."""
    first = f"{starts.day} {starts:%b %Y}"
    return f"{first} to {ends.day} {ends:%b %Y}" if ends else f"from {first}"
