"""Sight follows work: who delivers or answers for a provision may see the learners placed in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Q, Value
from django.db.models.functions import Coalesce, Greatest, Least

from interventions.models import Deliverer, Placement, Provision
from learners.models import Grant


class Span(NamedTuple):
    """Somebody's, or some learner's, time in a provision."""

    who: int
    starts: date
    ends: date | None

    def within(self, other: Span) -> bool:
        """Whether every day of this span is a day of `other`; one span lies within itself."""
        return self.starts >= other.starts and (
            other.ends is None or (self.ends is not None and self.ends <= other.ends)
        )


def _earlier(*days: date | None) -> date | None:
    known = [day for day in days if day]
    return min(known) if known else None


def _source(provision: int) -> str:
    return f"provision:{provision}"


def _grants(provision: int, people: Iterable[Span], learners: Collection[Span]) -> list[Grant]:
    """Each adult sees each learner while both are in it: the later start to the earlier end."""
    wanted: dict[tuple[int, int, date], Grant] = {}
    for person in people:
        for place in learners:
            starts, ends = max(person.starts, place.starts), _earlier(person.ends, place.ends)
            if ends is None or ends >= starts:
                wanted[person.who, place.who, place.starts] = Grant(
                    content_object_id=place.who, user_id=person.who, source=_source(provision), starts=starts, ends=ends
                )
    return list(wanted.values())


def sync_grants(provisions: Collection[int]) -> None:
    """Make the grants of these provisions what their people and placements say: five queries, however many.

    Called after any of them changes, or is gone.
    """
    people: dict[int, list[Span]] = {pk: [] for pk in provisions}
    rows = {row.pk: row for row in Provision.objects.filter(pk__in=provisions)}
    for one in Deliverer.objects.filter(provision__in=rows).exclude(user=None):
        row = rows[one.provision_id]
        people[row.pk].append(Span(one.user_id or 0, one.starts or row.starts, _earlier(one.ends, row.ends)))
    for row in rows.values():
        if row.responsible_id:
            people[row.pk].append(Span(row.responsible_id, row.starts, row.ends))
    learners: dict[int, list[Span]] = {pk: [] for pk in provisions}
    for provision, learner, starts, ends in Placement.objects.filter(provision__in=rows).values_list(
        "provision", "learner", "starts", "ends"
    ):
        learners[provision].append(Span(learner, starts, ends))
    Grant.ever.filter(source__in=[_source(pk) for pk in provisions]).delete()
    Grant.ever.bulk_create([grant for pk in rows for grant in _grants(pk, people[pk], learners[pk])])


@dataclass(frozen=True)
class Share:
    """One learner's places in one provision, by placement, and the adults of it: what their grants follow from."""

    provision: Provision
    learner: int
    places: dict[int, Span]
    people: set[Span]

    @classmethod
    def read(cls, provision: Provision, learner: int) -> Share:
        """One query, because a save from a cell must be short."""
        known: Any = Provision.objects.annotate(
            theirs=FilteredRelation("placements", condition=Q(placements__learner=learner))
        )
        rows = known.filter(pk=provision.pk).values_list(
            "theirs__pk", "theirs__starts", "theirs__ends", "deliverers__user", "deliverers__starts", "deliverers__ends"
        )
        places, people = {}, set()
        for pk, starts, ends, user, begins, stops in rows:
            if pk:
                places[pk] = Span(learner, starts, ends)
            if user:
                people.add(Span(user, begins or provision.starts, _earlier(stops, provision.ends)))
        if provision.responsible_id:
            people.add(Span(provision.responsible_id, provision.starts, provision.ends))
        return cls(provision, learner, places, people)

    def meets(self, placement: int | None, starts: date, ends: date | None) -> bool:
        """Whether another place than `placement` has a day of the span from `starts` to `ends`."""
        return any(
            pk != placement and (place.ends is None or place.ends >= starts) and (ends is None or place.starts <= ends)
            for pk, place in self.places.items()
        )

    def renew(self, placement: int, starts: date, ends: date | None) -> None:
        """Write the learner's grants anew, with `placement` from `starts` to `ends`: two queries."""
        self.places[placement] = Span(self.learner, starts, ends)
        Grant.ever.filter(source=_source(self.provision.pk), content_object=self.learner).delete()
        people = sorted(self.people, key=lambda one: (one.who, one.starts))
        places = sorted(self.places.values(), key=lambda one: one.starts)
        Grant.ever.bulk_create(_grants(self.provision.pk, people, places))


def trim_grants(*, provision: int, learner: int, old: Span, new: Span) -> None:
    """Shorten the grants of a place whose days `old` became `new`, which lies within them: two queries.

    A learner's places in one provision never meet, so the grants that meet `old` are those of this place.
    """
    rows = Grant.ever.filter(source=_source(provision), content_object=learner).filter(
        Q(ends=None) | Q(ends__gte=old.starts)
    )
    rows = rows.filter(starts__lte=old.ends) if old.ends else rows
    outside = Q(ends__lt=new.starts)
    shorter: dict[str, Any] = {"starts": Greatest("starts", Value(new.starts))}
    if new.ends:
        outside |= Q(starts__gt=new.ends)
        shorter["ends"] = Least(Coalesce("ends", Value(new.ends)), Value(new.ends))
    rows.filter(outside).delete()
    rows.update(**shorter)
