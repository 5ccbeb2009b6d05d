"""Changing from one set of tiers to the other on a day: planned, applied, cancelled."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from interventions.actions.changes import add_rows, change_rows, lock_provisions, open_change
from interventions.actions.tier_sets import enter_set, make_way
from interventions.models import Intervention, MapChange, TierMove, TierPlan
from interventions.tier_rules import Thing, doubles, lands_on, moved_since
from interventions.tier_things import first_day_for, things_of
from provisionmap.school import audit
from provisionmap.school.access import NotAllowed
from provisionmap.school.actions.school import BEFORE_ALL
from provisionmap.school.models import TIER_SETS, School, TierLabel, User
from provisionmap.school.permissions import check_can_set

logger = logging.getLogger(__name__)
FURTHEST = timedelta(days=366)  # a school plans its next year, not the one after
WORDS = dict(School.TIER_SET_CHOICES)


@dataclass(frozen=True)
class Choice:
    """What somebody chose: the set, the day, a rule for each present tier, and what goes another way by hand."""

    new_set: str
    on: date
    rules: Mapping[int, str] = field(default_factory=dict)
    by_hand: Mapping[str, int] = field(default_factory=dict)


class MovedMeanwhile(Exception):
    """Provisions or entries changed since the preview: nothing was written. `names` says which."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("changed meanwhile")
        self.names = names


def check_day(school: School, choice: Choice, today: date) -> None:
    """Raises NotAllowed for a day or a set from which nothing can change."""
    if choice.new_set == school.tier_set:
        raise NotAllowed(f"Your tiers are {WORDS[choice.new_set]} already. Choose the other set.")
    if choice.on > today + FURTHEST:
        raise NotAllowed("Choose a day within a year.")
    first = first_day_for(school)
    if first and choice.on < first:
        raise NotAllowed(
            f"Your tiers or their names changed, or will, on {first:%d/%m/%Y}. Choose that day or a later one."
        )
    waiting = TierPlan.objects.planned().filter(school=school).first()
    if waiting:
        raise NotAllowed(f"A change is planned for {waiting.on:%d/%m/%Y} already. Cancel it first.")


def landing(things: list[Thing], choice: Choice) -> dict[str, int]:
    """Where each of `things` goes. Raises NotAllowed where two library entries of one name would meet in a tier."""
    after = {thing.key: lands_on(thing, choice.rules, choice.by_hand) for thing in things}
    if names := doubles(things, after):
        raise NotAllowed(
            f"The library would have two entries in one tier called {' and '.join(names)}. "
            "Choose another tier for one of them by hand, or give it another name first."
        )
    return after


@transaction.atomic
def change_tier_set(*, school: School, choice: Choice, seen: str, today: date, by: User) -> TierPlan:
    """Go over to another set of tiers on a day: at once when the day has come, else planned until then.

    `seen` is the seal of what was read. Raises NotAllowed, or MovedMeanwhile with nothing written.
    """
    check_can_set(school, by)
    current = School.objects.select_for_update(no_key=True).get(pk=school.pk)
    check_day(current, choice, today)
    things = things_of(current, choice.on)
    if names := moved_since(seen, things):
        raise MovedMeanwhile(names)
    landing(things, choice)
    plan = TierPlan.objects.create(
        school=current,
        by=by,
        on=choice.on,
        old_set=current.tier_set,
        new_set=choice.new_set,
        rules={str(tier): rule for tier, rule in choice.rules.items()},
        by_hand=dict(choice.by_hand),
    )
    if choice.on > today:
        audit.record("tiers.plan", by=by, target=plan, new={"on": plan.on, "new_set": plan.new_set})
        return plan
    return _apply(plan)


def choice_of(plan: TierPlan) -> Choice:
    """What was chosen for a plan."""
    rules = {int(tier): rule for tier, rule in plan.rules.items()}
    return Choice(plan.new_set, plan.on, rules, plan.by_hand)


def _apply(plan: TierPlan) -> TierPlan:
    """Write a plan, whose row the caller holds: tiers, their moves, the library, and what the tiers are called."""
    school, choice = plan.school, choice_of(plan)
    things = things_of(school, plan.on)
    after = landing(things, choice)
    moving = [thing for thing in things if after[thing.key] != thing.tier]
    words = f"Changed the tiers to {WORDS[plan.new_set]} from {plan.on:%d/%m/%Y}"
    change = open_change(school=school, kind="tiers", words=words, by=plan.by)
    moves = []
    provisions = lock_provisions(thing.pk for thing in moving if not thing.is_entry)
    for provision in provisions:
        old, provision.tier = provision.tier, after[f"p{provision.pk}"]
        if provision.starts < plan.on:
            moves.append(TierMove(provision=provision, on=plan.on, old=old, new=provision.tier))
    change_rows(provisions, ["tier"], change=change)
    add_rows(moves, change=change)
    entries = list(
        Intervention.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in moving if one.is_entry])
    )
    for entry in entries:
        entry.tier = after[f"e{entry.pk}"]
    make_way([entry.pk for entry in entries])
    change_rows(entries, ["tier", "archived_at"], change=change)
    _rename(school, TIER_SETS[plan.new_set], plan.on, change)
    enter_set(school, plan.new_set, by=plan.by)
    plan.state, plan.trouble, plan.change = "applied", "", change
    plan.save(update_fields=["state", "trouble", "change"])
    return plan


def _rename(school: School, names: Mapping[int, str], on: date, change: MapChange) -> None:
    """Call the tiers `names` from `on`; earlier days keep what they had."""
    rows = {(row.code, row.starts): row for row in school.tier_labels.all()}
    before = school.tiers_on(on - timedelta(days=1))
    new, changed = [], []
    for code in sorted({*before, *names}):
        wanted = {on: names.get(code, "")}
        if not any(known == code and starts < on for known, starts in rows):
            wanted[BEFORE_ALL] = before.get(code, "")
        for starts, label in wanted.items():
            row = rows.get((code, starts))
            if row is None:
                new.append(TierLabel(school=school, code=code, starts=starts, label=label))
            elif row.label != label:
                row.label = label
                changed.append(row)
    add_rows(new, change=change)
    change_rows(changed, ["label"], change=change)


@transaction.atomic
def cancel_plan(*, plan: TierPlan, by: User) -> None:
    """Give up a planned change. Raises NotAllowed when it was applied or cancelled already."""
    check_can_set(plan.school, by)
    if not TierPlan.objects.planned().filter(pk=plan.pk).update(state="cancelled", trouble=""):
        raise NotAllowed("This change is no longer planned: it was applied or cancelled meanwhile.")
    audit.record("tiers.cancel", by=by, target=plan, new={"on": plan.on, "new_set": plan.new_set})


def apply_due(today: date) -> int:
    """Apply the plans whose day has come; return how many. One that can't be stays, and says why.

    Safe twice and together: a plan is held while it is applied, and is planned only once.
    """
    return sum(apply_plan(pk) for pk in TierPlan.objects.due(today).values_list("pk", flat=True))


@transaction.atomic
def apply_plan(pk: int) -> int:
    """Apply one plan, if it is still planned and can be; return how many that were."""
    plan = TierPlan.objects.select_for_update(of=("self",)).select_related("school", "by").get(pk=pk)
    School.objects.select_for_update(no_key=True).get(pk=plan.school_id)
    if plan.state != "planned":
        return 0
    try:
        _apply(plan)
    except NotAllowed as why:
        TierPlan.objects.filter(pk=pk).update(trouble=str(why)[:300])
        logger.warning("tiers not changed", extra={"school": plan.school_id})
        return 0
    return 1
