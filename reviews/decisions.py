"""What a review may decide, for a placement and for a learner, and what the next cycle takes over. Pure.

A rule gives the sentence why something may not be decided, or "": the same sentence refuses, and stands beside the
choice. Source: docs/domain.md, "Reviews"; CoP 6.44 to 6.56 for the cycle that goes on from itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reviews.measures import Scale, met

PLACEMENT = {
    "continue": "Continue as it is",
    "modify": "Modify",
    "escalate": "Escalate to a higher tier",
    "exit": "Exit",
}
LEARNER = {
    "carry_on": "Carry on with the graduated approach",
    "step_up": "Step up",
    "specialist": "Seek a specialist",
    "consider_assessment": "Consider an EHC needs assessment",
    "step_down": "Step down",
}
GOES_ON = frozenset({"continue", "modify", "escalate"})


def why_not_placement(decision: str, *, tier: int, tiers: Iterable[int], leaves: bool = False) -> str:
    """Why `decision` may not be taken for a placement in `tier`, or "". `tiers` are those the school uses.

    Tiers are no ladder: whatever is higher may be next. `leaves` is a learner who is leaving the school.
    Raises ValueError for a word that is no decision.

    >>> why_not_placement("escalate", tier=3, tiers=[1, 2, 3])
    'Tier 3 is the highest the school uses: modify the provision, or decide about the learner as a whole.'
    >>> why_not_placement("continue", tier=3, tiers=[1, 2, 3])
    ''
    """
    if decision not in PLACEMENT:
        raise ValueError(f"not a decision about a placement: {decision!r}")
    if leaves and decision != "exit":
        return "The learner is leaving the school: the placement can only end."
    if decision == "escalate" and tier >= max(tiers):
        return (
            f"Tier {tier} is the highest the school uses: modify the provision, or decide about the learner as a whole."
        )
    return ""


def why_not_learner(decision: str, *, provision: str, placed_above_tier_1: bool = False) -> str:
    """Why `decision` may not be taken for a learner at SEN provision N, K or E, or "".

    A request for an assessment may be made for anybody who may have special educational needs (CFA 2014, s.36), so N
    is no bar. What a plan says is for the local authority to change, at an annual review or an early one (s.44).
    Raises ValueError for a word that is no decision, and for another code of provision.

    >>> why_not_learner("consider_assessment", provision="E")
    'There is an EHC plan already: ask the local authority for an early review of it.'
    """
    if decision not in LEARNER:
        raise ValueError(f"not a decision about a learner: {decision!r}")
    if provision not in ("N", "K", "E"):
        raise ValueError(f"not a code of SEN provision: {provision!r}")
    if provision == "E":
        if decision == "consider_assessment":
            return "There is an EHC plan already: ask the local authority for an early review of it."
        if decision == "step_down":
            return "An EHC plan is ended or changed by the local authority: say so at its annual review."
    if decision == "step_down" and provision == "N" and not placed_above_tier_1:
        return "There is nothing to step down from: the learner has no SEN support and nothing beyond tier 1."
    return ""


def doubts_about(learner: str, placements: Sequence[str]) -> list[str]:
    """What looks odd between the decision about a learner and those about the placements; nothing is refused.

    >>> doubts_about("step_down", ["escalate", "exit"])
    ['The learner steps down, and a placement goes to a higher tier. Is that meant?']
    """
    found = []
    if learner == "step_down" and "escalate" in placements:
        found.append("The learner steps down, and a placement goes to a higher tier. Is that meant?")
    if learner in ("step_up", "carry_on") and placements and not GOES_ON & set(placements):
        words = "steps up" if learner == "step_up" else "carries on"
        found.append(f"The learner {words}, and every placement ends. What comes in their place?")
    return found


@dataclass(frozen=True)
class Decided:
    """A decision about a placement: which, why, what changes if it is modified, and the outcomes that it serves."""

    placement: int
    decision: str
    reason: str = ""
    changes: str = ""
    outcomes: frozenset[int] = frozenset()


def lacks(one: Decided, name: str) -> list[str]:
    """What a decision about the placement called `name` still lacks, as sentences.

    >>> lacks(Decided(7, "modify", "Four results lie short of the aim line."), "Phonics")
    ['Say what changes in Phonics.']
    """
    if not one.decision:
        return [f"Decide how {name} goes on: continue, modify, escalate or exit."]
    found = [] if one.reason.strip() else [f"{name}: give the reason for “{PLACEMENT[one.decision]}”."]
    if one.decision == "modify" and not one.changes.strip():
        found.append(f"Say what changes in {name}.")
    return found


@dataclass(frozen=True)
class Aimed:
    """An outcome at the time of a review: its scale and target, and its last result, if there is any."""

    outcome: int
    scale: Scale
    target: Decimal
    last: Decimal | None = None
    on: date | None = None

    @property
    def reached(self) -> bool:
        """Whether the last result reaches the target."""
        return self.last is not None and met(self.scale, self.target, self.last)


@dataclass(frozen=True)
class Next:
    """What the next cycle begins with.

    `kept` placements go on as they are, `changed` with what was said, `higher` are to be planned anew in a higher tier,
    `ended` end. `outcomes` go on with the last result as their baseline, where there is one; of them `unserved` have no
    placement any more and wait for one; `reached` are done and stay in the record.
    """

    kept: tuple[int, ...]
    changed: Mapping[int, str]
    higher: tuple[int, ...]
    ended: tuple[int, ...]
    outcomes: Mapping[int, Decimal | None]
    unserved: tuple[int, ...]
    reached: tuple[int, ...]


def next_cycle(decided: Iterable[Decided], outcomes: Iterable[Aimed]) -> Next:
    """What the next cycle takes over from a review, whatever the order of its decisions.

    Raises ValueError for a placement without a decision or decided twice.

    >>> scale = Scale(Decimal(0), Decimal(100))
    >>> goals = [Aimed(1, scale, Decimal(90), Decimal(95)), Aimed(2, scale, Decimal(90), Decimal(60))]
    >>> after = next_cycle([Decided(7, "exit", "Reached.", outcomes=frozenset({1, 2}))], goals)
    >>> after.ended, after.reached, after.outcomes, after.unserved
    ((7,), (1,), {2: Decimal('60')}, (2,))
    """
    by_decision: dict[str, list[int]] = {decision: [] for decision in PLACEMENT}
    changed: dict[int, str] = {}
    served: set[int] = set()
    seen: set[int] = set()
    for one in sorted(decided, key=lambda each: each.placement):
        if one.decision not in PLACEMENT or one.placement in seen:
            raise ValueError("each placement is decided once before the next cycle begins")
        seen.add(one.placement)
        by_decision[one.decision].append(one.placement)
        if one.decision == "modify":
            changed[one.placement] = one.changes
        if one.decision in GOES_ON:
            served |= one.outcomes
    ordered = sorted(outcomes, key=lambda each: each.outcome)
    on = {aimed.outcome: aimed.last for aimed in ordered if not aimed.reached}
    return Next(
        kept=tuple(by_decision["continue"]),
        changed=changed,
        higher=tuple(by_decision["escalate"]),
        ended=tuple(by_decision["exit"]),
        outcomes=on,
        unserved=tuple(outcome for outcome in on if outcome not in served),
        reached=tuple(aimed.outcome for aimed in ordered if aimed.reached),
    )
