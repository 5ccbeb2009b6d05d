"""What was owed, what was delivered, and what is still to be caught up, in minutes. Pure.

Source: docs/domain.md, "Delivery". Minutes of a learner are never divided by the size of the group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal

# Why something was not delivered. Nobody has to catch up the first two, and one of the two percentages leaves them out.
REASONS = {
    "learner_absent": "Learner absent",
    "closed": "School closed",
    "staff_absent": "Staff absent",
    "trip": "Trip or event",
    "room": "No room",
    "other": "Other",
}
EXCUSED = frozenset({"learner_absent", "closed"})
TENTH = Decimal("0.1")


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in per cent, to a tenth, half up; None where nothing was owed.

    >>> share(780, 1140), share(780, 1020), share(0, 0)
    (Decimal('68.4'), Decimal('76.5'), None)
    """
    return (Decimal(part) * 100 / whole).quantize(TENTH, ROUND_HALF_UP) if whole else None


@dataclass(frozen=True)
class Ledger:
    """Minutes of one placement over some days, or the sum over several. Made by `ledger` and by adding, never by hand.

    `unaccounted` is what nobody said anything about, `owed` what is still to be caught up, `over` what was given beyond
    what was owed: with one learner it fills no other learner's gap, so sums add them up.
    """

    entitled: int = 0
    planned: int = 0  # by the timetable; the dose says what is owed
    delivered: int = 0
    catch_up: int = 0  # of what was delivered: in sessions that were added
    missed: Mapping[str, int] = field(default_factory=dict)  # by reason, as keys of REASONS
    unaccounted: int = 0
    owed: int = 0
    over: int = 0

    @property
    def explained(self) -> int:
        """Not delivered, for a reason that was given."""
        return sum(self.missed.values())

    @property
    def excused(self) -> int:
        """Not delivered because the learner was absent or the school closed."""
        return sum(minutes for reason, minutes in self.missed.items() if reason in EXCUSED)

    @property
    def accounted(self) -> int:
        """Delivered or explained."""
        return self.delivered + self.explained

    @property
    def remaining(self) -> int:
        """What was owed and not delivered, whatever the reason."""
        return max(0, self.entitled - self.delivered)

    @property
    def of_entitlement(self) -> Decimal | None:
        """Delivered in per cent of all that was owed."""
        return share(self.delivered, self.entitled)

    @property
    def of_possible(self) -> Decimal | None:
        """Delivered in per cent of what was owed, less absence of the learner and closures."""
        return share(self.delivered, max(0, self.entitled - self.excused))

    def __add__(self, other: Ledger) -> Ledger:
        """Several placements together: each of their figures added."""
        missed = {
            reason: minutes
            for reason in REASONS
            if (minutes := self.missed.get(reason, 0) + other.missed.get(reason, 0))
        }
        added = {
            one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self) if one.name != "missed"
        }
        return Ledger(missed=missed, **added)


def ledger(
    *, entitled: int, delivered: int, missed: Mapping[str, int] | None = None, planned: int = 0, catch_up: int = 0
) -> Ledger:
    """The ledger of one placement over some days. Raises ValueError for less than nothing, and for an unknown reason.

    >>> year = ledger(entitled=1140, delivered=780, missed={"learner_absent": 90, "staff_absent": 150, "closed": 30})
    >>> year.accounted, year.unaccounted, year.remaining, year.owed, year.of_entitlement, year.of_possible
    (1050, 90, 360, 240, Decimal('68.4'), Decimal('76.5'))
    """
    known = {reason: minutes for reason, minutes in (missed or {}).items() if minutes}
    explained = excused = 0
    for reason, minutes in known.items():
        if reason not in REASONS:
            raise ValueError(f"not a reason: {reason!r}")
        explained += minutes
        excused += minutes if reason in EXCUSED else 0
    if min(entitled, delivered, planned, catch_up, *known.values()) < 0:
        raise ValueError("minutes are never less than none")
    possible = max(0, entitled - excused)
    return Ledger(
        entitled=entitled,
        planned=planned,
        delivered=delivered,
        catch_up=catch_up,
        missed=known,
        unaccounted=max(0, entitled - delivered - explained),
        owed=max(0, possible - delivered),
        over=max(0, delivered - possible),
    )


def total(ledgers: Iterable[Ledger]) -> Ledger:
    """All of them together.

    >>> short, long = ledger(entitled=60, delivered=0), ledger(entitled=60, delivered=90)
    >>> both = total([short, long])
    >>> both.owed, both.over
    (60, 30)
    """
    return sum(ledgers, Ledger())
