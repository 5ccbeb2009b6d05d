"""What a copy of a term looks at, from the database to plain values: eight queries, however much there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q

from interventions.continuing import Held, Place, Row, rows_of
from interventions.models import Deliverer, Placement, Provision
from provisionmap.school.models import School, Term, User


@dataclass
class Ground:
    """Both terms of a copy, read for one person: its rows, and the records behind them by id."""

    old: Term
    new: Term
    first: date
    rows: list[Row] = field(default_factory=list)
    provisions: dict[int, Provision] = field(default_factory=dict)
    placements: dict[int, Placement] = field(default_factory=dict)
    staff: set[int] = field(default_factory=set)  # who has a role at the school on the first day

    def carried(self, provision: Provision) -> list[Deliverer]:
        """Who goes on delivering it: those who did to the end and are still at the school, and those by name."""
        return [
            one for one in provision.deliverers.all() if not one.stands_in and not self.reason_against(one, provision)
        ]

    def reason_against(self, person: Deliverer, provision: Provision) -> str:
        """Why somebody is not carried into the new term, as words after their name; "" when they are."""
        if person.ends and person.ends < (provision.ends or self.old.ends):
            return f"stopped on {person.ends.day} {person.ends:%B %Y}"
        return "has no role here then" if person.user_id and person.user_id not in self.staff else ""

    def left_behind(self, provision: Provision) -> list[str]:
        """Who is not carried, each with the reason."""
        found = [
            f"{person} {reason}"
            for person in provision.deliverers.all()
            if not person.stands_in and (reason := self.reason_against(person, provision))
        ]
        if provision.responsible and provision.responsible_id not in self.staff:
            found.append(f"{provision.responsible} (responsible) has no role here then")
        return found

    def answers(self, provision: Provision) -> User | None:
        """Who goes on answering for it."""
        return provision.responsible if provision.responsible_id in self.staff else None


def ground_of(*, school: School, user: User, old: Term, new: Term, first: date) -> Ground:
    """What `user` may see of both terms, with what can become of each provision of the old one from `first`."""
    ground = Ground(old, new, first)
    ground.staff = set(User.objects.at(school, first).order_by().values_list("pk", flat=True))
    running = Q(starts__lte=old.ends) & (Q(ends=None) | Q(ends__gte=old.starts))
    running |= Q(starts__lte=new.ends) & (Q(ends=None) | Q(ends__gte=first))
    people = Prefetch("deliverers", Deliverer.objects.select_related("user"))
    provisions = Provision.objects.visible_to(user).filter(running, school=school)
    provisions = provisions.select_related("intervention", "responsible", "group").prefetch_related(people)
    ground.provisions = {one.pk: one for one in provisions.order_by("tier", "name", "starts", "pk")}
    placements = Placement.objects.visible_to(user).filter(
        school=school, provision__in=provisions.order_by().values("pk")
    )
    placements = placements.select_related("learner", "learner__group").order_by(
        "learner__surname", "learner__forename", "pk"
    )
    ground.placements = {one.pk: one for one in placements}
    places: dict[int, list[Place]] = {}
    for one in ground.placements.values():
        place = Place(one.pk, one.version, one.learner_id, one.starts, one.ends, one.learner.left)
        places.setdefault(one.provision_id, []).append(place)
    held = [_held(one, places.get(one.pk, ()), ground) for one in ground.provisions.values()]
    ground.rows = rows_of(held, old.dates, new.dates, first, school.calendar_dates())
    return ground


def _held(provision: Provision, places: Iterable[Place], ground: Ground) -> Held:
    entry = provision.intervention
    staff = [str(one.pk) for one in ground.carried(provision)]
    if answers := ground.answers(provision):
        staff.append(f"r{answers.pk}")
    return Held(
        pk=provision.pk,
        version=provision.version,
        name=provision.name,
        tier=provision.tier,
        starts=provision.starts,
        ends=provision.ends,
        places=tuple(places),
        group=provision.group_id,
        weeks=entry.weeks if entry else None,
        archived=bool(entry and entry.archived_at),
        staff=",".join(staff),
    )
