"""What tells provisions of one name apart: whose they are, who gives them, when. A few queries for all of a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from django.db.models import Prefetch, QuerySet

from interventions.models import Deliverer, Placement, Provision, Slot
from provisionmap.school.calendar import Span
from provisionmap.school.models import User

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
MOST_CLASSES = 3  # named one by one; more are counted


def told_apart(provisions: QuerySet[Provision]) -> QuerySet[Provision]:
    """`provisions` with what `people_of` and `classes_of` read of each."""
    people = Prefetch("deliverers", Deliverer.objects.select_related("user"))
    return provisions.select_related("responsible", "group").prefetch_related(people)


def people_of(provision: Provision, day: date) -> str:
    """Who delivers it on `day`, or on its own day nearest to that; else who answers for it; "" where nobody does."""
    near = min(max(day, provision.starts), provision.ends or day)
    there = [
        str(one)
        for one in provision.deliverers.all()
        if (one.starts is None or one.starts <= near) and (one.ends is None or one.ends >= near)
    ]
    return ", ".join(there) or provision.answers


def classes_of(provisions: Iterable[Provision], user: User) -> dict[int, str]:
    """The class of each provision: the one it is for, else those of its learners whom `user` sees."""
    rows = list(provisions)
    names: dict[int, list[str]] = {}
    placed = (
        Placement.objects.visible_to(user).filter(provision__in=[one.pk for one in rows]).exclude(learner__group=None)
    )
    for pk, name in placed.order_by("learner__group__name").values_list("provision", "learner__group__name").distinct():
        names.setdefault(pk, []).append(name)
    return {one.pk: one.group.name if one.group else _words(names.get(one.pk, [])) for one in rows}


def _words(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= MOST_CLASSES else f"{len(names)} classes"


def times_in_words(times: Iterable[tuple[int, time]]) -> str:
    """Times of the week, as weekday and time, with the days of one time together.

    >>> times_in_words([(0, time(9, 15)), (2, time(9, 15)), (4, time(14))])
    'Mon, Wed 09:15; Fri 14:00'
    >>> times_in_words([(day, time(9, 15)) for day in range(5)])
    'every day 09:15'
    """
    of: dict[time, list[str]] = {}
    for weekday, at in sorted(set(times)):
        of.setdefault(at, []).append(DAYS[weekday])
    return "; ".join(
        f"{'every day' if len(days) == len(DAYS) else ', '.join(days)} {at:%H:%M}" for at, days in of.items()
    )


def times_of(provisions: Iterable[int], span: Span) -> dict[int, str]:
    """The times of the week of each provision that count within `span`, in words. One query."""
    found: dict[int, list[tuple[int, time]]] = {}
    rows = Slot.objects.filter(provision__in=list(provisions)).between(span.starts, span.ends).order_by()
    for pk, weekday, at in rows.values_list("provision", "weekday", "at"):
        found.setdefault(pk, []).append((weekday, at))
    return {pk: times_in_words(times) for pk, times in found.items()}


def marks_of(provisions: QuerySet[Provision], user: User, span: Span) -> dict[int, str]:
    """What stands small beside the name of each provision: who gives it, for which class, when. Four queries."""
    rows = list(told_apart(provisions))
    classes, times = classes_of(rows, user), times_of([one.pk for one in rows], span)
    return {
        one.pk: " · ".join(words for words in (people_of(one, span.ends), classes[one.pk], times.get(one.pk)) if words)
        for one in rows
    }
