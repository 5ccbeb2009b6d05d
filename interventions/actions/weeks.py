"""The sums of a week, kept beside the log they are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, Sum

from interventions.ledger import REASONS
from interventions.models import PRESENT, Attendance, DeliveryWeek, Session
from provisionmap.school.models import School

KEY = ("school_id", "monday", "tier", "area", "intervention_id")


def monday_of(day: date) -> date:
    """The Monday of the week that holds `day`."""
    return day - timedelta(days=day.weekday())


def key_of(session: Session) -> dict[str, Any]:
    """The row of sums that `session` counts in."""
    return {
        "school_id": session.school_id,
        "monday": monday_of(session.on),
        "tier": session.tier,
        "area": session.area,
        "intervention_id": session.intervention_id,
    }


def figures_of(session: Session, rows: Iterable[Attendance]) -> dict[str, int]:
    """What a session and its attendance add to the sums of its week."""
    found = dict.fromkeys(DeliveryWeek.FIGURES, 0)
    found["sessions"] = int(session.state == "delivered")
    for row in rows:
        found["planned"] += row.planned
        if row.outcome == PRESENT:
            found["delivered"] += row.minutes
            found["catch_up"] += row.minutes if row.extra else 0
        else:
            found[row.outcome] += row.planned
    return found


def add_to_week(key: Mapping[str, Any], old: Mapping[str, int], new: Mapping[str, int]) -> None:
    """Add the difference of `new` to `old`: one statement, two where the week is new.

    Differences, because two people who log at once each see the week without the other.
    """
    more = {name: F(name) + new[name] - old[name] for name in DeliveryWeek.FIGURES if new[name] != old[name]}
    if not more:
        return
    rows = DeliveryWeek.objects.filter(**key)
    if rows.update(**more):
        return
    try:
        with transaction.atomic():
            DeliveryWeek.objects.create(**key, **{name: new[name] - old[name] for name in DeliveryWeek.FIGURES})
    except IntegrityError:  # somebody else made it meanwhile
        rows.update(**more)


def sums_of(school: School) -> dict[tuple[Any, ...], dict[str, int]]:
    """The sums as the log says, week by week. Two queries."""
    rows, sessions = Attendance.objects.filter(school=school), Session.objects.filter(school=school, state="delivered")
    found: dict[tuple[Any, ...], dict[str, int]] = {}

    def of(on: date, tier: int, area: str, intervention: int | None) -> dict[str, int]:
        key = (school.pk, monday_of(on), tier, area, intervention)
        return found.setdefault(key, dict.fromkeys(DeliveryWeek.FIGURES, 0))

    by = ("on", "tier", "area", "intervention")
    for on, tier, area, intervention, number in sessions.order_by().values_list(*by).annotate(Count("pk")):
        of(on, tier, area, intervention)["sessions"] += number
    figures: dict[str, Any] = {
        "all_planned": Sum("planned"),
        "all_delivered": Sum("minutes"),
        "all_catch_up": Sum("minutes", filter=Q(extra=True)),
    } | {f"all_{reason}": Sum("planned", filter=Q(outcome=reason)) for reason in REASONS}
    of_session = ("on", "session__tier", "session__area", "session__intervention")
    for row in rows.order_by().values(*of_session).annotate(**figures):
        sums = of(*(row[name] for name in of_session))
        for name in figures:
            sums[name[4:]] += row[name] or 0
    return {key: sums for key, sums in found.items() if any(sums.values())}


def lock_weeks(school: School, days: Iterable[date] | None = None) -> list[DeliveryWeek]:
    """Hold the sums of the weeks of `days`, or all of a school's, in one order: else two acts wait for each other."""
    rows = DeliveryWeek.objects.select_for_update().filter(school=school).order_by("pk")
    return list(rows if days is None else rows.filter(monday__in={monday_of(day) for day in days}))


@transaction.atomic
def recount(school: School) -> int:
    """Make the sums anew from the log where they differ; how many did. Run nightly, and after a disposal.

    The sums are held before the log is read, so that whoever logs meanwhile waits with theirs and adds it after.
    """
    kept = lock_weeks(school)
    right = sums_of(school)
    wrong = 0
    for row in kept:
        sums = right.pop(tuple(getattr(row, name) for name in KEY), None)
        if sums is None:
            wrong += any(getattr(row, name) for name in DeliveryWeek.FIGURES)
            row.delete()
        elif any(getattr(row, name) != sums[name] for name in DeliveryWeek.FIGURES):
            wrong += 1
            DeliveryWeek.objects.filter(pk=row.pk).update(**sums)
    made = [DeliveryWeek(**dict(zip(KEY, key, strict=True)), **sums) for key, sums in right.items()]
    DeliveryWeek.objects.bulk_create(made, ignore_conflicts=True)  # somebody logged the first of a week: tomorrow's run
    return wrong + len(made)
