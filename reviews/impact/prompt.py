"""What a review asks before it decides: about delivery first, then how it goes on; never what to decide. Pure.

Source: docs/domain.md, "Impact"; the four-point rule (NextPath, "Progress monitoring decision rules"), whose advice is
turned into questions here. All four decisions are always asked about, in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reviews.decisions import PLACEMENT
from reviews.impact.change import BETTER, UNKNOWN, WORSE
from reviews.impact.strength import ENOUGH, Level, Strength
from reviews.impact.trend import AROUND, BEYOND, FEW, SHORT

UNDELIVERED, OPEN, AHEAD, BEHIND, BETWEEN = "undelivered", "open", "ahead", "behind", "between"
ASKED = {
    UNDELIVERED: {
        "continue": "Can it be delivered as planned from now on, so that the next review can judge it?",
        "modify": "Would another time, place, group or adult let it be delivered?",
        "escalate": "Is there a reason for a higher tier that does not rest on results of what was hardly delivered?",
        "exit": "If it can't be delivered here, what could be in its place?",
    },
    OPEN: {
        "continue": "What has to be measured, and when, so that the next review can judge it?",
        "modify": "Is anything known, other than results, that asks for a change now?",
        "escalate": "Is there a reason for a higher tier that does not rest on these results?",
        "exit": "Is there a reason to end it that does not rest on these results?",
    },
    AHEAD: {
        "continue": "Is there more to gain from the same again, or a further target to set?",
        "modify": "Could fewer or shorter sessions hold what was gained?",
        "escalate": "Does anything else about this learner ask for a higher tier?",
        "exit": "Does the learner use it in lessons without help, so that it could end?",
    },
    BEHIND: {
        "continue": "What speaks for more of the same: was the time too short, or the target too far?",
        "modify": "Would another dose, group, adult or approach fit the learner better?",
        "escalate": "Has enough been tried at this tier to ask for more than it offers?",
        "exit": "Does it still serve the right need, or would something else serve it better?",
    },
    BETWEEN: {
        "continue": "Is the learner on the way, and when will it be looked at again?",
        "modify": "Is there something small that would help it along?",
        "escalate": "Does anything else about this learner ask for a higher tier?",
        "exit": "Is what was hoped for reached, or out of reach this way?",
    },
}
NOTICED = {
    BEYOND: "The last four results all lie beyond the aim line.",
    SHORT: "The last four results all fall short of the aim line.",
    AROUND: "The last four results lie around the aim line.",
    FEW: "There are fewer than four results since the baseline, too few to hold against an aim line.",
}


@dataclass(frozen=True)
class Question:
    """A question, and the decision it is about: a key of decisions.PLACEMENT, "delivery" or "evidence"."""

    about: str
    words: str


@dataclass(frozen=True)
class Prompt:
    """What was noticed, in sentences, and what to ask, in order."""

    situation: str
    noticed: tuple[str, ...]
    questions: tuple[Question, ...]


def _situation(delivered: Decimal | None, standing: str, reliable: str, level: Level) -> str:
    if delivered is not None and delivered < ENOUGH:
        return UNDELIVERED
    if level is Level.CANNOT:
        return OPEN
    signs = {sign for sign in (standing, reliable) if sign in (BEYOND, SHORT, BETTER, WORSE)}
    if signs and signs <= {BEYOND, BETTER}:
        return AHEAD
    return BEHIND if signs and signs <= {SHORT, WORSE} else BETWEEN


def _about_delivery(delivered: Decimal | None) -> Question:
    if delivered is None:
        words = "How often did it take place, and was it done as it is meant to be?"
    elif delivered < ENOUGH:
        words = f"{delivered} % of what was owed was delivered, too little to judge. What kept it from happening?"
    else:
        words = f"{delivered} % of what was owed was delivered. Was it done as it is meant to be, by somebody trained?"
    return Question("delivery", words)


def prompt(delivered: Decimal | None, standing: str, reliable: str, evidence: Strength) -> Prompt:
    """What to ask about a placement before deciding how it goes on.

    `delivered` is in per cent of all that was owed, None where unknown; `standing` is one of BEYOND, SHORT, AROUND and
    FEW; `reliable` says what the change is worth; `evidence` is how strong the claim is. Where delivery or evidence is
    too thin, no question takes the results as known. Where line and change disagree, neither leads.

    >>> from reviews.impact.strength import Reason
    >>> thin = Strength(Level.CANNOT, (Reason("delivered", "Not enough delivered to judge.", Level.CANNOT),))
    >>> asked = prompt(Decimal("68.4"), SHORT, UNKNOWN, thin)
    >>> asked.questions[0].words
    '68.4 % of what was owed was delivered, too little to judge. What kept it from happening?'
    >>> [one.about for one in asked.questions]
    ['delivery', 'evidence', 'continue', 'modify', 'escalate', 'exit']
    """
    situation = _situation(delivered, standing, reliable, evidence.level)
    noticed = [NOTICED[standing]]
    if reliable != UNKNOWN:
        noticed.append(f"From the first to the last result: {reliable}.")
    noticed += evidence.words
    questions = [_about_delivery(delivered)]
    if evidence.level <= Level.WEAK:
        questions.append(Question("evidence", "What would have to be known to decide with more certainty?"))
    questions += [Question(decision, ASKED[situation][decision]) for decision in PLACEMENT]
    return Prompt(situation, tuple(noticed), tuple(questions))
