"""What a card of the Today page sends: one entry about one session."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from interventions.actions.logging import Target
from interventions.ledger import REASONS
from interventions.said import DELIVERED, MISSED, MOST_MINUTES, STATES, Heard, Said
from provisionmap.web import typed

MOST_LEARNERS = 60  # on one card
CLOCK = timedelta(days=730)  # how far a device's clock may be out: years that no page can show are none
BROKEN = "This card was not sent whole. Open Today again and log it anew."
WHY = "Say why it was not delivered."
MINUTES = f"Minutes are a whole number from 1 to {MOST_MINUTES}."
MINUTES_OF_ONE = f"Minutes of a learner are a whole number from 0 to {MOST_MINUTES}."
TIME = "Say when it was, as in 09:15."


class Unreadable(Exception):
    """What is wrong with a card, by field, in sentences for whoever sent it."""

    def __init__(self, **errors: str) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _minutes(text: str | None, least: int) -> int | None:
    """Raises ValueError for what is no number of minutes; None where nothing was typed."""
    text = typed.words(text)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= MOST_MINUTES:
        raise ValueError(text)
    return int(text)


def _made(text: str | None, now: datetime) -> datetime:
    """When the device says that it was made; now, where it says nothing that can be read or its clock is far out."""
    try:
        made = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
        made = made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return now
    return made if abs(made - now) <= CLOCK else now


def _heard(sent: Any, pk: str, here: frozenset[str]) -> Heard:
    outcome = "present" if pk in here else sent.get(f"why-{pk}", "") or "learner_absent"
    if outcome != "present" and outcome not in REASONS:
        raise Unreadable(form=BROKEN)
    try:
        minutes = _minutes(sent.get(f"minutes-{pk}"), 0)
    except ValueError:
        raise Unreadable(**{f"minutes-{pk}": MINUTES_OF_ONE}) from None
    engaged = sent.get(f"engaged-{pk}", "")
    return Heard(
        outcome=outcome,
        minutes=minutes if outcome == "present" else None,
        engagement=int(engaged) if engaged in set("12345") and outcome == "present" else None,
        note=typed.words(sent.get(f"note-{pk}"), 300),
    )


def _time(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text or "").replace(tzinfo=None)
    except ValueError:
        return None


def target_of(sent: Mapping[str, Any]) -> Target:
    """The session that the card is about. Raises NotAllowed for a card that is none of ours."""
    at, minutes = _time(sent.get("at")), typed.number(sent.get("length"))
    return Target.read(sent.get("key", ""), at=at, minutes=minutes)


def check_new(target: Target) -> None:
    """Raises Unreadable unless a session that no timetable plans says when it was and how long."""
    if target.kind != "new":
        return
    wrong = {"at": TIME} if target.at is None else {}
    if not 1 <= target.minutes <= MOST_MINUTES:
        wrong["length"] = MINUTES
    if wrong:
        raise Unreadable(**wrong)


def said_of(sent: Any, now: datetime) -> Said:
    """The entry that the card makes. Raises Unreadable, with a sentence for each field that can't be read."""
    client, state = _uuid(sent.get("client")), sent.get("state", "")
    who = [pk for pk in sent.getlist("who") if typed.number(pk)]
    if client is None or state not in STATES or len(who) > MOST_LEARNERS:
        raise Unreadable(form=BROKEN)
    reason = sent.get("reason", "") if state == MISSED else ""
    if state == MISSED and reason not in REASONS:
        raise Unreadable(reason=WHY)
    try:
        actual = _minutes(sent.get("actual"), 1) if state == DELIVERED else None
    except ValueError:
        raise Unreadable(actual=MINUTES) from None
    here = frozenset(sent.getlist("here"))
    return Said(
        client=client,
        made_at=_made(sent.get("made"), now),
        state=state,
        reason=reason,
        actual=actual,
        note=typed.words(sent.get("note"), 500),
        learners={int(pk): _heard(sent, pk, here) for pk in who},
        after=_uuid(sent.get("after")),
    )
