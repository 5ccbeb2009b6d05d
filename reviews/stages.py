"""What a stage of a cycle (assess, plan, do, review) still lacks before it can be agreed. Pure.

A `Lack` that `blocks` stands in the way; another is said and may be left. Parents or a learner who were asked and gave
no answer stand in nobody's way: the day on which they were asked is kept.
Source: docs/domain.md, "Reviews"; CoP 6.44 to 6.56; CFA 2014, s.43 (parents are told).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from interventions.ledger import Ledger
from reviews.decisions import Decided
from reviews.decisions import lacks as lacks_of_decision
from reviews.measures import Impossible, Measure, met

STAGES = {"assess": "Assess", "plan": "Plan", "do": "Do", "review": "Review"}


@dataclass(frozen=True)
class Lack:
    """A sentence that says what to do, and whether the stage can't be agreed before."""

    words: str
    blocks: bool = True


@dataclass(frozen=True)
class Voice:
    """What somebody says about it, or the day on which they were asked in vain."""

    said: str = ""
    asked: date | None = None


def _voice(voice: Voice, who: str, today: date) -> list[Lack]:
    if voice.said.strip():
        return []
    if voice.asked is None:
        return [Lack(f"Ask {who}, or write down the day on which they were asked.")]
    if voice.asked > today:
        return [Lack(f"Asking {who} is set for {voice.asked:%d/%m/%Y}: wait for it.")]
    return [Lack(f"No answer yet from {who}, asked on {voice.asked:%d/%m/%Y}.", blocks=False)]


@dataclass(frozen=True)
class Assess:
    """What was gathered: how many results and observations, and both voices."""

    results: int
    observations: int
    learner: Voice
    parents: Voice


def assess_lacks(stage: Assess, today: date) -> list[Lack]:
    """What Assess still lacks.

    >>> stage = Assess(2, 1, Voice("I like it when we read together."), Voice(asked=date(2026, 11, 2)))
    >>> [(lack.words, lack.blocks) for lack in assess_lacks(stage, date(2026, 11, 27))]
    [('No answer yet from the parents, asked on 02/11/2026.', False)]
    """
    found = []
    if not stage.results and not stage.observations:
        found.append(Lack("Add a result or an observation: nothing says yet where the learner stands."))
    elif not stage.results:
        found.append(Lack("There is no result yet: without one nothing can be held against it later.", blocks=False))
    return found + _voice(stage.learner, "the learner", today) + _voice(stage.parents, "the parents", today)


@dataclass(frozen=True)
class Outcome:
    """An outcome as it is planned: SMART when nothing of it is missing."""

    name: str  # how it is called where something is missing, such as "Outcome 2"
    statement: str = ""
    measure: Measure | None = None
    strand: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    by_when: date | None = None
    served_by: int = 0  # placements


def outcome_lacks(one: Outcome, *, starts: date, ends: date | None = None) -> list[Lack]:
    """What keeps an outcome from being SMART: statement, measure, baseline, target, by when, and something to serve it.

    A target may keep what was reached, but not lie behind the baseline; it is due after `starts`, the first day of the
    plan. Due later than `ends`, the day of the review, is only said.

    >>> from reviews.measures import measure
    >>> reading = measure("age", "Reading age")
    >>> planned = Outcome("Outcome 1", "Reads with more fluency.", reading, "", Decimal(84), Decimal(80), served_by=1)
    >>> [lack.words for lack in outcome_lacks(planned, starts=date(2026, 11, 2))]
    ['Outcome 1: the target lies behind the baseline.', 'Outcome 1: say by when.']
    """
    found = []
    if not one.statement.strip():
        found.append(Lack(f"{one.name}: say what the learner will be able to do."))
    if one.measure is None:
        found.append(Lack(f"{one.name}: say how it is measured."))
    if one.baseline is None:
        found.append(Lack(f"{one.name}: enter the baseline."))
    if one.target is None:
        found.append(Lack(f"{one.name}: set the target."))
    if one.measure is not None and one.baseline is not None and one.target is not None:
        found += _behind(one, one.measure, one.baseline, one.target)
    if one.by_when is None:
        found.append(Lack(f"{one.name}: say by when."))
    elif one.by_when <= starts:
        found.append(Lack(f"{one.name}: it is due on {one.by_when:%d/%m/%Y}, before the plan begins."))
    elif ends and one.by_when > ends:
        found.append(Lack(f"{one.name}: it is due on {one.by_when:%d/%m/%Y}, after the review.", blocks=False))
    if not one.served_by:
        found.append(Lack(f"{one.name}: no provision serves it."))
    return found


def _behind(one: Outcome, how: Measure, baseline: Decimal, target: Decimal) -> list[Lack]:
    try:
        scale = how.scale_of(one.strand)
    except Impossible as wrong:
        return [Lack(f"{one.name}: {wrong}")]
    if not scale.lowest <= target <= scale.highest:
        return [Lack(f"{one.name}: the target lies outside {scale.lowest} to {scale.highest}.")]
    if not met(scale, baseline, target):
        return [Lack(f"{one.name}: the target lies behind the baseline.")]
    return []


@dataclass(frozen=True)
class Plan:
    """What is planned: outcomes, who agreed it, when parents were told, and the day of the review."""

    starts: date
    outcomes: Sequence[Outcome]
    agreed_by: Sequence[str]
    parents_told: date | None
    review_on: date | None


def plan_lacks(stage: Plan, today: date) -> list[Lack]:
    """What Plan still lacks.

    >>> stage = Plan(date(2026, 11, 2), [], ["SENCO"], date(2026, 11, 3), date(2026, 12, 14))
    >>> [lack.words for lack in plan_lacks(stage, date(2026, 11, 27))]
    ['Add an outcome: a plan says what is to be reached.']
    """
    found = [] if stage.outcomes else [Lack("Add an outcome: a plan says what is to be reached.")]
    for outcome in stage.outcomes:
        found += outcome_lacks(outcome, starts=stage.starts, ends=stage.review_on)
    if not any(name.strip() for name in stage.agreed_by):
        found.append(Lack("Write down who agreed it."))
    if stage.parents_told is None:
        found.append(Lack("Tell the parents, and write down the day: they have to know of the support that is given."))
    elif stage.parents_told > today:
        found.append(Lack(f"Parents will be told on {stage.parents_told:%d/%m/%Y}: wait for it."))
    if stage.review_on is None:
        found.append(Lack("Set the day of the review."))
    elif stage.review_on <= stage.starts:
        found.append(Lack("The review has to be later than the first day of the plan."))
    return found


def do_lacks(ledgers: Mapping[str, Ledger], not_begun: Sequence[str]) -> list[Lack]:
    """What Do still lacks, from the ledger of each provision to date and the provisions that have not begun.

    Minutes that nobody accounts for never stand in the way: the review has to hear of them, not wait for them.

    >>> from interventions.ledger import ledger
    >>> found = do_lacks({"Phonics": ledger(entitled=360, delivered=270, missed={"closed": 30})}, [])
    >>> [(lack.words, lack.blocks) for lack in found]
    [('Phonics: 60 of 360 minutes are not accounted for. Log them, or say why they fell out.', False)]
    """
    found = [] if ledgers else [Lack("No provision of this plan has begun.")]
    found += [Lack(f"{name} has not begun.", blocks=False) for name in not_begun]
    for name, one in ledgers.items():
        if one.unaccounted:
            words = f"{name}: {one.unaccounted} of {one.entitled} minutes are not accounted for."
            found.append(Lack(f"{words} Log them, or say why they fell out.", blocks=False))
    return found


@dataclass(frozen=True)
class Review:
    """What a review holds: its day, who was there, both voices, results, and a decision with its reason for everything.

    `results` tells of each outcome, by name, whether there is a result since the plan began; `decided` has each
    placement by name, with a decision or without.
    """

    on: date | None
    present: Sequence[str]
    learner: Voice
    parents: Voice
    results: Mapping[str, bool]
    decided: Mapping[str, Decided]
    for_learner: str = ""
    reason: str = ""
    next_on: date | None = None


def review_lacks(stage: Review, today: date) -> list[Lack]:
    """What Review still lacks. An outcome without a result is said and blocks nothing: then that is the finding.

    >>> voices = {"learner": Voice("It helps."), "parents": Voice("She reads at home now.")}
    >>> stage = Review(
    ...     date(2026, 12, 14), ["SENCO"], **voices, results={"Outcome 1": False}, decided={"Phonics": Decided(7, "")},
    ...     for_learner="carry_on", reason="On the way.", next_on=date(2027, 3, 15))
    >>> [lack.words for lack in review_lacks(stage, date(2026, 12, 14))]
    ['Outcome 1 has no result.', 'Decide how Phonics goes on: continue, modify, escalate or exit.']
    """
    found = []
    if stage.on is None:
        found.append(Lack("Enter the day of the review."))
    elif stage.on > today:
        found.append(Lack(f"The review is on {stage.on:%d/%m/%Y}: agree it then."))
    if not any(name.strip() for name in stage.present):
        found.append(Lack("Write down who took part."))
    found += _voice(stage.learner, "the learner", today) + _voice(stage.parents, "the parents", today)
    found += [Lack(f"{name} has no result.", blocks=False) for name, known in stage.results.items() if not known]
    for name, one in stage.decided.items():
        found += [Lack(words) for words in lacks_of_decision(one, name)]
    if not stage.for_learner:
        found.append(Lack("Decide about the learner: carry on, step up, specialist, assessment or step down."))
    elif not stage.reason.strip():
        found.append(Lack("Say why it was decided so for the learner."))
    if stage.next_on is None:
        found.append(Lack("Set the day of the next review.", blocks=stage.for_learner != "step_down"))
    elif stage.on and stage.next_on <= stage.on:
        found.append(Lack("The next review has to be later than this one."))
    return found


def can_be_agreed(lacks: Sequence[Lack]) -> bool:
    """Whether nothing that is lacking stands in the way.

    >>> can_be_agreed([Lack("…", blocks=False)]), can_be_agreed([Lack("…")])
    (True, False)
    """
    return not any(lack.blocks for lack in lacks)


def why_not_now(stage: str, agreed: Sequence[str]) -> str:
    """Why `stage` can't be agreed before another one is, or "".

    >>> why_not_now("review", ["assess"])
    'Agree Plan first: Review looks back on it.'
    >>> why_not_now("plan", ["assess"]), why_not_now("assess", [])
    ('', '')
    """
    order = list(STAGES)
    for earlier in order[: order.index(stage)]:
        if earlier not in agreed and earlier != "do":  # Do fills itself while it runs; nobody has to agree it
            return f"Agree {STAGES[earlier]} first: {STAGES[stage]} looks back on it."
    return ""
